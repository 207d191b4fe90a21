"""Balance mails (W7) and the list that they are sent from (W6)."""

import re

import pytest

from accounts import fresh_email
from house import House, money
from server import eventually

KEY = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{1,5}){5}")


@pytest.fixture
def house(server):
    made = House(server, floors={"administrator": money(-100_000)})
    made.open_space()
    return made


def client(house, balance=0, **more):
    """A client of staff's making with this balance; `email` None: without address."""
    email = more.pop("email", fresh_email("solde"))
    address = {} if email is None else {"email": email}
    made = house.household("Zoé", "Petit", send_notification=False, **address, **more)
    if balance > 0:
        house.credit(made["id"], balance)
    elif balance:
        entry = house.entry(made["id"], "adjustment", balance, allow_negative=True)
        assert entry.status == 201, entry
    return made


def one(house, household):
    return f"{house.staff_base}/wallets/{household['id']}/balance-mail"


def preview(house, household, by=None):
    return (by or house.admin).get(one(house, household))


def finished(house, which):
    path = f"{house.staff_base}/wallets/balance-mails/{which}"
    return eventually(lambda: (now := house.admin.get(path).json)["state"] == "done" and now, 15, "the mails' end")


def statuses(mailing):
    return {each["household_id"]: (each["status"], each["skipped"]) for each in mailing["recipients"]["items"]}


def listed(house, **query):
    found = house.admin.get(f"{house.staff_base}/wallets", query=query)
    assert found.status == 200, found
    return found.json


def ids(page):
    return {each["household_id"] for each in page["items"]}


def last_mail(house, household):
    return house.admin.get(f"{house.staff_base}/households/{household['id']}")["last_balance_mail_at"]


def opens(house, key):
    return house.server.client().post(f"{house.base}/space-sessions", {"key": key, "mode": "token"})


def test_W7_a_positive_balance_is_mailed_as_previewed_and_its_key_opens_my_space(house, mailbox):
    made = client(house, 2_550)
    seen = preview(house, made)
    assert seen.status == 200 and seen["refused"] is None and seen["template"] == "balance_positive"
    assert seen["to"] == {"name": "Zoé Petit", "address": made["email"]}
    assert not KEY.search(seen["text"] + seen["html"]) and "••••••" in seen["text"]
    assert "25,50" in seen["text"] and "Mon espace" in seen["text"] and "Compte client" in seen["text"]
    assert last_mail(house, made) is None  # a preview tells nobody anything
    sent = house.admin.post(one(house, made))
    assert sent.status == 201 and sent["group"] == "one", sent
    mail = mailbox.wait(made["email"])
    key = KEY.search(mail["text"]).group(0)
    timeless = lambda text: re.sub(r"\d\d:\d\d", "", text).replace(key, "••••••").strip()
    assert mail["subject"] == seen["subject"]
    assert timeless(mail["text"]) == timeless(seen["text"]) and timeless(mail["html"]) == timeless(seen["html"])
    finished(house, sent["id"])
    assert last_mail(house, made) is not None
    session = opens(house, key)
    assert session.status == 201, session
    me = house.server.client(session["token"]).get(f"{house.me}/wallet")
    assert me["balance"] == money(2_550)
    page, fragment = mail["links"][0][len(house.server.url):].split("#")
    assert page == "/space" and house.base.endswith(fragment.removeprefix("org=")), mail["links"]
    assert house.server.client().get(page, headers={"Accept": "text/html"}).status == 200
    log = house.admin.get(f"{house.staff_base}/audit", query={"subject_id": made["id"], "action": "balance_mail.send"})
    assert len(log["items"]) == 1


def test_W7_a_negative_balance_tells_what_is_owed_and_how_to_repay_it(house, mailbox):
    settings = {"bank_transfer_instructions": {"fr": "IBAN FR76 1234", "en": "IBAN FR76 1234"}}
    assert house.admin.patch(f"{house.staff_base}/settings", settings).status == 200
    made = client(house, -1_500, locale="en")
    seen = preview(house, made)
    assert seen["template"] == "balance_negative" and seen["locale"] == "en"
    for part in ("€15.00", "IBAN FR76 1234", made["number"], "Settle my balance"):
        assert part in seen["text"], seen["text"]
    assert house.admin.post(one(house, made)).status == 201
    assert mailbox.wait(made["email"])["subject"] == seen["subject"]


def test_W7_reasons_for_which_there_is_no_mail(house):
    zero, no_address = client(house), client(house, 500, email=None)
    archived, dead = client(house, 500), client(house, 500)
    assert house.admin.post(f"{house.staff_base}/households/{archived['id']}/archive").status == 200
    house.server.sql(f"insert into suppressed_addresses values ('{dead['email']}', '550 5.1.1 nobody', now())")
    for made, reason in ((zero, "no_balance"), (no_address, "no_address"), (archived, "archived"), (dead, "suppressed")):
        refused = house.admin.post(one(house, made))
        assert (refused.status, refused.code, refused["reason"]) == (409, "conflict", reason), refused
        if made is zero:
            assert preview(house, made).status == 409
        else:
            assert preview(house, made)["refused"] == reason
        assert last_mail(house, made) is None
    seen = house.admin.post(f"{house.staff_base}/wallets/balance-mails/preview", {})
    assert seen["mails"] == 0 and {k: v for k, v in seen["skipped"].items() if v} == {
        "archived": 1, "no_address": 1, "suppressed": 1}


def test_S7_a_closed_customer_space_refuses_balance_mails(server):
    house = House(server)
    house.open_space(False)
    made = client(house, 500)
    assert preview(house, made)["refused"] == "space_closed"
    for path, body in ((one(house, made), None), (f"{house.staff_base}/wallets/balance-mails", {})):
        refused = house.admin.post(path, body)
        assert (refused.status, refused.code) == (403, "space_closed"), refused


def test_W7_all_of_a_filter_get_one_mail_each(house, mailbox):
    rich, richer, owing, zero = client(house, 100), client(house, 200), client(house, -300), client(house)
    silent = client(house, 400, email=None)
    seen = house.admin.post(f"{house.staff_base}/wallets/balance-mails/preview", {"balance": "positive"})
    assert seen.status == 200 and (seen["mails"], seen["balance"]) == (2, money(300)), seen
    assert {e["household_id"]: e["skipped"] for e in seen["items"]} == {rich["id"]: None, richer["id"]: None,
                                                                        silent["id"]: "no_address"}
    sent = house.admin.post(f"{house.staff_base}/wallets/balance-mails", {"balance": "positive"}, key="all positive")
    assert sent.status == 201, sent
    done = finished(house, sent["id"])
    assert statuses(done) == {rich["id"]: ("sent", None), richer["id"]: ("sent", None),
                              silent["id"]: ("skipped", "no_address")}
    again = house.admin.post(f"{house.staff_base}/wallets/balance-mails", {"balance": "positive"}, key="all positive")
    assert again["id"] == sent["id"] and again.headers["Idempotency-Replayed"] == "true"
    assert len(mailbox.all(rich["email"])) == 1 and not mailbox.all(owing["email"]) and not mailbox.all(zero["email"])
    # Those who had none yet: the one who owes.
    rest = house.admin.post(f"{house.staff_base}/wallets/balance-mails", {"last_mail": "never"})
    assert finished(house, rest["id"])["counts"]["sent"] == 1 and mailbox.wait(owing["email"])
    newest = house.admin.get(f"{house.staff_base}/wallets/balance-mails")["items"]
    assert [each["id"] for each in newest] == [rest["id"], sent["id"]]
    assert house.admin.get(f"{house.staff_base}/invitations")["items"] == []
    assert house.admin.get(f"{house.staff_base}/invitations/{sent['id']}").status == 404


def test_W6_the_list_by_balance_and_last_mail_with_sums(house, mailbox):
    rich, owing, zero = client(house, 1_000), client(house, -400), client(house)
    everybody = listed(house)
    assert ids(everybody) == {rich["id"], owing["id"], zero["id"]} and everybody["selection"] is None
    assert everybody["totals"]["positive"] == money(1_000) and everybody["totals"]["negative"] == money(-400)
    assert ids(listed(house, balance="zero")) == {zero["id"]}
    positive = listed(house, balance="positive")
    assert ids(positive) == {rich["id"]} and positive["selection"] == {"count": 1, "balance": money(1_000), "held": money(0)}
    assert listed(house, balance="negative")["selection"]["balance"] == money(-400)
    sent = house.admin.post(one(house, rich))
    finished(house, sent["id"])
    assert ids(listed(house, last_mail="sent")) == {rich["id"]}
    assert ids(listed(house, last_mail="never")) == {owing["id"], zero["id"]}
    assert listed(house, last_mail="never", balance="positive")["selection"]["count"] == 0
    assert ids(listed(house, last_mail="2999-01-01")) == {rich["id"], owing["id"], zero["id"]}
    assert listed(house, last_mail="sent")["items"][0]["last_balance_mail_at"] is not None
    refused = house.admin.get(f"{house.staff_base}/wallets", query={"last_mail": "sometimes"})
    assert refused.status == 422 and refused["errors"][0]["field"] == "?last_mail"


def test_S6_a_renewed_key_is_the_one_that_a_waiting_mail_tells(make_server, mailbox):
    server = make_server(mail__bulk_rate_per_second=1, mail__workers=1, mail__claim_max=1)
    house = House(server)
    house.open_space()
    clients = [client(house, 100) for _ in range(4)]
    house.admin.post(f"{house.staff_base}/wallets/balance-mails", {})
    last = max(clients, key=lambda each: each["id"])
    eventually(lambda: last_mail(house, last), 10, "all being queued")
    renewed = house.admin.post(f"{house.staff_base}/households/{last['id']}/key")
    assert renewed.status == 201, renewed
    from server import Mailbox
    mail = Mailbox(server).wait(last["email"], seconds=20)
    assert KEY.search(mail["text"]).group(0) == renewed["key"]
    assert opens(house, renewed["key"]).status == 201


def test_W7_nobody_reads_the_key_in_a_preview(house):
    made = client(house, 500)
    for by in (house.admin, house.staff("auditor"), house.staff("box_office")):
        seen = preview(house, made, by=by)
        assert seen.status == 200 and "••••••" in seen["text"] and "••••••" in seen["html"]
        assert not KEY.search(seen.body.decode())


@pytest.mark.parametrize("body, field", [({"balance": "zero"}, "/balance"), ({"last_mail": "yesterday"}, "/last_mail"),
                                         ({"all": True}, "/all")])
def test_W7_a_filter_that_cannot_be_is_named(house, body, field):
    answer = house.admin.post(f"{house.staff_base}/wallets/balance-mails", body)
    assert answer.status == 422 and field in {each["field"] for each in answer["errors"]}, answer
