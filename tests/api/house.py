"""An organisation of a test's own, with staff, clients, offers and balances over HTTP."""

import itertools
import subprocess
import threading

import accounts
from server import BINARY

STAFF_PASSWORD = "a long staff password"
_numbers = itertools.count(1)
_lock = threading.Lock()


def money(amount, currency="EUR"):
    return {"amount": amount, "currency": currency}


def text(fr, en=None):
    return {"fr": fr, "en": en or fr}


def run(server, *arguments, password=STAFF_PASSWORD):
    done = subprocess.run([BINARY, *arguments, "--config", str(server.write_config()), "--password-stdin"],
                          input=password + "\n", capture_output=True, text=True, timeout=120, cwd=server.folder)
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"


def logged_in(server, email, password=STAFF_PASSWORD):
    client = server.client()
    opened = accounts.login(client, email, password)
    assert opened.status == 201, opened
    client.token = opened["token"]
    client.email = email
    return client


class House:
    """`admin`, and whoever staff() adds, are logged-in clients; paths are below the organisation."""

    def __init__(self, server, **settings):
        with _lock:
            number = next(_numbers)
        self.server = server
        self.slug = f"house-{number}"
        self.base = f"/api/v1/orgs/{self.slug}"
        self.me = f"/api/v1/me/orgs/{self.slug}"
        self.staff_base = f"{self.base}/staff"
        admin = f"admin-{number}@house.example"
        run(server, "org", "create", self.slug, "--name", f"House {number}", "--admin", admin)
        self.admin = logged_in(server, admin)
        if settings:
            changed = self.admin.patch(f"{self.staff_base}/settings", settings)
            assert changed.status == 200, changed

    def staff(self, role):
        email = f"{role}-{self.slug}@house.example"
        run(self.server, "staff", "add", self.slug, email, "--role", role)
        return logged_in(self.server, email)

    def offer(self, price=1250, **more):
        body = {"kind": "ticket", "title": text("Le Cid"), "price": money(price), "shops": ["online", "counter"], **more}
        made = self.admin.post(f"{self.staff_base}/offers", body)
        assert made.status == 201, made
        return made.json

    def household(self, first_name="Claire", last_name="Morel", **more):
        body = {"responsible": {"first_name": first_name, "last_name": last_name}, **more}
        made = self.admin.post(f"{self.staff_base}/households", body)
        assert made.status == 201, made
        return made.json

    def wallet(self, household):
        found = self.admin.get(f"{self.staff_base}/wallets/{household}")
        assert found.status == 200, found
        return found.json

    def entry(self, household, kind, amount, by=None, key=True, **more):
        body = {"kind": kind, "amount": money(amount), "reason": "test", **more}
        return (by or self.admin).post(f"{self.staff_base}/wallets/{household}/entries", body, key=key)

    def credit(self, household, amount):
        made = self.entry(household, "top_up", amount)
        assert made.status == 201, made
        return made.json

    def open_space(self, open_=True):
        changed = self.admin.patch(f"{self.staff_base}/shops/online", {"customer_space_open": open_})
        assert changed.status == 200, changed

    def buyer(self, mailbox, **more):
        """Somebody with an account that was registered here; its `household` is the id."""
        client = accounts.account(self.server, mailbox, org=self.slug, **more)
        found = client.get(f"{self.me}/household")
        assert found.status == 200, found
        client.household = found["id"]
        return client

    def order(self, client, offer, quantity=1, payments=({"method": "wallet"},), key=True, shop="online", **more):
        body = {"lines": [{"offer_id": offer["id"], "quantity": quantity}], "payments": list(payments), **more}
        return client.post(f"{self.base}/shops/{shop}/orders", body, key=key)
