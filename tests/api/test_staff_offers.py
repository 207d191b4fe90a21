"""O1: what is for sale, to whom, when and where."""

import datetime

import pytest

from house import money
from venue import guest, refused


def at(**ahead):
    """A time relative to now, as requests carry it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**ahead)).isoformat()


def test_O1_an_offer_is_shown_where_it_is_sold(venue):
    online = venue.offer(1000, shops=["online"], capacity=10)
    counter = venue.offer(1000, shops=["counter"])
    listed = venue.visitor.get(f"{venue.base}/shops/online/offers")["items"]
    assert [each["id"] for each in listed] == [online["id"]]
    shown = listed[0]
    assert shown["price"] == money(1000) and shown["places_left"] == 10
    assert shown["title"] == {"fr": "Le Cid", "en": "Le Cid"}
    assert len(shown["rates"]) == 1 and shown["rates"][0]["price"] == money(1000)
    assert venue.visitor.get(f"{venue.base}/shops/online")["offer_ids"] == [online["id"]]
    assert venue.visitor.get(f"{venue.base}/shops/online/offers/{counter['id']}").status == 404
    refused(venue.order(venue.visitor, counter, ["bank_transfer"], buyer=guest()), 422, "invalid", "/lines/0/offer_id")


def test_O1_each_rate_has_its_price(venue):
    offer = venue.offer(rates=[
        {"name": {"fr": "Plein tarif"}, "price": money(2400)},
        {"name": {"fr": "Réduit"}, "price": money(1600)},
        {"name": {"fr": "Enfant"}, "price": money(800), "max_age": 12}])
    full, reduced, child = (each["id"] for each in offer["rates"])
    buyer = venue.buyer(credit=10000)
    lines = [{"offer_id": offer["id"], "rate_id": rate, "quantity": count}
             for rate, count in ((full, 2), (reduced, 1), (child, 3))]
    quote = buyer.quote(lines)
    assert quote["total"] == money(2 * 2400 + 1600 + 3 * 800)
    order = buyer.order(lines)
    assert order.status == 201 and order["total"] == quote["total"]
    assert [each["unit_price"] for each in order["lines"]] == [money(2400), money(1600), money(800)]
    assert [each["rate_id"] for each in order["lines"]] == [full, reduced, child]
    assert len(order["tickets"]) == 6
    # Without rate_id the first one counts.
    assert buyer.quote(offer)["total"] == money(2400)
    other = venue.offer(100)["rates"][0]["id"]
    refused(buyer.order([{"offer_id": offer["id"], "rate_id": other, "quantity": 1}]), 422, "invalid",
            "/lines/0/rate_id")


def test_O1_a_rate_for_a_tag_is_for_households_with_it(venue):
    offer = venue.offer(rates=[{"name": {"fr": "Plein"}, "price": money(2000)},
                               {"name": {"fr": "Abonnés"}, "price": money(500), "tag": "abonné"}])
    line = [{"offer_id": offer["id"], "rate_id": offer["rates"][1]["id"], "quantity": 1}]
    buyer = venue.buyer(credit=2000)
    refused(buyer.order(line), 422, "invalid", "/lines/0/rate_id")
    refused(venue.order(venue.visitor, line, ["bank_transfer"], buyer=guest()), 422, "invalid", "/lines/0/rate_id")
    tagged = venue.admin.patch(f"{venue.staff_base}/households/{buyer.household}", {"tags": ["abonné"]})
    assert tagged.status == 200
    assert buyer.order(line)["total"] == money(500)


def test_O1_sales_have_a_window(venue):
    buyer = venue.buyer(credit=5000)
    early = venue.offer(1000, sales_from=at(hours=1))
    late = venue.offer(1000, sales_from=at(days=-2), sales_until=at(hours=-1))
    open_now = venue.offer(1000, sales_from=at(hours=-1), sales_until=at(hours=1))
    for offer in (early, late):
        refused(buyer.order(offer), 409, "not_on_sale")
        refused(buyer.quote(offer), 409, "not_on_sale")
    assert buyer.order(open_now).status == 201
    assert buyer.wallet() == (4000, 0, 4000)
    # Staff sell outside of it (O5).
    assert venue.staff_order(buyer.household, early, [{"method": "cash"}]).status == 201


def test_O1_an_order_has_at_most_so_many(venue):
    offer = venue.offer(100, max_per_order=4)
    buyer = venue.buyer(credit=5000)
    refused(buyer.order((offer, 5)), 409, "order_limit_exceeded")
    # Several lines of one offer count together.
    refused(buyer.order([(offer, 3), (offer, 2)]), 409, "order_limit_exceeded")
    assert buyer.order((offer, 4)).status == 201
    refused(buyer.order((offer, 0)), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order((offer, -1)), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order((offer, 501)), 422, "invalid", "/lines/0/quantity")
    refused(buyer.order([]), 422, "invalid", "/lines")
    refused(buyer.order([(offer, 1)] * 51), 422, "invalid", "/lines")


def test_O1_participants_are_members_of_the_right_age(venue):
    course = venue.offer(1000, kind="course", for_members=True, min_age=6, max_age=12)
    buyer = venue.buyer(credit=5000)
    child = buyer.post("/household/members", {"first_name": "Léo", "last_name": "Durand", "birth_date": "2018-06-01"})
    assert child.status == 201, child
    members = buyer.get("/household")["members"]
    adult = next(each["id"] for each in members if each["first_name"] == "Claire")
    leo = next(each["id"] for each in members if each["first_name"] == "Léo")

    def line(*who, quantity=None):
        return [{"offer_id": course["id"], "quantity": quantity or max(1, len(who)), "member_ids": list(who)}]

    refused(buyer.order(course), 422, "invalid", "/lines/0/member_ids")
    refused(buyer.order(line(adult)), 422, "invalid", "/lines/0/member_ids")
    refused(buyer.order(line(leo, quantity=2)), 422, "invalid", "/lines/0/member_ids")
    stranger = venue.buyer().get("/household")["members"][0]["id"]
    refused(buyer.order(line(stranger)), 422, "invalid", "/lines/0/member_ids")
    order = buyer.order(line(leo))
    assert order.status == 201 and order["lines"][0]["member_ids"] == [leo]
    assert [each["holder"] for each in order["tickets"]] == ["Léo Durand"]


def test_O1_a_capacity_is_never_below_what_is_sold_or_held(venue):
    offer = venue.offer(100, capacity=10)
    buyer = venue.buyer(credit=5000)
    assert buyer.order((offer, 3)).status == 201
    assert venue.order(venue.visitor, (offer, 2), ["bank_transfer"], buyer=guest()).status == 201
    assert venue.places_left(offer) == 5
    refused(venue.change_offer(offer, capacity=4), 409, "capacity_in_use")
    assert venue.change_offer(offer, capacity=5).status == 200
    assert venue.places_left(offer) == 0
    refused(buyer.order(offer), 409, "sold_out")
    assert venue.change_offer(offer, capacity=6).status == 200
    assert buyer.order(offer).status == 201
    venue.audit()


def test_O1_a_new_price_counts_for_new_orders(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=5000)
    before = buyer.order(offer)
    changed = venue.change_offer(offer, price=money(1500))
    assert changed.status == 200 and changed["version"] == offer["version"] + 1
    assert buyer.order(offer)["total"] == money(1500)
    assert buyer.get(f"/orders/{before['number']}")["total"] == money(1000)


def test_O1_an_archived_offer_is_gone_from_sale(venue):
    offer = venue.offer(1000)
    buyer = venue.buyer(credit=5000)
    order = buyer.order(offer)
    assert venue.change_offer(offer, archived=True).status == 200
    refused(buyer.order(offer), 422, "invalid", "/lines/0/offer_id")
    assert venue.visitor.get(f"{venue.base}/shops/online/offers")["items"] == []
    assert buyer.get(f"/orders/{order['number']}")["tickets"] == order["tickets"]


@pytest.mark.parametrize("role, may", [("administrator", True), ("editor", True), ("box_office", False),
                                       ("auditor", False)])
def test_O1_editors_manage_offers(venue, role, may):
    client = venue.staff(role)
    offer = venue.offer(1000)
    body = {"kind": "ticket", "title": {"fr": "Phèdre"}, "price": money(1000), "shops": ["online"]}
    created = client.post(f"{venue.staff_base}/offers", body)
    changed = client.patch(f"{venue.staff_base}/offers/{offer['id']}", {"capacity": 3})
    assert [created.status, changed.status] == ([201, 200] if may else [403, 403])
    assert client.get(f"{venue.staff_base}/offers").status == 200
    buyer = venue.buyer()
    assert buyer.client.post(f"{venue.staff_base}/offers", body).status == 404


def test_O1_a_change_carries_the_version_that_was_seen(venue):
    offer = venue.offer(1000)
    path = f"{venue.staff_base}/offers/{offer['id']}"
    seen = venue.admin.get(path).headers["ETag"]
    assert venue.admin.patch(path, {"capacity": 5}, headers={"If-Match": seen}).status == 200
    refused(venue.admin.patch(path, {"capacity": 6}, headers={"If-Match": seen}), 412, "version_conflict")
    assert venue.admin.get(path)["capacity"] == 5


def test_O1_pass_and_voucher_give_codes(venue):
    pass_ = venue.offer(4000, kind="pass", uses=10, title={"fr": "Carte 10 séances"})
    voucher = venue.offer(5000, kind="voucher", value=money(5000), title={"fr": "Bon cadeau"})
    buyer = venue.buyer(credit=10000)
    bought = buyer.order((pass_, 2))
    assert bought.status == 201 and bought["tickets"] == []
    assert [(each["kind"], each["uses_left"]) for each in bought["benefits"]] == [("pass", 10)] * 2
    # W10: stored value is never paid with stored value.
    refused(buyer.order(voucher), 409, "payment_method_unavailable")
    cash = venue.staff_order(buyer.household, voucher, ["cash"])
    assert cash.status == 201
    assert [(each["kind"], each["value_left"]) for each in cash["benefits"]] == [("voucher", money(5000))]
    # S3: what the account shows.
    mine = buyer.get("/benefits")["items"]
    assert len(mine) >= 2 and {each["code"] for each in bought["benefits"]} <= {each["code"] for each in mine}
    venue.audit()
