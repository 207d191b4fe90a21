"""The main job, end to end, as a buyer lives it: sign up, confirm by mail, find a credit, buy with it, show tickets."""

import subprocess

from accounts import PASSWORD, eventually_mails, fresh_email, login, token_in
from house import money


def read_qr(svg, folder):
    """What an independent scanner reads from the picture."""
    (folder / "ticket.svg").write_bytes(svg)
    subprocess.run(["rsvg-convert", "--background-color=white", "-w", "400", "-o", folder / "ticket.png",
                    folder / "ticket.svg"], check=True)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", folder / "ticket.png"], check=True, capture_output=True,
                          text=True)
    return read.stdout.strip()


def test_walk_from_registration_to_the_tickets(venue, tmp_path):
    visitor = venue.server.client()
    email = fresh_email()
    offer = venue.offer(1250, capacity=100, title={"fr": "Le Malade imaginaire", "en": "The Imaginary Invalid"},
                        starts_at="2031-03-14T20:30:00+01:00", location="Grande salle")

    # A1, A2: registering sends a mail; the account is nobody's until its link was opened and posted.
    registered = visitor.post("/api/v1/accounts", {
        "email": email, "password": PASSWORD, "first_name": "Claire", "last_name": "Durand",
        "birth_date": "1984-11-02", "org": venue.slug, "mode": "token"})
    assert registered.status == 202 and registered["status"] == "confirmation_sent"
    refused = visitor.post("/api/v1/sessions", {"login": email, "password": PASSWORD, "mode": "token"})
    assert (refused.status, refused.code) == (403, "email_unconfirmed")
    # A3: that sent a fresh link, so the newest one counts.
    tokens = [token_in(mail) for mail in eventually_mails(venue.mailbox, email, 2)]
    answers = [visitor.post("/api/v1/accounts/confirm", {
        "token": token, "registration_token": registered["registration_token"]}) for token in tokens]
    assert sorted(each.status for each in answers) == [200, 410]
    assert {each.code for each in answers if each.status == 410} <= {"token_replaced", "token_used"}

    claire = visitor.as_(login(visitor, email)["token"])
    me = claire.get("/api/v1/me").json
    assert me["email"] == email and me["username"]
    household = claire.get(venue.me + "/household").json
    assert household["status"] == "accepted" and household["members"][0]["first_name"] == "Claire"
    assert claire.get(venue.me + "/wallet")["available"] == money(0)

    # W1: staff credit her; the entry says who and why.
    entry = venue.credit(household["id"], 5000)
    assert entry["kind"] == "top_up" and entry["amount"] == money(5000) and entry["balance_after"] == money(5000)
    assert entry["reason"] == "test" and len(entry["hash"]) == 64
    assert claire.get(venue.me + "/wallet")["available"] == money(5000)

    # W4: the client account is offered first.
    quote = venue.quote(claire, (offer, 3))
    assert quote.status == 200 and quote["total"] == money(3750)
    assert quote["payment_methods"][0] == {"method": "wallet", "available": money(5000), "covers": money(3750)}

    order = venue.order(claire, (offer, 3))
    assert order.status == 201, order
    assert order["status"] == "paid" and order["total"] == money(3750) and order["number"].startswith("ORD-")
    assert [(each["method"], each["amount"], each["status"]) for each in order["payments"]] == [
        ("wallet", money(3750), "succeeded")]
    assert len(order["tickets"]) == 3 and len({each["code"] for each in order["tickets"]}) == 3

    # S1, S2: what she sees afterwards.
    assert claire.get(venue.me + "/wallet")["balance"] == money(1250)
    assert claire.get(venue.me + f"/orders/{order['number']}")["tickets"] == order["tickets"]
    assert [each["number"] for each in claire.get(venue.me + "/orders")["items"]] == [order["number"]]
    tickets = claire.get(venue.me + "/tickets")["items"]
    assert {each["code"] for each in tickets} == {each["code"] for each in order["tickets"]}
    for ticket in tickets:
        picture = claire.get(venue.me + f"/tickets/{ticket['id']}/qr.svg")
        assert picture.status == 200 and picture.headers["Content-Type"] == "image/svg+xml"
        assert read_qr(picture.body, tmp_path) == ticket["code"]

    confirmation = venue.mailbox.wait(email, order["number"])
    assert "37,50" in confirmation["text"]
    entries = claire.get(venue.me + "/wallet/entries")["items"]
    assert sorted((each["seq"], each["kind"], each["amount"]["amount"]) for each in entries) == [
        (1, "top_up", 5000), (2, "purchase", -3750)]
    assert venue.places_left(offer) == 97
    venue.audit()


def test_S1_a_ticket_is_shown_to_its_owner_only(venue):
    offer = venue.offer(1000)
    owner, other = venue.buyers(2, credit=1000)
    order = owner.order(offer)
    ticket = order["tickets"][0]["id"]
    assert owner.get(f"/tickets/{ticket}/qr.svg").status == 200
    for client in (other.client, venue.admin, venue.visitor):
        assert client.get(venue.me + f"/tickets/{ticket}/qr.svg").status in (401, 404)
    assert other.get(f"/orders/{order['number']}").status == 404
    assert venue.visitor.get(venue.me + f"/orders/{order['number']}").status == 401
