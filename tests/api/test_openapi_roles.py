"""Every route of the back office, for each role, with own records, those of another organisation, and none."""

import json
import urllib.request
import uuid

import pytest

from house import House, money
from test_openapi import operations

ROLES = ("administrator", "box_office", "editor", "auditor")


def body_of(name, values):
    """What a change needs to get as far as its records; the others are content with an empty object."""
    return {
        "staff_create_order": {"household_id": values["household"], "payments": [{"method": "cash"}],
                               "lines": [{"offer_id": values["offer"], "quantity": 1}], "buyer": {"of_age": True}},
        "staff_record_payment": {"method": "cash", "amount": money(100)},
        "staff_create_entry": {"kind": "top_up", "amount": money(100), "reason": "test"},
        "staff_merge_households": {"from": values["other"]},
        "staff_link_account": {"account_id": values["account"]},
        "staff_add_member": {"first_name": "Paul", "last_name": "Morel"},
    }.get(name, {})


class Yard:
    """An organisation with one record of each kind, and its staff by role."""

    def __init__(self, server):
        self.house = House(server)
        household = self.house.household()
        offer = self.house.offer()
        self.values = {"org": self.house.slug, "shop": "online", "offer": offer["id"], "household": household["id"],
                       "member": household["responsible_id"],
                       "account": self.house.admin.get("/api/v1/session")["account"]["id"]}
        order = body_of("staff_create_order", self.values)
        made = self.house.admin.post(f"{self.house.staff_base}/orders", order, key=True)
        assert made.status == 201, made
        self.values["number"] = made["number"]
        self.values["invoice"] = made["id"]
        other, gone = self.house.household()["id"], self.house.household()["id"]
        merged = self.house.admin.post(f"{self.house.staff_base}/households/{household['id']}/merge", {"from": gone},
                                       key=True)
        assert merged.status == 201, merged
        self.values["merge"], self.values["other"] = merged["id"], other
        # To nobody: no mail goes out, but the record is there.
        campaign = self.house.admin.post(f"{self.house.staff_base}/invitations", {"group": "tag", "tag": "nobody"})
        assert campaign.status == 201, campaign
        self.values["campaign"] = campaign["id"]
        clients = self.house.admin.post(f"{self.house.staff_base}/imports?dry_run=true", "Prénom;Nom\nA;B\n".encode(),
                                        headers={"Content-Type": "text/csv"}, key=True)
        assert clients.status == 201, clients
        self.values["import"] = clients["id"]
        self.house.open_space()
        mailing = self.house.admin.post(f"{self.house.staff_base}/wallets/balance-mails", {})
        assert mailing.status == 201, mailing
        self.values["mailing"] = mailing["id"]
        self.house.household(email=f"{self.house.slug}@client.example")
        self.values["mail"] = self.house.admin.get(f"{self.house.staff_base}/mails")["items"][0]["id"]


@pytest.fixture(scope="module")
def yards(server):
    own, other = Yard(server), Yard(server)
    own.callers = {role: own.house.admin if role == "administrator" else own.house.staff(role) for role in ROLES}
    return own, other


@pytest.fixture(scope="module")
def staff_operations(server):
    with urllib.request.urlopen(f"{server.url}/api/openapi.json") as answer:
        document = json.load(answer)
    found = [each for each in operations(document) if each[2]["x-access"] == "staff"]
    assert len(found) > 30
    return found


def ask(caller, path, method, operation, values):
    body = body_of(operation["operationId"], values) if method in ("post", "put", "patch") else None
    key = any("idempotency_key" in each.get("$ref", "") for each in operation["parameters"])
    if not operation.get("requestBody"):
        body = None
    return caller.request(method.upper(), path.format(**values), body, key=key)


def seen(answer):
    return answer.status, answer.body


def record_in(path):
    return path.split("/staff/")[1].count("{") > 0


@pytest.mark.parametrize("role", ROLES)
def test_A12_a_role_may_what_is_written_and_nothing_else(yards, staff_operations, role):
    own, _ = yards
    for path, method, operation in staff_operations:
        answer = ask(own.callers[role], path, method, operation, own.values)
        name = f"{operation['operationId']} by {role}"
        if role in operation["x-roles"]:
            assert answer.status not in (401, 403, 404) and answer.status < 500, f"{name}: {answer}"
        else:
            assert (answer.status, answer.code) == (403, "forbidden"), f"{name}: {answer}"


@pytest.mark.parametrize("role", ROLES)
def test_A12_another_organisation_is_as_one_that_is_not_there(yards, staff_operations, role):
    own, other = yards
    for path, method, operation in staff_operations:
        caller = own.callers[role]
        foreign = ask(caller, path, method, operation, other.values)
        unknown = ask(caller, path, method, operation, {**other.values, "org": "nowhere"})
        assert foreign.status == 404, f"{operation['operationId']} by {role}: {foreign}"
        assert seen(foreign) == seen(unknown), f"{operation['operationId']} by {role}: {foreign} {unknown}"


@pytest.mark.parametrize("role", ROLES)
def test_A12_records_of_another_organisation_are_as_those_that_are_not_there(yards, staff_operations, role):
    own, other = yards
    nothing = {"shop": "nowhere", "number": "ZZZZZZZZ"}
    for path, method, operation in staff_operations:
        name = operation["operationId"]
        if not record_in(path) and name != "staff_create_order":
            continue
        caller = own.callers[role]
        at_home = {"org": own.house.slug}
        # Both organisations have a point of sale of this name; it is no record of the other one.
        foreign = ask(caller, path, method, operation, {**other.values, **at_home, "shop": "nowhere"})
        missing = {each: nothing.get(each, str(uuid.uuid4())) for each in other.values}
        unknown = ask(caller, path, method, operation, {**missing, **at_home})
        if role in operation["x-roles"]:
            assert foreign.status in ((404, 422) if name == "staff_create_order" else (404,)), f"{name}: {foreign}"
        else:
            assert foreign.status == 403, f"{name} by {role}: {foreign}"
        assert seen(foreign) == seen(unknown), f"{name} by {role}: {foreign} {unknown}"


@pytest.mark.parametrize("role", ROLES)
def test_A12_a_member_of_another_household_is_not_found(yards, staff_operations, role):
    own, other = yards
    for path, method, operation in staff_operations:
        if "{member}" not in path:
            continue
        mixed = {**own.values, "member": other.values["member"]}
        answer = ask(own.callers[role], path, method, operation, mixed)
        assert answer.status == (404 if role in operation["x-roles"] else 403), f"{operation['operationId']}: {answer}"


def test_A12_the_back_office_is_not_there_for_buyers(yards, staff_operations, server, mailbox):
    own, _ = yards
    buyer, nobody = own.house.buyer(mailbox), server.client()
    for path, method, operation in staff_operations:
        name = operation["operationId"]
        here = ask(buyer, path, method, operation, own.values)
        nowhere = ask(buyer, path, method, operation, {**own.values, "org": "nowhere"})
        assert here.status == 404 and seen(here) == seen(nowhere), f"{name}: {here}"
        assert ask(nobody, path, method, operation, own.values).status == 401, name
