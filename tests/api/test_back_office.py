"""Lists and checks of the back office: addresses, the audit log, all balances."""

import pytest

from accounts import fresh_email, register
from house import House, money


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def check(house, email, by=None):
    answer = (by or house.admin).get(f"{house.staff_base}/email-check", query={"email": email})
    assert answer.status == 200, answer
    return answer.json


def pages(client, path, **query):
    """All items, two at a time."""
    items, cursor = [], None
    while True:
        answer = client.get(path, query={**query, "limit": 2, **({"cursor": cursor} if cursor else {})})
        assert answer.status == 200, answer
        items += answer["items"]
        cursor = answer["next_cursor"]
        if not cursor:
            return items, answer.json


def test_H1_the_address_is_checked_while_it_is_typed(house, mailbox):
    for typed in ("", "claire", "claire@", "claire@example"):
        assert check(house, typed) == {"valid": False, "in_organisation": None, "on_platform": False}
    email = fresh_email()
    assert check(house, email) == {"valid": True, "in_organisation": None, "on_platform": False}
    client = house.household(email=email)
    assert check(house, f" {email.upper()} ") == {"valid": True, "in_organisation": client["id"], "on_platform": False}


def test_H1_a_confirmed_account_is_told_and_no_other(server, house, mailbox):
    elsewhere = House(server)
    buyer = elsewhere.buyer(mailbox)
    assert check(house, buyer.email) == {"valid": True, "in_organisation": None, "on_platform": True}
    assert check(elsewhere, buyer.email)["in_organisation"] == buyer.household
    pending = fresh_email()
    register(server.client(), pending)
    assert check(house, pending) == {"valid": True, "in_organisation": None, "on_platform": False}


def test_H1_checks_are_recorded(house):
    email = fresh_email("watched")
    check(house, email, by=house.staff("box_office"))
    entry = house.admin.get(f"{house.staff_base}/audit", query={"action": "email.check"})["items"][0]
    assert entry["after"] == {"email": email} and entry["subject"] == {"kind": "email", "id": None}


def test_H1_checks_are_counted(make_server):
    house = House(make_server(security__throttling=True))
    answers = [house.admin.get(f"{house.staff_base}/email-check", query={"email": f"a{number}@example.org"})
               for number in range(301)]
    assert {each.status for each in answers[:300]} == {200}
    assert (answers[300].status, answers[300].code) == (429, "rate_limited")
    assert int(answers[300].headers["Retry-After"]) > 0


def test_P2_every_change_is_recorded_with_before_and_after(house):
    client = house.household(last_name="Avant")
    one = f"{house.staff_base}/households/{client['id']}"
    assert house.admin.patch(one, {"phone": "+33 1 23 45 67 89"}).status == 200
    house.credit(client["id"], 500)
    items, _ = pages(house.admin, f"{house.staff_base}/audit", subject_id=client["id"])
    assert [each["action"] for each in items] == ["wallet.entry", "household.change", "household.create"]
    entry, change, create = items
    assert create["before"] is None and create["after"]["members"][0]["last_name"] == "Avant"
    assert change["before"]["phone"] is None and change["after"]["phone"] == "+33 1 23 45 67 89"
    assert change["by"]["username"] and change["at"] <= entry["at"]
    assert entry["after"]["amount"] == 500 and entry["subject"] == {"kind": "wallet", "id": client["id"]}
    only = house.admin.get(f"{house.staff_base}/audit", query={"subject_id": client["id"], "subject_kind": "wallet"})
    assert [each["id"] for each in only["items"]] == [entry["id"]]
    by = house.admin.get(f"{house.staff_base}/audit", query={"account_id": change["by"]["account_id"], "limit": 1})
    assert len(by["items"]) == 1 and by["next_cursor"]


def test_P2_the_audit_log_of_another_organisation_is_not_seen(server, house):
    other = House(server)
    client = other.household()
    assert house.admin.get(f"{house.staff_base}/audit", query={"subject_id": client["id"]})["items"] == []


@pytest.mark.parametrize("query, field", [({"subject_id": "x"}, "?subject_id"), ({"account_id": "1"}, "?account_id"),
                                          ({"cursor": "x"}, "?cursor"), ({"limit": "0"}, "?limit")])
def test_P2_bad_filters_are_refused(house, query, field):
    answer = house.admin.get(f"{house.staff_base}/audit", query=query)
    assert (answer.status, answer["errors"][0]["field"]) == (422, field)


def test_W6_all_balances_are_listed_with_their_sums(server):
    house = House(server, floors={"administrator": money(-5000)})
    rich, richer, poor, empty = (house.household(last_name=name)["id"] for name in ("Un", "Deux", "Trois", "Quatre"))
    unused = house.household()["id"]
    house.credit(rich, 1000)
    house.credit(richer, 2500)
    house.credit(empty, 300)
    for household, amount in ((poor, -1200), (empty, -300)):
        made = house.entry(household, "adjustment", amount, allow_negative=True)
        assert made.status == 201, made
    path = f"{house.staff_base}/wallets"
    totals = {"positive_count": 2, "positive": money(3500), "negative_count": 1, "negative": money(-1200),
              "balance": money(2300), "held": money(0)}

    def listed(**query):
        items, last = pages(house.admin, path, **query)
        assert last["totals"] == totals
        return [each["household_id"] for each in items]

    assert listed(balance="positive") == [richer, rich]
    assert listed(balance="negative") == [poor]
    assert listed(balance="zero") == [unused, empty]
    assert listed() == [unused, empty, poor, richer, rich]
    item = house.admin.get(path, query={"balance": "negative"})["items"][0]
    assert item["balance"] == item["available"] == money(-1200) and item["last_name"] == "Trois"
    assert item["last_balance_mail_at"] is None and item["household_number"].startswith("C-")
    assert house.admin.get(path, query={"balance": "some"}).status == 422


def test_W6_balances_of_another_organisation_are_not_listed(server, house):
    other = House(server)
    house.credit(house.household()["id"], 700)
    answer = other.admin.get(f"{other.staff_base}/wallets").json
    assert answer["items"] == [] and answer["totals"]["positive_count"] == 0
