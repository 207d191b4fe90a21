"""The outbox as staff and buyers see it (M4), returned mails, dead addresses, and what an organisation puts into its
mails (M2)."""

import http.client
import re
import socket
import struct
import zlib
from urllib.parse import urlsplit

import pytest

from accounts import fresh_email
from house import House, money
from receiver import receive  # noqa: F401
from server import eventually
from test_mail import PLAIN, part

SECRET = "a secret between us and the relay"


@pytest.fixture
def house(server):
    return House(server)


def invited(house, email=None):
    return house.household("Zoé", "Petit", email=email or fresh_email("zoe"))


def mails(house, by=None, **query):
    found = (by or house.admin).get(f"{house.staff_base}/mails", query=query or None)
    assert found.status == 200, found
    return found.json["items"]


def mail_with(house, which, status, seconds=15):
    path = f"{house.staff_base}/mails/{which}"
    return eventually(lambda: (now := house.admin.get(path).json)["status"] == status and now, seconds, f"a mail {status}")


def raw(server, method, path, body, token=None, **headers):
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    wire.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = wire.getresponse()
    content = answer.read()
    wire.close()
    return answer.status, answer.headers, content


def report(to, status="5.1.1", action="failed", diagnostic="550 5.1.1 <zoe>: no such user", message_id=None, line="\r\n"):
    """A delivery status notification as Postfix writes them."""
    lines = ["From: MAILER-DAEMON@mx.example", f"To: {to}", "Subject: Undelivered Mail Returned to Sender",
             "MIME-Version: 1.0", 'Content-Type: multipart/report; report-type=delivery-status;', '\tboundary="b/1"', "",
             "This is a MIME-encapsulated message.", "", "--b/1", "Content-Type: text/plain; charset=us-ascii", "",
             "I'm sorry to have to inform you", "", "--b/1", "Content-Type: message/delivery-status", "",
             "Reporting-MTA: dns; mx.example", "", "Final-Recipient: rfc822; zoe@kunde.example", f"Action: {action}",
             f"Status: {status}", f"Diagnostic-Code: smtp;", f"    {diagnostic}", "", "--b/1",
             "Content-Type: text/rfc822-headers", ""]
    lines += [f"Message-ID: <{message_id}@host.example>"] if message_id else ["Subject: x"]
    return line.join(lines + ["", "--b/1--", ""]).encode()


def hand_in(server, message, secret=SECRET):
    status, _, body = raw(server, "POST", "/api/v1/mail/bounces", message, Content_Type="message/rfc822",
                          X_Bounce_Secret=secret)
    return status, body.decode()


def suppression(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household['id']}/suppression").json


def test_M4_a_client_s_mails_are_listed_with_their_fate(house):
    one, other = invited(house), invited(house)
    mine = eventually(lambda: [m for m in mails(house, household_id=one["id"]) if m["status"] == "sent"], 10, "the mail")
    assert [(m["template"], m["to_address"], m["household_id"]) for m in mine] == [
        ("household_activation", one["email"], one["id"])]
    assert mine[0]["sent_at"] and mine[0]["attempts"] == 1 and mine[0]["error"] is None
    of_page = house.admin.get(f"{house.staff_base}/households/{other['id']}/mails")
    assert [m["household_id"] for m in of_page["items"]] == [other["id"]]
    everything = mails(house)
    assert [m["id"] for m in everything] == sorted((m["id"] for m in everything), reverse=True)
    first = house.admin.get(f"{house.staff_base}/mails", query={"limit": 1})
    rest = house.admin.get(f"{house.staff_base}/mails", query={"cursor": first["next_cursor"]})
    assert [m["id"] for m in first["items"] + rest["items"]] == [m["id"] for m in everything]
    assert mails(house, status="failed") == []
    assert house.admin.get(f"{house.staff_base}/mails", query={"status": "lost"}).status == 422


def test_M4_a_mail_is_shown_without_the_secrets_that_it_carried(house, mailbox):
    one = invited(house)
    sent = mailbox.wait(one["email"])
    shown = house.admin.get(f"{house.staff_base}/mails/{mails(house, household_id=one['id'])[0]['id']}")
    content = shown["content"]
    assert content["subject"] == sent["subject"] and "Zoé" in content["text"]
    token = re.search(r"#token=([A-Za-z0-9_-]{43})", sent["text"]).group(1)
    assert token not in shown.body.decode() and "#token=••••••" in content["text"]


def test_M4_a_buyer_sees_the_mails_of_the_household(house, mailbox):
    buyer, other = house.buyer(mailbox), house.buyer(mailbox)
    offer = house.offer(0)
    assert house.order(buyer, offer).status in (201, 409)
    house.credit(buyer.household, 5_000)
    assert house.order(buyer, house.offer()).status == 201
    mine = eventually(lambda: [m for m in buyer.get(f"{house.me}/mails")["items"] if m["template"] == "order_confirmation"],
                      10, "the order's mail")
    assert mine[0]["to_address"] == buyer.email and "error" not in mine[0]
    assert all(m["template"] != "order_confirmation" for m in other.get(f"{house.me}/mails")["items"])


@pytest.mark.parametrize("locale, words", [("fr", "Bonjour Zoé"), ("en", "Hello Zoé")])
def test_M4_what_staff_are_about_to_send_is_previewed(house, mailbox, locale, words):
    ask = lambda **body: house.admin.post(f"{house.staff_base}/mails/preview", body)
    made = house.household("Zoé", "Petit", email=fresh_email(), send_notification=False, locale=locale)
    seen = ask(template="invitation", household_id=made["id"], texts={locale: {"subject": "Été", "text": "<b>Bienvenue"}})
    assert seen.status == 200 and seen["subject"] == "Été" and "<b>Bienvenue" in seen["text"], seen
    assert "&lt;b&gt;Bienvenue" in seen["html"] and "<b>B" not in seen["html"]
    assert words in seen["text"] and "token=••••••" in seen["text"] and "/unsubscribe/••••••" in seen["text"]
    typed = ask(template="household_activation", first_name="Zoé", email="zoe@kunde.example", locale=locale)
    assert words in typed["text"] and typed["to"]["address"] == "zoe@kunde.example"
    welcome = ask(template="staff_welcome", role="box_office", email="neu@kunde.example", locale=locale)
    assert ("guichet" if locale == "fr" else "box office") in welcome["text"]
    made = house.admin.post(f"{house.staff_base}/households/{made['id']}/archive")
    assert mails(house) == []  # nobody was written to


def test_M4_a_preview_tells_nobody_whether_a_typed_address_has_an_account(house, mailbox):
    buyer = house.buyer(mailbox)
    ask = lambda **body: house.admin.post(f"{house.staff_base}/mails/preview", {"first_name": "Zoé", **body}).json
    for template in ("household_activation", "invitation"):
        nobody = fresh_email("nobody")
        seen, other = (ask(template=template, email=email) for email in (buyer.email, nobody))
        assert seen["subject"] == other["subject"]
        for part_ in ("text", "html"):
            assert seen[part_].replace(buyer.email, nobody) == other[part_]
    # Of a client of this house, whose address staff know, it reads as it will be sent.
    linked = house.admin.post(f"{house.staff_base}/mails/preview",
                              {"template": "household_activation", "household_id": buyer.household})
    assert linked.status == 200 and linked["text"] != ask(template="household_activation", email=buyer.email)["text"]


def test_M4_the_mails_of_an_order_are_previewed(house):
    offer, client = house.offer(), house.household("Zoé", "Petit", email=fresh_email(), send_notification=False)
    body = {"household_id": client["id"], "lines": [{"offer_id": offer["id"], "quantity": 1}],
            "payments": [{"method": "cash"}], "buyer": {"of_age": True}}
    number = house.admin.post(f"{house.staff_base}/orders", body, key=True)["number"]
    for template in ("order_confirmation", "order_paid", "order_expired"):
        seen = house.admin.post(f"{house.staff_base}/mails/preview", {"template": template, "order_number": number})
        assert seen.status == 200 and number in seen["text"], seen
    unknown = {"template": "order_paid", "order_number": "ORD-ZZZZZZZZ"}
    assert house.admin.post(f"{house.staff_base}/mails/preview", unknown).status == 404


def test_M4_a_waiting_mail_is_aborted_and_sent_after_all(make_server):
    server = make_server(mail__smtp_url="smtp://127.0.0.1:1", **PLAIN)  # nobody is there
    house = House(server)
    made = invited(house)
    which = mails(house)[0]["id"]
    aborted = eventually(lambda: (a := house.admin.post(f"{house.staff_base}/mails/{which}/abort")).status == 200 and a, 10,
                         "a moment in which it is not being sent")
    assert aborted["status"] == "aborted"
    assert house.admin.post(f"{house.staff_base}/mails/{which}/abort").status == 409
    retried = house.admin.post(f"{house.staff_base}/mails/{which}/retry")
    assert retried.status == 200 and retried["status"] in ("queued", "sending")
    assert house.admin.post(f"{house.staff_base}/mails/{which}/retry").status == 409
    log = house.admin.get(f"{house.staff_base}/audit", query={"subject_kind": "mail"})["items"]
    assert [each["action"] for each in log] == ["mail.retry", "mail.abort"]
    # Security mails are nobody's to take back.
    house.open_space()
    house.server.sql(f"update outbox set priority = 0, state = 0, leased_until = null where id = '{which}'")
    assert house.admin.post(f"{house.staff_base}/mails/{which}/abort").status == 409
    assert made["id"] == mails(house)[0]["household_id"]


def test_A7_the_security_mails_of_an_account_are_its_owner_s_alone(house, mailbox):
    buyer = house.buyer(mailbox)
    assert house.server.client().post("/api/v1/password-resets", {"email": buyer.email}).status == 202
    mailbox.wait(buyer.email, "passe")
    assert mails(house) == []
    which = house.server.sql(f"select id from outbox where template = 'password_reset' and to_address = '{buyer.email}'")
    assert which and house.admin.get(f"{house.staff_base}/mails/{which}").status == 404


def test_M4_mails_of_others_are_not_there(server, house):
    theirs = House(server)
    invited(theirs)
    which = mails(theirs)[0]["id"]
    for method, path in (("GET", f"mails/{which}"), ("POST", f"mails/{which}/retry"), ("POST", f"mails/{which}/abort")):
        assert house.admin.request(method, f"{house.staff_base}/{path}").status == 404
    assert mails(house, household_id=invited(theirs)["id"]) == []


def test_M1_an_address_that_is_refused_at_once_gets_nothing_but_security_mails(make_server, receive):
    receiver = receive()

    async def refuse_at_rcpt(smtp, session, envelope, address, options):
        if address.startswith("gone") and not receiver.forgiving:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    receiver.handle_RCPT, receiver.forgiving = refuse_at_rcpt, False
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    house = House(server)
    house.open_space()
    gone = invited(house, "gone@kunde.example")
    which = mails(house)[0]["id"]
    assert "550 5.1.1" in mail_with(house, which, "bounced")["error"]
    assert suppression(house, gone)["suppressed"] and "550 5.1.1" in suppression(house, gone)["reason"]
    house.credit(gone["id"], 500)
    # An order's mail is skipped with the reason; the code that opens my space is tried all the same.
    offer = house.offer()
    order = house.admin.post(f"{house.staff_base}/orders", {"household_id": gone["id"], "buyer": {"of_age": True},
        "lines": [{"offer_id": offer["id"], "quantity": 1}], "payments": [{"method": "cash"}]}, key=True)
    assert order.status == 201, order
    skipped = eventually(lambda: mails(house, household_id=gone["id"], status="suppressed"), 10, "the order's mail skipped")
    assert "suppressed" in skipped[0]["error"]
    # It has to be lifted first, by what came back.
    assert house.admin.post(f"{house.staff_base}/mails/{which}/retry").status == 409
    receiver.forgiving = True
    server.client().post(f"{house.base}/space-sessions", {"order_number": order["number"], "email": gone["email"]})
    eventually(lambda: [m for m in mails(house, household_id=gone["id"]) if (m["template"], m["status"]) == ("space_code", "sent")],
               10, "the code")
    assert house.admin.delete(f"{house.staff_base}/households/{gone['id']}/suppression").status == 204
    assert suppression(house, gone) == {"suppressed": False, "reason": None, "at": None}
    assert house.admin.post(f"{house.staff_base}/mails/{skipped[0]['id']}/retry").status == 200
    mail_with(house, skipped[0]["id"], "sent")


def test_M1_what_came_back_of_another_organisation_s_mail_is_neither_told_nor_lifted(server, house):
    theirs = House(server)
    email = fresh_email("gone")
    owner, stranger = invited(theirs, email), invited(house, email)
    which = mails(theirs)[0]["id"]
    for at, one in ((theirs, owner), (house, stranger)):
        eventually(lambda: mails(at, household_id=one["id"], status="sent"), 10, "the mail")
    server.sql(f"update outbox set state = 5, last_error = '550 their words' where id = '{which}'")
    server.sql(f"insert into suppressed_addresses values ('{email}', '550 their words', now())")
    lift = lambda at, one: at.admin.delete(f"{at.staff_base}/households/{one['id']}/suppression")
    assert suppression(house, stranger) == {"suppressed": True, "reason": None, "at": None}
    refused = lift(house, stranger)
    assert refused.status == 409 and "their words" not in refused.body.decode()
    # Nor does a mail that is skipped repeat it.
    house.credit(stranger["id"], 500)
    assert house.admin.post(f"{house.staff_base}/orders", {"household_id": stranger["id"], "buyer": {"of_age": True},
        "lines": [{"offer_id": house.offer()["id"], "quantity": 1}], "payments": [{"method": "cash"}]}, key=True).status == 201
    skipped = eventually(lambda: mails(house, household_id=stranger["id"], status="suppressed"), 10, "the order's mail skipped")
    assert "their words" not in skipped[0]["error"]
    assert suppression(theirs, owner)["reason"] == "550 their words" and suppression(theirs, owner)["at"]
    assert lift(theirs, owner).status == 204
    assert not suppression(theirs, owner)["suppressed"] and not suppression(house, stranger)["suppressed"]


def test_M1_a_returned_mail_is_booked_and_its_address_suppressed(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__bounce_address="bounces@host.example",
                         mail__bounce_secret=SECRET, mail__from="Foyer <no-reply@host.example>", **PLAIN)
    house = House(server)
    one, two, three = (invited(house) for _ in range(3))
    receiver.wait(3)
    eventually(lambda: len(mails(house, status="sent")) == 3, 10, "the booking")
    returned = {envelope.rcpt_tos[0]: envelope.mail_from for _, envelope in receiver.sessions}
    ids = {m["household_id"]: m["id"] for m in mails(house)}
    assert re.fullmatch(r"bounces\+[0-9a-f]{32}-[0-9a-f]{16}@host\.example", returned[one["email"]])
    # Its token tells which mail it was; delays and forged tokens say nothing.
    assert hand_in(server, report(returned[one["email"]], action="delayed", status="4.4.1")) == (200, '{"result":"ignored"}')
    forged = returned[one["email"]].replace("-", "-0", 1)[:0] + re.sub(r"-[0-9a-f]{16}@", "-0000000000000000@", returned[one["email"]])
    assert hand_in(server, report(forged)) == (200, '{"result":"ignored"}')
    assert hand_in(server, b"Subject: hello\r\n\r\nI am on holiday") == (200, '{"result":"ignored"}')
    assert hand_in(server, report(returned[one["email"]])) == (200, '{"result":"booked"}')
    assert "5.1.1" in mail_with(house, ids[one["id"]], "bounced")["error"]
    assert suppression(house, one)["suppressed"]
    full = report(returned[two["email"]], status="5.2.2", diagnostic="552 mailbox full", line="\n")
    assert hand_in(server, full) == (200, '{"result":"booked"}')
    assert "mailbox full" in mail_with(house, ids[two["id"]], "bounced")["error"]
    assert not suppression(house, two)["suppressed"] and not suppression(house, three)["suppressed"]
    mail_with(house, ids[three["id"]], "sent")
    assert hand_in(server, report(returned[one["email"]]), "a guess")[0] == 401


def test_M1_a_message_id_that_buyers_see_suppresses_nobody(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__bounce_address="bounces@localhost", mail__bounce_secret=SECRET,
                         **PLAIN)
    house = House(server)
    one = invited(house)
    which = mails(house)[0]["id"]
    mail_with(house, which, "sent")
    for to in ("bounces@localhost", "bounces+" + which.replace("-", "") + "@localhost", ""):
        assert hand_in(server, report(to, message_id=which)) == (200, '{"result":"ignored"}')
    assert mail_with(house, which, "sent")["error"] is None and not suppression(house, one)["suppressed"]
    assert server.sql("select count(*) from suppressed_addresses") == "0"


def test_I5_a_returned_invitation_counts_as_bounced(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__bounce_address="bounces@localhost", mail__bounce_secret=SECRET,
                         **PLAIN)
    house = House(server)
    house.household("Zoé", "Petit", email="zoe@kunde.example", send_notification=False)
    started = house.admin.post(f"{house.staff_base}/invitations", {"group": "all"})
    path = f"{house.staff_base}/invitations/{started['id']}"
    eventually(lambda: house.admin.get(path)["counts"]["sent"] == 1, 10, "the mail")
    assert hand_in(server, report(receiver.sessions[0][1].mail_from)) == (200, '{"result":"booked"}')
    assert house.admin.get(path)["counts"]["bounced"] == 1
    assert house.admin.post(f"{house.staff_base}/invitations/preview", {"group": "all"})["skipped"]["suppressed"] == 1


def test_M1_nobody_hands_in_returned_mails_without_a_secret_in_the_configuration(server):
    assert hand_in(server, report("bounces@host.example"))[0] == 404
    assert announced(server) == 404


def announced(server, secret=SECRET, length=1_000_000):
    """What is said to a report of which only the head has come."""
    with socket.create_connection((urlsplit(server.url).hostname, urlsplit(server.url).port), timeout=10) as wire:
        wire.sendall((f"POST /api/v1/mail/bounces HTTP/1.1\r\nHost: {urlsplit(server.url).netloc}\r\n"
                      f"Content-Type: message/rfc822\r\nX-Bounce-Secret: {secret}\r\nExpect: 100-continue\r\n"
                      f"Content-Length: {length}\r\n\r\n").encode())
        return int(wire.recv(4_096).split()[1])


def test_M1_a_returned_mail_is_asked_for_only_when_its_head_carries_the_secret(make_server):
    server = make_server(mail__bounce_secret=SECRET, **PLAIN)
    assert announced(server) == 100 and announced(server, length=100) == 100
    for length in (100, 1_000_000, 100_000_000):
        assert announced(server, "a guess", length) == 401
    assert announced(server, "") == 401 and announced(server, SECRET + "x") == 401
    assert announced(server, length=100_000_000) == 413


def picture(size=1):
    """A grey PNG."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x80" * size for _ in range(size))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def test_M2_sender_name_colour_signature_and_logo_are_the_organisation_s(make_server, receive):
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, **PLAIN)
    house = House(server, sender_name="Billetterie <Nord>", colour="#123456", signature="L’équipe\n<i>Nord</i>")
    logo = f"{house.staff_base}/settings/logo"
    put = lambda bytes_, token=None: raw(server, "PUT", logo, bytes_, token or house.admin.token, Content_Type="image/png")
    assert put(picture(8))[0] == 200
    version = house.admin.get(f"{house.staff_base}/settings")["logo"]
    invited(house)
    message = receiver.wait()[0]
    assert message["From"].addresses[0].display_name == "Billetterie <Nord>"
    html = part(message, "text/html")
    address = f"{server.url}/api/v1/orgs/{house.slug}/logo?v={version}"
    assert f'src="{address}"' in html and "#123456" in html and "&lt;i&gt;Nord&lt;/i&gt;" in html
    status, headers, body = raw(server, "GET", f"/api/v1/orgs/{house.slug}/logo?v={version}", None)
    assert (status, headers["Content-Type"], body) == (200, "image/png", picture(8))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert put(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")[0] == 422
    assert put(picture(8) + bytes(65_536))[0] in (413, 422)
    assert put(picture(2), house.staff("box_office").token)[0] == 403
    assert house.admin.delete(logo).status == 200
    assert raw(server, "GET", f"/api/v1/orgs/{house.slug}/logo", None)[0] == 404
    assert house.admin.patch(f"{house.staff_base}/settings", {"sender_name": "x\r\nBcc: all@kunde.example"}).status == 422
