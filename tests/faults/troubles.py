"""What can happen to a World. A trouble strikes, lasts as long as its dice say, and is over when it returns: what it
broke is mended then. Troubles of one kind follow each other, those of different kinds overlap as they like."""

import signal
import time

from postgres import Stopped, processes_of, signal_all
from post_office import PHASES

LONGEST = 1.5   # seconds that a trouble lasts
HOUR = 3_600


def wait(dice, longest=LONGEST):
    time.sleep(dice.uniform(0, longest))


# The server

def kill_server(world, dice):
    world.kill9()
    if dice.random() < 0.5:
        wait(dice)
    world.revive()


# The database

def kill_postmaster(world, dice):
    world.database.kill9()
    wait(dice)
    world.database.start()


def kill_a_backend(world, dice):
    """One process of PostgreSQL dies: it restarts all of its backends."""
    backends = processes_of(world.postmaster())[1:]
    if backends:
        signal_all([dice.choice(backends)], signal.SIGKILL)
    wait(dice, 0.3)


def end_connections(world, dice):
    """Those of the program, all at once or one after the other."""
    whom = "true" if dice.random() < 0.5 else f"pid % 3 = {dice.randrange(3)}"
    for _ in range(dice.randint(1, 5)):
        try:
            world.sql("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and "
                      f"pid <> pg_backend_pid() and {whom}")
        except AssertionError:
            pass  # ended while it was at it
        wait(dice, 0.2)


def stop_database(world, dice):
    with Stopped(world.postmaster()):
        time.sleep(dice.uniform(0.1, 2 * LONGEST))


def stop_a_backend(world, dice):
    """One process of PostgreSQL stands still, perhaps the one that has half a batch; the others go on."""
    backends = processes_of(world.postmaster())[1:]
    if not backends:
        return
    stopped = [dice.choice(backends)]
    signal_all(stopped, signal.SIGSTOP)
    time.sleep(dice.uniform(0.1, 3 * LONGEST))  # perhaps longer than a statement may take
    signal_all(stopped, signal.SIGCONT)


# The wire between both

def cut_at_commit(world, dice):
    for _ in range(dice.randint(1, 4)):
        world.wire.arm(dice.choice(("before", "at", "after")))
        wait(dice, 0.6)
    world.wire.disarm()


def cut_anywhere(world, dice):
    for _ in range(dice.randint(1, 4)):
        world.wire.cut_within(dice.randrange(20_000))
        wait(dice, 0.5)


def cut_off(world, dice):
    world.wire.refuse()
    wait(dice)
    world.wire.mend()


def mute(world, dice):
    """Nothing passes, then everything, or nothing of it."""
    world.wire.mute()
    time.sleep(dice.uniform(0.1, 2 * LONGEST))
    if dice.random() < 0.5:
        world.wire.cut()
    world.wire.mend()


def slow(world, dice):
    world.wire.delay = dice.uniform(0.001, 0.02)
    wait(dice)
    world.wire.mend()


# The post

def fail_at(world, dice):
    phases = dice.sample(PHASES, dice.randint(1, 3))
    rate, what = dice.choice((0.3, 1.0)), dice.choice(("cut", "defer", "mute"))
    # Asked from several threads, which must not share the dice.
    chances = [dice.random() < rate for _ in range(97)]
    asked = iter(range(10**9))
    world.post.trouble = lambda phase: what if phase in phases and chances[next(asked) % 97] else None
    wait(dice)
    world.post.mend()


def close_post(world, dice):
    world.post.shut()
    wait(dice)
    world.post.mend()


# The clock

def jump(world, dice):
    world.clock.set(dice.choice((-2, -1, -0.2, 0.1, 1, 2)) * HOUR)
    wait(dice)


KINDS = {
    "server": (kill_server,),
    "database": (kill_postmaster, kill_a_backend, end_connections, stop_database, stop_a_backend),
    "wire": (cut_at_commit, cut_at_commit, cut_anywhere, cut_off, mute, slow),
    "post": (fail_at, fail_at, close_post),
    "clock": (jump,),
}
