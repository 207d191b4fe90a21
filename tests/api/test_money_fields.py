"""QUALITY.md, "money input", for every field of every route that moves money: what its description does not allow is
refused, and nothing makes the server fail. The fields come from /api/openapi.json, so that a new one is not forgotten."""

import copy
import json
import uuid

import jsonschema
import pytest

import contract
from money_routes import Description, good_requests
from venue import Venue

MAX = 2**63 - 1
# Anything that could stand where a value belongs, as JSON text.
VALUES = ["0", "-1", "1", "1.5", "100.0", "1e2", "1E400", "NaN", "-Infinity", "01", "+1", "0x10", "true", "null", '""', '"1"',
          '"EUR"', "[]", "[[]]", "{}", '{"amount": 1}', str(2**53 + 1), str(MAX), str(MAX + 1), str(-MAX - 1), "9" * 30,
          '"\\u0000"', '"\\ud800"', '"' + "x" * 5000 + '"', "[" * 40 + "]" * 40]
PLACE = "<here>"


@pytest.fixture(scope="module")
def house(server):
    venue = Venue(server)
    return venue, Description(server), good_requests(venue)


def test_W1_every_route_of_money_is_attacked(house):
    _, description, requests = house
    missing = description.money_routes() - set(requests)
    assert not missing, f"{missing}: add a good request to money_routes.py (or name it in NO_MONEY)"


def put(body, pointer, value):
    """The body with this value at the place, as JSON text; lists have one item there."""
    node = body = copy.deepcopy(body)
    *way, last = pointer.strip("/").split("/")
    for step, after in zip(way, [*way[1:], last]):
        empty = [] if after == "[]" else {}
        if step == "[]":
            if not node or not isinstance(node[0], type(empty)):
                node[:] = [empty]
            node = node[0]
        else:
            if not isinstance(node.get(step), type(empty)):
                node[step] = empty
            node = node[step]
    if last == "[]":
        node[:] = [PLACE]
    else:
        node[last] = PLACE
    return json.dumps(body).replace(json.dumps(PLACE), value)


def is_allowed(validator, body):
    """Whether the description allows this text; fractions and exponents are no numbers of ours."""
    def no_float(text):
        raise ValueError(text)

    try:
        return validator.is_valid(json.loads(body, parse_float=no_float, parse_constant=no_float))
    except ValueError:
        return False


def send(request, body):
    client, method, path, _ = request
    return client.request(method, path, body.encode(errors="surrogatepass"), key=str(uuid.uuid4()),
                          headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("operation", ["staff_create_entry", "staff_merge_households", "staff_record_payment", "staff_refund_order", "staff_create_order", "create_order",
                                       "create_quote", "pay_order", "repay_balance", "top_up_balance", "staff_create_offer", "staff_change_offer", "staff_change_household",
                                       "staff_change_settings"])
def test_W1_no_field_of_a_money_route_takes_what_it_should_not(house, operation):
    venue, description, requests = house
    schema = description.body(operation)
    validator = jsonschema.Draft202012Validator(description.contract.strict(schema), format_checker=contract.formats)
    request = requests[operation]
    assert send(request, json.dumps(request[3])).status in (200, 201), operation
    fields = sorted({pointer for pointer, _ in description.fields(schema)})
    assert fields
    tried = accepted = 0
    for pointer in fields:
        for value in VALUES:
            body = put(request[3], pointer, value)
            answer = send(request, body)
            tried += 1
            accepted += answer.status < 300
            assert answer.status < 500, f"{pointer} {value[:40]}: {answer}"
            assert answer.status >= 400 or is_allowed(validator, body), f"{pointer} took {value[:40]}: {answer}"
        # Twice the same key, and one that nobody knows beside it.
        parent, _, name = pointer.rpartition("/")
        twice = put(request[3], pointer, "1").replace(f'"{name}": 1', f'"{name}": 1, "{name}": 1', 1)
        if name != "[]" and f'"{name}": 1, "{name}": 1' in twice:
            assert send(request, twice).status in (400, 422), f"{pointer} twice"
        if name != "[]":
            unknown = send(request, put(request[3], f"{parent}/nobody_knows_this", "1"))
            assert unknown.status == 422 and "unknown_field" in unknown.body.decode(), f"beside {pointer}: {unknown}"
    print(f"{operation}: {len(fields)} fields, {tried} bodies, {accepted} accepted")
    venue.audit()


def test_W1_the_wallet_of_another_organisation_is_not_there(house):
    venue, _, _ = house
    other = Venue(venue.server)
    theirs, offer = other.household()["id"], venue.offer(100)
    other.credit(theirs, 5000)
    number = other.guest_order(other.offer(100))["number"]
    staff = venue.staff_base
    for body in ({"kind": "top_up", "amount": {"amount": 100, "currency": "EUR"}, "reason": "x"},
                 {"kind": "adjustment", "amount": {"amount": -100, "currency": "EUR"}, "reason": "x"}):
        assert venue.admin.post(f"{staff}/wallets/{theirs}/entries", body, key=True).status == 404
        assert venue.admin.post(f"{other.staff_base}/wallets/{theirs}/entries", body, key=True).status == 404
    for payments in (["wallet"], ["cash"]):
        answer = venue.staff_order(theirs, offer, payments)
        assert answer.status in (404, 422), answer
    assert venue.admin.get(f"{staff}/wallets/{theirs}").status == 404
    assert venue.record_payment(number, "bank_transfer", 100).status == 404
    assert venue.cancel(number).status == 404
    assert venue.admin.patch(f"{staff}/households/{theirs}",
                             {"floor": {"amount": -100, "currency": "EUR"}}).status == 404
    assert other.wallet(theirs)["balance"]["amount"] == 5000 and other.wallet(theirs)["entries_count"] == 1
    other.audit()
