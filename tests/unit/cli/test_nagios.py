"""The plugin's output: what Nagios parses, whatever foreign text is in it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from remediator.cli.render import nagios
from remediator.model.content.judging import State

pytestmark = pytest.mark.unit


def result(state: str, target: str = "host/a", output: str = "text", **fields: Any) -> dict[str, Any]:
    return {"check": "c", "target": target, "state": state, "output": output, "perfdata": {}, **fields}


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (["OK"], State.OK),
        (["OK", "WARNING"], State.WARNING),
        (["WARNING", "UNKNOWN"], State.UNKNOWN),
        (["UNKNOWN", "CRITICAL", "OK"], State.CRITICAL),
        (["ok"], State.OK),
        (["fine"], State.UNKNOWN),
        ([""], State.UNKNOWN),
        ([], State.UNKNOWN),
    ],
)
def test_worst(states: list[str], worst: State) -> None:
    assert nagios.worst([result(state) for state in states]) is worst


def test_the_first_line_is_the_contract() -> None:
    found = nagios.output(
        [
            result("OK", "host/b", perfdata={"took_s": {"value": 0.25, "uom": "s", "warn": 1, "crit": "2:"}}),
            result("CRITICAL", "container/ctl2/memcached", "exited (137)"),
            result("UNKNOWN", "host/c", "timeout:containers"),
        ]
    )
    first, *rest = found.split("\n")
    assert first == (
        "REMEDIATOR CRITICAL: 1 critical, 1 unknown, 0 warning, 1 ok - container/ctl2/memcached: exited (137)"
        " | 'host/b.took_s'=0.25s;1;2:"
    )
    assert rest == ["CRITICAL c container/ctl2/memcached: exited (137)", "UNKNOWN c host/c: timeout:containers"]


def test_without_perfdata_there_is_no_bar() -> None:
    assert "|" not in nagios.output([result("OK")])


def test_nothing_matches_is_unknown() -> None:
    assert nagios.output([]).startswith("REMEDIATOR UNKNOWN:")


@pytest.mark.parametrize("hostile", ["a|b=1", "a\nb", "a\r\x1b[31mb", "a\x00b", "a\u2028b", "a\x9bb", "\u202eab"])
def test_foreign_text_cannot_leave_its_place(hostile: str) -> None:
    found = nagios.output(
        [
            result(
                "CRITICAL",
                f"host/{hostile}",
                hostile,
                perfdata={hostile: {"value": 1, "uom": hostile, "warn": hostile}},
            )
        ]
    )
    lines = found.split("\n")
    assert len(lines) == 2
    assert lines[0].count("|") == 1
    assert "|" not in lines[1]
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", found) is None


def test_a_label_may_hold_quotes_but_no_equals() -> None:
    found = nagios.output([result("OK", "host/it's", perfdata={"a=b": {"value": 3}})])
    assert found.endswith("| 'host/it''s.a_b'=3")


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (0.1, "0.1"), (1e-9, "0"), (1e20, "100000000000000000000"), (None, "U"), (float("nan"), "U"),
     (float("inf"), "U"), ("x", "U"), (True, "1"), (-2.5, "-2.5")],
)  # fmt: skip
def test_numbers_are_plain(value: Any, text: str) -> None:
    assert nagios.output([result("OK", perfdata={"n": {"value": value, "uom": ""}})]).endswith(f"'host/a.n'={text}")


def test_the_text_of_the_first_line_is_cut_at_80() -> None:
    found = nagios.output([result("CRITICAL", "host/a", "x" * 500)]).split("\n")
    assert len(found[0].split(" - ", 1)[1]) == 80
    assert found[0].endswith("...")
    assert len(found[1]) <= nagios.LINE_WIDTH


def test_many_bad_results_are_bounded() -> None:
    found = nagios.output([result("CRITICAL", f"host/{number:04}") for number in range(500)])
    assert len(found.split("\n")) == nagios.MAX_LINES + 2
    assert found.endswith("... and 300 more")
