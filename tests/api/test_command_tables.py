"""`foyer import` and `foyer export` (H10): the same room as over HTTP, while the server runs and without it."""

import csv
import io
import stat

import pytest

from house import House, money
from server import Server
from tables import csv_of

HEADERS = ["Numéro", "Prénom", "Nom", "E-mail", "Solde"]
GOOD = [["C-1", "Zoé", "Martin", "zoe@kunde.example", "12,50"], ["C-2", "Ann", "Petit", "", "-3,00"]]
BAD = [["C-3", "", "Sans prénom", "", ""], ["C-4", "Max", "Petit", "not an address", ""]]


@pytest.fixture(scope="module")
def own():
    server = Server()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def house(own):
    return House(own, floors={"administrator": money(-10_000)})


def table(server, rows, name="clients.csv"):
    path = server.folder / name
    path.write_bytes(csv_of([HEADERS, *rows]))
    return path


def clients(house):
    return {each["number"]: each for each in house.admin.get(f"{house.staff_base}/households")["items"]}


def test_H10_a_table_is_imported_while_the_server_runs(house):
    path = table(house.server, GOOD)
    trial = house.server.command("import", house.slug, str(path), "--dry-run")
    assert "2 clients" in trial.stdout and "12,50 EUR" in trial.stdout and "nothing was created" in trial.stdout
    assert clients(house) == {}
    done = house.server.command("import", house.slug, str(path))
    assert "2 clients created" in done.stdout and done.stderr == "", done
    there = clients(house)
    assert set(there) == {"C-1", "C-2"}
    assert house.wallet(there["C-1"]["id"])["balance"] == money(1250)
    assert house.wallet(there["C-2"]["id"])["balance"] == money(-300)
    # As over HTTP: it is among the imports, and in the audit log with nobody's account.
    listed = house.admin.get(f"{house.staff_base}/imports")["items"]
    assert [(each["status"], each["created_by"], each["file_name"]) for each in listed] == [
        ("done", None, "clients.csv"), ("checked", None, "clients.csv")]
    log = house.admin.get(f"{house.staff_base}/audit", query={"action": "import.create"})["items"]
    assert len(log) == 2 and log[0]["by"] is None, log[0]
    assert house.server.command("audit").stdout.strip().endswith("clean")


def test_H10_wrong_lines_are_told_and_laid_beside_the_file(house):
    path = table(house.server, GOOD + BAD, "mixed.csv")
    beside = path.with_name("mixed.rejected.csv")
    refused = house.server.command("import", house.slug, str(path), check=False)
    assert refused.returncode == 1 and "nothing was created" in refused.stderr
    assert f"{path}:4: " in refused.stderr and f"{path}:5: " in refused.stderr and f"{path}:2: " not in refused.stderr
    assert clients(house) == {}
    rows = list(csv.reader(io.StringIO(beside.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [*HEADERS, "Motif"] and [each[:5] for each in rows[1:]] == BAD and all(each[5] for each in rows[1:])
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    trial = house.server.command("import", house.slug, str(path), "--dry-run", check=False)
    assert trial.returncode == 1 and clients(house) == {}
    beside.unlink()
    skipped = house.server.command("import", house.slug, str(path), "--skip-errors")
    assert "2 clients created" in skipped.stdout and set(clients(house)) == {"C-1", "C-2"} and beside.exists()


def test_H10_what_cannot_be_imported_is_told_by_the_exit_status(house):
    path = table(house.server, GOOD, "status.csv")
    none = house.server.command("import", "nobody-here", str(path), check=False)
    assert none.returncode == 1 and "there is no organisation nobody-here" in none.stderr
    missing = house.server.command("import", house.slug, str(path) + "x", check=False)
    assert missing.returncode == 2 and "can't be read" in missing.stderr
    assert house.server.command("import", house.slug, check=False).returncode == 2
    path.write_bytes("a;b\r\n1;2\r\n".encode())
    wrong = house.server.command("import", house.slug, str(path), check=False)
    assert wrong.returncode == 1 and "missing_" in wrong.stderr
    path.write_bytes(b"\x00\xff\x00")
    assert house.server.command("import", house.slug, str(path), check=False).returncode == 1
    assert house.server.command("export", "nobody-here", str(house.server.folder / "nowhere"), check=False).returncode == 1
    assert clients(house) == {}


def test_H10_lists_are_exported_and_can_be_imported_again_without_a_server(make_server):
    server = make_server()
    first, second = House(server), House(server)
    path = table(server, GOOD[:1])
    server.command("import", first.slug, str(path))
    first_offer = first.offer(500)
    made = first.admin.post(f"{first.staff_base}/orders", {
        "household_id": clients(first)["C-1"]["id"], "lines": [{"offer_id": first_offer["id"], "quantity": 1}],
        "payments": [{"method": "cash"}], "buyer": {"of_age": True}}, key=True)
    assert made.status == 201, made
    over_http = {name: first.admin.get(f"{first.staff_base}/exports/{name}.csv", query={"lang": "fr"}).body
                 for name in ("clients", "wallets", "orders")}
    server.stop()
    folder = server.folder / "lists"
    done = server.command("export", first.slug, str(folder))
    assert [line.rsplit("/", 1)[1] for line in done.stdout.splitlines()] == ["clients.csv", "wallets.csv", "orders.csv"]
    for name, text in over_http.items():
        assert (folder / f"{name}.csv").read_bytes() == (text if isinstance(text, bytes) else text.encode()), name
        assert stat.S_IMODE((folder / f"{name}.csv").stat().st_mode) == 0o600
    # As a house that moves would do it: the other one has no such client yet.
    moved = server.command("import", second.slug, str(folder / "clients.csv"))
    assert "1 clients created" in moved.stdout, moved
    server.start()
    assert set(clients(second)) == {"C-1"}
    log = first.admin.get(f"{first.staff_base}/audit", query={"limit": 200})["items"]
    assert {"export.clients", "export.wallets", "export.orders"} <= {each["action"] for each in log if each["by"] is None}
    assert server.command("audit").stdout.strip().endswith("clean")
