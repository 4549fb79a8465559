"""A reply is trusted whole or not at all."""

from __future__ import annotations

import json

import pytest

from remediator.collect.parsing import Parsed, parse
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply
from tests.builders.replies import Said, kind

pytestmark = pytest.mark.unit

SENTINEL = "remediator-reply:0123"
BODY = {
    "v": 1,
    "boot_id": "b-1",
    "clock": 1700000000.5,
    "took": 0.1,
    "sections": {"a": {"data": {"x": 1}, "took": 0.1}, "b": {"unknown": "timeout:b", "took": 5.0}},
}


def line(body: object = None) -> bytes:
    return f"{SENTINEL} {json.dumps(BODY if body is None else body)}\n".encode()


def read(stdout: bytes, *, stderr: str = "", exit_code: int | None = 0) -> Parsed:
    raw = RawReply(reach=Reach.OK, stdout=stdout, stderr_tail=stderr, exit_code=exit_code)
    return parse(raw, "ctl1", SENTINEL, [kind(name) for name in "abc"])


def test_a_whole_reply_is_taken() -> None:
    found = read(line())
    assert (found.reach, found.clock_s, found.boot_id, found.took_s) == (Reach.OK, 1700000000.5, "b-1", 0.1)
    assert found.sections["a"].data == Said({"x": 1})


def test_a_late_section_and_one_that_is_not_there_are_unknown_and_hide_nothing_else() -> None:
    found = read(line())
    assert found.sections["b"].data == Unknown("timeout:b")
    assert found.sections["c"].data == Unknown("not_answered:c")


def test_what_stands_before_and_after_the_line_does_no_harm() -> None:
    found = read(b"Welcome to ctl1!\n{}\n\n" + line() + b"logout\n")
    assert (found.reach, found.sections["a"].data) == (Reach.OK, Said({"x": 1}))


@pytest.mark.parametrize("length", [0, 10, len(SENTINEL), len(SENTINEL) + 20, len(line()) - 2, len(line()) - 1])
def test_a_cut_reply_is_garbled(length: int) -> None:
    found = read(line()[:length])
    assert found.reach is Reach.GARBLED
    assert found.reason
    assert all(section.data == Unknown("host_garbled") for section in found.sections.values())


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {**BODY, "v": 2},
        {**BODY, "boot_id": 7},
        {**BODY, "clock": "now"},
        {**BODY, "sections": []},
        {**BODY, "sections": {"a": {"data": 1}}},
        {**BODY, "sections": {"a": {"took": 1.0}}},
        {key: value for key, value in BODY.items() if key != "took"},
    ],
)
def test_json_of_another_shape_is_garbled(body: object) -> None:
    assert read(line(body)).reach is Reach.GARBLED


@pytest.mark.parametrize(
    "text",
    [
        b"not json",
        b'{"v": NaN}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"",
        line()[len(SENTINEL) + 1 : -1].replace(b'"b-1"', b'"\\udcff"'),
    ],
)
def test_what_is_not_json_is_garbled(text: bytes) -> None:
    found = read(SENTINEL.encode() + b" " + text + b"\n")
    assert found.reach is Reach.GARBLED
    assert "ctl1 is not valid" in found.reason


def test_the_sentinel_of_another_request_is_no_reply() -> None:
    found = read(line().replace(b"0123", b"9999"))
    assert (found.reach, "no reply" in found.reason) == (Reach.GARBLED, True)


def test_a_busy_host_is_busy() -> None:
    found = read(line({**BODY, "busy": True, "sections": {}}))
    assert (found.reach, found.sections["a"].data) == (Reach.BUSY, Unknown("host_busy"))


def test_sudo_that_refuses_names_the_remedy() -> None:
    found = read(b"", stderr="sudo: a password is required\n", exit_code=1)
    assert found.reach is Reach.GARBLED
    assert found.reason == (
        "sudo refused the collector on ctl1 (sudo: a password is required):"
        " allow the read user to run python3 without a password"
    )


def test_a_host_without_python_names_the_remedy() -> None:
    assert "there is no python3 on ctl1" in read(b"", stderr="sh: 1: python3: not found", exit_code=127).reason


def test_a_host_that_was_not_reached_keeps_its_reason() -> None:
    raw = RawReply(reach=Reach.UNREACHABLE, reason="ctl1 does not answer")
    found = parse(raw, "ctl1", SENTINEL, [kind("a")])
    assert (found.reach, found.reason) == (Reach.UNREACHABLE, "ctl1 does not answer")
    assert found.sections["a"].data == Unknown("host_unreachable")
