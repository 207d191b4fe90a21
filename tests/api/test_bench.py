"""foyer-bench from outside: it prepares, measures, checks, and fails when what it measured is wrong.

Nothing here says how fast anything is."""

import json
import os
import subprocess
import tempfile

import pytest

from server import BINARY, ROOT

BENCH = ROOT / "build/release/bench/foyer-bench"


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
    assert figures["scale_ratio"] > 0 and figures["first_order_ratio"] > 0 and figures["audit"] == "clean"


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


def test_bench_fails_when_requests_are_refused(tmp_path, server):
    nobody = "A" * 43
    done, figures = bench_url(tmp_path, server, nobody)
    assert done.returncode == 1
    assert figures["server_repeats"][0]["succeeded"] == 0
    assert figures["server_repeats"][0]["errors_by_status"]["401"] > 0


def bench_url(tmp_path, server, token):
    out = tmp_path / "figures.json"
    done = subprocess.run(
        [BENCH, "read", "--url", server.url, "--org", "nowhere", "--token", token, "--connections", "2", "--duration"]
        + ["300ms", "--warm-up", "0s", "--repeats", "1", "--json", out],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done, json.loads(out.read_text())


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
