"""Clients and their members in the back office, and settings of an organisation."""

import pytest

from house import House, money


@pytest.fixture(scope="module")
def house(server):
    return House(server)


def path(house, household, *rest):
    return "/".join([house.staff_base, "households", household, *rest])


def test_H1_staff_create_a_client(house):
    made = house.admin.post(f"{house.staff_base}/households", {
        "responsible": {"first_name": "Claire", "last_name": "Morel", "birth_date": "1980-04-02", "phone": "+33 1 02"},
        "email": " Claire.Morel@Example.org ", "locale": "en", "tags": ["abonné", "presse", "abonné"],
        "website": "https://example.org", "newsletter": True, "send_notification": False})
    assert made.status == 201, made
    assert made["status"] == "added" and made["archived"] is False and made["locale"] == "en"
    assert made["email"] == "Claire.Morel@Example.org" and made["tags"] == ["abonné", "presse"]
    assert made["number"].startswith("C-") and len(made["number"]) == 8
    assert made["wallet"] == {"balance": money(0), "held": money(0), "available": money(0)}
    member = made["members"][0]
    assert made["responsible_id"] == member["id"]
    assert (member["first_name"], member["last_name"], member["birth_date"]) == ("Claire", "Morel", "1980-04-02")
    found = house.admin.get(path(house, made["id"]))
    assert found.status == 200 and found.json == made.json
    assert found.headers["ETag"] == f'"{made["version"]}"'


def test_H1_bad_fields_are_named(house):
    answer = house.admin.post(f"{house.staff_base}/households", {
        "responsible": {"first_name": "", "birth_date": "2999-01-01"}, "email": "nobody", "locale": "de", "balance": 5})
    assert (answer.status, answer.code) == (422, "invalid")
    fields = {each["field"]: each["code"] for each in answer["errors"]}
    assert fields == {"/responsible/first_name": "required", "/responsible/last_name": "required",
                      "/responsible/birth_date": "out_of_range", "/email": "invalid", "/locale": "invalid",
                      "/balance": "unknown_field"}


def test_H6_staff_change_any_subset_with_versions(house):
    made = house.household(email="old@example.org")
    changed = house.admin.patch(path(house, made["id"]), {"email": "new@example.org", "phone": "0102"},
                                headers={"If-Match": f'"{made["version"]}"'})
    assert changed.status == 200, changed
    assert changed["email"] == "new@example.org" and changed["phone"] == "0102"
    assert changed["members"] == made["members"] and changed["version"] == made["version"] + 1
    stale = house.admin.patch(path(house, made["id"]), {"phone": ""}, headers={"If-Match": f'"{made["version"]}"'})
    assert (stale.status, stale.code) == (412, "version_conflict")
    emptied = house.admin.patch(path(house, made["id"]), {"phone": None, "email": ""})
    assert emptied["phone"] is None and emptied["email"] is None
    fixed = house.admin.patch(path(house, made["id"]), {"number": "C-000000", "status": "accepted"})
    assert {each["code"] for each in fixed["errors"]} == {"read_only"}


def test_H5_members_are_added_changed_and_removed(house):
    made = house.household()
    members = path(house, made["id"], "members")
    added = house.admin.post(members, {"first_name": "Léo", "last_name": "Morel", "birth_date": "2015-06-01",
                                       "relation": "fils"})
    assert added.status == 201, added
    one = f"{members}/{added['id']}"
    changed = house.admin.patch(one, {"first_name": "Léon", "birth_date": None})
    assert changed.status == 200 and changed["first_name"] == "Léon" and changed["birth_date"] is None
    assert house.admin.get(one).json == changed.json
    assert [each["first_name"] for each in house.admin.get(members)["items"]] == ["Claire", "Léon"]
    assert house.admin.delete(one).status == 204
    assert house.admin.get(one).status == 404
    last = house.admin.delete(f"{members}/{made['responsible_id']}")
    assert (last.status, last.code) == (409, "conflict")


def test_H5_mandatory_answers_are_needed_before_a_save(server):
    house = House(server)
    fields = [{"key": "allergies", "label": {"fr": "Allergies", "en": "Allergies"}, "mandatory": True},
              {"key": "size", "label": {"fr": "Taille", "en": "Size"}, "type": "choice", "choices": ["S", "M"]}]
    set_ = house.admin.patch(f"{house.staff_base}/forms", {"fields": fields})
    assert set_.status == 200, set_
    assert [each["key"] for each in house.admin.get(house.base)["form"]] == ["allergies", "size"]
    members = path(house, house.household()["id"], "members")
    child = {"first_name": "Léo", "last_name": "Morel"}
    missing = house.admin.post(members, child)
    assert (missing.status, missing.code) == (422, "answers_missing")
    assert missing["errors"] == [{"field": "/answers/allergies", "code": "required"}]
    wrong = house.admin.post(members, {**child, "answers": {"allergies": "none", "size": "XXL"}})
    assert (wrong.status, wrong.code) == (422, "invalid")
    added = house.admin.post(members, {**child, "answers": {"allergies": "none", "size": "M"}})
    assert added.status == 201 and added["answers"] == {"allergies": "none", "size": "M"}


def test_H4_lists_filter_by_status_tag_and_text_and_page(server):
    house = House(server)
    names = ["Alix", "Basile", "Chloé", "Denis", "Élise"]
    made = [house.household(name, "Durand", tags=["choeur"] if name < "C" else [], email=f"{i}%x@example.org")
            for i, name in enumerate(names)]
    base = f"{house.staff_base}/households"
    listed = house.admin.get(base)
    assert [each["id"] for each in listed["items"]] == [each["id"] for each in reversed(made)]
    assert listed["items"][0] == made[-1]
    first = house.admin.get(base, query={"limit": 2})
    second = house.admin.get(base, query={"limit": 2, "cursor": first["next_cursor"]})
    third = house.admin.get(base, query={"limit": 2, "cursor": second["next_cursor"]})
    assert [len(page["items"]) for page in (first, second, third)] == [2, 2, 1] and third["next_cursor"] is None
    assert len(house.admin.get(base, query={"tag": "choeur"})["items"]) == 2
    assert house.admin.get(base, query={"status": "accepted"})["items"] == []
    assert [each["id"] for each in house.admin.get(base, query={"q": "durand chl"})["items"]] == [made[2]["id"]]
    assert [each["id"] for each in house.admin.get(base, query={"q": "basile d"})["items"]] == [made[1]["id"]]
    assert [each["id"] for each in house.admin.get(base, query={"q": made[3]["number"]})["items"]] == [made[3]["id"]]
    assert [each["id"] for each in house.admin.get(base, query={"q": "ELISE"})["items"]] == [made[4]["id"]]
    assert [each["id"] for each in house.admin.get(base, query={"q": "bazile"})["items"]] == [made[1]["id"]]
    mistyped = house.admin.get(base, query={"q": "durind", "limit": 2, "tag": "choeur"})
    assert [each["id"] for each in mistyped["items"]] == [made[1]["id"], made[0]["id"]]
    # A pattern's own characters stand for themselves.
    assert [each["id"] for each in house.admin.get(base, query={"q": "0%x"})["items"]] == [made[0]["id"]]
    house.credit(made[2]["id"], 500)
    assert [each["id"] for each in house.admin.get(base, query={"balance": "positive"})["items"]] == [made[2]["id"]]
    bad = house.admin.get(base, query={"status": "dead", "limit": 1})
    assert (bad.status, bad["errors"]) == (422, [{"field": "?status", "code": "invalid"}])
    assert house.admin.get(base, query={"limit": 201}).status == 422
    assert house.admin.get(base, query={"cursor": "x"}).status == 422


def test_H11_archived_clients_are_left_out_unless_asked_for(house):
    made = house.household("Ursule", "Archive")
    assert house.admin.post(path(house, made["id"], "archive")).json["archived"] is True
    base = f"{house.staff_base}/households"
    assert house.admin.get(base, query={"q": "Ursule"})["items"] == []
    assert len(house.admin.get(base, query={"q": "Ursule", "archived": "true"})["items"]) == 1
    assert house.admin.post(path(house, made["id"], "unarchive")).json["archived"] is False
    assert len(house.admin.get(base, query={"q": "Ursule"})["items"]) == 1


def test_A12_roles_may_what_they_may(house, mailbox):
    made = house.household()
    one = path(house, made["id"])
    box_office, editor, auditor = (house.staff(role) for role in ("box_office", "editor", "auditor"))
    for who, may_read, may_write in ((box_office, 200, 200), (auditor, 200, 403), (editor, 403, 403)):
        assert who.get(one).status == may_read
        assert who.patch(one, {"phone": "1"}).status == may_write
    assert auditor.get(f"{house.staff_base}/settings").status == 200
    for who in (box_office, editor):
        assert who.get(f"{house.staff_base}/settings").status == 403
    assert house.buyer(mailbox).get(one).status == 404  # no role at all
    assert house.server.client().get(one).status == 401


def test_tenants_do_not_see_each_other(server, house):
    other = House(server)
    made = house.household()
    for client, base in ((other.admin, house.staff_base), (other.admin, other.staff_base)):
        assert client.get(f"{base}/households/{made['id']}").status == 404
        assert client.patch(f"{base}/households/{made['id']}", {"phone": "1"}).status == 404
        assert client.get(f"{base}/wallets/{made['id']}").status == 404
        assert client.get(f"{base}/wallets/{made['id']}/entries").status == 404


def test_O1_settings_are_read_and_changed_with_versions(server):
    house = House(server)
    settings = house.admin.get(f"{house.staff_base}/settings")
    assert settings.status == 200
    assert settings["order_number_door"] == "code" and settings["link_by_email"] is True
    assert settings["minimum_buyer_age"] == 18 and settings["floors"]["box_office"] == money(0)
    changed = house.admin.patch(f"{house.staff_base}/settings", {
        "legal_name": "Théâtre du Foyer", "account_required": True, "floors": {"box_office": money(-5000)},
        "terms_url": "https://example.org/terms"}, headers={"If-Match": settings.headers["ETag"]})
    assert changed.status == 200, changed
    assert changed["floors"]["box_office"] == money(-5000) and changed["floors"]["editor"] == money(0)
    public = house.server.client().get(house.base)
    assert public["legal_name"] == "Théâtre du Foyer" and public["account_required"] is True
    assert "floors" not in public.json
    stale = house.admin.patch(f"{house.staff_base}/settings", {"legal_name": "x"},
                              headers={"If-Match": settings.headers["ETag"]})
    assert (stale.status, stale.code) == (412, "version_conflict")
    bad = house.admin.patch(f"{house.staff_base}/settings", {
        "floors": {"box_office": money(5)}, "terms_url": "javascript:alert(1)", "slug": "x", "unknown": 1})
    assert {each["field"]: each["code"] for each in bad["errors"]} == {
        "/floors/box_office/amount": "out_of_range", "/terms_url": "invalid", "/slug": "read_only",
        "/unknown": "unknown_field"}
    for nowhere in ("Mars/Olympus", "CET", "", "GMT+5"):
        unknown = house.admin.patch(f"{house.staff_base}/settings", {"time_zone": nowhere})
        assert unknown.status == 422 and unknown["errors"][0]["field"] == "/time_zone", unknown
    foreign = house.admin.patch(f"{house.staff_base}/settings", {"floors": {"editor": money(-5, "USD")}})
    assert (foreign.status, foreign.code) == (422, "currency_mismatch")


def test_O1_points_of_sale_have_their_own_options(server):
    house = House(server)
    shops = {each["slug"]: each for each in house.admin.get(f"{house.staff_base}/shops")["items"]}
    assert set(shops) == {"online", "counter"} and shops["counter"]["kind"] == "box_office"
    offer = house.offer()
    one = house.admin.get(f"{house.staff_base}/shops/online")
    assert one["offer_ids"] == [offer["id"]]
    changed = house.admin.patch(f"{house.staff_base}/shops/online", {
        "name": "En ligne", "payment_methods": ["wallet", "bank_transfer"], "customer_space_open": True},
        headers={"If-Match": one.headers["ETag"]})
    assert changed.status == 200, changed
    public = house.server.client().get(f"{house.base}/shops/online")
    assert public["name"] == "En ligne" and public["payment_methods"] == ["wallet", "bank_transfer"]
    assert public["customer_space_open"] is True and public["offer_ids"] == [offer["id"]]
    assert house.admin.patch(f"{house.staff_base}/shops/online", {"payment_methods": ["barter"]}).status == 422
    assert house.server.client().get(f"{house.base}/shops/nowhere").status == 404
    assert house.server.client().get("/api/v1/orgs/nowhere").status == 404


def test_H1_tags_of_an_organisation_are_kept(house):
    assert house.admin.patch(f"{house.staff_base}/tags", {"items": ["abonné", "presse"]}).status == 200
    assert house.admin.get(f"{house.staff_base}/tags")["items"] == ["abonné", "presse"]
    assert house.admin.patch(f"{house.staff_base}/tags", {"items": ["a", "a"]}).status == 422
    assert house.admin.patch(f"{house.staff_base}/tags", {}).status == 422
