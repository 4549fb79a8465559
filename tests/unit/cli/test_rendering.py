"""What people read at 03:00: timelines, durations, verdicts, suggestions; and nothing foreign moves the cursor."""

from __future__ import annotations

import dataclasses
import shlex
import time
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.admin import actions
from remediator.cli.client import Unreachable
from remediator.cli.errors import CliError
from remediator.cli.explain import command as explaining
from remediator.cli.look import audit, check
from remediator.cli.operate import approve, execute, pause
from remediator.cli.render import sanitize, timeline, times
from remediator.integrations import registry
from remediator.model.content.actions import AtTurn, OnEachMember
from remediator.model.content.commands import Script

pytestmark = pytest.mark.unit
INCIDENT: dict[str, Any] = {
    "id": "inc-1",
    "target": "container/ctl2/memcached",
    "check": "container-state",
    "state": "resolved",
    "opened_at": "2026-11-23T03:12:45.000Z",
    "closed_at": "2026-11-23T03:14:30.000Z",
    "parent": None,
    "durations": {"detect_s": 12.0, "decide_s": 115.0, "cure_s": 12.0, "down_s": 149.0, "asked_s": None},
    "timeline": [
        {"at": "2026-11-23T03:12:45.000Z", "kind": "opened", "text": "CRITICAL SOFT 1: exited (137)"},
        {
            "at": "2026-11-23T03:13:05.500Z",
            "kind": "decided",
            "text": "container-start",
            "rule": "container-down",
            "run": "run-1",
        },
        {"at": "2026-11-23T03:14:30.000Z", "kind": "resolved", "text": "held for 60 s\x1b[2J\nnext"},
    ],
}


def test_an_incident_is_told_in_order_with_its_durations() -> None:
    assert timeline.incident(INCIDENT).split("\n") == [
        "container/ctl2/memcached  container-state  RESOLVED",
        "incident inc-1, opened 2026-11-23 03:12:45 UTC, closed 2026-11-23 03:14:30",
        "down 2 min 29 s (seen 12 s, held back 115 s, cure 12 s)",
        "",
        "03:12:45       +0.0 s  opened       CRITICAL SOFT 1: exited (137)",
        "03:13:05        +20 s  decided      container-start  [rule=container-down run=run-1]",
        "03:14:30       +105 s  resolved     held for 60 s [2J next",
    ]


def test_an_open_incident_is_not_over_and_has_dashes_not_zeros() -> None:
    text = timeline.incident({**INCIDENT, "closed_at": None, "durations": {}, "timeline": []})
    assert "not over (seen -)" in text
    assert "not closed" in text


def test_the_headline_says_where_the_time_went_and_who_held_it_back() -> None:
    entry = {
        "at": "2026-11-23T03:13:00.000Z",
        "kind": "refused",
        "text": "group:ledger is locked by run run-1",
        "guard": "lock",
    }
    durations = {"detect_s": 22.0, "decide_s": 105.0, "cure_s": 12.0, "down_s": 149.0, "asked_s": None}
    found = {**INCIDENT, "durations": durations, "timeline": [entry]}
    assert timeline.incident(found).split("\n")[2] == "down 2 min 29 s (seen 22 s, held back 105 s by lock, cure 12 s)"
    asked = {**found, "timeline": [], "durations": {**durations, "asked_s": 81.0}}
    assert "held back 24 s, asked people 81 s, cure 12 s" in timeline.incident(asked)


def test_an_incident_that_was_acknowledged_says_by_whom() -> None:
    acked = {"by": "root", "at": "2026-11-23T03:13:00.000Z", "reason": "raising its limit"}
    assert "acknowledged by root at 2026-11-23 03:13:00 UTC: raising its limit" in timeline.incident(
        {**INCIDENT, "acknowledged": acked}
    )


def test_a_run_shows_the_exact_commands_and_who_refused() -> None:
    text = timeline.run(
        {
            "id": "run-1",
            "runbook": "container-start",
            "risk": "R1",
            "target": "container/ctl2/memcached",
            "state": "refused",
            "actor": "remediator",
            "debts": [],
            "steps": [
                {
                    "id": "start",
                    "action": "container.start",
                    "state": "pending",
                    "intent_at": None,
                    "outcome_at": None,
                    "probe": None,
                    "commands": [
                        {
                            "host": "ctl2",
                            "first": ["systemctl", "reset-failed", "a b"],
                            "argv": ["systemctl", "start", "a b"],
                            "privileged": True,
                        }
                    ],
                }
            ],
            "verdicts": [
                {"guard": "pause", "allow": False, "reason": "paused by an operator", "until": None},
                {"guard": "cooldown", "allow": False, "reason": "too soon", "until": "2026-11-23T04:00:00Z"},
                {"guard": "mode", "allow": True, "reason": "", "until": None},
            ],
        }
    )
    assert "    ctl2$ sudo -n systemctl reset-failed 'a b' && sudo -n systemctl start 'a b'" in text
    assert "refused by pause: paused by an operator\n" in text
    assert "refused by cooldown: too soon (until 2026-11-23 04:00:00 UTC)" in text
    assert "1 guards allowed" in text


def test_an_explanation_names_values_unknown_ones_with_their_reason() -> None:
    text = explaining.text(
        {
            "incident": {"id": "inc-1", "target": "host/a", "check": "c", "state": "open"},
            "decisions": [
                {
                    "rule": "r",
                    "outcome": "skipped",
                    "reason": "unknown_field:data.x",
                    "condition": "data.x > 1",
                    "values": {"data.x": {"unknown": "timeout:s"}, "data.y": None, "data.z": 3},
                    "verdicts": [],
                    "run": None,
                    "at": "2026-11-23T03:12:45.000Z",
                }
            ],
        }
    )
    assert "rule r SKIPPED: unknown_field:data.x" in text
    assert "data.x = UNKNOWN (timeout:s)" in text
    assert "data.y = absent" in text
    assert "data.z = 3" in text


def test_an_explanation_without_decisions_says_so() -> None:
    event = {"id": "ev-1", "target": "container/ctl2/nova_api", "state": "CRITICAL", "at": "2026-11-26T21:09:00Z"}
    said = explaining.text({"event": event, "decisions": []})
    assert "what came of the problem:  remediator explain 'ctl2 nova_api, 2026-11-26T21:09Z'" in said
    well = explaining.text({"event": {**event, "state": "OK"}, "decisions": []})
    assert well.endswith("no rule is for what is well")


def test_an_explanation_says_that_we_fail_only_while_we_do() -> None:
    failed = {"kind": "set_aside", "text": "inc-1 cannot be handled (ValueError: odd): it is tried again every 30 s"}
    over = {"kind": "handled", "text": "inc-1 can be handled again"}
    for story, says in (([failed], True), ([failed, over], False), ([failed, over, failed], True), ([], False)):
        text = explaining.text({"incident": {"id": "inc-1", "target": "host/a", "timeline": story}, "decisions": []})
        assert ("remediator itself failed here: inc-1 cannot be handled" in text) is says


def test_a_plan_shows_its_verification() -> None:
    text = execute.shown(
        {
            "plan": {
                "runbook": "container-start",
                "risk": "R1",
                "target": "container/ctl2/memcached",
                "hash": "ab12",
                "steps": [
                    {
                        "id": "s",
                        "action": "container.start",
                        "risk": "R1",
                        "effect": "once",
                        "timeout_s": 120.0,
                        "commands": [],
                    }
                ],
                "verify": {"check": "container-state", "within_s": 300.0, "hold_s": 60.0},
            },
            "verdicts": [],
        }
    )
    assert "step s: container.start  R1, once, at most 2 min" in text
    assert "verified by container-state: OK within 5 min, then for 60 s" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (75, "75 s"),
        (600, "10 min"),
        (7300, "2 h 2 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_spans(seconds: float | None, text: str) -> None:
    assert times.span(seconds) == text


@pytest.mark.parametrize("text", ["", None, "yesterday", "2026-13-45T00:00:00Z"])
def test_what_is_no_time_stays_as_it_is(text: str | None) -> None:
    assert times.clock(text) == (text or "")
    assert times.between(text, "2026-11-23T03:12:45Z") is None


def test_suggestions() -> None:
    known = ["container/ctl2/memcached", "container/ctl1/memcached", "host/ctl1"]
    assert sanitize.suggestion("container/ctl2/memcache", known) == " (did you mean container/ctl2/memcached?)"
    assert sanitize.suggestion("zzz", known) == ""
    assert (
        check.no_match(("host-disc",), None, ["host-disk"]) == "no result matches host-disc (did you mean host-disk?)"
    )
    assert (
        check.no_match((), "host/ctl", ["host/ctl1"]) == "no result matches --target host/ctl (did you mean host/ctl1?)"
    )
    assert check.no_match((), None, []) == "no check has a result yet"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable(Path("/s"), "no answer"), "no daemon is reachable"),
        (Unreachable(Path("/s"), "permission denied", denied=True), "this account may not ask the daemon"),
        (CliError("state_dir cannot be read", 78), "where the daemon is cannot be read"),
        (CliError("the store is full", 1), "the daemon said: the store is full"),
    ],
)
def test_why_a_pause_is_a_file(error: CliError, said: str) -> None:
    assert pause.by_file_because(error) == said


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"ok": True, "entries": 7, "first_bad": None, "checkpoint_seq": 6}, "intact: 7 entries, signed up to 6"),
        ({"ok": False, "first_bad": {"seq": 3, "why": "edited"}}, "TAMPERED: entry 3 edited"),
        ({"ok": None, "first_bad": None, "error": "no key"}, "cannot tell: no key"),
    ],
)
def test_the_verdict_on_the_log(found: dict[str, Any], words: str) -> None:
    assert audit.verdict(found).startswith(words)


def test_a_proposal_says_who_until_when_and_the_exact_commands() -> None:
    text = approve.proposal(
        {
            "id": "run-1",
            "state": "waiting_approval",
            "actor": "remediator",
            "incident": "inc-1",
            "verdicts": [],
            "approval": {
                "requested_by": "ann",
                "expires_at": "2026-11-23T03:25:00Z",
                "approved_by": None,
                "approved_at": None,
            },
        },
        {
            "runbook": "container-start",
            "rule": "container-crashed",
            "risk": "R1",
            "target": "container/ctl2/memcached",
            "hash": "ab12",
            "verify": {},
            "steps": [
                {
                    "id": "start",
                    "action": "container.start",
                    "risk": "R1",
                    "effect": "once",
                    "timeout_s": 90.0,
                    "commands": [{"host": "ctl2", "argv": ["systemctl", "start", "x"], "privileged": True}],
                }
            ],
        },
    )
    for words in ("proposed by ann", "until 2026-11-23 03:25:00 UTC", "plan ab12", "ctl2$ sudo -n systemctl start x"):
        assert words in text
    assert "rule container-crashed, incident inc-1" in text


def a_step(**changes: Any) -> dict[str, Any]:
    step = {
        "id": "join_ctl2",
        "action": "ledger.join",
        "state": "pending",
        "intent_at": None,
        "outcome_at": None,
        "probe": None,
        "result": "",
        "summary": "start this member and wait until it is Synced",
        "late": True,
        "commands": [],
    }
    return {**step, **changes}


def test_a_late_step_says_what_it_will_do_until_it_has_commands() -> None:
    (words,) = timeline.what(a_step())
    assert words == "    start this member and wait until it is Synced (its commands are built when its turn comes)"
    begun = a_step(intent_at="2026-11-23T03:00:00Z", state="done", result="ok")
    assert timeline.what(begun) == ["    start this member and wait until it is Synced"]
    assert timeline.what(a_step(summary="", late=False)) == []
    command = {"host": "ctl2", "argv": ["systemctl", "start", "x"], "privileged": True}
    assert timeline.what(a_step(commands=[command])) == ["    ctl2$ sudo -n systemctl start x"]


@pytest.mark.parametrize(
    ("state", "result", "shown"),
    [
        ("settling", "ctl2: Joining, SST, 40.0 MiB, 3.1 MiB/s", True),
        ("done", "ctl2: Synced by SST, size 3, at 77", True),
        ("failed", "held by another: # remediator run-1", True),
        ("done", "ok", False),
        ("done", "applied", False),
        ("pending", "not begun", False),
        ("intent", "nothing yet", False),
    ],
)
def test_the_progress_of_a_step_is_shown(state: str, result: str, shown: bool) -> None:
    run = {
        "id": "run-1",
        "runbook": "b",
        "risk": "R3",
        "target": "cluster/ledger",
        "state": "running",
        "steps": [a_step(state=state, result=result)],
    }
    assert (f"\n    {result}" in timeline.run(run)) is shown


def test_a_program_is_shown_by_its_name_with_where_its_text_is() -> None:
    argv = ["sh", "-c", "[ x ] || exit 2; rm y", "ledger-hold", "run-1", "docker"]
    step = a_step(
        id="hold", action="ledger.hold", state="done", commands=[{"host": "ctl2", "argv": argv, "privileged": True}]
    )
    found = {
        "id": "run-1",
        "runbook": "b",
        "risk": "R3",
        "target": "cluster/ledger",
        "state": "running",
        "steps": [step],
    }
    short = timeline.run(found, programs=False)
    assert "    ctl2$ sudo -n sh -c '...' ledger-hold run-1 docker\n" in short
    assert short.endswith("each '...' in full:  remediator runs show run-1 --programs")
    assert "rm y" in timeline.run(found)
    plain = {**found, "steps": [a_step(commands=[{"host": "ctl2", "argv": ["systemctl", "start", "x"]}])]}
    assert "--programs" not in timeline.run(plain, programs=False)


def test_steps_that_only_differ_in_their_host_are_one_until_they_begin() -> None:
    steps = [
        a_step(id=f"hold_{host}", host=host, action="ledger.hold", state="pending") for host in ("ctl1", "ctl2", "ctl3")
    ]
    assert [step["id"] for step in timeline.alike(steps)] == ["hold_ctl1, hold_ctl2, hold_ctl3"]
    steps[1]["intent_at"] = "2026-11-23T03:12:45.000Z"
    assert [step["id"] for step in timeline.alike(steps)] == ["hold_ctl1", "hold_ctl2", "hold_ctl3"]


def test_a_step_that_chose_says_whom_and_why() -> None:
    chosen = a_step(
        id="choose", action="ledger.decide", state="done", given={"why": "ctl2 holds the highest position, 75"}
    )
    found = {
        "id": "run-1",
        "runbook": "b",
        "risk": "R3",
        "target": "cluster/ledger",
        "state": "running",
        "steps": [chosen],
    }
    assert "\n    ctl2 holds the highest position, 75" in timeline.run(found)


def test_progress_that_is_foreign_text_stays_on_its_line() -> None:
    assert timeline.progress(a_step(state="failed", result="a\nb\x1b[2J")) == ["    a b [2J"]


def test_a_plan_shows_late_steps_by_their_summary() -> None:
    plan = {
        "runbook": "ledger-bootstrap",
        "risk": "R3",
        "target": "cluster/ledger",
        "hash": "h",
        "steps": [a_step(risk="R2", effect="idempotent", timeout_s=60.0)],
    }
    assert (
        "    start this member and wait until it is Synced (its commands are built when its turn comes)"
        in execute.shown({"plan": plan})
    )


def test_every_script_is_shown_in_full_with_what_its_arguments_may_be() -> None:
    script = Script(name="a-b", text="echo \"$1\" 'x'", args=("[a-z]{1,3}", "ist|sst"))
    action = dataclasses.replace(
        next(iter(registry.load({})["container"].actions)),
        scripts=(script,),
        privileges=(),
        when=AtTurn(commands=lambda _: ()),
        where=OnEachMember(),
    )
    (text,) = actions.paragraphs([action])
    first = shlex.join(("sh", "-c", script.text, "a-b"))
    assert f"  as root: {first} ARG1 ARG2\n    ARG1: [a-z]{{1,3}}\n    ARG2: ist|sst" in text
    assert "runs no command as root" not in text
    assert "  once for each member of the target\n" in text
    body = actions.as_json(action)
    assert body["scripts"] == [
        {"name": "a-b", "argv": ["sh", "-c", script.text, "a-b"], "arguments": ["[a-z]{1,3}", "ist|sst"]}
    ]
    assert (body["late"], body["each_member"]) == (True, True)


def test_the_time_on_the_wall_is_that_of_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, wanted in (("Europe/Zurich", "22:09 CET"), ("UTC", "")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert times.local("2026-11-26T21:09:00Z") == wanted
    monkeypatch.undo()
    time.tzset()
    assert times.local(None) == ""
