"""The demonstration (P1, OPERATIONS.md) as a newcomer finds it: logins, what is there, and the page that says what to try."""

import html
import re
import signal
import subprocess

import accounts
import pytest

from server import BINARY, Server, eventually

PASSWORD = "foyer-demo-2026"
BUYER = "claire@demo.example"
BOX_OFFICE = "guichet@demo.example"
KINDS = {"ticket", "course", "pass", "voucher", "membership", "merchandise", "booking"}


@pytest.fixture(scope="module")
def demo():
    shared = Server(data__demo=True)
    try:
        yield shared.start()
    finally:
        shared.remove()


def logged_in(server, email):
    client = server.client()
    opened = accounts.login(client, email, PASSWORD)
    assert opened.status == 201, opened
    client.token = opened["token"]
    return client


def everything(client, path, **filters):
    items, cursor = [], None
    while True:
        page = client.get(path, query={"limit": 200, **filters, **({"cursor": cursor} if cursor else {})})
        assert page.status == 200, page
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items


def all_households(server):
    staff = logged_in(server, BOX_OFFICE)
    path = "/api/v1/orgs/demo/staff/households"
    return everything(staff, path) + everything(staff, path, archived="true")


def counts(server):
    households = all_households(server)
    return {
        "households": sorted(each["number"] for each in households),
        "balances": sum(each["wallet"]["balance"]["amount"] for each in households),
        "orders": len(everything(logged_in(server, BUYER), "/api/v1/me/orgs/demo/orders")),
    }


def test_P1_the_demonstration_has_its_logins_and_a_buyer_with_120_euros(demo):
    claire = logged_in(demo, BUYER)
    wallet = claire.get("/api/v1/me/orgs/demo/wallet")
    assert wallet["balance"] == wallet["available"] == {"amount": 12000, "currency": "EUR"}
    assert len(claire.get("/api/v1/me/orgs/demo/household")["members"]) == 4
    assert len(claire.get("/api/v1/me/orgs/demo/tickets")["items"]) >= 8
    assert {each["kind"] for each in claire.get("/api/v1/me/orgs/demo/benefits")["items"]} == {"pass", "voucher"}
    for email, role in ((BOX_OFFICE, "box_office"), ("admin@demo.example", "administrator")):
        roles = logged_in(demo, email).get("/api/v1/session")["roles"]
        assert [each["role"] for each in roles] == [role]


def test_O1_the_demonstration_sells_offers_of_every_kind_with_places_left(demo):
    offers = everything(demo.client(), "/api/v1/orgs/demo/shops/online/offers")
    assert {each["kind"] for each in offers} == KINDS
    dates = [each for each in offers if each["kind"] == "ticket"]
    assert len(dates) == 13 and len({each["event_id"] for each in dates}) == 8
    assert dates == sorted(dates, key=lambda each: each["starts_at"])
    assert all(each["rates"] and each["places_left"] > 0 for each in dates)
    assert min(each["places_left"] for each in dates) < 20, "one date is nearly sold out"


def test_H4_the_demonstration_has_200_households_of_every_status(demo):
    households = all_households(demo)
    assert len(households) == 200
    assert {each["status"] for each in households} == {"added", "invited", "accepted"}
    balances = [each["wallet"]["balance"]["amount"] for each in households]
    assert min(balances) < 0 < max(balances)


def test_the_demonstration_mails_one_order_only(demo):
    mails = demo.client().get("/dev/mail", query={"wait": "5s"})["items"]
    assert [each["to"] for each in mails] == [BUYER]


def test_the_demonstration_passes_the_audit(demo):
    assert demo.command("audit").stdout == "clean\n"


def test_the_front_page_says_what_to_try_in_both_languages(demo):
    french = demo.client().request("GET", "/", headers={"Accept-Language": "fr-FR"})
    english = demo.client().request("GET", "/")
    assert french.status == english.status == 200
    assert b'<html lang="fr">' in french.body and b'<html lang="en">' in english.body
    for page in (french, english):
        text = page.body.decode()
        assert "<script" not in text and "style=" not in text
        for needed in (BUYER, BOX_OFFICE, PASSWORD, "/dev/mail", "/api/openapi.json"):
            assert needed in text
    assert demo.client().request("GET", "/style.css").headers["Content-Type"].startswith("text/css")


def test_the_commands_of_the_front_page_work_as_they_stand(make_server):
    one = make_server(data__demo=True)
    text = one.client().request("GET", "/").body.decode()
    commands = [html.unescape(each) for each in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", text, re.S)]
    done = subprocess.run(["bash", "-eu", "-c", "\n".join(commands)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.strip().splitlines()
    assert '"Le Malade imaginaire"' in answers[0]
    assert '"amount":12000' in answers[1] and '"Fontaine"' in answers[2] and '"code"' in answers[3]
    assert '"status":"paid"' in answers[4]
    assert '"kind":"top_up"' in answers[5] and '"amount":5000' in answers[5]
    assert "confirmation_sent" in answers[6] and "you@example.org" in answers[7]


def test_without_the_demonstration_the_front_page_has_no_logins(server):
    text = server.client().request("GET", "/").body.decode()
    assert "Foyer" in text and "/api/openapi.json" in text and "demo" not in text


def test_a_restart_loads_nothing_again(demo):
    before = counts(demo)
    demo.restart()
    assert "the demonstration is there" in demo.log()
    assert counts(demo) == before


class Look:
    """Asks the private PostgreSQL of a server, in a few hundred microseconds each time."""

    def __init__(self, server):
        socket_folder = (server.folder / "data/postgresql/postmaster.pid").read_text().splitlines()[4]
        self.psql = subprocess.Popen(["psql", "-h", socket_folder, "-U", "foyer", "-d", "foyer", "-AtX"], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def number(self, statement):
        self.psql.stdin.write(statement + ";\n")
        self.psql.stdin.flush()
        return int(self.psql.stdout.readline())

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def loading(one):
    """Starts a server that loads the demonstration by one commit a transaction: long enough to be cut off within."""
    with open(one.log_path, "ab") as log:
        one.process = subprocess.Popen([BINARY, "serve", "--config", str(one.write_config())], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, cwd=one.folder)
    eventually(lambda: "journal: connected" in one.log(), 60, "the journal's connection")
    return one


@pytest.mark.parametrize("households", [0, 1, 100])
def test_a_load_cut_off_by_kill_9_is_completed_by_the_next_start(make_server, demo, households):
    one = loading(make_server(start=False, data__demo=True, journal__batch_max=1))
    look = Look(one)
    wanted = f"select count(*) from organisations, (select count(*) as n from households) as h where n >= {households}"
    eventually(lambda: look.number(wanted), 30, "the beginning of the load")
    one.kill9()
    assert look.number("select count(*) from households") < 200
    look.close()
    assert "listening" not in one.log(), "the port opens only when the demonstration is whole"

    one.start()
    assert "demonstration loaded" in one.log()
    assert counts(one) == counts(demo)
    assert one.command("audit").stdout == "clean\n"


def test_SIGTERM_ends_a_load_in_good_order(make_server):
    one = loading(make_server(start=False, data__demo=True, journal__batch_max=1))
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(30) == 1
    assert "foyer: stopped while the demonstration was loaded; the next start goes on with it" in one.log()
    assert not (one.folder / "data/postgresql/postmaster.pid").exists(), "PostgreSQL was stopped with the program"


def test_a_port_that_is_taken_ends_the_start_with_a_sentence(make_server, server):
    one = make_server(start=False, server__listen=f"127.0.0.1:{server.port}")
    refused = one.command("serve", check=False)
    assert refused.returncode == 1
    assert f"foyer: cannot listen on 127.0.0.1:{server.port}: Address already in use" in refused.stderr
