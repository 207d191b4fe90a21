"""Two clients become one, and two again (H9)."""

import uuid

import pytest

from accounts import PASSWORD, account, fresh_email, token_in
from house import money
from server import eventually
from venue import Venue, refused


@pytest.fixture(scope="module")
def house(server):
    venue = Venue(server)
    venue.open_space()
    return venue


def merge(house, into, source, by=None, key=True):
    return (by or house.admin).post(f"{house.staff_base}/households/{into}/merge", {"from": source}, key=key)


def plan(house, into, source):
    found = house.admin.get(f"{house.staff_base}/households/{into}/merge/plan", query={"from": source})
    assert found.status == 200, found
    return found.json


def undo(house, into, which, key=True):
    return house.admin.post(f"{house.staff_base}/households/{into}/merges/{which}/undo", key=key)


def record(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household}").json


def merges(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household}/merges").json["items"]


def numbers_of(house, household):
    found = house.server.sql(f"select string_agg(number, ' ' order by number) from orders where household_id = '{household}'")
    return set(found.split())


def two(house, into=2000, source=500, **more):
    """A client and another one, with something on both wallets."""
    one, other = house.household("Claire", "Morel"), house.household("Claire", "Moral", **more)
    for each, sum_ in ((one, into), (other, source)):
        if sum_:
            house.credit(each["id"], sum_)
    return one["id"], other["id"]


def test_H9_a_plan_says_what_would_move_and_changes_nothing(house):
    address = fresh_email("moral")
    into, source = two(house, tags=["abonnés"], email=address, send_notification=False)
    offer = house.offer(300)
    paid = house.staff_order(source, offer, ["wallet"])
    open_ = house.guest_order(offer, email=address)
    assert (paid.status, open_.status) == (201, 201), (paid, open_)
    before = record(house, into), record(house, source)
    seen = plan(house, into, source)
    assert (seen["into"]["balance"]["amount"], seen["from"]["balance"]["amount"]) == (2000, 200)
    moves = seen["moves"]
    assert (moves["orders"], moves["open_orders"], moves["tickets"]) == (2, 1, 1)
    assert moves["tags"] == ["abonnés"] and moves["account"] is None and moves["balance"] == money(200)
    assert [each["last_name"] for each in moves["members"]] == ["Moral"]
    assert seen["balance_after"] == money(2200) and seen["refused"] is None
    assert (record(house, into), record(house, source)) == before
    assert plan(house, into, into)["refused"] == "conflict"
    unknown = house.admin.get(f"{house.staff_base}/households/{into}/merge/plan", query={"from": str(uuid.uuid4())})
    refused(unknown, 404, "not_found")
    refused(house.admin.get(f"{house.staff_base}/households/{into}/merge/plan"), 422, "invalid", "?from")


def test_H9_everything_goes_along_and_the_sum_is_conserved(house):
    address = fresh_email("moral")
    into, source = two(house, tags=["abonnés"], email=address, send_notification=False)
    offer = house.offer(300)
    number = house.staff_order(source, offer, ["wallet"])["number"]
    waiting = house.guest_order(offer, email=address)["number"]
    former = record(house, source)
    made = merge(house, into, source)
    assert made.status == 201, made
    assert made["moved"] == money(200) and made["household_id"] == into and made["undone"] is False
    now, gone = record(house, into), record(house, source)
    assert now["wallet"]["balance"]["amount"] == 2200 and gone["wallet"]["balance"]["amount"] == 0
    assert {each["last_name"] for each in now["members"]} == {"Morel", "Moral"} and gone["members"] == []
    assert now["tags"] == ["abonnés"] and now["email"] == former["email"] and now["number"] != former["number"]
    assert gone["archived"] and gone["merged_into"] == into and "merged_into" not in now
    assert numbers_of(house, into) == {number, waiting} and numbers_of(house, source) == set()
    last = house.admin.get(f"{house.staff_base}/wallets/{source}/entries").json["items"]
    first = house.admin.get(f"{house.staff_base}/wallets/{into}/entries").json["items"]
    pair = [next(each for each in entries if each["kind"] == "transfer") for entries in (last, first)]
    assert [each["amount"]["amount"] for each in pair] == [-200, 200]
    assert pair[0]["reason"] == now["number"] and pair[1]["reason"] == former["number"]
    # What was to be paid is paid there.
    assert house.record_payment(waiting, "bank_transfer", 300).status == 201
    house.audit()
    log = house.admin.get(f"{house.staff_base}/audit", query={"action": "household.merge", "limit": 1})["items"][0]
    assert log["subject"]["id"] == into and log["before"]["tags"] == [] and log["after"]["tags"] == ["abonnés"]


def test_H9_what_was_merged_takes_nothing_any_more(house):
    into, source = two(house)
    assert merge(house, into, source).status == 201
    base = f"{house.staff_base}/households/{source}"
    refused(house.entry(source, "top_up", 100), 409, "household_merged")
    refused(house.admin.patch(base, {"phone": "0102030405"}), 409, "household_merged")
    refused(house.admin.post(f"{base}/unarchive"), 409, "household_merged")
    refused(merge(house, into, source), 409, "household_merged")
    refused(merge(house, source, house.household()["id"]), 409, "household_merged")
    # An order that is still made out to it lands where everything is.
    made = house.staff_order(source, house.offer(100), ["cash"])
    assert made.status == 201 and made["household_id"] == into, made


def test_H9_holds_links_and_floors_refuse(house, mailbox):
    into, source = two(house)
    buyer = house.buyer(credit=400)
    held = buyer.order(house.offer(900), ["wallet", "bank_transfer"])
    assert held.status == 201 and held["status"] == "awaiting_payment", held
    assert plan(house, into, buyer.household)["refused"] == "holds_open"
    refused(merge(house, into, buyer.household), 409, "holds_open")
    assert house.cancel(held["number"]).status == 200
    assert plan(house, into, buyer.household)["refused"] is None
    one, other = house.buyer().household, house.buyer().household
    assert plan(house, one, other)["refused"] == "other_account"
    refused(merge(house, one, other), 409, "other_account")
    house.change_settings(floors={"box_office": money(-1000), "administrator": money(-1000)})
    for each in (into, source):
        debt = house.wallet(each)["balance"]["amount"] + 800
        assert house.entry(each, "adjustment", -debt, allow_negative=True).status == 201
    too_deep = refused(merge(house, into, source), 409, "floor_exceeded")
    assert too_deep["room"] == money(200)
    refused(merge(house, into, into), 409, "conflict")
    refused(merge(house, into, str(uuid.uuid4())), 404, "not_found")


def test_H9_the_same_key_merges_once(house):
    into, source = two(house)
    key = str(uuid.uuid4())
    first, again = merge(house, into, source, key=key), merge(house, into, source, key=key)
    assert first.status == again.status == 201 and first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    refused(merge(house, into, house.household()["id"], key=key), 422, "idempotency_key_reused")


def test_H9_undone_everything_is_as_it_was(house):
    into, source = two(house, source=-300 + 800, tags=["abonnés"], email=fresh_email("moral"), send_notification=False)
    added = house.admin.post(f"{house.staff_base}/households/{source}/members", {"first_name": "Paul", "last_name": "Moral"})
    assert added.status == 201, added
    number = house.staff_order(source, house.offer(100), ["wallet"])["number"]
    same = lambda seen: {name: value for name, value in seen.items() if name != "version"}
    before = same(record(house, into)), same(record(house, source))
    which = merge(house, into, source)["id"]
    listed = merges(house, into)[0]
    assert listed["id"] == which and listed["undoable"] and listed["newer"] == [] and listed["orders"] == 1
    key = str(uuid.uuid4())
    back = undo(house, into, which, key=key)
    assert back.status == 201 and back["undone"] and back["moved"] == money(400), back
    assert (same(record(house, into)), same(record(house, source))) == before
    assert numbers_of(house, source) == {number} and numbers_of(house, into) == set()
    assert undo(house, into, which, key=key).headers["Idempotency-Replayed"] == "true"
    refused(undo(house, into, which), 409, "conflict")
    assert merges(house, into)[0]["undone_at"] is not None
    house.audit()
    # And once more, as if nothing had been.
    assert merge(house, into, source).status == 201
    house.audit()


@pytest.mark.parametrize("change, newer", [("entry", "wallet"), ("order", "orders"), ("record", "household"),
                                           ("payment", "orders")])
def test_H9_what_depends_on_a_merge_keeps_it(house, change, newer):
    address = fresh_email("moral")
    into, source = two(house, email=address, send_notification=False)
    waiting = house.guest_order(house.offer(300), email=address)["number"]
    which = merge(house, into, source)["id"]
    if change == "entry":
        house.credit(into, 100)
    elif change == "order":
        assert house.staff_order(into, house.offer(100), ["cash"]).status == 201
    elif change == "payment":
        assert house.record_payment(waiting, "bank_transfer", 300).status == 201
    else:
        changed = house.admin.patch(f"{house.staff_base}/households/{into}", {"phone": "0102030405"})
        assert changed.status == 200, changed
    told = undo(house, into, which)
    refused(told, 409, "newer_changes", newer)
    listed = merges(house, into)[0]
    assert newer in listed["newer"] and not listed["undoable"]
    house.audit()


def test_H9_a_chain_of_merges_is_undone_from_its_end(house):
    first, second = two(house)
    third = house.household()["id"]
    one = merge(house, second, first)["id"]
    other = merge(house, third, second)["id"]
    refused(undo(house, second, one), 409, "newer_changes")
    assert undo(house, third, other).status == 201
    assert undo(house, second, one).status == 201
    assert house.wallet(first)["balance"]["amount"] == 2000
    house.audit()


def test_S6_the_former_key_and_order_number_open_where_everything_went(house, mailbox):
    former = fresh_email("moral")
    into, source = two(house, email=former, send_notification=False)
    assert house.admin.patch(f"{house.staff_base}/households/{into}", {"email": fresh_email("morel")}).status == 200
    number = house.staff_order(source, house.offer(100), ["cash"])["number"]
    key = house.admin.post(f"{house.staff_base}/households/{source}/key")["key"]
    old = house.server.client()
    opened = old.post(f"{house.base}/space-sessions", {"key": key, "mode": "token"})
    assert opened.status == 201, opened
    old.token = opened["token"]
    assert old.get(f"{house.me}/household")["id"] == source
    assert merge(house, into, source).status == 201
    fresh = house.server.client()
    fresh.token = fresh.post(f"{house.base}/space-sessions", {"key": key, "mode": "token"})["token"]
    for door in (old, fresh):
        assert door.get(f"{house.me}/household")["id"] == into
        assert door.get(f"{house.me}/wallet")["balance"]["amount"] == 2500
        assert [each["number"] for each in door.get(f"{house.me}/orders").json["items"]] == [number]
    house.change_settings(order_number_door="open")
    by_number = fresh.post(f"{house.base}/space-sessions", {"order_number": number, "email": former, "mode": "token"})
    assert by_number.status == 201, by_number
    # A new key ends all of them.
    assert house.admin.post(f"{house.staff_base}/households/{into}/key").status == 201
    refused(fresh.post(f"{house.base}/space-sessions", {"key": key}), 401, "space_not_opened")
    refused(old.get(f"{house.me}/household"), 401, "not_authenticated")


def test_H9_a_linked_client_keeps_its_account(house):
    buyer = house.buyer(credit=700)
    number = buyer.order(house.offer(200))["number"]
    client = house.household("Zoé", "Morel")["id"]
    which = merge(house, client, buyer.household)["id"]
    now = record(house, client)
    assert now["account"]["username"] and "compte en ligne" in now["tags"]
    buyer._household = None
    assert buyer.household == client and buyer.wallet()[0] == 500
    assert [each["number"] for each in buyer.get("/orders").json["items"]] == [number]
    assert undo(house, client, which).status == 201
    buyer._household = None
    assert buyer.household != client and buyer.wallet()[0] == 500
    assert record(house, client)["account"] is None and "compte en ligne" not in record(house, client)["tags"]
    house.audit()


def test_H7_a_merge_that_brings_an_account_along_is_told_and_shows_orders_from_then_on(house, mailbox):
    def told(times):
        found = lambda: [each for each in mailbox.all(buyer.email) if "is linked to your client record" in each["subject"]]
        return eventually(lambda: len(found()) == times and found()[-1], 10, "a mail about the link")
    buyer = house.buyer(credit=700, locale="en")
    number = buyer.order(house.offer(200))["number"]
    first, client = house.household("Zoé", "Morel")["id"], house.household("Zoé", "Moral")["id"]
    account_id = buyer.client.get("/api/v1/me")["id"]
    assert house.admin.put(f"{house.staff_base}/households/{first}/account-link", {"account_id": account_id}).status == 200
    told(1)
    # After that link, but of a client that was nobody's account's yet.
    assert house.staff_order(client, house.offer(100), ["cash"]).status == 201
    which = merge(house, client, first)["id"]
    assert "box office" in told(2)["text"]
    assert [each["number"] for each in buyer.get("/orders").json["items"]] == [number]
    later = house.staff_order(client, house.offer(100), ["cash"])["number"]
    assert {each["number"] for each in buyer.get("/orders").json["items"]} == {number, later}
    refused(undo(house, client, which), 409, "newer_changes")


def test_H7_a_link_that_is_undone_is_told(house, mailbox):
    buyer = house.buyer(credit=700, locale="en")
    assert buyer.order(house.offer(200)).status == 201
    client = house.household("Zoé", "Morel")["id"]
    account_id = buyer.client.get("/api/v1/me")["id"]
    linked = house.admin.put(f"{house.staff_base}/households/{client}/account-link", {"account_id": account_id})
    assert linked.status == 200, linked
    (made,) = merges(house, client)
    assert made["cause"] == "link" and undo(house, client, made["id"]).status == 201
    mail = eventually(lambda: [each for each in mailbox.all(buyer.email) if "not linked to this client record" in each["subject"]],
                      10, "the mail")[0]
    assert "the record back that it had before" in mail["text"] and "new, empty" not in mail["text"]
    buyer._household = None
    assert buyer.household != client and buyer.wallet()[0] == 500


def test_S6_a_new_key_ends_what_was_opened_with_the_keys_of_a_chain_of_merges(house):
    third = house.household("Anne", "Morel")["id"]
    second, first = two(house)
    key = house.admin.post(f"{house.staff_base}/households/{first}/key")["key"]
    old = house.server.client()
    old.token = old.post(f"{house.base}/space-sessions", {"key": key, "mode": "token"})["token"]
    assert merge(house, second, first).status == 201
    assert merge(house, third, second).status == 201
    assert old.get(f"{house.me}/household")["id"] == third
    assert house.admin.post(f"{house.staff_base}/households/{third}/key").status == 201
    refused(old.get(f"{house.me}/household"), 401, "not_authenticated")


def test_I3_an_invitation_joins_what_the_account_has_here_already(house, mailbox):
    buyer = house.buyer(credit=300)
    own = buyer.household
    invited = house.household("Zoé", "Invitée", send_notification=False)
    house.credit(invited["id"], 500)
    assert house.staff_order(invited["id"], house.offer(100), ["cash"]).status == 201
    address = house.admin.patch(f"{house.staff_base}/households/{invited['id']}", {"email": buyer.email})
    assert address.status == 200, address
    began = house.admin.post(f"{house.staff_base}/invitations", {"group": "one", "household_id": invited["id"]})
    assert began.status == 201, began
    subject = began["texts"]["fr"]["subject"]
    mail = mailbox.wait(buyer.email, subject=subject)
    accepted = buyer.client.post("/api/v1/invitations/accept", {"token": token_in(mail)})
    assert accepted.status == 200, accepted
    buyer._household = None
    assert buyer.household == invited["id"] and buyer.wallet()[0] == 800
    assert len(buyer.get("/orders").json["items"]) == 1  # everything of the household shows
    assert record(house, own)["merged_into"] == invited["id"]
    assert merges(house, invited["id"])[0]["cause"] == "invitation"
    assert buyer.client.post("/api/v1/invitations/accept", {"token": token_in(mail)}).code == "token_used"
    house.audit()


def duplicates(house, **query):
    found = house.admin.get(f"{house.staff_base}/duplicates", query=query or None)
    assert found.status == 200, found
    return found.json


def test_H9_likely_duplicates_are_listed_and_only_those(server):
    house = Venue(server)
    shared = "ensemble@dupli.example"

    def client(first, last, birth_date=None, **more):
        person = {"first_name": first, "last_name": last, **({"birth_date": birth_date} if birth_date else {})}
        person.update({name: more.pop(name) for name in ("phone",) if name in more})
        made = house.admin.post(f"{house.staff_base}/households", {"responsible": person, "send_notification": False, **more})
        assert made.status == 201, made
        return made["id"]

    assert duplicates(house)["items"] == []
    by_mail = {client("Anne", "Un", email=shared), client("Bernard", "Deux", email=shared.upper())}
    by_birth = {client("Zoé", "Lœuillet", "1980-02-03"), client("zoe", "LŒUILLET", "1980-02-03")}
    by_phone = {client("Max", "Petit", phone="06 12 34 56 78"), client("Max", "Petit", phone="+33 6 12 34 56 78")}
    client("Zoé", "Lœuillet", "1981-02-03")
    client("Max", "Petit", phone="06 99 99 99 99")
    groups = {tuple(each["reasons"]): {one["id"] for one in each["households"]} for each in duplicates(house)["items"]}
    assert groups == {("email",): by_mail, ("name_and_birth_date",): by_birth, ("name_and_phone",): by_phone}
    pages, cursor = [], None
    for _ in range(3):
        page = duplicates(house, limit=1, **({"cursor": cursor} if cursor else {}))
        pages += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None and pages == duplicates(house)["items"]
    # Merged, changed or archived they are none any more; one reason more is told with the other.
    into, source = sorted(by_mail)
    assert merge(house, into, source).status == 201
    one, other = sorted(by_birth)
    assert house.admin.post(f"{house.staff_base}/households/{one}/archive").status == 200
    for each in by_phone:
        changed = house.admin.patch(f"{house.staff_base}/households/{each}", {"email": "max@dupli.example"})
        assert changed.status == 200, changed
    (left,) = duplicates(house)["items"]
    assert left["reasons"] == ["email", "name_and_phone"] and {each["id"] for each in left["households"]} == by_phone
    refused(house.admin.get(f"{house.staff_base}/duplicates", query={"cursor": "x"}), 422, "invalid")
    assert house.staff("box_office").get(f"{house.staff_base}/duplicates").status == 403


def test_H9_who_comes_and_goes_among_many_alike_leaves_the_others_as_they_are(server):
    house = Venue(server)

    def wrong():
        """Keys whose mark is not what counting tells."""
        return house.server.sql("select count(*) from household_duplicate_keys k where k.shared <> exists (select from "
                                "household_duplicate_keys o where (o.organisation_id, o.key) = (k.organisation_id, k.key) "
                                "and o.household_id <> k.household_id)").strip()

    def client(number):
        made = house.admin.post(f"{house.staff_base}/households", {
            "responsible": {"first_name": "Anne " + "abcdef"[number], "last_name": "Foule"}, "send_notification": False,
            "email": "foule@dupli.example"})
        assert made.status == 201, made
        return made["id"]

    def shown():
        return {one["id"] for each in duplicates(house)["items"] for one in each["households"]}

    made = [client(number) for number in range(4)]
    assert shown() == set(made) and wrong() == "0"
    for left in (made[1:], made[2:], []):
        gone = next(each for each in made if each not in left)
        made = [each for each in made if each != gone]
        assert house.admin.post(f"{house.staff_base}/households/{gone}/archive").status == 200
        assert shown() == set(left) and wrong() == "0"
    made.append(client(5))
    assert shown() == set(made) and len(made) == 2 and wrong() == "0"


def test_H9_a_page_of_large_groups_is_short(server):
    house = Venue(server)
    lines = "".join(f"Anne;Petit {number};anne{number % 5}@alike.example\n" for number in range(250))
    made = house.admin.post(f"{house.staff_base}/imports?duplicates=create", ("Prénom;Nom;Courriel\n" + lines).encode(),
                            headers={"Content-Type": "text/csv"}, key=True)
    assert made.status == 201, made
    path = f"{house.staff_base}/imports/{made['id']}"
    eventually(lambda: house.admin.get(path)["status"] == "done", 30, "the import")
    first = duplicates(house)
    assert [len(each["households"]) for each in first["items"]] == [50] * 4 and first["next_cursor"], first
    rest = duplicates(house, cursor=first["next_cursor"])
    assert [len(each["households"]) for each in rest["items"]] == [50] and rest["next_cursor"] is None, rest
