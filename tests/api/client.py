"""A small JSON client over http.client. Each thread uses one of its own. Every answer is held against the server's own
description (contract.py)."""

import http.client
import json
import uuid
from urllib.parse import urlencode, urlsplit

import contract


class Answer:
    """Status, headers and body of one answer; `answer["field"]` reads the JSON body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __getitem__(self, key):
        return self.json[key]

    @property
    def code(self):
        """The stable code of a problem+json answer."""
        return (self.json or {}).get("code")

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Client:
    """One keep-alive connection, opened at the first request; `token` is the bearer token of a session."""

    def __init__(self, url, token=None, timeout=30):
        self.url = url
        self.token = token
        self.timeout = timeout
        self._connection = None

    def as_(self, token):
        """The same server with another session."""
        return Client(self.url, token, self.timeout)

    def request(self, method, path, body=None, headers=None, key=None, query=None):
        """`body` is JSON unless it is bytes; `key` is an Idempotency-Key, True for a fresh one."""
        sent = {"Accept": "application/json"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if key:
            sent["Idempotency-Key"] = str(uuid.uuid4()) if key is True else key
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        if query:
            path += "?" + urlencode(query)
        fresh = self._connection is None
        try:
            return self._send(method, path, body, sent)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A connection that idled may have been closed; what may have been done is repeated only by its key.
            self.close()
            if fresh or (method == "POST" and not key):
                raise
            return self._send(method, path, body, sent)

    def _send(self, method, path, body, headers):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=self.timeout)
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            got = Answer(answer.status, answer.headers, answer.read())
        except Exception:
            self.close()
            raise
        contract.check(self.url, method, path, body, got)
        return got

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
