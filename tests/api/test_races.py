"""Money and places when everybody wants them at once. Each race runs three times: as the program is; with the actors'
guard off, where the database's constraint has to hold alone; and with both off, where the same race must overspend,
for otherwise it would prove nothing."""

import collections

import pytest

from server import Unguarded, eventually
from venue import Venue, in_parallel

CONNECTIONS = 64


@pytest.fixture(scope="module")
def unguarded():
    own = Unguarded("funds,places,keys")
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.fixture(scope="module")
def unprotected():
    own = Unguarded("funds,places,keys")
    try:
        yield own.start().without_constraints()
    finally:
        own.remove()


def outcomes(answers):
    """How often each status with each code came."""
    return dict(collections.Counter((each.status, each.code if each.status >= 400 else None) for each in answers))


def race_for_money(venue):
    """1,000 debits of 1.00 on a wallet of 500.00."""
    offer = venue.offer(100)
    buyer = venue.buyer(credit=50000)

    def spend(index):
        client = buyer.client.as_(buyer.token)
        answers = [venue.order(client, offer) for _ in range(index, 1000, CONNECTIONS)]
        client.close()
        return answers

    answers = [each for share in in_parallel(spend, CONNECTIONS) for each in share]
    return buyer, answers


def exactly_what_was_there(answers):
    return outcomes(answers) == {(201, None): 500, (409, "insufficient_funds"): 500}


def test_W3_a_thousand_debits_take_exactly_what_is_there(venue):
    buyer, answers = race_for_money(venue)
    assert exactly_what_was_there(answers), outcomes(answers)
    assert all(each["status"] == "paid" for each in answers if each.status == 201)
    assert buyer.wallet() == (0, 0, 0)
    assert len({each["number"] for each in answers if each.status == 201}) == 500
    entries = int(venue.server.sql(f"select count(*) from ledger_entries where household_id = '{buyer.household}'"))
    assert entries == 501
    venue.audit()


def test_W3_the_database_alone_lets_nobody_overspend(unguarded):
    venue = Venue(unguarded)
    buyer, answers = race_for_money(venue)
    paid = [each for each in answers if each.status == 201]
    assert len(paid) <= 500 and buyer.wallet()[0] == 50000 - 100 * len(paid)
    venue.audit()


def test_W3_without_guards_the_race_overspends(unprotected):
    buyer, answers = race_for_money(Venue(unprotected))
    assert not exactly_what_was_there(answers)
    assert buyer.wallet()[0] < 0
    assert unprotected.command("audit", check=False).returncode == 1


def race_for_places(venue, buyers=200, places=50):
    """200 buyers want one of 50 places each; half pay with their balance, half by bank transfer."""
    offer = venue.offer(1000, capacity=places)
    crowd = venue.buyers(buyers, credit=1000)

    def buy(index):
        answer = crowd[index].order(offer, ["wallet"] if index % 2 else ["bank_transfer"])
        crowd[index].client.close()
        return answer

    return offer, crowd, in_parallel(buy, buyers)


def exactly_the_places(answers):
    return outcomes(answers) == {(201, None): 50, (409, "sold_out"): 150}


def test_O3_two_hundred_buyers_get_exactly_fifty_places(venue):
    offer, crowd, answers = race_for_places(venue)
    assert exactly_the_places(answers), outcomes(answers)
    assert venue.places_left(offer) == 0
    for buyer, answer in zip(crowd, answers):
        if answer.status == 201 and answer["status"] == "paid":
            assert len(answer["tickets"]) == 1 and buyer.wallet() == (0, 0, 0)
        else:
            assert buyer.wallet() == (1000, 0, 1000)
    venue.audit()


def test_O3_the_database_alone_sells_no_place_twice(unguarded):
    venue = Venue(unguarded)
    offer, _, answers = race_for_places(venue)
    got = sum(each.status == 201 for each in answers)
    taken = int(unguarded.sql(f"select sold + held from offer_stock where offer_id = '{offer['id']}'"))
    assert taken == got <= 50
    venue.audit()


def test_O3_without_guards_the_race_oversells(unprotected):
    offer, _, answers = race_for_places(Venue(unprotected))
    assert not exactly_the_places(answers)
    assert int(unprotected.sql(f"select sold + held - capacity from offer_stock where offer_id = '{offer['id']}'")) > 0
    assert unprotected.command("audit", check=False).returncode == 1


def send_one_key(venue):
    """One key, sent 100 times at once: an order of 10.00 on a wallet of 2,000.00."""
    offer = venue.offer(1000, capacity=500)
    buyer = venue.buyer(credit=200000)

    def send(_):
        client = buyer.client.as_(buyer.token)
        answer = venue.order(client, offer, key="once")
        client.close()
        return answer

    return offer, buyer, in_parallel(send, 100)


def test_W5_one_key_sent_a_hundred_times_moves_money_once(venue):
    offer, buyer, answers = send_one_key(venue)
    done = [each for each in answers if each.status == 201]
    assert done and set(outcomes(answers)) <= {(201, None), (409, "idempotency_in_progress")}
    assert sum("Idempotency-Replayed" not in each.headers for each in done) == 1
    assert len({each.body for each in done}) == 1
    again = eventually(lambda: (lambda a: a.status == 201 and a)(buyer.order(offer, key="once")), 5, "the first answer")
    assert again.body == done[0].body and again.headers["Idempotency-Replayed"] == "true"
    assert buyer.wallet() == (199000, 0, 199000) and venue.places_left(offer) == 499
    assert [each["number"] for each in buyer.get("/orders")["items"]] == [again["number"]]
    venue.audit()


def test_W5_without_its_guard_one_key_moves_money_more_than_once(unguarded):
    _, buyer, answers = send_one_key(Venue(unguarded))
    assert len({each["number"] for each in answers if each.status == 201}) > 1
    assert buyer.wallet()[0] < 199000


def test_W5_one_key_for_a_top_up_moves_money_once(venue):
    household = venue.household()["id"]

    def send(_):
        admin = venue.admin.as_(venue.admin.token)
        answer = venue.entry(household, "top_up", 1000, by=admin, key="once")
        admin.close()
        return answer

    answers = in_parallel(send, 50)
    assert set(outcomes(answers)) <= {(201, None), (409, "idempotency_in_progress")}
    assert venue.wallet(household)["balance"]["amount"] == 1000
    venue.audit()


def test_H3_a_household_is_created_once_however_many_orders_come_at_once(venue):
    """An account's first orders here, all at the same moment, land in one household."""
    offer = venue.offer(0, capacity=None)
    buyer = Venue(venue.server).buyer()  # registered elsewhere, so there is no household here yet

    def order(_):
        client = buyer.client.as_(buyer.token)
        answer = venue.order(client, offer, [])
        client.close()
        return answer

    answers = in_parallel(order, 16)
    assert outcomes(answers) == {(201, None): 16}
    assert len({each["household_id"] for each in answers}) == 1
    venue.audit()
