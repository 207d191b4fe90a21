"""QUALITY.md, "faults it survives": SMTP down, slow, cutting off at any phase. Requests are unaffected, nothing is lost,
and nobody gets a mail more than twice."""

import time

import pytest
from receiver import certificate  # noqa: F401

from evening import Evening
from post_office import PHASES
from server import eventually
from world import DEADLINE, World

SILENT = ("greeting", "ehlo", "auth", "rcpt", "body", "dot")
FAILURES = [(phase, what) for what in ("cut", "defer", "mute") for phase in PHASES
            if (what != "defer" or phase not in ("connect", "handshake", "body", "after"))
            and (what != "mute" or phase in SILENT)]


@pytest.fixture(scope="module")
def world(certificate):  # noqa: F811
    own = World(tls=certificate)
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.mark.few(1)
def test_M1_mails_survive_a_receiver_that_fails_at_every_phase(world, seed):
    print("FOYER_SEED", seed)
    evening = Evening(world.venue(), seed, buyers=6, think=0.1)
    order = list(FAILURES)
    evening.dice.shuffle(order)

    def disturb():
        for phase, what in order:
            before = world.post.felt[phase, what]
            world.post.trouble = lambda at, phase=phase, what=what: what if at == phase else None
            # STARTTLS, the greeting and the login come once a connection: those that are kept would feel nothing.
            world.post.hang_up()
            eventually(lambda: world.post.felt[phase, what] > before, 30, f"{what} at {phase}")
            world.post.mend()
            taken = len(world.post.mails)
            eventually(lambda: len(world.post.mails) > taken, 30, f"a mail after {what} at {phase}")
        world.post.shut()
        time.sleep(0.5)
        world.post.mend()

    evening.run(disturb, after=30, seconds=30)
    print(f"the slowest request took {evening.slowest:.2f} s")
    assert evening.slowest < DEADLINE and not evening.hung_up() and evening.refusals() == 0
    evening.resolve()
    evening.check()
    mails, repeated = world.mails_settled()
    print(f"{mails} mails, {repeated} of them twice")
    assert mails > 20 and repeated > 0


def test_M1_a_receiver_that_says_too_late_that_it_took_a_mail_gets_it_again(world):
    """Whoever sends cannot know that it was taken (RFC 1047); each copy more has such a reason."""
    venue = world.venue()
    offer = venue.offer(1000)
    before = sum(world.post.unsaid.values())
    world.post.late = 1.5  # a sender waits for 1 s here
    number = venue.guest_order(offer)["number"]
    first = world.post.wait("jean@kunde.example", number)
    eventually(lambda: sum(world.post.unsaid.values()) > before, 20, "a copy of which the sender did not hear")
    world.post.mend()
    world.mails_settled()
    identity = next(each for each in world.post.copies if first["id"] in each)
    assert 2 <= world.post.copies[identity] <= 1 + world.post.unsaid[identity]


@pytest.mark.few(1)
def test_M1_kill_9_while_mails_are_under_way_loses_none(world, seed):
    print("FOYER_SEED", seed)
    evening = Evening(world.venue(), seed, buyers=6, think=0.02)
    before = world.kills

    def disturb():
        # Each copy is taken and not yet told when the server dies, or just leased, as it comes.
        world.post.trouble = lambda at: "mute" if at in ("dot", "rcpt") else None
        eventually(lambda: world.post.felt["rcpt", "mute"] + world.post.felt["dot", "mute"], 20, "a mail under way")
        world.kill9()
        world.post.mend()
        world.revive()

    evening.run(disturb, after=evening.dice.randint(30, 100))
    evening.resolve()
    evening.check()
    world.mails_settled()
    assert world.kills == before + 1
