"""The counter (O5): receipts, mails of an order, a day's takings; and what a client's page says of money (H8)."""

import csv
import datetime
import io
import uuid
from zoneinfo import ZoneInfo

import pytest

from house import money, text
from papers import is_pdf, text_of
from venue import Venue, refused


@pytest.fixture(scope="module")
def house(server):
    return Venue(server, legal_name="Association Les Tilleuls", time_zone="Europe/Paris")


def sold(house, household, lines, payments, **more):
    made = house.staff_order(household, lines, payments, buyer={"of_age": True}, **more)
    assert made.status == 201, made
    return made.json


def refund(house, order, to="wallet", by=None, **more):
    done = (by or house.admin).post(f"{house.staff_base}/orders/{order['number']}/refund",
                                    {"to": to, "reason": "Malade", **more}, key=True)
    assert done.status == 201, done
    return done.json


def get(house, path, by=None, **query):
    found = (by or house.admin).get(house.staff_base + path, query=query)
    assert found.status == 200, found
    return found


def rows_of(answer):
    assert answer.headers["Content-Type"].startswith("text/csv"), answer.headers
    assert answer.body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig")), delimiter=";"))


def today(house):
    return datetime.datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()


def test_O5_a_receipt_says_what_was_ordered_and_received(house):
    household = house.household("Éloïse", "Lefèvre", address="3 allée des Œillets\n69003 Lyon")["id"]
    what = house.offer(1250, vat_basis_points=550)
    order = sold(house, household, (what, 2), [{"method": "cash", "amount": money(2000)},
                                               {"method": "cheque", "amount": money(500), "reference": "n° 77"}])
    receipt = get(house, f"/orders/{order['number']}/receipt")
    assert receipt["total"] == money(2500) and receipt["outstanding"] == money(0)
    assert receipt["vat"] == [{"basis_points": 550, "net": money(2370), "tax": money(130), "gross": money(2500)}]
    assert [(each["method"], each["amount"]["amount"]) for each in receipt["payments"]] == [("cash", 2000), ("cheque", 500)]
    words = text_of(is_pdf(get(house, f"/orders/{order['number']}/receipt.pdf")))
    for each in ("Reçu", order["number"], "Éloïse Lefèvre", "69003 Lyon", "Espèces", "20,00 €", "n° 77", "25,00 €",
                 receipt["invoice_number"]):
        assert each in words, (each, words)
    waiting = house.guest_order(what)
    unpaid = get(house, f"/orders/{waiting['number']}/receipt")
    assert unpaid["outstanding"] == money(1250) and unpaid["payments"] == [] and unpaid["invoice_number"] is None
    refused(house.admin.get(f"{house.staff_base}/orders/ORD-00000000/receipt.pdf"), 404, "not_found")


def test_O5_the_tickets_are_mailed_or_not_and_mailed_again(house):
    address = f"{uuid.uuid4().hex}@kunde.example"
    household = house.household(email=address, send_notification=False)["id"]
    what = house.offer(1250)
    quiet = sold(house, household, what, ["cash"], mail_tickets=False)
    assert house.mailbox.all(address) == []
    again = house.admin.post(f"{house.staff_base}/orders/{quiet['number']}/mail")
    assert (again.status, again["status"]) == (202, "queued"), again
    mail = house.mailbox.wait(address)
    assert quiet["number"] in str(mail), mail
    play = house.offer(1000, title=text("Phèdre"), starts_at="2027-12-24T19:30:00Z")
    dated = sold(house, household, [(what, 1), (play, 2), (what, 1)], ["cash"])
    mail = house.mailbox.wait(address, dated["number"])["text"].replace("\u00a0", " ")
    assert ("- 1 × Le Cid, 12,50 €\n- 2 × Phèdre, 20,00 €\n  vendredi 24 décembre 2027 à 20:30\n"
            "- 1 × Le Cid, 12,50 €\n\nTotal 45,00 €") in mail, mail
    refund(house, quiet)
    refused(house.admin.post(f"{house.staff_base}/orders/{quiet['number']}/mail"), 409, "too_late")
    nobody = sold(house, house.household()["id"], what, ["cash"])
    refused(house.admin.post(f"{house.staff_base}/orders/{nobody['number']}/mail"), 409, "conflict")


def test_O5_a_days_takings_by_method_and_seller(server):
    own = Venue(server, time_zone="Europe/Paris")
    box = own.staff("box_office")
    household, what = own.household()["id"], own.offer(1000)
    own.credit(household, 5000)
    first = sold(own, household, (what, 2), ["cash"])
    sold(own, household, (what, 3), ["cash"], by=box)
    sold(own, household, (what, 1), ["wallet"], by=box)
    buyer = own.buyer(credit=1000)
    assert buyer.order(what).status == 201
    refund(own, first, to="original", by=box)
    own.guest_order(what)  # promised, not received
    found = get(own, "/takings").json
    assert found["from"] == found["to"] == today(own) and found["time_zone"] == "Europe/Paris"
    admin, seller = own.admin.get("/api/v1/session")["account"]["id"], box.get("/api/v1/session")["account"]["id"]
    lines = {(each["method"], each["seller"] and each["seller"]["id"]):
             (each["received"]["amount"], each["payments"], each["refunded"]["amount"], each["refunds"])
             for each in found["lines"]}
    assert lines == {("cash", admin): (2000, 1, 0, 0), ("cash", seller): (3000, 1, 2000, 1),
                     ("wallet", seller): (1000, 1, 0, 0), ("wallet", None): (1000, 1, 0, 0)}, lines
    methods = {each["method"]: each["net"]["amount"] for each in found["methods"]}
    assert methods == {"cash": 3000, "wallet": 2000}
    assert found["total"]["net"] == money(5000)
    top_ups = [(each["kind"], each["seller"]["id"], each["amount"]["amount"]) for each in found["wallet_entries"]]
    assert ("top_up", admin, 6000) in top_ups, top_ups
    rows = rows_of(get(own, "/takings.csv"))
    assert rows[0][:5] == ["Du", "Au", "Moyen de paiement", "Vendeur", "Encaissé"]
    assert sorted(row[8] for row in rows[1:]) == ["10,00", "10,00", "10,00", "20,00"], rows
    assert sorted(row[2] for row in rows[1:]) == ["compte client", "compte client", "espèces", "espèces"], rows
    yesterday = (datetime.date.fromisoformat(today(own)) - datetime.timedelta(days=1)).isoformat()
    assert get(own, "/takings", **{"from": yesterday, "to": yesterday})["lines"] == []
    for query in ({"from": "x"}, {"from": "2026-02-30"}, {"from": "2026-02-02", "to": "2026-02-01"}):
        refused(own.admin.get(f"{own.staff_base}/takings", query=query), 422, "invalid")
    own.audit()


def test_P2_orders_payments_and_cancellations_by_staff_are_in_the_audit_log(house):
    def recorded(number):
        order = house.staff_view(number)
        log = house.admin.get(f"{house.staff_base}/audit", query={"subject_id": order["id"]})
        assert log.status == 200 and {each["subject"]["kind"] for each in log["items"]} <= {"order"}, log
        return [(each["action"], each["before"] and each["before"]["status"], each["after"]["status"], each)
                for each in log["items"]]

    seller = house.staff("box_office")
    household, what = house.household()["id"], house.offer(1500)
    too_little = house.staff_order(household, (what, 1), [{"method": "cash", "amount": money(1)}], by=seller)
    assert too_little.status == 409, too_little
    sale = house.staff_order(household, (what, 1), [{"method": "cheque", "reference": "n° 7"}], by=seller)
    assert sale.status == 201, sale
    [(action, before, after, entry)] = recorded(sale["number"])
    assert (action, before, after) == ("order.create", None, "paid") and entry["by"]["username"], entry
    assert entry["after"]["total"] == money(1500) and entry["after"]["number"] == sale["number"]
    assert [(each["method"], each["reference"]) for each in entry["after"]["payments"]] == [("cheque", "n° 7")]

    paid, cancelled = (house.guest_order(house.offer(1500)) for _ in range(2))
    assert recorded(paid["number"]) == []
    assert house.record_payment(paid["number"], "bank_transfer", 500, by=seller).status == 201
    assert house.record_payment(paid["number"], "bank_transfer", 2000, by=seller).status == 422
    assert house.record_payment(paid["number"], "cash", 1000, by=seller).status == 201
    last, first = recorded(paid["number"])
    assert first[:3] == ("order.payment", "awaiting_payment", "awaiting_payment")
    assert (first[3]["before"]["outstanding"], first[3]["after"]["outstanding"]) == (money(1500), money(1000))
    assert last[:3] == ("order.payment", "awaiting_payment", "paid")

    assert house.cancel(cancelled["number"], by=seller).status == 200
    [(action, before, after, entry)] = recorded(cancelled["number"])
    assert (action, before, after) == ("order.cancel", "awaiting_payment", "cancelled")


def test_H8_billing_holds_invoices_payments_and_credit_notes(house):
    household, what = house.household()["id"], house.offer(1000)
    orders = [sold(house, household, (what, n), ["cash"]) for n in (1, 2, 3)]
    refund(house, orders[1])
    found = get(house, f"/households/{household}/billing").json
    assert [each["order_number"] for each in found["invoices"]] == [each["number"] for each in reversed(orders)]
    assert found["invoices"][0]["lines"][0]["quantity"] == 3 and found["invoices"][0]["vat"]
    assert sorted(each["amount"]["amount"] for each in found["payments"]) == [1000, 2000, 3000]
    assert [each["total"] for each in found["credit_notes"]] == [money(2000)]
    assert found["wallet"]["balance"] == money(2000)
    page = get(house, f"/households/{household}/billing", limit=2).json
    rest = get(house, f"/households/{household}/billing", limit=2, cursor=page["next_cursor"]).json
    assert [each["order_number"] for each in page["invoices"] + rest["invoices"]] == [
        each["number"] for each in reversed(orders)]
    assert rest["next_cursor"] is None


def test_H8_a_statement_opens_lists_and_closes(house):
    household, what = house.household()["id"], house.offer(1000)
    house.credit(household, 5000)
    order = sold(house, household, (what, 2), ["wallet"])
    refund(house, order)
    path = f"/households/{household}/statements"
    found = get(house, path).json
    assert found["opening"] == money(0) and found["closing"] == money(5000)
    assert [each["amount"]["amount"] for each in found["entries"]] == [5000, -2000, 2000]
    assert found["closing"] == house.wallet(household)["balance"]
    tomorrow = (datetime.date.fromisoformat(today(house)) + datetime.timedelta(days=1)).isoformat()
    later = get(house, path, **{"from": tomorrow, "to": tomorrow}).json
    assert later["opening"] == later["closing"] == money(5000) and later["entries"] == []
    rows = rows_of(get(house, path + ".csv"))
    assert [row[4] for row in rows] == ["Montant", "", "50,00", "-20,00", "20,00", ""]
    assert [row[1] for row in rows[2:-1]] == ["versement", "achat", "remboursement"]
    assert rows[1][5] == "0,00" and rows[-1][5] == "50,00" and rows[3][2] == order["number"]
    refused(house.admin.get(f"{house.staff_base}{path}", query={"to": "2026-13-01"}), 422, "invalid", "?to")


def test_H8_purchases_stand_by_member_with_their_cancellations(house):
    family = house.household("Claire", "Morel")
    base = f"{house.staff_base}/households/{family['id']}"
    child = house.admin.post(f"{base}/members", {"first_name": "Léo", "last_name": "Morel"})
    assert child.status == 201, child
    claire = family["responsible_id"]
    play, book = house.offer(1000), house.offer(500, kind="merchandise", title=text("Le programme"))
    card, court = house.offer(5000, kind="pass", uses=10), house.offer(2000, kind="booking")
    for_both = {"offer_id": play["id"], "quantity": 2, "member_ids": [claire, child["id"]]}
    sold(house, family["id"], [for_both, (book, 1), (card, 1), (court, 1)], ["cash"])
    alone = sold(house, family["id"], [{"offer_id": play["id"], "quantity": 1, "member_ids": [child["id"]]}], ["cash"])
    refund(house, alone)
    found = get(house, f"/households/{family['id']}/purchases").json
    members = {each["first_name"]: each for each in found["members"]}
    assert [each["quantity"] for each in members["Claire"]["purchases"]] == [1]
    assert [each["quantity"] for each in members["Léo"]["purchases"]] == [1]
    assert [each["order_number"] for each in members["Léo"]["cancelled"]] == [alone["number"]]
    assert members["Claire"]["cancelled"] == []
    assert [each["title"] for each in found["merchandise"]] == ["Le programme"]
    assert [each["benefits"][0]["uses_left"] for each in found["passes"]] == [10]
    assert [each["kind"] for each in found["bookings"]] == ["booking"]


def test_H8_the_money_of_a_client_is_not_there_for_another_organisation(house, server):
    household = house.household()["id"]
    other, editor = Venue(server), house.staff("editor")
    for path in ("billing", "purchases", "statements", "statements.csv"):
        refused(other.admin.get(f"{other.staff_base}/households/{household}/{path}"), 404, "not_found")
        refused(editor.get(f"{house.staff_base}/households/{household}/{path}"), 403, "forbidden")
