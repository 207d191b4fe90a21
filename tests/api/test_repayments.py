"""A negative balance repaid online (W8), and topped up where the organisation allows it (W11)."""

import pytest

from accounts import fresh_email
from house import money
from server import eventually
from venue import Venue, in_parallel, refused


@pytest.fixture(scope="module")
def venue(server):
    made = Venue(server, floors={"administrator": money(-100_000)},
                 bank_transfer_instructions={"fr": "IBAN FR76 1234", "en": "IBAN FR76 1234"})
    made.open_space()
    made.change_shop(payment_methods=["wallet", "bank_transfer", "cash"])
    return made


@pytest.fixture
def debtor(venue):
    buyer = venue.buyer()
    owe(venue, buyer.household, 2_500)
    return buyer


def owe(venue, household, sum_):
    entry = venue.entry(household, "adjustment", -sum_, allow_negative=True)
    assert entry.status == 201, entry


def repay(buyer, method="bank_transfer", key=True, **more):
    return buyer.post("/wallet/repay", {"method": method, **more}, key=key)


def entries(venue, household):
    found = venue.admin.get(f"{venue.staff_base}/wallets/{household}/entries")["items"]
    return [(each["kind"], each["amount"]["amount"], each.get("order_number")) for each in found]


def test_W8_a_debt_is_settled_exactly_once_it_is_received(venue, debtor):
    made = repay(debtor)
    assert made.status == 201, made
    number = made["number"]
    assert (made["kind"], made["status"], made["total"]) == ("repayment", "awaiting_payment", money(2_500))
    assert made["lines"] == [] and made["tickets"] == [] and made["expires_at"]
    assert made["next_action"]["type"] == "bank_transfer" and made["next_action"]["reference"] == number
    mail = venue.mailbox.wait(debtor.email, "solde")
    assert "25,00" in mail["text"] and number in mail["text"] and "IBAN FR76 1234" in mail["text"]
    assert debtor.wallet() == (-2_500, 0, -2_500)
    paid = venue.record_payment(number, "bank_transfer", 2_500, reference="avis 17")
    assert paid.status == 201 and paid["status"] == "paid", paid
    assert debtor.wallet() == (0, 0, 0)
    assert entries(venue, debtor.household)[0] == ("top_up", 2_500, number)
    assert "25,00" in venue.mailbox.wait(debtor.email, "Paiement")["text"]
    refused(venue.record_payment(number, "bank_transfer", 2_500), 409, "too_late")
    refused(repay(debtor), 409, "conflict")
    venue.audit()


def test_W8_one_repayment_at_a_time_however_many_ask(venue, debtor):
    answers = in_parallel(lambda n: repay_as(venue, debtor, f"repay {n}"), 8)
    assert sorted(each.status for each in answers) == [201] + [409] * 7
    assert all(each.code == "conflict" for each in answers if each.status == 409)
    mine = [each for each in debtor.get("/orders")["items"] if each["kind"] == "repayment"]
    assert len(mine) == 1
    assert debtor.post(f"/orders/{mine[0]['number']}/cancel").status == 200
    again = repay(debtor, "cash", key="once")
    assert again.status == 201, again
    replayed = repay(debtor, "cash", key="once")
    assert replayed["number"] == again["number"] and replayed.headers["Idempotency-Replayed"] == "true"


def repay_as(venue, buyer, key):
    client = venue.server.client(buyer.token)
    return client.post(f"{venue.me}/wallet/repay", {"method": "bank_transfer"}, key=key)


def test_W8_never_more_than_is_owed(venue, debtor):
    refused(repay(debtor, amount=money(2_501)), 422, "payment_mismatch")
    refused(repay(debtor, amount=money(100, "CHF")), 422, "currency_mismatch")
    part = repay(debtor, amount=money(1_000))
    assert part.status == 201 and part["total"] == money(1_000), part
    assert venue.record_payment(part["number"], "cash", 1_000).status == 201
    assert debtor.wallet()[0] == -1_500
    rest = repay(debtor)
    assert rest["total"] == money(1_500)
    refused(venue.record_payment(rest["number"], "cash", 1_501), 422, "payment_mismatch")


@pytest.mark.parametrize("method", ["wallet", "voucher", "card", "cheque"])
def test_W10_a_balance_is_not_paid_with_stored_value_nor_by_what_the_shop_does_not_take(venue, debtor, method):
    refused(repay(debtor, method), 409, "payment_method_unavailable")


def test_W10_a_repayment_that_waits_is_not_paid_from_the_wallet(venue):
    buyer = venue.buyer()
    owe(venue, buyer.household, 500)
    made = repay(buyer)
    venue.credit(buyer.household, 5_000)
    refused(buyer.post(f"/orders/{made['number']}/pay", {"method": "wallet"}, key=True), 409, "payment_method_unavailable")
    assert buyer.wallet()[0] == 4_500


def test_W8_what_was_received_of_a_repayment_that_is_cancelled_is_credited(venue, debtor):
    made = repay(debtor)
    assert venue.record_payment(made["number"], "cash", 700).status == 201
    assert debtor.wallet()[0] == -2_500
    assert venue.cancel(made["number"]).status == 200
    assert debtor.wallet()[0] == -1_800
    venue.audit()


def test_W8_by_unique_key(venue):
    household = venue.household("Zoé", "Petit", email=fresh_email("cle"))["id"]
    owe(venue, household, 900)
    key = venue.admin.post(f"{venue.staff_base}/households/{household}/key")["key"]
    opened = venue.server.client().post(f"{venue.base}/space-sessions", {"key": key, "mode": "token"})
    made = venue.server.client(opened["token"]).post(f"{venue.me}/wallet/repay", {"method": "bank_transfer"}, key=True)
    assert made.status == 201 and made["total"] == money(900) and made["household_id"] == household, made


def test_W8_a_repayment_expires(make_server):
    venue = Venue(make_server(orders__bank_transfer_expires_after="1s"), floors={"administrator": money(-100_000)})
    buyer = venue.buyer()
    owe(venue, buyer.household, 500)
    made = repay(buyer)
    assert made.status == 201, made
    over = eventually(lambda: (now := venue.staff_view(made["number"]))["status"] == "cancelled" and now, 15, "expiry")
    assert over["cancel_reason"] == "expired" and buyer.wallet()[0] == -500
    assert repay(buyer).status == 201
    venue.audit()


def test_W11_a_balance_is_topped_up_only_where_the_organisation_allows_it(server):
    venue = Venue(server)
    buyer = venue.buyer()
    ask = lambda **body: buyer.post("/wallet/top-up", {"method": "bank_transfer", "amount": money(3_000), **body}, key=True)
    refused(ask(), 403, "forbidden")
    venue.change_settings(top_up_allowed=True)
    made = ask()
    assert made.status == 201 and made["kind"] == "repayment" and made["total"] == money(3_000), made
    assert venue.record_payment(made["number"], "bank_transfer", 3_000).status == 201
    assert buyer.wallet()[0] == 3_000
    refused(ask(method="wallet"), 409, "payment_method_unavailable")
    venue.audit()
