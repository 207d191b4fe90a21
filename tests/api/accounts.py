"""Steps with accounts that several tests take over HTTP."""

import itertools
import re

from server import Mailbox, eventually  # noqa: F401

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def fresh_email(name="claire"):
    return f"{name}.{next(_numbers)}@example.org"


def registration(email, **more):
    return {"email": email, "password": PASSWORD, "first_name": "Claire", "last_name": "Dupont", **more}


def token_in(mail):
    """The token of the link, as it stands behind the #."""
    return re.search(r"#token=([A-Za-z0-9_-]{43})", mail["text"]).group(1)


def code_in(mail):
    return re.sub(r"\D", "", re.search(r"\b(\d{4}[ \u00a0\u202f]?\d{4})\b", mail["text"]).group(1))


def register(client, email, **more):
    answer = client.post("/api/v1/accounts", registration(email, mode="token", **more))
    assert answer.status == 202, answer
    return answer["registration_token"]


def confirm(client, mailbox, email, registration_token):
    mail = mailbox.wait(email)
    answer = client.post("/api/v1/accounts/confirm",
                         {"token": token_in(mail), "registration_token": registration_token})
    assert answer.status == 200, answer
    return answer.json


def login(client, name, password=PASSWORD, **more):
    return client.post("/api/v1/sessions", {"login": name, "password": password, "mode": "token", **more})


def account(server, mailbox, email=None, **more):
    """Registers, confirms and logs in; gives the client of the session. Its `email` is the address."""
    client = server.client()
    email = email or fresh_email()
    confirm(client, mailbox, email, register(client, email, **more))
    opened = login(client, email, more.get("password", PASSWORD))
    assert opened.status == 201, opened
    client.token = opened["token"]
    client.email = email
    return client


def eventually_mails(mailbox, email, count):
    """Waits until so many mails have gone to the address."""
    return eventually(lambda: (mails := mailbox.all(email)) and len(mails) >= count and mails, 10,
                      f"mail {count} to {email}")


def nth_mail(mailbox, email, nth):
    """The nth mail to an address, in the order in which they were caused."""
    return sorted(eventually_mails(mailbox, email, nth), key=lambda mail: mail["id"])[nth - 1]
