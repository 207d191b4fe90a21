"""Any troubles at any moment, in any combination, as a seed says (QUALITY.md, "faults it survives"). FOYER_SEED=n
repeats one, FOYER_SEEDS=n takes n, FOYER_FAULT_SECONDS=n goes on with new ones for so long."""

import os
import random
import threading
import time

import pytest
from receiver import certificate  # noqa: F401

import troubles
from evening import Evening
from venue import in_parallel
from world import BACK_AFTER_DATABASE, World, serving

SECONDS = float(os.environ.get("FOYER_FAULT_SECONDS", "0"))


@pytest.fixture(scope="module")
def world(certificate):  # noqa: F811
    own = World(tls=certificate)
    try:
        yield own.start()
    finally:
        own.remove()


def plan_of(dice):
    """Which kinds of trouble meet, and in which order each comes: {kind: [(pause before, trouble, its seed)]}."""
    chosen = dice.sample(list(troubles.KINDS), dice.randint(2, len(troubles.KINDS)))
    return {kind: [(dice.uniform(0, 1), dice.choice(troubles.KINDS[kind]), dice.random())
                   for _ in range(dice.randint(1, 3))] for kind in chosen}


def an_evening_of_troubles(world, seed):
    dice = random.Random(seed)
    plan = plan_of(dice)
    evening = Evening(world.venue(), seed, buyers=8, staff=2, leavers=2, think=0.02)
    done, lock = [], threading.Lock()

    def suffer(kind):
        for pause, trouble, own_seed in plan[kind]:
            time.sleep(pause)
            trouble(world, random.Random(own_seed))
            with lock:
                done.append(trouble.__name__)

    def disturb():
        kinds = list(plan)
        in_parallel(lambda index: suffer(kinds[index]), len(kinds))
        world.clock.set(0)
        world.wire.mend()
        world.post.mend()
        serving(world, evening, "any troubles", time.monotonic(), BACK_AFTER_DATABASE)

    try:
        evening.run(disturb, after=dice.randint(20, 150))
    finally:
        print(f"FOYER_SEED={seed}: {', '.join(done)}")
    assert world.process.poll() is None, world.log()
    unknown, happened = evening.resolve()
    evening.check()
    mails, repeated = world.mails_settled()
    print(f"{len(evening.journal())} requests, {unknown} unknown, of which {happened} had happened; "
          f"{mails} mails, {repeated} of them more than once; cuts {dict(world.wire.cuts)}")


@pytest.mark.few(3)
def test_O3_any_troubles_in_any_combination_lose_nothing_that_was_said(world, seed):
    an_evening_of_troubles(world, seed)


if SECONDS:
    def test_O3_hours_of_troubles(world):
        end = time.monotonic() + SECONDS
        evenings = 0
        while time.monotonic() < end:
            an_evening_of_troubles(world, random.SystemRandom().randrange(10**6))
            evenings += 1
        print(f"{evenings} evenings")
        assert evenings > 0
