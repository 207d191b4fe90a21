"""A foyer of its own: temporary data folder, configuration file, free ports."""

import atexit
import functools
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from client import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("FOYER_BINARY", str(ROOT / "build/release/cli/foyer"))

# What tests need otherwise than an operator does; make_server() can override each.
DEFAULTS = {
    "mail.dev_mailbox": True,
    "security.throttling": False,
    "security.argon2_memory_kib": 1024,
    "security.argon2_iterations": 1,
    "database.shared_buffers_mib": 32,
    "database.read_connections": 2,
    "mail.rate_per_second": 0,
    "log.level": "info",
}


# Ports below those that Linux gives to connections, in blocks: who listens on the first one of a block has the others,
# so that test processes beside each other never meet.
_BLOCK = 400


@functools.cache
def _own_block():
    for first in range(20_000, 32_000, _BLOCK):
        mark = socket.socket()
        try:
            mark.bind(("127.0.0.1", first))
            mark.listen(1)
        except OSError:
            mark.close()
            continue
        return mark, itertools.cycle(range(first + 1, first + _BLOCK))
    raise OSError("no free block of ports")


def free_port():
    """A port that nobody listens on, and that nobody else is given soon."""
    for port in itertools.islice(_own_block()[1], _BLOCK):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")


def eventually(condition, seconds=10, what="the condition"):
    """Asks again until the answer is true, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)


_template_lock = threading.Lock()
_templates = {}


def template_of(binary):
    """An empty database of this program, made once: initdb and the migrations take seconds, a copy takes none."""
    with _template_lock:
        if binary not in _templates:
            folder = pathlib.Path(tempfile.mkdtemp(prefix="foyer-template-"))
            folder.chmod(0o711)
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            done = subprocess.run([binary, "migrate", "--data", str(folder / "data")], capture_output=True, text=True,
                                  timeout=120, cwd=folder)
            assert done.returncode == 0, done.stdout + done.stderr
            _templates[binary] = folder / "data/postgresql"
        return _templates[binary]


class Server:
    binary = BINARY
    environment = {}

    def __init__(self, **settings):
        """Settings are keys of the configuration with `__` for the dot: accounts__confirmation_link="2s"."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foyer-test-"))
        # As root the database runs as user postgres, which has to pass through.
        self.folder.chmod(0o711)
        self.port = free_port()
        self.metrics_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            **DEFAULTS,
            "data.dir": str(self.folder / "data"),
            "server.listen": f"127.0.0.1:{self.port}",
            "server.public_url": self.url,
            "server.metrics_listen": f"127.0.0.1:{self.metrics_port}",
            **{name.replace("__", ".", 1): value for name, value in settings.items()},
        }
        self.log_path = self.folder / "foyer.log"
        self.process = None

    def write_config(self):
        """JSON texts, numbers, booleans and lists are TOML too."""
        sections = {}
        for name, value in self.settings.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {json.dumps(value)}")
        text = "".join(f"[{section}]\n" + "\n".join(lines) + "\n\n" for section, lines in sections.items())
        path = self.folder / "foyer.toml"
        path.write_text(text)
        return path

    def start(self, seconds=60):
        """Starts `foyer serve` and waits until it is ready."""
        cluster = pathlib.Path(self.settings["data.dir"]) / "postgresql"
        if self.settings.get("database.url", "") == "" and not cluster.exists():
            cluster.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", "--reflink=auto", template_of(self.binary), cluster], check=True)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve", "--config", str(self.write_config())],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                            env={**os.environ, **self.environment})
        eventually(self.ready, seconds, "readiness")
        return self

    def ready(self):
        assert self.process.poll() is None, f"foyer ended with {self.process.returncode}:\n{self.log()}"
        try:
            return self.client(timeout=2).get("/readyz").status == 200
        except OSError:
            return False

    def client(self, token=None, timeout=30):
        return Client(self.url, token, timeout)

    def metric(self, name):
        """The value of a metric without labels."""
        text = Client(f"http://127.0.0.1:{self.metrics_port}").get("/metrics").body.decode()
        return float(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))

    def log(self):
        return self.log_path.read_text(errors="replace")[-8000:] if self.log_path.exists() else ""

    def command(self, *arguments, check=True):
        """Runs another subcommand on this server's data, whether it serves or not."""
        done = subprocess.run([BINARY, *arguments, "--config", str(self.write_config())], capture_output=True,
                              text=True, timeout=120, cwd=self.folder)
        assert not check or done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def postmaster(self):
        """The pid of its private PostgreSQL."""
        return int((self.folder / "data/postgresql/postmaster.pid").read_text().split()[0])

    def socket_folder(self):
        """Where its private PostgreSQL listens."""
        return (self.folder / "data/postgresql/postmaster.pid").read_text().split("\n")[4]

    def sql(self, statement):
        """What the private PostgreSQL answers, past the program."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1",
                               f"host={self.socket_folder()} user=foyer dbname=foyer", "-c", statement],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=30):
        """SIGTERM; a server that does not end by itself with status 0 has a fault."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                status = self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"foyer did not end within {seconds} s:\n{self.log()}") from None
            assert status == 0, f"foyer ended with {status}:\n{self.log()}"

    def restart(self):
        self.stop()
        return self.start()

    def remove(self):
        """Stops what is left, a private PostgreSQL that survived kill9() too, and removes the folder."""
        try:
            self.stop()
        finally:
            pid_file = self.folder / "data/postgresql/postmaster.pid"
            if pid_file.exists():
                try:
                    os.kill(self.postmaster(), signal.SIGQUIT)
                    eventually(lambda: not pid_file.exists(), 10, "the end of PostgreSQL")
                except ProcessLookupError:
                    pass
            shutil.rmtree(self.folder, ignore_errors=True)


class Unguarded(Server):
    """Built with guards that can be turned off, to show that the race tests notice: `off` is "funds,places,keys" or a
    part of it. The database's own constraints stay until without_constraints() drops them."""

    binary = str(pathlib.Path(BINARY).with_name("foyer-unguarded"))

    def __init__(self, off, **settings):
        assert pathlib.Path(self.binary).exists(), f"{self.binary} is not built: ./test builds it"
        super().__init__(**settings)
        self.environment = {"FOYER_GUARDS_OFF": off}

    def without_constraints(self):
        self.sql("alter table wallets drop constraint wallets_floor")
        self.sql("alter table ledger_entries drop constraint ledger_entries_buyer")
        self.sql("alter table offer_stock drop constraint offer_stock_capacity")
        return self


class Mailbox:
    """The mails that a server in demonstration mode wrote, through GET /dev/mail."""

    def __init__(self, server):
        self.server = server

    def all(self, to=None):
        return self.server.client().get("/dev/mail", query={"to": to} if to else None)["items"]

    def wait(self, to, subject="", seconds=10):
        """The newest mail to this address whose subject contains the text, as soon as there is one."""
        client = self.server.client()
        deadline = time.monotonic() + seconds
        while True:
            for mail in client.get("/dev/mail", query={"to": to, "wait": "1s"})["items"]:
                if subject in mail["subject"]:
                    return mail
            assert time.monotonic() < deadline, f"no mail to {to} with {subject!r}; there are {self.all(to)}"
            # An old mail to the same address makes the wait end at once.
            time.sleep(0.05)
