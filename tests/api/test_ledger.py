"""W2: `foyer ledger verify`, `foyer ledger checkpoint` and the checkpoints that a running server writes."""

import json
import shutil

import pytest

from house import House
from server import eventually

UNLOCK = "alter table ledger_entries disable trigger user; "


@pytest.fixture()
def signed(make_server):
    """A server that wrote a checkpoint after somebody got money three times: (server, wallet, file)."""
    server = make_server(ledger__checkpoint_after_start="100ms", ledger__checkpoint_every="100ms")
    house = House(server)
    wallet = house.household()["id"]
    for _ in range(3):
        house.credit(wallet, 1000)
    folder = server.folder / "data/checkpoints"
    eventually(lambda: any(f"{wallet} 3 " in each.read_text() for each in folder.glob("*.txt")), 10, "a checkpoint")
    server.stop()  # the commands find the database without it
    (file,) = folder.glob("*.txt")
    server.command("ledger", "verify")
    return server, wallet, file


def alter(server, statements):
    """As the owner of the database can, while no server writes."""
    server.settings.update({"ledger.checkpoint_after_start": "1d"})
    server.start()
    server.sql(statements)
    server.stop()


def test_W2_a_tail_that_was_cut_off_is_found_and_not_signed_over(signed):
    server, wallet, file = signed
    before = file.read_text()
    alter(server, UNLOCK + f"delete from ledger_entries where household_id = '{wallet}' and seq = 3; "
          "update wallets w set entries_count = 2, head = l.hash, balance = l.balance_after from ledger_entries l "
          f"where l.household_id = w.household_id and l.seq = 2 and w.household_id = '{wallet}'")
    found = server.command("ledger", "verify", check=False)
    assert found.returncode == 1 and f"wallet {wallet}: broken at entry 2: the checkpoint of" in found.stdout, found
    told = json.loads(server.command("ledger", "verify", "--json", check=False).stdout)
    assert [(each["wallet"], each["seq"]) for each in told["broken"]] == [(wallet, 2)]
    assert told["checkpoint"]["file"] == str(file)
    audit = server.command("audit", check=False)
    assert audit.returncode == 1 and f"5 chains: wallet {wallet} entry 2" in audit.stdout, audit
    refused = server.command("ledger", "checkpoint", check=False)
    assert refused.returncode == 1 and wallet in refused.stdout and file.read_text() == before
    # A copy that was kept elsewhere tells it when the folder is gone too.
    kept = server.folder / "kept"
    shutil.move(file, kept)
    assert "no checkpoint in" in server.command("ledger", "verify").stdout
    assert server.command("ledger", "verify", "--checkpoint", str(kept), check=False).returncode == 1


def test_W2_an_altered_row_is_named(signed):
    server, wallet, _ = signed
    alter(server, UNLOCK + f"update ledger_entries set amount = 1001 where household_id = '{wallet}' and seq = 2")
    found = server.command("ledger", "verify", check=False)
    assert found.returncode == 1 and f"wallet {wallet}: broken at entry 2:" in found.stdout, found


def test_W2_a_checkpoint_that_was_changed_is_not_believed(signed):
    server, wallet, file = signed
    file.write_text(file.read_text().replace(f"{wallet} 3 ", f"{wallet} 2 "))
    for command, status in ((("ledger", "verify"), 1), (("audit",), 3), (("ledger", "checkpoint"), 1)):
        done = server.command(*command, check=False)
        assert done.returncode == status and "was not signed under this server's secret" in done.stderr, done
