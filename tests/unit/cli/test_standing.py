"""What was muted at a moment: begun before, not ended before, and not over by its own time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from remediator.cli.explain import mutes_at

pytestmark = pytest.mark.unit
THEN = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)


def entry(minute: int, kind: str, **body: Any) -> dict[str, Any]:
    return {"seq": minute, "at": f"2026-11-23T03:{minute:02}:00.000Z", "actor": "ann", "kind": kind, "body": body}


SILENCE = {"id": "sil-1", "matchers": [{"label": "host", "operator": "=", "value": "ctl2"}], "reason": "disk"}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry(1, "pause", pause="pause-1", reason="deploy")], ["everything was paused (ann", "deploy"]),
        ([entry(1, "silence", **SILENCE, until="2026-11-23T04:00:00.000Z")], ['silence sil-1 stood on host="ctl2"']),
        (
            [entry(1, "downtime", id="down-1", target="host/ctl2", until="2026-11-23T04:00:00.000Z")],
            ["host/ctl2 was in"],
        ),
        ([entry(1, "downtime", host="ctl2", service="", depth=1)], ["ctl2 was in a downtime of Nagios"]),
        ([entry(1, "wrap", id="wrap-1", scope="all", command="ansible x")], ["ansible x ran and held all"]),
        (
            [entry(1, "wrap", id="wrap-1", scope="all", command="x"), entry(2, "wrap_ended", wrap="wrap-1")],
            ["it had ended at 2026-11-23 03:02:00 UTC"],
        ),
        ([entry(1, "storm_opened", scope="cloud", why="5 of 6")], ["the storm breaker of cloud was open", "5 of 6"]),
        ([entry(7, "clock", why="stepped 60 s")], ["the clock had jumped"]),
    ],
)
def test_what_stood(entries: list[dict[str, Any]], words: list[str]) -> None:
    found = mutes_at.at(entries, THEN)
    assert len(found) == 1
    assert all(each in found[0] for each in words)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry(1, "pause", pause="pause-1", reason="x"), entry(2, "resume", lifted={"pause-1": "x"})],
        [entry(1, "pause", reason="x"), entry(2, "resume", reasons=["x"])],
        [entry(1, "silence", **SILENCE, until="2026-11-23T03:09:00.000Z")],
        [entry(1, "silence", **SILENCE, until="2026-11-23T04:00:00.000Z"), entry(2, "silence_ended", id="sil-1")],
        [entry(1, "downtime", id="down-1", target="host/a"), entry(2, "downtime_ended", id="down-1")],
        [entry(1, "downtime", host="a", service="", depth=1), entry(2, "downtime", host="a", service="", depth=0)],
        [entry(1, "storm_opened", scope="cloud"), entry(2, "storm_closed", scope="cloud")],
        [entry(1, "clock", why="stepped")],
        [{**entry(1, "pause"), "body": "not readable"}],
    ],
)
def test_what_was_over(entries: list[dict[str, Any]]) -> None:
    assert mutes_at.at(entries, THEN) == []


def test_one_of_two_pauses_lifted_leaves_the_other() -> None:
    both = [entry(1, "pause", pause="pause-1", reason="a"), entry(2, "pause", pause="pause-2", reason="b")]
    found = mutes_at.at([*both, entry(3, "resume", lifted={"pause-1": "a"})], THEN)
    assert len(found) == 1
    assert found[0].endswith(": b")
