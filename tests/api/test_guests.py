"""H3, O2: what somebody may do who has shown nothing but an address that anybody can type."""

import pytest

from accounts import fresh_email
from server import Server
from venue import Venue, guest, refused


@pytest.fixture(scope="module")
def strict():
    """A server that throttles as it does by default, but lets tests register."""
    own = Server(security__throttling=True, throttle__registrations=1000, throttle__guest_places=12,
                 throttle__guest_orders=3, orders__guest_places_max=5)
    try:
        yield own.start()
    finally:
        own.remove()


def test_H3_a_guests_order_tells_nothing_of_a_household_that_has_the_address(venue):
    venue.open_space()
    venue.change_settings(order_number_door="open")
    offer = venue.offer(1500)
    known = venue.buyer()
    for email in (known.email, fresh_email("nobody")):
        order = venue.guest_order(offer, email=email)
        assert order.status == 201 and order["household_id"] is None and order["account_id"] is None
        assert venue.staff_view(order["number"])["household_id"]
        door = {"order_number": order["number"], "email": email, "mode": "token"}
        opened = venue.visitor.post(f"{venue.base}/space-sessions", door)
        assert opened.status == 201 and opened.json.get("household_id") is None, opened
        session = venue.visitor.as_(opened["token"])
        assert session.get(f"{venue.me}/orders/{order['number']}")["household_id"] is None
        assert [each["household_id"] for each in session.get(f"{venue.me}/orders")["items"]] == [None]


def test_O2_a_guests_order_has_few_places(strict):
    venue = Venue(strict)
    offer, other = venue.offer(1500, capacity=100), venue.offer(900, capacity=100)
    many = [(offer, 3), (other, 3)]
    refused(venue.guest_order(many, email=fresh_email()), 409, "order_limit_exceeded")
    refused(venue.quote(venue.visitor, many), 409, "order_limit_exceeded")
    assert venue.places_left(offer) == 100
    # Who has an account is known, and staff know whom they sell to.
    assert venue.buyer().order(many, ["bank_transfer"]).status == 201


def test_O2_a_client_address_holds_so_many_places_of_guests_an_hour(make_server):
    venue = Venue(make_server(security__throttling=True, throttle__guest_places=6))
    offer = venue.offer(1500, capacity=100)
    # What was refused has held nothing.
    for _ in range(4):
        refused(venue.guest_order((offer, 3), ["bank_transfer", "wallet"], email=fresh_email()), 422, "payment_mismatch")
    email = fresh_email()
    first = venue.guest_order((offer, 4), email=email, key="once")
    assert first.status == 201
    limited = refused(venue.guest_order((offer, 3), email=fresh_email()), 429, "rate_limited")
    assert 0 < int(limited.headers["Retry-After"]) <= 3600
    assert venue.guest_order((offer, 2), email=fresh_email()).status == 201
    refused(venue.guest_order(offer, email=fresh_email()), 429, "rate_limited")
    assert venue.places_left(offer) == 94
    # A repeat of an order that was placed is no new one.
    again = venue.guest_order((offer, 4), email=email, key="once")
    assert again.status == 201 and again.headers["Idempotency-Replayed"] == "true" and again.json == first.json


def test_O2_one_address_gets_so_many_orders_of_guests_an_hour(strict):
    venue = Venue(strict)
    offer = venue.offer(1500, capacity=100)
    victim = fresh_email("victim")
    answers = [venue.guest_order(offer, email=email).status for email in (victim, victim.upper(), victim, victim)]
    assert answers == [201, 201, 201, 429]
    assert venue.guest_order(offer, email=fresh_email()).status == 201


def test_O3_a_quote_takes_no_places(venue):
    offer = venue.offer(1500, capacity=5)
    for _ in range(3):
        assert venue.quote(venue.visitor, (offer, 5)).status == 200
    assert venue.places_left(offer) == 5
    assert venue.guest_order((offer, 5)).status == 201
    refused(venue.quote(venue.visitor, offer), 409, "sold_out")


def test_A1_a_name_of_spaces_is_no_name(venue):
    offer = venue.offer(0)
    for blank in (" ", "   ", "\u00a0\u2003"):
        refused(venue.order(venue.visitor, offer, [], buyer=guest(first_name=blank)), 422, "invalid", "/buyer/first_name")
        registration = {"email": fresh_email(), "password": "correct horse battery", "first_name": "Zoé",
                        "last_name": blank}
        refused(venue.visitor.post("/api/v1/accounts", registration), 422, "invalid", "/last_name")
        person = {"first_name": blank, "last_name": "Petit"}
        made = venue.admin.post(f"{venue.staff_base}/households", {"responsible": person})
        refused(made, 422, "invalid", "/responsible/first_name")
    ordered = venue.order(venue.visitor, offer, [], buyer=guest(first_name="  Jean\u00a0", last_name=" Moulin"))
    assert (ordered["buyer"]["first_name"], ordered["buyer"]["last_name"]) == ("Jean", "Moulin")
    mine = venue.buyer().client
    refused(mine.patch("/api/v1/me", {"first_name": "  "}), 422, "invalid", "/first_name")
