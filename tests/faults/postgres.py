"""A PostgreSQL of the tests' own, on 127.0.0.1, beside the server instead of below it: the tests start and restart it."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from server import BINARY, free_port, template_of

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
RULES = "host all all 127.0.0.1/32 trust\n"


class Postgres:
    def __init__(self, environment=None):
        """`environment` is added to its own, such as that of a clock."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foyer-database-"))
        self.folder.chmod(0o711)
        self.cluster = self.folder / "postgresql"
        self.port = free_port()
        self.environment = environment or {}
        self.process = None
        subprocess.run(["cp", "-a", "--reflink=auto", template_of(BINARY), self.cluster], check=True)
        self.rules = self.folder / "hba.conf"
        self.rules.write_text(RULES)

    @property
    def url(self):
        return self.url_at(self.port)

    @staticmethod
    def url_at(port):
        return f"host=127.0.0.1 port={port} user=foyer dbname=foyer sslmode=disable gssencmode=disable"

    def start(self, seconds=30):
        """Also after it was killed, when the memory of its children may still be in use for a moment."""
        end = time.monotonic() + seconds
        while True:
            self._launch()
            while self.process.poll() is None:
                if self.accepts():
                    return self
                assert time.monotonic() < end, "PostgreSQL did not get ready: " + self.log()
                time.sleep(0.02)
            assert time.monotonic() < end, "PostgreSQL does not start: " + self.log()
            time.sleep(0.05)

    def _launch(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
                    "hba_file": self.rules, "logging_collector": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # It refuses to run as root; the files of the cluster belong to user postgres then.
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with open(self.folder / "postgresql.log", "ab") as log:
            self.process = subprocess.Popen([PROGRAMS / "postgres", "-D", self.cluster, *options], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.cluster if owner == {} else "/",
                                            env={**os.environ, **self.environment}, **owner)

    def accepts(self):
        return subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              timeout=10).returncode == 0

    def sql(self, statement):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.url, "-c", statement], capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def log(self):
        return (self.folder / "postgresql.log").read_text(errors="replace")[-4000:]

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def remove(self):
        try:
            if self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(20)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


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


def signal_all(pids, which):
    for pid in pids:
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            pass  # ended meanwhile


class Stopped:
    """with Stopped(postmaster): …, in which PostgreSQL is there but does nothing."""

    def __init__(self, postmaster):
        self.pids = processes_of(postmaster)

    def __enter__(self):
        signal_all(self.pids, signal.SIGSTOP)

    def __exit__(self, *_):
        signal_all(self.pids, signal.SIGCONT)


