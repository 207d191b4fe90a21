"""QUALITY.md, "faults it survives": the server, PostgreSQL or a part of it dies in the middle of a rush. Afterwards
everything that was said is true. Each run prints its seed; FOYER_SEEDS=20 runs more of them."""

import os
import random
import signal
import time

import pytest

from rush import Rush
from server import Server, eventually
from venue import Venue, in_parallel

SEEDS = [random.SystemRandom().randrange(10**6) for _ in range(int(os.environ.get("FOYER_SEEDS", "2")))]
if os.environ.get("FOYER_SEED"):
    SEEDS = [int(os.environ["FOYER_SEED"])]


@pytest.fixture(scope="module")
def own():
    """A server to be killed, of this file's own."""
    one = Server()
    try:
        yield one.start()
    finally:
        one.remove()


def settle_and_check(rush):
    unknown, happened = rush.resolve()
    print(f"{sum(map(len, rush.tries))} requests, {unknown} unknown, of which {happened} had happened")
    rush.check()


@pytest.mark.parametrize("seed", SEEDS)
def test_O3_kill_9_of_the_server_loses_nothing_that_was_said(own, seed):
    print("seed", seed)
    rush = Rush(Venue(own), seed)
    rush.run(own.kill9, after=rush.random.randint(50, 600))
    began = time.monotonic()
    own.start(seconds=5)
    print(f"ready after {time.monotonic() - began:.2f} s")
    settle_and_check(rush)


def kill_postmaster(server, _):
    os.kill(server.postmaster(), signal.SIGKILL)


def kill_a_backend(server, dice):
    """One process of PostgreSQL dies: it restarts all of its backends."""
    pids = server.sql("select pid from pg_stat_activity where backend_type = 'client backend' and "
                      "pid <> pg_backend_pid()").split()
    os.kill(int(dice.choice(pids)), signal.SIGKILL)


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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_O3_the_server_outlives_its_database(own, fault, seed):
    print("seed", seed)
    rush = Rush(Venue(own), seed, buyers=16)
    pid = own.process.pid

    def disturb():
        before = own.metric("foyer_journal_reconnects_total")
        fault(own, rush.random)
        began = time.monotonic()
        if fault is not end_one_connection_again_and_again:  # which may miss the one that writes
            eventually(lambda: own.metric("foyer_journal_reconnects_total") > before, 5, "the loss of the database")
        watcher = own.client(timeout=5)
        # The server itself answers all the time, and orders again within ten seconds.
        eventually(lambda: watcher.get("/healthz").status == 200 and watcher.get("/readyz").status == 200, 10, "readiness")
        answered = rush.count()
        eventually(lambda: rush.count() > answered + 32, 10, "new answers")
        print(f"serving after {time.monotonic() - began:.2f} s")

    rush.run(disturb, after=rush.random.randint(50, 300))
    assert own.process.poll() is None and own.process.pid == pid
    # The server never hung up on anybody.
    assert not [seen for each in rush.tries for entry in each for seen in entry["seen"] if isinstance(seen, str)]
    settle_and_check(rush)


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
