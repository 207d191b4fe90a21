"""Which accounts a client can be linked to."""

import pytest

from accounts import account, fresh_email, register
from house import House


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def ordered(house, buyer):
    """A reservation: an order that is free."""
    made = house.order(buyer, house.offer(price=0), payments=(), buyer={"of_age": True})
    assert made.status == 201, made
    return made


def candidates(house, household, **query):
    answer = house.admin.get(f"{house.staff_base}/households/{household}/account-link", query=query)
    assert answer.status == 200, answer
    return answer.json


def test_H7_only_active_accounts_are_candidates(server, house, mailbox):
    client = house.household()["id"]
    active = house.buyer(mailbox, first_name="Zélie", last_name="Aubert")
    ordered(house, active)
    found = candidates(house, client, q="aubert zé")
    assert found["missing"] is None and len(found["items"]) == 1
    one = found["items"][0]
    assert one["email"] == active.email and one["online_orders"] == 1
    assert one["merged"]["household_id"] == active.household
    assert candidates(house, client, q=f" {active.email.upper()} ")["items"] == [one]
    assert one in candidates(house, client)["items"]


def test_H7_why_another_is_missing_is_told(server, house, mailbox):
    client = house.household()["id"]
    elsewhere, idle, pending = account(server, mailbox), house.buyer(mailbox), fresh_email("pending")
    register(server.client(), pending)
    for email, reason in ((fresh_email("unknown"), "no_account"), (pending, "unconfirmed"),
                          (elsewhere.email, "no_online_order"), (idle.email, "no_online_order")):
        assert candidates(house, client, q=email) == {"items": [], "next_cursor": None, "missing": reason}
    assert candidates(house, client, q="nobody of this name")["missing"] is None
    assert candidates(house, idle.household, q=idle.email)["missing"] == "linked_here"
    logged = house.admin.get(f"{house.staff_base}/audit", query={"action": "account_link.search", "limit": 1})
    assert logged["items"][0]["after"] == {"email": idle.email}


def test_H7_a_cancelled_order_makes_no_account_active(house, mailbox):
    client = house.household()["id"]
    buyer = house.buyer(mailbox)
    made = house.order(buyer, house.offer(price=900), payments=({"method": "bank_transfer"},), buyer={"of_age": True})
    assert made.status == 201 and made["status"] == "awaiting_payment", made
    assert [each["email"] for each in candidates(house, client, q=buyer.email)["items"]] == [buyer.email]
    assert house.admin.post(f"{house.staff_base}/orders/{made['number']}/cancel").status == 200
    assert candidates(house, client, q=buyer.email)["missing"] == "no_online_order"


def test_H7_accounts_of_another_organisation_are_no_candidates(server, house, mailbox):
    other = House(server)
    buyer = other.buyer(mailbox)
    ordered(other, buyer)
    client = house.household()["id"]
    assert candidates(house, client, q=buyer.email) == {"items": [], "next_cursor": None, "missing": "no_online_order"}
    foreign = other.admin.get(f"{other.staff_base}/households/{client}/account-link")
    assert (foreign.status, foreign.code) == (404, "not_found")
