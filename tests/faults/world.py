"""A server, its PostgreSQL, the wire between them, the post office and the clock: everything of it can break."""

import time

from clock import Clock
from post_office import PostOffice
from postgres import Postgres
from server import Server, eventually
from venue import Venue
from wire import Wire

# What QUALITY.md asks for, in seconds: ready again after kill -9, and connected again when the database is back.
READY_AFTER_KILL = 5
BACK_AFTER_DATABASE = 10
# Of a statement, of connecting and of a request here; an operator's are 15, 5 and 15 s.
DEADLINE = 2

recoveries = []  # (what, seconds, at most), shown at the end of the run


def recovered(what, began, at_most):
    """Notes how long it took since `began`, and holds it against its bound."""
    took = time.monotonic() - began
    recoveries.append((what, took, at_most))
    assert took <= at_most, f"{what}: {took:.2f} s, at most {at_most} s"


class World(Server):
    """A server whose database is another program's, reached over TCP, and whose mails go to a post office."""

    def __init__(self, clock_of_database=False, tls=None, **settings):
        """With `clock_of_database` both stand on one machine, whose clock jumps for both."""
        self.clock = Clock()
        self.clock_of_database = clock_of_database
        self.database = Postgres(self.clock.environment if clock_of_database else {})
        self.wire = Wire(self.database.port)
        self.post = PostOffice(tls)
        self.kills = 0
        self.settled = {}
        self.losses_before = 0
        super().__init__(**{
            "database__url": self.wire.url,
            "database__statement_deadline": f"{DEADLINE}s",
            "database__connect_deadline": f"{DEADLINE}s",
            "database__reconnect_max": "500ms",
            "http__handler_deadline": f"{DEADLINE}s",
            "mail__smtp_url": self.post.url,
            "mail__starttls": "opportunistic" if tls else "off",
            "mail__retry_first": "50ms",
            "mail__retry_max": "300ms",
            "mail__connect_deadline": "1s",
            "mail__send_deadline": "1s",
            "mail__lease": "3s",  # three times what one attempt may take, at least
            # The clock may jump by hours: that is not what makes people log in again here.
            "sessions__buyer_idle": "12h",
            "sessions__staff_idle": "12h",
            **settings})
        self.environment = self.clock.environment

    def start(self, seconds=60):
        if self.database.process is None:
            self.database.start()
        return super().start(seconds)

    def revive(self, seconds=60):
        """As whoever watches over a program starts it again, until it is ready: without its database it does not begin."""
        end = time.monotonic() + seconds
        while True:
            try:
                return super().start(seconds)
            except AssertionError:
                if self.process.poll() is None or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def kill9(self):
        self.kills += 1
        super().kill9()

    def sql(self, statement):
        return self.database.sql(statement)

    def postmaster(self):
        return self.database.process.pid

    def venue(self, **settings):
        venue = Venue(self, **settings)
        venue.mailbox = self.post
        return venue

    def mails_settled(self, seconds=60):
        """Every mail that was written is sent, and a second time only where its sender did not hear that it was taken, was
        killed, or had its lease taken away by a clock that jumped ahead."""
        eventually(lambda: self.sql("select count(*) from outbox where state <> 2") == "0", seconds, "the last mail")
        written = set(self.sql("select id from outbox").split())
        losses = self.kills + (self.clock.jumps_ahead if self.clock_of_database else 0)

        def by_id(counted):
            return {identity.strip("<>").split("@")[0]: count for identity, count in counted.items()}

        def unexplained():
            # Those that were settled before had other losses.
            unsaid = by_id(self.post.unsaid)
            return {identity: count for identity, count in by_id(self.post.copies).items()
                    if identity not in self.settled
                    and count > 1 + unsaid.get(identity, 0) + losses - self.losses_before}

        # Who was not heard knows it only when the connection ends.
        eventually(lambda: not unexplained(), 10, f"a reason for each copy of {unexplained()}")
        copies = by_id(self.post.copies)
        assert set(copies) == written, set(copies) ^ written
        assert all(copies[identity] == count for identity, count in self.settled.items()), "a settled mail came again"
        new = {identity: count for identity, count in copies.items() if identity not in self.settled}
        self.settled, self.losses_before = copies, losses
        return len(new), sum(count > 1 for count in new.values())

    def remove(self):
        try:
            self.wire.mend()
            super().remove()
        finally:
            self.post.close()
            self.wire.close()
            self.database.remove()
            self.clock.remove()


def serving(server, evening, what, began, at_most, ready_within=None):
    """Until it is ready and buyers get answers again; holds both against their bounds."""
    watcher = server.client(timeout=5)

    def ready():
        try:
            return watcher.get("/healthz").status == 200 and watcher.get("/readyz").status == 200
        except OSError:
            watcher.close()
            return False

    eventually(ready, at_most + 5, "readiness")
    recovered(f"{what}: ready", began, ready_within or at_most)
    answered = evening.count()
    eventually(lambda: evening.count() > answered + 16, at_most + 5, "new answers")
    recovered(f"{what}: serving", began, at_most)
