"""An evening at a house: buyers order, staff take payments, cancel and credit, some clients leave in the middle of a
request. Every request stays in a journal with what became of it; afterwards each of them has to be true."""

import collections
import http.client
import json
import random
import socket
import struct
import threading
import time
import uuid
from urllib.parse import urlsplit

from house import money
from server import eventually
from venue import in_parallel, lines_of, payments_of

CREDIT = 10000
PAYMENTS = (["wallet"], ["wallet"], ["wallet"], ["wallet", "bank_transfer"], ["bank_transfer"])
REFUSALS = (409, 412, 422)
# Of each person's answers 201 so many are asked for again; everything unknown is.
ASKED_AGAIN = 60


class Request:
    """One request. `answer` is the one that counts: None as long as nobody knows what became of it."""

    def __init__(self, kind, path, body, buyer, number=None):
        self.kind = kind  # order, payment, cancel, top_up
        self.path = path
        self.body = body
        self.key = None if kind == "cancel" else str(uuid.uuid4())
        self.buyer = buyer    # whose order or wallet
        self.number = number  # of the order that it is about
        self.answer = None
        self.seen = []

    @property
    def done(self):
        return self.answer is not None and self.answer.status in (200, 201)

    def send(self, client):
        """Sends, and keeps what came back. Raises when nothing did."""
        got = client.post(self.path, self.body, key=self.key)
        self.seen.append((got.status, got.code if got.status >= 400 else None))
        assert got.status in (200, 201, 503, *REFUSALS), (self, got)
        if got.status == 503:
            assert got.headers["Retry-After"], got.headers
        elif got.code != "idempotency_in_progress":
            self.answer = got
        return got

    def __repr__(self):
        return f"<{self.kind} {self.number or ''} {self.key} {self.seen[-6:]}>"


class Person:
    """A thread's own part of the journal, its client and its dice."""

    def __init__(self, client, token, seed):
        self.client = client.as_(token)
        self.dice = random.Random(seed)
        self.requests = []
        self.open_orders = []  # numbers; of buyers only


class Evening:
    def __init__(self, venue, seed, buyers=12, staff=2, leavers=0, offers=3, capacity=400, think=0.0):
        """`leavers` are clients who go away in the middle, `think` the longest pause of anybody, in seconds."""
        self.venue = venue
        self.dice = random.Random(seed)
        self.think = think
        self.buyers = venue.buyers(buyers, credit=CREDIT)
        self.offers = [venue.offer(100 + 50 * i, capacity=capacity) for i in range(offers)]
        self.scarce = venue.offer(100, capacity=buyers)
        self.households = [each.household for each in self.buyers]
        self.stopped = threading.Event()
        self.answered = 0
        self.slowest = 0.0
        self.unpaid = collections.deque()  # (buyer, number, due): for staff to pay

        def person(token):
            return Person(venue.visitor, token, self.dice.random())

        tokens = [each.token for each in self.buyers]
        self.at_home = [person(each) for each in tokens]
        self.staff = [person(venue.admin.token) for _ in range(staff)]
        self.leavers = [person(tokens[i % buyers]) for i in range(leavers)]
        self.people = [*self.at_home, *self.staff, *self.leavers]

    # While things break

    def run(self, disturb, after, seconds=90):
        """Calls disturb() once `after` requests were answered; ends when it has returned."""
        reached = threading.Event()
        roles = [*[self._buy] * len(self.at_home), *[self._serve] * len(self.staff), *[self._leave] * len(self.leavers)]

        def live(index):
            if index == len(self.people):
                try:
                    assert reached.wait(seconds), f"only {self.answered} answers"
                    return disturb()
                finally:
                    self.stopped.set()
            person = self.people[index]
            while not self.stopped.is_set():
                if not roles[index](person, index):
                    self.stopped.wait(0.05)  # nobody there, or told to come back: no need to storm
                elif self.think:
                    self.stopped.wait(person.dice.uniform(0, self.think))
                self.answered += 1  # only a rough count
                if self.answered >= after:
                    reached.set()
            person.client.close()
            return None

        in_parallel(live, len(self.people) + 1)

    def count(self):
        """How many requests have an answer that counts."""
        return sum(each.answer is not None for each in self.journal())

    def refusals(self):
        """How many answers said 503."""
        return sum(seen[0] == 503 for each in self.journal() for seen in list(each.seen))

    def hung_up(self):
        """What was seen instead of an answer."""
        return [seen for person in [*self.at_home, *self.staff] for each in list(person.requests)
                for seen in list(each.seen) if isinstance(seen, str)]

    def journal(self):
        return [each for person in self.people for each in list(person.requests)]

    def _try(self, person, request):
        """Whether there was an answer that counts."""
        person.requests.append(request)
        began = time.monotonic()
        try:
            request.send(person.client)
        except (OSError, http.client.HTTPException) as failure:  # half an answer is no answer
            person.client.close()
            request.seen.append(repr(failure))
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
        return request.answer is not None

    def _new_order(self, person, buyer):
        dice = person.dice
        offer = self.scarce if dice.random() < 0.08 else dice.choice(self.offers)
        body = {"lines": lines_of((offer, dice.randint(1, 2))), "payments": payments_of(dice.choice(PAYMENTS))}
        return Request("order", f"{self.venue.base}/shops/online/orders", body, buyer)

    def _buy(self, person, index):
        if person.open_orders and person.dice.random() < 0.1:
            number = person.open_orders.pop(person.dice.randrange(len(person.open_orders)))
            return self._try(person, Request("cancel", f"{self.venue.me}/orders/{number}/cancel", None, index,
                                             number))
        request = self._new_order(person, index)
        answered = self._try(person, request)
        if request.done and request.answer["status"] == "awaiting_payment":
            made = request.answer.json
            person.open_orders.append(made["number"])
            self.unpaid.append((index, made["number"], due_of(made)))
        return answered

    def _serve(self, person, _):
        """Staff: a payment in whole, in part or twice; now and then a cancellation or a credit."""
        dice, base = person.dice, self.venue.staff_base
        chance = dice.random()
        if chance < 0.25 or not self.unpaid:
            buyer = dice.randrange(len(self.buyers))
            body = {"kind": "top_up", "amount": money(dice.randint(1, 500)), "reason": "evening"}
            return self._try(person, Request("top_up", f"{base}/wallets/{self.households[buyer]}/entries", body, buyer))
        try:
            buyer, number, due = self.unpaid.popleft()
        except IndexError:
            return True
        if chance < 0.35:
            return self._try(person, Request("cancel", f"{base}/orders/{number}/cancel", None, buyer, number))
        sums = [due]
        if chance < 0.5 and due > 1:
            part = dice.randrange(1, due)
            sums = [part, due - part]
        elif chance < 0.6:
            sums = [due, due]  # twice: one of them is refused
        answers = [self._try(person, Request("payment", f"{base}/orders/{number}/payments",
                                             {"method": "bank_transfer", "amount": money(each)}, buyer,
                                             number)) for each in sums]
        return answers[-1]

    def _leave(self, person, index):
        """Sends an order, a part of it or all, and is gone without waiting for the answer."""
        buyer = (index - len(self.at_home) - len(self.staff)) % len(self.buyers)
        request = self._new_order(person, buyer)
        person.requests.append(request)
        body = json.dumps(request.body).encode()
        head = (f"POST {request.path} HTTP/1.1\r\nHost: {urlsplit(self.venue.server.url).netloc}\r\n"
                f"Authorization: Bearer {person.client.token}\r\nIdempotency-Key: {request.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        whole = head + body
        sent = whole if person.dice.random() < 0.7 else whole[:person.dice.randrange(1, len(whole))]
        try:
            with socket.create_connection(("127.0.0.1", self.venue.server.port), timeout=5) as leaving:
                leaving.sendall(sent)
                self.stopped.wait(person.dice.choice((0, 0, 0.001, 0.01)))
                if person.dice.random() < 0.5:  # a reset instead of an end
                    leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.seen.append(f"left after {len(sent)} of {len(whole)} bytes")
        except OSError as failure:
            request.seen.append(repr(failure))
        return False

    # Afterwards

    def resolve(self, seconds=20):
        """Repeats with its key whatever is unknown, and a part of what was answered 201. Returns how many were unknown,
        and how many of those had happened."""
        unknown = happened = 0

        def settle(index):
            nonlocal unknown, happened
            person = self.people[index]
            known = [each for each in person.requests if each.done and each.key]
            for each in person.dice.sample(known, min(ASKED_AGAIN, len(known))):
                first = each.answer
                again = each.send(person.client)
                assert again.status == first.status and again.body == first.body, (each, first, again)
                assert again.headers["Idempotency-Replayed"] == "true", (each, again.headers)
            for each in person.requests:
                if each.answer is not None:
                    continue
                unknown += 1
                if each.key is None:
                    continue  # a cancellation has no key: the order itself tells

                def ask():
                    each.send(person.client)
                    return each.answer

                answer = eventually(ask, seconds, f"an answer to {each}")
                happened += "Idempotency-Replayed" in answer.headers
            person.client.close()

        in_parallel(settle, len(self.people))
        return unknown, happened

    def check(self):
        """What was answered with yes is there, and nothing else; every cent and every place is accounted for."""
        taken = collections.Counter()
        about = collections.defaultdict(list)
        for each in self.journal():
            if each.number:
                about[each.number].append(each)
        for index, buyer in enumerate(self.buyers):
            said = {each.answer["number"]: each.answer.json for each in self.journal()
                    if each.kind == "order" and each.buyer == index and each.done}
            kept = orders_of(buyer)
            assert set(said) == set(kept), (buyer.email, set(said) ^ set(kept))
            balance = CREDIT + sum(each.body["amount"]["amount"] for each in self.journal()
                                   if each.kind == "top_up" and each.buyer == index and each.done)
            held = 0
            for number, order in kept.items():
                self._check_order(said[number], order, about[number])
                for payment in order["payments"]:
                    amount = payment["amount"]["amount"]
                    held += amount * (payment["status"] == "held")
                    balance -= amount * (payment["method"] == "wallet" and payment["status"] == "succeeded")
                    balance += amount * (payment["status"] == "refunded")
                if order["status"] != "cancelled":
                    for line in order["lines"]:
                        taken[line["offer_id"]] += line["quantity"]
            assert buyer.wallet() == (balance, held, balance - held), buyer.email
            buyer.client.close()
        for offer in [*self.offers, self.scarce]:
            assert self.venue.places_left(offer) == offer["capacity"] - taken[offer["id"]]
        self.venue.audit()

    @staticmethod
    def _check_order(first, last, requests):
        """`first` as it was answered, `last` as it is; `requests` are the payments and cancellations of it."""
        evidence = (first, last, requests)
        received = sum(each.body["amount"]["amount"] for each in requests if each.kind == "payment" and each.done)
        cancels = [each for each in requests if each.kind == "cancel"]
        outside = sum(each["amount"]["amount"] for each in last["payments"]
                      if each["method"] != "wallet" and each["status"] in ("succeeded", "refunded"))
        assert outside == received, evidence
        if first["status"] == "paid" or received == due_of(first):
            assert last["status"] == "paid" and len(last["tickets"]) == places_of(first), evidence
            assert not any(each.done for each in cancels), evidence
            assert first["status"] != "paid" or last["tickets"] == first["tickets"], evidence
        elif any(each.done for each in cancels):
            assert last["status"] == "cancelled" and last["tickets"] == [], evidence
        elif last["status"] == "cancelled":
            # Nobody paid in time, or whoever cancelled never heard that it had been done.
            assert last["cancel_reason"] == "expired" or any(each.answer is None for each in cancels), evidence
        else:
            assert last["status"] == "awaiting_payment" and last["tickets"] == [], evidence


def due_of(order):
    """What is to be received for a new order beside the wallet's part."""
    return sum(each["amount"]["amount"] for each in order["payments"] if each["status"] == "pending")


def places_of(order):
    return sum(each["quantity"] for each in order["lines"])


def orders_of(buyer):
    """All orders of a buyer by number."""
    kept, cursor = {}, None
    while True:
        page = buyer.get("/orders", query={"limit": 200, **({"cursor": cursor} if cursor else {})})
        assert page.status == 200, page
        kept.update({each["number"]: each for each in page["items"]})
        cursor = page["next_cursor"]
        if cursor is None:
            return kept
