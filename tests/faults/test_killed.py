"""QUALITY.md, "faults it survives": the server, PostgreSQL or a part of it dies in the middle of an evening."""

import http.client
import json
import os
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest

from client import Answer
from evening import Evening, Request
from postgres import processes_of
from server import Server, eventually
from venue import Venue, in_parallel, lines_of, payments_of
from world import BACK_AFTER_DATABASE, READY_AFTER_KILL, recovered, serving

IN_FLIGHT = 500


@pytest.fixture(scope="module")
def own():
    """A server that runs its own PostgreSQL."""
    one = Server()
    try:
        yield one.start()
    finally:
        one.remove()


def settle_and_check(evening):
    unknown, happened = evening.resolve()
    print(f"{len(evening.journal())} requests, {unknown} unknown, of which {happened} had happened")
    evening.check()


def kill_and_start(server):
    server.kill9()
    began = time.monotonic()
    server.start()
    recovered("server killed: ready", began, READY_AFTER_KILL)


@pytest.mark.few(2)
def test_O3_kill_9_of_the_server_loses_nothing_that_was_said(own, seed):
    print("FOYER_SEED", seed)
    evening = Evening(Venue(own), seed, buyers=24, leavers=2)
    evening.run(lambda: kill_and_start(own), after=evening.dice.randint(50, 500))
    settle_and_check(evening)


class Checkout:
    """One order on a connection of its own: sent now, its answer read later, if there is one."""

    def __init__(self, evening, person, offer):
        self.person = person
        self.request = Request("order", f"{evening.venue.base}/shops/online/orders",
                               {"lines": lines_of(offer), "payments": payments_of(["wallet"])},
                               evening.people.index(person))
        self.socket = socket.create_connection(("127.0.0.1", evening.venue.server.port), timeout=30)
        person.requests.append(self.request)

    def send(self, url):
        body = json.dumps(self.request.body).encode()
        head = (f"POST {self.request.path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer "
                f"{self.person.client.token}\r\nIdempotency-Key: {self.request.key}\r\nAccept: application/json\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        self.socket.sendall(head.encode() + body)

    def read(self):
        try:
            answer = http.client.HTTPResponse(self.socket)
            answer.begin()
            got = Answer(answer.status, answer.headers, answer.read())
            self.request.seen.append(got.status)
            if got.status != 503:
                self.request.answer = got
        except (OSError, http.client.HTTPException) as failure:
            self.request.seen.append(repr(failure))
        finally:
            self.socket.close()


@pytest.mark.few(2)
def test_O3_kill_9_with_500_checkouts_in_flight_loses_nothing_that_was_said(own, seed):
    print("FOYER_SEED", seed)
    evening = Evening(Venue(own), seed, buyers=20, capacity=IN_FLIGHT)
    checkouts = [Checkout(evening, evening.at_home[i % 20], evening.dice.choice(evening.offers)) for i in range(IN_FLIGHT)]
    for each in checkouts:
        each.send(own.url)
    time.sleep(evening.dice.uniform(0, 0.1))  # of the time that they take together
    kill_and_start(own)
    for each in checkouts:
        each.read()
    unanswered = sum(each.request.answer is None for each in checkouts)
    print(f"{unanswered} of {IN_FLIGHT} had no answer")
    settle_and_check(evening)


def kill_postmaster(server, _):
    os.kill(server.postmaster(), signal.SIGKILL)


def kill_a_backend(server, dice):
    """One process of PostgreSQL dies: it restarts all of its backends."""
    os.kill(dice.choice(processes_of(server.postmaster())[1:]), signal.SIGKILL)


def end_connections(server, _):
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and "
               "pid <> pg_backend_pid()")


def end_one_connection_again_and_again(server, dice):
    for _ in range(10):
        pids = server.sql("select pid from pg_stat_activity where backend_type = 'client backend' and "
                          "pid <> pg_backend_pid()").split()
        if pids:
            server.sql(f"select pg_terminate_backend({dice.choice(pids)})")


FAULTS = [kill_postmaster, kill_a_backend, end_connections, end_one_connection_again_and_again]


@pytest.mark.few(1)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_O3_the_server_outlives_its_database(own, fault, seed):
    print("FOYER_SEED", seed)
    evening = Evening(Venue(own), seed)
    pid = own.process.pid

    def disturb():
        before = own.metric("foyer_journal_reconnects_total")
        fault(own, evening.dice)
        began = time.monotonic()
        if fault is not end_one_connection_again_and_again:  # which may miss the one that writes
            eventually(lambda: own.metric("foyer_journal_reconnects_total") > before, 5, "the loss of the database")
        serving(own, evening, fault.__name__.replace("_", " "), began, BACK_AFTER_DATABASE)

    evening.run(disturb, after=evening.dice.randint(50, 300))
    assert own.process.poll() is None and own.process.pid == pid
    assert not evening.hung_up()
    settle_and_check(evening)


def test_W3_two_servers_on_one_database_spend_nothing_twice(own):
    """No lease keeps them apart here: each write carries the row's version, and the database refuses a stale one."""
    second = Server(database__url=f"host={own.socket_folder()} user=foyer dbname=foyer",
                    security__secret_file=str(own.folder / "data/secret"), data__dir=own.settings["data.dir"])
    second.binary = own.binary
    try:
        second.start()
        venue = Venue(own)
        offer, hot = venue.offer(100), venue.offer(100, capacity=30)
        buyer = venue.buyer(credit=10000)
        assert second.client(buyer.token).get(venue.me + "/wallet")["balance"]["amount"] == 10000

        def spend(index):
            client = (second if index % 2 else own).client(buyer.token)
            answers = []
            for _ in range(12):
                # What could not be done now is safe to repeat with its key.
                key = f"{index}-{len(answers)}"
                answers.append(eventually(lambda: (lambda a: a.status not in (503, 412) and a)(
                    venue.order(client, hot if index < 8 else offer, key=key)), 30, "an answer"))
            client.close()
            return answers

        answers = [each for share in in_parallel(spend, 16) for each in share]
        paid = [each for each in answers if each.status == 201]
        assert {each.code for each in answers if each.status != 201} <= {"insufficient_funds", "sold_out"}
        assert len({each["number"] for each in paid}) == len(paid)
        assert sum(each["lines"][0]["offer_id"] == hot["id"] for each in paid) <= 30
        # Each shows what it knows, which may be old; what is written is right.
        written = own.sql(f"select balance, held from wallets where household_id = '{buyer.household}'")
        assert written == f"{10000 - 100 * len(paid)}|0"
        # The same key at both, at once: one order.
        buyer2 = venue.buyer(credit=10000)

        def same(index):
            client = (second if index % 2 else own).client(buyer2.token)
            answer = eventually(lambda: (lambda a: a.status == 201 and a)(venue.order(client, offer, key="same")), 20,
                                "an answer")
            client.close()
            return answer["number"]

        assert len(set(in_parallel(same, 10))) == 1
        venue.audit()
    finally:
        second.settings["data.dir"] = str(second.folder / "data")
        second.remove()
