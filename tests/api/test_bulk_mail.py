"""Bulk and trouble: what is queued by the thousand loses nothing and holds up nobody's security mail (M1)."""

import asyncio
import collections

from house import House
from receiver import receive  # noqa: F401
from server import eventually
from test_invitations import campaign, finished, start
from test_invitations_smtp import ids, many, received
from test_mail import PLAIN, sql


def ask_reset(server, email):
    assert server.client().post("/api/v1/password-resets", {"email": email}).status == 202


def position_of(receiver, email):
    """How many mails came before the newest to this address."""
    return max((at for at, each in enumerate(receiver.messages) if each["To"].addresses[0].addr_spec == email), default=None)


def test_M1_a_reset_overtakes_ten_thousand_mails(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__bulk_rate_per_second": 0, "mail__rate_per_second": 200})
    house = House(server)
    many(server, house, 10_000)
    which = start(house)
    eventually(lambda: campaign(house, which)["queued_at"], 60, "the queue")
    before = len(receiver.messages)
    ask_reset(server, house.admin.email)
    eventually(lambda: position_of(receiver, house.admin.email) is not None, 20, "the reset")
    # What the mailers had in hand goes first, and what the rate lets through while the request is answered.
    assert position_of(receiver, house.admin.email) - before < 1_000
    assert campaign(house, which)["counts"]["queued"] > 5_000


def test_M1_kill_9_with_500_mails_leased_loses_none(make_server, receive):
    receiver = receive()
    silent = asyncio.Event()
    plain = receiver.handle_DATA

    async def mute(smtp, session, envelope):
        while not silent.is_set():
            await asyncio.sleep(0.05)
        return await plain(smtp, session, envelope)

    receiver.handle_DATA = mute
    server = make_server(mail__smtp_url=receiver.url, mail__claim_max=500, mail__send_deadline="1s", mail__lease="1s",
                         **{**PLAIN, "mail__bulk_rate_per_second": 0, "mail__rate_per_second": 0})
    house = House(server)
    many(server, house, 600)
    which = start(house)
    eventually(lambda: int(sql(server, "select count(*) from outbox where state = 1")) >= 500, 20, "500 leased")
    server.kill9()
    server.start()
    ask_reset(server, house.admin.email)
    eventually(lambda: sql(server, "select count(*) from outbox where template = 'password_reset'") == "1", 10, "the reset")
    silent.set()
    now = finished(house, which, 60)
    assert now["counts"]["sent"] == 600
    got = received(receiver)
    assert len(got) == 601 and max(got.values()) <= 2
    assert len(ids(receiver)) == 601
    # What was under way when it died may have come before it; of those that waited none.
    assert position_of(receiver, house.admin.email) < 50


def test_M1_a_receiver_that_answers_slowly_gets_each_mail_once(make_server, receive):
    receiver = receive()
    plain = receiver.handle_DATA

    async def slow(smtp, session, envelope):
        await asyncio.sleep(0.2)
        return await plain(smtp, session, envelope)

    receiver.handle_DATA = slow
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__bulk_rate_per_second": 0})
    house = House(server)
    many(server, house, 40)
    which = start(house)
    assert finished(house, which, 40)["counts"]["sent"] == 40
    assert collections.Counter(received(receiver).values()) == {1: 40}


def test_W7_kill_9_while_queueing_leaves_one_balance_mail_for_each_client(make_server, receive):
    receiver = receive()
    clients = 6_000
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__bulk_rate_per_second": 1})
    house = House(server)
    house.open_space()
    many(server, house, clients)
    # Wallets as an import leaves them, but without their ledgers: nothing here moves money.
    sql(server, "insert into wallets (organisation_id, household_id, balance, held, lowest, entries_count, head, version) "
                "select organisation_id, id, 100, 0, 0, 0, decode(repeat('00', 32), 'hex'), 1 from households h "
                "where not exists (select from wallets w where w.household_id = h.id)")
    sent = house.admin.post(f"{house.staff_base}/wallets/balance-mails", {"balance": "positive"})
    assert sent.status == 201, sent
    eventually(lambda: int(sql(server, "select count(*) from campaign_recipients")) > 0, 10, "the first portion")
    server.kill9()
    server.start()
    path = f"{house.staff_base}/wallets/balance-mails/{sent['id']}"
    eventually(lambda: house.admin.get(path)["queued_at"], 30, "the rest")
    for table, key in (("campaign_recipients", "household_id"), ("outbox", "household_id"), ("space_keys", "household_id")):
        found = sql(server, f"select count(*), count(distinct {key}) from {table}")
        assert found == f"{clients}|{clients}", f"{table}: {found}"
    assert sql(server, "select count(*) from households where last_balance_mail_at is not null") == str(clients)
