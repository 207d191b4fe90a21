"""Registration, confirmation, login and what an account can do with itself, over HTTP."""

import time

import accounts
from accounts import PASSWORD, code_in, confirm, fresh_email, login, register, registration, token_in


def subjects(mailbox, email):
    return [mail["subject"] for mail in mailbox.all(email)]


def test_A1_a_person_registers_confirms_and_logs_in(client, mailbox):
    email = fresh_email()
    claim = register(client, email, newsletter=True)
    account = confirm(client, mailbox, email, claim)
    assert account["email"] == email and account["newsletter"] is True
    assert account["username"].startswith("cdupont")
    opened = login(client, email)
    assert opened.status == 201
    session = client.as_(opened["token"]).get("/api/v1/session")
    assert session.status == 200
    assert session["assurance"] == "login" and session["account"]["id"] == account["id"]
    assert session["roles"] == [] and "token" not in session.json


def test_A1_bad_fields_are_named(client):
    answer = client.post("/api/v1/accounts", {"email": "nobody", "password": PASSWORD, "first_name": "",
                                              "unknown": 1, "birth_date": "2999-01-01"})
    assert (answer.status, answer.code) == (422, "invalid")
    fields = {each["field"]: each["code"] for each in answer["errors"]}
    assert fields["/email"] == "invalid" and fields["/last_name"] == "required"
    assert fields["/unknown"] == "unknown_field" and "/first_name" in fields and "/birth_date" in fields


def test_A1_weak_passwords_are_refused_with_the_reason(client):
    for password, why in [("short", "too_short"), ("password1234", "common"), ("abcdefghijklm", "pattern")]:
        answer = client.post("/api/v1/accounts", registration(fresh_email(), password=password))
        assert (answer.status, answer.code) == (422, "password_too_weak")
        assert answer["errors"][0] == {"field": "/password", "code": why}


def test_A2_a_get_confirms_nothing_and_a_link_works_once(client, mailbox):
    email = fresh_email()
    claim = register(client, email)
    token = token_in(mailbox.wait(email))
    assert client.get(f"/api/v1/accounts/confirm?token={token}").status == 405
    body = {"token": token, "registration_token": claim}
    assert client.post("/api/v1/accounts/confirm", body).status == 200
    again = client.post("/api/v1/accounts/confirm", body)
    assert (again.status, again.code) == (410, "token_used")
    unknown = client.post("/api/v1/accounts/confirm", {"token": "A" * 43})
    assert (unknown.status, unknown.code) == (410, "token_unknown")


def test_A2_a_newer_link_replaces_the_older(client, mailbox):
    email = fresh_email()
    claim = register(client, email)
    first = token_in(mailbox.wait(email))
    assert client.post("/api/v1/accounts/confirmation-mails", {"email": email}).status == 202
    accounts.eventually_mails(mailbox, email, 2)
    second = next(t for t in map(token_in, mailbox.all(email)) if t != first)
    old = client.post("/api/v1/accounts/confirm", {"token": first, "registration_token": claim})
    assert (old.status, old.code) == (410, "token_replaced")
    assert client.post("/api/v1/accounts/confirm", {"token": second, "registration_token": claim}).status == 200


def test_A2_the_code_confirms_on_another_device_with_the_password(client, mailbox):
    email = fresh_email()
    register(client, email)
    code = code_in(mailbox.wait(email))
    wrong = client.post("/api/v1/accounts/confirm", {"email": email, "code": "00000000" if code != "00000000" else "1" * 8})
    assert (wrong.status, wrong.code) == (410, "token_unknown")
    body = {"email": email, "code": code}
    asked = client.post("/api/v1/accounts/confirm", body)
    assert (asked.status, asked.code) == (409, "password_required")
    refused = client.post("/api/v1/accounts/confirm", {**body, "password": "not the password"})
    assert (refused.status, refused.code) == (401, "invalid_credentials")
    assert client.post("/api/v1/accounts/confirm", {**body, "password": PASSWORD}).status == 200


def test_A2_five_wrong_codes_end_the_code_but_not_the_link(client, mailbox):
    email = fresh_email()
    claim = register(client, email)
    mail = mailbox.wait(email)
    right = code_in(mail)
    wrong = "00000000" if right != "00000000" else "11111111"
    for _ in range(5):
        assert client.post("/api/v1/accounts/confirm", {"email": email, "code": wrong}).code == "token_unknown"
    late = client.post("/api/v1/accounts/confirm", {"email": email, "code": right, "registration_token": claim})
    assert (late.status, late.code) == (410, "token_unknown")
    body = {"token": token_in(mail), "registration_token": claim}
    assert client.post("/api/v1/accounts/confirm", body).status == 200


def test_A2_the_mailbox_owner_wipes_the_claim_of_whoever_registered_it(client, mailbox):
    email = fresh_email("victim")
    register(client, email, website="https://claim.example", newsletter=True)
    body = {"token": token_in(mailbox.wait(email)), "new_password": "the owner's own words", "first_name": "Vera"}
    account = client.post("/api/v1/accounts/confirm", body)
    assert account.status == 200, account
    assert account["first_name"] == "Vera" and account["newsletter"] is False and "website" not in account.json
    assert login(client, email).status == 401
    assert login(client, email, "the owner's own words").status == 201


def test_A2_the_registering_browser_is_known_by_its_cookie(client, mailbox):
    email = fresh_email()
    answer = client.post("/api/v1/accounts", registration(email))
    assert answer.status == 202 and answer.json == {"status": "confirmation_sent"}
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("foyer-registration=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    confirmed = client.post("/api/v1/accounts/confirm", {"token": token_in(mailbox.wait(email))},
                            headers={"Cookie": cookie.split(";")[0]})
    assert confirmed.status == 200, confirmed


def test_A3_a_right_password_of_an_unconfirmed_account_sends_a_fresh_link(client, mailbox):
    email = fresh_email()
    claim = register(client, email)
    first = token_in(mailbox.wait(email))
    assert login(client, email, "some other password").code == "invalid_credentials"
    answer = login(client, email)
    assert (answer.status, answer.code) == (403, "email_unconfirmed")
    accounts.eventually_mails(mailbox, email, 2)
    old = client.post("/api/v1/accounts/confirm", {"token": first, "registration_token": claim})
    assert old.code == "token_replaced"
    # a reset changes nothing about that: no mail
    assert client.post("/api/v1/password-resets", {"email": email}).status == 202
    assert len(mailbox.all(email)) == 2


def test_A4_a_mistyped_address_can_be_corrected_while_pending(client, mailbox):
    typo, right = fresh_email("typo"), fresh_email("right")
    claim = register(client, typo)
    mailbox.wait(typo)
    body = {"email": typo, "password": "not the password", "new_email": right}
    assert client.post("/api/v1/accounts/correction", body).status == 202
    assert client.post("/api/v1/accounts/correction", {**body, "password": PASSWORD}).status == 202
    assert client.post("/api/v1/accounts/correction", {**body, "email": fresh_email()}).status == 202
    account = confirm(client, mailbox, right, claim)
    assert account["email"] == right
    assert login(client, typo).status == 401


def test_A4_unconfirmed_accounts_are_removed_and_their_names_are_free_again(make_server):
    server = make_server(accounts__unconfirmed_removed_after="5s", accounts__reminder_after="1s",
                         accounts__confirmation_link="2s")
    mailbox, client = accounts.Mailbox(server), server.client()
    email = fresh_email()
    register(client, email, username="claire")
    registered = time.monotonic()
    mailbox.wait(email)
    accounts.eventually_mails(mailbox, email, 2)  # the reminder
    assert client.post("/api/v1/accounts", registration(fresh_email(), username="CLAIRE")).code == "username_taken"
    # what comes due while the server is down is done at start
    server.stop()
    time.sleep(max(0.0, registered + 5 - time.monotonic()))
    server.start()
    client = server.client()
    accounts.eventually(lambda: login(client, email).code == "invalid_credentials", 10, "the removal")
    assert client.post("/api/v1/accounts", registration(email, username="claire")).status == 202


def test_A5_a_reset_works_once_ends_sessions_and_tells_the_owner(server, mailbox):
    claire = accounts.account(server, mailbox)
    other = server.client()
    unknown = other.post("/api/v1/password-resets", {"email": fresh_email("nobody")})
    known = other.post("/api/v1/password-resets", {"email": claire.email})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, known.body)
    token = token_in(accounts.nth_mail(mailbox, claire.email, 2))
    weak = other.post("/api/v1/password-resets/confirm", {"token": token, "password": "short"})
    assert weak.code == "password_too_weak"
    body = {"token": token, "password": "an entirely new phrase"}
    assert other.post("/api/v1/password-resets/confirm", body).status == 200
    assert claire.get("/api/v1/me").status == 401
    assert other.post("/api/v1/password-resets/confirm", body).code == "token_used"
    assert login(other, claire.email).status == 401
    assert login(other, claire.email, "an entirely new phrase").status == 201
    accounts.eventually_mails(mailbox, claire.email, 3)


def test_A5_a_reset_by_code(server, mailbox):
    claire = accounts.account(server, mailbox)
    claire.post("/api/v1/password-resets", {"email": claire.email})
    code = code_in(accounts.nth_mail(mailbox, claire.email, 2))
    anybody = server.client()
    body = {"email": f"  {claire.email.upper()} ", "code": f"{code[:4]} {code[4:]}", "password": "an entirely new phrase"}
    assert anybody.post("/api/v1/password-resets/confirm", body).status == 200
    assert login(anybody, claire.email, "an entirely new phrase").status == 201


def test_A6_login_by_username_and_by_address_in_any_case(server, mailbox):
    claire = accounts.account(server, mailbox)
    username = claire.get("/api/v1/me")["username"]
    assert login(claire, username.upper()).status == 201
    assert login(claire, f" {claire.email.upper()} ").status == 201
    assert login(claire, username, "not the password").status == 401
    assert login(claire, "nobody-at-all").code == "invalid_credentials"


def test_A6_sessions_are_listed_and_ended_one_or_all_others(server, mailbox):
    claire = accounts.account(server, mailbox)
    others = [claire.as_(login(claire, claire.email)["token"]) for _ in range(3)]
    listed = claire.get("/api/v1/me/sessions")["items"]
    assert len(listed) == 4 and [each["current"] for each in listed].count(True) == 1
    victim = others[0].get("/api/v1/session")["id"]
    assert claire.delete(f"/api/v1/me/sessions/{victim}").status == 204
    assert others[0].get("/api/v1/me").status == 401
    assert others[1].get("/api/v1/me").status == 200
    assert claire.delete(f"/api/v1/me/sessions/{victim}").status == 404
    stranger = accounts.account(server, mailbox)
    assert stranger.delete(f"/api/v1/me/sessions/{listed[0]['id']}").status == 404
    assert claire.delete("/api/v1/me/sessions").status == 204
    assert [each.get("/api/v1/me").status for each in others] == [401, 401, 401]
    assert claire.get("/api/v1/me").status == 200
    assert claire.delete("/api/v1/session").status == 204
    assert claire.get("/api/v1/me").status == 401


def test_A6_changing_the_password_asks_for_the_present_one_and_ends_other_sessions(server, mailbox):
    claire = accounts.account(server, mailbox)
    other = claire.as_(login(claire, claire.email)["token"])
    body = {"current": "not the password", "new": "an entirely new phrase"}
    assert claire.put("/api/v1/me/password", body).code == "invalid_credentials"
    assert claire.put("/api/v1/me/password", {"current": PASSWORD, "new": claire.email}).code == "password_too_weak"
    assert claire.put("/api/v1/me/password", {**body, "current": PASSWORD}).status == 204
    assert other.get("/api/v1/me").status == 401
    assert claire.get("/api/v1/me").status == 200
    assert login(claire, claire.email).status == 401


def test_A7_a_new_address_counts_when_confirmed_and_the_old_one_can_undo(server, mailbox):
    claire = accounts.account(server, mailbox)
    new = fresh_email("new")
    assert claire.post("/api/v1/me/email-change", {"new_email": new, "password": "wrong wrong wrong"}).status == 401
    assert claire.post("/api/v1/me/email-change", {"new_email": new, "password": PASSWORD}).status == 202
    undo = token_in(accounts.nth_mail(mailbox, claire.email, 2))
    assert claire.get("/api/v1/me")["email"] == claire.email
    confirmed = server.client().post("/api/v1/email-changes/confirm", {"token": token_in(mailbox.wait(new))})
    assert confirmed.status == 200 and confirmed["email"] == new
    assert login(claire, claire.email).status == 401
    assert claire.get("/api/v1/me")["email"] == new
    undone = server.client().post("/api/v1/email-changes/undo", {"token": undo})
    assert undone.status == 200 and undone["email"] == claire.email
    assert claire.get("/api/v1/me").status == 401


def test_A7_a_new_address_by_its_code_and_one_that_is_taken(server, mailbox):
    claire, paul = accounts.account(server, mailbox), accounts.account(server, mailbox)
    new = fresh_email("Other")
    assert claire.post("/api/v1/me/email-change", {"new_email": new, "password": PASSWORD}).status == 202
    code = code_in(mailbox.wait(new))
    assert server.client().post("/api/v1/email-changes/confirm", {"email": new.lower(), "code": code}).status == 200
    taken = claire.post("/api/v1/me/email-change", {"new_email": paul.email, "password": PASSWORD})
    assert taken.status == 202
    accounts.eventually_mails(mailbox, paul.email, 2)
    assert paul.get("/api/v1/me")["email"] == paul.email


def test_A8_usernames_are_unique_without_regard_to_case_and_homonyms_differ(client, mailbox):
    name = fresh_email("user").split("@")[0].replace(".", "")
    assert client.post("/api/v1/accounts", registration(fresh_email(), username=name)).status == 202
    taken = client.post("/api/v1/accounts", registration(fresh_email(), username=name.upper()))
    assert (taken.status, taken.code) == (409, "username_taken")
    names = []
    for birth_date in [None, "1984-05-06", "1984-07-08"]:
        email = fresh_email()
        more = {"birth_date": birth_date} if birth_date else {}
        claim = register(client, email, **{"first_name": "Zoé", "last_name": "Le Goff", **more})
        names.append(confirm(client, mailbox, email, claim)["username"])
    assert names == ["zlegoff", "zlegoff1984", "zlegoff2"]


def test_A8_the_username_and_the_address_are_read_only(server, mailbox):
    claire = accounts.account(server, mailbox)
    for field in ["username", "email"]:
        answer = claire.patch("/api/v1/me", {field: "something"})
        assert (answer.status, answer.code) == (422, "read_only")
    changed = claire.patch("/api/v1/me", {"first_name": "Clara", "website": "https://clara.example"})
    assert changed.status == 200 and changed["first_name"] == "Clara"
    stale = claire.patch("/api/v1/me", {"first_name": "X"}, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "version_conflict")


def test_A9_registering_a_known_address_answers_like_a_new_one_and_its_owner_is_told(server, mailbox):
    claire = accounts.account(server, mailbox)
    anybody = server.client()
    known = anybody.post("/api/v1/accounts", registration(f" {claire.email.upper()}"))
    new = anybody.post("/api/v1/accounts", registration(fresh_email()))
    assert (known.status, known.body) == (new.status, new.body)
    names = lambda answer: sorted(k.lower() for k in answer.headers.keys())  # noqa: E731
    assert names(known) == names(new)
    accounts.eventually_mails(mailbox, claire.email, 2)
    assert login(anybody, claire.email).status == 201


def test_A9_registering_a_pending_address_again_keeps_the_first_claim(client, mailbox):
    email = fresh_email()
    claim = register(client, email)
    mailbox.wait(email)
    other = register(client, email, password="somebody else's words")
    accounts.eventually_mails(mailbox, email, 2)
    token = token_in(accounts.nth_mail(mailbox, email, 2))
    asked = client.post("/api/v1/accounts/confirm", {"token": token, "registration_token": other})
    assert asked.code == "password_required"
    assert client.post("/api/v1/accounts/confirm", {"token": token, "registration_token": claim}).status == 200
    assert login(client, email).status == 201


def test_A10_mails_follow_the_language_of_the_account(client, mailbox):
    french, english = fresh_email(), fresh_email()
    register(client, french)
    register(client, english, locale="en")
    assert mailbox.wait(french)["subject"] != mailbox.wait(english)["subject"]


def test_two_at_once_get_one_account(server):
    from concurrent.futures import ThreadPoolExecutor

    email = fresh_email("twice")
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: server.client().post("/api/v1/accounts", registration(email)).status, range(12)))
    assert set(statuses) == {202}
