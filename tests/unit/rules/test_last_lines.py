"""The last lines of a page: whole ones, each round once, the newest last."""

from __future__ import annotations

import pytest

from remediator.integrations.container import remote
from remediator.rules import last_lines

pytestmark = pytest.mark.unit


def test_rounds_of_the_same_lines_are_shown_once_and_counted() -> None:
    rounds = [f"12:00:0{n} starting with pid {n}\n12:00:0{n} cannot bind: port 11211 in use" for n in range(3)]
    assert last_lines.told("\n".join(rounds)).split("\n") == [
        "(4 lines that repeat these are left out)",
        "12:00:02 starting with pid 2",
        "12:00:02 cannot bind: port 11211 in use",
    ]


def test_different_lines_stay_in_their_order_and_the_newest_is_last() -> None:
    lines = [f"line {chr(97 + n)}" for n in range(20)]
    assert last_lines.told("\n".join(lines)).split("\n") == lines[-last_lines.MOST :]


@pytest.mark.parametrize("log", ["", "\n\n", "   \n"])
def test_nothing_is_nothing(log: str) -> None:
    assert last_lines.told(log) == ""


def test_the_collector_cuts_a_log_at_the_beginning_of_a_line() -> None:
    log = "".join(f"line {n} of kolla-memcached-container.service\n" for n in range(100))
    end = remote._end(log)
    assert len(end) <= remote.LOG_SIZE
    assert all(line.startswith("line ") for line in end.splitlines())
    assert end.endswith("line 99 of kolla-memcached-container.service\n")
    assert remote._end("short") == "short"
    assert remote._end("x" * 5000) == "x" * remote.LOG_SIZE, "one line that is too long has no better beginning"
