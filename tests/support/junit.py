"""Prints "passed failed skipped" of a JUnit report, and on standard error each test that failed."""

import sys
import xml.etree.ElementTree

passed = failed = skipped = 0
try:
    report = xml.etree.ElementTree.parse(sys.argv[1])
except (OSError, xml.etree.ElementTree.ParseError) as error:
    sys.exit(f"{sys.argv[1]}: {error}")
for case in report.iter("testcase"):
    bad = [child for child in case if child.tag in ("failure", "error")]
    if bad:
        failed += 1
        print("FAILED", case.get("classname", ""), case.get("name"), file=sys.stderr)
        print((bad[0].text or bad[0].get("message") or "").strip()[:2000], file=sys.stderr)
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
print(passed, failed, skipped)
