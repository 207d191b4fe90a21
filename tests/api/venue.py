"""A house whose shop is open: buyers with a balance, orders, quotes, recorded payments. Made over HTTP, as outside
users make it."""

import threading

import accounts
from house import House, money
from server import Mailbox


class Buyer:
    """A confirmed account with a session at this house. One thread at a time."""

    def __init__(self, venue, client):
        self.venue = venue
        self.client = client
        self.token = client.token
        self.email = client.email
        self._household = None

    def path(self, path):
        return self.venue.me + path

    def get(self, path, **options):
        """Below /me/orgs/{org}."""
        return self.client.get(self.path(path), **options)

    def post(self, path, body=None, **options):
        return self.client.post(self.path(path), body, **options)

    @property
    def household(self):
        if self._household is None:
            self._household = self.get("/household")["id"]
        return self._household

    def wallet(self):
        """(balance, held, available) in cents."""
        purse = self.get("/wallet").json
        return tuple(purse[each]["amount"] for each in ("balance", "held", "available"))

    def order(self, lines, payments=("wallet",), **options):
        return self.venue.order(self.client, lines, payments, **options)

    def quote(self, lines, **fields):
        return self.venue.quote(self.client, lines, **fields)


class Venue(House):
    def __init__(self, server, **settings):
        super().__init__(server, **settings)
        self.mailbox = Mailbox(server)
        self.visitor = server.client()

    def buyer(self, credit=0, **fields):
        """Registers, confirms by mail and logs in; staff put `credit` cents on the wallet."""
        born = {"birth_date": "1990-05-17", **fields}
        buyer = Buyer(self, accounts.account(self.server, self.mailbox, org=self.slug, **born))
        if credit:
            self.credit(buyer.household, credit)
        return buyer

    def buyers(self, count, credit=0):
        """Many at once: most of the time of a registration is waiting. All have one name (A8)."""
        parts = min(count, 24)
        shares = in_parallel(lambda part: [self.buyer(credit) for _ in range(part, count, parts)], parts)
        return [each for share in shares for each in share]

    def credit(self, household, amount):
        """A top-up by staff; threads may share the venue."""
        by = self.admin.as_(self.admin.token)
        made = self.entry(household, "top_up", amount, by=by)
        by.close()
        assert made.status == 201, made
        return made.json

    def change_settings(self, **fields):
        changed = self.admin.patch(f"{self.staff_base}/settings", fields)
        assert changed.status == 200, changed
        return changed.json

    def change_shop(self, slug="online", **fields):
        changed = self.admin.patch(f"{self.staff_base}/shops/{slug}", fields)
        assert changed.status == 200, changed
        return changed.json

    def offer(self, price=1250, **more):
        if "rates" in more:  # the price is that of the first rate
            price = more["rates"][0]["price"]["amount"]
        return super().offer(price, **{"vat_basis_points": 550, **more})

    def change_offer(self, offer, **fields):
        return self.admin.patch(f"{self.staff_base}/offers/{offer['id']}", fields)

    def places_left(self, offer):
        shown = self.visitor.get(f"{self.base}/shops/online/offers/{offer['id']}")
        assert shown.status == 200, shown
        return shown["places_left"]

    def order(self, client, lines, payments=("wallet",), key=True, shop="online", **fields):
        """`lines` and `payments` may be short: see lines_of() and payments_of()."""
        body = {"lines": lines_of(lines), "payments": payments_of(payments), **fields}
        return client.post(f"{self.base}/shops/{shop}/orders", body, key=key)

    def guest_order(self, lines, payments=("bank_transfer",), email="jean@kunde.example", **options):
        return self.order(self.visitor, lines, payments, buyer=guest(email), **options)

    def quote(self, client, lines, shop="online", **fields):
        return client.post(f"{self.base}/shops/{shop}/quotes", {"lines": lines_of(lines), **fields})

    def staff_order(self, household, lines, payments, by=None, key=True, **fields):
        body = {"household_id": household, "lines": lines_of(lines), "payments": payments_of(payments), **fields}
        return (by or self.admin).post(f"{self.staff_base}/orders", body, key=key)

    def staff_view(self, number):
        """The order as staff see it."""
        found = self.admin.get(f"{self.staff_base}/orders/{number}")
        assert found.status == 200, found
        return found.json

    def record_payment(self, number, method, amount, by=None, key=True, **fields):
        return (by or self.admin).post(f"{self.staff_base}/orders/{number}/payments",
                                       {"method": method, "amount": money(amount), **fields}, key=key)

    def cancel(self, number, by=None, body=None):
        return (by or self.admin).post(f"{self.staff_base}/orders/{number}/cancel", body)

    def audit(self):
        """The invariants of money and places, and the hash chains, checked by the program itself."""
        for command in (["audit"], ["ledger", "verify"]):
            done = self.server.command(*command, check=False)
            assert done.returncode == 0, f"foyer {command}: {done.returncode}\n{done.stdout}{done.stderr}"


def guest(email="jean@kunde.example", **fields):
    """The `buyer` of a guest's order."""
    return {"email": email, "first_name": "Jean", "last_name": "Moulin", "of_age": True, **fields}


def lines_of(lines):
    """One offer, an (offer, quantity), or a list of those and of lines as requests carry them."""
    if not isinstance(lines, list):
        lines = [lines]
    return [{"offer_id": each[0]["id"], "quantity": each[1]} if isinstance(each, tuple)
            else {"offer_id": each["id"], "quantity": 1} if "id" in each else each for each in lines]


def payments_of(payments):
    """Names of methods, or payments as requests carry them."""
    return [{"method": each} if isinstance(each, str) else each for each in payments]


def refused(answer, status, code, field=None):
    """Asserts a problem with this code, and this field among its errors."""
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    if field:
        assert field in [each["field"] for each in answer["errors"]], answer
    return answer


def in_parallel(work, count):
    """work(0) … work(count - 1) at once, each in a thread of its own; their results in this order."""
    results, failures = [None] * count, []
    begin = threading.Barrier(count)

    def run(index):
        try:
            begin.wait(30)
            results[index] = work(index)
        except BaseException as failure:  # noqa: BLE001 raised again below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]
    return results
