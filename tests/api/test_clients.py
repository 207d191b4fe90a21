"""Clients who are asked to activate an account, and accept."""

import threading

import pytest

from accounts import PASSWORD, account, eventually, fresh_email, login, register, token_in
from house import House

ACCEPT = "/api/v1/invitations/accept"


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def record(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household}").json


def accept(client, mail, password=PASSWORD, **more):
    return client.post(ACCEPT, {"token": token_in(mail), "password": password, "mode": "token", **more})


def request_to(mailbox, email):
    """The activation request, among whatever else went to the address."""
    return eventually(lambda: next((each for each in mailbox.all(email) or [] if "/accept" in each["text"]), None), 10,
                      f"an activation request to {email}")


def test_H2_the_activation_request_opens_an_account_and_links_it(server, house, mailbox):
    email = fresh_email("invited")
    username = "ines." + email.split("@")[0].split(".")[1]
    made = house.household("Inès", "Roux", email=email, locale="en", username=username)
    assert made["status"] == "invited" and made["account"] is None
    house.credit(made["id"], 1500)
    mail = mailbox.wait(email)
    assert "Inès" in mail["text"] and "All it takes is a password" in mail["text"]
    opened = accept(server.client(), mail)
    assert opened.status == 201 and opened["account"]["email"] == email, opened
    assert (opened["account"]["first_name"], opened["account"]["locale"]) == ("Inès", "en")
    assert opened["account"]["username"] == username
    owner = server.client()
    owner.token = opened["token"]
    # Everything of the household shows (I3).
    own = owner.get(f"{house.me}/household")
    assert own.status == 200 and own["id"] == made["id"]
    assert owner.get(f"{house.me}/wallet")["balance"]["amount"] == 1500
    now = record(house, made["id"])
    assert now["status"] == "accepted" and now["account"]["id"] == opened["account"]["id"]
    assert "compte en ligne" in now["tags"]
    assert login(server.client(), email).status == 201


def test_H2_a_request_is_accepted_once(server, house, mailbox):
    email = fresh_email("once")
    house.household(email=email)
    mail = mailbox.wait(email)
    assert accept(server.client(), mail).status == 201
    again = accept(server.client(), mail)
    assert (again.status, again.code) == (410, "token_used")


def test_H2_nothing_is_sent_unless_it_is_wanted(server, house, mailbox):
    email = fresh_email("quiet")
    made = house.household(email=email, send_notification=False)
    assert made["status"] == "added"
    assert house.household()["status"] == "added"  # without an address
    after = fresh_email("after")
    house.household(email=after)
    mailbox.wait(after)
    assert not mailbox.all(email)


def test_H2_an_account_that_is_there_is_asked_to_accept_the_link(server, house, mailbox):
    owner = account(server, mailbox)
    made = house.household(email=owner.email.upper(), locale="en")
    mail = request_to(mailbox, owner.email)
    assert "link your account" in mail["text"]
    nobody = server.client().post(ACCEPT, {"token": token_in(mail), "password": PASSWORD})
    assert (nobody.status, nobody.code) == (403, "login_required")
    stranger = account(server, mailbox).post(ACCEPT, {"token": token_in(mail)})
    assert (stranger.status, stranger.code) == (409, "other_account")
    assert record(house, made["id"])["status"] == "invited"
    linked = owner.post(ACCEPT, {"token": token_in(mail)})
    assert linked.status == 200 and linked["account"]["email"] == owner.email, linked
    assert record(house, made["id"])["account"]["id"] == linked["account"]["id"]
    assert owner.get(f"{house.me}/household")["id"] == made["id"]
    assert owner.post(ACCEPT, {"token": token_in(mail)}).code == "token_used"


def test_H2_an_account_with_a_record_here_takes_it_along_into_the_one_it_accepts(house, mailbox):
    owner = house.buyer(mailbox)
    had = owner.household
    house.entry(had, "top_up", 700)
    made = house.household(email=owner.email)
    mail = request_to(mailbox, owner.email)
    assert owner.post(ACCEPT, {"token": token_in(mail)}).status == 200
    assert record(house, made["id"])["status"] == "accepted"
    assert record(house, had)["merged_into"] == made["id"]
    assert owner.get(f"{house.me}/household")["id"] == made["id"]
    assert owner.get(f"{house.me}/wallet")["balance"]["amount"] == 700


def test_H2_whoever_registered_the_address_before_gains_nothing(server, house, mailbox):
    email = fresh_email("claimed")
    claim = register(server.client(), email, password="the claimant's own password")
    first = mailbox.wait(email)
    made = house.household("Vraie", "Personne", email=email)
    mail = request_to(mailbox, email)
    opened = accept(server.client(), mail)
    assert opened.status == 201 and opened["account"]["first_name"] == "Vraie"
    assert login(server.client(), email, "the claimant's own password").code == "invalid_credentials"
    late = server.client().post("/api/v1/accounts/confirm", {"token": token_in(first), "registration_token": claim})
    assert late.status == 410
    assert record(house, made["id"])["status"] == "accepted"


def test_H2_of_many_who_accept_at_once_one_does(server, house, mailbox):
    email = fresh_email("rush")
    made = house.household(email=email)
    mail = mailbox.wait(email)
    answers = []
    start = threading.Barrier(6)

    def go():
        start.wait()
        answers.append(accept(server.client(), mail))

    threads = [threading.Thread(target=go) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.status for each in answers].count(201) == 1, answers
    assert all(each.status in (201, 403, 410, 503) for each in answers), answers
    assert record(house, made["id"])["status"] == "accepted"


def test_H2_a_password_is_needed_and_a_good_one(server, house, mailbox):
    email = fresh_email("weak")
    house.household(email=email)
    token = token_in(mailbox.wait(email))
    without = server.client().post(ACCEPT, {"token": token})
    assert (without.status, without["errors"][0]["field"]) == (422, "/password")
    weak = server.client().post(ACCEPT, {"token": token, "password": "short"})
    assert (weak.status, weak.code) == (422, "password_too_weak")
    taken = server.client().post(ACCEPT, {"token": token, "password": PASSWORD, "username": "x"})
    assert (taken.status, taken["errors"][0]["field"]) == (422, "/username")
    unknown = server.client().post(ACCEPT, {"token": "A" * 43, "password": PASSWORD})
    assert unknown.status == 410 and unknown.code == "token_unknown"
    assert server.client().post(ACCEPT, {"token": token, "password": PASSWORD, "mode": "token"}).status == 201
