"""QUALITY.md, "faults it survives": a PostgreSQL that is there but does nothing, or whose disk is full. The server
answers 503 in bounded time, nothing else suffers, and it recovers by itself."""

import errno
import os
import shutil
import signal
import subprocess
import time

import pytest

from evening import Evening
from postgres import Stopped
from server import Server, eventually
from venue import Venue
from world import BACK_AFTER_DATABASE, DEADLINE, serving

# For so long PostgreSQL stands still at least: in the long runs as long as QUALITY.md says.
STOPPED = 30 if os.environ.get("FOYER_FAULT_SECONDS") else 3
DISK = "400m"  # room for an empty cluster and some minutes of orders


def watch(server, evening, enough, at_least=0, seconds=90):
    """Until `enough` more requests were refused. The server itself answers all the time."""
    watcher = server.client(timeout=5)
    before, slowest, began = evening.refusals(), 0, time.monotonic()
    while evening.refusals() < before + enough or time.monotonic() < began + at_least:
        assert time.monotonic() < began + seconds, f"{evening.refusals() - before} of {enough} refusals in {seconds} s"
        asked = time.monotonic()
        assert watcher.get("/healthz").status == 200
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.05)
    print(f"healthz took {slowest:.3f} s at most")
    assert slowest < 2  # this machine is shared with the evening itself


def settle_and_check(server, evening, pid):
    assert server.process.poll() is None and server.process.pid == pid
    assert not evening.hung_up()
    unknown, happened = evening.resolve()
    print(f"{len(evening.journal())} requests, {unknown} unknown, of which {happened} had happened")
    evening.check()


@pytest.mark.few(1)
def test_O3_a_stopped_database_is_refused_in_time_and_loses_nothing(seed):
    server = Server(database__statement_deadline=f"{DEADLINE}s", database__connect_deadline=f"{DEADLINE}s",
                    http__handler_deadline=f"{DEADLINE}s")
    try:
        server.start()
        print("FOYER_SEED", seed)
        evening = Evening(Venue(server), seed)

        def disturb():
            with Stopped(server.postmaster()):
                # Everybody several times over, so that none of them waits for the database.
                watch(server, evening, enough=60, at_least=STOPPED)
            serving(server, evening, "database stopped", time.monotonic(), BACK_AFTER_DATABASE)

        evening.run(disturb, after=evening.dice.randint(50, 300))
        print(f"the slowest request took {evening.slowest:.2f} s")
        assert evening.slowest < DEADLINE + 2  # the machine is shared with the evening itself
        settle_and_check(server, evening, server.process.pid)
    finally:
        server.remove()


@pytest.fixture()
def small_disk():
    """A server whose data folder is a small file system of its own."""
    server = Server()
    data = server.folder / "data"
    data.mkdir(mode=0o711)
    try:
        if os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("a file system can only be mounted as root")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=711", "tmpfs", str(data)],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            pytest.skip("no file system can be mounted here: " + mounted.stderr.strip())
        try:
            yield server.start()
        finally:
            try:
                server.stop()
            finally:
                if (data / "postgresql/postmaster.pid").exists():
                    os.kill(server.postmaster(), signal.SIGQUIT)
                    eventually(lambda: not (data / "postgresql/postmaster.pid").exists(), 10, "the end of PostgreSQL")
                subprocess.run(["umount", str(data)], check=True)
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def fill(folder):
    """Writes until nothing fits any more."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as out:
        for size in (1 << 20, 4096):
            try:
                while True:
                    out.write(bytes(size))
            except OSError as full:
                assert full.errno == errno.ENOSPC
    return filler


def no_room_for_rows(_):
    pass


def no_room_for_the_log(server):
    """Its log goes on in a new file, for which there is no room: PostgreSQL ends, and cannot begin again."""
    subprocess.run(["psql", "-XAtq", f"host={server.socket_folder()} user=foyer dbname=foyer", "-c",
                    "select pg_switch_wal(), txid_current(); checkpoint"], capture_output=True, timeout=60)


@pytest.mark.few(1)
@pytest.mark.parametrize("worse", [no_room_for_rows, no_room_for_the_log], ids=lambda each: each.__name__)
def test_O3_a_full_disk_is_refused_and_recovers_when_there_is_room(small_disk, worse, seed):
    print("FOYER_SEED", seed)
    evening = Evening(Venue(small_disk), seed)
    pid = small_disk.process.pid

    def disturb():
        filler = fill(small_disk.folder / "data")
        try:
            worse(small_disk)
            watch(small_disk, evening, enough=60)
        finally:
            filler.unlink()
        serving(small_disk, evening, "disk full: " + worse.__name__.replace("_", " "), time.monotonic(), 30)

    evening.run(disturb, after=evening.dice.randint(50, 300))
    settle_and_check(small_disk, evening, pid)
