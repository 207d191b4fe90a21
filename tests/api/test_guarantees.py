"""docs/guarantees.md names tests; each of them has to exist, so that no promise outlives its proof."""

import re

from server import ROOT


def sources():
    return {path.name: path.read_text() for path in (ROOT / "tests").rglob("*") if path.suffix in (".py", ".cpp")}


def test_every_test_that_the_guarantees_name_exists():
    page = (ROOT / "docs/guarantees.md").read_text()
    files = sources()
    for path in re.findall(r"`(tests/[^` ]*)`", page):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"`([a-z0-9_]+\.(?:py|cpp))`", page):
        assert name in files, name
    functions = set(re.findall(r"`(test_[A-Za-z0-9_]+)`", page))
    cases = set(re.findall(r'"([^"]+)"', page))
    assert len(functions) > 20 and len(cases) > 10
    known = "\n".join(files.values())
    for each in functions:
        assert f"def {each}(" in known, each
    for each in cases:
        assert f'TEST_CASE("{each}"' in known, each
