"""Tags of clients: offered, renamed and taken away everywhere."""

import pytest

from house import money, text
from venue import Venue, refused


@pytest.fixture
def tags(server):
    venue = Venue(server)
    assert venue.admin.patch(f"{venue.staff_base}/tags", {"items": ["abonné", "presse", "vip"]}).status == 200
    return venue


def of(venue, household):
    return venue.admin.get(f"{venue.staff_base}/households/{household}")["tags"]


def rename(venue, old, new, by=None):
    return (by or venue.admin).post(f"{venue.staff_base}/tags/rename", {"from": old, "to": new})


def remove(venue, tag, by=None):
    return (by or venue.admin).post(f"{venue.staff_base}/tags/remove", {"tag": tag})


def test_H1_all_clients_follow_when_a_tag_is_renamed(tags):
    venue = tags
    many = [venue.household(last_name=f"N{number}", tags=["presse", "abonné"])["id"] for number in range(3)]
    both = venue.household(tags=["presse", "média"])["id"]
    other = venue.household(tags=["vip"])["id"]
    done = rename(venue, "presse", "média")
    assert done.status == 200 and done["items"] == ["abonné", "média", "vip"] and done["households_changed"] == 4
    assert [of(venue, each) for each in many] == [["média", "abonné"]] * 3
    assert of(venue, both) == ["média"] and of(venue, other) == ["vip"]
    found = venue.admin.get(f"{venue.staff_base}/households", query={"tag": "média"})["items"]
    assert {each["id"] for each in found} == {*many, both}
    assert venue.admin.get(f"{venue.staff_base}/households", query={"tag": "presse"})["items"] == []
    # What is changed afterwards is decided on what was renamed.
    assert venue.admin.patch(f"{venue.staff_base}/households/{many[0]}", {"phone": "1"})["tags"] == ["média", "abonné"]
    entry = venue.admin.get(f"{venue.staff_base}/audit", query={"action": "tag.rename"})["items"][0]
    assert entry["before"] == {"tag": "presse"} and entry["after"] == {"tag": "média"}
    refused(rename(venue, "presse", "x"), 404, "not_found")


def test_H1_a_tag_that_is_removed_goes_from_all_clients(tags):
    venue = tags
    many = [venue.household(tags=["vip", "presse"])["id"] for _ in range(2)]
    done = remove(venue, "vip")
    assert done.status == 200 and done["items"] == ["abonné", "presse"] and done["households_changed"] == 2
    assert [of(venue, each) for each in many] == [["presse"]] * 2
    # One that is in no list goes as well.
    stray = venue.household(tags=["divers"])["id"]
    assert remove(venue, "divers").status == 200 and of(venue, stray) == []
    refused(remove(venue, "divers"), 404, "not_found")


def test_O1_a_rate_for_a_tag_follows_it(tags):
    venue = tags
    rates = [{"name": text("Plein"), "price": money(2000)}, {"name": text("Abonné"), "price": money(1500), "tag": "abonné"}]
    offer = venue.offer(rates=rates)
    refused(remove(venue, "abonné"), 409, "conflict")
    assert rename(venue, "abonné", "membre").status == 200
    shown = venue.admin.get(f"{venue.staff_base}/offers/{offer['id']}")
    assert [each.get("tag") for each in shown["rates"]] == [None, "membre"]


def test_H7_the_tag_of_a_link_is_nobodys_to_rename(tags):
    refused(rename(tags, "compte en ligne", "x"), 422, "invalid", "/from")
    refused(rename(tags, "vip", "compte en ligne"), 422, "invalid", "/to")
    refused(remove(tags, "compte en ligne"), 422, "invalid", "/tag")
    refused(rename(tags, "vip", "vip"), 422, "invalid", "/to")


def test_A12_tags_are_read_by_who_uses_them(tags):
    for role, may_read in (("box_office", 200), ("auditor", 200), ("editor", 403)):
        caller = tags.staff(role)
        assert caller.get(f"{tags.staff_base}/tags").status == may_read
        refused(rename(tags, "vip", "x", by=caller), 403, "forbidden")
        refused(remove(tags, "vip", by=caller), 403, "forbidden")


def test_tenants_keep_their_own_tags(server, tags):
    other = Venue(server)
    theirs = other.household(tags=["presse"])["id"]
    assert rename(tags, "presse", "média").status == 200
    assert of(other, theirs) == ["presse"]
