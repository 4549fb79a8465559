"""What comes over the control socket is a request or a sentence, whatever the bytes are; and nobody takes another one's
place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.daemon.socket import requests
from remediator.daemon.socket.seats import A_PEER, AT_ONCE, FOR_ROOT, Seats

pytestmark = pytest.mark.unit

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e12, 1e12)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), part, max_size=3)
    ),
    max_leaves=6,
)


def line(text: str) -> bytes:
    return f'{{"op": "pause", "args": {text}}}\n'.encode()


@pytest.mark.parametrize(
    ("received", "why"),
    [
        (b"", "one JSON object"),
        (b"\n", "one JSON object"),
        (b"[" * 60_000, "too deeply"),
        (b'{"a":' * 12_000, "too deeply"),
        (line("[" * 20 + "]" * 20), "args is an object"),
        (line('{"a": ' + "[" * 20 + "]" * 20 + "}"), "too deeply"),
        (line('{"reason": "\\ud800"}'), "surrogate"),
        (line('{"\\udfff": 1}'), "surrogate"),
        (b'{"op": "\\ud800"}', "surrogate"),
        (line('{"for_s": 1e999}'), "number"),
        (line('{"for_s": NaN}'), "number"),
        (line('{"for_s": -Infinity}'), "number"),
        (line('{"for_s": 1e300}'), "number"),
        (line('{"for_s": ' + "9" * 4000 + "}"), "number"),
        (line('{"n": ' + "9" * 5000 + "}"), "one JSON object"),
        (b"[]", "one JSON object"),
        (b'{"args": {}}', "one JSON object"),
        (b'{"op": 1}', "one JSON object"),
        (b'{"op": null}', "one JSON object"),
        (line('[["a", 1]]'), "args is an object"),
        (line('"x"'), "args is an object"),
        (b"\xff\xfe", "one JSON object"),
        (b"x" * 70_000, "65536 bytes"),
    ],
)
def test_what_is_no_request_is_told_so(received: bytes, why: str) -> None:
    with pytest.raises(requests.NotARequest, match=r"^not a request: ") as refused:
        requests.parse(received)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ('{"names": 1000000}', "names is a list of texts"),
        ('{"names": "container-state"}', "names is a list of texts"),
        ('{"names": {"a": 1}}', "names is a list of texts"),
        ('{"names": true}', "names is a list of texts"),
        ('{"matchers": 0.5}', "matchers is a list of texts"),
        ('{"matchers": [1]}', "matchers is a list of texts"),
        ('{"pause": ["pause-1"]}', "pause is text"),
        ('{"pause": 0}', "pause is text"),
        ('{"target": {}}', "target is text"),
        ('{"scope": []}', "scope is text"),
        ('{"plan": false}', "plan is text"),
        ('{"for_s": "1h"}', "for_s is a number of seconds"),
        ('{"for_s": true}', "for_s is a number of seconds"),
        ('{"pid": "4"}', "pid is a whole number"),
        ('{"exit": true}', "exit is a whole number"),
        ('{"all": "no"}', "all is true or false"),
        ('{"all": 0}', "all is true or false"),
        ('{"args": []}', "args is an object"),
    ],
)
def test_an_argument_of_another_type_is_not_one_that_was_left_out(args: str, why: str) -> None:
    with pytest.raises(requests.NotARequest, match=f"^not a request: {why}$"):
        requests.parse(line(args))


def test_a_null_is_left_out() -> None:
    found = requests.parse(line('{"names": null, "for_s": null, "pause": null, "plan": null, "all": null}'))
    assert set(found.args.values()) == {None}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_sentence(received: bytes) -> None:
    try:
        found: object = requests.parse(received)
    except requests.NotARequest as refused:
        found = str(refused)
    assert isinstance(found, requests.Request | str)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map("new-".__add__), PLAIN, max_size=4
    )
)
def test_an_argument_that_is_not_known_comes_through_unchanged(args: dict[str, object]) -> None:
    found = requests.parse(json.dumps({"op": "plan", "args": args}).encode())
    assert (found.op, dict(found.args)) == ("plan", args)


def test_no_args_are_an_empty_object() -> None:
    assert requests.parse(b'{"op": "status"}').args == requests.parse(b'{"op": "status", "args": null}').args == {}


def test_an_account_holds_its_own_places_and_no_more() -> None:
    seats = Seats()
    assert [seats.take(1000) for _ in range(A_PEER)] == [None] * A_PEER
    assert "uid 1000 has" in str(seats.take(1000))
    assert seats.take(1001) is None
    seats.give(1000)
    assert seats.take(1000) is None


def test_root_is_answered_whatever_all_others_hold() -> None:
    seats = Seats()
    taken = [seats.take(1000 + n // A_PEER) for n in range(AT_ONCE)]
    assert taken.count(None) == AT_ONCE - FOR_ROOT
    assert "too many" in str(taken[-1])
    assert [seats.take(0) for _ in range(A_PEER)] == [None] * A_PEER
    assert seats.take(0) is not None
    assert seats.take(2000) is not None


def test_places_of_root_are_not_counted_against_the_others() -> None:
    seats = Seats()
    for _ in range(A_PEER):
        assert seats.take(0) is None
    assert [seats.take(1000 + n // A_PEER) for n in range(AT_ONCE - FOR_ROOT)] == [None] * (AT_ONCE - FOR_ROOT)
