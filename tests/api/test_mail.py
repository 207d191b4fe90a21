"""Mails through a real receiver (python3-aiosmtpd), read back by Python's email package and checked by python3-dkim.

The rows are written as the journal writes them, so that nothing but the mailers is under test here."""

import base64
import email
import email.policy
import subprocess
import threading
import uuid

import dkim
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from receiver import certificate, receive  # noqa: F401
from server import eventually, free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

ORGANISATION = "01890a5d-ac96-774b-bcce-b302099a8000"
PLAIN = {"mail__starttls": "off", "mail__retry_first": "50ms", "mail__retry_max": "200ms"}


def sql(server, statement):
    socket_folder = (server.folder / "data/postgresql/postmaster.pid").read_text().split("\n")[4]
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", f"host={socket_folder} user=foyer dbname=foyer",
                           "-c", statement], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def add_organisation(server):
    sql(server, "insert into organisations (id, slug, name, currency, locale, settings, created_at) values "
                f"('{ORGANISATION}', 'theatre', 'Théâtre de la Cité', 'EUR', 'fr', "
                """'{"reply_to": "contact@theatre.example", "time_zone": "Europe/Paris"}', now())""")


def add_mail(server, to, template="confirmation", locale="fr", priority=0, params=None):
    identity = str(uuid.uuid4())
    params = params or '{"first_name": "Zoé", "token_id": "%s"}' % uuid.uuid4()
    sql(server, "insert into outbox (id, organisation_id, template, locale, to_address, to_name, params, priority, "
                f"next_attempt_at, created_at) values ('{identity}', '{ORGANISATION}', '{template}', '{locale}', "
                f"'{to}', 'Zoé Müller', '{params}', {priority}, now(), now())")
    return identity


def state(server, identity):
    return sql(server, f"select state from outbox where id = '{identity}'")


def part(message, kind):
    return next(each.get_content() for each in message.walk() if each.get_content_type() == kind)


def test_M1_a_mail_is_sent_by_smtp_with_login_and_its_outbox_id(make_server, receive):
    def login(server, session, envelope, mechanism, data):
        return AuthResult(success=data == LoginPassword(b"us@er", b"p:word"))

    receiver = receive(authenticator=login, auth_required=True, auth_require_tls=False)
    url = receiver.url.replace("//", "//us%40er:p%3Aword@")
    server = make_server(mail__smtp_url=url, mail__from="Foyer <no-reply@foyer.example>", **PLAIN)
    add_organisation(server)
    identity = add_mail(server, "zoe@kunde.example")
    message = receiver.wait()[0]

    assert message["Message-ID"] == f"<{identity}@foyer.example>"
    assert message["From"].addresses[0].display_name == "Théâtre de la Cité"
    assert message["From"].addresses[0].addr_spec == "no-reply@foyer.example"
    assert message["To"].addresses[0].addr_spec == "zoe@kunde.example"
    assert message["To"].addresses[0].display_name == "Zoé Müller"
    assert message["Reply-To"].addresses[0].addr_spec == "contact@theatre.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo is not None
    assert "Confirmez votre compte" in message["Subject"]
    assert message.get_content_type() == "multipart/alternative" and not message.defects
    assert f"{server.url}/confirm#token=" in part(message, "text/plain")
    assert f"{server.url}/confirm#token=" in part(message, "text/html")
    session, envelope = receiver.sessions[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@foyer.example", ["zoe@kunde.example"])
    assert session.host_name == "foyer.example"
    eventually(lambda: state(server, identity) == "2", 10, "the booking")


def test_M1_starttls_is_used_where_offered(make_server, receive, certificate):
    receiver = receive(tls_context=certificate, require_starttls=True)
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__starttls": "opportunistic"})
    add_organisation(server)
    add_mail(server, "zoe@kunde.example")
    receiver.wait()
    assert receiver.sessions[0][0].ssl is not None


def test_M1_required_starttls_sends_nothing_to_a_server_that_nobody_vouches_for(make_server, receive, certificate):
    receiver = receive(tls_context=certificate)
    server = make_server(mail__smtp_url=receiver.url, **{**PLAIN, "mail__starttls": "required"})
    add_organisation(server)
    identity = add_mail(server, "zoe@kunde.example")
    eventually(lambda: sql(server, f"select last_error from outbox where id = '{identity}'"), 10, "the failure")
    assert state(server, identity) in ("0", "1")
    assert receiver.messages == []


def test_M1_a_receiver_that_is_down_or_defers_costs_nothing_but_time(make_server, receive):
    port = free_port()
    server = make_server(mail__smtp_url=f"smtp://127.0.0.1:{port}", **PLAIN)
    add_organisation(server)
    identities = [add_mail(server, f"user{i}@kunde.example") for i in range(5)]
    eventually(lambda: int(sql(server, "select sum(attempts) from outbox")) >= 2, 10, "two attempts")
    deferred = set()

    def defer_once(envelope):
        to = envelope.rcpt_tos[0]
        if to in deferred:
            return "250 ok"
        deferred.add(to)
        return "451 greylisted"

    receiver = receive(port=port, answer=defer_once)
    receiver.wait(5, seconds=20)
    eventually(lambda: all(state(server, each) == "2" for each in identities), 10, "the booking")
    assert sorted(m["Message-ID"].split("@")[0][1:] for m in receiver.messages) == sorted(identities)


def test_M1_a_refused_mail_fails_for_good_and_says_why(make_server, receive):
    receiver = receive(answer=lambda envelope: "550 no such user" if "nobody" in envelope.rcpt_tos[0] else "250 ok")
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    add_organisation(server)
    refused = add_mail(server, "nobody@kunde.example")
    bad_address = add_mail(server, "not an address")
    no_template = add_mail(server, "zoe@kunde.example", template="none_such")
    lacking = add_mail(server, "zoe@kunde.example", params='{"first_name": "Zoé"}')
    fine = add_mail(server, "zoe@kunde.example")
    eventually(lambda: state(server, fine) == "2", 10, "the good one")
    for identity in (refused, bad_address, no_template, lacking):
        eventually(lambda: state(server, identity) == "3", 10, "the failure")
    assert sql(server, f"select last_error from outbox where id = '{refused}'") == "550 no such user"
    assert "link" in sql(server, f"select last_error from outbox where id = '{lacking}'")


def test_M1_after_kill_9_a_mail_comes_at_most_twice_with_one_message_id(make_server, receive):
    accepted, killed = threading.Event(), threading.Event()

    def accept_but_do_not_say_so(envelope):
        if not accepted.is_set():
            accepted.set()
            killed.wait(20)
        return "250 ok"

    receiver = receive(answer=accept_but_do_not_say_so)
    # The lease is three times what one attempt may take.
    server = make_server(mail__smtp_url=receiver.url, mail__send_deadline="1s", mail__lease="1s", **PLAIN)
    add_organisation(server)
    identity = add_mail(server, "zoe@kunde.example")
    assert accepted.wait(10)
    server.kill9()
    killed.set()
    server.start()
    eventually(lambda: state(server, identity) == "2", 20, "the second attempt")
    assert 1 <= len(receiver.messages) <= 2
    assert {m["Message-ID"].split("@")[0] for m in receiver.messages} == {f"<{identity}"}


def test_M1_security_mails_overtake_a_campaign(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__workers=1, **{**PLAIN, "mail__rate_per_second": 20})
    add_organisation(server)
    sql(server, "insert into outbox (id, organisation_id, template, locale, to_address, params, priority, "
                f"next_attempt_at, created_at) select gen_random_uuid(), '{ORGANISATION}', 'household_activation', "
                """'fr', 'user' || g || '@kunde.example', '{"token_id": "' || gen_random_uuid() || '"}', 2, now(), """
                "now() from generate_series(1, 400) g")
    receiver.wait(1)
    add_mail(server, "zoe@kunde.example")
    eventually(lambda: any(m["To"].addresses[0].addr_spec == "zoe@kunde.example" for m in receiver.messages), 10,
               "the security mail")
    assert len(receiver.messages) < 200


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_M2_mails_carry_a_dkim_signature_that_others_accept(make_server, receive, tmp_path, kind):
    key = tmp_path / "key.pem"
    algorithm = ["rsa", "-pkeyopt", "rsa_keygen_bits:2048"] if kind == "rsa" else ["ed25519"]
    subprocess.run(["openssl", "genpkey", "-algorithm", *algorithm, "-out", key], check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True,
                            capture_output=True).stdout
    record = b"v=DKIM1; k=%s; p=%s" % (kind.encode(), base64.b64encode(public[-32:] if kind == "ed25519" else public))
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__from="Foyer <no-reply@foyer.example>",
                         mail__dkim_domain="foyer.example", mail__dkim_selector="s1", mail__dkim_key=str(key), **PLAIN)
    add_organisation(server)
    add_mail(server, "zoe@kunde.example")
    receiver.wait()
    content = receiver.sessions[0][1].content
    asked = []

    def lookup(name, timeout=5):
        asked.append(name)
        return record

    assert dkim.verify(content, dnsfunc=lookup)
    assert asked[0].rstrip(b".") == b"s1._domainkey.foyer.example"
    assert not dkim.verify(content.replace(b"Confirmez", b"Confirmer"), dnsfunc=lookup)


def test_M3_without_smtp_mails_are_files_and_the_mailbox_shows_them(make_server):
    server = make_server()
    add_organisation(server)
    client = server.client()
    identity = add_mail(server, "zoe@kunde.example", locale="en")
    items = client.get("/dev/mail", query={"to": "zoe@kunde.example", "wait": "10s"})["items"]
    assert [each["id"] for each in items] == [identity]
    assert items[0]["subject"].startswith("Confirm your account")
    assert items[0]["links"][0].startswith(f"{server.url}/confirm#token=")
    content = (server.folder / "data/mail" / f"{identity}.eml").read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert message["Message-ID"].startswith(f"<{identity}@")
    page = client.get(f"/dev/mail/{identity}", headers={"Accept": "text/html"})
    assert page.status == 200 and b"Text version" in page.body
