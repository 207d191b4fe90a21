"""The tabs of a client's file (H8): skills, membership cards, documents."""

import hashlib
import uuid

import pytest

from venue import Venue, in_parallel, refused

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 100


@pytest.fixture(scope="module")
def venue(server):
    made = Venue(server)
    made.open_space()
    return made


class Client:
    """A household of two, as staff see it."""

    def __init__(self, venue, **fields):
        self.venue = venue
        self.made = venue.household(**fields)
        self.id, self.person = self.made["id"], self.made["responsible_id"]
        self.base = f"{venue.staff_base}/households/{self.id}"
        added = venue.admin.post(f"{self.base}/members", {"first_name": "Ana", "last_name": "Morel"})
        assert added.status == 201, added
        self.child = added["id"]

    def below(self, member, tab):
        return f"{self.base}/members/{member}/{tab}"

    def items(self, tab, by=None):
        got = (by or self.venue.admin).get(f"{self.base}/{tab}")
        assert got.status == 200, got
        return got["items"]

    def upload(self, member=None, body=PDF, kind="application/pdf", by=None, name="RL-24 2025.pdf", **query):
        return (by or self.venue.admin).post(self.below(member or self.person, "documents"), body,
                                             headers={"Content-Type": kind}, query={"name": name, **query})

    def changes(self, action):
        found = self.venue.admin.get(f"{self.venue.staff_base}/audit", query={"subject_id": self.id, "action": action})
        return found["items"]


def test_H8_skills_are_added_reassigned_and_removed(venue):
    client = Client(venue)
    mine = client.below(client.person, "skills")
    made = venue.admin.post(mine, {"name": "Natation 50 m", "valid_until": "2020-01-31", "note": "vu par Luc"})
    assert made.status == 201 and made["expired"] is True and made["member_id"] == client.person
    second = venue.admin.post(mine, {"name": "Premiers secours"})
    assert second["valid_until"] is None and second["expired"] is False
    one = f"{mine}/{made['id']}"
    changed = venue.admin.patch(one, {"valid_until": None, "note": None})
    assert changed.status == 200 and changed["valid_until"] is None and changed["note"] == ""
    given = venue.admin.patch(one, {"member_id": client.child})
    assert given["member_id"] == client.child
    assert [each["id"] for each in venue.admin.get(mine)["items"]] == [second["id"]]
    assert [each["id"] for each in venue.admin.get(client.below(client.child, "skills"))["items"]] == [made["id"]]
    assert {each["id"] for each in client.items("skills")} == {made["id"], second["id"]}
    refused(venue.admin.patch(one, {"name": "x"}), 404, "not_found")  # it is the child's now
    assert venue.admin.delete(f"{mine}/{second['id']}").status == 204
    assert [each["id"] for each in client.items("skills")] == [made["id"]]
    for body, field in (({}, "/name"), ({"name": ""}, "/name"), ({"name": "x", "valid_until": "soon"}, "/valid_until"),
                        ({"name": "x", "level": 3}, "/level")):
        refused(venue.admin.post(mine, body), 422, "invalid", field)
    added, reassigned = client.changes("skill.add"), client.changes("skill.change")
    assert added[1]["before"] is None and added[1]["after"]["name"] == "Natation 50 m"
    assert reassigned[0]["before"]["member_id"] == client.person and reassigned[0]["after"]["member_id"] == client.child
    assert client.changes("skill.remove")[0]["after"] is None


def test_H8_a_skill_is_not_given_to_another_household(venue):
    client, other = Client(venue), Client(venue)
    made = venue.admin.post(client.below(client.person, "skills"), {"name": "Voile"})
    one = f"{client.below(client.person, 'skills')}/{made['id']}"
    refused(venue.admin.patch(one, {"member_id": other.person}), 422, "invalid", "/member_id")
    for path in (f"{other.below(other.person, 'skills')}/{made['id']}", f"{client.below(other.person, 'skills')}/{made['id']}"):
        refused(venue.admin.patch(path, {"name": "x"}), 404, "not_found")
        refused(venue.admin.delete(path), 404, "not_found")


def test_H8_what_a_member_can_goes_with_the_member(venue):
    client = Client(venue)
    assert venue.admin.post(client.below(client.child, "skills"), {"name": "Voile"}).status == 201
    kept = client.upload(client.child)
    assert kept.status == 201
    assert venue.admin.delete(f"{client.base}/members/{client.child}").status == 204
    assert client.items("skills") == []
    # The house's papers stay with the household.
    assert [(each["id"], each["member_id"]) for each in client.items("documents")] == [(kept["id"], None)]
    assert venue.admin.get(f"{client.base}/documents/{kept['id']}").body == PDF


def test_H8_buying_a_membership_makes_a_card(venue):
    offer = venue.offer(kind="membership", ends_at="2031-06-30T21:59:59Z", price=4000)
    buyer = venue.buyer(credit=20_000, first_name="Zoé", last_name="Martin")
    assert buyer.get("/household/cards")["items"] == []
    order = buyer.order(offer)
    assert order.status == 201, order
    card = buyer.get("/household/cards")["items"][0]
    assert card["order_id"] == order["id"] and card["offer_id"] == offer["id"] and card["holder"] == "Zoé Martin"
    assert card["valid_until"] == "2031-06-30" and card["status"] == "valid" and card["number"].startswith("M-")
    staff = venue.admin.get(f"{venue.staff_base}/households/{buyer.household}/cards")["items"]
    assert staff == [card]
    # For a member by name; and not before it is paid.
    child = buyer.post("/household/members", {"first_name": "Ana", "last_name": "Martin"})
    line = [{"offer_id": offer["id"], "quantity": 1, "member_ids": [child["id"]]}]
    unpaid = buyer.order(line, ("bank_transfer",))
    assert unpaid.status == 201 and len(buyer.get("/household/cards")["items"]) == 1
    assert venue.record_payment(unpaid["number"], "bank_transfer", 4000).status == 201
    newest = buyer.get("/household/cards")["items"][0]
    assert newest["member_id"] == child["id"] and newest["holder"] == "Ana Martin"


def test_H3_a_guests_card_names_nobody_of_the_household_that_has_the_address(venue):
    known = venue.buyer(first_name="Zoé", last_name="Martin")
    known.get("/household")
    assert known.order(venue.offer(0), []).status == 201
    as_known = {"email": known.email, "first_name": "Zoé", "last_name": "Martin"}
    for price in (0, 4000):
        offer = venue.offer(kind="membership", price=price)
        order = venue.order(venue.visitor, offer, ["bank_transfer"] if price else [], buyer={**as_known, "birth_date": "1980-01-01"})
        assert order.status == 201, order
        if price:
            assert venue.record_payment(order["number"], "bank_transfer", price).status == 201
        household = venue.staff_view(order["number"])["household_id"]
        assert household == known.household
        card = venue.admin.get(f"{venue.staff_base}/households/{household}/cards")["items"][0]
        assert card["order_id"] == order["id"] and card["member_id"] is None and card["holder"] == "Zoé Martin"


def test_H8_cards_are_kept_by_hand_too(venue):
    client = Client(venue)
    mine = client.below(client.person, "cards")
    made = venue.admin.post(mine, {"title": "Adhésion 2026", "valid_from": "2026-01-01", "valid_until": "2099-12-31"})
    assert made.status == 201 and made["holder"] == "Claire Morel" and made["order_id"] is None
    one = f"{mine}/{made['id']}"
    assert venue.admin.patch(one, {"valid_from": "2098-01-01"})["status"] == "not_yet_valid"
    assert venue.admin.patch(one, {"valid_from": None, "valid_until": "2020-01-01"})["status"] == "expired"
    assert venue.admin.patch(one, {"cancelled": True})["status"] == "cancelled"
    refused(venue.admin.patch(one, {"number": "M-1"}), 422, "invalid", "/number")
    refused(venue.admin.post(mine, {"title": "x", "valid_from": "2026-02-01", "valid_until": "2026-01-01"}), 422, "invalid",
            "/valid_until")
    given = venue.admin.patch(one, {"member_id": client.child})
    assert given["holder"] == "Ana Morel" and client.items("cards")[0]["member_id"] == client.child
    assert client.changes("card.change")[0]["before"]["holder"] == "Claire Morel"


def test_H8_documents_are_kept_as_they_were_sent(venue):
    client = Client(venue)
    large = PDF * 90  # several parts
    for body, kind in ((PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg"), (large, "application/pdf")):
        made = client.upload(body=body, kind=kind)
        assert made.status == 201 and made["size"] == len(body) and made["media_type"] == kind
        got = venue.admin.get(f"{client.below(client.person, 'documents')}/{made['id']}")
        assert hashlib.sha256(got.body).digest() == hashlib.sha256(body).digest()
        # Nothing that a browser would run or show inside a page.
        assert got.headers["Content-Type"] == kind and got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in got.headers["Content-Security-Policy"]
    assert len(client.items("documents")) == 4
    named = client.upload(name="Reçu d'impôt\u00a0é.pdf", year="2025")
    assert named["year"] == 2025 and named["kind"] == "other" and named["shown"] is False
    got = venue.admin.get(f"{client.base}/documents/{named['id']}")
    assert "filename*=UTF-8''Re%C3%A7u%20d%27imp%C3%B4t%C2%A0%C3%A9.pdf" in got.headers["Content-Disposition"]
    added = client.changes("document.add")[0]
    assert added["after"]["name"] == named["name"] and added["before"] is None


def test_H8_documents_are_what_they_say_or_are_not_taken(venue):
    client = Client(venue)
    html, script = b"<html><script>alert(1)</script>", b"\n%PDF-1.4 behind a line"
    for body, kind in ((html, "text/html"), (html, "application/pdf"), (PDF, "text/html"), (PNG, "application/pdf"),
                       (script, "application/pdf"), (b"", "application/pdf"), (b"GIF89a", "image/gif"), (PDF, "application/json")):
        refused(client.upload(body=body, kind=kind), 415, "unsupported_media_type")
    for query, field in (({"name": ""}, "?name"), ({"name": "../etc/passwd"}, "?name"), ({"name": 'a"b.pdf'}, "?name"),
                         ({"name": "x" * 151}, "?name"), ({"year": "12"}, "?year"), ({"shown": "yes"}, "?shown")):
        refused(client.upload(**query), 422, "invalid", field)
    # Refused by its head, before the bytes are there.
    path = client.below(client.person, "documents") + "?name=large.pdf"
    head = {"Content-Type": "application/pdf", "Content-Length": str(8 * 1024 * 1024 + 1)}
    refused(venue.admin.as_(venue.admin.token).post(path, PDF, headers=head), 413, "body_too_large")
    assert client.items("documents") == []


def test_H8_documents_are_changed_shown_and_deleted(venue):
    buyer = venue.buyer()
    base = f"{venue.staff_base}/households/{buyer.household}"
    person = venue.admin.get(base)["responsible_id"]
    path = f"{base}/members/{person}/documents"
    made = venue.admin.post(path, PDF, headers={"Content-Type": "application/pdf"}, query={"name": "RL-24.pdf"})
    mine = buyer.path("/household/documents")
    assert buyer.client.get(mine)["items"] == []
    refused(buyer.client.get(f"{mine}/{made['id']}"), 404, "not_found")
    changed = venue.admin.patch(f"{path}/{made['id']}", {"shown": True, "kind": "tax_receipt", "year": 2025, "name": "RL-24 2025.pdf"})
    assert changed.status == 200 and changed["kind"] == "tax_receipt"
    seen = buyer.client.get(mine)["items"]
    assert [each["name"] for each in seen] == ["RL-24 2025.pdf"] and "uploaded_by" not in seen[0]
    assert buyer.client.get(f"{mine}/{made['id']}").body == PDF
    # Nobody else's.
    other = venue.buyer()
    refused(other.client.get(other.path(f"/household/documents/{made['id']}")), 404, "not_found")
    refused(venue.visitor.get(f"{mine}/{made['id']}"), 401, "not_authenticated")
    assert venue.admin.delete(f"{path}/{made['id']}").status == 204
    refused(buyer.client.get(f"{mine}/{made['id']}"), 404, "not_found")
    refused(venue.admin.get(f"{path}/{made['id']}"), 404, "not_found")
    assert venue.server.sql(f"select count(*) from document_parts where document_id = '{made['id']}'") == "0"


def test_H8_my_space_opened_by_key_shows_the_household_its_papers(venue):
    client = Client(venue)
    made = client.upload(shown="true")
    key = venue.admin.post(f"{client.base}/key")["key"]
    opened = venue.visitor.post(f"{venue.base}/space-sessions", {"key": key, "mode": "token"})
    assert opened.status == 201, opened
    inside = venue.visitor.as_(opened["token"])
    assert inside.get(f"{venue.me}/household/documents/{made['id']}").body == PDF


def test_H8_uploads_at_once_are_all_whole(venue):
    client = Client(venue)

    def upload(index):
        by = venue.admin.as_(venue.admin.token)
        body = PDF * 30 + bytes([index]) * 1000
        made = client.upload(body=body, by=by, name=f"{index}.pdf")
        assert made.status == 201, made
        assert by.get(f"{client.base}/documents/{made['id']}").body == body
        by.close()

    in_parallel(upload, 6)
    assert len(client.items("documents")) == 6


def test_tenants_files_are_not_found_by_others(server, venue):
    other = Venue(server)
    client = Client(venue)
    skill = venue.admin.post(client.below(client.person, "skills"), {"name": "Voile"})["id"]
    card = venue.admin.post(client.below(client.person, "cards"), {"title": "x"})["id"]
    document = client.upload()["id"]
    theirs = Client(other)
    for tab, record in (("skills", skill), ("cards", card), ("documents", document)):
        for base in (client.base, theirs.base, f"{other.staff_base}/households/{client.id}"):
            for member in (client.person, theirs.person, str(uuid.uuid4())):
                path = f"{base}/members/{member}/{tab}/{record}"
                refused(other.admin.patch(path, {}), 404, "not_found")
    refused(other.admin.get(f"{theirs.base}/documents/{document}"), 404, "not_found")


def test_A12_files_are_for_those_who_keep_clients(venue):
    client = Client(venue)
    made = client.upload()
    one = f"{client.base}/documents/{made['id']}"
    for role, read, write in (("box_office", 200, 201), ("auditor", 200, 403), ("editor", 403, 403)):
        by = venue.staff(role)
        assert by.get(one).status == read
        assert client.upload(by=by).status == write
        assert by.post(client.below(client.person, "skills"), {"name": "x"}).status == write
