"""W3, W4, W5, W10: paying with the balance, with a second method, and never twice."""

import uuid

from house import money
from venue import Venue, in_parallel, refused


def part(method, amount=None, **fields):
    return {"method": method, **({"amount": money(amount)} if amount is not None else {}), **fields}


def test_W3_a_buyer_never_goes_below_zero(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer()
    refused(buyer.order(offer), 409, "insufficient_funds")
    venue.credit(buyer.household, 999)
    refused(buyer.order(offer, [part("wallet", 1000)]), 409, "insufficient_funds")
    refused(buyer.order(offer), 409, "payment_required")
    assert buyer.wallet() == (999, 0, 999) and buyer.get("/orders")["items"] == []
    venue.credit(buyer.household, 1)
    assert buyer.order(offer).status == 201
    refused(buyer.order(offer), 409, "insufficient_funds")
    assert buyer.wallet() == (0, 0, 0)
    venue.audit()


def test_W3_what_is_held_cannot_be_spent(venue):
    offer = venue.offer(1500)
    buyer = venue.buyer(credit=1000)
    assert buyer.order(offer, ["wallet", "bank_transfer"]).status == 201
    assert buyer.wallet() == (1000, 1000, 0)
    refused(buyer.order(venue.offer(500)), 409, "insufficient_funds")
    assert venue.quote(buyer.client, offer)["payment_methods"][0]["method"] != "wallet"
    venue.credit(buyer.household, 400)
    assert buyer.wallet() == (1400, 1000, 400)
    refused(buyer.order(venue.offer(500)), 409, "payment_required")
    assert buyer.order(venue.offer(400)).status == 201
    assert buyer.wallet() == (1000, 1000, 0)
    venue.audit()


def test_W3_staff_go_down_to_their_floor(venue):
    venue.change_settings(floors={"box_office": money(-2000)})
    offer = venue.offer(1500)
    household = venue.household(email="client@kunde.example")["id"]
    box_office = venue.staff("box_office")
    refused(venue.staff_order(household, offer, ["wallet"], by=box_office), 409, "insufficient_funds")
    order = venue.staff_order(household, offer, ["wallet"], by=box_office, allow_negative=True)
    assert order.status == 201 and order["status"] == "paid", order
    assert venue.wallet(household)["balance"] == money(-1500)
    over = refused(venue.staff_order(household, offer, ["wallet"], by=box_office, allow_negative=True), 409,
                   "floor_exceeded")
    assert over["room"] == money(500)
    # The administrator has no floor of their own here.
    refused(venue.staff_order(household, offer, ["wallet"], allow_negative=True), 409, "floor_exceeded")
    assert venue.wallet(household)["balance"] == money(-1500)
    venue.audit()


def test_W4_a_part_by_wallet_is_held_until_the_rest_is_paid(venue):
    offer = venue.offer(4000, capacity=2)
    buyer = venue.buyer(credit=2500)
    quote = buyer.quote(offer)
    assert quote["payment_methods"][0] == {"method": "wallet", "available": money(2500), "covers": money(2500)}
    assert "bank_transfer" in [each["method"] for each in quote["payment_methods"]]
    refused(buyer.order(offer, ["wallet"]), 409, "payment_required")
    assert buyer.wallet() == (2500, 0, 2500) and venue.places_left(offer) == 2

    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and order["status"] == "awaiting_payment" and order["tickets"] == []
    assert [(each["method"], each["amount"], each["status"]) for each in order["payments"]] == [
        ("wallet", money(2500), "held"), ("bank_transfer", money(1500), "pending")]
    assert order["next_action"]["type"] == "bank_transfer"
    assert buyer.wallet() == (2500, 2500, 0) and venue.places_left(offer) == 1

    refused(venue.record_payment(order["number"], "bank_transfer", 1501), 422, "payment_mismatch")
    first = venue.record_payment(order["number"], "bank_transfer", 500)
    assert first.status == 201 and first["status"] == "awaiting_payment"
    paid = venue.record_payment(order["number"], "bank_transfer", 1000)
    assert paid.status == 201 and paid["status"] == "paid" and len(paid["tickets"]) == 1, paid
    assert sum(each["amount"]["amount"] for each in paid["payments"] if each["status"] == "succeeded") == 4000
    assert buyer.wallet() == (0, 0, 0) and venue.places_left(offer) == 1
    kinds = [(each["kind"], each["amount"]["amount"]) for each in buyer.get("/wallet/entries")["items"]]
    assert sorted(kinds) == [("hold", 0), ("purchase", -2500), ("release", 0), ("top_up", 2500)]
    assert buyer.get(f"/orders/{order['number']}").json == venue.staff_view(order["number"])
    venue.audit()


def test_W3_cash_is_taken_for_a_held_order_however_deep_the_debt_has_become(venue):
    """Recording it leaves the wallet as it is, so that no floor may stand in the way."""
    venue.change_settings(floors={"administrator": money(-5000)})
    buyer = venue.buyer(credit=3000)
    order = buyer.order(venue.offer(4000), ["wallet", "bank_transfer"])
    assert order.status == 201 and buyer.wallet() == (3000, 3000, 0)
    assert venue.entry(buyer.household, "adjustment", -5000, allow_negative=True).status == 201
    assert buyer.wallet() == (-2000, 3000, -5000)
    venue.change_settings(floors={"administrator": money(-1000)})
    refused(venue.entry(buyer.household, "adjustment", -1, allow_negative=True), 409, "floor_exceeded")
    part_paid = venue.record_payment(order["number"], "cash", 400)
    assert part_paid.status == 201 and buyer.wallet() == (-2000, 3000, -5000)
    paid = venue.record_payment(order["number"], "cash", 600)
    assert paid.status == 201 and paid["status"] == "paid" and len(paid["tickets"]) == 1, paid
    assert buyer.wallet() == (-5000, 0, -5000)
    refused(venue.entry(buyer.household, "adjustment", -1, allow_negative=True), 409, "floor_exceeded")
    venue.audit()


def test_W4_what_was_received_for_a_cancelled_order_goes_to_the_wallet(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=300)
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and buyer.wallet() == (300, 300, 0)
    assert venue.record_payment(order["number"], "cash", 400).status == 201
    cancelled = buyer.post(f"/orders/{order['number']}/cancel")
    assert cancelled.status == 200 and cancelled["status"] == "cancelled", cancelled
    assert {each["method"]: each["status"] for each in cancelled["payments"]} == {
        "wallet": "failed", "bank_transfer": "failed", "cash": "refunded"}
    assert buyer.wallet() == (700, 0, 700)
    venue.audit()


def test_W4_amounts_may_be_named(venue):
    offer = venue.offer(4000)
    buyer = venue.buyer(credit=5000)
    order = buyer.order(offer, [part("wallet", 1000), part("bank_transfer", 3000)])
    assert order.status == 201 and buyer.wallet() == (5000, 1000, 4000)
    assert buyer.order(offer, [part("wallet", 4000)]).status == 201
    assert buyer.wallet() == (1000, 1000, 0)
    other = venue.buyer(credit=5000)
    refused(other.order(offer, [part("wallet", 4001)]), 422, "payment_mismatch")
    refused(other.order(offer, [part("wallet", 3000)]), 409, "payment_required")
    refused(other.order(offer, [part("wallet", 3000), part("bank_transfer", 999)]), 409, "payment_required")
    refused(other.order(offer, [part("wallet", 3000), part("bank_transfer", 1001)]), 422, "payment_mismatch")
    refused(other.order(offer, [part("wallet", 2000), part("wallet", 2000)]), 422, "payment_mismatch")
    refused(other.order(offer, [{"method": "wallet", "amount": {"amount": 4000, "currency": "CHF"}}]), 422,
            "currency_mismatch")
    refused(other.order(offer, []), 409, "payment_required")
    # Nothing left to pay needs no second method.
    both = other.order(offer, ["wallet", "bank_transfer"])
    assert both["status"] == "paid" and [each["method"] for each in both["payments"]] == ["wallet"]
    assert other.wallet() == (1000, 0, 1000)
    venue.audit()


def test_W4_a_shop_takes_its_own_methods_only(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=1000)
    for method in ("card", "voucher"):
        refused(buyer.order(offer, [method]), 409, "payment_method_unavailable")
    venue.change_shop(payment_methods=["bank_transfer"])
    refused(buyer.order(offer, ["wallet"]), 409, "payment_method_unavailable")
    assert [each["method"] for each in buyer.quote(offer)["payment_methods"]] == ["bank_transfer"]
    assert buyer.order(offer, ["bank_transfer"]).status == 201


def test_W4_a_my_space_session_pays_with_its_household(venue):
    venue.open_space()
    buyer = venue.buyer(credit=3000)
    key = venue.admin.post(f"{venue.staff_base}/households/{buyer.household}/key")
    assert key.status == 201, key
    opened = venue.visitor.post(f"{venue.base}/space-sessions", {"key": key["key"], "mode": "token"})
    assert opened.status == 201 and opened["assurance"] == "space", opened
    space = venue.visitor.as_(opened["token"])
    offer = venue.offer(1000)
    quote = venue.quote(space, offer)
    assert quote["payment_methods"][0] == {"method": "wallet", "available": money(3000), "covers": money(1000)}
    order = venue.order(space, offer)
    assert order.status == 201 and order["status"] == "paid" and order["household_id"] == buyer.household
    assert buyer.wallet() == (2000, 0, 2000)
    assert space.get(f"{venue.me}/orders/{order['number']}")["tickets"] == order["tickets"]
    # At another organisation it is nobody.
    other = Venue(venue.server)
    elsewhere = other.order(space, other.offer(1000), ["wallet"])
    assert elsewhere.status in (401, 422), elsewhere
    assert space.get(f"{other.me}/orders").status in (401, 403, 404)


def test_W5_a_money_command_needs_a_key(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=1000)
    refused(buyer.order(offer, key=None), 400, "idempotency_key_required")
    refused(buyer.order(offer, key="x" * 256), 400, "malformed")
    refused(buyer.order(offer, key="caf\u00e9"), 400, "malformed")
    order = buyer.order(offer, key="x" * 255)
    assert order.status == 201
    waiting = venue.guest_order(offer)
    refused(venue.record_payment(waiting["number"], "bank_transfer", 1000, key=None), 400, "idempotency_key_required")
    refused(venue.entry(buyer.household, "top_up", 100, key=None), 400, "idempotency_key_required")


def test_W5_the_same_key_gives_the_same_answer(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=5000)
    key = str(uuid.uuid4())
    first = buyer.order(offer, key=key)
    again = buyer.order(offer, key=key)
    assert first.status == again.status == 201 and again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    refused(buyer.order((offer, 2), key=key), 422, "idempotency_key_reused")
    assert buyer.wallet() == (4000, 0, 4000)
    # The key is the buyer's own.
    other = venue.buyer(credit=1000)
    assert other.order(offer, key=key)["number"] != first["number"]
    # Another kind of command, too.
    assert venue.entry(buyer.household, "top_up", 100, key=key).status == 201
    venue.audit()


def test_W5_refusals_are_not_kept(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer()
    refused(buyer.order(offer, key="later"), 409, "insufficient_funds")
    venue.credit(buyer.household, 1000)
    order = buyer.order(offer, key="later")
    assert order.status == 201 and "Idempotency-Replayed" not in order.headers
    assert buyer.order(offer, key="later")["number"] == order["number"]


def test_W5_a_recorded_payment_counts_once(venue):
    waiting = venue.guest_order(venue.offer(1000))
    first = venue.record_payment(waiting["number"], "bank_transfer", 400, key="vir-1")
    again = venue.record_payment(waiting["number"], "bank_transfer", 400, key="vir-1")
    assert first.body == again.body and again.headers["Idempotency-Replayed"] == "true"
    paid = venue.record_payment(waiting["number"], "bank_transfer", 600, key="vir-2")
    assert paid["status"] == "paid"
    assert venue.record_payment(waiting["number"], "bank_transfer", 600, key="vir-2").body == paid.body
    refused(venue.record_payment(waiting["number"], "bank_transfer", 600, key="vir-3"), 409, "too_late")
    venue.audit()


def test_W5_two_who_record_the_last_payment_at_once_take_it_once(venue):
    offer = venue.offer(1000, capacity=50)
    admins = [venue.admin.as_(venue.admin.token) for _ in range(8)]
    for _ in range(5):
        number = venue.guest_order(offer)["number"]
        answers = in_parallel(lambda i: venue.record_payment(number, "bank_transfer", 1000, by=admins[i]), 8)
        assert sorted(each.status for each in answers) == [201] + [409] * 7, answers
        assert {each.code for each in answers if each.status == 409} <= {"too_late", "version_conflict", "conflict"}
        assert len(venue.staff_view(number)["tickets"]) == 1
    venue.audit()


def test_W5_cancelling_and_paying_at_once_end_in_one_of_both(venue):
    offer = venue.offer(2000, capacity=50)
    buyer = venue.buyer(credit=1000)
    for _ in range(8):
        before = buyer.wallet()[0]
        if before < 1000:
            venue.credit(buyer.household, 1000 - before)
        number = buyer.order(offer, ["wallet", "bank_transfer"])["number"]
        payer, canceller = venue.admin.as_(venue.admin.token), venue.admin.as_(venue.admin.token)
        paid, cancelled = in_parallel(
            lambda i: venue.cancel(number, by=canceller) if i else
            venue.record_payment(number, "bank_transfer", 1000, by=payer), 2)
        final = venue.staff_view(number)
        assert (paid.status, cancelled.status) in ((201, 409), (409, 200)), (paid, cancelled)
        assert final["status"] == ("paid" if paid.status == 201 else "cancelled")
        assert buyer.wallet() == ((0, 0, 0) if paid.status == 201 else (1000, 0, 1000))
    venue.audit()


def test_W10_the_balance_is_a_payment_not_a_discount(venue):
    offer = venue.offer(4000, vat_basis_points=2000)
    order = venue.buyer(credit=4000).order(offer)
    assert order["total"] == money(4000) and order["lines"][0]["unit_price"] == money(4000)
    assert order["lines"][0]["vat_basis_points"] == 2000
    assert [(each["method"], each["amount"]) for each in order["payments"]] == [("wallet", money(4000))]


def test_W10_stored_value_is_never_paid_with_stored_value(venue):
    voucher = venue.offer(2000, kind="voucher", value=money(2000))
    ticket = venue.offer(1000)
    buyer = venue.buyer(credit=10000)
    for payments in (["wallet"], [part("wallet", 500), "bank_transfer"]):
        refused(buyer.order(voucher, payments), 409, "payment_method_unavailable")
        refused(buyer.order([(ticket, 1), (voucher, 1)], payments), 409, "payment_method_unavailable")
    assert "wallet" not in [each["method"] for each in buyer.quote(voucher)["payment_methods"]]
    refused(venue.staff_order(buyer.household, voucher, ["wallet"]), 409, "payment_method_unavailable")
    order = buyer.order(voucher, ["bank_transfer"])
    assert order.status == 201 and order["benefits"] == []
    paid = venue.record_payment(order["number"], "bank_transfer", 2000)
    assert [each["value_left"] for each in paid["benefits"]] == [money(2000)]
    assert buyer.wallet() == (10000, 0, 10000)


def test_O5_staff_take_money_at_the_counter(venue):
    venue.change_shop("counter", payment_methods=["wallet", "cash", "cheque"])
    offer = venue.offer(1500, capacity=4)
    household = venue.household(email="guichet@kunde.example")["id"]
    venue.credit(household, 1000)
    mixed = venue.staff_order(household, (offer, 2), ["wallet", part("cash", 500), part("cheque", reference="n° 7")])
    assert mixed.status == 201 and mixed["status"] == "paid" and len(mixed["tickets"]) == 2, mixed
    assert [(each["method"], each["amount"], each["status"]) for each in mixed["payments"]] == [
        ("wallet", money(1000), "succeeded"), ("cash", money(500), "succeeded"), ("cheque", money(1500), "succeeded")]
    assert mixed["payments"][2]["reference"] == "n° 7"
    refused(venue.staff_order(household, offer, ["bank_transfer"]), 409, "payment_method_unavailable")
    refused(venue.staff_order(household, offer, []), 409, "payment_required")
    assert venue.places_left(offer) == 2 and venue.wallet(household)["balance"] == money(0)
    stranger = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert venue.staff_order(stranger, offer, ["cash"]).status in (404, 422)
    for role, status in (("box_office", 201), ("administrator", 201), ("editor", 403), ("auditor", 403)):
        venue.change_offer(offer, capacity=None)
        assert venue.staff_order(household, offer, ["cash"], by=venue.staff(role)).status == status
    venue.audit()


def test_W5_an_order_is_told_as_it_was_placed_after_a_restart_too(make_server):
    venue = Venue(make_server())
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=5000)
    first = buyer.order((offer, 2), key="kept")
    assert first.status == 201
    assert buyer.post(f"/orders/{first['number']}/cancel").status in (200, 409)
    by_staff = venue.staff_order(buyer.household, offer, [{"method": "cash", "amount": money(1000)}], key="counter")
    assert by_staff.status == 201, by_staff
    assert venue.cancel(by_staff["number"]).status in (200, 409)
    venue.server.restart()
    again = buyer.order((offer, 2), key="kept")
    assert again.status == 201 and again.json == first.json and again.headers["Idempotency-Replayed"] == "true"
    again = venue.staff_order(buyer.household, offer, [{"method": "cash", "amount": money(1000)}], key="counter")
    assert again.status == 201 and again.json == by_staff.json and again.headers["Idempotency-Replayed"] == "true"
    assert buyer.order((offer, 1), key="kept").code == "idempotency_key_reused"
    venue.audit()
