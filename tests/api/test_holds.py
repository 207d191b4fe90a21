"""W4, O4: what is held for an order while its second payment comes late, twice, in parts, after expiry or never. In the
end the order is paid, or its place and its money are free: never both, never neither. FOYER_SEED takes
another race, FOYER_SEEDS more of it."""

import collections
import datetime
import os
import random
import time

import pytest

from server import Server, eventually
from venue import Venue, in_parallel, refused

LIVES = 3         # seconds until an unpaid order expires
TICK = 0.25       # the timer looks so often (actors/deadlines/deadlines.cpp)
BUYERS = 12
ROUNDS = 10 * max(3, int(os.environ.get("FOYER_SEEDS", "3")))  # of each buyer
AT_ONCE = 10      # orders of one buyer that expire together
SEED = int(os.environ.get("FOYER_SEED", 1))


@pytest.fixture(scope="module")
def hurried():
    own = Server(orders__bank_transfer_expires_after=f"{LIVES}s")
    try:
        yield own.start()
    finally:
        own.remove()


def seconds_left(order):
    ends = datetime.datetime.fromisoformat(order["expires_at"])
    return (ends - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def wait_until(moment):
    """A moment of the clock, not a condition: being there exactly is what is tested."""
    time.sleep(max(0.0, moment - time.monotonic()))


def settled(venue, number):
    """The order once nothing is awaited any more."""
    return eventually(lambda: (lambda order: order["status"] != "awaiting_payment" and order)(venue.staff_view(number)),
                      LIVES + 10, f"the end of {number}")


def held_order(venue, buyer, offer):
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and order["status"] == "awaiting_payment", order
    assert [each["status"] for each in order["payments"]] == ["held", "pending"], order
    return order.json


def test_W4_a_second_payment_in_the_last_moment_counts(hurried):
    venue = Venue(hurried)
    offer, buyer = venue.offer(3000, capacity=1), venue.buyer(credit=1000)
    order = held_order(venue, buyer, offer)
    wait_until(time.monotonic() + seconds_left(order) - 1)
    assert venue.record_payment(order["number"], "bank_transfer", 2000)["status"] == "paid"
    # A guest's order that was made later has expired: so has whatever would still be due of this one.
    guest = venue.guest_order(venue.offer(1000))["number"]
    assert settled(venue, guest)["cancel_reason"] == "expired"
    paid = venue.staff_view(order["number"])
    assert paid["status"] == "paid" and len(paid["tickets"]) == 1
    assert buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 0
    venue.audit()


def test_W4_a_second_payment_that_comes_twice_counts_once(hurried):
    venue = Venue(hurried)
    offer, buyer = venue.offer(3000, capacity=1), venue.buyer(credit=1000)
    number = held_order(venue, buyer, offer)["number"]
    payers = [venue.admin.as_(venue.admin.token) for _ in range(8)]
    # Four senders of one notice, and four of another about the same money.
    answers = in_parallel(lambda i: eventually(lambda: (lambda a: a.code != "idempotency_in_progress" and a)(
        venue.record_payment(number, "bank_transfer", 2000, by=payers[i], key=f"notice-{i % 2}")), 5), 8)
    won = {i % 2 for i, each in enumerate(answers) if each.status == 201}
    assert len(won) == 1, answers
    assert all((each.status == 201) == (i % 2 in won) for i, each in enumerate(answers)), answers
    paid = venue.staff_view(number)
    assert sum(each["amount"]["amount"] for each in paid["payments"] if each["status"] == "succeeded") == 3000
    assert len(paid["tickets"]) == 1 and buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 0
    venue.audit()


def test_W4_payments_in_parts_and_out_of_order_add_up(hurried):
    venue = Venue(hurried)
    offer, buyer = venue.offer(3000, capacity=2), venue.buyer(credit=2000)
    one, other = (buyer.order(offer, [{"method": "wallet", "amount": {"amount": 1000, "currency": "EUR"}},
                                      "bank_transfer"])["number"] for _ in range(2))
    # The later order's money first, its last part before the first, and more than is due in between.
    assert venue.record_payment(other, "bank_transfer", 1999)["status"] == "awaiting_payment"
    refused(venue.record_payment(other, "bank_transfer", 2), 422, "payment_mismatch")
    assert venue.record_payment(one, "cash", 500)["status"] == "awaiting_payment"
    assert venue.record_payment(one, "bank_transfer", 1500)["status"] == "paid"
    assert venue.record_payment(other, "cheque", 1)["status"] == "paid"
    refused(venue.record_payment(one, "bank_transfer", 2000), 409, "too_late")
    assert buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 0
    venue.audit()


def test_W4_a_second_payment_after_expiry_moves_nothing(hurried):
    venue = Venue(hurried)
    offer, buyer = venue.offer(3000, capacity=1), venue.buyer(credit=1000)
    order = held_order(venue, buyer, offer)
    assert venue.record_payment(order["number"], "bank_transfer", 1500, key="part")["status"] == "awaiting_payment"
    gone = settled(venue, order["number"])
    assert gone["status"] == "cancelled" and gone["tickets"] == []
    refused(venue.record_payment(order["number"], "bank_transfer", 500, key="rest"), 409, "too_late")
    refused(venue.record_payment(order["number"], "bank_transfer", 500, key="rest"), 409, "too_late")
    # What had come is the buyer's, what was held is free, and so is the place. The first notice is still answered.
    assert buyer.wallet() == (2500, 0, 2500) and venue.places_left(offer) == 1
    again = venue.record_payment(order["number"], "bank_transfer", 1500, key="part")
    assert again.status == 201 and again.headers["Idempotency-Replayed"] == "true"
    assert buyer.wallet() == (2500, 0, 2500)
    venue.audit()


def pay_at_expiry(venue, dice, admins, order, moment):
    """A payment exactly while the order expires: at once, in two parts, or twice by two people. Returns what each was
    answered, with its sum."""
    number, due = order["number"], order["payments"][1]["amount"]["amount"]
    how = dice.choice(("whole", "parts", "twice", "never"))
    pay = venue.record_payment
    paid = []
    if how == "never":
        return paid
    if how == "parts":
        part = dice.randrange(1, due)
        paid.append((part, pay(number, "bank_transfer", part, by=admins[0])))
        due -= part
    wait_until(moment)
    if how == "twice":
        both = in_parallel(lambda i: pay(number, "bank_transfer", due, by=admins[i]), 2)
        return [*paid, *((due, each) for each in both)]
    return [*paid, (due, pay(number, "bank_transfer", due, by=admins[0]))]


def check_round(order, last, answers):
    """Paid, or nothing of it; returns which, and what came back to the wallet."""
    assert all(each.status in (201, 409) for _, each in answers), answers
    received = sum(amount for amount, each in answers if each.status == 201)
    if last["status"] == "paid":
        assert received == order["payments"][1]["amount"]["amount"], (order, last, answers)
        assert len(last["tickets"]) == 1, last
        return "paid", 0
    assert last["status"] == "cancelled" and last["cancel_reason"] == "expired", (last, answers)
    assert last["tickets"] == [] and received < order["payments"][1]["amount"]["amount"], (order, last, answers)
    refunded = sum(each["amount"]["amount"] for each in last["payments"] if each["status"] == "refunded")
    assert refunded == received, (last, answers)
    return "expired", refunded


def test_O4_hundreds_of_orders_that_expire_while_they_are_paid_end_in_one_of_both(hurried):
    print("FOYER_SEED", SEED)
    venue = Venue(hurried)
    price, own_part = 1500, 500
    capacity = BUYERS * ROUNDS
    offer = venue.offer(price, capacity=capacity)
    buyers = venue.buyers(BUYERS, credit=own_part * ROUNDS)
    endings = collections.Counter()

    def rounds(index):
        dice, buyer = random.Random(f"{SEED} {index}"), buyers[index]
        admins = [venue.admin.as_(venue.admin.token) for _ in range(2)]
        viewer = venue.admin.as_(venue.admin.token)
        spent = returned = 0
        for _ in range(ROUNDS // AT_ONCE):
            orders = [buyer.order(offer, [{"method": "wallet", "amount": {"amount": own_part, "currency": "EUR"}},
                                          "bank_transfer"]).json for _ in range(AT_ONCE)]
            answers = []
            for order in orders:
                moment = time.monotonic() + seconds_left(order) + dice.uniform(-0.02, TICK)
                answers.append(pay_at_expiry(venue, dice, admins, order, moment))
            for order, said in zip(orders, answers):
                last = eventually(lambda: (lambda o: o["status"] != "awaiting_payment" and o)(
                    viewer.get(f"{venue.staff_base}/orders/{order['number']}")), LIVES + 10, f"the end of {order}")
                ending, refunded = check_round(order, last, said)
                spent += own_part * (ending == "paid")
                returned += refunded
                endings[ending, len(said)] += 1
        balance = own_part * ROUNDS - spent + returned
        assert buyer.wallet() == (balance, 0, balance), buyer.email
        for each in (*admins, viewer, buyer.client):
            each.close()

    in_parallel(rounds, BUYERS)
    sold = sum(count for (ending, _), count in endings.items() if ending == "paid")
    expired_while_paid = sum(count for (ending, tries), count in endings.items() if ending == "expired" and tries)
    print(f"{BUYERS * ROUNDS} orders: {sold} paid, {expired_while_paid} expired while they were paid")
    assert sum(endings.values()) == BUYERS * ROUNDS and venue.places_left(offer) == capacity - sold
    # A race that always ends the same way is none.
    assert sold > 0 and expired_while_paid > 0
    venue.audit()
