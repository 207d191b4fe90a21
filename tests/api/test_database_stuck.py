"""QUALITY.md, "faults it survives": a PostgreSQL that is there but does nothing, or whose disk is full, in the middle
of a rush. The server answers 503 in bounded time, nothing else suffers, and it recovers by itself. Each run prints its
seed; FOYER_SEED repeats it."""

import errno
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from rush import Rush
from server import Server, eventually
from venue import Venue

SEED = int(os.environ.get("FOYER_SEED", random.SystemRandom().randrange(10**6)))
DEADLINE = 2  # seconds of a statement, and of a request; an operator's are 15
DISK = "400m"  # room for an empty cluster and some minutes of orders


def processes_of(postmaster):
    """The postmaster first, so that it starts no others meanwhile."""
    pids = [int(each) for each in os.listdir("/proc") if each.isdigit()]
    return [postmaster, *[pid for pid in pids if parent_of(pid) == postmaster]]


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except OSError:
        return None  # ended meanwhile


class TimedRush(Rush):
    """Knows its slowest request."""

    slowest = 0

    def _send(self, client, entry):
        began = time.monotonic()
        try:
            return super()._send(client, entry)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)


def refused(rush):
    """How many answers said 503 so far."""
    return sum(seen[0] == 503 for each in rush.tries for entry in list(each) for seen in list(entry["seen"]))


def answered(rush):
    return sum(entry["answer"] is not None for each in rush.tries for entry in list(each))


def watch(server, rush, enough, seconds):
    """Until `enough` more requests were refused. The server itself answers all the time."""
    watcher = server.client(timeout=5)
    before, slowest, unready, end = refused(rush), 0, False, time.monotonic() + seconds
    while refused(rush) < before + enough:
        assert time.monotonic() < end, f"{refused(rush) - before} of {enough} refusals within {seconds} s"
        began = time.monotonic()
        assert watcher.get("/healthz").status == 200
        slowest = max(slowest, time.monotonic() - began)
        unready = unready or watcher.get("/readyz").status == 503
        time.sleep(0.05)
    print(f"healthz took {slowest:.3f} s at most; told that it was not ready: {unready}")
    assert slowest < 2  # this machine is shared with the rush itself


def recover(server, rush, seconds):
    began, before = time.monotonic(), answered(rush)
    watcher = server.client(timeout=5)
    eventually(lambda: watcher.get("/readyz").status == 200, seconds, "readiness")
    eventually(lambda: answered(rush) > before + 32, seconds, "new answers")
    print(f"serving after {time.monotonic() - began:.2f} s")


def settle_and_check(server, rush, pid):
    assert server.process.poll() is None and server.process.pid == pid
    # It never hung up on anybody.
    assert not [seen for each in rush.tries for entry in each for seen in entry["seen"] if isinstance(seen, str)]
    unknown, happened = rush.resolve()
    print(f"{sum(map(len, rush.tries))} requests, {unknown} unknown, of which {happened} had happened")
    rush.check()


def test_O3_a_stopped_database_is_refused_in_time_and_loses_nothing():
    server = Server(database__statement_deadline=f"{DEADLINE}s", database__connect_deadline=f"{DEADLINE}s",
                    http__handler_deadline=f"{DEADLINE}s")
    try:
        server.start()
        print("seed", SEED)
        rush = TimedRush(Venue(server), SEED, buyers=16)

        def disturb():
            stopped = processes_of(server.postmaster())
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            try:
                # Every buyer several times over, so that none of them waits for the database.
                watch(server, rush, enough=64, seconds=60)
            finally:
                for pid in stopped:
                    os.kill(pid, signal.SIGCONT)
            recover(server, rush, 20)

        rush.run(disturb, after=rush.random.randint(50, 300), seconds=90)
        print(f"the slowest request took {rush.slowest:.2f} s")
        assert rush.slowest < DEADLINE + 2  # the machine is shared with the rush itself
        settle_and_check(server, rush, server.process.pid)
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


@pytest.mark.parametrize("worse", [no_room_for_rows, no_room_for_the_log], ids=lambda each: each.__name__)
def test_O3_a_full_disk_is_refused_and_recovers_when_there_is_room(small_disk, worse):
    print("seed", SEED)
    rush = Rush(Venue(small_disk), SEED, buyers=16)
    pid = small_disk.process.pid

    def disturb():
        filler = fill(small_disk.folder / "data")
        try:
            worse(small_disk)
            watch(small_disk, rush, enough=64, seconds=60)
        finally:
            filler.unlink()
        recover(small_disk, rush, 30)

    rush.run(disturb, after=rush.random.randint(50, 300), seconds=120)
    settle_and_check(small_disk, rush, pid)
