"""POST /me/orgs/{org}/orders/{number}/pay: the buyer pays later (O4, W4), and what unpaid orders may hold meanwhile."""

import datetime
import time

import pytest

from house import money
from server import Server, eventually
from test_races import outcomes
from venue import Venue, in_parallel, refused

LIVES = 3  # seconds, of an order that waits for a transfer at the hurried server


def unpaid(buyer, offer, payments=("bank_transfer",)):
    order = buyer.order(offer, list(payments))
    assert order.status == 201 and order["status"] == "awaiting_payment", order
    return order


def pay(buyer, order, method="wallet", key=True, client=None):
    return (client or buyer.client).post(buyer.path(f"/orders/{order['number']}/pay"), {"method": method}, key=key)


def payments_in(order):
    return [(each["method"], each["amount"]["amount"], each["status"]) for each in order["payments"]]


def test_O4_a_buyer_pays_an_unpaid_order_from_the_wallet(venue):
    offer = venue.offer(3000, capacity=2)
    buyer = venue.buyer(credit=2999)
    order = unpaid(buyer, offer)
    refused(pay(buyer, order), 409, "insufficient_funds")
    venue.credit(buyer.household, 1)
    paid = pay(buyer, order, key="mine")
    assert paid.status == 201 and paid["status"] == "paid" and len(paid["tickets"]) == 1, paid
    assert payments_in(paid) == [("bank_transfer", 3000, "failed"), ("wallet", 3000, "succeeded")]
    assert "next_action" not in paid.json and paid["expires_at"] is None
    assert buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 1
    again = pay(buyer, order, key="mine")
    assert again.body == paid.body and again.headers["Idempotency-Replayed"] == "true"
    refused(pay(buyer, order, "bank_transfer", key="mine"), 422, "idempotency_key_reused")
    refused(pay(buyer, order), 409, "too_late")
    refused(pay(buyer, order, key=None), 400, "idempotency_key_required")
    venue.mailbox.wait(buyer.email, "Paiement reçu")
    venue.audit()


def test_W4_what_is_held_is_taken_with_the_rest(venue):
    offer = venue.offer(3000, capacity=2)
    buyer = venue.buyer(credit=1000)
    order = unpaid(buyer, offer, ("wallet", "bank_transfer"))
    other = unpaid(buyer, venue.offer(500))
    venue.credit(buyer.household, 1999)
    refused(pay(buyer, order), 409, "insufficient_funds")
    venue.credit(buyer.household, 501)
    paid = pay(buyer, order)
    assert paid.status == 201 and paid["status"] == "paid", paid
    assert payments_in(paid) == [("wallet", 1000, "failed"), ("bank_transfer", 2000, "failed"), ("wallet", 3000, "succeeded")]
    assert buyer.wallet() == (500, 0, 500)
    entries = [(each["kind"], each["amount"]["amount"]) for each in buyer.get("/wallet/entries")["items"]]
    assert sorted(entries)[:3] == [("hold", 0), ("purchase", -3000), ("release", 0)]
    assert pay(buyer, other)["status"] == "paid" and buyer.wallet() == (0, 0, 0)
    # What staff have received already stays.
    part = unpaid(buyer, offer)
    assert venue.record_payment(part["number"], "cash", 2500).status == 201
    venue.credit(buyer.household, 500)
    assert payments_in(pay(buyer, part)) == [
        ("bank_transfer", 3000, "failed"), ("cash", 2500, "succeeded"), ("wallet", 500, "succeeded")]
    venue.audit()


def test_O4_a_buyer_promises_another_method(venue):
    venue.change_shop(payment_methods=["wallet", "cash", "bank_transfer"])
    offer = venue.offer(3000)
    buyer = venue.buyer(credit=1000)
    order = unpaid(buyer, offer, ("wallet", "cash"))
    placed, until = (datetime.datetime.fromisoformat(order[each]) for each in ("created_at", "expires_at"))
    assert until - placed == datetime.timedelta(hours=48)
    changed = pay(buyer, order, "bank_transfer")
    assert changed.status == 201 and changed["status"] == "awaiting_payment" and changed["tickets"] == []
    assert payments_in(changed) == [("wallet", 1000, "held"), ("cash", 2000, "failed"), ("bank_transfer", 2000, "pending")]
    assert changed["next_action"]["type"] == "bank_transfer" and changed["next_action"]["amount"] == money(2000)
    assert datetime.datetime.fromisoformat(changed["expires_at"]) - placed == datetime.timedelta(days=7)
    # To and fro: never less time than it had, and never more than the longest method gives from the beginning on.
    back = pay(buyer, order, "cash")
    assert back["expires_at"] == changed["expires_at"] and back["next_action"]["type"] == "cash"
    refused(pay(buyer, order, "card"), 409, "payment_method_unavailable")
    refused(pay(buyer, order, "money"), 422, "invalid")
    answers = [pay(buyer, order, "cash") for _ in range(20)]
    refused(answers[-1], 409, "conflict")
    assert venue.record_payment(order["number"], "cheque", 2000)["status"] == "paid"
    assert buyer.wallet() == (0, 0, 0)
    venue.audit()


def test_W10_stored_value_is_not_paid_from_the_wallet_later(venue):
    buyer = venue.buyer(credit=5000)
    order = unpaid(buyer, venue.offer(2000, kind="voucher", value=money(2000)))
    refused(pay(buyer, order), 409, "payment_method_unavailable")
    assert buyer.wallet() == (5000, 0, 5000)


def test_S5_nobody_pays_or_cancels_what_is_not_theirs(venue):
    offer = venue.offer(1000)
    buyer, stranger = venue.buyer(credit=5000), venue.buyer(credit=5000)
    order = unpaid(buyer, offer)
    assert pay(stranger, order).status == 404
    assert stranger.post(f"/orders/{order['number']}/cancel").status == 404
    assert pay(buyer, order, client=venue.visitor).status == 401
    elsewhere = Venue(venue.server)
    assert buyer.client.post(f"{elsewhere.me}/orders/{order['number']}/pay", {"method": "wallet"}, key=True).status == 404
    assert stranger.wallet() == (5000, 0, 5000)
    # Somebody else's address on a guest's order opens nothing of theirs.
    guests = venue.guest_order(offer, email=buyer.email)
    assert pay(buyer, guests).status == 404 and buyer.wallet() == (5000, 0, 5000)


def test_H3_a_session_of_one_order_pays_with_nobodys_wallet_and_reads_no_household(venue):
    venue.open_space()
    venue.change_settings(order_number_door="open")
    venue.change_shop(payment_methods=["wallet", "cash", "bank_transfer"])
    offer = venue.offer(1000)
    known = venue.buyer(credit=5000)
    orders = [venue.guest_order(offer, email=known.email) for _ in range(2)]
    for order in orders:
        door = {"order_number": order["number"], "email": known.email, "mode": "token"}
        session = venue.visitor.as_(venue.visitor.post(f"{venue.base}/space-sessions", door)["token"])
        path = f"{venue.me}/orders/{order['number']}"
        refused(session.post(f"{path}/pay", {"method": "wallet"}, key=True), 403, "forbidden")
        promised = session.post(f"{path}/pay", {"method": "cash"}, key=True)
        assert promised.status == 201 and promised["household_id"] is None, promised
        assert session.post(f"{venue.me}/orders/{orders[0]['number']}/pay", {"method": "cash"},
                            key=True).status == (201 if order is orders[0] else 404)
        gone = session.post(f"{path}/cancel")
        assert gone.status == 200 and gone["status"] == "cancelled" and gone["household_id"] is None, gone
        refused(session.post(f"{path}/pay", {"method": "cash"}, key=True), 409, "too_late")
    assert known.wallet() == (5000, 0, 5000)
    venue.audit()


def test_S6_the_unique_key_pays_an_order_of_its_household(venue):
    venue.open_space()
    buyer = venue.buyer(credit=3000)
    order = unpaid(buyer, venue.offer(1000))
    key = venue.admin.post(f"{venue.staff_base}/households/{buyer.household}/key")["key"]
    opened = venue.visitor.post(f"{venue.base}/space-sessions", {"key": key, "mode": "token"})
    paid = pay(buyer, order, client=venue.visitor.as_(opened["token"]))
    assert paid.status == 201 and paid["status"] == "paid" and buyer.wallet() == (2000, 0, 2000)
    venue.audit()


def test_W5_an_answer_is_kept_without_its_ticket_codes_and_told_again_whole(make_server):
    venue = Venue(make_server())
    ticket = venue.offer(1000)
    card = venue.offer(2000, kind="pass", uses=3)
    buyer = venue.buyer(credit=20000)
    first, second = unpaid(buyer, ticket), unpaid(buyer, ticket)
    told = {
        "pay": lambda: pay(buyer, first, key="pay"),
        "record": lambda: venue.record_payment(second["number"], "bank_transfer", 1000, key="record"),
        "mixed": lambda: buyer.order([(ticket, 2), (card, 1)], key="mixed"),
    }
    answers = {name: do() for name, do in told.items()}
    for name, answer in answers.items():
        assert answer.status == 201 and answer["tickets"], f"{name}: {answer}"
        assert all(len(each["code"]) > 20 for each in answer["tickets"])
    kept = venue.server.sql("select coalesce(string_agg(answer, ''), '') from idempotency")
    for answer in answers.values():
        assert all(each["code"] not in kept for each in answer["tickets"])
    venue.server.restart()
    for name, do in told.items():
        again = do()
        assert again.body == answers[name].body and again.headers["Idempotency-Replayed"] == "true", name
    venue.audit()


@pytest.fixture(scope="module")
def narrow():
    own = Server(orders__unpaid_places_max=6, orders__bank_transfer_expires_after=f"{LIVES}s")
    try:
        yield own.start()
    finally:
        own.remove()


def test_O4_unpaid_orders_hold_so_many_places_of_one_buyer(narrow):
    venue = Venue(narrow)
    offer = venue.offer(1000, capacity=100)
    buyer = venue.buyer(credit=20000)
    refused(buyer.order((offer, 7), ["bank_transfer"]), 409, "order_limit_exceeded")
    first = buyer.order((offer, 4), ["bank_transfer"])
    assert first.status == 201
    refused(buyer.order((offer, 3), ["bank_transfer"]), 409, "order_limit_exceeded")
    assert venue.places_left(offer) == 96
    # Who pays may have more, and so may others, and staff for the same household.
    assert buyer.order((offer, 10)).status == 201
    assert venue.buyer().order((offer, 6), ["bank_transfer"]).status == 201
    assert venue.staff_order(buyer.household, (offer, 10), ["cash"]).status == 201
    # A guest who types the address takes nothing from its owner.
    assert venue.guest_order((offer, 5), email=buyer.email).status == 201
    assert buyer.order((offer, 2), ["bank_transfer"]).status == 201
    # What is paid, cancelled or expired is free for the next.
    assert pay(buyer, first)["status"] == "paid"
    assert buyer.order((offer, 4), ["bank_transfer"]).status == 201
    eventually(lambda: buyer.order((offer, 6), ["bank_transfer"]).status == 201, LIVES + 10, "expiry")
    venue.audit()


def test_H3_orders_of_strangers_who_know_the_address_leave_a_client_the_places(narrow):
    venue = Venue(narrow)
    offer = venue.offer(1000, capacity=100)
    buyer = venue.buyer()
    assert venue.guest_order((offer, 6), email=buyer.email).status == 201
    # They are the client's in the back office, and yet nothing that the client could pay or cancel.
    assert venue.server.sql(f"select by_guest from orders where household_id = '{buyer.household}'") == "t"
    # Guests with this address have their own measure.
    refused(venue.guest_order((offer, 1), email=buyer.email.upper()), 409, "order_limit_exceeded")
    assert venue.guest_order((offer, 1), email="somebody-else@kunde.example").status == 201
    assert buyer.order((offer, 6), ["bank_transfer"]).status == 201
    refused(buyer.order((offer, 1), ["bank_transfer"]), 409, "order_limit_exceeded")
    venue.audit()


def test_O4_a_household_has_one_measure_whoever_orders_for_it(narrow):
    """The account's orders and those by the unique key are one household's, also when they come at once."""
    venue = Venue(narrow)
    venue.open_space()
    offer = venue.offer(1000, capacity=100)
    buyer = venue.buyer()
    key = venue.admin.post(f"{venue.staff_base}/households/{buyer.household}/key")["key"]
    space = venue.visitor.as_(venue.visitor.post(f"{venue.base}/space-sessions", {"key": key, "mode": "token"})["token"])
    assert buyer.order((offer, 3), ["bank_transfer"]).status == 201
    refused(venue.order(space, (offer, 4), ["bank_transfer"]), 409, "order_limit_exceeded")
    assert venue.order(space, (offer, 3), ["bank_transfer"]).status == 201
    refused(buyer.order((offer, 1), ["bank_transfer"]), 409, "order_limit_exceeded")

    other = venue.buyer()
    key = venue.admin.post(f"{venue.staff_base}/households/{other.household}/key")["key"]
    opened = venue.visitor.post(f"{venue.base}/space-sessions", {"key": key, "mode": "token"})["token"]

    def order(index):
        client = venue.visitor.as_(opened if index % 2 else other.token)
        answer = venue.order(client, (offer, 2), ["bank_transfer"])
        client.close()
        return answer

    got = outcomes(in_parallel(order, 12))
    assert got.get((201, None), 0) <= 3 and set(got) <= {(201, None), (409, "order_limit_exceeded")}, got
    venue.audit()


def test_O4_many_unpaid_orders_at_once_hold_no_more_than_one_after_the_other(narrow):
    venue = Venue(narrow)
    offer = venue.offer(1000, capacity=100)
    buyer = venue.buyer()

    def order(_):
        client = buyer.client.as_(buyer.token)
        answer = venue.order(client, (offer, 2), ["bank_transfer"])
        client.close()
        return answer

    got = outcomes(in_parallel(order, 12))
    assert got.get((201, None), 0) <= 3 and set(got) <= {(201, None), (409, "order_limit_exceeded")}, got
    venue.audit()


# Races: the buyer from two devices and staff with the transfer, all for one order in one moment.

ROUNDS = 12


def race_to_pay(venue, rounds=ROUNDS):
    """[(order, its answers)]; the buyer's wallet could pay every order many times."""
    offer = venue.offer(1000, capacity=1000)
    buyer = venue.buyer(credit=100_000)
    unpaid(venue.buyer(), (offer, 90))  # held places that a second sale of one could take
    devices = [buyer.client.as_(buyer.token) for _ in range(2)]
    admins = [venue.admin.as_(venue.admin.token) for _ in range(2)]
    done = []
    for index in range(rounds):
        order = unpaid(buyer, offer, ("bank_transfer",) if index % 2 else (
            {"method": "wallet", "amount": money(300)}, "bank_transfer"))
        due = order["payments"][-1]["amount"]["amount"]
        done.append((order, in_parallel(
            lambda i: pay(buyer, order, client=devices[i]) if i < 2 else
            venue.record_payment(order["number"], "bank_transfer", due, by=admins[i - 2]), 4)))
    return buyer, done


def paid_once(answers):
    codes = {each.code for each in answers if each.status != 201}
    return sum(each.status == 201 for each in answers) == 1 and codes <= {"too_late"}


def test_O4_an_order_that_everybody_pays_at_once_is_paid_once(venue):
    buyer, done = race_to_pay(venue)
    balance = 100_000
    for order, answers in done:
        assert paid_once(answers), answers
        final = venue.staff_view(order["number"])
        assert final["status"] == "paid" and len(final["tickets"]) == 1
        got = [(each["method"], each["amount"]["amount"]) for each in final["payments"] if each["status"] == "succeeded"]
        assert sum(amount for _, amount in got) == 1000, final
        balance -= sum(amount for method, amount in got if method == "wallet")
    assert buyer.wallet() == (balance, 0, balance)
    venue.audit()


def test_O4_without_the_guard_on_orders_some_are_paid_twice(make_server):
    venue = Venue(make_server())
    server = venue.server
    server.sql("create or replace function guard(what text, expected bigint, changed bigint) returns boolean "
               "language sql immutable as 'select true'")
    server.sql("alter table tickets drop constraint tickets_pkey")
    _, done = race_to_pay(venue, 4 * ROUNDS)
    assert any(sum(each.status == 201 for each in answers) > 1 for _, answers in done)
    assert server.command("audit", check=False).returncode == 1


def test_O4_an_order_that_is_paid_exactly_while_it_expires_ends_in_one_of_both(narrow):
    venue = Venue(narrow)
    offer = venue.offer(1000, capacity=100)
    buyers = venue.buyers(6, credit=5000)

    def rounds(index):
        buyer = buyers[index]
        orders = [unpaid(buyer, offer) for _ in range(5)]
        said = []
        for turn, order in enumerate(orders):
            ends = datetime.datetime.fromisoformat(order["expires_at"])
            left = (ends - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
            # A moment of the clock, not a condition: being there exactly is what is tested.
            time.sleep(max(0.0, left - 0.01 * (index + turn)))
            said.append(pay(buyer, order))
        paid = 0
        for order, answer in zip(orders, said):
            last = eventually(lambda: (lambda o: o["status"] != "awaiting_payment" and o)(
                buyer.get(f"/orders/{order['number']}")), LIVES + 10, "the end of the order")
            assert answer.status == 201 or answer.code == "too_late", answer
            assert last["status"] == ("paid" if answer.status == 201 else "cancelled"), (last, answer)
            paid += answer.status == 201
        assert buyer.wallet() == (5000 - 1000 * paid, 0, 5000 - 1000 * paid)
        return paid

    sold = sum(in_parallel(rounds, len(buyers)))
    assert venue.places_left(offer) == 100 - sold
    venue.audit()
