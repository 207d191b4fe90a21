"""The main job once more with mails through a real receiver: what a mail program finds in them is what opens the
account, resets the password and shows the order."""

import re

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from accounts import PASSWORD, fresh_email, login, registration
from receiver import certificate, receive  # noqa: F401
from server import eventually
from venue import Venue, guest

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def to(receiver, address, seconds=15):
    """The newest mail to this address, as Python's email package reads it."""
    def newest():
        mails = [each for each in receiver.messages if each["To"].addresses[0].addr_spec == address]
        return mails and mails[-1]
    return eventually(newest, seconds, f"a mail to {address}")


def parts(message):
    """Text and HTML; both are there and say in what they are written."""
    assert message.get_content_type() == "multipart/alternative", message.get_content_type()
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    assert not message.defects and not any(each.defects for each in message.walk())
    plain, html = (each.get_content() for each in message.iter_parts())
    assert "<html" in html and "</html>" in html
    return plain, html


def link(text, page):
    return re.search(rf"/{page}#token=([A-Za-z0-9_-]{{43}})", text).group(1)


def log_on(server, session, envelope, mechanism, data):
    return AuthResult(success=data == LoginPassword(b"foyer", b"s\xc3\xa9same:ouvre"))


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "starttls"])
def test_walk_with_mails_by_smtp(make_server, receive, certificate, encrypted):  # noqa: F811
    options = {"tls_context": certificate, "require_starttls": True} if encrypted else {"auth_require_tls": False}
    receiver = receive(authenticator=log_on, auth_required=True, **options)
    server = make_server(mail__smtp_url=receiver.url.replace("//", "//foyer:s%C3%A9same%3Aouvre@"),
                         mail__starttls="opportunistic" if encrypted else "off", mail__retry_first="100ms",
                         mail__from="Foyer <no-reply@foyer.example>")
    venue = Venue(server)
    venue.change_settings(reply_to="billetterie@theatre.example")
    client, email = server.client(), fresh_email()

    registered = client.post("/api/v1/accounts", registration(email, org=venue.slug, mode="token", locale="fr",
                                                              birth_date="1984-11-02"))
    assert registered.status == 202
    mail = to(receiver, email)
    plain, html = parts(mail)
    token = link(plain, "confirm")
    assert token == link(html, "confirm") and f"{server.url}/confirm#token=" in plain
    assert mail["From"].addresses[0].addr_spec == "no-reply@foyer.example"
    assert mail["Reply-To"].addresses[0].addr_spec == "billetterie@theatre.example"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Message-ID"] and mail["Date"].datetime
    assert re.search(r"\b\d{4}[ \u00a0\u202f]?\d{4}\b", plain), plain
    confirmed = client.post("/api/v1/accounts/confirm", {"token": token,
                                                         "registration_token": registered["registration_token"]})
    assert confirmed.status == 200, confirmed

    claire = client.as_(login(client, email)["token"])
    household = claire.get(venue.me + "/household")["id"]
    venue.credit(household, 5000)
    order = venue.order(claire, (venue.offer(1250), 2))
    assert order.status == 201 and order["status"] == "paid"
    confirmation = eventually(lambda: (lambda m: order["number"] in m["Subject"] and m)(to(receiver, email)), 15, "the mail")
    plain, html = parts(confirmation)
    assert "25,00" in plain and "Le Cid" in plain and order["number"] in html

    # A5: a forgotten password; the link works once and its success is told.
    assert client.post("/api/v1/password-resets", {"email": email}).status == 202
    reset = eventually(lambda: (lambda m: "#token=" in parts(m)[0] and "/confirm#" not in parts(m)[0] and
                                order["number"] not in m["Subject"] and m)(to(receiver, email)), 15, "the link")
    token = re.search(r"#token=([A-Za-z0-9_-]{43})", parts(reset)[0]).group(1)
    fresh = PASSWORD + " staple"
    assert client.post("/api/v1/password-resets/confirm", {"token": token, "password": fresh}).status == 200
    assert client.post("/api/v1/password-resets/confirm", {"token": token, "password": fresh}).code == "token_used"
    assert login(client, email).status == 401 and login(client, email, fresh).status == 201
    assert claire.get(venue.me + "/wallet").status == 401

    # An English guest gets an English mail, with umlauts and quotes in names and titles.
    offer = venue.offer(900, title={"fr": "« Noël »", "en": "“Christmas” & more <3"})
    answer = venue.order(server.client(), offer, ["bank_transfer"],
                         buyer=guest("zoe@kunde.example", first_name="Zoë", last_name="Müller-Ångström"))
    assert answer.status == 201
    mail = to(receiver, "zoe@kunde.example")
    assert mail["To"].addresses[0].display_name in ("Zoë Müller-Ångström", "")
    plain, html = parts(mail)
    assert answer["number"] in plain and "<3" not in html
    # AUTH was asked for on every connection, TLS where it was on.
    assert receiver.sessions and all(session.authenticated for session, _ in receiver.sessions)
    assert all(bool(session.ssl) == encrypted for session, _ in receiver.sessions)
