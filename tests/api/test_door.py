"""POST /tickets/check: tickets at the door (O6), beside refunds (O8) and presence at courses (H13)."""

import subprocess
import urllib.request

import pytest

from server import Server, eventually
from venue import Venue, in_parallel, refused


@pytest.fixture(scope="module")
def venue(server):
    return Venue(server)


def check(venue, code, by=None):
    return (by or venue.admin).post(f"{venue.staff_base}/tickets/check", {"code": code})


def sold(venue, offer, quantity=1):
    made = venue.staff_order(venue.household()["id"], (offer, quantity), ["cash"], buyer={"of_age": True})
    assert made.status == 201, made
    return made.json


def refund(venue, order, **more):
    return venue.admin.post(f"{venue.staff_base}/orders/{order['number']}/refund",
                            {"to": "wallet", "reason": "Malade", **more}, key=True)


def unknown(answer):
    assert answer.status == 200 and answer.json == {"status": "unknown", "used_at": None, "ticket": None}, answer


def test_O6_a_ticket_lets_in_once_and_tells_when_that_was(venue):
    order = sold(venue, venue.offer(1000), 2)
    first, second = order["tickets"]
    usher = venue.staff("box_office")
    seen = check(venue, first["code"], by=usher)
    assert seen.status == 200 and seen["status"] == "valid" and seen["used_at"], seen
    assert seen["ticket"]["id"] == first["id"] and seen["ticket"]["order_number"] == order["number"]
    again = check(venue, first["code"])
    assert again["status"] == "already_used" and again["used_at"] == seen["used_at"], again
    shown = venue.staff_view(order["number"])["tickets"]
    assert [(each["status"], each.get("used_at")) for each in shown] == [("used", seen["used_at"]), ("valid", None)]
    log = venue.admin.get(f"{venue.staff_base}/audit", query={"action": "ticket.check_in"})["items"]
    assert len(log) == 1 and log[0]["subject"]["id"] == first["id"], log
    # A used one is not refunded (O8); what is refunded stays outside.
    refused(refund(venue, order), 409, "too_late")
    other = sold(venue, venue.offer(1000))
    assert refund(venue, other).status == 201
    late = check(venue, other["tickets"][0]["code"])
    assert late["status"] == "cancelled" and late["used_at"] is None, late
    venue.audit()


def test_O6_what_is_no_ticket_of_this_house_is_unknown(venue, server):
    other = Venue(server)
    code = sold(other, other.offer(1000))["tickets"][0]["code"]
    unknown(check(venue, code))
    assert check(other, code)["status"] == "valid"
    own = sold(venue, venue.offer(1000))["tickets"][0]["code"]
    for changed in (own[:-1], own + "A", own[:-2] + ("AA" if own[-2:] != "AA" else "BB"), own.swapcase(), "x", "é" * 43,
                    own[:22] + code[22:]):
        unknown(check(venue, changed))
    refused(check(venue, ""), 422, "invalid", "/code")
    assert check(venue, own)["status"] == "valid"


def test_A12_the_box_office_checks_tickets_and_nobody_else(venue, server):
    code = sold(venue, venue.offer(1000))["tickets"][0]["code"]
    for role in ("editor", "auditor"):
        refused(check(venue, code, by=venue.staff(role)), 403, "forbidden")
    refused(check(venue, code, by=Venue(server).admin), 404, "not_found")
    refused(check(venue, code, by=venue.visitor), 401, "not_authenticated")
    assert check(venue, code)["status"] == "valid"


def test_H13_a_ticket_of_a_course_is_checked_once_a_day_and_ticks_presence(venue):
    offer = venue.offer(9000, kind="course")
    order = sold(venue, offer)
    ticket = order["tickets"][0]
    seen = check(venue, ticket["code"])
    assert seen["status"] == "valid" and seen["ticket"]["day"], seen
    again = check(venue, ticket["code"])
    assert again["status"] == "already_used" and again["used_at"] == seen["used_at"], again
    listed = venue.admin.get(f"{venue.staff_base}/offers/{offer['id']}/participants")
    assert listed["items"][0]["presences"] == [{"day": seen["ticket"]["day"], "present": True}], listed
    # Whoever was ticked as absent by mistake comes in after all; on another day there is another presence.
    path = f"{venue.staff_base}/offers/{offer['id']}/participants/{ticket['id']}/presence"
    assert venue.admin.put(path, {"day": seen["ticket"]["day"], "present": False}).status == 200
    assert check(venue, ticket["code"])["status"] == "valid"
    assert refund(venue, order).status == 201  # it stays valid until its course is over
    assert check(venue, ticket["code"])["status"] == "cancelled"
    venue.audit()


def test_O6_many_scanners_let_one_ticket_in_once(venue):
    for kind in ("ticket", "course"):
        code = sold(venue, venue.offer(1000, kind=kind))["tickets"][0]["code"]

        def scan(_):
            client = venue.admin.as_(venue.admin.token)
            answer = check(venue, code, by=client)
            client.close()
            return answer["status"], answer["used_at"]

        answers = in_parallel(scan, 12)
        assert sorted({status for status, _ in answers}) == ["already_used", "valid"], answers
        assert [status for status, _ in answers].count("valid") == 1 and len({at for _, at in answers}) == 1, answers


# A refund and a check-in at once. Both look at the ticket before either is written: the row is held by a third hand
# until both have decided.


class Hand:
    """Holds a ticket's row."""

    def __init__(self, server, ticket):
        self.psql = subprocess.Popen(["psql", "-XAtq", f"host={server.socket_folder()} user=foyer dbname=foyer"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(f"begin;\nselect id from tickets where id = '{ticket}' for update;\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline().strip() == ticket

    def let_go(self):
        self.psql.communicate("commit;\n", timeout=20)


def blocked(server):
    return server.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") != "0"


def queued(server):
    """Commits behind the one that waits for the row."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return any(each.startswith("foyer_journal_waiting ") and float(each.split()[1]) >= 1 for each in lines)


def both_at_once(venue, first, second):
    """Their answers; `first` was written, or refused by the database, before `second`."""
    order = sold(venue, venue.offer(1000))
    ticket = order["tickets"][0]
    hand = Hand(venue.server, ticket["id"])
    deeds = {"refund": lambda: refund_by(venue, order), "check": lambda: check_by(venue, ticket["code"])}

    def work(index):
        if index == 0:
            return deeds[first]()
        if index == 1:
            eventually(lambda: blocked(venue.server), 20, "the first one to wait for the row")
            return deeds[second]()
        eventually(lambda: blocked(venue.server) and queued(venue.server), 20, "the second one to wait behind it")
        return hand.let_go()

    answers = dict(zip((first, second), in_parallel(work, 3)))
    return answers["refund"], answers["check"]


def refund_by(venue, order):
    client = venue.admin.as_(venue.admin.token)
    answer = client.post(f"{venue.staff_base}/orders/{order['number']}/refund", {"to": "wallet", "reason": "x"}, key=True)
    client.close()
    return answer


def check_by(venue, code):
    client = venue.admin.as_(venue.admin.token)
    answer = check(venue, code, by=client)
    client.close()
    return answer


@pytest.fixture(scope="module")
def quiet():
    """Nobody else writes there."""
    own = Server()
    try:
        yield Venue(own.start())
    finally:
        own.remove()


def test_O6_of_a_refund_and_a_check_in_at_once_one_wins(quiet):
    money_back, at_the_door = both_at_once(quiet, "refund", "check")
    assert money_back.status == 201 and at_the_door["status"] == "cancelled", (money_back, at_the_door)
    money_back, at_the_door = both_at_once(quiet, "check", "refund")
    assert at_the_door["status"] == "valid", at_the_door
    refused(money_back, 409, "too_late")
    quiet.audit()


def test_O6_without_the_guard_on_tickets_both_win(quiet):
    quiet.server.sql("create or replace function guard(what text, expected bigint, changed bigint) returns boolean "
                     "language sql immutable as 'select true'")
    money_back, at_the_door = both_at_once(quiet, "refund", "check")
    assert money_back.status == 201 and at_the_door["status"] == "valid", (money_back, at_the_door)
