"""O2, O3, O4: who may order what, and what an order becomes. The codes are API.md's."""

import pytest

from house import money
from venue import Venue, guest, refused


def test_O2_a_guest_says_who_they_are(venue):
    offer = venue.offer(1500, capacity=10)
    order = venue.guest_order(offer, email="jean@kunde.example")
    assert order.status == 201 and order["status"] == "awaiting_payment"
    assert order["buyer"]["email"] == "jean@kunde.example" and order["account_id"] is None
    refused(venue.order(venue.visitor, offer, ["bank_transfer"]), 422, "invalid", "/buyer")
    incomplete = refused(venue.order(venue.visitor, offer, ["bank_transfer"], buyer={"email": "nobody"}), 422, "invalid",
                         "/buyer/first_name")
    assert "/buyer/last_name" in [each["field"] for each in incomplete["errors"]]
    refused(venue.guest_order(offer, email="not an address"), 422, "invalid", "/buyer/email")
    mail = venue.mailbox.wait("jean@kunde.example", order["number"])
    assert "15,00" in mail["text"] and order["number"] in mail["html"]


def test_O2_a_guest_never_pays_with_somebody_elses_wallet(venue):
    """H3: a guest's address is unproven, so that nothing which it has is theirs."""
    offer = venue.offer(1500)
    rich = venue.buyer(credit=5000)
    quote = venue.quote(venue.visitor, offer, buyer=guest(rich.email))
    assert "wallet" not in [each["method"] for each in quote["payment_methods"]]
    answer = venue.guest_order(offer, ["wallet"], email=rich.email)
    assert answer.status in (403, 409) and answer.code in ("insufficient_funds", "payment_method_unavailable"), answer
    mixed = venue.guest_order(offer, [{"method": "wallet", "amount": money(500)}, "bank_transfer"], email=rich.email)
    assert mixed.status in (403, 409), mixed
    assert rich.wallet() == (5000, 0, 5000)
    assert venue.guest_order(offer, email=rich.email).status == 201


def test_O2_a_guests_order_changes_nothing_on_the_household_that_it_finds(venue):
    offer = venue.offer(1500)
    known = venue.buyer()
    before = known.get("/household").json
    order = venue.order(venue.visitor, offer, ["bank_transfer"], buyer=guest(known.email, first_name="Mallory"))
    assert order.status == 201
    assert known.get("/household").json == before
    # S5: only orders placed with the account are shown.
    assert known.get("/orders")["items"] == []


def test_O2_the_organisation_may_require_an_account(venue):
    offer = venue.offer(0)
    venue.change_settings(account_required=True)
    refused(venue.guest_order(offer, []), 403, "account_required")
    assert venue.quote(venue.visitor, offer)["account_required"] is True
    assert venue.buyer().order(offer, []).status == 201


def test_O2_buyers_have_to_be_old_enough(venue):
    offer = venue.offer(0)

    def as_guest(**fields):
        person = {**guest(), "of_age": None, **fields}
        return venue.order(venue.visitor, offer, [], buyer={k: v for k, v in person.items() if v is not None})

    refused(as_guest(), 403, "underage")
    refused(as_guest(of_age=False), 403, "underage")
    assert as_guest(of_age=True).status == 201
    # A known birth date decides, whatever is ticked.
    refused(as_guest(of_age=True, birth_date="2015-01-01"), 403, "underage")
    assert as_guest(birth_date="1980-01-01").status == 201
    young = venue.buyer(birth_date="2012-03-04")
    refused(young.order(offer, []), 403, "underage")
    refused(young.order(offer, [], buyer={"birth_date": "1980-01-01", "of_age": True}), 403, "underage")
    venue.change_settings(minimum_buyer_age=12)
    assert young.order(offer, []).status == 201


def test_O2_terms_are_ticked_at_checkout(venue):
    offer = venue.offer(0)
    buyer = venue.buyer()
    assert buyer.order(offer, []).status == 201
    venue.change_settings(terms_url="https://theatre.example/cgv")
    refused(buyer.order(offer, []), 422, "terms_not_accepted")
    refused(buyer.order(offer, [], accept_terms=False), 422, "terms_not_accepted")
    assert buyer.order(offer, [], accept_terms=True).status == 201


def test_O2_the_forms_mandatory_fields_are_answered(venue):
    saved = venue.admin.patch(f"{venue.staff_base}/forms", {"fields": [
        {"key": "city", "label": {"fr": "Ville"}, "mandatory": True},
        {"key": "heard", "label": {"fr": "Comment nous connaissez-vous ?"}}]})
    assert saved.status == 200, saved
    offer = venue.offer(0)
    refused(venue.guest_order(offer, []), 422, "answers_missing", "/buyer/answers/city")
    assert venue.quote(venue.visitor, offer)["missing_answers"] == ["/buyer/answers/city"]
    answered = {"answers": {"city": "Lyon"}}
    order = venue.order(venue.visitor, offer, [], buyer=guest(**answered))
    assert order.status == 201 and order["buyer"]["answers"] == {"city": "Lyon"}
    # What is typed stays on the order as it was, and is no profile without a tick.
    buyer = venue.buyer()
    first = buyer.order(offer, [], buyer=answered)
    assert first.status == 201 and first["buyer"]["answers"] == {"city": "Lyon"}
    refused(buyer.order(offer, []), 422, "answers_missing", "/buyer/answers/city")


def test_O2_a_ticked_order_fills_the_profile_for_the_next(venue):
    saved = venue.admin.patch(f"{venue.staff_base}/forms", {"fields": [
        {"key": "city", "label": {"fr": "Ville"}, "mandatory": True}]})
    assert saved.status == 200, saved
    offer = venue.offer(0)
    buyer = venue.buyer()
    assert buyer.order(offer, [], buyer={"answers": {"city": "Lyon"}}, save_profile=True).status == 201
    again = buyer.order(offer, [])
    assert again.status == 201 and again["buyer"]["answers"] == {"city": "Lyon"}


def test_O2_fields_that_nobody_knows_are_refused(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=5000)
    line = {"offer_id": offer["id"], "quantity": 1}
    refused(buyer.order(offer, total=money(1)), 422, "invalid", "/total")
    refused(buyer.order(offer, status="paid"), 422, "invalid", "/status")
    refused(buyer.order([{**line, "unit_price": money(1)}]), 422, "invalid", "/lines/0/unit_price")
    refused(buyer.order([{**line, "price": 1}]), 422, "invalid", "/lines/0/price")
    refused(buyer.order(offer, [{"method": "wallet", "status": "succeeded"}]), 422, "invalid", "/payments/0/status")
    # Only staff say what came with a payment, and who buys.
    refused(buyer.order(offer, [{"method": "wallet", "reference": "x"}]), 422, "invalid", "/payments/0/reference")
    refused(buyer.order(offer, household_id=buyer.household), 422, "invalid", "/household_id")
    refused(buyer.order(offer, allow_negative=True), 422, "invalid", "/allow_negative")
    assert buyer.wallet() == (5000, 0, 5000)


def test_O2_what_is_no_order_is_refused(venue):
    buyer = venue.buyer(credit=5000)
    offer = venue.offer(100)
    path = f"{venue.base}/shops/online/orders"
    missing = "01890a5d-ac96-774b-bcce-b302099a8057"
    refused(buyer.order([{"offer_id": missing, "quantity": 1}]), 422, "invalid", "/lines/0/offer_id")
    refused(buyer.order([{"offer_id": "x", "quantity": 1}]), 422, "invalid", "/lines/0/offer_id")
    refused(buyer.order([{"offer_id": offer["id"]}]), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order([{"offer_id": offer["id"], "quantity": "1"}]), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order([{"offer_id": offer["id"], "quantity": 1.5}]), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order(offer, [{"method": "gold"}]), 422, "invalid", "/payments/0/method")
    json = {"Content-Type": "application/json"}
    for body in (b"", b"[]", b"{", b'{"lines": [], "lines": []}', b"\xff\xfe", b"null", b'{"a":' * 40 + b"1" + b"}" * 40):
        refused(buyer.client.post(path, body, key=True, headers=json), 400, "malformed")
    answer = buyer.client.post(path, b"{}", key=True, headers={"Content-Type": "text/plain"})
    assert answer.status == 415
    refused(venue.order(buyer.client, offer, shop="nowhere"), 404, "not_found")
    # The box office sells through staff only.
    refused(venue.order(buyer.client, offer, shop="counter"), 404, "not_found")


def test_O3_places_are_never_sold_twice(venue):
    offer = venue.offer(1000, capacity=3)
    buyer = venue.buyer(credit=20000)
    refused(buyer.order((offer, 4)), 409, "sold_out")
    assert buyer.order((offer, 2)).status == 201
    refused(buyer.order((offer, 2)), 409, "sold_out")
    assert buyer.order((offer, 1)).status == 201
    refused(buyer.order((offer, 1)), 409, "sold_out")
    refused(buyer.quote((offer, 1)), 409, "sold_out")
    assert venue.places_left(offer) == 0
    assert buyer.wallet() == (17000, 0, 17000)
    venue.audit()


def test_O3_an_order_takes_all_its_offers_or_none(venue):
    """What is sold out in one line leaves the others' places free."""
    plenty, none_left = venue.offer(1000, capacity=5), venue.offer(1000, capacity=0)
    buyer = venue.buyer(credit=5000)
    refused(buyer.order([(plenty, 2), (none_left, 1)]), 409, "sold_out")
    assert venue.places_left(plenty) == 5
    refused(buyer.order([(plenty, 5), (venue.offer(1000, capacity=9), 1)]), 409, "payment_required")
    assert venue.places_left(plenty) == 5
    assert buyer.order((plenty, 5)).status == 201
    venue.audit()


def test_O3_a_paid_order_has_its_tickets(venue):
    ticket, course, coffee = venue.offer(1000), venue.offer(2000, kind="course"), venue.offer(300, kind="merchandise")
    order = venue.buyer(credit=10000).order([(ticket, 2), (course, 1), (coffee, 3)])
    assert order.status == 201 and order["status"] == "paid"
    assert [each["offer_id"] for each in order["tickets"]] == [ticket["id"]] * 2 + [course["id"]]
    assert all(each["status"] == "valid" for each in order["tickets"])
    waiting = venue.guest_order(ticket)
    assert waiting["tickets"] == [] and waiting["benefits"] == []


def test_O3_what_is_free_needs_no_payment(venue):
    offer = venue.offer(0, capacity=2)
    order = venue.guest_order(offer, [])
    assert order.status == 201 and order["status"] == "paid" and len(order["tickets"]) == 1
    assert order["payments"] == [] and order["total"] == money(0)
    also = venue.buyer().order(offer, ["wallet", "bank_transfer"])
    assert also.status == 201 and also["payments"] == []
    venue.audit()


def test_O4_cancelling_frees_places_and_held_money(venue):
    offer = venue.offer(3000, capacity=1)
    buyer = venue.buyer(credit=1000)
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and buyer.wallet() == (1000, 1000, 0) and venue.places_left(offer) == 0
    cancelled = buyer.post(f"/orders/{order['number']}/cancel")
    assert cancelled.status == 200 and cancelled["status"] == "cancelled" and cancelled["cancel_reason"] == "buyer"
    assert {each["status"] for each in cancelled["payments"]} == {"failed"}
    assert buyer.wallet() == (1000, 0, 1000) and venue.places_left(offer) == 1
    refused(buyer.post(f"/orders/{order['number']}/cancel"), 409, "too_late")
    refused(venue.record_payment(order["number"], "bank_transfer", 2000), 409, "too_late")
    venue.audit()


def test_W5_one_key_cancels_once_and_gets_the_first_answer(make_server):
    venue = Venue(make_server())
    offer = venue.offer(3000, capacity=9, cancel_until="2099-01-01T00:00:00Z")
    buyer = venue.buyer(credit=7000)
    held, unpaid = buyer.order((offer, 3), ["wallet", "bank_transfer"]), buyer.order(offer, ["bank_transfer"])
    assert held.status == unpaid.status == 201, (held, unpaid)
    path = f"/orders/{held['number']}/cancel"
    mine = {"mine": lambda key="mine", **body: buyer.post(path, body or None, key=key),
            "staff": lambda key="staff", **body: venue.admin.post(
                f"{venue.staff_base}/orders/{unpaid['number']}/cancel", body or None, key=key)}
    first = {name: do() for name, do in mine.items()}
    paid = buyer.order((offer, 2))
    back = buyer.post(f"/orders/{paid['number']}/cancel", key="back")
    assert back.status == 200 and back["status"] == "refunded", back
    assert buyer.wallet() == (7000, 0, 7000)
    for _ in range(2):
        for name, do in mine.items():
            assert first[name].status == 200 and first[name]["status"] == "cancelled", first[name]
            again = do()
            assert again.status == 200 and again.body == first[name].body, again
            assert again.headers["Idempotency-Replayed"] == "true"
        again = buyer.post(f"/orders/{paid['number']}/cancel", key="back")
        assert again.status == 200 and again.body == back.body, again
        venue.server.restart()
    refused(mine["staff"](reason="autre"), 422, "idempotency_key_reused")
    refused(mine["mine"](key="another"), 409, "too_late")
    refused(mine["mine"](key="x" * 300), 400, "idempotency_key_required")
    refused(buyer.post(path), 409, "too_late")
    assert buyer.wallet() == (7000, 0, 7000) and venue.places_left(offer) == 9
    venue.audit()


def test_O4_a_paid_order_is_not_cancelled_like_an_unpaid_one(venue):
    buyer = venue.buyer(credit=1000)
    order = buyer.order(venue.offer(1000))
    refused(buyer.post(f"/orders/{order['number']}/cancel"), 409, "too_late")
    assert buyer.wallet() == (0, 0, 0)


def test_O4_only_its_buyer_and_staff_reach_an_order(venue):
    offer = venue.offer(3000)
    buyer, other = venue.buyers(2)
    order = buyer.order(offer, ["bank_transfer"])["number"]
    refused(other.post(f"/orders/{order}/cancel"), 404, "not_found")
    refused(venue.visitor.post(buyer.path(f"/orders/{order}/cancel")), 401, "not_authenticated")
    refused(venue.visitor.get(f"{venue.staff_base}/orders/{order}"), 401, "not_authenticated")
    refused(buyer.client.get(f"{venue.staff_base}/orders/{order}"), 404, "not_found")
    auditor, editor = venue.staff("auditor"), venue.staff("editor")
    assert auditor.get(f"{venue.staff_base}/orders/{order}").status == 200
    refused(venue.cancel(order, by=auditor), 403, "forbidden")
    refused(venue.record_payment(order, "bank_transfer", 3000, by=auditor), 403, "forbidden")
    refused(editor.get(f"{venue.staff_base}/orders/{order}"), 403, "forbidden")
    by_staff = venue.cancel(order, body={"reason": "demande du client"})
    assert by_staff.status == 200 and by_staff["cancel_reason"] == "demande du client"


def test_O4_lists_have_pages(venue):
    offer = venue.offer(0)
    buyer = venue.buyer()
    numbers = [buyer.order(offer, [])["number"] for _ in range(5)]
    for client, path in ((buyer.client, buyer.path("/orders")), (venue.admin, f"{venue.staff_base}/orders")):
        seen, cursor = [], None
        while True:
            page = client.get(path, query={"limit": 2, **({"cursor": cursor} if cursor else {})})
            assert page.status == 200 and len(page["items"]) <= 2
            seen += [each["number"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == numbers[::-1]
        for bad in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "x"}):
            assert client.get(path, query=bad).status == 422, bad


@pytest.mark.parametrize("method", ["bank_transfer", "cash", "cheque"])
def test_O4_an_offline_payment_is_recorded_by_staff(venue, method):
    venue.change_shop(payment_methods=["wallet", "bank_transfer", "cash", "cheque"])
    offer = venue.offer(2000, capacity=5)
    order = venue.guest_order((offer, 2), [method], email=f"{method}@kunde.example")
    assert order.status == 201 and order["status"] == "awaiting_payment" and order["expires_at"]
    action = order["next_action"]
    assert action["type"] == method and action["reference"] == order["number"] and action["instructions"]
    assert venue.places_left(offer) == 3
    box_office = venue.staff("box_office")
    paid = venue.record_payment(order["number"], method, 4000, by=box_office, reference="VIR 2231")
    assert paid.status == 201 and paid["status"] == "paid" and len(paid["tickets"]) == 2, paid
    assert [(each["status"], each["reference"]) for each in paid["payments"]] == [("succeeded", "VIR 2231")]
    assert paid["paid_at"] and not paid.json.get("expires_at") and "next_action" not in paid.json
    assert venue.places_left(offer) == 3
    refused(venue.record_payment(order["number"], method, 4000), 409, "too_late")
    mail = venue.mailbox.wait(f"{method}@kunde.example", order["number"])
    assert mail
    venue.audit()


def test_S5_a_house_may_let_a_confirmed_account_claim_its_earlier_guest_orders(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer()
    email = buyer.client.get("/api/v1/me")["email"]
    as_guest = venue.guest_order(offer, email=email)
    assert as_guest.status == 201, as_guest
    other = venue.guest_order(offer, email="quelquun.dautre@kunde.example")
    numbers = lambda: [each["number"] for each in buyer.get("/orders")["items"]]
    assert numbers() == [] and buyer.get(f"/orders/{as_guest['number']}").status == 404
    venue.change_settings(claim_past_orders=True)
    try:
        assert numbers() == [as_guest["number"]]
        assert buyer.get(f"/orders/{as_guest['number']}").status == 200
        assert buyer.get(f"/orders/{other['number']}").status == 404
    finally:
        venue.change_settings(claim_past_orders=False)
