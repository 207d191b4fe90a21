"""The form that clients fill in (H5, S4): who is asked what, by type, on every way to a save."""

import pytest

from house import text
from venue import Venue, guest, refused

FIELDS = [
    {"key": "school", "label": text("École", "School"), "mandatory": True, "sets": ["camp"]},
    {"key": "story", "label": text("Histoire"), "type": "long_text", "asked_of": ["member"]},
    {"key": "height", "label": text("Taille"), "type": "number", "sets": ["camp", "club"]},
    {"key": "since", "label": text("Depuis"), "type": "date"},
    {"key": "size", "label": text("Taille de t-shirt"), "type": "choice", "choices": ["S", "M"]},
    {"key": "days", "label": text("Jours"), "type": "choices", "choices": ["mon", "tue", "wed"], "asked_of": ["member"]},
    {"key": "photos", "label": text("Photos"), "type": "boolean", "asked_of": ["member"]},
    {"key": "backup_email", "label": text("Courriel"), "type": "email"},
    {"key": "emergency", "label": text("Urgence"), "type": "phone", "mandatory": True, "asked_of": ["member"]},
    {"key": "known_by", "label": text("Connu par"), "mandatory": True, "asked_of": ["buyer"]},
]
WHOLE = {"school": "Jules Ferry", "story": "Une ligne\nune autre", "height": "151.5", "since": "2024-02-29", "size": "M",
         "days": ["mon", "wed"], "photos": "true", "backup_email": "a@example.org", "emergency": "+33 6 11 22 33 44"}


def set_form(venue, fields, **options):
    return venue.admin.patch(f"{venue.staff_base}/forms", {"fields": fields}, **options)


@pytest.fixture(scope="module")
def venue(server):
    made = Venue(server)
    assert set_form(made, FIELDS).status == 200
    return made


def members_of(venue, household):
    return f"{venue.staff_base}/households/{household}/members"


def add(venue, household, answers, by=None):
    return (by or venue.admin).post(members_of(venue, household),
                                    {"first_name": "Léo", "last_name": "Petit", "answers": answers})


def test_H5_administrators_keep_the_form(server):
    venue = Venue(server)
    path = f"{venue.staff_base}/forms"
    made = set_form(venue, FIELDS)
    assert made.status == 200 and made["sets"] == ["camp", "club"]
    assert [each["key"] for each in made["fields"]] == [each["key"] for each in FIELDS]
    first = made["fields"][0]
    assert first == {"key": "school", "label": text("École", "School"), "type": "text", "mandatory": True, "choices": [],
                     "asked_of": ["buyer", "member"], "sets": ["camp"], "archived": False}
    # All forms show everything; one of them its own fields.
    assert len(venue.admin.get(path)["fields"]) == len(FIELDS)
    assert [each["key"] for each in venue.admin.get(path, query={"set": "camp"})["fields"]] == ["school", "height"]
    # The order is that of the list, and who is left out is archived.
    etag = venue.admin.get(path).headers["ETag"]
    less = set_form(venue, list(reversed(FIELDS[:3])), headers={"If-Match": etag})
    assert [each["key"] for each in less["fields"] if not each["archived"]] == ["height", "story", "school"]
    assert {each["key"] for each in less["fields"] if each["archived"]} == {each["key"] for each in FIELDS[3:]}
    assert [each["key"] for each in venue.admin.get(path)["fields"]] == ["height", "story", "school"]
    assert len(venue.admin.get(path, query={"archived": "all"})["fields"]) == len(FIELDS)
    refused(venue.admin.get(path, query={"archived": "some"}), 422, "invalid", "?archived")
    refused(set_form(venue, FIELDS, headers={"If-Match": etag}), 412, "version_conflict")
    # What is archived is asked of nobody, and the public does not see it.
    assert [each["key"] for each in venue.visitor.get(venue.base)["form"]] == ["height", "story", "school"]
    change = venue.admin.get(f"{venue.staff_base}/audit", query={"action": "form.change"})["items"][0]
    assert len(change["before"]["fields"]) == len(FIELDS) and change["before"]["fields"][3]["archived"] is False
    assert change["after"]["fields"][3]["archived"] is True


@pytest.mark.parametrize("field, wrong", [
    ({"key": "Bad Key", "label": text("x")}, "key"), ({"key": "a", "label": text("")}, "label"),
    ({"key": "a", "label": text("x"), "type": "colour"}, "type"),
    ({"key": "a", "label": text("x"), "type": "choice"}, "choices"),
    ({"key": "a", "label": text("x"), "choices": ["S"]}, "choices"),
    ({"key": "a", "label": text("x"), "type": "choices", "choices": ["S", "S"]}, "choices"),
    ({"key": "a", "label": text("x"), "asked_of": ["staff"]}, "asked_of"),
    ({"key": "a", "label": text("x"), "asked_of": []}, "asked_of"),
    ({"key": "a", "label": text("x"), "sets": ["s", "s"]}, "sets")])
def test_H5_bad_fields_are_refused(venue, field, wrong):
    refused(set_form(venue, [field]), 422, "invalid", f"/fields/0/{wrong}")


def test_H5_answers_are_checked_by_type_and_kept(venue):
    household = venue.household()["id"]
    made = add(venue, household, {**WHOLE, "height": 151.5, "photos": True})
    assert made.status == 201 and made["answers"] == WHOLE
    one = f"{members_of(venue, household)}/{made['id']}"
    assert venue.admin.get(one)["answers"] == WHOLE
    for key, bad in (("height", "tall"), ("since", "2023-02-29"), ("size", "XXL"), ("days", ["sun"]), ("photos", "yes"),
                     ("backup_email", "nobody"), ("emergency", "call"), ("school", "a\nb"), ("school", ["a"]),
                     ("known_by", "friends"), ("unheard_of", "x"), ("height", {"a": 1}), ("days", [1])):
        answer = venue.admin.patch(one, {"answers": {**WHOLE, key: bad}})
        assert answer.status == 422, (key, bad, answer)
        assert any(each["field"].startswith(f"/answers/{key}") for each in answer["errors"]), (key, answer)
    assert venue.admin.get(one)["answers"] == WHOLE


def test_H5_mandatory_answers_come_before_a_save(venue):
    household = venue.household()["id"]
    missing = refused(add(venue, household, {"size": "S"}), 422, "answers_missing", "/answers/school")
    assert [each["field"] for each in missing["errors"]] == ["/answers/school", "/answers/emergency"]
    made = add(venue, household, WHOLE)
    one = f"{members_of(venue, household)}/{made['id']}"
    assert venue.admin.patch(one, {"phone": "+33 1 23"}).status == 200
    refused(venue.admin.patch(one, {"answers": {"school": "x"}}), 422, "answers_missing", "/answers/emergency")
    # The responsible person has answered nothing yet: due before whatever else is saved.
    person = venue.admin.get(f"{venue.staff_base}/households/{household}")["responsible_id"]
    asked = refused(venue.admin.patch(f"{members_of(venue, household)}/{person}", {"phone": "1"}), 422, "answers_missing")
    assert [each["field"] for each in asked["errors"]] == ["/answers/school", "/answers/emergency", "/answers/known_by"]


def test_H5_what_was_answered_to_a_field_that_is_gone_stays_readable(server):
    venue = Venue(server)
    set_form(venue, FIELDS)
    household = venue.household()["id"]
    made = add(venue, household, WHOLE)
    one = f"{members_of(venue, household)}/{made['id']}"
    assert set_form(venue, [each for each in FIELDS if each["key"] not in ("size", "emergency")]).status == 200
    assert venue.admin.get(one)["answers"] == WHOLE
    kept = venue.admin.patch(one, {"answers": {"school": "Autre"}})
    assert kept.status == 200 and kept["answers"] == {"school": "Autre", "size": "M", "emergency": WHOLE["emergency"]}
    # A page that sends back what it read is not refused.
    assert venue.admin.patch(one, {"answers": kept["answers"]}).status == 200
    refused(venue.admin.patch(one, {"answers": {"school": "Autre", "size": "S"}}), 422, "invalid", "/answers/size")


def test_H5_a_household_is_saved_with_its_members_answers(venue):
    buyer = venue.buyer()
    mine = buyer.get("/household").json
    me = {"id": mine["responsible_id"], "first_name": "Zoé", "last_name": "Martin"}
    answers = {**WHOLE, "known_by": "Presse"}
    child = {"first_name": "Ana", "last_name": "Martin", "birth_date": "2019-01-02"}
    both = [me, child]
    lacking = refused(buyer.client.put(buyer.path("/household"), {"members": both}), 422, "answers_missing")
    assert [each["field"] for each in lacking["errors"]] == [
        "/members/0/answers/school", "/members/0/answers/emergency", "/members/0/answers/known_by",
        "/members/1/answers/school", "/members/1/answers/emergency"]
    saved = buyer.client.put(buyer.path("/household"), {"members": [{**me, "answers": answers}, {**child, "answers": WHOLE}]})
    assert saved.status == 200 and saved["members"][0]["answers"] == answers
    # Members that are sent without answers keep theirs.
    again = [{**me}, {**child, "id": saved["members"][1]["id"]}]
    assert buyer.client.put(buyer.path("/household"), {"members": again})["members"][1]["answers"] == WHOLE
    refused(buyer.client.put(buyer.path("/household"), {"answers": {"school": "x"}}), 422, "answers_missing")
    refused(buyer.client.put(buyer.path("/household"), {"members": [{**me, "answers": {**answers, "size": "L"}}]}), 422,
            "invalid", "/members/0/answers/size")
    refused(buyer.post("/household/members", child), 422, "answers_missing", "/answers/school")


def test_S4_the_purchase_form_is_prefilled_and_kept_with_the_order(venue):
    offer = venue.offer()
    buyer = venue.buyer(credit=20_000)
    quote = buyer.quote(offer)
    assert quote["missing_answers"] == ["/buyer/answers/school", "/buyer/answers/known_by"]
    assert refused(buyer.order(offer), 422, "answers_missing")["errors"] == [
        {"field": "/buyer/answers/school", "code": "required"}, {"field": "/buyer/answers/known_by", "code": "required"}]
    typed = {"school": "Jules Ferry", "known_by": "Amis"}
    # The members' own questions are none of the purchase form's.
    refused(buyer.order(offer, buyer={"answers": {**typed, "emergency": "+33 6 11 22"}}), 422, "invalid",
            "/buyer/answers/emergency")
    refused(buyer.order(offer, buyer={"answers": {**typed, "height": "tall"}}), 422, "invalid", "/buyer/answers/height")
    made = buyer.order(offer, buyer={"answers": typed})
    assert made.status == 201 and made["buyer"]["answers"] == typed
    # O2: without the tick the profile has learned nothing.
    assert buyer.get("/household")["members"][0]["answers"] == {}
    refused(buyer.order(offer), 422, "answers_missing")
    saved = buyer.order(offer, buyer={"answers": {**typed, "size": "S"}}, save_profile=True)
    assert saved.status == 201

    def profile():
        return buyer.get("/household")["members"][0]["answers"]

    assert profile() == {**typed, "size": "S"}
    # From then on it fills in the next order; what is typed there stays with that order.
    third = buyer.order(offer, buyer={"answers": {"size": "M"}})
    assert third.status == 201 and third["buyer"]["answers"] == {**typed, "size": "M"}
    assert profile()["size"] == "S" and buyer.quote(offer)["missing_answers"] == []
    assert venue.staff_view(made["number"])["buyer"]["answers"] == typed


def test_S4_an_answer_that_does_not_fit_the_form_any_more_is_asked_again(server):
    venue = Venue(server)
    size = {"key": "size", "label": text("Taille"), "type": "choice", "choices": ["S", "M"], "mandatory": True}
    set_form(venue, [size])
    offer = venue.offer()
    buyer = venue.buyer(credit=5_000)
    assert buyer.client.put(buyer.path("/household"), {"answers": {"size": "S"}}).status == 200
    assert buyer.order(offer).status == 201
    set_form(venue, [{**size, "choices": ["M", "L"]}])
    assert buyer.quote(offer)["missing_answers"] == ["/buyer/answers/size"]
    refused(buyer.order(offer), 422, "answers_missing", "/buyer/answers/size")
    assert buyer.order(offer, buyer={"answers": {"size": "L"}}).status == 201


def test_H3_a_guest_answers_the_form_too(venue):
    offer = venue.offer()
    refused(venue.order(venue.visitor, offer, ("bank_transfer",), buyer=guest("frida@kunde.example")), 422,
            "answers_missing", "/buyer/answers/school")
    answers = {"school": "Ici", "known_by": "Affiche"}
    made = venue.order(venue.visitor, offer, ("bank_transfer",), buyer=guest("frida@kunde.example", answers=answers))
    assert made.status == 201 and made["buyer"]["answers"] == answers


def test_A12_the_form_is_read_by_who_fills_it_in_and_kept_by_administrators(venue):
    path = f"{venue.staff_base}/forms"
    for role, may_read in (("box_office", 200), ("auditor", 200), ("editor", 403)):
        caller = venue.staff(role)
        assert caller.get(path).status == may_read
        refused(caller.patch(path, {"fields": FIELDS}), 403, "forbidden")
