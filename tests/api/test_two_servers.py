"""Two servers on one database by mistake: neither overwrites what the other one wrote, in households, offers and
accounts. (Money and places: tests/faults/test_killed.py.)"""

import os
import signal

import pytest

from house import House, money
from server import Server, Unguarded, eventually
from tables import csv_of, finished, upload
from venue import Venue, in_parallel

WORKERS, CHANGES = 8, 10


@pytest.fixture(scope="module")
def two():
    first = Server()
    try:
        first.start()
        second = Server(database__url=f"host={first.socket_folder()} user=foyer dbname=foyer",
                        security__secret_file=str(first.folder / "data/secret"), data__dir=first.settings["data.dir"])
        try:
            yield first, second.start()
        finally:
            second.settings["data.dir"] = str(second.folder / "data")
            second.remove()
    finally:
        first.remove()


def done(send):
    """Sends until it is done: who comes second is told to look again."""
    return eventually(lambda: (lambda a: a.status in (200, 201) and a)(send()), 30, "an answer")


def at_both(two, token, work):
    """work(client, index) for each worker, every other one at the other server."""
    def run(index):
        client = two[index % 2].client(token)
        try:
            return work(client, index)
        finally:
            client.close()

    return in_parallel(run, WORKERS)


def test_H1_no_member_that_was_added_is_lost(two):
    venue = Venue(two[0])
    household = venue.household()["id"]
    path = f"{venue.staff_base}/households/{household}/members"

    def add(client, index):
        for i in range(CHANGES):
            done(lambda: client.post(path, {"first_name": f"M{index}-{i}", "last_name": "Morel"}))

    at_both(two, venue.admin.token, add)
    shown = venue.server.sql(f"select first_name from members where household_id = '{household}'").split("\n")
    wanted = {f"M{index}-{i}" for index in range(WORKERS) for i in range(CHANGES)}
    assert wanted <= set(shown), wanted - set(shown)
    venue.audit()


def test_O1_no_change_of_an_offer_is_lost(two):
    """Each worker changes a field of its own, and knows what it was told last."""
    venue = Venue(two[0])
    path = f"{venue.staff_base}/offers/{venue.offer(100)['id']}"
    fields = ["location", "max_per_order", "min_age", "capacity"]

    def change(client, index):
        field = fields[index % len(fields)]
        value = None
        if index >= len(fields):  # one worker for each field
            return None
        for i in range(1, CHANGES + 1):
            value = f"Salle {i}" if field == "location" else i
            done(lambda: client.patch(path, {field: value}))
        return field, value

    last = dict(each for each in at_both(two, venue.admin.token, change) if each)
    assert set(last) == set(fields)
    details = venue.server.sql(f"select details from offers where id = '{path.rsplit('/', 1)[1]}'")
    for field, value in last.items():
        assert f'"{field}":{value}' in details or f'"{field}":"{value}"' in details, (field, value, details)


def test_A10_no_change_of_an_account_is_lost(two):
    venue = Venue(two[0])
    buyer = venue.buyer()
    fields = ["first_name", "last_name", "website", "locale"]

    def change(client, index):
        if index >= len(fields):
            return None
        field, value = fields[index], None
        for i in range(CHANGES):
            value = {"website": f"https://z{i}.example", "locale": ("fr", "en")[i % 2]}.get(field, f"Zoe{i}")
            done(lambda: client.patch("/api/v1/me", {field: value}))
        return field, value

    for field, value in filter(None, at_both(two, buyer.token, change)):
        assert venue.server.sql(f"select {field} from accounts where email = '{buyer.email}'") == value, field


def cash_order(venue, client, household, offer):
    body = {"household_id": household, "lines": [{"offer_id": offer["id"], "quantity": 1}], "payments": [{"method": "cash"}]}
    return client.post(f"{venue.staff_base}/orders", body, key=True)


def order_where_the_merge_is_not_known(two):
    """Orders at the second server for a client whom the first one has just merged into another; how many stayed with
    the client that is none any more, and the answer of the last one."""
    venue = Venue(two[0])
    offer = venue.offer(100)
    into, source = venue.household()["id"], venue.household()["id"]
    there = two[1].client(venue.admin.token)
    assert eventually(lambda: (lambda a: a.status == 201 and a)(cash_order(venue, there, source, offer)), 20, "an order")
    merged = venue.admin.post(f"{venue.staff_base}/households/{into}/merge", {"from": source}, key=True)
    assert merged.status == 201, merged
    answer = cash_order(venue, there, source, offer)
    there.close()
    return int(venue.server.sql(f"select count(*) from orders where household_id = '{source}'")), answer, into


def test_H9_an_order_goes_where_another_server_has_just_merged_its_household(two):
    stayed, answer, into = order_where_the_merge_is_not_known(two)
    assert stayed == 0
    assert answer.status == 201 and answer["household_id"] == into, answer


def test_H9_without_the_guard_an_order_stays_with_a_household_that_another_server_merged():
    first = Unguarded("merges")
    try:
        first.start()
        second = Unguarded("merges", database__url=f"host={first.socket_folder()} user=foyer dbname=foyer",
                           security__secret_file=str(first.folder / "data/secret"),
                           data__dir=first.settings["data.dir"])
        try:
            stayed, answer, _ = order_where_the_merge_is_not_known((first, second.start()))
            assert answer.status == 201 and stayed == 1
        finally:
            second.settings["data.dir"] = str(second.folder / "data")
            second.remove()
    finally:
        first.remove()


def test_H9_orders_at_one_server_while_another_merges_stay_with_nobody_who_is_gone(two):
    venue = Venue(two[0])
    offer = venue.offer(100)
    pairs = [(venue.household()["id"], venue.household()["id"]) for _ in range(6)]
    counted = []

    def work(client, index):
        for into, source in pairs:
            if index == 0:
                done(lambda: client.post(f"{venue.staff_base}/households/{into}/merge", {"from": source}, key=True))
                continue
            for _ in range(3):
                done(lambda: cash_order(venue, client, source, offer))
                counted.append(into)

    at_both(two, venue.admin.token, work)
    for into, source in pairs:
        left = venue.server.sql(f"select count(*) from orders where household_id = '{source}'")
        arrived = venue.server.sql(f"select count(*) from orders where household_id = '{into}'")
        assert (left, arrived) == ("0", str(counted.count(into))), (into, source)
    venue.audit()


def test_H10_an_import_that_two_servers_work_off_makes_each_client_once(two):
    house, count = House(two[0]), 3_000
    headers = ["Number", "First name", "Last name", "E-mail", "Balance"]
    large = csv_of([headers, *[[f"T-{i}", "Zoé", "Martin", f"t{i}@kunde.example", "1.50"] for i in range(count)]], ",")
    small = csv_of([headers, ["U-1", "Ann", "Petit", "", ""], ["", "", "", "", "oops"]], ",")
    first = upload(house, large)["id"]
    # A file of its own wakes the other server, which finds both.
    second = upload(house, small, by=two[1].client(house.admin.token), skip_errors=True)["id"]
    done_first, done_second = finished(house, first), finished(house, second)
    assert (done_first["status"], done_first["created"], done_first["bad_lines"]) == ("done", count, 0)
    assert (done_second["status"], done_second["created"], done_second["bad_lines"]) == ("done", 1, 1)
    totals = house.admin.get(f"{house.staff_base}/wallets", query={"limit": 1})["totals"]
    assert (totals["positive_count"], totals["positive"]) == (count, money(150 * count))
    assert house.server.command("audit").stdout.strip().endswith("clean")


def test_P4_a_connection_that_is_frozen_does_not_hold_up_the_end(two):
    """The one on which the server notes from time to time how late it is; it does so at its end as well."""
    first = two[0]

    def markers():
        return set(first.sql("select pid from pg_stat_activity where query like 'insert into server_clock%'").split())

    before = eventually(lambda: (lambda found: len(found) == 2 and found)(markers()), 20, "the servers' connections")
    third = Server(database__url=f"host={first.socket_folder()} user=foyer dbname=foyer",
                   security__secret_file=str(first.folder / "data/secret"), data__dir=first.settings["data.dir"])
    try:
        third.start()
        frozen = int(eventually(lambda: markers() - before, 20, "the third server's connection").pop())
        os.kill(frozen, signal.SIGSTOP)
        try:
            third.stop(20)
        finally:
            os.kill(frozen, signal.SIGCONT)
    finally:
        third.settings["data.dir"] = str(third.folder / "data")
        third.remove()
