"""What a session is worth: cookies, CSRF values, roles, throttling, limits; and that answers tell nothing."""

import concurrent.futures
import statistics
import threading
import time

import pytest

import accounts
from accounts import PASSWORD, fresh_email, login, registration
from server import Mailbox, eventually

STAFF_PASSWORD = "a rather long staff phrase"


def cookie_session(server, email, **headers):
    client = server.client()
    opened = client.post("/api/v1/sessions", {"login": email, "password": PASSWORD}, headers=headers)
    assert opened.status == 201, opened
    lines = opened.headers.get_all("Set-Cookie")
    cookie = next(line for line in lines if line.startswith("foyer="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert "token" not in opened.json
    return client, "; ".join(line.split(";")[0] for line in lines), opened["csrf"]


def test_A6_a_cookie_session_needs_its_csrf_value_and_our_origin_for_changes(server, mailbox):
    claire = accounts.account(server, mailbox)
    client, cookie, csrf = cookie_session(server, claire.email)
    base = {"Cookie": cookie}
    assert client.get("/api/v1/me", headers=base).status == 200
    assert client.get("/api/v1/session", headers=base)["csrf"] == csrf

    def rename(**headers):
        return client.patch("/api/v1/me", {"first_name": "Clara"}, headers={**base, **headers})

    assert (rename().status, rename().code) == (403, "csrf_required")
    assert rename(**{"X-Foyer-CSRF": csrf[:-1] + ("A" if csrf[-1] != "A" else "B")}).code == "csrf_required"
    assert rename(**{"X-Foyer-CSRF": csrf, "Origin": "https://evil.example"}).code == "csrf_required"
    assert rename(**{"X-Foyer-CSRF": csrf, "Sec-Fetch-Site": "cross-site"}).code == "csrf_required"
    assert rename(**{"X-Foyer-CSRF": csrf, "Origin": server.url}).status == 200
    assert client.delete("/api/v1/session", headers=base).code == "csrf_required"
    gone = client.delete("/api/v1/session", headers={**base, "X-Foyer-CSRF": csrf})
    assert gone.status == 204 and "Max-Age=0" in gone.headers["Set-Cookie"]
    assert client.get("/api/v1/me", headers=base).status == 401
    nobody = client.get("/api/v1/session", headers=base)
    assert nobody.status == 200 and nobody["account"] is None


def test_A6_another_sites_page_logs_nobody_in(server, mailbox):
    claire = accounts.account(server, mailbox)
    body = {"login": claire.email, "password": PASSWORD}
    assert server.client().post("/api/v1/sessions", body, headers={"Origin": "https://evil.example"}).status == 403


def test_A6_a_bearer_token_needs_no_csrf_value_and_sets_no_cookie(server, mailbox):
    claire = accounts.account(server, mailbox)
    opened = login(claire, claire.email)
    assert opened.headers.get_all("Set-Cookie") is None and len(opened["token"]) == 43
    assert claire.patch("/api/v1/me", {"newsletter": True}).status == 200
    assert claire.as_("A" * 43).get("/api/v1/me").status == 401
    assert claire.as_("nonsense").get("/api/v1/me").status == 401
    assert claire.as_(None).get("/api/v1/me").code == "not_authenticated"


def test_A6_sessions_survive_a_restart_and_end_when_idle(make_server):
    server = make_server(sessions__buyer_idle="2s")
    claire = accounts.account(server, Mailbox(server))
    server.restart()
    claire.close()
    began = time.monotonic()
    while time.monotonic() - began < 2.4:  # longer than a session lives without use
        assert claire.get("/api/v1/me").status == 200
        time.sleep(0.2)
    time.sleep(2.1)
    assert claire.get("/api/v1/me").status == 401


def test_A6_sensitive_changes_ask_for_the_password_again(make_server):
    server = make_server(sessions__password_asked_after="1s")
    claire = accounts.account(server, Mailbox(server))
    eventually(lambda: claire.delete("/api/v1/me/sessions").code == "reauthentication_required", 5)
    assert claire.post("/api/v1/session/reauthentication", {"password": "wrong wrong wrong"}).status == 401
    assert claire.post("/api/v1/session/reauthentication", {"password": PASSWORD}).status == 204
    assert claire.delete("/api/v1/me/sessions").status == 204


def org(server, slug, password=STAFF_PASSWORD, admin=None):
    admin = admin or fresh_email("admin")
    import subprocess

    from server import BINARY

    done = subprocess.run([BINARY, "org", "create", slug, "--name", f"Théâtre {slug}", "--currency", "EUR", "--locale", "fr",
                           "--admin", admin, "--password-stdin", "--config", str(server.write_config())],
                          input=password + "\n", capture_output=True, text=True, timeout=120, cwd=server.folder)
    assert done.returncode == 0, done.stderr
    return admin


def test_A12_roles_open_what_they_may_and_nothing_else(server, mailbox):
    admin = org(server, "role-house")
    org(server, "other-house")
    client = server.client()
    boss = client.as_(login(client, admin, STAFF_PASSWORD)["token"])
    assert boss.get("/api/v1/session")["roles"] == [{"organisation": "role-house", "role": "administrator"}]
    settings = "/api/v1/orgs/{}/staff/settings"
    assert boss.get(settings.format("role-house")).status == 200
    assert boss.get(settings.format("other-house")).status == 404
    assert boss.get(settings.format("no-house")).status == 404
    claire = accounts.account(server, mailbox)
    assert claire.get(settings.format("role-house")).status == 404
    assert client.get(settings.format("role-house")).status == 401
    # a role given while the session is open and the server runs
    server.command("staff", "add", "role-house", claire.email, "--role", "auditor")
    eventually(lambda: claire.get(settings.format("role-house")).status == 200, 10, "the role")
    refused = claire.patch(settings.format("role-house"), {"vat_number": "FR1"})
    assert (refused.status, refused.code) == (403, "forbidden")


def test_A12_new_staff_choose_their_password_by_the_mailed_link(server, mailbox):
    org(server, "welcome-house")
    email = fresh_email("guichet")
    server.command("staff", "add", "welcome-house", email, "--role", "box_office", "--first-name", "Paul")
    token = accounts.token_in(mailbox.wait(email))
    client = server.client()
    weak = client.post("/api/v1/invitations/accept", {"token": token, "password": "fourteen-chars"})
    assert weak.code == "password_too_weak"
    opened = client.post("/api/v1/invitations/accept", {"token": token, "password": STAFF_PASSWORD, "mode": "token"})
    assert opened.status == 201, opened
    assert opened["roles"] == [{"organisation": "welcome-house", "role": "box_office"}]
    assert client.as_(opened["token"]).get("/api/v1/me")["email"] == email
    again = client.post("/api/v1/invitations/accept", {"token": token, "password": STAFF_PASSWORD})
    assert (again.status, again.code) == (410, "token_used")
    assert login(client, email, STAFF_PASSWORD).status == 201


def test_A12_a_role_for_somebody_who_is_registering_reaches_them(server, mailbox):
    org(server, "pending-house")
    client, email = server.client(), fresh_email("pending")
    accounts.register(client, email)
    mailbox.wait(email)
    server.command("staff", "add", "pending-house", email, "--role", "editor")
    token = accounts.token_in(accounts.nth_mail(mailbox, email, 2))
    opened = client.post("/api/v1/invitations/accept", {"token": token, "password": STAFF_PASSWORD, "mode": "token"})
    assert opened.status == 201, opened
    assert login(client, email).status == 401


def test_A12_the_command_line_refuses_what_makes_no_sense(server):
    org(server, "strict-house")
    for arguments, status in [(["org", "create", "strict-house", "--admin", "a@b.example"], 1),
                              (["org", "create", "Bad Slug", "--admin", "a@b.example"], 2),
                              (["org", "create", "x", "--admin", "nobody"], 2),
                              (["org", "create", "x", "--currency", "euro", "--admin", "a@b.example"], 2),
                              (["staff", "add", "no-house", "a@b.example", "--role", "editor"], 1),
                              (["staff", "add", "strict-house", "a@b.example", "--role", "king"], 2)]:
        done = server.command(*arguments, check=False)
        assert done.returncode == status, (arguments, done)
        assert done.stderr.strip()
    assert "strict-house" in server.command("org", "list").stdout
    import json

    listed = json.loads(server.command("org", "list", "--json").stdout)["items"]
    assert any(each["slug"] == "strict-house" and each["staff"] == 1 for each in listed)


def test_A1_confirming_makes_a_household_where_the_account_was_registered(server, mailbox):
    admin = org(server, "first-house")
    claire = accounts.account(server, mailbox, org="first-house")
    house = claire.get("/api/v1/me/orgs/first-house/household")
    assert house.status == 200, house
    assert house["status"] == "accepted" and house["account"]["username"] == claire.get("/api/v1/me")["username"]
    assert [each["last_name"] for each in house["members"]] == ["Dupont"]
    client = server.client()
    unknown = client.post("/api/v1/accounts", registration(fresh_email(), org="no-such-house"))
    assert unknown.status == 422
    assert admin


def test_A1_confirming_links_the_household_that_has_the_address(server, mailbox):
    admin = org(server, "link-house")
    client = server.client()
    boss = client.as_(login(client, admin, STAFF_PASSWORD)["token"])
    email = fresh_email("known")
    made = boss.post("/api/v1/orgs/link-house/staff/households",
                     {"responsible": {"first_name": "Claire", "last_name": "Known"}, "email": email.upper(),
                      "send_notification": False}, key=True)
    assert made.status == 201, made
    claire = accounts.account(server, mailbox, email, org="link-house")
    house = claire.get("/api/v1/me/orgs/link-house/household")
    assert house.status == 200 and house["id"] == made["id"] and house["status"] == "accepted"


def test_A1_confirming_and_linking_are_one_commit(server, mailbox):
    """So that no crash leaves an account without the household that has its address."""
    admin = org(server, "one-commit-house")
    client = server.client()
    boss = client.as_(login(client, admin, STAFF_PASSWORD)["token"])
    base = "/api/v1/orgs/one-commit-house/staff/households"
    email = fresh_email("known")
    made = boss.post(base, {"responsible": {"first_name": "Claire", "last_name": "Known"}, "email": email,
                            "send_notification": False}).json
    claire = accounts.account(server, mailbox, email, org="one-commit-house")
    written = server.sql(f"select a.confirmed_at = h.linked_at from households h join accounts a on a.id = h.account_id "
                         f"where h.id = '{made['id']}'")
    assert written == "t"
    # What the household's owner had in memory is not believed any more.
    seen = boss.get(f"{base}/{made['id']}")
    assert seen["account"]["username"] == claire.get("/api/v1/me")["username"]
    changed = boss.patch(f"{base}/{made['id']}", {"phone": "0102"})
    assert changed.status == 200 and changed["account"] and changed["status"] == "accepted"


def test_A1_confirming_links_a_household_that_staff_are_changing(server, mailbox):
    admin = org(server, "busy-house")
    client = server.client()
    token = login(client, admin, STAFF_PASSWORD)["token"]
    base = "/api/v1/orgs/busy-house/staff/households"
    email = fresh_email("busy")
    made = client.as_(token).post(base, {"responsible": {"first_name": "Claire", "last_name": "Busy"}, "email": email,
                                         "send_notification": False}).json
    registered = accounts.register(client, email, org="busy-house")
    mailbox.wait(email)
    done, changed = threading.Event(), threading.Event()

    def change():
        staff, phone = client.as_(token), 0
        while not done.is_set():
            phone += 1
            # Both at the very same moment: safe to repeat.
            answer = staff.patch(f"{base}/{made['id']}", {"phone": str(phone)})
            assert answer.status in (200, 503)
            if answer.status == 200:
                changed.set()

    with concurrent.futures.ThreadPoolExecutor() as pool:
        staff = pool.submit(change)
        try:
            assert changed.wait(15), "staff changed nothing"
            accounts.confirm(client, mailbox, email, registered)
        finally:
            done.set()
        staff.result()
    seen = client.as_(token).get(f"{base}/{made['id']}")
    assert seen["account"] and seen["status"] == "accepted" and int(seen["phone"]) > 0


def test_A5_a_client_address_has_so_many_mails_sent_an_hour(make_server):
    """To whatever addresses, so that one can't have the server write to the whole world."""
    client = make_server(security__throttling=True, throttle__mail_requests=4).client()
    paths = ["/api/v1/password-resets", "/api/v1/accounts/confirmation-mails"] * 3
    answers = [client.post(path, {"email": fresh_email()}) for path in paths]
    assert [each.status for each in answers] == [202] * 4 + [429] * 2
    assert answers[-1].code == "rate_limited" and int(answers[-1].headers["Retry-After"]) > 0


def test_A6_wrong_passwords_are_slowed_down_and_a_known_device_is_not(make_server):
    server = make_server(security__throttling=True)
    mailbox = Mailbox(server)
    claire = accounts.account(server, mailbox)
    _, cookie, _ = cookie_session(server, claire.email)
    guesser = server.client()
    answers = [login(guesser, claire.email, "wrong wrong wrong") for _ in range(6)]
    assert [each.status for each in answers] == [401] * 5 + [429]
    assert answers[-1].code == "rate_limited" and int(answers[-1].headers["Retry-After"]) >= 1
    # unknown addresses answer the same, in whatever spelling
    nobody = [login(guesser, name, "wrong wrong wrong").status
              for name in ["nobody@example.org"] * 5 + [" Nobody@EXAMPLE.org "]]
    assert nobody == [401] * 5 + [429]
    known = server.client().post("/api/v1/sessions", {"login": claire.email, "password": PASSWORD},
                                 headers={"Cookie": cookie.split("; ")[-1]})
    assert known.status == 201, known
    # and the wait is short
    eventually(lambda: login(guesser, claire.email).status == 201, 10, "the next free try")


def test_A5_three_mails_an_hour_to_one_address_known_or_not(make_server):
    server = make_server(security__throttling=True)
    client = server.client()
    for email in [fresh_email(), fresh_email()]:
        answers = [client.post("/api/v1/password-resets", {"email": email}).status for _ in range(4)]
        assert answers == [202, 202, 202, 429]


def test_A1_five_registrations_an_hour_from_one_address(make_server):
    server = make_server(security__throttling=True)
    client = server.client()
    answers = [client.post("/api/v1/accounts", registration(fresh_email())).status for _ in range(6)]
    assert answers == [202] * 5 + [429]


def test_A9_answers_take_the_same_time_for_known_and_unknown_addresses(make_server):
    server = make_server(security__argon2_memory_kib=19456, security__argon2_iterations=2)
    claire = accounts.account(server, Mailbox(server))
    client = server.client()

    def seconds(call):
        begin = time.monotonic()
        call()
        return time.monotonic() - begin

    def compare(call, known, unknown):
        pairs = [(seconds(lambda: call(known)), seconds(lambda: call(unknown()))) for _ in range(5)]
        return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)

    # A wrong code is counted where there is one to guess.
    client.post("/api/v1/password-resets", {"email": claire.email})
    pending = fresh_email()
    accounts.register(client, pending)
    for path, known, more in [("accounts/confirm", pending, {}),
                              ("password-resets/confirm", claire.email, {"password": PASSWORD})]:
        guess = {"code": "00000000", **more}
        for email in [known, fresh_email()]:
            assert seconds(lambda: client.post(f"/api/v1/{path}", {"email": email, **guess})) >= 0.1, (path, email)

    for name, call in {
        "register": lambda email: client.post("/api/v1/accounts", registration(email)),
        "reset": lambda email: client.post("/api/v1/password-resets", {"email": email}),
        "resend": lambda email: client.post("/api/v1/accounts/confirmation-mails", {"email": email}),
        "correct": lambda email: client.post("/api/v1/accounts/correction", {
            "email": email, "password": PASSWORD, "new_email": "else@example.org"}),
        "login": lambda email: login(client, email, "wrong wrong wrong"),
    }.items():
        seen = []
        for _ in range(4):  # what others do on the machine passes, what the address tells would not
            known, unknown = compare(call, claire.email, fresh_email)
            seen.append((known, unknown))
            if abs(known - unknown) < 0.5 * max(known, unknown):
                break
        else:
            pytest.fail(f"{name}: {seen}")
