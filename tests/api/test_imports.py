"""Clients from a spreadsheet and lists for one (H10, W6), over HTTP."""

import socket
import threading
import urllib.request
from urllib.parse import urlsplit

import pytest

from house import House, money
from server import eventually
from tables import (clients, csv_of, exported, finished, imported, problems, report, rows_of, text_of,
                    upload)

HEADERS = ["N° client", "Famille", "Prénom", "Nom", "Date de naissance", "E-mail", "Téléphone", "Adresse", "Langue",
           "Étiquettes", "Newsletter", "Solde"]


def line(number="", family="", first="Zoé", last="Martin", born="", email="", phone="", address="", locale="", tags="",
         newsletter="", balance=""):
    return [number, family, first, last, born, email, phone, address, locale, tags, newsletter, balance]


def table(*lines, **more):
    return csv_of([HEADERS, *lines], **more)


@pytest.fixture
def house(server):
    return House(server, floors={"administrator": money(-5000)})


def test_H10_a_table_becomes_clients_with_members_tags_and_opening_balances(house):
    body = table(line("A-1", "7", born="4/5/1990", email="zoe@kunde.example", phone="01 02 03", address="1 rue\nParis",
                      locale="anglais", tags="abonné|été", newsletter="oui", balance="1 234,50 €"),
                 line("", "", "Ann", "Petit", email="ann@kunde.example", balance="-12,00"),
                 line("", "7", "Léo", "Martin", born="2015-02-03"),
                 line("", "", "Max", "Roux", balance="0"), encoding="cp1252")
    made = upload(house, body, file_name="clients.csv", tag="reprise")
    assert made.status == 201, made
    assert [each["field"] for each in made["columns"]] == [
        "number", "household", "first_name", "last_name", "birth_date", "email", "phone", "address", "locale", "tags",
        "newsletter", "balance"]
    found = finished(house, made["id"])
    assert (found["status"], found["encoding"], found["separator"]) == ("done", "windows-1252", ";")
    assert (found["lines"], found["households"], found["created"], found["members"]) == (4, 3, 3, 4)
    assert found["balances"] == {"positive_count": 1, "positive": money(123450), "negative_count": 1,
                                 "negative": money(-1200)}
    by_name = {each["members"][0]["first_name"]: each for each in clients(house, tag="reprise")}
    zoe = by_name["Zoé"]
    assert (zoe["number"], zoe["email"], zoe["locale"], zoe["status"]) == ("A-1", "zoe@kunde.example", "en", "added")
    assert zoe["address"] == "1 rue\nParis" and zoe["newsletter"] and zoe["tags"] == ["abonné", "été", "reprise"]
    assert [(each["first_name"], each["birth_date"]) for each in zoe["members"]] == [
        ("Zoé", "1990-05-04"), ("Léo", "2015-02-03")]
    entries = house.admin.get(f"{house.staff_base}/wallets/{zoe['id']}/entries")["items"]
    assert [(each["kind"], each["amount"], each["counter_account"]) for each in entries] == [
        ("adjustment", money(123450), "opening_balance")]
    assert entries[0]["reason"] == "Solde d’ouverture"
    assert house.wallet(by_name["Ann"]["id"])["balance"] == money(-1200)
    assert house.wallet(by_name["Max"]["id"])["entries_count"] == 0
    # P2: who did it, for each client and for the whole.
    audit = house.admin.get(f"{house.staff_base}/audit", query={"subject_id": zoe["id"]})["items"]
    assert [each["action"] for each in audit] == ["household.create"] and audit[0]["after"]["import_id"] == made["id"]
    assert [each["action"] for each in house.admin.get(
        f"{house.staff_base}/audit", query={"subject_id": made["id"]})["items"]] == ["import.create"]
    # Money goes on from there.
    assert house.credit(zoe["id"], 50)["balance_after"] == money(123500)
    assert house.server.command("audit").stdout.strip().endswith("clean")


BAD = table(line(first="Good", email="good@kunde.example"),
            line(first="", email="nobody", born="31/02/2000", balance="1.234"),
            line(first="Floor", balance="-50,01"),
            line(first="=HYPERLINK(\"http://x\")"),
            line(first="Same", email="GOOD@kunde.example"),
            line(family="9", first="Parent"), line(family="9", first="Child", born="1/1/2999"))
BAD_PROBLEMS = {3: {("Prénom", "required"), ("E-mail", "invalid"), ("Date de naissance", "invalid"), ("Solde", "ambiguous")},
                4: {("Solde", "floor_exceeded")}, 5: {("Prénom", "formula")},
                6: {("E-mail", "repeated")}, 7: {(None, "household_not_created")},
                8: {("Date de naissance", "out_of_range")}}


def test_H10_nothing_is_created_when_a_line_is_wrong(house):
    found = imported(house, BAD)
    assert found["status"] == "refused" and found["bad_lines"] == 6 and problems(found) == BAD_PROBLEMS
    assert clients(house) == []
    page = report(house, found["id"], limit=2)
    assert [each["line"] for each in page["items"]] == [3, 4]
    assert [each["line"] for each in report(house, found["id"], limit=2, cursor=page["next_cursor"])["items"]] == [5, 6]


def test_H10_lines_that_are_left_out_come_back_with_their_reason_and_can_be_repaired(house):
    found = imported(house, BAD, skip_errors=True)
    assert (found["status"], found["created"], found["bad_lines"]) == ("done", 1, 6)
    assert problems(found) == BAD_PROBLEMS
    rows = rows_of(house.admin.get(f"{house.staff_base}/imports/{found['id']}/rejected.csv"))
    assert rows[0] == [*HEADERS, "Motif"] and len(rows) == 7
    assert rows[2][2:4] == ["Floor", "Martin"] and rows[2][-2:] == ["-50,01", "Solde : descend sous le solde permis"]
    assert rows[3][2].startswith("'=HYPERLINK")
    rows[2][-2] = "-50,00"
    again = imported(house, csv_of([rows[0], rows[2]]))
    assert (again["status"], again["created"]) == ("done", 1) and again["columns"][-1] == {"header": "Motif", "field": None}


def test_H10_a_trial_creates_nothing_until_it_is_started(house):
    found = imported(house, BAD, dry_run=True)
    assert found["status"] == "checked" and found["dry_run"] and found["bad_lines"] == 6 and clients(house) == []
    path = f"{house.staff_base}/imports/{found['id']}/start"
    assert house.admin.post(path, {}).status == 202
    assert finished(house, found["id"])["status"] == "refused" and clients(house) == []
    started = house.admin.post(path, {"skip_errors": True})
    assert started.status == 202 and started["status"] == "checking"
    assert finished(house, found["id"])["created"] == 1 and len(clients(house)) == 1
    assert house.admin.post(path, {"skip_errors": True}).code == "conflict"


def test_H10_clients_that_are_there_already_are_reported(house):
    known = house.household(email="known@kunde.example", send_notification=False)
    body = table(line(email="Known@Kunde.example"), line(number=known["number"], first="Ann"), line(number="N-1", first="Max"))
    found = imported(house, body)
    assert found["status"] == "refused"
    assert problems(found) == {2: {("E-mail", "email_taken")}, 3: {("N° client", "number_taken")}}
    assert {each["line"]: each["problems"][0]["other"] for each in found["items"]} == {2: known["number"], 3: known["id"]}
    # A family may share an address, where staff say so; a number never.
    assert imported(house, body, duplicates="create", skip_errors=True)["created"] == 2
    # Another organisation's clients are no hindrance.
    assert imported(House(house.server), body)["created"] == 3


def test_H10_the_same_file_with_the_same_key_is_imported_once(house):
    body = table(line(email="once@kunde.example"))
    first = upload(house, body, key="import-1")
    assert finished(house, first["id"])["created"] == 1
    again = upload(house, body, key="import-1")
    assert (again.status, again["id"], again.headers["Idempotency-Replayed"]) == (201, first["id"], "true")
    assert upload(house, body, key="import-1", skip_errors=True).code == "idempotency_key_reused"
    # With another key staff are told that the file was imported before.
    other = imported(house, body, dry_run=True)
    assert other["same_as"] == first["id"] and other["bad_lines"] == 1
    assert len(clients(house)) == 1


def set_import(server, which, change):
    """Writes into an import that was tried as if it had been started at that moment."""
    server.sql(f"update imports set phase = 'creating', version = version + 1, details = (details::jsonb || '{change}')::text"
               f" where id = '{which}'")


def test_H10_a_question_asked_after_the_check_takes_no_column(house):
    asked = house.admin.patch(f"{house.staff_base}/forms", {"fields": [
        {"key": "school", "label": {"fr": "École", "en": "School"}}]})
    assert asked.status == 200, asked
    found = imported(house, csv_of([["Prénom", "Nom", "École", "Avoir"], ["Zoé", "Martin", "Ferry", "12,50"]]), dry_run=True)
    assert found["status"] == "checked" and [each["field"] for each in found["columns"]][2:] == ["answers.school", "balance"]
    # One field is archived and another one is called as a column, between the check and the creation.
    changed = house.admin.patch(f"{house.staff_base}/forms", {"fields": [
        {"key": "paid", "label": {"fr": "Avoir", "en": "Credit"}}]})
    assert changed.status == 200, changed
    set_import(house.server, found["id"], '{"create": true}')
    assert imported(house, table(line(first="Ann")))["created"] == 1  # it wakes the importer
    assert finished(house, found["id"])["status"] == "done"
    zoe = next(each for each in clients(house) if each["members"][0]["first_name"] == "Zoé")
    assert house.wallet(zoe["id"])["balance"] == money(1250)


def test_H10_an_import_that_cannot_go_on_fails_and_the_next_ones_are_made(house):
    found = imported(house, table(line()), dry_run=True)
    assert found["status"] == "checked"
    # Its file makes other households than the check found.
    set_import(house.server, found["id"], '{"create": true, "households": 7}')
    other = House(house.server)
    assert imported(other, table(line(first="Ann")))["created"] == 1
    failed = finished(house, found["id"])
    assert (failed["status"], failed["problem"]["code"]) == ("failed", "differs") and clients(house) == []


def test_H10_a_request_names_its_own_columns(house):
    body = csv_of([["a", "b", "c"], ["Zoé", "Martin", "3.50"]], ",")
    assert upload(house, body).code == "invalid"
    found = imported(house, body, columns="first_name,last_name,balance")
    assert found["created"] == 1 and found["balances"]["positive"] == money(350)
    for wrong in ("first_name,last_name,nonsense", "first_name,first_name", "a,b,c,d", ",first_name"):
        assert upload(house, body, columns=wrong).json["errors"][0]["field"] == "?columns", wrong


@pytest.mark.parametrize("body, code", [
    (b"", "empty"), ("Prénom;Nom\n".encode("utf-16"), "utf_16"), (b"first name,last name\n\0", "binary"),
    (b"PK\x03\x04" + b"x" * 100, "spreadsheet_file"), (b'"' * 40_000, "cell_too_long"), (b";" * 5_000, "too_many_columns"),
    (b'first name,"last name\n', "quote_not_closed")],
    ids=lambda each: each if isinstance(each, str) else "")
def test_H10_what_is_no_table_is_refused_by_name(house, body, code):
    refused = upload(house, body)
    assert (refused.status, refused.json["errors"]) == (422, [{"field": "/file", "code": code}])


def test_H10_what_breaks_later_fails_with_its_line(house):
    good = "Prénom;Nom\n" + "Zoé;Martin\n" * 20_000
    for tail, problem in ((b'x;"y\n', {"code": "quote_not_closed", "line": 20_002}), (b"x;\0\n", {"code": "binary", "line": None}),
                          (b"x" * 20_000, {"code": "cell_too_long", "line": 20_002})):
        found = imported(house, good.encode() + tail)
        assert (found["status"], found["problem"]) == ("failed", problem)
    assert clients(house) == []
    assert house.admin.post(f"{house.staff_base}/imports/{found['id']}/start", {}).code == "conflict"


def test_H10_a_body_beyond_the_limit_or_of_another_kind_is_refused(house):
    path = f"{house.staff_base}/imports"
    assert house.admin.request("POST", path, b"{}", key=True, headers={"Content-Type": "application/json"}).status == 415
    big = urllib.request.Request(house.server.url + path, b"x" * (20 * 1024 * 1024 + 1), {
        "Authorization": f"Bearer {house.admin.token}", "Content-Type": "text/csv", "Idempotency-Key": "big"})
    with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)) as refused:
        urllib.request.urlopen(big)
    assert getattr(refused.value, "code", 413) == 413
    assert upload(house, table(line()), nonsense="1").code == "invalid"


def announce(house, token):
    """A connection that announces 20 MiB and waits to be asked for them."""
    url = urlsplit(house.server.url)
    wire = socket.create_connection((url.hostname, url.port), timeout=20)
    wire.sendall(f"POST {house.staff_base}/imports HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {token}\r\n"
                 "Content-Type: text/csv\r\nIdempotency-Key: large\r\nContent-Length: 20971520\r\n"
                 "Expect: 100-continue\r\n\r\n".encode())
    return wire, wire.recv(12)[9:]


def test_H10_only_who_may_import_is_asked_for_a_large_file_and_few_at_once(make_server):
    house = House(make_server())
    assert announce(house, "nobody")[1] == b"401"
    assert announce(house, house.staff("box_office").token)[1] == b"403"
    held = [announce(house, house.admin.token) for _ in range(8)]
    assert [told for _, told in held] == [b"100"] * 8
    assert announce(house, house.admin.token)[1] == b"503"
    held.pop()[0].close()
    eventually(lambda: announce(house, house.admin.token)[1] == b"100", 10, "room for a large file")


def test_H10_two_imports_at_once_with_the_same_clients_make_each_once(house):
    body = table(*[line(number=f"P-{i}", email=f"p{i}@kunde.example", balance="1,00") for i in range(600)])
    made = [None, None]

    def send(i):
        made[i] = upload(house, body, by=house.admin.as_(house.admin.token), skip_errors=True)["id"]

    threads = [threading.Thread(target=send, args=(i,)) for i in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = [finished(house, each) for each in made]
    assert sorted(each["created"] for each in found) == [0, 600]
    assert sum(each["bad_lines"] for each in found) == 600
    totals = house.admin.get(f"{house.staff_base}/wallets", query={"limit": 1})["totals"]
    assert totals["positive"] == money(60_000)


def test_H10_kill_9_in_the_middle_makes_each_client_once(make_server):
    server = make_server()
    house = House(server)
    count = 6_000
    body = table(*[line(number=f"K-{i}", email=f"k{i}@kunde.example", balance="2,50") for i in range(count)])
    which = upload(house, body)["id"]
    done = 0
    for _ in range(3):
        wanted = done + 500
        done = eventually(lambda: (found := report(house, which))["created"] >= wanted and found["created"], 60, "progress")
        server.kill9()
        server.start()
    found = finished(house, which)
    assert (found["status"], found["created"], found["bad_lines"]) == ("done", count, 0)
    assert found["balances"]["positive"] == money(250 * count)
    assert server.sql("select count(*), count(distinct number), count(distinct email_key) from households").split("|") == [
        str(count)] * 3
    assert server.sql("select count(*), sum(balance) from wallets").split("|") == [str(count), str(250 * count)]
    assert server.sql("select count(*) from staff_changes where action = 'household.create'") == str(count)
    assert server.sql("select count(*) from import_parts") == "0"
    assert server.command("audit").stdout.strip().endswith("clean")


def test_H10_a_client_who_comes_meanwhile_is_reported_and_not_made_twice(house):
    for attempt in range(4):  # on a busy machine the import may be over before the client comes: then once more
        count = 4_000 * (attempt + 1)
        body = table(*[line(email=f"m{attempt}-{i}@kunde.example") for i in range(count)])
        which = upload(house, body)["id"]
        eventually(lambda: report(house, which)["status"] != "checking", 60, "the creation")
        house.household(email=f"m{attempt}-{count - 1}@kunde.example", send_notification=False)
        found = finished(house, which)
        if found["created"] < count:
            break
    assert (found["status"], found["created"], problems(found)) == (
        "done", count - 1, {count + 1: {("E-mail", "email_taken")}})


def test_H10_progress_comes_as_server_sent_events(server, house):
    which = upload(house, table(*[line(first=f"N{i}") for i in range(1_500)]))["id"]
    asked = urllib.request.Request(f"{server.url}{house.staff_base}/imports/{which}/events",
                                   headers={"Authorization": f"Bearer {house.admin.token}"})
    with urllib.request.urlopen(asked, timeout=60) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        events = [line for line in stream.read().decode().split("\n") if line.startswith("data: ")]
    assert '"status":"done"' in events[-1] and '"created":1500' in events[-1]


def test_H10_another_organisations_imports_are_not_there(house):
    other = House(house.server)
    which = upload(other, table(line()))["id"]
    finished(other, which)
    for path in ("", "/events", "/rejected.csv"):
        assert house.admin.get(f"{house.staff_base}/imports/{which}{path}").status == 404
    assert house.admin.post(f"{house.staff_base}/imports/{which}/start", {}).status == 404
    assert house.admin.get(f"{house.staff_base}/imports")["items"] == []
    assert [each["id"] for each in other.admin.get(f"{other.staff_base}/imports")["items"]] == [which]


def records(house):
    """What an export holds, without what an import cannot bring along."""
    rows = exported(house, archived="all")
    kept = [i for i, name in enumerate(rows[0]) if name not in ("Statut", "Archivé", "Compte en ligne", "Créé le")]
    return sorted(tuple(row[i] for i in kept) for row in rows)


def test_H10_what_is_exported_can_be_imported_again(server):
    form = [{"key": "size", "label": {"fr": "Taille", "en": "Size"}, "type": "choice", "choices": ["S", "M"], "mandatory": False}]
    one, other = House(server), House(server)
    for each in (one, other):
        changed = each.admin.patch(f"{each.staff_base}/settings", {"floors": {"administrator": money(-5000)}})
        assert changed.status == 200, changed
    body = table(line("A-1", "7", email="zoe@kunde.example", phone="+33 6 12", address="1 rue; \"x\"\nParis", tags="a,b|",
                      newsletter="x", balance="-12,30"),
                 line("", "7", "Léo", phone="06", email="leo@kunde.example"),
                 line("", "", "'=1+1", "'@x", balance="1 000,00", locale="en", tags="c|d"),
                 line("", "", "-5", "Ann"))
    assert imported(one, body)["created"] == 3
    first = one.admin.get(f"{one.staff_base}/exports/clients.csv")
    assert "'=1+1" in text_of(first) and "'+33 6 12" in text_of(first) and '"-12,30"' in text_of(first)
    assert {each.headers["Content-Disposition"] for each in (first,)} == {'attachment; filename="clients.csv"'}
    found = imported(other, first.body if isinstance(first.body, bytes) else first.body.encode(), tag="a,b")
    # Its tag comes to those that had none of that name.
    assert found["status"] == "done" and found["created"] == 3, found
    assert [each["field"] for each in found["columns"][-4:]] == [None] * 4

    def without_tags(rows):
        return [row[:10] + row[11:] for row in rows]
    assert without_tags(records(one)) == without_tags(records(other))
    for lang, separator, written in (("en", ",", "-12.30"), ("fr", ";", "-12,30")):
        rows = exported(one, lang=lang, separator=separator)
        assert written in {row[14] for row in rows}
    assert len(exported(one, q="Léo")) == 3
    assert form  # the form's answers are in tests/unit/import_tables.cpp


def test_H5_answers_stand_under_their_heading_after_a_field_is_archived(server):
    house = House(server)
    fields = [{"key": key, "label": {"fr": label}, "type": "text"} for key, label in (("school", "École"), ("size", "Taille"))]
    forms = f"{house.staff_base}/forms"
    assert house.admin.patch(forms, {"fields": fields}).status == 200
    client = house.household()["id"]
    made = house.admin.post(f"{house.staff_base}/households/{client}/members",
                            {"first_name": "Léo", "last_name": "Petit", "answers": {"school": "Ferry", "size": "M"}})
    assert made.status == 201, made
    assert house.admin.patch(forms, {"fields": fields[1:]}).status == 200
    header, *rows = exported(house)
    (row,) = [each for each in rows if "Léo" in each]
    assert len(row) == len(header) and "École" not in header and "Ferry" not in row
    assert row[header.index("Taille")] == "M" and row[header.index("Statut")] == "ajouté"


def test_W6_client_accounts_are_exported_with_their_sums(server):
    house = House(server, floors={"administrator": money(-5000)})
    assert imported(house, table(line(first="A", balance="10,00"), line(first="B", balance="2,50"),
                                 line(first="C", balance="-7,00"), line(first="D")))["created"] == 4
    rows = exported(house, "wallets")
    assert rows[0][:4] == ["N° client", "Prénom", "Nom", "E-mail"] and len(rows) == 7
    assert [(row[0], row[2], row[5]) for row in rows[-2:]] == [
        ("Total des soldes positifs", "2", "12,50"), ("Total des soldes négatifs", "1", "-7,00")]
    negative = exported(house, "wallets", balance="negative", lang="en", separator=",", )
    assert [row[1] for row in negative[1:-2]] == ["C"] and negative[-1][5] == "-7.00"
    box_office = house.staff("box_office")
    assert len(exported(house, "wallets", by=box_office)) == 7
    assert box_office.get(f"{house.staff_base}/exports/clients.csv").code == "forbidden"
    actions = [each["action"] for each in house.admin.get(f"{house.staff_base}/audit")["items"]]
    assert actions.count("export.wallets") == 3 and actions[0] == "export.wallets"


def test_H10_orders_are_exported(server):
    house = House(server)
    made = house.household()
    sold = house.admin.post(f"{house.staff_base}/orders", {
        "household_id": made["id"], "lines": [{"offer_id": house.offer()["id"], "quantity": 2}],
        "payments": [{"method": "cash"}], "buyer": {"of_age": True}}, key=True)
    assert sold.status == 201, sold
    rows = exported(house, "orders")
    assert len(rows) == 2 and rows[1][0] == sold["number"] and rows[1][9:13] == ["25,00", "0,00", "espèces", "EUR"]


def test_H10_a_long_export_is_sent_in_pages(server):
    house = House(server)
    count = 2_500
    assert imported(house, table(*[line(number=f"L-{i}") for i in range(count)]))["created"] == count
    rows = exported(house, tag=clients(house)[0]["tags"][0])
    assert len(rows) == count + 1 and len({row[0] for row in rows}) == count + 1


