"""Every route of the back office, for each role, with own records, those of another organisation, and none."""

import http.client
import json
import urllib.request
import uuid
from urllib.parse import urlsplit

import pytest

import contract
from client import Answer
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
        "staff_merge_households": {"from": values.get("other")},
        "staff_link_account": {"account_id": values.get("account")},
        "staff_add_member": {"first_name": "Paul", "last_name": "Morel"},
        "staff_add_skill": {"name": "Voile"},
        "staff_change_skill": {"member_id": values["member"]},
        "staff_add_card": {"title": "Adhésion"},
        "staff_change_card": {"member_id": values["member"]},
        "staff_change_document": {"member_id": values["member"]},
        "staff_enrol_member": {"household_id": values["household"], "member_id": values["member"], "kind": "free",
                               "reason": "test"},
        "staff_withdraw_member": {"ticket_id": values.get("ticket"), "reason": "test", "to": "nowhere"},
        "staff_tick_presence": {"day": "2026-01-31", "present": True},
        "staff_change_household": {"responsible_id": values["member"]},
        "staff_create_campaign": {"group": "one", "household_id": values["household"]},
        "staff_preview_campaign": {"group": "one", "household_id": values["household"]},
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
        self.values["ticket"] = made["tickets"][0]["id"]
        self.values["line"] = made["lines"][0]["id"]
        self.add_files()
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


    def add_files(self):
        """A client's skill, card and document; again after they were removed."""
        member = f"{self.house.staff_base}/households/{self.values['household']}/members/{self.values['member']}"
        pdf = {"Content-Type": "application/pdf"}
        for kind, made in (("skill", self.house.admin.post(f"{member}/skills", {"name": "Voile"})),
                           ("card", self.house.admin.post(f"{member}/cards", {"title": "Adhésion"})),
                           ("document", self.house.admin.post(f"{member}/documents?name=a.pdf", b"%PDF-1.4", headers=pdf))):
            assert made.status == 201, made
            self.values[kind] = made["id"]


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
    if "text/event-stream" in operation["responses"].get("200", {}).get("content", {}):
        return head_of_stream(caller, path, values)
    body = body_of(operation["operationId"], values) if method in ("post", "put", "patch") else None
    key = any("idempotency_key" in each.get("$ref", "") for each in operation["parameters"])
    if not operation.get("requestBody"):
        body = None
    return caller.request(method.upper(), path.format(**values), body, key=key)


def head_of_stream(caller, path, values):
    """A stream has no end to wait for: what it begins with says whether the caller may."""
    connection = http.client.HTTPConnection(urlsplit(caller.url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    connection.request("GET", path.format(**values), headers=headers)
    got = connection.getresponse()
    answer = Answer(got.status, got.headers, b"" if got.status == 200 else got.read())
    connection.close()
    return answer


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
        if method == "delete" and answer.status == 204:
            own.add_files()
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


# The ids that bodies name, and which record of a Yard each of them is. A new field has to be added here, and gets
# attacked then.
BODY_RECORDS = {"household_id": "household", "member_id": "member", "member_ids": "member", "offer_id": "offer",
                "responsible_id": "member", "ticket_id": "ticket", "account_id": "account", "from": "other",
                "lines": "line"}
# No records of the organisation: an offer makes up its rates' ids and has events by any id; tags may be called "from".
NO_RECORDS = {("staff_create_offer", "event_id"), ("staff_change_offer", "event_id"), ("staff_create_offer", "id"),
              ("staff_change_offer", "id"), ("staff_enrol_member", "rate_id"), ("staff_create_order", "rate_id")}


def ids_in(schema, resolve, at=()):
    """The fields of a body that are ids, as paths."""
    schema = resolve(schema)
    for part in schema.get("anyOf", []) + schema.get("allOf", []):
        yield from ids_in(part, resolve, at)
    if schema.get("format") == "uuid":
        yield at
    if isinstance(schema.get("items"), dict):
        yield from ids_in(schema["items"], resolve, (*at, 0))
    for name, each in schema.get("properties", {}).items():
        yield from ids_in(each, resolve, (*at, name))


def with_id(body, path, value):
    """The body with this id put in; lists and objects on the way are made."""
    name, *rest = path
    if isinstance(body, list):
        body = list(body) or [None]
    else:
        body = dict(body or {})
    below = body[name] if isinstance(body, list) or name in body else None
    if rest:
        body[name] = with_id(below if below is not None else ([] if rest[0] == 0 else {}), rest, value)
    else:
        body[name] = value
    return body


def test_A12_ids_in_bodies_of_another_organisation_are_as_those_that_are_not_there(yards, staff_operations, server):
    own, other = yards
    contract_of = contract.of(server.url)
    tried = 0
    for path, method, operation in staff_operations:
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        name = operation["operationId"]
        for at in ids_in(schema, contract_of.resolve) if schema else ():
            field = next(each for each in reversed(at) if each != 0)
            if (name, field) in NO_RECORDS:
                continue
            assert field in BODY_RECORDS, f"{name} takes an id in {at}: which record is it?"
            kind = BODY_RECORDS[field]
            if name == "staff_link_account":
                continue  # accounts are the installation's, not an organisation's (tests/api/test_account_link.py)
            asked = []
            for wrong in (other.values[kind], str(uuid.uuid4())):
                body = with_id({key: value for key, value in body_of(name, own.values).items() if key != "to"}, at, wrong)
                key = any("idempotency_key" in each.get("$ref", "") for each in operation["parameters"])
                asked.append(own.house.admin.request(method.upper(), path.format(**own.values), body, key=key))
            foreign, unknown = asked
            assert 400 <= foreign.status < 500, f"{name} {at}: {foreign}"
            assert seen(foreign) == seen(unknown), f"{name} {at}: {foreign} {unknown}"
            tried += 1
    assert tried >= 10


def test_A12_every_route_of_the_back_office_names_its_roles(server):
    with urllib.request.urlopen(f"{server.url}/api/openapi.json") as answer:
        document = json.load(answer)
    for path, _, operation in operations(document):
        assert ("/staff/" in path) == (operation["x-access"] == "staff"), path
        assert bool(operation.get("x-roles")) == ("/staff/" in path), path


def test_A12_the_back_office_is_not_there_for_buyers(yards, staff_operations, server, mailbox):
    own, _ = yards
    buyer, nobody = own.house.buyer(mailbox), server.client()
    for path, method, operation in staff_operations:
        name = operation["operationId"]
        here = ask(buyer, path, method, operation, own.values)
        nowhere = ask(buyer, path, method, operation, {**own.values, "org": "nowhere"})
        assert here.status == 404 and seen(here) == seen(nowhere), f"{name}: {here}"
        assert ask(nobody, path, method, operation, own.values).status == 401, name
