"""The answer comes first and is one sentence: what was done, who refused and until when, or why nobody was asked."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.cli.explain import command
from remediator.cli.look import answers

pytestmark = pytest.mark.unit


def incident(state: str = "open", **changes: Any) -> dict[str, Any]:
    found = {
        "id": "inc-1",
        "target": "container/ctl2/memcached",
        "check": "container-state",
        "state": state,
        "level": "CRITICAL",
        "durations": {"detect_s": 12.0},
        "timeline": [],
        "parent": None,
    }
    return {**found, **changes}


def decision(outcome: str, reason: str = "", at: str = "2026-11-23T03:13:00.000Z", **changes: Any) -> dict[str, Any]:
    found = {
        "rule": "container-crashed",
        "outcome": outcome,
        "reason": reason,
        "at": at,
        "verdicts": [],
        "run": None,
        "met": "true",
    }
    return {**found, **changes}


FALSE = [decision("skipped", "it does not fit", rule=f"rule-{n}", met="false") for n in range(6)]
REFUSED = decision(
    "refused",
    "in downtime",
    verdicts=[
        {"guard": "mode", "allow": True},
        {
            "guard": "downtime",
            "allow": False,
            "reason": "in downtime down-1 (root: RAM swap)",
            "until": "2026-11-23T04:26:00Z",
        },
        {"guard": "storm", "allow": False, "reason": "3 of 5 hosts", "until": None},
    ],
)


def said(found: dict[str, Any], *decisions: dict[str, Any]) -> str:
    return answers.sentence({"incident": found, "decisions": list(decisions)})


@pytest.mark.parametrize(
    ("found", "decisions", "answer"),
    [
        (
            incident(),
            [*FALSE, REFUSED],
            "Nothing is done: refused by downtime: in downtime down-1 (root: RAM swap) (until "
            "2026-11-23 04:26:00 UTC); also by storm.",
        ),
        (
            incident(),
            [
                *FALSE,
                decision(
                    "skipped", "bad since 03:12:00 UTC, it waits 2 min before it acts: until 03:14:00", waits=True
                ),
            ],
            "Nothing is done: container-crashed: bad since 03:12:00 UTC, it waits 2 min before it "
            "acts: until 03:14:00.",
        ),
        (
            incident(),
            [decision("skipped", "its condition is UNKNOWN: timeout:logs", met="unknown"), *FALSE],
            "Nothing is done: container-crashed: its condition is UNKNOWN: timeout:logs.",
        ),
        (
            incident(),
            [
                *FALSE,
                decision("skipped", "its condition is UNKNOWN: x", met="unknown", at="2026-11-23T03:20:00Z"),
                decision("skipped", "it may be me who is cut off", rule="host-untrusted"),
            ],
            "Nothing is done: host-untrusted: it may be me who is cut off.",
        ),
        (
            incident(),
            [decision("shadowed", "other goes before it")],
            "Nothing is done: no rule fits container-state CRITICAL.",
        ),
        (incident(), FALSE, "Nothing is done: no rule fits container-state CRITICAL."),
        (incident(level="WARNING"), [], "Nothing is done: no rule fits container-state WARNING."),
        (
            incident(level="UNKNOWN"),
            [],
            "Nothing is done: how it is is not known, and nothing acts on what is not known.",
        ),
        (incident(durations={"detect_s": None}), [], "Nothing is done: the problem is not confirmed (HARD) yet."),
        (incident("suppressed", parent="inc-9"), [], "Nothing is done about it by itself: inc-9 accounts for it."),
        (
            incident("curing"),
            [REFUSED, decision("fired", at="2026-11-23T03:14:00Z", run="run-2", plan={"runbook": "container-start"})],
            "It acts: run-2 (container-start) by the rule container-crashed.",
        ),
        (
            incident("escalated", timeline=[{"kind": "escalated", "text": "no runbook cures this"}]),
            [decision("fired", "no runbook")],
            "A person must act: no runbook cures this.",
        ),
        (
            incident("resolved", timeline=[{"kind": "resolved", "text": "OK again without us"}]),
            [],
            "It is over: OK again without us.",
        ),
    ],
)
def test_the_answer_of_an_incident(found: dict[str, Any], decisions: list[dict[str, Any]], answer: str) -> None:
    assert said(found, *decisions) == answer


def test_the_newest_of_two_refusals_counts() -> None:
    older = decision(
        "refused",
        "paused",
        at="2026-11-23T03:12:00Z",
        verdicts=[{"guard": "pause", "allow": False, "reason": "paused"}],
    )
    assert "refused by downtime" in said(incident(), REFUSED, older)


def test_it_stands_before_every_rule_and_what_decided_before_what_did_not() -> None:
    text = command.text({"incident": incident(), "decisions": [*FALSE, REFUSED]})
    lines = text.split("\n")
    assert lines[1].startswith("Nothing is done: refused by downtime")
    assert text.index("REFUSED") < text.index("SKIPPED")
    assert "no rule was considered" not in command.text({"incident": incident(), "decisions": []})


def test_a_run_is_told_with_what_refused_or_ended_it() -> None:
    run = {
        "id": "run-1",
        "runbook": "container-start",
        "risk": "R1",
        "target": "host/a",
        "state": "refused",
        "reason": "x",
    }
    verdicts = [{"guard": "lock", "allow": False, "reason": "group:ledger is locked by run run-7", "until": None}]
    assert answers.sentence({"run": {**run, "verdicts": verdicts}}) == (
        "run-1 (container-start, R1) is refused: refused by lock: group:ledger is locked by run run-7."
    )
    assert answers.sentence({"run": {**run, "state": "waiting_approval", "reason": ""}}) == (
        "run-1 (container-start, R1) is waiting approval."
    )
    assert answers.sentence({"event": {"id": "ev-1"}, "decisions": []}) == ""
