"""Tables of clients: how they are imported and exported over HTTP, as spreadsheet programs write them."""

import csv
import io

from server import eventually

UNDER_WAY = ("receiving", "checking", "creating")


def csv_of(rows, separator=";", encoding="utf-8", newline="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def upload(house, body, by=None, key=True, **query):
    query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    return (by or house.admin).request("POST", f"{house.staff_base}/imports", body, key=key, query=query or None,
                                       headers={"Content-Type": "text/csv"})


def report(house, which, **query):
    found = house.admin.get(f"{house.staff_base}/imports/{which}", query=query or None)
    assert found.status == 200, found
    return found.json


def finished(house, which, seconds=60):
    return eventually(lambda: (found := report(house, which))["status"] not in UNDER_WAY and found, seconds,
                      "the end of the import")


def imported(house, body, seconds=60, **query):
    """What became of a file."""
    made = upload(house, body, **query)
    assert made.status == 201, made
    return finished(house, made["id"], seconds)


def problems(found):
    """{line: {(column, code)}}"""
    return {each["line"]: {(one["column"], one["code"]) for one in each["problems"]} for each in found["items"]}


def text_of(answer):
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/csv"), answer
    text = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
    assert text.startswith("\ufeff")
    return text[1:]


def rows_of(answer, separator=";"):
    return list(csv.reader(io.StringIO(text_of(answer), newline=""), delimiter=separator))


def exported(house, what="clients", separator=";", by=None, **query):
    return rows_of((by or house.admin).get(f"{house.staff_base}/exports/{what}.csv", query=query or None), separator)


def clients(house, **query):
    found = house.admin.get(f"{house.staff_base}/households", query={"limit": 200, **query})
    assert found.status == 200, found
    return found["items"]
