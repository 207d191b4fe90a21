"""Campaigns that ask clients to open an account: who gets a mail, what it says, and that each gets one."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest

from accounts import PASSWORD, fresh_email, token_in
from house import House
from receiver import receive  # noqa: F401
from server import eventually

ACCEPT = "/api/v1/invitations/accept"


@pytest.fixture
def house(server):
    return House(server)


def client_of(house, name="claire", **more):
    """A client who was never invited; the record and the address."""
    email = fresh_email(name)
    return house.household("Zoé", "Petit", email=email, send_notification=False, **more), email


def start(house, group="all", by=None, **more):
    made = (by or house.admin).post(f"{house.staff_base}/invitations", {"group": group, **more})
    assert made.status == 201, made
    return made["id"]


def campaign(house, which, **query):
    found = house.admin.get(f"{house.staff_base}/invitations/{which}", query=query or None)
    assert found.status == 200, found
    return found.json


def finished(house, which, seconds=20):
    return eventually(lambda: (now := campaign(house, which))["state"] == "done" and now, seconds, "the campaign's end")


def preview(house, group="all", **more):
    query = {name: more.pop(name) for name in ("limit", "cursor") if name in more}
    seen = house.admin.post(f"{house.staff_base}/invitations/preview", {"group": group, **more}, query=query or None)
    assert seen.status == 200, seen
    return seen.json


def statuses(house, which):
    return {each["household_id"]: (each["status"], each["skipped"]) for each in campaign(house, which)["recipients"]["items"]}


def invitation_to(mailbox, email, subject=""):
    return mailbox.wait(email, subject)


def accept(server, mail):
    return server.client().post(ACCEPT, {"token": token_in(mail), "password": PASSWORD, "mode": "token"})


def unsubscribe_link(mail):
    return re.search(r"/unsubscribe/[A-Za-z0-9_-]{43}", mail["text"]).group(0)


def one_click(server, path):
    """As a mail program does it (RFC 8058): from nowhere, without a session."""
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    wire.request("POST", path, "List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded",
                                                              "Origin": "https://mail.example"})
    answer = wire.getresponse()
    body = answer.read().decode()
    wire.close()
    return answer.status, body


def record(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household}").json


def test_I1_a_preview_shows_how_many_and_who_and_why_others_are_skipped(server, house, mailbox):
    new, _ = client_of(house)
    no_address = house.household("Sans", "Adresse")
    archived, _ = client_of(house)
    assert house.admin.post(f"{house.staff_base}/households/{archived['id']}/archive").status == 200
    owner = house.buyer(mailbox)
    seen = preview(house)
    assert seen["invited"] == 1
    assert seen["skipped"] == {"archived": 1, "accepted": 1, "no_address": 1, "unsubscribed": 0, "suppressed": 0,
                               "replaced": 0, "aborted": 0}
    who = {each["household_id"]: each["skipped"] for each in seen["items"]}
    assert who == {new["id"]: None, no_address["id"]: "no_address", archived["id"]: "archived",
                   owner.household: "accepted"}
    assert record(house, new["id"])["status"] == "added"
    first = preview(house, limit=3)
    rest = preview(house, limit=3, cursor=first["next_cursor"])
    assert len(first["items"]) == 3 and rest["next_cursor"] is None
    assert [each["household_id"] for each in first["items"] + rest["items"]] == [e["household_id"] for e in seen["items"]]


def test_I1_groups(server, house, mailbox):
    added, _ = client_of(house)
    tagged, _ = client_of(house, tags=["abonnés"])
    invited = house.household(email=fresh_email("invited"))
    assert invited["status"] == "invited"
    by = lambda **more: {each["household_id"] for each in preview(house, **more)["items"]}
    assert by(group="all") == {added["id"], tagged["id"], invited["id"]}
    assert by(group="added") == {added["id"], tagged["id"]}
    assert by(group="invited") == {invited["id"]}
    assert by(group="tag", tag="abonnés") == {tagged["id"]}
    assert by(group="tag", tag="personne") == set()
    assert by(group="one", household_id=added["id"]) == {added["id"]}
    which = start(house, "tag", tag="abonnés")
    assert finished(house, which)["counts"]["sent"] == 1
    assert record(house, tagged["id"])["status"] == "invited"
    assert record(house, added["id"])["status"] == "added"


@pytest.mark.parametrize("body, field", [({}, "/group"), ({"group": "some"}, "/group"), ({"group": "tag"}, "/tag"),
                                         ({"group": "one"}, "/household_id"), ({"group": "all", "tag": "x"}, "/tag"),
                                         ({"group": "all", "texts": {"fr": {"subject": "", "text": "x"}}}, "/texts/fr/subject"),
                                         ({"group": "all", "texts": {"en": {"subject": "x", "text": "y" * 10001}}}, "/texts/en/text"),
                                         ({"group": "all", "texts": {"en": {"subject": "a\nBcc: b", "text": "y"}}}, "/texts/en/subject")])
def test_I1_what_is_missing_or_too_much_is_named(house, body, field):
    answer = house.admin.post(f"{house.staff_base}/invitations", body)
    assert answer.status == 422 and field in {each["field"] for each in answer["errors"]}, answer


def test_I1_one_who_cannot_be_invited_is_refused_with_the_reason(server, house, mailbox):
    owner = house.buyer(mailbox)
    answer = house.admin.post(f"{house.staff_base}/invitations", {"group": "one", "household_id": owner.household})
    assert (answer.status, answer.code) == (409, "conflict") and answer["reason"] == "accepted"


def test_I1_a_client_of_another_house_is_not_there(server, house):
    theirs, _ = client_of(House(server))
    for path in ("invitations", "invitations/preview"):
        body = {"group": "one", "household_id": theirs["id"]}
        assert house.admin.post(f"{house.staff_base}/{path}", body).status == 404
    other = start(House(server))
    assert house.admin.get(f"{house.staff_base}/invitations/{other}").status == 404
    assert house.admin.get(f"{house.staff_base}/invitations/{other}/events").status == 404


def test_I2_texts_come_prefilled_and_the_last_edit_is_remembered(server, house, mailbox):
    path = f"{house.staff_base}/invitation-template"
    before = house.admin.get(path).json
    assert "compte en ligne" in before["fr"]["subject"] and "online account" in before["en"]["subject"]
    words = {"subject": "Votre espace", "text": "Bonne saison !\n\nL’équipe <b>du</b> théâtre & co."}
    changed = house.admin.put(path, {"fr": words})
    assert changed.status == 200 and changed["fr"] == words and changed["en"] == before["en"]
    _, french = client_of(house)
    _, english = client_of(house, locale="en")
    which = start(house, texts={"en": {"subject": "Your space", "text": "Come in."}})
    assert finished(house, which)["texts"]["fr"] == words
    assert house.admin.get(path)["en"] == {"subject": "Your space", "text": "Come in."}
    mail = invitation_to(mailbox, french)
    assert mail["subject"] == "Votre espace"
    text = mail["text"]
    order = [text.index(part) for part in ("Bonjour Zoé,", "Bonne saison", "<b>du</b>", "/accept#token=", "valable 14")]
    assert order == sorted(order)
    assert "&lt;b&gt;du&lt;/b&gt;" in mail["html"] and "<b>du</b>" not in mail["html"]
    assert "Come in." in invitation_to(mailbox, english, "Your space")["text"]
    log = house.admin.get(f"{house.staff_base}/audit", query={"action": "invitation_template.change"})["items"]
    assert log[0]["after"]["fr"] == words


def test_I3_the_link_opens_the_account_and_the_household_is_accepted(server, house, mailbox):
    made, email = client_of(house)
    house.credit(made["id"], 700)
    which = start(house, "one", household_id=made["id"])
    assert record(house, made["id"])["status"] in ("added", "invited")
    mail = invitation_to(mailbox, email)
    finished(house, which)
    assert record(house, made["id"])["status"] == "invited"
    opened = accept(server, mail)
    assert opened.status == 201, opened
    assert record(house, made["id"])["status"] == "accepted"
    owner = server.client(opened["token"])
    assert owner.get(f"{house.me}/wallet")["balance"]["amount"] == 700
    now = campaign(house, which)
    assert now["counts"]["accepted"] == 1 and now["recipients"]["items"][0]["status"] == "accepted"
    assert accept(server, mail).code == "token_used"


def test_I4_inviting_again_replaces_the_earlier_link(server, house, mailbox):
    made, email = client_of(house)
    finished(house, start(house, texts={"fr": {"subject": "Un", "text": "un"}}))
    first = invitation_to(mailbox, email, "Un")
    finished(house, start(house, "invited", texts={"fr": {"subject": "Deux", "text": "deux"}}))
    second = invitation_to(mailbox, email, "Deux")
    dead = accept(server, first)
    assert (dead.status, dead.code) == (410, "token_replaced")
    assert accept(server, second).status == 201
    assert record(house, made["id"])["status"] == "accepted"


def test_I4_a_change_of_the_record_right_after_a_campaign_finds_the_latest(server, house):
    """The campaign writes past the actors: what they remember has to follow."""
    clients = [client_of(house)[0]["id"] for _ in range(10)]
    for each in clients:
        assert record(house, each)["status"] == "added"
    which = start(house)
    eventually(lambda: campaign(house, which)["queued_at"], 10, "the queue")
    for each in clients:
        changed = house.admin.patch(f"{house.staff_base}/households/{each}", {"phone": "0612345678"})
        assert changed.status == 200 and changed["status"] == "invited", changed


def test_I4_progress_comes_by_server_sent_events(server, house):
    for _ in range(3):
        client_of(house)
    which = start(house)
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    wire.request("GET", f"{house.staff_base}/invitations/{which}/events",
                 headers={"Authorization": f"Bearer {house.admin.token}", "Accept": "text/event-stream"})
    answer = wire.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    events = [json.loads(each.split("data: ", 1)[1]) for each in answer.read().decode().split("\n\n")
              if each.startswith("event: progress")]
    wire.close()
    assert events[-1]["state"] == "done" and events[-1]["counts"]["sent"] == 3


def test_I4_campaigns_are_listed_newest_first_and_in_the_audit_log(server, house):
    client_of(house)
    clerk = house.staff("box_office")
    ids = [start(house, by=clerk) for _ in range(3)]
    page = house.admin.get(f"{house.staff_base}/invitations", query={"limit": 2}).json
    assert [each["id"] for each in page["items"]] == ids[:0:-1]
    rest = house.admin.get(f"{house.staff_base}/invitations", query={"limit": 2, "cursor": page["next_cursor"]}).json
    assert [each["id"] for each in rest["items"]] == ids[:1] and rest["next_cursor"] is None
    log = house.admin.get(f"{house.staff_base}/audit", query={"action": "invitation.create"})["items"]
    assert [each["subject"]["id"] for each in log] == ids[::-1]
    assert log[0]["after"]["group"] == "all" and log[0]["by"]["username"]


def test_M2_one_click_ends_the_invitations_of_this_house_only(server, house, mailbox):
    made, email = client_of(house)
    which = start(house)
    finished(house, which)
    link = unsubscribe_link(invitation_to(mailbox, email))
    page = server.client().get(link, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert page.status == 200 and b'<form method="post">' in page.body
    assert campaign(house, which)["counts"]["unsubscribed"] == 0  # a scanner that opens it changes nothing
    for _ in range(2):
        status, body = one_click(server, link)
        assert status == 200 and "Done" in body
    assert statuses(house, which) == {made["id"]: ("unsubscribed", None)}
    assert preview(house)["skipped"]["unsubscribed"] == 1
    again = start(house)
    assert finished(house, again)["counts"]["skipped"] == 1
    assert statuses(house, again) == {made["id"]: ("skipped", "unsubscribed")}
    other = House(server)
    other.household(email=email, send_notification=False)
    assert preview(other)["invited"] == 1


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 42 + "B", "A" * 500])
def test_M2_a_made_up_unsubscribe_link_is_unknown(server, token):
    assert one_click(server, f"/unsubscribe/{token}")[0] == 404
    assert server.client().get(f"/unsubscribe/{token}", headers={"Accept": "text/html"}).status == 404
