"""What somebody who types hears: a slip is answered with what was meant, and a free port is told."""

import re
import subprocess

import pytest

from client import Client
from server import BINARY, Mailbox, Server


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "there are serve, check-config"),
        ("serv", 'did you mean "serve"?'),
        ("", "which command?"),
        ("org lst", 'foyer org: no command "lst"; did you mean "list"?'),
        ("audit --jsn", 'foyer audit: no option "--jsn"; did you mean "--json"?'),
    ],
)
def test_a_command_that_is_not_known_is_answered_with_the_nearest(line, says):
    done = subprocess.run([BINARY, *line.split()], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert says in done.stderr and "--help" in done.stderr


def test_port_0_takes_a_free_one_which_banner_and_links_name():
    server = Server(server__listen="127.0.0.1:0", server__metrics_listen="127.0.0.1:0")
    del server.settings["server.public_url"]
    server.ready = lambda: "Foyer is ready at" in server.log()
    try:
        server.start()
        url = re.search(r"Foyer is ready at (http://127\.0\.0\.1:(\d+))", server.log())
        assert int(url[2]) > 0
        server.url = url[1]
        client = Client(server.url)
        assert client.get("/readyz").status == 200  # the banner is not earlier
        form = {"email": "port@example.org", "password": "a long password", "first_name": "P", "last_name": "O"}
        assert client.post("/api/v1/accounts", form).status == 202
        assert Mailbox(server).wait("port@example.org")["links"][0].startswith(url[1] + "/")
        metrics = re.search(r"metrics on (127\.0\.0\.1:\d+)", server.log())[1]
        assert Client(f"http://{metrics}").get("/metrics").status == 200
    finally:
        server.remove()
