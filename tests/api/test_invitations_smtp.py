"""Campaigns over SMTP and through crashes: one mail for each client, whatever dies in between."""

import collections
import re

import pytest

from house import House
from receiver import receive  # noqa: F401
from server import eventually
from test_invitations import campaign, finished, one_click, preview, start, statuses
from test_mail import PLAIN, part, sql


def many(server, house, count, prefix="c"):
    """Clients, as an import would leave them: past the actors, since nobody has asked for them yet."""
    sql(server, f"""
      with who as (
        select gen_random_uuid() as id, gen_random_uuid() as member, o.id as at, g
        from organisations o, generate_series(1, {count}) g where o.slug = '{house.slug}'),
      made as (
        insert into households (organisation_id, id, number, status, responsible_id, email, email_key, locale, version,
          created_at)
        select at, id, '{prefix}-' || g, 'added', member, '{prefix}' || g || '@kunde.example',
          '{prefix}' || g || '@kunde.example', 'fr', 1, now() from who)
      insert into members (organisation_id, household_id, id, position, first_name, last_name)
      select at, id, member, 0, 'Zoé', 'Client ' || g from who""")


def received(receiver):
    return collections.Counter(each["To"].addresses[0].addr_spec for each in receiver.messages)


def ids(receiver):
    return {each["Message-ID"] for each in receiver.messages}


def test_M2_an_invitation_carries_the_one_click_headers(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    house = House(server)
    made = house.household("Zoé", "Petit", email="zoe@kunde.example", send_notification=False)
    which = start(house, texts={"fr": {"subject": "Bienvenue à l’été", "text": "Ligne un\nligne deux"}})
    message = receiver.wait()[0]
    assert message["Subject"] == "Bienvenue à l’été"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(http://[^>]+)(/unsubscribe/[A-Za-z0-9_-]{43})>", message["List-Unsubscribe"])
    assert link.group(1) == server.url
    text = part(message, "text/plain")
    assert text.index("Bonjour Zoé") < text.index("Ligne un") < text.index("/accept#token=") < text.index(link.group(2))
    finished(house, which)
    assert one_click(server, link.group(2))[0] == 200
    assert statuses(house, which) == {made["id"]: ("unsubscribed", None)}


def test_I5_what_the_mail_server_says_is_each_recipients_status(make_server, receive):
    receiver = receive()

    async def refuse_at_rcpt(smtp, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    receiver.handle_RCPT = refuse_at_rcpt
    receiver.answer = lambda envelope: "554 too odd" if "odd" in envelope.rcpt_tos[0] else "250 ok"
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    house = House(server)
    who = {name: house.household(email=f"{name}@kunde.example", send_notification=False)["id"]
           for name in ("fine", "gone", "odd")}
    which = start(house)
    finished(house, which)
    assert statuses(house, which) == {who["fine"]: ("sent", None), who["gone"]: ("bounced", None),
                                      who["odd"]: ("failed", None)}
    only = campaign(house, which, status="bounced")["recipients"]["items"]
    assert [each["household_id"] for each in only] == [who["gone"]] and "550 5.1.1" in only[0]["error"]
    # Nobody writes to a dead address twice.
    assert preview(house)["skipped"]["suppressed"] == 1
    again = start(house)
    finished(house, again)
    assert statuses(house, again)[who["gone"]] == ("skipped", "suppressed")


def test_I4_a_link_that_aged_in_the_queue_is_good_when_its_mail_is_sent(make_server, receive):
    receiver = receive(answer=lambda envelope: "451 later" if waiting else "250 ok")
    waiting = True
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    house = House(server)
    house.household(email="late@kunde.example", send_notification=False)
    start(house)
    # Put off when an attempt is over and the next one has not begun. Retries end after two days.
    put_off = ("with put_off as (update outbox set created_at = now() - interval '47 hours', "
               "next_attempt_at = now() + interval '1 hour' where attempts > 0 and state = 0 returning id) "
               "select count(*) from put_off")
    eventually(lambda: sql(server, put_off) == "1", 10, "an attempt that is over")
    sql(server, "update tokens set created_at = now() - interval '20 days', expires_at = now() - interval '6 days' "
                "where purpose = 'invitation'")
    waiting = False
    # As if the server had been down.
    sql(server, "update outbox set next_attempt_at = now() where template = 'invitation'")
    message = receiver.wait()[0]
    token = re.search(r"#token=([A-Za-z0-9_-]{43})", part(message, "text/plain")).group(1)
    opened = server.client().post("/api/v1/invitations/accept", {"token": token, "password": "correct horse battery"})
    assert opened.status == 201, opened


def test_I4_a_newer_campaign_stops_the_mails_of_the_older_that_still_wait(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__workers=1, mail__claim_max=2,
                         **{**PLAIN, "mail__bulk_rate_per_second": 2})
    house = House(server)
    many(server, house, 20)
    first = start(house, texts={"fr": {"subject": "Un", "text": "un"}})
    eventually(lambda: campaign(house, first)["queued_at"], 10, "the first queue")
    second = start(house, texts={"fr": {"subject": "Deux", "text": "deux"}})
    eventually(lambda: campaign(house, second)["queued_at"], 10, "the second queue")
    now = campaign(house, first)
    assert now["skipped"]["replaced"] > 0
    assert now["counts"]["skipped"] == now["skipped"]["replaced"]


@pytest.mark.parametrize("clients", [9000])
def test_I4_kill_9_while_queueing_leaves_one_mail_for_each_client(make_server, receive, clients):
    receiver = receive()
    # Nothing is sent before the count, so that what is queued is seen as it is.
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__bulk_rate_per_second": 1})
    house = House(server)
    many(server, house, clients)
    which = start(house)
    eventually(lambda: int(sql(server, "select count(*) from campaign_recipients")) > 0, 10, "the first portion")
    server.kill9()
    server.start()
    eventually(lambda: campaign(house, which)["queued_at"], 30, "the rest")
    for table, key in (("campaign_recipients", "household_id"), ("outbox", "to_address"), ("tokens", "household_id")):
        found = sql(server, f"select count(*), count(distinct {key}) from {table}")
        assert found == f"{clients}|{clients}", f"{table}: {found}"
    assert sql(server, "select count(*) from households where status = 'invited' and version = 2") == str(clients)
    assert campaign(house, which)["total"] == clients


def test_I4_kill_9_while_sending_loses_nobody(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__send_deadline="1s", mail__lease="1s", **PLAIN)
    house = House(server)
    many(server, house, 200)
    which = start(house)
    receiver.wait(50, seconds=30)
    server.kill9()
    server.start()
    now = finished(house, which, 60)
    assert now["counts"]["sent"] == 200
    got = received(receiver)
    assert len(got) == 200 and max(got.values()) <= 2
    assert len(ids(receiver)) == 200


def test_M1_a_security_mail_does_not_wait_behind_a_campaign(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__bulk_rate_per_second": 2})
    house = House(server)
    many(server, house, 300)
    which = start(house)
    receiver.wait(1)
    answer = server.client().post("/api/v1/accounts", {"email": "neu@kunde.example", "password": "correct horse battery",
                                                       "first_name": "Neu", "last_name": "Gast", "mode": "token"})
    assert answer.status == 202, answer
    eventually(lambda: received(receiver)["neu@kunde.example"], 10, "the confirmation")
    assert len(receiver.messages) < 60
    assert campaign(house, which)["counts"]["queued"] > 200
