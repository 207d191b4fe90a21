"""foyer-bench from outside: it prepares, measures, checks, and fails when what it measured is wrong.

Nothing here says how fast anything is."""

import json
import subprocess

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
