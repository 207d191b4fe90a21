"""Faults: seeds, and at the end of the run how long each recovery took."""

import collections
import os
import pathlib
import random
import sys

import pytest

HERE = pathlib.Path(__file__).parent
for folder in (HERE.parent / "api", HERE):
    sys.path.insert(0, str(folder))

from clock import LIBRARY  # noqa: E402
from server import BINARY  # noqa: E402
from world import recoveries  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "few(n): how many seeds it takes when nobody asks for more")
    for built in (pathlib.Path(BINARY), LIBRARY):
        if not built.exists():
            raise pytest.UsageError(f"{built} is not built: ./test builds it, or set FOYER_BINARY")


def seeds(few):
    """The same few in every run, so that a run that fails says something of the change that it looks at. FOYER_SEED
    repeats another one, FOYER_SEEDS takes as many new ones."""
    if os.environ.get("FOYER_SEED"):
        return [int(os.environ["FOYER_SEED"])]
    if os.environ.get("FOYER_SEEDS"):
        return [random.SystemRandom().randrange(10**6) for _ in range(int(os.environ["FOYER_SEEDS"]))]
    return list(range(1, few + 1))


def pytest_generate_tests(metafunc):
    """A test with an argument `seed` runs as often as its mark says: @pytest.mark.few(2)."""
    if "seed" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("few")
        metafunc.parametrize("seed", seeds(mark.args[0] if mark else 1))


def pytest_terminal_summary(terminalreporter):
    took = collections.defaultdict(list)
    for what, seconds, at_most in recoveries:
        took[what, at_most].append(seconds)
    if took:
        terminalreporter.section("recoveries, in seconds")
    for (what, at_most), times in sorted(took.items()):
        times.sort()
        terminalreporter.line(f"{what:45} {len(times):4} ×  median {times[len(times) // 2]:6.2f}  worst {times[-1]:6.2f}"
                              f"  at most {at_most}")
