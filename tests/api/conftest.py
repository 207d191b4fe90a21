"""What tests over HTTP share: `server`, `client`, `mailbox`, `venue`, and `make_server` for a server with other
settings."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from server import BINARY, Mailbox, Server  # noqa: E402
from venue import Venue  # noqa: E402


def pytest_configure(config):
    if not pathlib.Path(BINARY).exists():
        raise pytest.UsageError(f"{BINARY} is not built: ./test builds it, or set FOYER_BINARY")


@pytest.fixture(scope="session")
def server():
    """One server for all tests that bring their own accounts and organisations."""
    shared = Server()
    try:
        yield shared.start()
    finally:
        shared.remove()


@pytest.fixture
def client(server):
    own = server.client()
    yield own
    own.close()


@pytest.fixture(scope="session")
def mailbox(server):
    return Mailbox(server)


@pytest.fixture
def venue(server):
    """An organisation of the test's own, with an open shop, on the shared server."""
    return Venue(server)


@pytest.fixture
def make_server():
    """make_server(orders__counter_expires_after="2s") gives a started server of the test's own."""
    made = []

    def make(start=True, **settings):
        made.append(Server(**settings))
        return made[-1].start() if start else made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows what the server had to say."""
    report = (yield).get_result()
    one = getattr(item, "funcargs", {}).get("server")
    if report.failed and one is not None:
        report.sections.append(("foyer", one.log()))
