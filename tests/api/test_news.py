"""Server-sent events: what changes shows on pages that are open (S9), and on dashboards of staff."""

import http.client
import json
import threading
from urllib.parse import urlsplit

import pytest

from venue import Venue, refused


@pytest.fixture(scope="module")
def venue(server):
    return Venue(server)


class Stream:
    """The events of one connection, read by a thread; wait_for() looks for one of them."""

    def __init__(self, client, path):
        self.events, self.arrived = [], threading.Condition()
        self.connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=60)
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {client.token}"})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")
        threading.Thread(target=self.read, daemon=True).start()
        self.wait_for("ready")

    def read(self):
        kind = None
        try:
            for line in self.answer:
                line = line.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    with self.arrived:
                        self.events.append((kind, json.loads(line[6:])))
                        self.arrived.notify_all()
        except (OSError, ValueError, AttributeError):
            pass

    def wait_for(self, kind, **data):
        def there():
            return any(each == kind and all(body.get(key) == value for key, value in data.items())
                       for each, body in self.events)
        with self.arrived:
            assert self.arrived.wait_for(there, 20), (kind, data, self.events)

    def kinds(self):
        with self.arrived:
            return {kind for kind, _ in self.events}

    def close(self):
        self.connection.close()


def test_S9_my_space_hears_of_its_own_changes_alone(venue):
    offer = venue.offer()
    buyer, other = venue.buyer(credit=5_000), venue.buyer(credit=5_000)
    stream = Stream(buyer.client, buyer.path("/events"))
    assert other.order(offer).status == 201
    venue.credit(buyer.household, 100)
    stream.wait_for("wallet", household_id=buyer.household)
    order = buyer.order(offer)
    assert order.status == 201
    stream.wait_for("order", order_id=order["id"])
    stream.wait_for("ticket", order_id=order["id"])
    assert venue.admin.patch(f"{venue.staff_base}/households/{buyer.household}", {"phone": "1"}).status == 200
    stream.wait_for("household")
    assert {body["household_id"] for kind, body in stream.events if kind != "ready"} == {buyer.household}
    stream.close()


def test_S9_dashboards_hear_of_their_organisation_alone(server, venue):
    elsewhere = Venue(server)
    stream = Stream(venue.admin, f"{venue.staff_base}/events")
    theirs = elsewhere.household()["id"]
    made = venue.household()["id"]
    stream.wait_for("household", household_id=made)
    campaign = venue.admin.post(f"{venue.staff_base}/invitations", {"group": "tag", "tag": "nobody"})
    stream.wait_for("campaign", campaign_id=campaign["id"])
    unpaid = venue.guest_order(venue.offer())
    stream.wait_for("order", order_id=unpaid["id"])
    assert venue.record_payment(unpaid["number"], "bank_transfer", 1250).status == 201
    stream.wait_for("ticket", order_id=unpaid["id"])
    assert theirs not in {body.get("household_id") for _, body in stream.events}
    stream.close()


def test_A12_events_are_for_those_who_may_read(venue):
    buyer = venue.buyer()
    refused(venue.staff("editor").get(f"{venue.staff_base}/events"), 403, "forbidden")
    refused(buyer.client.get(f"{venue.staff_base}/events"), 404, "not_found")
    refused(venue.visitor.get(f"{venue.me}/events"), 401, "not_authenticated")
