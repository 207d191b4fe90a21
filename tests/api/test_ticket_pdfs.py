"""Tickets on paper: for buyers, through the doors without login, and at the counter."""

import uuid

import pytest

from house import money, text
from papers import codes_of, is_pdf, text_of
from venue import Venue, in_parallel, refused

ADDRESS = "12, rue du Cœur\n75011 Paris"


@pytest.fixture(scope="module")
def house(server):
    made = Venue(server, legal_name="Association Les Tilleuls", legal_address=ADDRESS, vat_number="FR12345678901")
    made.open_space()
    return made


@pytest.fixture(scope="module")
def buyer(house):
    return house.buyer(credit=100_000)


def offer(house, **more):
    return house.offer(1250, title=text("L’Œuvre à 5 € de Zoé", "Zoé’s Œuvre at €5"), location="Grande salle",
                       starts_at="2026-12-12T19:30:00Z", **more)


def bought(buyer, what, quantity=1):
    made = buyer.order([(what, quantity)])
    assert made.status == 201, made
    return made.json


def test_S1_a_ticket_is_printed_with_a_code_that_a_scanner_reads(house, buyer, tmp_path):
    order = bought(buyer, offer(house))
    ticket = order["tickets"][0]
    pdf = is_pdf(buyer.get(f"/tickets/{ticket['id']}.pdf"), order["number"])
    assert codes_of(pdf, tmp_path) == [{ticket["code"]}]
    words = text_of(pdf)
    for each in ("L’Œuvre à 5 € de Zoé", "samedi 12 décembre 2026 à 20:30", "Grande salle", "12,50 €",
                 order["number"], "Association Les Tilleuls", "rue du Cœur 75011 Paris"):
        assert each in words, (each, words)


def test_S1_the_tickets_of_an_order_come_four_on_a_page(house, buyer, tmp_path):
    order = bought(buyer, offer(house), 5)
    pdf = is_pdf(buyer.get(f"/orders/{order['number']}/tickets.pdf"))
    codes = [each["code"] for each in order["tickets"]]
    assert codes_of(pdf, tmp_path) == [set(codes[:4]), set(codes[4:])]


def test_A10_the_tickets_are_in_the_language_of_who_looks(house, buyer, server, mailbox):
    order = bought(buyer, offer(house))
    changed = buyer.client.patch("/api/v1/me", {"locale": "en"})
    assert changed.status == 200, changed
    try:
        words = text_of(is_pdf(buyer.get(f"/tickets/{order['tickets'][0]['id']}.pdf")))
        assert "€12.50" in words and "Order " + order["number"] in words and "Saturday" in words, words
    finally:
        buyer.client.patch("/api/v1/me", {"locale": "fr"})
    by_staff = text_of(is_pdf(house.admin.get(f"{house.staff_base}/orders/{order['number']}/tickets.pdf")))
    assert "12,50 €" in by_staff


def test_S6_the_doors_without_login_have_the_tickets_too(house, buyer, server):
    order = bought(buyer, offer(house))
    key = house.admin.post(f"{house.staff_base}/households/{buyer.household}/key")
    assert key.status in (200, 201), key
    opened = server.client().post(f"{house.base}/space-sessions", {"mode": "token", "key": key["key"]})
    assert opened.status == 201, opened
    visitor = server.client(opened["token"])
    is_pdf(visitor.get(f"{house.me}/orders/{order['number']}/tickets.pdf"))
    is_pdf(visitor.get(f"{house.me}/tickets/{order['tickets'][0]['id']}.pdf"))


def test_S5_somebody_elses_tickets_are_not_there(house, buyer, server):
    order = bought(buyer, offer(house))
    other = house.buyer()
    paths = (f"/tickets/{order['tickets'][0]['id']}.pdf", f"/orders/{order['number']}/tickets.pdf")
    unknown = (f"/tickets/{uuid.uuid4()}.pdf", "/orders/ORD-00000000/tickets.pdf")
    for mine, nobodys in zip(paths, unknown):
        refused(other.get(mine), 404, "not_found")
        assert other.get(mine).json == other.get(nobodys).json
        assert server.client().get(house.me + mine).status == 401
    refused(buyer.get("/tickets/7.pdf"), 404, "not_found")


def test_S1_an_unpaid_order_has_no_tickets_to_print(house, buyer):
    waiting = buyer.order(offer(house), ("bank_transfer",))
    assert waiting.status == 201, waiting
    refused(buyer.get(f"/orders/{waiting['number']}/tickets.pdf"), 404, "not_found")


def test_O5_the_box_office_prints_the_tickets_of_an_order(house, tmp_path):
    household = house.household("Éloïse", "Lefèvre")["id"]
    what = house.offer(rates=[{"name": text("Plein tarif"), "price": money(2000)},
                              {"name": text("Tarif réduit"), "price": money(1500)}])
    line = {"offer_id": what["id"], "rate_id": what["rates"][1]["id"], "quantity": 2}
    order = house.staff_order(household, [line], ("cash",), buyer={"of_age": True})
    assert order.status == 201, order
    pdf = is_pdf(house.admin.get(f"{house.staff_base}/orders/{order['number']}/tickets.pdf"))
    assert codes_of(pdf, tmp_path) == [{each["code"] for each in order["tickets"]}]
    assert "Tarif réduit · 15,00 €" in text_of(pdf)


def test_S1_the_largest_order_is_printed_while_others_are_served(house, buyer):
    house.credit(buyer.household, 700_000)
    order = bought(buyer, house.offer(1000, max_per_order=500), 500)

    def ask(part):
        client = house.server.client(buyer.token)
        path = f"/orders/{order['number']}/tickets.pdf" if part < 4 else "/wallet"
        answer = client.get(house.me + path)
        client.close()
        return answer.status

    assert in_parallel(ask, 16) == [200] * 16
