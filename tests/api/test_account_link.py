"""Which accounts a client can be linked to."""

import collections
import uuid

import pytest

from accounts import account, fresh_email, register
from house import House, money
from server import eventually
from venue import Venue, in_parallel, refused


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def ordered(house, buyer):
    """A reservation: an order that is free."""
    made = house.order(buyer, house.offer(price=0), payments=(), buyer={"of_age": True})
    assert made.status == 201, made
    return made


def candidates(house, household, **query):
    answer = house.admin.get(f"{house.staff_base}/households/{household}/account-link", query=query)
    assert answer.status == 200, answer
    return answer.json


def test_H7_only_active_accounts_are_candidates(server, house, mailbox):
    client = house.household()["id"]
    active = house.buyer(mailbox, first_name="Zélie", last_name="Aubert")
    ordered(house, active)
    found = candidates(house, client, q="aubert zé")
    assert found["missing"] is None and len(found["items"]) == 1
    one = found["items"][0]
    assert one["email"] == active.email and one["online_orders"] == 1
    assert one["merged"]["household_id"] == active.household
    assert candidates(house, client, q=f" {active.email.upper()} ")["items"] == [one]
    assert one in candidates(house, client)["items"]


def test_H7_why_another_is_missing_is_told(server, house, mailbox):
    client = house.household()["id"]
    elsewhere, idle, pending = account(server, mailbox), house.buyer(mailbox), fresh_email("pending")
    register(server.client(), pending)
    for email, reason in ((fresh_email("unknown"), "no_account"), (pending, "unconfirmed"),
                          (elsewhere.email, "no_online_order"), (idle.email, "no_online_order")):
        assert candidates(house, client, q=email) == {"items": [], "next_cursor": None, "missing": reason}
    assert candidates(house, client, q="nobody of this name")["missing"] is None
    assert candidates(house, idle.household, q=idle.email)["missing"] == "linked_here"
    logged = house.admin.get(f"{house.staff_base}/audit", query={"action": "account_link.search", "limit": 1})
    assert logged["items"][0]["after"] == {"email": idle.email}


def test_H7_a_cancelled_order_makes_no_account_active(house, mailbox):
    client = house.household()["id"]
    buyer = house.buyer(mailbox)
    made = house.order(buyer, house.offer(price=900), payments=({"method": "bank_transfer"},), buyer={"of_age": True})
    assert made.status == 201 and made["status"] == "awaiting_payment", made
    assert [each["email"] for each in candidates(house, client, q=buyer.email)["items"]] == [buyer.email]
    assert house.admin.post(f"{house.staff_base}/orders/{made['number']}/cancel").status == 200
    assert candidates(house, client, q=buyer.email)["missing"] == "no_online_order"


def test_H7_accounts_of_another_organisation_are_no_candidates(server, house, mailbox):
    other = House(server)
    buyer = other.buyer(mailbox)
    ordered(other, buyer)
    client = house.household()["id"]
    assert candidates(house, client, q=buyer.email) == {"items": [], "next_cursor": None, "missing": "no_online_order"}
    foreign = other.admin.get(f"{other.staff_base}/households/{client}/account-link")
    assert (foreign.status, foreign.code) == (404, "not_found")


# Linking


@pytest.fixture(scope="module")
def venue(server):
    return Venue(server)


def active_buyer(venue, credit=0, **fields):
    """Somebody with an online order, and so with a household here."""
    buyer = venue.buyer(credit=credit, **fields)
    made = buyer.order(venue.offer(price=0), [], buyer={"of_age": True})
    assert made.status == 201, made
    buyer.online = made["number"]
    buyer.account = buyer.client.get("/api/v1/me")["id"]
    return buyer


def link(venue, household, account_id, by=None):
    return (by or venue.admin).put(f"{venue.staff_base}/households/{household}/account-link", {"account_id": account_id})


def unlink(venue, household):
    return venue.admin.delete(f"{venue.staff_base}/households/{household}/account-link")


def numbers(buyer):
    return {each["number"] for each in buyer.get("/orders").json["items"]}


def household_of(buyer):
    return buyer.get("/household").json["id"]


def mail_with(mailbox, email, words):
    """The mail to an address whose subject has these words."""
    found = lambda: [each for each in mailbox.all(email) if words in each["subject"]]
    return eventually(found, 10, f"a mail about {words}")[0]


def last_change(venue, action):
    return venue.admin.get(f"{venue.staff_base}/audit", query={"action": action, "limit": 1})["items"][0]


def test_H7_a_link_merges_what_the_account_has_here_and_shows_orders_from_then_on(venue, mailbox):
    client = venue.household("Anne", "Guichet", tags=["abonnés"])["id"]
    venue.credit(client, 1000)
    earlier = venue.staff_order(client, venue.offer(300), ["cash"])["number"]
    buyer = active_buyer(venue, credit=500)
    own = household_of(buyer)
    linked = link(venue, client, buyer.account)
    assert linked.status == 200, linked
    assert linked["account"]["id"] == buyer.account and linked["account"]["linked_at"]
    assert linked["tags"] == ["abonnés", "compte en ligne"]
    assert linked["wallet"]["balance"] == money(1500)
    listed = venue.admin.get(f"{venue.staff_base}/households", query={"tag": "compte en ligne", "q": "Guichet"}).json["items"]
    assert [each["id"] for each in listed] == [client] and listed[0]["account"]["username"]
    assert household_of(buyer) == client and buyer.wallet()[0] == 1500
    assert numbers(buyer) == {buyer.online}
    later = venue.staff_order(client, venue.offer(200), ["wallet"])["number"]
    assert numbers(buyer) == {buyer.online, later} and earlier not in numbers(buyer)
    mail = mail_with(mailbox, buyer.email, "relié à votre dossier")
    assert buyer.client.get("/api/v1/me")["username"] in mail["text"]
    gone = venue.admin.get(f"{venue.staff_base}/households/{own}").json
    assert gone["archived"] and gone["merged_into"] == client
    change = last_change(venue, "account_link.set")
    assert change["before"]["account"] is None and change["after"]["account"]["id"] == buyer.account
    refused(link(venue, client, buyer.account), 409, "linked_here")
    refused(link(venue, venue.household()["id"], venue.admin.get("/api/v1/session")["account"]["id"]), 409, "no_online_order")
    refused(link(venue, client, active_buyer(venue).account), 409, "other_account")
    venue.audit()


def test_W5_one_key_links_and_unlinks_once(venue, server):
    client, other = venue.household("Anne", "Guichet")["id"], venue.household()["id"]
    buyer = active_buyer(venue)
    path = f"{venue.staff_base}/households/{{}}/account-link"
    tie = lambda key="tie", to=client, whose=buyer.account: venue.admin.put(path.format(to), {"account_id": whose}, key=key)
    cut = lambda key="cut": venue.admin.delete(path.format(client), key=key)
    first = tie()
    assert first.status == 200 and first["account"]["id"] == buyer.account, first
    again = tie()
    assert again.status == 200 and again.json == first.json and again.headers["Idempotency-Replayed"] == "true"
    refused(tie(whose=str(uuid.uuid4())), 422, "idempotency_key_reused")
    refused(tie(to=other), 422, "idempotency_key_reused")
    refused(tie(key="new"), 409, "linked_here")
    gone = cut()
    assert gone.status == 200 and gone["account"] is None, gone
    again = cut()
    assert again.status == 200 and again.json == gone.json and again.headers["Idempotency-Replayed"] == "true"
    refused(cut(key="new"), 409, "conflict")
    counted = server.sql(f"select count(*) from staff_changes where subject_id = '{client}' and action like 'account_link.%'")
    assert counted == "2"
    venue.audit()


def test_H7_the_answer_says_why_an_account_cannot_be_picked(server, venue, mailbox):
    client = venue.household()["id"]
    idle, elsewhere = venue.buyer(), active_buyer(Venue(server))
    idle_id = idle.client.get("/api/v1/me")["id"]
    for which in (idle_id, elsewhere.account, str(uuid.uuid4())):
        refused(link(venue, client, which), 409, "no_online_order")
    address = fresh_email("pending")
    register(server.client(), address)
    pending = server.sql(f"select id from accounts where email_key = '{address}'")
    refused(link(venue, client, pending), 409, "unconfirmed")
    cancelled = venue.buyer()
    number = cancelled.order(venue.offer(900), ["bank_transfer"])["number"]
    assert venue.cancel(number).status == 200
    refused(link(venue, client, cancelled.client.get("/api/v1/me")["id"]), 409, "no_online_order")
    waiting = active_buyer(venue, credit=500)
    assert waiting.order(venue.offer(900), ["wallet", "bank_transfer"])["status"] == "awaiting_payment"
    refused(link(venue, client, waiting.account), 409, "holds_open")
    refused(link(venue, client, "x"), 422, "invalid", "/account_id")
    refused(unlink(venue, client), 409, "conflict")


def test_H7_unlinked_the_account_has_a_new_empty_household(venue, mailbox):
    buyer = active_buyer(venue, credit=700, locale="en")
    client = venue.household("Anne", "Séparée")["id"]
    assert link(venue, client, buyer.account).status == 200
    assert "box office" in mail_with(mailbox, buyer.email, "is linked to your client record")["text"]
    apart = unlink(venue, client)
    assert apart.status == 200 and apart["account"] is None and "compte en ligne" not in apart["tags"], apart
    assert apart["wallet"]["balance"] == money(700)
    fresh = household_of(buyer)
    assert fresh != client and buyer.wallet() == (0, 0, 0) and numbers(buyer) == set()
    shown = venue.admin.get(f"{venue.staff_base}/households/{fresh}").json
    assert shown["status"] == "accepted" and shown["account"]["id"] == buyer.account and shown["tags"] == ["compte en ligne"]
    assert [each["first_name"] for each in shown["members"]] == ["Claire"]
    assert "new, empty record" in mail_with(mailbox, buyer.email, "not linked to this client record")["text"]
    change = last_change(venue, "account_link.remove")
    assert change["before"]["account"]["id"] == buyer.account and change["after"]["account"] is None
    # Orders that are made at the box office now show no more.
    venue.staff_order(client, venue.offer(100), ["cash"])
    assert numbers(buyer) == set()
    venue.audit()


def test_H7_nobody_sets_the_tag_or_takes_it_away_by_hand(venue, mailbox):
    base = f"{venue.staff_base}/households"
    client = venue.household(tags=["compte en ligne", "abonnés"])
    assert client["tags"] == ["abonnés"]
    assert venue.admin.patch(f"{base}/{client['id']}", {"tags": ["compte en ligne"]})["tags"] == []
    own = household_of(active_buyer(venue))
    assert venue.admin.patch(f"{base}/{own}", {"tags": ["abonnés"]})["tags"] == ["abonnés", "compte en ligne"]


def test_H7_who_links_one_account_to_two_clients_at_once_links_one(venue):
    buyer = active_buyer(venue, credit=300)
    clients = [venue.household()["id"] for _ in range(4)]
    answers = in_parallel(lambda index: link(venue, clients[index], buyer.account, venue.admin.as_(venue.admin.token)), 4)
    # Who comes later takes the household that the account has by then, along with the whole client.
    assert collections.Counter(each.status for each in answers)[200] >= 1, answers
    home = household_of(buyer)
    assert home in clients and buyer.wallet()[0] == 300
    linked = venue.server.sql(f"select count(*) from households where account_id = '{buyer.account}'")
    assert linked == "1"
    venue.audit()
