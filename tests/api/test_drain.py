"""P4: how the server goes down."""

import signal
import socket
import threading
import time

from server import eventually
from venue import Venue, in_parallel


def raw(server, request):
    """A connection of its own on which these bytes were sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(request)
    return connection


def read_all(connection):
    received = b""
    while True:
        part = connection.recv(65536)
        if not part:
            return received
        received += part


def test_P4_sigterm_lets_requests_finish_and_refuses_new_work(make_server):
    server = make_server()
    host = f"127.0.0.1:{server.port}".encode()
    # A request under way: its body is still coming.
    body = b'{"email": "jean@kunde.example"}'
    slow = raw(server, b"POST /api/v1/password-resets HTTP/1.1\r\nHost: " + host +
               b"\r\nContent-Type: application/json\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body[:10])
    server.client().get("/healthz")  # the other one has been read by then
    watcher = server.client()
    assert watcher.get("/readyz").status == 200
    server.process.send_signal(signal.SIGTERM)
    # Readiness first, so that a balancer looks elsewhere before the port closes.
    eventually(lambda: watcher.get("/readyz").status == 503, 2, "unreadiness")
    slow.sendall(body[10:])
    answer = read_all(slow)
    assert answer.startswith(b"HTTP/1.1 202 "), answer
    assert server.process.wait(20) == 0
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=2).close()
        raise AssertionError("the port is still open")
    except ConnectionRefusedError:
        pass


def test_P4_orders_under_way_at_sigterm_are_answered_and_kept(make_server):
    server = make_server()
    venue = Venue(server)
    offer = venue.offer(100)
    buyers = venue.buyers(8, credit=100000)
    stopping = threading.Event()

    def rush(index):
        answered, client = [], buyers[index].client
        while True:
            try:
                answer = venue.order(client, offer)
            except OSError:
                return answered  # the port is closed, or the connection was at its end
            if answer.status == 201:
                answered.append(answer["number"])
            if len(answered) == 20:
                stopping.set()

    def stop():
        assert stopping.wait(30)
        server.process.send_signal(signal.SIGTERM)

    answered = in_parallel(lambda index: stop() if index == 8 else rush(index), 9)[:8]
    assert server.process.wait(30) == 0
    server.start()
    for buyer, numbers in zip(buyers, answered):
        kept = {each["number"] for each in buyer.get("/orders", query={"limit": 200})["items"]}
        assert set(numbers) <= kept
        # Nothing was cut off between the answer's commit and the answer.
        assert len(kept) <= len(numbers) + 1
    venue.audit()


def test_P4_a_second_sigterm_stops_at_once(make_server):
    server = make_server(server__drain_deadline="60s")
    host = f"127.0.0.1:{server.port}".encode()
    stuck = raw(server, b"POST /api/v1/password-resets HTTP/1.1\r\nHost: " + host +
                b"\r\nContent-Type: application/json\r\nContent-Length: 31\r\n\r\n{")
    server.client().get("/healthz")
    watcher = server.client()
    server.process.send_signal(signal.SIGTERM)
    eventually(lambda: watcher.get("/readyz").status == 503, 2, "unreadiness")
    watcher.close()
    asked = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert time.monotonic() - asked < 15
    stuck.close()


def test_P1_postgresql_ends_with_the_program(make_server):
    server = make_server()
    pid_file = server.folder / "data/postgresql/postmaster.pid"
    assert pid_file.exists()
    server.stop()
    assert not pid_file.exists()
    server.start()
    assert pid_file.exists()


def test_P1_a_cluster_that_survived_is_adopted(make_server):
    server = make_server()
    venue = Venue(server)
    household = venue.household()["id"]
    venue.credit(household, 700)
    before = server.postmaster()
    server.kill9()
    server.start()
    assert server.postmaster() == before
    assert venue.wallet(household)["balance"]["amount"] == 700
    # Commands work beside the server and without it.
    assert server.command("audit").returncode == 0
    server.stop()
    assert server.command("audit").returncode == 0
