"""The connection between the server and PostgreSQL, as something that breaks: a TCP proxy that understands enough of
the protocol to know the journal's connection, and where in it a commit begins and ends.

One Sync is one commit of the journal: sent, PostgreSQL writes it out; not sent, PostgreSQL takes everything back. The
answer to it is ReadyForQuery."""

import collections
import socket
import struct
import threading
import time

from postgres import Postgres
from server import free_port

JOURNAL = b"foyer-journal-"
SYNCS_OF_THE_CLAIM = 3  # what the journal asks before it is ready for batches (storage/journal.cpp)


def parts_of(buffer):
    """The whole messages at the beginning of the buffer, which are taken out of it."""
    found = []
    while len(buffer) >= 5:
        size = 1 + struct.unpack(">I", buffer[1:5])[0]
        if len(buffer) < size:
            break
        found.append(bytes(buffer[:size]))
        del buffer[:size]
    return found


class Pair:
    """One connection: `near` is the server's end, `far` PostgreSQL's."""

    def __init__(self, near, far):
        self.near = near
        self.far = far
        self.journal = False
        self.syncs = 0
        self.swallowing = False
        self.bytes_left = None

    def cut(self):
        for end in (self.near, self.far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Wire:
    def __init__(self, database_port):
        self.database_port = database_port
        self.port = free_port()
        self.cuts = collections.Counter()  # by where
        self.away = threading.Event()      # nobody is connected any more
        self.open = threading.Event()      # bytes pass
        self.open.set()
        self.delay = 0.0                   # seconds that each piece takes more
        self._armed = None
        self._lock = threading.Lock()
        self._pairs = set()
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return Postgres.url_at(self.port)

    # What breaks

    def arm(self, where):
        """The next commit of the journal is cut "before" it takes effect, "at" it, or "after" (its answer is lost)."""
        with self._lock:
            self._armed = where

    def disarm(self):
        """Whether it was still to come."""
        with self._lock:
            waited, self._armed = self._armed is not None, None
        return waited

    def cut(self, only_journal=False):
        for pair in self._all():
            if pair.journal or not only_journal:
                self.cuts["whole"] += 1
                pair.cut()

    def cut_within(self, count):
        """Each connection after so many bytes more from the server."""
        for pair in self._all():
            pair.bytes_left = count

    def refuse(self):
        """Nobody gets through, and whoever had got is cut off."""
        self.away.set()
        self.cut()

    def mute(self):
        """Connections stay, and nothing passes."""
        self.open.clear()

    def mend(self):
        self.disarm()
        self.delay = 0.0
        self.away.clear()
        self.open.set()
        for pair in self._all():
            pair.bytes_left = None

    def close(self):
        self.away.set()
        self.open.set()
        try:
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
        except OSError:
            pass
        self._listening.close()
        self.cut()

    # How it passes

    def _all(self):
        with self._lock:
            return list(self._pairs)

    def _accept(self):
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                if self.away.is_set():
                    raise ConnectionRefusedError
                far = socket.create_connection(("127.0.0.1", self.database_port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = Pair(near, far)
            with self._lock:
                self._pairs.add(pair)
            down = threading.Thread(target=self._down, args=(pair,), daemon=True)
            threading.Thread(target=self._up, args=(pair, down), daemon=True).start()

    def _up(self, pair, down):
        buffer = bytearray()
        try:
            # The first message has no kind: a length and the settings, among them the application's name.
            while len(buffer) < 4 or len(buffer) < struct.unpack(">I", buffer[:4])[0]:
                buffer += self._read(pair.near)
            size = struct.unpack(">I", buffer[:4])[0]
            pair.journal = JOURNAL in buffer[:size]
            down.start()
            pair.far.sendall(buffer[:size])
            del buffer[:size]
            while True:
                for message in parts_of(buffer) if pair.journal else [bytes(buffer)] if buffer else []:
                    self._pass_up(pair, message)
                if not pair.journal:
                    buffer.clear()
                buffer += self._read(pair.near)
        except OSError:
            pass
        finally:
            pair.cut()
            if down.ident:
                down.join()
            with self._lock:
                self._pairs.discard(pair)
            pair.near.close()
            pair.far.close()

    def _pass_up(self, pair, message):
        self.open.wait()
        if self.delay:
            time.sleep(self.delay)
        if pair.bytes_left is not None:
            pair.bytes_left -= len(message)
            if pair.bytes_left < 0:
                pair.far.sendall(message[:pair.bytes_left])
                self.cuts["within"] += 1
                raise ConnectionAbortedError
        if not pair.journal or message[:1] != b"S":
            return pair.far.sendall(message)
        pair.syncs += 1
        where = None
        if pair.syncs > SYNCS_OF_THE_CLAIM:
            with self._lock:
                where, self._armed = self._armed, None
        if where == "before":
            self.cuts["before"] += 1
            raise ConnectionAbortedError
        pair.swallowing = where == "after"
        pair.far.sendall(message)
        if where == "at":
            self.cuts["at"] += 1
            raise ConnectionAbortedError
        return None

    def _down(self, pair):
        answers = bytearray()
        try:
            while True:
                data = self._read(pair.far)
                self.open.wait()
                if not pair.swallowing:
                    pair.near.sendall(data)
                    continue
                answers += data
                if any(each[:1] == b"Z" for each in parts_of(answers)):
                    self.cuts["after"] += 1
                    raise ConnectionAbortedError
        except OSError:
            pair.cut()

    @staticmethod
    def _read(end):
        data = end.recv(65536)
        if not data:
            raise ConnectionResetError
        return data
