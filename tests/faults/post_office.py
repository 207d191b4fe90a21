"""An SMTP receiver that fails as it is told, at any phase, and counts the copies of every mail that it took."""

import collections
import email
import email.policy
import re
import select
import socket
import ssl
import struct
import threading
import time
import uuid

from server import eventually, free_port

# Where it can fail, in the order of the dialogue. At "after" the mail is taken and nobody is told so.
PHASES = ("connect", "greeting", "ehlo", "starttls", "handshake", "auth", "mail", "rcpt", "data", "body", "dot", "after")
# What it says at each where it refuses for now; where nothing can be said, it hangs up.
DEFERRALS = {"greeting": "421 busy", "ehlo": "421 busy", "starttls": "454 no TLS now", "auth": "454 no login now",
             "mail": "451 later", "rcpt": "450 greylisted", "data": "451 later", "dot": "451 disk full"}


class HungUp(Exception):
    pass


class PostOffice:
    """`trouble` is called with a phase and says None, "cut", "defer", or "mute", which is silence until mend()."""

    def __init__(self, tls=None, login=True):
        self.port = free_port()
        self.tls = tls
        self.login = login
        self.trouble = lambda phase: None
        self.late = 0.0  # seconds from taking a mail until it says so
        self.copies = collections.Counter()  # by Message-ID
        self.unsaid = collections.Counter()  # copies of which nobody was told
        self.felt = collections.Counter()    # (phase, what)
        self.mails = []
        self._lock = threading.Lock()
        self._closed = False
        self._connections = set()
        self._listening = None
        self.open()

    @property
    def url(self):
        return f"smtp://{'user:password@' if self.login else ''}127.0.0.1:{self.port}"

    def open(self):
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=32)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def shut(self):
        """Nobody answers at the port, and whoever was connected is cut off."""
        if self._listening is not None:
            try:
                self._listening.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self._listening.close()
            self._listening = None
        self.hang_up()

    def hang_up(self):
        """Cuts off whoever is connected."""
        with self._lock:
            connections = list(self._connections)
        for each in connections:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mend(self):
        self.trouble = lambda phase: None
        self.late = 0.0
        if self._listening is None:
            self.open()

    def close(self):
        self._closed = True
        self.shut()

    def wait(self, to, subject="", seconds=20):
        """As server.Mailbox: the newest mail to this address whose subject contains the text."""
        return eventually(lambda: next((mail for mail in self.all(to) if subject in mail["subject"]), None), seconds,
                          f"a mail to {to} with {subject!r}")

    def all(self, to=None):
        with self._lock:
            return [each for each in reversed(self.mails) if to in (None, each["to"])]

    # The dialogue

    def _accept(self, listening):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        dialogue = Dialogue(self, connection)
        try:
            dialogue.run()
        except (HungUp, OSError):
            pass
        finally:
            with self._lock:
                self._connections.discard(dialogue.connection)
            dialogue.close()

    def replace(self, connection, secured):
        with self._lock:
            self._connections.discard(connection)
            self._connections.add(secured)

    def left_unsaid(self, identity):
        with self._lock:
            self.unsaid[identity] += 1

    def note(self, phase, what):
        with self._lock:
            self.felt[phase, what] += 1

    def stumble(self, phase):
        """Whether to refuse for now; hangs up or waits as told."""
        trouble = self.trouble
        what = trouble(phase)
        if what is None:
            return False
        self.note(phase, what)
        if what == "mute":
            while self.trouble is trouble and not self._closed:
                time.sleep(0.05)
            raise HungUp
        if what == "cut" or phase not in DEFERRALS:
            raise HungUp
        return True

    def take(self, data, to):
        """A copy; gives its Message-ID. Whether the other side hears of it is trouble's to say, but for each mail it may
        remain unsaid only once."""
        message = email.message_from_bytes(data, policy=email.policy.SMTP)
        identity = message["Message-ID"]
        text = next((each.get_content() for each in message.walk() if each.get_content_type() == "text/plain"), "")
        unsaid = self.trouble("after") is not None
        with self._lock:
            unsaid = unsaid and self.unsaid[identity] == 0
            self.copies[identity] += 1
            self.mails.append({"id": identity.strip("<>").split("@")[0], "to": to, "subject": message["Subject"],
                               "text": text})
            if unsaid:
                self.unsaid[identity] += 1
                self.felt["after", "cut"] += 1
        if unsaid:
            raise HungUp
        return identity


class Dialogue:
    def __init__(self, office, connection):
        self.office = office
        self.connection = connection
        self.secure = False
        self.lines = None
        self.to = None
        self.told = None  # the Message-ID of a copy of which we said that it is taken, until we know that it was heard

    def run(self):
        office = self.office
        if office.trouble("connect") is not None:
            office.note("connect", "cut")
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        self.lines = self.connection.makefile("rb")
        if office.stumble("greeting"):
            return self.say(DEFERRALS["greeting"])
        self.say("220 post.example ESMTP")
        while True:
            line = self.read().strip()
            word = line[:4].upper().decode("latin-1")
            known = {"EHLO": self.hello, "HELO": self.hello, "STAR": self.starttls, "AUTH": self.auth,
                     "MAIL": self.mail, "RCPT": self.rcpt, "DATA": self.data}
            if word == "QUIT":
                return self.say("221 bye")
            known.get(word, lambda _: self.say("250 ok"))(line)

    def close(self):
        self.not_heard()
        if self.lines is not None:
            self.lines.close()
        self.connection.close()

    def say(self, line):
        self.connection.sendall(line.encode() + b"\r\n")

    def read(self):
        line = self.lines.readline(8192)
        if not line.endswith(b"\n"):
            raise HungUp
        # Who has given up says QUIT; who has heard goes on with the next mail on this connection.
        if line.upper().startswith(b"QUIT"):
            self.not_heard()
        self.told = None
        return line

    def not_heard(self):
        if self.told is not None:
            self.office.left_unsaid(self.told)
        self.told = None

    def hello(self, _):
        if self.office.stumble("ehlo"):
            return self.say(DEFERRALS["ehlo"])
        offers = ["post.example", "SIZE 1000000"]
        if self.office.tls and not self.secure:
            offers.append("STARTTLS")
        if self.office.login:
            offers.append("AUTH PLAIN")
        for each in offers[:-1]:
            self.say("250-" + each)
        return self.say("250 " + offers[-1])

    def starttls(self, _):
        if self.office.stumble("starttls"):
            return self.say(DEFERRALS["starttls"])
        self.say("220 go ahead")
        self.office.stumble("handshake")
        try:
            secured = self.office.tls.wrap_socket(self.connection, server_side=True)
        except ssl.SSLError as wrong:
            raise HungUp from wrong
        self.office.replace(self.connection, secured)
        self.connection = secured
        self.lines = secured.makefile("rb")
        self.secure = True
        return None

    def auth(self, line):
        if self.office.stumble("auth"):
            return self.say(DEFERRALS["auth"])
        if len(line.split()) < 3:
            self.say("334 ")
            self.read()
        return self.say("235 welcome")

    def mail(self, _):
        return self.say(DEFERRALS["mail"] if self.office.stumble("mail") else "250 ok")

    def rcpt(self, line):
        if self.office.stumble("rcpt"):
            return self.say(DEFERRALS["rcpt"])
        self.to = re.search(rb"<([^>]*)>", line).group(1).decode()
        return self.say("250 ok")

    def data(self, _):
        if self.office.stumble("data"):
            return self.say(DEFERRALS["data"])
        self.say("354 go on")
        content = []
        while (line := self.read()) != b".\r\n":
            if len(content) == 3:
                self.office.stumble("body")
            content.append(line[1:] if line.startswith(b"..") else line)
        if self.office.stumble("dot"):
            return self.say(DEFERRALS["dot"])
        identity = self.office.take(b"".join(content), self.to)
        self.told = identity
        if self.office.late > 0:
            time.sleep(self.office.late)
        # Who waits for an answer says nothing before.
        if select.select([self.connection], [], [], 0)[0]:
            self.not_heard()
        return self.say("250 taken as " + uuid.uuid4().hex)
