"""A real SMTP receiver (python3-aiosmtpd) and the fixtures that make it."""

import email
import email.policy
import ssl
import subprocess

import pytest
from aiosmtpd.controller import Controller

from server import eventually, free_port


class Receiver:
    """An SMTP server that keeps what it gets. `answer(envelope)` may refuse, or wait."""

    def __init__(self, port=None, answer=lambda envelope: "250 ok", **options):
        self.messages = []
        self.sessions = []
        self.answer = answer
        self.controller = Controller(self, hostname="127.0.0.1", port=port or free_port(), **options)
        self.controller.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_DATA(self, smtp, session, envelope):
        answer = self.answer(envelope)
        if answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))
            self.sessions.append((session, envelope))
        return answer

    def wait(self, count=1, seconds=15):
        eventually(lambda: len(self.messages) >= count, seconds, f"{count} mails")
        return self.messages

    def stop(self):
        self.controller.stop()


@pytest.fixture
def receive():
    made = []

    def make(**options):
        made.append(Receiver(**options))
        return made[-1]

    yield make
    for one in made:
        if one.controller.loop.is_running():
            one.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True,
                   capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
