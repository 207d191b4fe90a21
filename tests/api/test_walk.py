"""The main job, end to end, as a buyer lives it: sign up, confirm by mail, find a credit, buy with it, show tickets."""

import subprocess

from house import PASSWORD, euros, link_token


def read_qr(svg, folder):
    """What an independent scanner reads from the picture."""
    (folder / "ticket.svg").write_bytes(svg)
    subprocess.run(["rsvg-convert", "--background-color=white", "-w", "400", "-o", folder / "ticket.png",
                    folder / "ticket.svg"], check=True)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", folder / "ticket.png"], check=True, capture_output=True,
                          text=True)
    return read.stdout.strip()


def test_walk_from_registration_to_the_tickets(house, tmp_path):
    visitor = house.server.client()
    email = f"claire@{house.slug}.example"
    offer = house.offer(1250, capacity=100, title={"fr": "Le Malade imaginaire", "en": "The Imaginary Invalid"},
                        starts_at="2031-03-14T20:30:00+01:00", location="Grande salle")

    # A1, A2: registering sends a mail; the account is nobody's until its link was opened and posted.
    registered = visitor.post("/api/v1/accounts", {
        "email": email, "password": PASSWORD, "first_name": "Claire", "last_name": "Durand",
        "birth_date": "1984-11-02", "org": house.slug, "mode": "token"})
    assert registered.status == 202 and registered["status"] == "confirmation_sent"
    refused = visitor.post("/api/v1/sessions", {"login": email, "password": PASSWORD, "mode": "token"})
    assert (refused.status, refused.code) == (403, "email_unconfirmed")
    # A3: that sent a fresh link, so the newest one counts.
    mails = house.mailbox.all(email)
    assert len(mails) <= 2
    house.mailbox.wait_for_count(email, 2)
    tokens = [link_token(mail) for mail in house.mailbox.all(email)]
    answers = [visitor.post("/api/v1/accounts/confirm", {
        "token": token, "registration_token": registered["registration_token"]}) for token in tokens]
    assert sorted(each.status for each in answers) == [200, 410]
    assert {each.code for each in answers if each.status == 410} <= {"token_replaced", "token_used"}

    claire = visitor.as_(house.log_in(email, client=visitor))
    me = claire.get("/api/v1/me").json
    assert me["email"] == email and me["username"]
    household = claire.get(house.mine("/household")).json
    assert household["status"] == "accepted" and household["members"][0]["first_name"] == "Claire"
    assert claire.get(house.mine("/wallet"))["available"] == euros(0)

    # W1: staff credit her; the entry says who and why.
    entry = house.credit(household["id"], 5000)
    assert entry["kind"] == "top_up" and entry["amount"] == euros(5000) and entry["balance_after"] == euros(5000)
    assert entry["reason"] == "remboursement d'un spectacle annulé" and len(entry["hash"]) == 64
    assert claire.get(house.mine("/wallet"))["available"] == euros(5000)

    # W4: the client account is offered first.
    quote = house.quote(claire, (offer, 3))
    assert quote.status == 200 and quote["total"] == euros(3750)
    assert quote["payment_methods"][0] == {"method": "wallet", "available": euros(5000), "covers": euros(3750)}

    order = house.order(claire, (offer, 3))
    assert order.status == 201, order
    assert order["status"] == "paid" and order["total"] == euros(3750) and order["number"].startswith("ORD-")
    assert [(each["method"], each["amount"], each["status"]) for each in order["payments"]] == [
        ("wallet", euros(3750), "succeeded")]
    assert len(order["tickets"]) == 3 and len({each["code"] for each in order["tickets"]}) == 3

    # S1, S2: what she sees afterwards.
    assert claire.get(house.mine("/wallet"))["balance"] == euros(1250)
    assert claire.get(house.mine(f"/orders/{order['number']}"))["tickets"] == order["tickets"]
    assert [each["number"] for each in claire.get(house.mine("/orders"))["items"]] == [order["number"]]
    tickets = claire.get(house.mine("/tickets"))["items"]
    assert {each["code"] for each in tickets} == {each["code"] for each in order["tickets"]}
    for ticket in tickets:
        picture = claire.get(house.mine(f"/tickets/{ticket['id']}/qr.svg"))
        assert picture.status == 200 and picture.headers["Content-Type"] == "image/svg+xml"
        assert read_qr(picture.body, tmp_path) == ticket["code"]

    confirmation = house.mailbox.wait(email, order["number"])
    assert "37,50" in confirmation["text"]
    entries = claire.get(house.mine("/wallet/entries"))["items"]
    assert sorted((each["seq"], each["kind"], each["amount"]["amount"]) for each in entries) == [
        (1, "top_up", 5000), (2, "purchase", -3750)]
    assert house.places_left(offer) == 97
    house.audit()


def test_S1_a_ticket_is_shown_to_its_owner_only(house):
    offer = house.offer(1000)
    owner, other = house.buyers(2, credit=1000)
    order = owner.order(offer)
    ticket = order["tickets"][0]["id"]
    assert owner.get(f"/tickets/{ticket}/qr.svg").status == 200
    for client in (other.client, house.admin, house.client):
        assert client.get(house.mine(f"/tickets/{ticket}/qr.svg")).status in (401, 404)
    assert other.get(f"/orders/{order['number']}").status == 404
    assert house.client.get(house.mine(f"/orders/{order['number']}")).status == 401
