"""QUALITY.md, "faults it survives": the connection cut at COMMIT, before or after it took effect. No duplicate, and no
false refusal: who was told 503 was told the truth."""

import time

import pytest

from evening import Evening
from world import BACK_AFTER_DATABASE, World, serving

CUTS = 6


@pytest.fixture(scope="module")
def world():
    # Long enough for the journal to ask for a batch's fate before the request is given up.
    own = World(http__handler_deadline="15s")
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.mark.few(1)
@pytest.mark.parametrize("where", ["before", "at", "after"])
def test_O3_the_connection_cut_at_commit_costs_nobody_the_truth(world, where, seed):
    print("FOYER_SEED", seed)
    evening = Evening(world.venue(), seed)
    pid = world.process.pid
    already = world.wire.cuts[where]

    def disturb():
        end = time.monotonic() + 60
        while world.wire.cuts[where] < already + CUTS:
            assert time.monotonic() < end, f"only {world.wire.cuts[where] - already} cuts"
            world.wire.arm(where)
            time.sleep(evening.dice.uniform(0.05, 0.3))
        world.wire.disarm()
        serving(world, evening, f"cut {where} COMMIT", time.monotonic(), BACK_AFTER_DATABASE)

    evening.run(disturb, after=evening.dice.randint(50, 200))
    assert world.process.pid == pid and world.process.poll() is None
    assert not evening.hung_up()
    refused = [each for each in evening.journal() if each.answer is None and each.key]
    print(f"{len(evening.journal())} requests, {len(refused)} were refused for now")
    assert where == "after" or refused
    _, happened = evening.resolve()
    assert happened == 0, "somebody was refused what had happened"
    evening.check()


@pytest.mark.few(1)
def test_O3_a_wire_that_is_slow_mute_or_cut_anywhere_costs_nobody_the_truth(world, seed):
    print("FOYER_SEED", seed)
    evening = Evening(world.venue(), seed)
    dice = evening.dice

    def disturb():
        for _ in range(3):
            world.wire.cut_within(dice.randrange(30_000))
            time.sleep(dice.uniform(0.2, 0.6))
        world.wire.mend()
        world.wire.delay = 0.01
        time.sleep(dice.uniform(0.3, 1))
        world.wire.mute()
        time.sleep(dice.uniform(0.1, 3))
        world.wire.mend()
        serving(world, evening, "wire mended", time.monotonic(), BACK_AFTER_DATABASE)

    evening.run(disturb, after=dice.randint(50, 200))
    assert world.wire.cuts["within"] > 0
    assert not evening.hung_up()
    _, happened = evening.resolve()
    assert happened == 0, "somebody was refused what had happened"
    evening.check()
