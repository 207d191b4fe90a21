"""Many buyers who order at once while something breaks, and what has to be true afterwards."""

import http.client
import random
import threading
import uuid

from server import eventually
from venue import in_parallel

CREDIT = 3000
KINDS = (("paid", ["wallet"]), ("mixed", ["wallet", "bank_transfer"]), ("later", ["bank_transfer"]))


class Rush:
    """`buyers` order again and again until they are told to stop. Every request has a key; what became of it is
    201 with a number, a refusal, or unknown."""

    def __init__(self, venue, seed, buyers=32, offers=3, capacity=400):
        self.venue = venue
        self.random = random.Random(seed)
        self.buyers = venue.buyers(buyers, credit=CREDIT)
        self.offers = [venue.offer(100 + 50 * i, capacity=capacity) for i in range(offers)]
        self.scarce = venue.offer(100, capacity=buyers // 2)
        self.answered = 0
        self.stopped = threading.Event()
        self.tries = [[] for _ in self.buyers]

    def run(self, disturb, after, seconds=60):
        """Rushes, calls disturb() once `after` requests were answered, and goes on until disturb() has returned."""
        reached = threading.Event()
        seeds = [self.random.random() for _ in self.buyers]

        def buy(index):
            dice = random.Random(seeds[index])
            client = self.buyers[index].client.as_(self.buyers[index].token)
            while not self.stopped.is_set():
                if not self._once(index, client, dice):
                    self.stopped.wait(0.05)  # nobody there, or told to come back: no need to storm
                self.answered += 1  # only a rough count
                if self.answered >= after:
                    reached.set()
            client.close()

        def break_something():
            try:
                assert reached.wait(seconds), f"only {self.answered} answers"
                disturb()
            finally:
                self.stopped.set()

        in_parallel(lambda index: break_something() if index == len(self.buyers) else buy(index), len(self.buyers) + 1)

    def count(self):
        """How many requests have an answer that counts."""
        return sum(entry["answer"] is not None for each in self.tries for entry in list(each))

    def _once(self, index, client, dice):
        """Whether there was an answer that counts."""
        offer = self.scarce if dice.random() < 0.1 else dice.choice(self.offers)
        kind, payments = dice.choice(KINDS[:1] * 4 + KINDS)
        entry = {"key": str(uuid.uuid4()), "lines": (offer, dice.randint(1, 2)), "payments": payments, "answer": None,
                 "seen": []}
        self.tries[index].append(entry)
        try:
            self._keep(entry, self._send(client, entry))
            return entry["answer"] is not None
        except (OSError, http.client.HTTPException) as failure:  # half an answer is no answer
            client.close()
            entry["seen"].append(repr(failure))
            return False

    def _send(self, client, entry):
        return self.venue.order(client, entry["lines"], entry["payments"], key=entry["key"])

    @staticmethod
    def _keep(entry, answer):
        entry["seen"].append((answer.status, answer.code if answer.status >= 400 else None))
        assert answer.status in (201, 409, 503), answer
        if answer.status == 503:
            assert answer.headers["Retry-After"], answer.headers
        elif answer.status == 201 or answer.code != "idempotency_in_progress":
            entry["answer"] = answer

    def resolve(self, seconds=20):
        """Repeats with the same key whatever is unknown; what was answered 201 is repeated as well. Returns how many
        were unknown, and how many of those had happened."""
        unknown = happened = 0

        def settle(index):
            nonlocal unknown, happened
            client = self.buyers[index].client.as_(self.buyers[index].token)
            for entry in self.tries[index]:
                first = entry["answer"]
                if first is None:
                    unknown += 1

                    def ask():
                        self._keep(entry, self._send(client, entry))
                        return entry["answer"]

                    answer = eventually(ask, seconds, f"an answer to {entry}")
                    happened += "Idempotency-Replayed" in answer.headers
                elif first.status == 201:
                    again = self._send(client, entry)
                    assert again.status == 201 and again.body == first.body, (first, again)
                    assert again.headers["Idempotency-Replayed"] == "true"
            client.close()

        in_parallel(settle, len(self.buyers))
        return unknown, happened

    def check(self):
        """What was answered 201 exists, and nothing else; every cent and every place is accounted for."""
        taken = {offer["id"]: 0 for offer in [*self.offers, self.scarce]}

        def look(index):
            buyer = self.buyers[index]
            said = {entry["answer"]["number"]: entry for entry in self.tries[index] if entry["answer"].status == 201}
            kept, cursor = {}, None
            while True:
                query = {"limit": 200, **({"cursor": cursor} if cursor else {})}
                page = buyer.get("/orders", query=query)
                assert page.status == 200, page
                kept.update({each["number"]: each for each in page["items"]})
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert set(said) == set(kept), (buyer.email, set(said) ^ set(kept))
            spent = held = 0
            for number, order in kept.items():
                first = said[number]["answer"].json
                assert order["status"] == first["status"] and order["tickets"] == first["tickets"], (first, order)
                for line in order["lines"]:
                    taken[line["offer_id"]] += line["quantity"]
                for payment in order["payments"]:
                    if payment["method"] == "wallet":
                        spent += payment["amount"]["amount"] * (payment["status"] == "succeeded")
                        held += payment["amount"]["amount"] * (payment["status"] == "held")
            assert buyer.wallet() == (CREDIT - spent, held, CREDIT - spent - held), buyer.email
            buyer.client.close()

        for index in range(len(self.buyers)):
            look(index)
        for offer in [*self.offers, self.scarce]:
            assert self.venue.places_left(offer) == offer["capacity"] - taken[offer["id"]]
        self.venue.audit()
