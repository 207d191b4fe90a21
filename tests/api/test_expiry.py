"""O4: orders that nobody paid give their places and the held money back, whatever happened to the server meanwhile."""

import datetime

import pytest

from house import money
from server import Server, eventually
from venue import Venue, refused


@pytest.fixture(scope="module")
def hurried():
    """A server where transfers are waited for two seconds, and payments at the counter for one."""
    own = Server(orders__bank_transfer_expires_after="2s", orders__counter_expires_after="1s")
    try:
        yield own.start()
    finally:
        own.remove()


def is_past(time):
    return datetime.datetime.fromisoformat(time) < datetime.datetime.now(datetime.timezone.utc)


def expired(venue, number, seconds=10):
    """The order once it is cancelled."""
    return eventually(lambda: (lambda order: order["status"] == "cancelled" and order)(venue.staff_view(number)), seconds,
                      f"the expiry of {number}")


def test_O4_each_method_has_its_own_time(hurried):
    venue = Venue(hurried)
    venue.change_shop(payment_methods=["wallet", "bank_transfer", "cash", "cheque"])
    offer = venue.offer(1000)

    def seconds(method):
        order = venue.guest_order(offer, [method])
        made, ends = (datetime.datetime.fromisoformat(order[each]) for each in ("created_at", "expires_at"))
        return (ends - made).total_seconds()

    assert [seconds(each) for each in ("bank_transfer", "cash", "cheque")] == [2, 1, 1]


def test_O4_an_unpaid_order_expires_and_frees_what_it_held(hurried):
    venue = Venue(hurried)
    offer = venue.offer(3000, capacity=1)
    buyer = venue.buyer(credit=1000)
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and buyer.wallet() == (1000, 1000, 0) and venue.places_left(offer) == 0
    gone = expired(venue, order["number"])
    assert is_past(order["expires_at"])
    assert gone["cancel_reason"] == "expired" and not gone.get("expires_at") and gone["tickets"] == []
    assert {each["status"] for each in gone["payments"]} == {"failed"}
    assert buyer.wallet() == (1000, 0, 1000) and venue.places_left(offer) == 1
    kinds = [each["kind"] for each in buyer.get("/wallet/entries")["items"]]
    assert kinds == ["release", "hold", "top_up"]
    refused(venue.record_payment(order["number"], "bank_transfer", 2000), 409, "too_late")
    refused(buyer.post(f"/orders/{order['number']}/cancel"), 409, "too_late")
    assert venue.mailbox.wait(buyer.email, order["number"])
    # The place is free for somebody else.
    assert venue.guest_order(offer).status == 201
    venue.audit()


def test_O4_the_mail_of_an_expired_order_tells_what_became_of_money_that_was_received(hurried):
    venue = Venue(hurried)
    buyer = venue.buyer(credit=1000)
    order = buyer.order(venue.offer(3000), ["wallet", "bank_transfer"])
    assert venue.record_payment(order["number"], "cash", 500)["status"] == "awaiting_payment"
    expired(venue, order["number"])
    mail = eventually(lambda: [each for each in venue.mailbox.all(buyer.email)
                               if order["number"] in each["subject"] + each["text"] and "temps" in each["text"]],
                      what="the mail of the expiry")[0]
    for part in (mail["text"], mail["html"]):
        assert "10,00" in part and "5,00" in part and "versés sur votre compte client" in part
    assert buyer.wallet() == (1500, 0, 1500)
    venue.audit()


def test_O4_a_paid_order_does_not_expire(hurried):
    venue = Venue(hurried)
    offer = venue.offer(3000, capacity=2)
    order, unpaid = venue.guest_order(offer), venue.guest_order(offer)
    assert venue.record_payment(order["number"], "bank_transfer", 3000)["status"] == "paid"
    expired(venue, unpaid["number"])
    still = venue.staff_view(order["number"])
    assert still["status"] == "paid" and len(still["tickets"]) == 1 and venue.places_left(offer) == 1


@pytest.mark.parametrize("ending", ["stop", "kill9"])
def test_O4_what_came_due_while_the_server_was_down_expires_at_start(hurried, ending):
    venue = Venue(hurried)
    offer = venue.offer(3000, capacity=3)
    buyer = venue.buyer(credit=1000)
    held = buyer.order(offer, ["wallet", "bank_transfer"])
    guests = [venue.guest_order(offer) for _ in range(2)]
    assert venue.places_left(offer) == 0
    getattr(hurried, ending)()
    eventually(lambda: is_past(max(each["expires_at"] for each in [held, *guests])), 5, "the moment of expiry")
    hurried.start()
    for each in [held, *guests]:
        assert expired(venue, each["number"])["cancel_reason"] == "expired"
    assert buyer.wallet() == (1000, 0, 1000) and venue.places_left(offer) == 3
    venue.audit()


@pytest.mark.parametrize("ending", ["stop", "kill9"])
def test_O4_what_is_held_is_still_held_after_a_restart(make_server, ending):
    server = make_server()
    venue = Venue(server)
    offer, other = venue.offer(3000, capacity=2), venue.offer(500)
    buyer = venue.buyer(credit=1000)
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    getattr(server, ending)()
    server.start()
    assert buyer.wallet() == (1000, 1000, 0) and venue.places_left(offer) == 1
    refused(buyer.order(other), 409, "insufficient_funds")
    paid = venue.record_payment(order["number"], "bank_transfer", 2000)
    assert paid.status == 201 and paid["status"] == "paid" and len(paid["tickets"]) == 1
    assert buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 1
    assert buyer.get("/wallet")["balance"] == money(0)
    venue.audit()
