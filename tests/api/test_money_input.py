"""QUALITY.md, "money input": whatever is no sum in minor units of the organisation's currency is refused, everywhere
where a request names money, and changes nothing."""

import json
import uuid

import pytest

from house import money, text
from venue import Venue

MAX = 2**63 - 1

# What stands for the amount; as JSON text, since most of it can't be written by json.dumps.
BAD = ["1.5", "1e2", "1E2", "100.0", "-1.5", "1e400", "NaN", "Infinity", "0x10", "+1", "01", '"100"', '"1,00"', "true",
       "[]", "{}", "null", str(MAX), str(-MAX - 1), str(2**63), str(-2**63 - 1), str(2**64), str(2**53 + 1), "9" * 40]
NOT_POSITIVE = ["0", "-0", "-1", "-100"]

BAD_OBJECTS = [
    "100", '"1.00 EUR"', "null", "[]", '{"amount": 100}', '{"currency": "EUR"}', "{}",
    '{"amount": 100, "currency": "eur"}', '{"amount": 100, "currency": "EURO"}', '{"amount": 100, "currency": ""}',
    '{"amount": 100, "currency": 978}', '{"amount": 100, "currency": null}',
    '{"amount": 100, "currency": "EUR", "value": 1}',
    '{"amount": 100, "amount": 100, "currency": "EUR"}', '{"amount": 100, "currency": "EUR", "currency": "EUR"}',
]

PLACE = "<money>"


class Field:
    """One place where a request names money; `send` posts a body with that JSON text in it."""

    def __init__(self, client, method, path, body, key=False, optional=False):
        self.client, self.method, self.path, self.key, self.optional = client, method, path, key, optional
        self.body = json.dumps(body)
        assert f'"{PLACE}"' in self.body

    def send(self, money_text):
        return self.client.request(self.method, self.path, self.body.replace(f'"{PLACE}"', money_text).encode(),
                                   headers={"Content-Type": "application/json"}, key=str(uuid.uuid4()) if self.key else None)


@pytest.fixture(scope="module")
def fields(server):
    venue = Venue(server)
    offer = venue.offer(100)
    household = venue.household()["id"]
    buyer = venue.buyer(credit=5000)
    waiting = venue.guest_order(offer)["number"]
    line = [{"offer_id": offer["id"], "quantity": 1}]
    staff = venue.staff_base
    new_offer = {"kind": "ticket", "title": text("Le Cid"), "shops": ["online"]}
    places = {
        "staff entry": Field(venue.admin, "POST", f"{staff}/wallets/{household}/entries",
                             {"kind": "top_up", "reason": "x", "amount": PLACE}, key=True),
        "staff refund": Field(venue.admin, "POST", f"{staff}/wallets/{household}/entries",
                              {"kind": "refund", "reason": "x", "amount": PLACE}, key=True),
        "recorded payment": Field(venue.admin, "POST", f"{staff}/orders/{waiting}/payments",
                                  {"method": "bank_transfer", "amount": PLACE}, key=True),
        "order": Field(buyer.client, "POST", f"{venue.base}/shops/online/orders",
                       {"lines": line, "payments": [{"method": "wallet", "amount": PLACE}]}, key=True, optional=True),
        "staff order": Field(venue.admin, "POST", f"{staff}/orders",
                             {"household_id": household, "lines": line,
                              "payments": [{"method": "cash", "amount": PLACE}]}, key=True, optional=True),
        "voucher value": Field(venue.admin, "POST", f"{staff}/offers",
                               {**new_offer, "kind": "voucher", "price": money(100), "value": PLACE}, optional=True),
        "price": Field(venue.admin, "POST", f"{staff}/offers", {**new_offer, "price": PLACE}),
        "rate": Field(venue.admin, "POST", f"{staff}/offers",
                      {**new_offer, "rates": [{"name": text("Plein"), "price": PLACE}]}),
        "new price": Field(venue.admin, "PATCH", f"{staff}/offers/{offer['id']}", {"price": PLACE}),
        "adjustment": Field(venue.admin, "POST", f"{staff}/wallets/{household}/entries",
                            {"kind": "adjustment", "reason": "x", "amount": PLACE}, key=True),
        "household floor": Field(venue.admin, "PATCH", f"{staff}/households/{household}", {"floor": PLACE}, optional=True),
        "role floor": Field(venue.admin, "PATCH", f"{staff}/settings", {"floors": {"box_office": PLACE}}, optional=True),
    }
    yield venue, buyer, household, waiting, places
    assert buyer.wallet() == (5000, 0, 5000)
    assert venue.wallet(household)["balance"] == money(0) and venue.wallet(household)["entries_count"] == 0
    assert venue.staff_view(waiting)["status"] == "awaiting_payment"
    assert buyer.get("/orders")["items"] == []
    assert venue.admin.get(f"{staff}/offers")["items"][0]["price"] == money(100)
    venue.audit()


POSITIVE = ["staff entry", "staff refund", "recorded payment", "order", "staff order", "voucher value"]
NOT_NEGATIVE = ["price", "rate", "new price"]
EVERYWHERE = POSITIVE + NOT_NEGATIVE + ["adjustment", "household floor", "role floor"]


def refused(answer, what):
    assert answer.status in (400, 422), (what, answer)
    assert answer.code in ("invalid", "malformed", "amount_out_of_range", "payment_mismatch"), (what, answer)


@pytest.mark.parametrize("field", EVERYWHERE)
def test_W1_only_whole_minor_units_are_money(fields, field):
    place = fields[4][field]
    for bad in BAD:
        refused(place.send('{"amount": %s, "currency": "EUR"}' % bad), (field, bad))
    for bad in BAD_OBJECTS:
        if bad == "null" and place.optional:
            continue
        refused(place.send(bad), (field, bad))


@pytest.mark.parametrize("field", POSITIVE)
def test_W1_payments_and_top_ups_are_positive(fields, field):
    for bad in NOT_POSITIVE:
        refused(fields[4][field].send('{"amount": %s, "currency": "EUR"}' % bad), (field, bad))


@pytest.mark.parametrize("field", NOT_NEGATIVE)
def test_O1_prices_are_not_negative(fields, field):
    for bad in ("-1", "-100"):
        refused(fields[4][field].send('{"amount": %s, "currency": "EUR"}' % bad), (field, bad))


def test_W3_floors_are_not_positive_and_adjustments_not_zero(fields):
    for field in ("household floor", "role floor"):
        refused(fields[4][field].send('{"amount": 1, "currency": "EUR"}'), field)
    for zero in ("0", "-0"):
        refused(fields[4]["adjustment"].send('{"amount": %s, "currency": "EUR"}' % zero), zero)


@pytest.mark.parametrize("field", EVERYWHERE)
def test_W1_another_currency_is_refused(fields, field):
    amount = -100 if "floor" in field else 100
    answer = fields[4][field].send('{"amount": %d, "currency": "CHF"}' % amount)
    assert (answer.status, answer.code) == (422, "currency_mismatch"), (field, answer)


def test_W1_sums_that_overflow_are_refused(server):
    """Each amount is allowed, their product or sum is not."""
    venue = Venue(server)
    most = 1_000_000_000_000
    offer, other = venue.offer(most), venue.offer(1)
    buyer = venue.buyer(credit=5000)
    for lines in ((offer, 500), (offer, 2), [(offer, 1), (other, 1)]):
        answer = buyer.order(lines, ["bank_transfer"])
        assert (answer.status, answer.code) == (422, "amount_out_of_range"), answer
    household = venue.household()["id"]
    for _ in range(3):
        assert venue.entry(household, "top_up", most).status == 201
    assert venue.wallet(household)["balance"] == money(3 * most)
    venue.audit()


def test_W1_prices_totals_and_states_of_clients_are_unknown_fields(server):
    venue = Venue(server)
    offer = venue.offer(1000)
    household = venue.household()["id"]
    for extra in ({"total": money(1)}, {"price": money(1)}, {"paid": True}, {"balance": money(1)}, {"kind": "repayment"}):
        answer = venue.staff_order(household, offer, ["cash"], **extra)
        assert (answer.status, answer.code) == (422, "invalid"), answer
    for extra in ({"balance_after": money(1)}, {"seq": 1}, {"order_number": "ORD-1"}, {"at": "2020-01-01T00:00:00Z"}):
        answer = venue.entry(household, "top_up", 100, **extra)
        assert (answer.status, answer.code) == (422, "invalid"), answer
    for extra in ({"sold": 0}, {"places_left": 5}, {"created_at": "2020-01-01T00:00:00Z"}, {"version": 7}):
        answer = venue.admin.post(f"{venue.staff_base}/offers", {
            "kind": "ticket", "title": text("Le Cid"), "shops": ["online"], "price": money(1), **extra})
        assert (answer.status, answer.code) == (422, "invalid"), answer
    assert venue.wallet(household)["entries_count"] == 0
