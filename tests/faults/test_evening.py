"""Why to believe the others: an evening in which nothing breaks holds, and every lie about it is noticed."""

import copy
import json

import pytest

from client import Answer
from evening import Evening
from server import Server
from venue import Venue

NO = Answer(409, {}, b'{"code": "insufficient_funds"}')


@pytest.fixture(scope="module")
def evening():
    server = Server()
    try:
        server.start()
        quiet = Evening(Venue(server), 1, buyers=6)
        quiet.run(lambda: None, after=250)
        quiet.resolve()
        yield quiet
    finally:
        server.remove()


def one(evening, kind, fitting=lambda request: True):
    return next(each for each in evening.journal() if each.kind == kind and each.done and fitting(each))


def test_O3_an_evening_without_troubles_holds(evening):
    evening.check()
    kinds = {each.kind for each in evening.journal() if each.done}
    assert kinds == {"order", "payment", "cancel", "top_up"}


@pytest.mark.parametrize("kind", ["order", "payment", "cancel", "top_up"])
def test_O3_a_refusal_of_what_happened_is_noticed(evening, kind):
    lie = one(evening, kind)
    truth, lie.answer = lie.answer, NO
    try:
        with pytest.raises(AssertionError):
            evening.check()
    finally:
        lie.answer = truth


def invented(request):
    """The same once more, with a number of its own where it is an order."""
    lie = copy.copy(request)
    if lie.kind == "order":
        body = {**lie.answer.json, "number": "ORD-00000000"}
        lie.answer = Answer(201, lie.answer.headers, json.dumps(body).encode())
    return lie


@pytest.mark.parametrize("kind", ["order", "payment", "top_up"])
def test_O3_a_yes_to_what_did_not_happen_is_noticed(evening, kind):
    lie = invented(one(evening, kind))
    evening.people[0].requests.append(lie)
    try:
        with pytest.raises(AssertionError):
            evening.check()
    finally:
        evening.people[0].requests.remove(lie)


def test_O3_a_yes_to_the_cancellation_of_a_paid_order_is_noticed(evening):
    lie = copy.copy(one(evening, "cancel"))
    lie.number = one(evening, "order", lambda request: request.answer["status"] == "paid").answer["number"]
    evening.people[0].requests.append(lie)
    try:
        with pytest.raises(AssertionError):
            evening.check()
    finally:
        evening.people[0].requests.remove(lie)
