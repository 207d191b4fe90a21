"""The people of an organisation and their roles."""

import threading

import pytest

from accounts import fresh_email, login, nth_mail, register, token_in
from house import STAFF_PASSWORD, House


@pytest.fixture
def house(server):
    return House(server)


def people(house):
    return f"{house.staff_base}/staff"


def add(house, email, role="box_office", **more):
    answer = house.admin.post(people(house), {"email": email, "role": role, **more})
    assert answer.status == 201, answer
    return answer.json


def actions(house, account):
    found = house.admin.get(f"{house.staff_base}/audit", query={"subject_id": account})
    return [(each["action"], (each["before"] or {}).get("role"), (each["after"] or {}).get("role"))
            for each in found["items"]]


def may(client, house):
    return client.get(f"{house.staff_base}/households").status


def test_A12_a_new_colleague_gets_a_mail_and_chooses_a_password(server, house, mailbox):
    email = fresh_email("colleague")
    made = add(house, email, first_name="Jeanne", last_name="Moreau", locale="en")
    assert (made["role"], made["active"], made["email"]) == ("box_office", False, email)
    assert login(server.client(), email, STAFF_PASSWORD).code == "invalid_credentials"
    mail = mailbox.wait(email)
    assert "Jeanne" in mail["text"] and f"House {house.slug.split('-')[1]}" in mail["subject"] and "box office" in mail["text"]
    newcomer = server.client()
    body = {"token": token_in(mail), "password": STAFF_PASSWORD, "mode": "token"}
    weak = newcomer.post("/api/v1/invitations/accept", {**body, "password": "tooshort123"})
    assert (weak.status, weak.code) == (422, "password_too_weak")
    opened = newcomer.post("/api/v1/invitations/accept", body)
    assert opened.status == 201 and opened["roles"] == [{"organisation": house.slug, "role": "box_office"}]
    newcomer.token = opened["token"]
    assert may(newcomer, house) == 200
    listed = house.admin.get(people(house))["items"]
    assert [each["active"] for each in listed if each["email"] == email] == [True]
    assert newcomer.get(people(house)).status == 403
    assert actions(house, made["account_id"]) == [("staff.add", None, "box_office")]


def test_A12_an_account_that_is_there_has_its_role_at_once(house, mailbox):
    buyer = House(house.server).buyer(mailbox)
    assert may(buyer, house) == 404
    made = add(house, buyer.email.upper(), "auditor")
    assert made["active"] and may(buyer, house) == 200
    assert house.admin.post(people(house), {"email": buyer.email, "role": "editor"}).code == "conflict"
    assert actions(house, made["account_id"]) == [("staff.add", None, "auditor")]


def test_A12_a_changed_or_removed_role_counts_with_the_next_request(house):
    editor = house.staff("editor")
    listed = {each["email"]: each for each in house.admin.get(people(house))["items"]}
    account = listed[editor.email]["account_id"]
    assert may(editor, house) == 403
    changed = house.admin.patch(f"{people(house)}/{account}", {"role": "box_office"})
    assert changed.status == 200 and changed["role"] == "box_office" and may(editor, house) == 200
    assert house.admin.patch(f"{people(house)}/{account}", {"role": "auditor"}).status == 200
    assert editor.post(f"{house.staff_base}/households", {}).status == 403
    assert house.admin.delete(f"{people(house)}/{account}").status == 204
    assert may(editor, house) == 404
    assert house.admin.delete(f"{people(house)}/{account}").status == 404
    assert editor.get("/api/v1/me").status == 200
    assert actions(house, account)[:3] == [("staff.remove", "auditor", None), ("staff.change", "box_office", "auditor"),
                                           ("staff.change", "editor", "box_office")]


def test_A12_an_organisation_keeps_an_administrator(house):
    own = house.admin.get("/api/v1/session")["account"]["id"]
    one = f"{people(house)}/{own}"
    # Somebody who has not chosen a password yet is none.
    add(house, fresh_email("later"), "administrator")
    for answer in (house.admin.delete(one), house.admin.patch(one, {"role": "auditor"})):
        assert (answer.status, answer.code) == (409, "conflict")
    assert house.admin.patch(one, {"role": "administrator"}).status == 200
    second = house.staff("administrator")
    assert second.patch(one, {"role": "auditor"}).status == 200
    assert house.admin.get(people(house)).status == 200 and house.admin.post(people(house), {}).status == 403


def test_A12_two_administrators_who_remove_each_other_leave_one(server):
    for _ in range(5):
        house = House(server)
        pair = [house.admin, house.staff("administrator")]
        ids = [each.get("/api/v1/session")["account"]["id"] for each in pair]
        start = threading.Barrier(2)
        answers = [None, None]

        def remove(number):
            start.wait()
            answers[number] = pair[number].delete(f"{people(house)}/{ids[1 - number]}")

        threads = [threading.Thread(target=remove, args=(number,)) for number in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(each.status for each in answers)[0] == 204, answers
        left = [each for each in pair if may(each, house) == 200]
        assert len(left) == 1, answers


def test_A12_whoever_registered_the_address_before_gains_nothing(server, house, mailbox):
    email = fresh_email("claimed")
    claim = register(server.client(), email)
    add(house, email, "administrator")
    mail = nth_mail(mailbox, email, 2)
    owner = server.client()
    opened = owner.post("/api/v1/invitations/accept",
                        {"token": token_in(mail), "password": STAFF_PASSWORD, "mode": "token"})
    assert opened.status == 201, opened
    assert login(server.client(), email).code == "invalid_credentials"
    late = server.client().post("/api/v1/accounts/confirm",
                                {"token": token_in(nth_mail(mailbox, email, 1)), "registration_token": claim})
    assert late.status == 410, late


def test_A12_a_second_welcome_replaces_the_first(server, house, mailbox):
    email = fresh_email("twice")
    first = add(house, email, "editor")
    again = add(house, email, "auditor")
    assert again["account_id"] == first["account_id"] and again["role"] == "auditor"
    tokens = [token_in(nth_mail(mailbox, email, nth)) for nth in (1, 2)]
    old, new = (server.client().post("/api/v1/invitations/accept",
                                     {"token": token, "password": STAFF_PASSWORD, "mode": "token"}) for token in tokens)
    assert (old.status, old.code) == (410, "token_replaced") and new.status == 201


def test_A12_roles_of_two_organisations_do_not_meet(server, house):
    other = House(server)
    account = other.admin.get("/api/v1/session")["account"]["id"]
    for answer in (house.admin.delete(f"{people(house)}/{account}"),
                   house.admin.patch(f"{people(house)}/{account}", {"role": "auditor"})):
        assert answer.status == 404, answer
    assert add(house, other.admin.email, "auditor")["active"]
    assert other.admin.get(people(other)).status == 200


@pytest.mark.parametrize("body, field", [({"role": "editor"}, "/email"), ({"email": "x", "role": "editor"}, "/email"),
                                         ({"email": "x@example.org"}, "/role"),
                                         ({"email": "x@example.org", "role": "owner"}, "/role")])
def test_A12_bad_people_are_refused(house, body, field):
    answer = house.admin.post(people(house), body)
    assert (answer.status, answer["errors"][0]["field"]) == (422, field)
