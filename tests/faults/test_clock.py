"""QUALITY.md, "faults it survives": clock jumps make nothing live longer than its limit, and entries stay in order."""

import time

import pytest

import accounts
from evening import Evening
from server import eventually
from world import World

HOUR = 3_600
# Of what lives here, in seconds; the timer looks four times a second, and this machine is busy.
LIVES = 3
LATE = 3


@pytest.fixture(scope="module")
def world():
    """Server and database on one machine, whose clock jumps."""
    own = World(clock_of_database=True, orders__bank_transfer_expires_after=f"{LIVES}s")
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.fixture()
def clock(world):
    yield
    # The server goes on in the time that was, after a restart too, unless it is told to begin anew.
    world.clock.set(0)
    world.stop()
    world.sql("delete from server_clock")
    world.start()


def jump(world, hours):
    world.clock.set(hours * HOUR)
    off = float(world.sql("select extract(epoch from clock_timestamp())")) - time.time()
    assert abs(off - hours * HOUR) < 5, "the clock did not jump"


def expired(venue, number):
    order = venue.staff_view(number)
    return order["status"] == "cancelled" and order["cancel_reason"] == "expired"


@pytest.mark.parametrize("hours", [-5, -0.1])
def test_O4_a_clock_that_is_set_back_keeps_no_order_alive(world, clock, hours):
    venue = world.venue()
    offer = venue.offer(3000, capacity=1)
    buyer = venue.buyer(credit=1000)
    began = time.monotonic()
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201 and buyer.wallet() == (1000, 1000, 0), order
    jump(world, hours)
    eventually(lambda: expired(venue, order["number"]), LIVES + LATE + 5, "the expiry")
    lived = time.monotonic() - began
    print(f"lived {lived:.2f} s")
    assert lived < LIVES + LATE
    # And what is made afterwards lives as long as it should.
    again = venue.guest_order(offer)
    began = time.monotonic()
    eventually(lambda: expired(venue, again["number"]), LIVES + LATE + 5, "the expiry")
    assert LIVES - 0.5 < time.monotonic() - began < LIVES + LATE
    # Its mails are not kept back until the clock has caught up.
    assert world.post.wait("jean@kunde.example", again["number"], seconds=10)
    venue.audit()


def test_O4_a_clock_that_is_set_back_while_the_server_is_down_keeps_no_order_alive(world, clock):
    venue = world.venue()
    offer = venue.offer(3000, capacity=1)
    order = venue.buyer().order(offer, ["bank_transfer"])
    assert order.status == 201, order
    world.stop()
    world.clock.set(-5 * HOUR)
    world.start()
    began = time.monotonic()
    eventually(lambda: expired(venue, order["number"]), LIVES + LATE + 5, "the expiry")
    assert time.monotonic() - began < LIVES + LATE
    assert "set back" in world.log()
    venue.audit()


def test_O4_an_operator_may_begin_anew_after_the_clock_was_wrongly_ahead(world, clock):
    venue = world.venue()
    offer = venue.offer(3000)

    def hours_ahead():
        number = venue.guest_order(offer)["number"]
        made = world.sql(f"select extract(epoch from created_at) from orders where number = '{number}'")
        return (float(made) - time.time()) / HOUR

    jump(world, 5)
    assert 4.9 < hours_ahead() < 5.1
    world.stop()
    world.clock.set(0)
    world.start()
    assert 4.9 < hours_ahead() < 5.1, "it goes on in the time that was, unless it is told otherwise"
    world.stop()
    world.settings["server.accept_earlier_clock"] = True
    try:
        world.start()
        assert -0.1 < hours_ahead() < 0.1
    finally:
        del world.settings["server.accept_earlier_clock"]
    # What is noted from then on is the machine's time again.
    world.restart()
    assert -0.1 < hours_ahead() < 0.1
    venue.audit()


def test_A5_a_clock_that_is_set_back_keeps_no_session_and_no_link_alive():
    world = World(clock_of_database=True, sessions__buyer_idle=f"{LIVES}s", accounts__password_reset_link=f"{LIVES}s")
    try:
        world.start()
        visitor = world.client()
        email = accounts.fresh_email()
        accounts.confirm(visitor, world.post, email, accounts.register(visitor, email))
        assert visitor.post("/api/v1/password-resets", {"email": email}).status == 202
        link = eventually(lambda: next((mail for mail in world.post.all(email) if "/reset" in mail["text"]), None), 10,
                          "the link")
        session = world.client(accounts.login(visitor, email)["token"])
        assert session.get("/api/v1/me").status == 200
        began = time.monotonic()
        jump(world, -5)
        eventually(lambda: time.monotonic() > began + LIVES + 0.5, LIVES + 1)
        assert session.get("/api/v1/me").status == 401
        late = visitor.post("/api/v1/password-resets/confirm",
                            {"token": accounts.token_in(link), "password": "another long password"})
        assert late.status == 410 and late.code == "token_expired", late
    finally:
        world.remove()


def test_O4_a_clock_that_is_set_forward_ends_things_early_and_once(world, clock):
    venue = world.venue()
    offer = venue.offer(3000, capacity=2)
    buyer = venue.buyer(credit=1000)
    order = buyer.order(offer, ["wallet", "bank_transfer"])
    assert order.status == 201, order
    jump(world, 3)
    eventually(lambda: expired(venue, order["number"]), LATE + 1, "the expiry")
    assert venue.places_left(offer) == 2
    purse = venue.wallet(buyer.household)
    assert (purse["balance"]["amount"], purse["held"]["amount"]) == (1000, 0)
    venue.audit()


@pytest.mark.few(1)
def test_W2_entries_stay_in_order_while_the_clock_jumps(world, clock, seed):
    print("FOYER_SEED", seed)
    evening = Evening(world.venue(), seed, buyers=8)

    def disturb():
        for _ in range(4):
            jump(world, evening.dice.choice((-2, -0.5, 0.01, 1, 2)))

    evening.run(disturb, after=50)
    evening.resolve()
    # Whatever nobody paid has expired, whichever way the clock went.
    unpaid = ("select count(*) from orders o join organisations h on h.id = o.organisation_id "
              f"where o.status = 1 and h.slug = '{evening.venue.slug}'")
    eventually(lambda: world.sql(unpaid) == "0", 2 * (LIVES + LATE), "the expiries")
    evening.check()
    for buyer in evening.buyers:
        rows = world.sql(f"select id, balance_after from ledger_entries where household_id = '{buyer.household}' "
                         "order by seq desc").split()
        shown, cursor = [], None
        while True:
            page = buyer.get("/wallet/entries", query={"limit": 200, **({"cursor": cursor} if cursor else {})})
            shown += [f"{each['id']}|{each['balance_after']['amount']}" for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert shown == rows
    world.mails_settled()
