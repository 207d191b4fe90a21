"""Merges while everybody pays (H9), with the guard of merged wallets and without it; and a server that dies of it."""

import collections
import threading
import uuid

import pytest

from server import Server, Unguarded, eventually
from venue import Venue, in_parallel

BUYERS = 32


def post_merge(venue, into, source, key=None):
    client = venue.admin.as_(venue.admin.token)
    try:
        return client.post(f"{venue.staff_base}/households/{into}/merge", {"from": source}, key=key or True)
    finally:
        client.close()


def balances(venue, households):
    found = venue.server.sql("select household_id, balance from wallets where household_id in ("
                             + ",".join(f"'{each}'" for each in households) + ")")
    return {line.split("|")[0]: int(line.split("|")[1]) for line in found.splitlines()}


def orders_of(venue, household):
    return int(venue.server.sql(f"select count(*) from orders where household_id = '{household}'"))


def pay_while_merging(venue, rounds=6):
    """32 clients of both households order by wallet and by cash, while one household goes into the other. Returns both
    households and all answers."""
    into, source = venue.household()["id"], venue.household()["id"]
    for each in (into, source):
        venue.credit(each, 100_000)
    offer = venue.offer(100)
    began = threading.Event()
    merged = []

    def work(index):
        if index == BUYERS:
            began.wait(30)
            merged.append(post_merge(venue, into, source))
            return []
        client = venue.admin.as_(venue.admin.token)
        answers = []
        for turn in range(rounds):
            household = (into, source)[(index + turn) % 2]
            answers.append(venue.staff_order(household, offer, ["wallet" if index % 4 else "cash"], by=client))
            if turn == 1:
                began.set()
        client.close()
        return answers

    answers = [each for share in in_parallel(work, BUYERS + 1) for each in share]
    assert merged[0].status == 201, merged
    return into, source, answers


def test_H9_a_merge_while_32_pay_with_both_wallets_loses_nothing(server):
    venue = Venue(server)
    into, source, answers = pay_while_merging(venue)
    assert {each.status for each in answers} == {201}, collections.Counter((e.status, e.code) for e in answers)
    assert orders_of(venue, source) == 0 and orders_of(venue, into) == len(answers)
    by_wallet = sum(each["payments"][0]["method"] == "wallet" for each in answers)
    assert balances(venue, (into, source)) == {into: 200_000 - 100 * by_wallet, source: 0}
    venue.audit()


@pytest.fixture(scope="module")
def unguarded():
    own = Unguarded("merges")
    try:
        yield own.start()
    finally:
        own.remove()


def test_H9_without_the_guard_money_and_orders_stay_behind(unguarded):
    """A payment that found the wallet before the merge is decided after it: without the guard the client is still sold
    to. So that it does not depend on who is quicker, the payment asks for the wallet that was left by name."""
    venue = Venue(unguarded)
    into, source = venue.household()["id"], venue.household()["id"]
    venue.credit(source, 500)
    assert post_merge(venue, into, source).status == 201
    late = venue.entry(source, "top_up", 300)
    assert late.status == 201, late
    assert balances(venue, (source,)) == {source: 300}
    assert venue.server.command("audit", check=False).returncode == 1


def test_H9_of_merges_of_the_same_two_at_once_one_wins(server):
    venue = Venue(server)
    for _ in range(4):
        one, other = venue.household()["id"], venue.household()["id"]
        venue.credit(one, 300)
        venue.credit(other, 200)
        answers = in_parallel(lambda index: post_merge(venue, *((one, other) if index % 2 else (other, one))), 8)
        codes = collections.Counter((each.status, each.code if each.status >= 400 else None) for each in answers)
        assert codes[(201, None)] == 1 and codes[(409, "household_merged")] == 7, codes
        assert sorted(balances(venue, (one, other)).values()) == [0, 500]
    venue.audit()


def test_H9_merges_in_a_ring_at_once_end_in_one_household_or_several_but_lose_nothing(server):
    venue = Venue(server)
    ring = [venue.household()["id"] for _ in range(6)]
    for each in ring:
        venue.credit(each, 100)

    def until_told(index):
        key = str(uuid.uuid4())
        said = []  # 503: safe to repeat with its key
        eventually(lambda: said.append(post_merge(venue, ring[index], ring[(index + 1) % 6], key=key))
                   or said[-1].status != 503, 20, "an answer")
        return said[-1]

    answers = in_parallel(until_told, 6)
    assert {each.status for each in answers} <= {201, 409}, answers
    assert sum(balances(venue, ring).values()) == 600
    left = int(venue.server.sql("select count(*) from households where merged_into is null and id in ("
                                + ",".join(f"'{each}'" for each in ring) + ")"))
    assert left == 6 - sum(each.status == 201 for each in answers) >= 1
    venue.audit()


def test_H9_kill_9_in_the_middle_of_merges_leaves_all_or_nothing(make_server):
    own = make_server()
    venue = Venue(own)
    pairs = [(venue.household()["id"], venue.household()["id"]) for _ in range(24)]
    for _, source in pairs:
        venue.credit(source, 100)
    keys = [str(uuid.uuid4()) for _ in pairs]
    seen = {}

    def work(index):
        if index == 8:
            eventually(lambda: len(seen) >= 4, 30, "the first merges")
            own.kill9()
            return
        for which in range(index, len(pairs), 8):
            try:
                answer = post_merge(venue, *pairs[which], key=keys[which])
            except OSError:
                return
            except Exception as failure:  # noqa: BLE001 an answer that was cut
                if "http" not in type(failure).__module__:
                    raise
                return
            seen[which] = answer

    in_parallel(work, 9)
    own.start()
    for which, (into, source) in enumerate(pairs):
        there = balances(venue, (into, source))
        done = there.get(source) == 0
        assert done or which not in seen or seen[which].status != 201, f"lost: {which}"
        again = post_merge(venue, into, source, key=keys[which])
        assert again.status == 201, again
        if done:
            assert again.headers["Idempotency-Replayed"] == "true"
        assert balances(venue, (into, source)) == {into: 100, source: 0}
    venue.audit()
