"""/api/openapi.json against the server: it is valid, complete, and true for whoever asks. That every answer of every
other test is as described is checked by the client itself (contract.py)."""

import http.client
import json
import re
import urllib.request

import jsonschema
import pytest

import contract
from client import Answer
from house import House

METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def document(server):
    with urllib.request.urlopen(f"{server.url}/api/openapi.json") as answer:
        return json.load(answer)


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def nodes(value, at="#"):
    if isinstance(value, dict):
        yield at, value
        for key, each in value.items():
            yield from nodes(each, f"{at}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from nodes(each, f"{at}/{index}")


def test_the_description_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert set(document) == {"openapi", "info", "servers", "tags", "paths", "components"}
    assert document["info"]["title"] and document["info"]["version"]
    resolver = contract.Contract(document)
    for at, node in nodes(document):
        if isinstance(node.get("$ref"), str):
            try:
                resolver.resolve(node)
            except KeyError:
                raise AssertionError(f"{at}: {node['$ref']} is not there") from None
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch(r"[a-z_]+", name)
        jsonschema.Draft202012Validator.check_schema(schema)
    for at, node in nodes(document):
        if "schema" in node and at.rsplit("/", 1)[-1] != "properties":
            jsonschema.Draft202012Validator.check_schema(node["schema"])


def test_every_named_part_of_the_description_is_used(document):
    used = {node["$ref"] for _, node in nodes(document) if isinstance(node.get("$ref"), str)}
    for kind in ("schemas", "parameters", "headers", "responses"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, f"nothing uses {kind}/{name}"


def test_request_bodies_take_no_unknown_fields(document):
    resolver = contract.Contract(document)

    def closed(schema, at):
        schema = resolver.resolve(schema)
        if schema.get("type") == "object" and "properties" in schema:
            assert schema["additionalProperties"] is False, at
        for name, each in schema.get("properties", {}).items():
            closed(each, f"{at}/{name}")
        for each in schema.get("anyOf", []):
            closed(each, at)
        if "items" in schema:
            closed(schema["items"], at)

    for _, _, operation in operations(document):
        if "requestBody" in operation:
            body = operation["requestBody"]["content"].get("application/json")  # files have no schema
            if body:
                closed(body["schema"], operation["operationId"])


def test_every_operation_is_described(document):
    resolver = contract.Contract(document)
    tags = {each["name"] for each in document["tags"]}
    schemes = document["components"]["securitySchemes"]
    seen = set()
    for path, method, operation in operations(document):
        name = operation["operationId"]
        assert method in METHODS and name not in seen, name
        seen.add(name)
        assert operation["summary"] and set(operation["tags"]) <= tags, name
        parameters = [resolver.resolve(each) for each in operation["parameters"]]
        assert all(each["name"] and each["schema"] and each["in"] in ("path", "query", "header") for each in parameters)
        in_path = [each["name"] for each in parameters if each["in"] == "path"]
        assert in_path == re.findall(r"\{([^}]+)\}", path), name
        assert all(each["required"] for each in parameters if each["in"] == "path"), name
        assert "security" in operation and all(set(each) <= set(schemes) for each in operation["security"]), name
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good, f"{name} has no success"
        for status, response in operation["responses"].items():
            response = resolver.resolve(response)
            assert response["description"], f"{name} {status}"
            contents = response.get("content")
            assert bool(contents) == (status not in ("204", "304")), f"{name} {status}"
            assert all(each["schema"] for each in (contents or {}).values()), f"{name} {status}"
        if operation["x-access"] == "staff":
            assert "administrator" in operation["x-roles"], name
            assert ("auditor" in operation["x-roles"]) == (method == "get"), name


def test_the_description_has_every_route_and_nothing_else(server, document):
    nobody = server.client()
    for path, method, _ in operations(document):
        nobody.request(method.upper(), re.sub(r"\{[^}]+\}", "x", path))
    # The server counts by route; what was never asked for has no counter.
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics") as answer:
        figures = answer.read().decode()
    served = set(re.findall(r'operation="([a-z_]+)"', figures)) - {"none", "metrics"}
    assert served == {operation["operationId"] for _, _, operation in operations(document)}
    # A route without an entry could not be asked for above; the server itself tells of it.
    assert "openapi:" not in server.log_path.read_text()


def test_the_description_is_kept_by_caches(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/api/openapi.json")
    first = connection.getresponse()
    assert first.status == 200 and first.headers["Content-Type"] == "application/json" and first.read()
    assert "max-age" in first.headers["Cache-Control"]
    connection.request("GET", "/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    again = connection.getresponse()
    assert (again.status, again.read()) == (304, b"")
    connection.request("GET", "/api/openapi.json", headers={"If-None-Match": '"other"'})
    assert connection.getresponse().status == 200
    connection.close()


def test_unknown_paths_are_problems(client):
    for path in ("/api/v1/nothing", "/api/v2/me", "/nothing", "/api/v1/orgs/x/staff/nothing"):
        answer = client.get(path)
        assert (answer.status, answer.code) == (404, "not_found"), answer
        assert answer.headers["Content-Type"] == "application/problem+json"
    answer = client.delete("/api/v1/sessions")
    assert (answer.status, answer.code, answer.headers["Allow"]) == (405, "method_not_allowed", "POST, OPTIONS")


def test_every_get_answers_as_described_for_everybody(server, mailbox, document):
    """Whoever asks: a buyer, each kind of staff, nobody. The client holds each answer against the description."""
    house = House(server)
    # With a balance and an address, as the preview of a balance mail needs them.
    household = house.household(email="seen@client.example", send_notification=False)
    house.credit(household["id"], 100)
    house.open_space()
    offer = house.offer()
    campaign = house.admin.post(f"{house.staff_base}/invitations", {"group": "tag", "tag": "nobody"})
    values = {"campaign": campaign["id"], "token": "none", "org": house.slug, "shop": "online", "offer": offer["id"], "household": household["id"],
              "member": household["responsible_id"], "number": "A-1", "ticket": offer["id"], "id": offer["id"]}
    callers = {"buyer": house.buyer(mailbox), "administrator": house.admin, "auditor": house.staff("auditor"),
               "nobody": server.client()}
    for path, method, operation in operations(document):
        if method != "get":
            continue
        if "text/event-stream" in operation["responses"]["200"].get("content", {}):
            continue  # has no end to wait for (tests/api/test_news.py)
        known = set(re.findall(r"\{([^}]+)\}", path)) <= set(values)
        known = known and not any(each.get("in") == "query" and each.get("required") for each in operation["parameters"])
        for who, caller in callers.items():
            answer = caller.get(re.sub(r"\{([^}]+)\}", lambda each: values.get(each[1], offer["id"]), path))
            name = f"{operation['operationId']} by {who}"
            assert answer.status < 500, f"{name}: {answer}"
            needs = operation["x-access"] != "anybody"
            assert (answer.status == 401) == (needs and who == "nobody"), f"{name}: {answer}"
            if operation["x-access"] == "staff" and who == "buyer":
                assert answer.status == 404, f"{name}: {answer}"
            if "content" in operation["responses"]["200"] and who == "administrator" and "number" not in path \
                    and operation["x-access"] == "staff" and known:
                assert answer.status == 200, f"{name}: {answer}"


class Described:
    """A contract of one operation, to see that the check notices what it is for."""

    document = {"paths": {"/x": {"get": {"operationId": "x", "responses": {
        "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/x"}}}},
        "default": {"$ref": "#/components/responses/server"}}}}},
        "components": {"schemas": {"x": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "format": "uuid"}, "at": {"type": "string", "format": "date-time"}}}},
            "responses": {"server": {"description": "problem", "content": {}}}}}
    good = {"id": "01890a5d-ac96-774b-bcce-b302099a8001", "at": "2026-01-31T09:05:00.000Z"}


@pytest.mark.parametrize("status, body", [
    (200, {**Described.good, "more": 1}), (200, {"at": Described.good["at"]}), (200, {**Described.good, "id": "1"}),
    (200, {**Described.good, "at": "yesterday"}), (201, Described.good), (200, [])])
def test_an_answer_that_is_not_described_is_noticed(status, body):
    held = contract.Contract(Described.document)
    headers = {"Content-Type": "application/json"}
    held.check("GET", "/x", None, Answer(200, headers, json.dumps(Described.good).encode()))
    with pytest.raises(AssertionError):
        held.check("GET", "/x", None, Answer(status, headers, json.dumps(body).encode()))
    with pytest.raises(AssertionError):
        held.check("GET", "/y", None, Answer(200, headers, b"{}"))
