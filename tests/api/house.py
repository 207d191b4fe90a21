"""An organisation to test with: staff, offers, buyers with a balance. Made by the command line and over HTTP, as
outside users make them."""

import itertools
import threading
import uuid

from server import Mailbox

PASSWORD = "huit chevaux sous la pluie"

_numbers = itertools.count(1)


def euros(amount):
    """Money as requests carry it; `amount` is in cents."""
    return {"amount": amount, "currency": "EUR"}


class Buyer:
    """A confirmed account with a session. `client` speaks as the buyer; each thread wants one of its own."""

    def __init__(self, house, email, token, account):
        self.house = house
        self.email = email
        self.token = token
        self.account = account
        self.client = house.server.client(token)
        self._household = None

    def get(self, path, **options):
        """Below /me/orgs/{org}."""
        return self.client.get(self.house.mine(path), **options)

    def post(self, path, body=None, **options):
        return self.client.post(self.house.mine(path), body, **options)

    @property
    def household(self):
        if self._household is None:
            self._household = self.get("/household")
        return self._household["id"]

    def wallet(self):
        """(balance, held, available) in cents."""
        purse = self.get("/wallet").json
        return tuple(purse[each]["amount"] for each in ("balance", "held", "available"))

    def order(self, lines, payments=("wallet",), **options):
        return self.house.order(self.client, lines, payments, **options)

    def quote(self, lines, **fields):
        return self.house.quote(self.client, lines, **fields)


class House:
    def __init__(self, server, slug=None, currency="EUR", locale="fr"):
        self.server = server
        self.slug = slug or f"maison-{next(_numbers)}-{uuid.uuid4().hex[:6]}"
        self.currency = currency
        self.mailbox = Mailbox(server)
        email = f"admin@{self.slug}.example"
        server.command("org", "create", self.slug, "--name", "Théâtre de la Cité", "--currency", currency, "--locale",
                       locale, "--admin", email, "--first-name", "Aude", "--last-name", "Martin", "--password-stdin",
                       typed=PASSWORD + "\n")
        self.client = server.client()
        self.admin = server.client(self.log_in(email))

    # Paths -------------------------------------------------------------------------------------------------------

    def path(self, path=""):
        return f"/api/v1/orgs/{self.slug}{path}"

    def mine(self, path=""):
        return f"/api/v1/me/orgs/{self.slug}{path}"

    def staff_path(self, path=""):
        return self.path("/staff" + path)

    # People ------------------------------------------------------------------------------------------------------

    def log_in(self, login, password=PASSWORD, client=None):
        """The token of a new session."""
        answer = (client or self.server.client()).post(
            "/api/v1/sessions", {"login": login, "password": password, "mode": "token"})
        assert answer.status == 201, answer
        return answer["token"]

    def staff(self, role):
        """A client of somebody with this role."""
        email = f"{role}-{next(_numbers)}@{self.slug}.example"
        self.server.command("staff", "add", self.slug, email, "--role", role, "--first-name", "Luc", "--last-name",
                            "Petit", "--password-stdin", typed=PASSWORD + "\n")
        return self.server.client(self.log_in(email))

    def buyer(self, credit=0, email=None, **fields):
        """Registers, reads the mail, confirms and logs in; `credit` in cents is put on the wallet by staff."""
        client = self.server.client()
        email = email or f"client-{next(_numbers)}@{self.slug}.example"
        registered = client.post("/api/v1/accounts", {
            "email": email, "password": PASSWORD, "first_name": "Claire", "last_name": "Durand",
            "birth_date": "1990-05-17", "org": self.slug, "mode": "token", **fields})
        assert registered.status == 202, registered
        token = link_token(self.mailbox.wait(email))
        confirmed = client.post("/api/v1/accounts/confirm", {
            "token": token, "registration_token": registered["registration_token"]})
        assert confirmed.status == 200, confirmed
        buyer = Buyer(self, email, self.log_in(email, client=client), confirmed.json)
        client.close()
        if credit:
            self.credit(buyer.household, credit)
        return buyer

    def buyers(self, count, credit=0):
        """Many at once: most of the time of a registration is waiting."""
        made, failures = [], []

        def make(share):
            try:
                for _ in range(share):
                    made.append(self.buyer(credit))
            except Exception as failure:  # noqa: BLE001 told by the caller's thread
                failures.append(failure)

        parts = min(count, 16)
        threads = [threading.Thread(target=make, args=(count // parts + (i < count % parts),)) for i in range(parts)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if failures:
            raise failures[0]
        return made

    def credit(self, household, amount, kind="top_up", client=None, **fields):
        """An entry by staff, 201 expected."""
        # A client of its own where threads share this house.
        answer = (client or self.admin.as_(self.admin.token)).post(
            self.staff_path(f"/wallets/{household}/entries"),
            {"kind": kind, "amount": self.money(amount), "reason": "remboursement d'un spectacle annulé", **fields},
            key=True)
        assert answer.status == 201, answer
        return answer.json

    # Shop --------------------------------------------------------------------------------------------------------

    def money(self, amount):
        return {"amount": amount, "currency": self.currency}

    def change_settings(self, **fields):
        answer = self.admin.patch(self.staff_path("/settings"), fields)
        assert answer.status == 200, answer
        return answer.json

    def change_shop(self, slug="online", **fields):
        answer = self.admin.patch(self.staff_path(f"/shops/{slug}"), fields)
        assert answer.status == 200, answer
        return answer.json

    def offer(self, price=2500, **fields):
        """Something for sale in both points of sale; a ticket unless said otherwise."""
        body = {"kind": "ticket", "title": {"fr": "Le Misanthrope", "en": "The Misanthrope"},
                "shops": ["online", "counter"], "vat_basis_points": 550, **fields}
        if "rates" not in fields:
            body["price"] = self.money(price)
        answer = self.admin.post(self.staff_path("/offers"), body)
        assert answer.status == 201, answer
        return answer.json

    def change_offer(self, offer, **fields):
        return self.admin.patch(self.staff_path(f"/offers/{offer['id']}"), fields)

    def places_left(self, offer):
        answer = self.client.as_(None).get(self.path(f"/shops/online/offers/{offer['id']}"))
        assert answer.status == 200, answer
        return answer["places_left"]

    def order(self, client, lines, payments=("wallet",), key=True, shop="online", **fields):
        """Places an order; `lines` and `payments` may be short, see lines_of() and payments_of()."""
        body = {"lines": lines_of(lines), "payments": payments_of(payments), **fields}
        return client.post(self.path(f"/shops/{shop}/orders"), body, key=key)

    def quote(self, client, lines, shop="online", **fields):
        return client.post(self.path(f"/shops/{shop}/quotes"), {"lines": lines_of(lines), **fields})

    def staff_order(self, household, lines, payments, client=None, key=True, **fields):
        body = {"household_id": household, "lines": lines_of(lines), "payments": payments_of(payments), **fields}
        return (client or self.admin).post(self.staff_path("/orders"), body, key=key)

    def staff_view(self, number):
        """The order as staff see it."""
        answer = self.admin.get(self.staff_path(f"/orders/{number}"))
        assert answer.status == 200, answer
        return answer.json

    def record_payment(self, number, method, amount, client=None, key=True, **fields):
        return (client or self.admin).post(self.staff_path(f"/orders/{number}/payments"),
                                           {"method": method, "amount": self.money(amount), **fields}, key=key)

    def audit(self):
        """The invariants of money and places, checked by the program itself."""
        done = self.server.command("audit", check=False)
        assert done.returncode == 0, f"foyer audit: {done.returncode}\n{done.stdout}{done.stderr}"
        chains = self.server.command("ledger", "verify", check=False)
        assert chains.returncode == 0, f"foyer ledger verify: {chains.returncode}\n{chains.stdout}{chains.stderr}"


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


def link_token(mail):
    """The token in the fragment of a mail's first link (API.md: never in the path)."""
    return next(link.split("#token=")[1] for link in mail["links"] if "#token=" in link)

