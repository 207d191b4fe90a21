"""Courses: enrolling by hand, participants, presence (H13), open courses (H12), giving back (S8)."""

import csv
import hashlib
import io
import time
import uuid

import pytest

from house import money
from venue import Venue, in_parallel, refused


@pytest.fixture(scope="module")
def venue(server):
    return Venue(server)


def course(venue, **more):
    return venue.offer(kind="course", for_members=True, price=9000, **more)


def member(venue, household, first_name="Ana", last_name="Morel", **more):
    made = venue.admin.post(f"{venue.staff_base}/households/{household}/members",
                            {"first_name": first_name, "last_name": last_name, **more})
    assert made.status == 201, made
    return made["id"]


def below(venue, offer, path):
    return f"{venue.staff_base}/offers/{offer['id']}/{path}"


def enrol(venue, offer, household, who, kind="free", reason="Bourse", by=None, key=True, **more):
    body = {"household_id": household, "member_id": who, "kind": kind, "reason": reason, **more}
    return (by or venue.admin).post(below(venue, offer, "enrolments"), body, key=key)


def participants(venue, offer, by=None):
    found = (by or venue.admin).get(below(venue, offer, "participants"))
    assert found.status == 200, found
    return found.json


def test_H13_a_member_is_enrolled_by_hand_and_withdrawn(venue):
    offer = course(venue, capacity=2)
    household = venue.household(email="parent@client.example")["id"]
    child = member(venue, household, birth_date="2018-05-06")
    made = enrol(venue, offer, household, child, kind="paid_elsewhere", reason="Réglé à la mairie", key="one")
    assert made.status == 201 and made["status"] == "paid" and made["total"] == money(0) and made["payments"] == []
    assert made["lines"][0]["unit_price"] == money(0) and made["tickets"][0]["holder"] == "Ana Morel"
    again = enrol(venue, offer, household, child, kind="paid_elsewhere", reason="Réglé à la mairie", key="one")
    assert again.headers["Idempotency-Replayed"] == "true" and again["number"] == made["number"]
    refused(enrol(venue, offer, household, child), 409, "conflict")
    listed = participants(venue, offer)
    one = listed["items"][0]
    assert listed["complete"] and len(listed["items"]) == 1 and listed["title"]["fr"] == "Le Cid"
    assert (one["first_name"], one["enrolment"], one["reason"], one["paid"]) == ("Ana", "paid_elsewhere", "Réglé à la mairie", True)
    assert one["member_id"] == child and one["email"] == "parent@client.example" and one["age"] >= 8
    assert venue.places_left(offer) == 1
    gone = venue.admin.post(below(venue, offer, "withdrawals"), {"ticket_id": one["ticket_id"], "reason": "Malade"}, key=True)
    assert gone.status == 201 and gone["status"] == "refunded", gone
    assert participants(venue, offer)["items"] == [] and venue.places_left(offer) == 2
    assert venue.wallet(household)["balance"] == money(0)
    # And again.
    assert enrol(venue, offer, household, child).status == 201
    changes = venue.admin.get(f"{venue.staff_base}/audit", query={"action": "course.enrol"})["items"]
    assert changes[-1]["after"]["reason"] == "Réglé à la mairie" and changes[-1]["after"]["member_id"] == child
    assert venue.admin.get(f"{venue.staff_base}/audit", query={"action": "course.withdraw"})["items"]
    venue.audit()


def test_H13_a_full_course_takes_nobody_however_many_enrol_at_once(venue):
    offer = course(venue, capacity=3)
    household = venue.household()["id"]
    who = [member(venue, household, f"N{number}") for number in range(8)]

    def one(index):
        by = venue.admin.as_(venue.admin.token)
        answer = enrol(venue, offer, household, who[index], by=by)
        by.close()
        return answer

    answers = in_parallel(one, len(who))
    assert sorted(each.status for each in answers) == [201] * 3 + [409] * 5
    assert {each.code for each in answers if each.status == 409} == {"sold_out"}
    assert len(participants(venue, offer)["items"]) == 3


def test_H13_who_is_enrolled_has_to_be_there(server, venue):
    offer = course(venue, min_age=6, max_age=9)
    household, other = venue.household()["id"], venue.household()["id"]
    child, stranger = member(venue, household, birth_date="2018-01-01"), member(venue, other)
    grown = member(venue, household, birth_date="1990-01-01")
    elsewhere = Venue(server)
    foreign = elsewhere.household()
    refused(enrol(venue, offer, household, stranger), 422, "invalid", "/member_id")
    refused(enrol(venue, offer, foreign["id"], foreign["responsible_id"]), 422, "invalid", "/household_id")
    refused(enrol(venue, offer, household, grown), 422, "invalid")
    refused(enrol(venue, offer, household, child, reason=""), 422, "invalid", "/reason")
    refused(enrol(venue, offer, household, child, kind="gift"), 422, "invalid", "/kind")
    refused(enrol(venue, {"id": str(uuid.uuid4())}, household, child), 404, "not_found")
    refused(enrol(venue, course(elsewhere), household, child), 404, "not_found")
    refused(enrol(venue, offer, household, child, key=None), 400, "idempotency_key_required")
    assert enrol(venue, offer, household, child).status == 201


def test_H13_the_list_is_printed_and_presence_is_ticked(venue):
    offer = course(venue)
    buyer = venue.buyer(credit=30_000, first_name="Zoé", last_name="Abel")
    me = buyer.get("/household")["responsible_id"]
    bought = buyer.order([{"offer_id": offer["id"], "quantity": 1, "member_ids": [me]}])
    assert bought.status == 201, bought
    household = venue.household()["id"]
    assert enrol(venue, offer, household, member(venue, household, "=cmd()", "Zola")).status == 201
    items = participants(venue, offer)["items"]
    assert [each["last_name"] for each in items] == ["Abel", "Zola"] and items[0]["enrolment"] == "bought"

    def tick(ticket, day, present):
        return venue.admin.put(below(venue, offer, f"participants/{ticket}/presence"), {"day": day, "present": present})

    assert tick(items[0]["ticket_id"], "2026-09-14", True).status == 200
    assert tick(items[0]["ticket_id"], "2026-09-21", True).status == 200
    assert tick(items[0]["ticket_id"], "2026-09-21", False).json["present"] is False
    refused(tick(str(uuid.uuid4()), "2026-09-14", True), 404, "not_found")
    refused(tick(items[0]["ticket_id"], "soon", True), 422, "invalid", "/day")
    listed = participants(venue, offer)
    assert listed["days"] == ["2026-09-14", "2026-09-21"] and listed["items"][1]["presences"] == []
    assert listed["items"][0]["presences"] == [{"day": "2026-09-14", "present": True}, {"day": "2026-09-21", "present": False}]
    change = venue.admin.get(f"{venue.staff_base}/audit", query={"action": "course.presence"})["items"][0]
    assert change["before"]["present"] is True and change["after"]["present"] is False
    table = venue.admin.get(below(venue, offer, "participants.csv"), query={"lang": "en"})
    assert table.status == 200 and table.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(table.body.decode("utf-8-sig"))))
    assert rows[0] == ["Last name", "First name", "Birth date", "Age", "E-mail", "Phone", "Order", "Paid", "2026-09-14", "2026-09-21"]
    assert rows[1][:2] == ["Abel", "Zoé"] and rows[1][-2:] == ["x", "absent"]
    assert rows[2][1] == "'=cmd()"  # no spreadsheet computes it
    french = venue.admin.get(below(venue, offer, "participants.csv"), query={"lang": "fr"}).body.decode("utf-8-sig")
    assert french.splitlines()[0].startswith("Nom;Prénom;")


def test_A12_lists_of_participants_are_for_those_who_keep_clients(venue):
    offer = course(venue)
    household = venue.household()
    for role, read, write in (("box_office", 200, 201), ("auditor", 200, 403), ("editor", 403, 403)):
        by = venue.staff(role)
        assert by.get(below(venue, offer, "participants")).status == read
        assert enrol(venue, offer, household["id"], household["responsible_id"], by=by).status == write


def test_H12_new_households_join_open_courses_by_themselves(server):
    venue = Venue(server)
    offer = course(venue, auto_enrol=True, capacity=3)
    closed = course(venue)
    made = venue.household("Rosa", "Luna")
    buyer = venue.buyer(first_name="Zoé", last_name="Martin")
    deadline = time.monotonic() + 45
    while len(participants(venue, offer)["items"]) < 2:
        assert time.monotonic() < deadline, participants(venue, offer)
        time.sleep(0.2)
    items = {each["last_name"]: each for each in participants(venue, offer)["items"]}
    assert set(items) == {"Luna", "Martin"} and {each["enrolment"] for each in items.values()} == {"open_course"}
    assert items["Luna"]["household_id"] == made["id"] and items["Luna"]["member_id"] == made["responsible_id"]
    assert participants(venue, closed)["items"] == []
    # Who has an account sees the place in my space.
    assert [each["title"] for each in buyer.get("/tickets")["items"]] == ["Le Cid"]
    waiting = venue.server.sql(f"select count(*) from deadlines d join organisations o on o.id = d.organisation_id "
                               f"where d.kind = 4 and o.slug = '{venue.slug}'")
    assert waiting == "0"
    # What makes a second server's attempt fail: a key of household and course.
    for each in items.values():
        key = hashlib.sha256(f"open_course {each['household_id']} {offer['id']}".encode()).hexdigest()[:32]
        assert venue.server.sql(f"select count(*) from idempotency where id = '{key}'") == "1"
    venue.audit()


def test_S8_an_enrolment_is_given_back_until_its_deadline(venue):
    open_, over, never = (course(venue, **more) for more in ({"cancel_until": "2099-01-01T00:00:00Z"},
                                                            {"cancel_until": "2020-01-01T00:00:00Z"}, {}))
    buyer = venue.buyer(credit=50_000)
    me = buyer.get("/household")["responsible_id"]

    def line(offer):
        return {"offer_id": offer["id"], "quantity": 1, "member_ids": [me]}

    order = buyer.order([line(open_), line(over)])
    assert order.status == 201 and buyer.wallet()[0] == 32_000
    refused(buyer.post(f"/orders/{order['number']}/cancel"), 409, "too_late")
    first, second = (each["id"] for each in order["lines"])
    refused(buyer.post(f"/orders/{order['number']}/cancel", {"lines": [second]}), 409, "too_late")
    refused(buyer.post(f"/orders/{order['number']}/cancel", {"lines": [str(uuid.uuid4())]}), 422, "invalid")
    back = buyer.post(f"/orders/{order['number']}/cancel", {"lines": [first]})
    assert back.status == 200 and [each["cancelled"] for each in back["lines"]] == [True, False]
    assert buyer.wallet()[0] == 41_000 and participants(venue, open_)["items"] == []
    refused(buyer.post(f"/orders/{order['number']}/cancel", {"lines": [first]}), 409, "conflict")
    other = buyer.order([line(never)])
    refused(buyer.post(f"/orders/{other['number']}/cancel"), 409, "too_late")
    whole = buyer.order([line(open_)])
    stranger = venue.buyer()
    refused(stranger.post(f"/orders/{whole['number']}/cancel"), 404, "not_found")
    assert buyer.post(f"/orders/{whole['number']}/cancel")["status"] == "refunded"
    venue.audit()


def test_S8_given_back_a_hundred_times_at_once_it_is_refunded_once(venue):
    offer = course(venue, cancel_until="2099-01-01T00:00:00Z")
    buyer = venue.buyer(credit=9_000)
    me = buyer.get("/household")["responsible_id"]
    order = buyer.order([{"offer_id": offer["id"], "quantity": 1, "member_ids": [me]}])

    def give_back(_):
        by = buyer.client.as_(buyer.token)
        answer = by.post(buyer.path(f"/orders/{order['number']}/cancel"))
        by.close()
        return answer

    answers = in_parallel(give_back, 20)
    assert [each.status for each in answers].count(200) == 1, answers
    assert buyer.wallet() == (9_000, 0, 9_000)
    venue.audit()
