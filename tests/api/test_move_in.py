"""The walk of docs/move-in.md: a house moves in from a spreadsheet. 5,000 clients with balances are imported, 4,000
invited, their mails arrive over SMTP, one of them is followed to an order that is paid partly with the balance."""

import re

from accounts import PASSWORD
from house import House, money
from receiver import receive  # noqa: F401
from tables import clients, csv_of, imported
from tables import finished as import_finished
from test_balance_mails import KEY
from test_invitations import finished, preview, start
from test_mail import PLAIN, part

CLIENTS, WITH_EMAIL = 5_000, 4_000
HEADERS = ["N° client", "Prénom", "Nom", "Date de naissance", "Courriel", "Téléphone", "Solde (€)"]


def spreadsheet():
    """As a French spreadsheet program writes it: semicolons, Windows-1252, decimal commas."""
    lines = []
    for i in range(CLIENTS):
        balance = {0: "", 1: f"{1 + i % 90},50 €", 2: f"-{1 + i % 40},00 €"}[i % 3]
        email = f"client{i}@kunde.example" if i < WITH_EMAIL else ""
        lines.append([f"A{i:05}", "Zoé", f"Lefèvre-{i}", "14/07/1980", email, "01 23 45 67 89", balance])
    return csv_of([HEADERS, *lines], encoding="cp1252"), lines


def to(receiver, address):
    return [each for each in receiver.messages if each["To"].addresses[0].addr_spec == address]


def invite_all(house, receiver, tag):
    seen = preview(house, group="tag", tag=tag)
    assert (seen["invited"], seen["skipped"]["no_address"]) == (WITH_EMAIL, CLIENTS - WITH_EMAIL)
    which = start(house, group="tag", tag=tag)
    receiver.wait(WITH_EMAIL, 90)
    assert len({each["To"].addresses[0].addr_spec for each in receiver.messages}) == WITH_EMAIL
    finished(house, which)


def test_move_in_from_a_spreadsheet(make_server, receive):  # noqa: F811
    receiver = receive()
    server = make_server(mail__smtp_url=receiver.url, mail__bulk_rate_per_second=0, **PLAIN)
    house = House(server, floors={"administrator": money(-10_000)})
    house.open_space()
    body, lines = spreadsheet()

    # Look first: nothing is made yet.
    trial = imported(house, body, dry_run=True, tag="reprise 2026")
    assert (trial["status"], trial["lines"], trial["bad_lines"], trial["encoding"]) == ("checked", CLIENTS, 0, "windows-1252")
    assert clients(house) == []
    assert house.admin.post(f"{house.staff_base}/imports/{trial['id']}/start", {}).status == 202
    found = import_finished(house, trial["id"])
    assert (found["status"], found["created"]) == ("done", CLIENTS)
    totals = house.admin.get(f"{house.staff_base}/wallets", query={"limit": 1})["totals"]
    assert totals["positive"] == found["balances"]["positive"] and totals["negative"] == found["balances"]["negative"]
    assert totals["positive"]["amount"] == sum(100 * (1 + i % 90) + 50 for i in range(CLIENTS) if i % 3 == 1)

    invite_all(house, receiver, "reprise 2026")

    # One of them follows the link, chooses a password, and the household is theirs.
    me = 1
    address = lines[me][4]
    token = re.search(r"/accept#token=([A-Za-z0-9_-]{43})", part(to(receiver, address)[0], "text/plain")).group(1)
    buyer = server.client()
    opened = buyer.post("/api/v1/invitations/accept", {"token": token, "password": PASSWORD, "mode": "token"})
    assert opened.status == 201, opened
    buyer.token = opened["token"]
    household = clients(house, q=lines[me][0])[0]
    assert household["status"] == "accepted" and household["number"] == lines[me][0]
    assert household["wallet"]["balance"] == money(250)
    assert house.wallet(household["id"])["balance"] == money(250)

    # What the box office sells is seen in the account.
    offer = house.offer(1000)
    sold = house.admin.post(f"{house.staff_base}/orders", {
        "household_id": household["id"], "lines": [{"offer_id": offer["id"], "quantity": 1}],
        "payments": [{"method": "cash"}], "buyer": {"of_age": True}}, key=True)
    assert sold.status == 201, sold
    assert [each["number"] for each in buyer.get(f"{house.me}/orders")["items"]] == [sold["number"]]

    # The balance mail brings the key; it opens my space without a login.
    sent = house.admin.post(f"{house.staff_base}/wallets/{household['id']}/balance-mail")
    assert sent.status == 201, sent
    receiver.wait(WITH_EMAIL + 1, 30)
    texts = [part(each, "text/plain") for each in to(receiver, address)]
    text = next(each for each in texts if "clé unique" in each)
    assert "2,50" in text
    key = KEY.search(text).group(0)
    space = server.client()
    opened = space.post(f"{house.base}/space-sessions", {"key": key, "mode": "token"})
    assert opened.status == 201, opened
    space.token = opened["token"]
    assert space.get(f"{house.me}/wallet")["available"] == money(250)
    order = house.order(space, offer, payments=[{"method": "wallet"}, {"method": "bank_transfer"}],
                        buyer={"email": address, "first_name": "Zoé", "last_name": "Lefèvre", "of_age": True})
    assert order.status == 201, order
    assert [(each["method"], each["amount"]) for each in order["payments"]] == [
        ("wallet", money(250)), ("bank_transfer", money(750))]
    assert house.wallet(household["id"])["available"] == money(0)
    paid = house.admin.post(f"{house.staff_base}/orders/{order['number']}/payments",
                            {"method": "bank_transfer", "amount": money(750)}, key=True)
    assert paid.status in (200, 201) and paid["status"] == "paid", paid
    assert server.command("audit").stdout.strip().endswith("clean")
