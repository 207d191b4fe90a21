"""Balances: staff's entries, floors, idempotency, the ledger."""

import concurrent.futures

import pytest

from house import House, money


@pytest.fixture(scope="module")
def house(server):
    return House(server, floors={"administrator": money(-3000), "box_office": money(-1000)})


def test_W1_entries_have_who_why_when_and_the_balance_after(house):
    household = house.household()["id"]
    made = house.entry(household, "top_up", 5000, reason="Chèque")
    assert made.status == 201, made
    assert made["kind"] == "top_up" and made["amount"] == money(5000) and made["balance_after"] == money(5000)
    assert made["reason"] == "Chèque" and made["by"]["kind"] == "staff" and made["seq"] == 1
    assert len(made["hash"]) == 64 and made["counter_account"] == "cash"
    house.entry(household, "adjustment", -1500)
    house.entry(household, "refund", 200)
    wallet = house.wallet(household)
    assert wallet["balance"] == money(3700) and wallet["entries_count"] == 3
    entries = house.admin.get(f"{house.staff_base}/wallets/{household}/entries")
    assert [each["balance_after"]["amount"] for each in entries["items"]] == [3700, 3500, 5000]
    assert entries["items"][-1] == made.json and entries["next_cursor"] is None


def test_W2_the_ledger_is_paged_by_sequence(house):
    household = house.household()["id"]
    for _ in range(5):
        house.credit(household, 100)
    path = f"{house.staff_base}/wallets/{household}/entries"
    first = house.admin.get(path, query={"limit": 2})
    second = house.admin.get(path, query={"limit": 2, "cursor": first["next_cursor"]})
    third = house.admin.get(path, query={"limit": 2, "cursor": second["next_cursor"]})
    assert [each["seq"] for page in (first, second, third) for each in page["items"]] == [5, 4, 3, 2, 1]
    assert third["next_cursor"] is None
    hashes = [each["hash"] for page in (first, second, third) for each in page["items"]]
    assert len(set(hashes)) == 5


def test_W3_staff_go_below_zero_only_when_asked_and_down_to_the_floor(house):
    household = house.household()["id"]
    house.credit(household, 500)
    refused = house.entry(household, "adjustment", -600)
    assert (refused.status, refused.code) == (409, "floor_exceeded")
    assert refused["room"] == money(500)
    wallet = house.wallet(household)
    assert wallet["floor"] == money(-3000) and wallet["room"] == money(3500)
    below = house.entry(household, "adjustment", -3500, allow_negative=True)
    assert below.status == 201 and below["balance_after"] == money(-3000)
    deeper = house.entry(household, "adjustment", -1, allow_negative=True)
    assert (deeper.status, deeper.code, deeper["room"]) == (409, "floor_exceeded", money(0))


def test_W3_the_floor_depends_on_role_and_client(house):
    box_office = house.staff("box_office")
    household = house.household()["id"]
    assert box_office.get(f"{house.staff_base}/wallets/{household}")["floor"] == money(-1000)
    assert house.entry(household, "adjustment", -1001, by=box_office, allow_negative=True)["room"] == money(1000)
    changed = house.admin.patch(f"{house.staff_base}/households/{household}", {"floor": money(-9000)})
    assert changed.status == 200, changed
    assert box_office.get(f"{house.staff_base}/wallets/{household}")["floor"] == money(-9000)
    # The client's own floor is no licence for whoever did not ask to go below zero.
    assert house.entry(household, "adjustment", -1, by=box_office).code == "floor_exceeded"
    assert house.entry(household, "adjustment", -9000, by=box_office, allow_negative=True).status == 201
    assert house.admin.patch(f"{house.staff_base}/households/{household}", {"floor": None}).status == 200
    assert house.wallet(household)["floor"] == money(-3000)
    assert house.admin.patch(f"{house.staff_base}/households/{household}", {"floor": money(1)}).status == 422


def test_W5_a_key_moves_money_once(house):
    household = house.household()["id"]
    first = house.entry(household, "top_up", 700, key="same")
    again = house.entry(household, "top_up", 700, key="same")
    assert first.status == again.status == 201 and again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    other = house.entry(household, "top_up", 701, key="same")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    elsewhere = house.entry(house.household()["id"], "top_up", 700, key="same")
    assert (elsewhere.status, elsewhere.code) == (422, "idempotency_key_reused")
    missing = house.entry(household, "top_up", 700, key=None)
    assert (missing.status, missing.code) == (400, "idempotency_key_required")
    assert house.wallet(household)["balance"] == money(700)


def test_W5_one_key_sent_100_times_at_once_moves_money_once(house):
    household = house.household()["id"]

    def send(_):
        client = house.admin.as_(house.admin.token)
        answer = house.entry(household, "top_up", 100, by=client, key="storm")
        client.close()
        return answer

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(100)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.code for answer in answers if answer.status == 409} <= {"idempotency_in_progress"}
    fresh = [answer for answer in answers if answer.status == 201 and "Idempotency-Replayed" not in answer.headers]
    assert len(fresh) == 1
    assert len({answer.body for answer in answers if answer.status == 201}) == 1
    assert house.wallet(household)["balance"] == money(100)


def test_W5_a_refused_command_frees_its_key(house):
    household = house.household()["id"]
    assert house.entry(household, "adjustment", -100, key="later").status == 409
    house.credit(household, 100)
    assert house.entry(household, "adjustment", -100, key="later").status == 201


def test_W5_the_answer_survives_a_restart(make_server):
    server = make_server()
    house = House(server)
    household = house.household()["id"]
    first = house.entry(household, "top_up", 700, key="kept")
    spent = house.entry(household, "adjustment", -700, key="spent")
    assert first.status == spent.status == 201
    server.restart()
    house.admin.close()
    for before, kind, amount, key in ((first, "top_up", 700, "kept"), (spent, "adjustment", -700, "spent")):
        again = house.entry(household, kind, amount, key=key)
        assert again.status == 201 and again.json == before.json, again
        assert again.headers["Idempotency-Replayed"] == "true"
    assert house.entry(household, "top_up", 1, key="kept").code == "idempotency_key_reused"
    assert house.wallet(household)["balance"] == money(0)


@pytest.mark.parametrize("body, code", [
    ({"kind": "top_up", "amount": money(0), "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": money(-5), "reason": "x"}, "invalid"),
    ({"kind": "refund", "amount": money(-5), "reason": "x"}, "invalid"),
    ({"kind": "purchase", "amount": money(5), "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": money(5)}, "invalid"),
    ({"kind": "top_up", "amount": 5, "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": {"amount": 1.5, "currency": "EUR"}, "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": {"amount": 10 ** 19, "currency": "EUR"}, "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": money(10 ** 13), "reason": "x"}, "invalid"),
    ({"kind": "top_up", "amount": money(5), "reason": "x", "balance_after": money(5)}, "invalid"),
    ({"kind": "top_up", "amount": money(5, "USD"), "reason": "x"}, "currency_mismatch"),
])
def test_W1_bad_money_is_refused(house, body, code):
    household = house.household()["id"]
    answer = house.admin.post(f"{house.staff_base}/wallets/{household}/entries", body, key=True)
    assert (answer.status, answer.code) == (422, code), answer
    assert house.wallet(household)["entries_count"] == 0


def test_A12_an_auditor_reads_balances_and_changes_none(house):
    household = house.household()["id"]
    auditor = house.staff("auditor")
    assert auditor.get(f"{house.staff_base}/wallets/{household}").status == 200
    assert house.entry(household, "top_up", 5, by=auditor).status == 403
