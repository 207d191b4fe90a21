"""foyer-bench from outside: it prepares, measures, checks, and fails when what it measured is wrong.

Nothing here says how fast anything is."""

import http.server
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

import pytest

from house import House
from server import BINARY, ROOT, eventually

BENCH = os.environ.get("FOYER_BENCH", str(ROOT / "build/release/bench/foyer-bench"))


def bench(tmp_path, *arguments, duration="1s"):
    """The finished process and what it wrote as JSON (None when it wrote nothing)."""
    out = tmp_path / "figures.json"
    small = ["--duration", duration, "--warm-up", "200ms", "--households", "200", "--connections", "16", "--repeats", "1"]
    done = subprocess.run(
        [BENCH, *arguments, *small, "--json", out], capture_output=True, text=True, timeout=300, check=False
    )
    return done, json.loads(out.read_text()) if out.exists() else None


@pytest.mark.parametrize("scenario", ["rush", "wallet"])
def test_B1_B2_bench_measures_server_and_pgbench_on_the_same_work(tmp_path, scenario):
    done, figures = bench(tmp_path, scenario, "--foyer", BINARY)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["problems"] == []
    assert figures["audit"] == "clean"
    assert figures["server_repeats"][0]["succeeded"] > 0
    assert figures["pgbench_repeats"][0]["transactions"] > 0
    assert {each["clients"] for each in figures["pgbench_calibration"]} == {1, 4, 8, 16, 32, 64}
    assert figures["ratio"] > 0
    assert "x pgbench" in done.stdout


def test_B3_bench_measures_reads_beside_a_bare_handler(tmp_path):
    done, figures = bench(tmp_path, "read", "--foyer", BINARY)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["audit"] == "clean"
    assert figures["server_repeats"][0]["succeeded"] > 0
    assert figures["bare_repeats"][0]["succeeded"] > 0
    assert figures["bare_cpu_ratio"] > 0


def test_bench_open_loop_writes_a_page_that_stands_alone_and_files_that_compare(tmp_path):
    page = tmp_path / "report.html"
    done, figures = bench(tmp_path, "rush", "--foyer", BINARY, "--no-pgbench", "--rate", "50", "--html", page)
    assert done.returncode == 0, done.stderr + done.stdout
    repeat = figures["server_repeats"][0]
    assert figures["options"]["rate"] == 50
    assert repeat["latency"]["count"] == repeat["service"]["count"] + repeat["unsent"]
    assert any(each["journal_batch_size"] for each in repeat["watch"])
    assert any(each["server_cores"] for each in repeat["watch"])
    text = page.read_text()
    for chart in ("Throughput", "Latency by percentile", "CPU in use", "Journal: commits per transaction"):
        assert f"<figcaption>{chart}" in text
    for part in ("Is it right?", "foyer audit is clean", "Setup", "seed 1", "foyer-bench rush --foyer"):
        assert part in text
    assert not any(outside in text for outside in ("http:", "https:", "<script", "<link", "<img", "url("))
    same = subprocess.run(
        [BENCH, "compare", tmp_path / "figures.json", tmp_path / "figures.json"],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    assert "too few repeats" in same.stdout


@pytest.mark.parametrize(
    ("scenario", "kinds"),
    [
        ("login", {"login", "read"}),
        ("registration", {"registration"}),
        ("space", {"open my space", "tickets", "orders", "wallet"}),
        ("mixed", {"offers", "wallet", "household", "order", "tickets", "orders", "open my space", "login", "registration"}),
    ],
)
def test_B4_bench_scenarios_of_an_evening_are_answered_and_leave_a_clean_audit(tmp_path, scenario, kinds):
    # Passwords are hashed with the least priority: on a busy machine a login may take seconds.
    done, figures = bench(tmp_path, scenario, "--foyer", BINARY, duration="5s" if scenario == "login" else "1s")
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["audit"] == "clean"
    seen = figures["server_repeats"][0]["kinds"]
    assert {each["kind"] for each in seen} == kinds
    assert all(each["failed"] == 0 for each in seen)
    assert (figures["readers_p99_ratio"] is not None) == (scenario == "login")


@pytest.fixture
def open_folder():
    """On a disk, and such that user postgres may pass when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="foyer-bench-kept-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o711)
        yield folder


def test_B5_B6_B7_B9_bench_asks_what_a_large_house_costs_and_keeps_its_data(tmp_path, open_folder):
    kept = ["--foyer", BINARY, "--data", open_folder, "--keep-data"]
    done, figures = bench(tmp_path, "start", *kept)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["ready_ms"][0] > 0 and figures["audit"] == "clean"
    done, figures = bench(tmp_path, "memory", *kept)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "of 200 households" not in done.stderr, "the data was made anew"
    assert figures["memory"]["in_use_bytes"] > 10_000_000 and figures["server_repeats"][0]["succeeded"] == 600
    done, figures = bench(tmp_path, "search", *kept)
    assert done.returncode == 0, done.stderr + done.stdout
    assert {each["kind"] for each in figures["server_repeats"][0]["kinds"]} == {"name", "e-mail", "phone", "number", "mistyped"}
    done, figures = bench(tmp_path, "scale", *kept)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["scale_ratio"] > 0 and figures["first_order_ratio"] > 0 and figures["visited_ratio"] > 0
    assert figures["first_order_cpu_ratio"] > 0 and figures["audit"] == "clean"


def test_bench_offers_more_than_there_is_and_the_surplus_is_refused_with_a_hint(tmp_path):
    foyer = tmp_path / "foyer"
    foyer.write_text(f'#!/bin/sh\nexport FOYER_HTTP__IN_FLIGHT_MAX=4\nexec "{BINARY}" "$@"\n')
    foyer.chmod(0o755)
    # The peak too has more connections than that: it is refused there, so only what is offered later counts here.
    done, figures = bench(tmp_path, "overload", "--foyer", foyer)
    repeat = figures["server_repeats"][0]
    assert repeat["succeeded"] > 0 and repeat["errors_by_status"]["503"] > 0, done.stderr + done.stdout
    assert repeat["refused_without_retry_after"] == 0 and repeat["refused"]["count"] > 0
    assert figures["overload_ratio"] > 0 and figures["audit"] == "clean"


def test_bench_fails_when_the_audit_finds_something(tmp_path):
    liar = tmp_path / "foyer"
    liar.write_text(
        f'#!/bin/sh\nif [ "$1" = audit ] && [ "$2" != --help ]; then echo "4 oversold"; exit 1; fi\n'
        f'exec "{BINARY}" "$@"\n'
    )
    liar.chmod(0o755)
    done, figures = bench(tmp_path, "rush", "--foyer", liar, "--no-pgbench")
    assert done.returncode == 1
    assert figures["audit"] == "VIOLATIONS"
    assert "4 oversold" in done.stdout


@pytest.fixture(scope="module")
def elsewhere(server):
    """An organisation of somebody else's server, which bench only knows by its address and a token."""
    house = House(server)
    house.open_space()
    return house


def bench_url(tmp_path, house, scenario, *arguments, token=None, url=None):
    """The finished process and its figures, None when it wrote none."""
    out = tmp_path / "figures.json"
    small = ["--connections", "4", "--duration", "500ms", "--warm-up", "0s", "--repeats", "1", "--households", "8"]
    done = subprocess.run(
        [BENCH, scenario, "--url", url or house.server.url, "--org", house.slug, *small, "--json", out, *arguments]
        + (["--token", token] if token else []),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done, json.loads(out.read_text()) if out.exists() else None


@pytest.mark.parametrize(
    "scenario", ["rush", "wallet", "read", "login", "registration", "space", "mixed", "invitation", "search"]
)
def test_bench_measures_somebody_elses_server_with_a_token_of_staff(tmp_path, elsewhere, scenario):
    elsewhere.household(first_name="Léa", last_name="Dupont")
    done, figures = bench_url(tmp_path, elsewhere, scenario, token=elsewhere.admin.token)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["problems"] == [] and figures["audit"] == "not run"
    assert figures["server_repeats"][0]["succeeded"] > 0
    assert any("foyer audit" in each for each in figures["unchecked"])
    if scenario in ("rush", "mixed", "wallet"):
        assert any("balances" in each for each in figures["checked"])
        assert any("no gap" in each for each in figures["checked"])
    if scenario == "registration":
        assert any("confirmed by the links" in each for each in figures["checked"])
    # What it made is out of the way again, and nothing of the token is in what it wrote.
    assert "foyer-bench-" not in json.dumps(elsewhere.admin.get(f"{elsewhere.staff_base}/households").json)
    assert elsewhere.admin.token not in json.dumps(figures) + done.stdout + done.stderr


def test_bench_says_which_setting_of_that_server_stands_in_the_way(tmp_path, make_server):
    slow = House(make_server(security__throttling=True, mail__dev_mailbox=False))
    slow.open_space()
    done, _ = bench_url(tmp_path, slow, "rush", token=slow.admin.token)
    assert done.returncode == 0, done.stderr + done.stdout
    done, _ = bench_url(tmp_path, slow, "login")
    assert done.returncode == 1 and "mail.dev_mailbox" in done.stderr and "--accounts" in done.stderr
    done, figures = bench_url(tmp_path, slow, "registration")
    assert done.returncode == 1
    assert any("429" in each and "security.throttling" in each for each in figures["notes"])
    assert any("mail.dev_mailbox" in each for each in figures["unchecked"])
    accounts = tmp_path / "accounts"
    accounts.write_text(f"{slow.admin.email} a long staff password\n")
    done, figures = bench_url(tmp_path, slow, "login", "--accounts", accounts)
    assert figures["server_repeats"][0]["succeeded"] > 0, done.stderr + done.stdout
    shut = House(slow.server)
    shut.open_space(False)
    done, _ = bench_url(tmp_path, shut, "rush", token=shut.admin.token)
    assert done.returncode == 1 and "customer_space_open" in done.stderr


def test_bench_takes_no_other_server_for_foyer(tmp_path, elsewhere):
    class Refusing(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_error(503)

        def log_message(self, *_):
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{other.server_port}"
        done, _ = bench_url(tmp_path, elsewhere, "read", token=elsewhere.admin.token, url=url)
    finally:
        other.shutdown()
        other.server_close()
    assert done.returncode == 1 and "not as Foyer does" in done.stderr and "503" in done.stderr
    done, _ = bench_url(tmp_path, elsewhere, "read", token=elsewhere.admin.token, url=url)
    assert done.returncode == 1 and "cannot connect" in done.stderr
    done, _ = bench_url(tmp_path, elsewhere, "read", token="A" * 43)
    assert done.returncode == 1 and "no session" in done.stderr


def test_bench_with_sessions_of_buyers_says_what_it_needs(tmp_path, elsewhere, mailbox):
    buyer = elsewhere.buyer(mailbox)
    elsewhere.credit(buyer.household, 1_000_000)
    done, _ = bench_url(tmp_path, elsewhere, "rush", token=buyer.token)
    assert done.returncode == 1 and "--offer" in done.stderr
    offer = elsewhere.offer(price=100)
    done, figures = bench_url(tmp_path, elsewhere, "rush", "--offer", offer["id"], token=buyer.token)
    assert done.returncode == 0, done.stderr + done.stdout
    assert any("balances of 1 wallet" in each for each in figures["checked"])
    for scenario in ("wallet", "space", "search", "invitation"):
        done, _ = bench_url(tmp_path, elsewhere, scenario, token=buyer.token)
        assert done.returncode == 1 and "buyer's" in done.stderr


def test_bench_notices_over_http_when_the_balances_do_not_add_up(tmp_path, elsewhere, mailbox):
    buyer = elsewhere.buyer(mailbox)
    elsewhere.credit(buyer.household, 1_000_000)
    offer = elsewhere.offer(price=100)
    running = subprocess.Popen(
        [BENCH, "rush", "--url", elsewhere.server.url, "--org", elsewhere.slug, "--token", buyer.token, "--offer"]
        + [offer["id"], "--connections", "2", "--rate", "20", "--duration", "3s", "--warm-up", "0s", "--repeats", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in running.stderr:
        if "/s   p99" in line:
            break
    # As a server would look that took a cent too little.
    elsewhere.credit(buyer.household, 1)
    output, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "FAILED: minor units of EUR that the balances of 1 wallet fell by" in output
    assert "FAILED: entries that the ledgers of 1 wallet grew by" in output


def test_bench_fails_when_requests_are_refused(tmp_path, elsewhere):
    box_office = elsewhere.staff("box_office")
    offer = elsewhere.offer(price=100, capacity=5)
    done, figures = bench_url(tmp_path, elsewhere, "rush", "--offer", offer["id"], token=box_office.token)
    assert done.returncode == 1
    assert figures["server_repeats"][0]["succeeded"] == 5
    assert figures["server_repeats"][0]["errors_by_status"]["409"] > 0
    assert any("sold out" in each for each in figures["notes"])


def started(tmp_path, folder):
    """A rush of a minute on an own server, from when something was measured."""
    running = subprocess.Popen(
        [BENCH, "rush", "--foyer", BINARY, "--data", folder, "--no-pgbench", "--households", "50", "--duration"]
        + ["60s", "--warm-up", "100ms", "--connections", "4", "--json", tmp_path / "figures.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    for line in running.stderr:
        if "/s   p99" in line and "warm-up" not in line:
            return running
    raise AssertionError(f"ended with {running.wait()}")


def server_of(bench_pid):
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == bench_pid and b"\0serve\0" in (process / "cmdline").read_bytes():
                return int(process.name)
        except OSError:
            pass
    raise AssertionError("no server")


def test_bench_reports_what_it_measured_before_the_server_died(tmp_path, open_folder):
    running = started(tmp_path, open_folder)
    os.kill(server_of(running.pid), signal.SIGKILL)
    _, errors = running.communicate(timeout=60)
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert running.returncode == 1, errors
    assert figures["server_repeats"][0]["succeeded"] > 0
    assert any("status 137" in each for each in figures["problems"])
    assert any("ended early" in each for each in figures["notes"])
    # What was acknowledged is there, and no more: the database outlived the server.
    assert figures["audit"] == "clean" and not any("orders were answered" in each for each in figures["problems"])


def test_bench_interrupted_reports_checks_and_cleans_up(tmp_path, open_folder):
    running = started(tmp_path, open_folder)
    # As a terminal does it: to the whole group.
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert running.returncode == 1, errors
    assert figures["problems"] == ["interrupted"] and figures["audit"] == "clean"
    assert figures["server_repeats"][0]["succeeded"] > 0
    assert os.listdir(open_folder) == []


def test_bench_killed_leaves_neither_a_database_nor_its_data(tmp_path, open_folder):
    run = started(tmp_path, open_folder)
    (made,) = pathlib.Path(open_folder).glob("foyer-bench-*")
    postmaster = int((made / "data/postgresql/postmaster.pid").read_text().split()[0])
    run.kill()
    run.wait()
    eventually(lambda: not made.exists(), 60, "the end of what was left")
    assert not pathlib.Path(f"/proc/{postmaster}").exists()


def test_bench_misuse_has_status_2():
    done = subprocess.run([BENCH, "rush", "--duration", "10"], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 2
    assert "--duration" in done.stderr


def test_B8_bench_invites_everybody_and_counts_the_mails_that_arrive(tmp_path):
    done, figures = bench(tmp_path, "invitation", "--foyer", BINARY)
    assert done.returncode == 0, done.stderr + done.stdout
    assert figures["problems"] == [] and figures["audit"] == "clean"
    campaign = figures["campaigns"][0]
    assert campaign["mails"] == 200 and campaign["queued_s"] > 0 and campaign["sent_s"] > 0
    assert "queued after" in done.stdout
