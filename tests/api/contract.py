"""Holds every answer of the tests against /api/openapi.json of the server that gave it."""

import datetime
import json
import re
import threading
import uuid
from urllib.parse import urlsplit
from urllib.request import urlopen

import jsonschema

_documents = {}  # text → Contract
_by_url = {}
_lock = threading.Lock()
formats = jsonschema.FormatChecker(())


@formats.checks("uuid", ValueError)
def _is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


@formats.checks("date", ValueError)
def _is_date(value):
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@formats.checks("date-time", ValueError)
def _is_time(value):
    return not isinstance(value, str) or bool(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")))


class Contract:
    def __init__(self, document):
        self.document = document
        self._validators = {}
        self._shapes = set()
        self._paths = []
        for path, item in document["paths"].items():
            pattern = "".join(r"[^/]+" if part.startswith("{") else re.escape(part)
                              for part in re.split(r"(\{[^}]+\})", path))
            # Fixed words are tried before parameters, as the router does.
            self._paths.append((path.count("{"), re.compile(pattern), item))
        self._paths.sort(key=lambda each: each[0])
        self._found = {}

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def operation(self, method, path):
        """The operation of this request, and whether the path is known at all."""
        known = self._found.get(path)
        if known is None:
            known = next((item for _, pattern, item in self._paths if pattern.fullmatch(path)), {})
            self._found[path] = known
        return known.get("get" if method == "HEAD" else method.lower()), bool(known)

    def strict(self, schema):
        """The schema without room for fields that it does not name: what the server sends is described."""
        schema = {key: value for key, value in schema.items() if key != "description"}
        if "$ref" in schema:
            return self.strict(self.resolve(schema))
        if "allOf" in schema:
            merged = {"type": "object", "required": [], "properties": {}}
            for part in map(self.resolve, schema["allOf"]):
                part = self.strict(part) if "allOf" in part else part
                merged["required"] += part.get("required", [])
                for name, value in part.get("properties", {}).items():
                    before = merged["properties"].get(name)
                    merged["properties"][name] = {"allOf_": [before, value]} if before else value
            schema = merged
        if "allOf_" in schema:
            return {"allOf": [self.strict(each) for each in schema["allOf_"]]}
        if "properties" in schema:
            schema["properties"] = {name: self.strict(each) for name, each in schema["properties"].items()}
            schema.setdefault("additionalProperties", False)
        if "items" in schema:
            schema["items"] = self.strict(schema["items"])
        if "anyOf" in schema and "properties" not in schema:
            schema["anyOf"] = [self.strict(each) for each in schema["anyOf"]]
        return schema

    def _check(self, name, schema, value):
        """Of many alike one is looked at."""
        shape = (name, shape_of(value))
        if shape in self._shapes:
            return
        validator = self._validators.get(name)
        if validator is None:
            validator = jsonschema.Draft202012Validator(self.strict(schema), format_checker=formats)
            self._validators[name] = validator
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not wrong, f"{name} is not as described:\n" + "\n".join(wrong[:5]) + f"\n{str(value)[:1000]}"
        self._shapes.add(shape)

    def check(self, method, path, sent, answer):
        """Raises AssertionError unless the operation has this answer, and takes this body where it succeeded."""
        if method == "OPTIONS":
            return
        operation, known = self.operation(method, urlsplit(path).path)
        if operation is None:
            assert answer.status in ((405, 501) if known else (404, 400)), f"{method} {path} is not described: {answer}"
            responses, name = {"default": {"$ref": "#/components/responses/server"}}, "server"
            if answer.status == 404:
                return
        else:
            responses, name = operation["responses"], operation["operationId"]
        response = responses.get(str(answer.status))
        if response is None:
            assert answer.status >= 400, f"{name} does not describe {answer}"
            response = responses["default"]
        self._check_body(f"{name} {answer.status}", self.resolve(response), method, answer)
        if answer.status < 300 and sent and operation and "requestBody" in operation:
            content = operation["requestBody"]["content"].get("application/json")
            if content:  # a file is described by its media type alone
                self._check(f"{name} request", content["schema"], json.loads(sent))

    def _check_body(self, name, response, method, answer):
        contents = response.get("content", {})
        if method == "HEAD" or answer.status == 304:
            return
        if not contents:
            assert not answer.body, f"{name} describes no body: {answer}"
            return
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        assert kind in contents, f"{name} does not describe {kind}: {answer}"
        if kind.endswith("json"):
            self._check(f"{name} {kind}", contents[kind]["schema"], answer.json)


_word = re.compile(r"[a-z_]{1,40}")
_plain = str.maketrans({**{each: "0" for each in "123456789"}, **{each: "A" for each in "BCDEFGHIJKLMNOPQRSTUVWXYZ"}})


def shape_of(value):
    """What a schema can tell apart: keys, kinds, words, and how other texts are written."""
    if isinstance(value, dict):
        return frozenset((key, shape_of(each)) for key, each in value.items())
    if isinstance(value, list):
        return ("list", len(value) == 0, frozenset(map(shape_of, value)))
    if isinstance(value, str):
        if len(value) == 36 and value.count("-") == 4:
            return "uuid"
        return value if _word.fullmatch(value) else value[:40].translate(_plain)
    if isinstance(value, int) and not isinstance(value, bool):
        return (value > 0) - (value < 0)
    return value


def of(url):
    """The contract of the server at this address; None where it has none, such as the port of the metrics."""
    if url not in _by_url:
        with _lock:
            try:
                with urlopen(f"{url}/api/openapi.json", timeout=10) as answer:
                    text = answer.read()
            except OSError as failure:
                if getattr(failure, "code", None) == 404:
                    _by_url[url] = None
                return None
            if text not in _documents:
                _documents[text] = Contract(json.loads(text))
            _by_url[url] = _documents[text]
    return _by_url[url]


def check(url, method, path, sent, answer):
    contract = of(url)
    if contract is not None:
        contract.check(method, path, sent, answer)
