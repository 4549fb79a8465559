"""A decision table per guard: what it allows, what it refuses, and with which words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.content.plans import RELEASE, Plan
from remediator.model.content.specs import Mode
from remediator.model.messages.signs import Sign
from remediator.model.records.mutes import Unacked
from remediator.model.records.verdicts import GUARD_IDS, refusals
from remediator.model.targets import container, member
from remediator.model.values import Unknown
from remediator.safety import gate
from remediator.safety.case import Below, Boot, Downtime, Rediagnosis, StormScope, Stranger, Vantage
from tests.unit.safety.cases import IDENTITY, NOW, START, a_case, a_group, a_plan, ask, past
from tests.unit.safety.test_authority import NIGHT
from tests.unit.safety.test_mutes import a_silence

pytestmark = pytest.mark.unit


def again(**changes: Any) -> Rediagnosis:
    return Rediagnosis(
        **({"state": State.CRITICAL, "still_matches": True, "asked_at": NOW, "identity": IDENTITY} | changes)
    )


def sign(service: str | None = "memcached", host: str = "ctl1", minutes_ago: float = 10) -> Sign:
    return Sign(
        kind="x",
        host=host,
        service=service,
        at=START - timedelta(minutes=minutes_ago),
        key="k",
        detail="somebody deployed",
    )


def downtime(**changes: Any) -> Downtime:
    base: dict[str, Any] = {
        "source": "nagios",
        "host": "ctl2",
        "service": None,
        "depth": 1,
        "seen_at": START,
        "until": START + timedelta(hours=1),
    }
    return Downtime(**(base | changes))


UNIT = "container/ctl2/memcached"
GOOD_UNIT = {"stateful": False, "operator_stopped": False, "systemd_busy": False}
WAITS_FOR_RESTART = GOOD_UNIT | {"systemd_busy": True, "unit_state": "activating", "unit_substate": "auto-restart"}


def holding() -> Plan:
    """A plan that keeps its units from starting: whatever systemd is about to start is what it is there for."""
    plan = a_plan()
    return replace(plan, steps=tuple(replace(step, holds_units=True) for step in plan.steps))


def stranger(mark: str) -> Stranger:
    return Stranger(host="ctl2", mark=mark, what="the hold of a unit", take_back="rm the-hold")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("target", {"known_targets": frozenset()}, "no check knows the target container/ctl2/memcached"),
    ("target", {"inventory_hosts": frozenset({"ctl1"})}, "ctl2 is not in the inventory"),
    ("target", {"named_twice": ("CTL2 and ctl2 are one machine: name it once",)}, "CTL2 and ctl2 are one machine"),
    ("mode", {"mode": Mode.SHADOW}, "mode is shadow (autonomy.R1): the plan is written, nothing is done"),
    ("mode", {"mode": Mode.OFF}, "mode is off"),
    ("hours", {"hours": NIGHT}, "R1 may act only in the hours Mon-Fri 22-02 UTC"),
    ("approval", {"mode": Mode.APPROVE}, "it waits for a person: its run will need `remediator approve RUN`"),
    ("autonomy", {"plan": a_plan(risk=Risk.R3)}, "R3 never acts unattended"),
    ("pause", {"pauses": ("maintenance tonight",)}, "paused: maintenance tonight"),
    ("pause", {"pauses": Unknown("EACCES")}, "cannot be read (EACCES)"),
    ("silence", {"silences": (a_silence(),)}, 'silenced by day-shift (sil-1: check="container-state"): new disks'),
    ("downtime", {"downtimes": (downtime(),)}, "ctl2 is in a scheduled downtime of nagios (depth 1)"),
    ("downtime", {"downtimes": (downtime(service="memcached"),)}, "ctl2/memcached is in a scheduled downtime"),
    ("evidence_age", {"evidence_age_s": {}}, "no evidence at all"),
    ("evidence_age", {"evidence_age_s": {"ctl2": 121.0}}, "121 s old, 120 s is the limit"),
    (
        "evidence_age",
        {"evidence_age_s": {"ctl2": Unknown("host_unreachable")}},
        "nothing is known of ctl2 (host_unreachable)",
    ),
    ("rediagnosis", {"rediagnosis": None}, "has not been made again"),
    ("rediagnosis", {"rediagnosis": again(state=State.UNKNOWN)}, "the check is UNKNOWN"),
    ("rediagnosis", {"rediagnosis": again(still_matches=False)}, "does not hold any more"),
    ("rediagnosis", {"rediagnosis": again(still_matches=Unknown("unknown_field:x"))}, "UNKNOWN (unknown_field:x)"),
    ("rediagnosis", {"rediagnosis": again(action_refuses="no majority (GB-16)")}, "the action refuses: no majority"),
    ("already_fixed", {"rediagnosis": again(state=State.OK)}, "OK again"),
    (
        "changed",
        {"rediagnosis": again(identity=IDENTITY | {"started_at": "later"})},
        "started_at was 2026-01-05T03:00:00Z, is later",
    ),
    ("changed", {"rediagnosis": again(identity={"boot_id": "b"})}, "started_at cannot be read any more"),
    (
        "self_vantage",
        {"vantage": Vantage(hosts=5, answering=1, references={})},
        "I reach only 1 of 5 hosts: it may be me who is cut off",
    ),
    ("self_vantage", {"vantage": Unknown("no cycle yet")}, "not known (no cycle yet)"),
    (
        "restored",
        {"restored": "the store ends 40 entries before its newest checkpoint"},
        "40 entries before its newest checkpoint: R0 only until `remediator audit accept-restore --reason TEXT`",
    ),
    (
        "storm",
        {"storm": (StormScope(name="cloud", hosts=5, troubled=("a", "b", "c")),)},
        "3 of 5 hosts of cloud broke at once and nothing explains it (a, b, c): the limit is the "
        "larger of 2 hosts and 34 %",
    ),
    ("storm", {"storm": Unknown("no cycle yet")}, "not known (no cycle yet)"),
    ("startup", {"samples_since_start": {"ctl2": 1}}, "ctl2 has 1 of 2 samples"),
    ("startup", {"samples_since_start": {}}, "no host"),
    ("clock", {"clock_brake": "the wall clock stepped by +40 s"}, "stepped by +40 s"),
    (
        "budget",
        {"past_runs": tuple(past(run=f"run-{n}") for n in range(5))},
        "5 runs in the last 10 min, 5 is the limit",
    ),
    (
        "budget",
        {"past_runs": tuple(past(run=f"run-{n}", intent_s=-7200) for n in range(30))},
        "30 runs in the last 24 h",
    ),
    (
        "budget",
        {"past_runs": tuple(past(run=f"run-{n}", incident="inc-1", intent_s=-90000) for n in range(2))},
        "ran 2 times in this incident",
    ),
    ("budget", {"past_runs": Unknown("locked")}, "the journal cannot be read (locked)"),
    ("cooldown", {"past_runs": (past(UNIT, ended_s=-599),)}, "10 min is the wait"),
    ("cooldown", {"past_runs": (past(UNIT, ended_s=None),)}, "has not ended"),
    ("cooldown", {"past_runs": (past(UNIT, incident="inc-1"),)}, "is the wait"),
    ("cooldown", {"past_runs": Unknown("locked")}, "cannot be read"),
    (
        "ack",
        {"unacked": (Unacked(target=UNIT, incident="inc-0", at=START, why="the ladder is at its end"),)},
        "inc-0 was not cured (the ladder is at its end) and nobody has acknowledged it: "
        "remediator incidents ack inc-0 --reason R",
    ),
    ("undone", {"undone_cures": 3}, "3 cures of container/ctl2/memcached came undone within 24 h"),
    ("undone", {"undone_cures": Unknown("locked")}, "not known (locked)"),
    ("quorum", {"group": Unknown("no member judged")}, "not known (no member judged)"),
    (
        "host_boot",
        {"boots": {"ctl2": Boot(what="ctl2 booted", age_s=180)}},
        "ctl2 booted 3 min ago: 10 min is the wait",
    ),
    ("host_boot", {"boots": {"ctl2": Unknown("no reply")}}, "when ctl2 booted is not known (no reply)"),
    ("host_boot", {"boots": {}}, "when ctl2 booted is not known (never_asked)"),
    (
        "dependency",
        {"below": (Below(target="cluster/relay", check="relay-cluster", state=State.CRITICAL),)},
        "what it needs is broken below it: cluster/relay is CRITICAL in relay-cluster",
    ),
    ("dependency", {"below": Unknown("relay is UNKNOWN")}, "not known (relay is UNKNOWN)"),
    (
        "baseline",
        {"plan": a_plan(risk=Risk.R2), "group": a_group(baseline="it has been seen whole for 12 min of 60 min")},
        "no_baseline: it has been seen whole for 12 min of 60 min; when all is well, say "
        "`remediator baseline accept group/relay --reason TEXT`",
    ),
    ("lock", {"locks": {"host:ctl2": "run-7"}}, "host:ctl2 is locked by run run-7"),
    ("stateful", {"units": {UNIT: GOOD_UNIT | {"stateful": True}}}, "only its own runbook may touch it"),
    ("stateful", {"units": {UNIT: Unknown("timeout:containers")}}, "not known (timeout:containers)"),
    ("maintenance", {"signs": (sign(),)}, "somebody deployed; it holds memcached"),
    ("maintenance", {"signs": (sign(service=None, host="ctl2"),)}, "it holds ctl2"),
    ("maintenance", {"signs": Unknown("no reply of ctl2")}, "not known (no reply of ctl2)"),
    ("operator_intent", {"units": {UNIT: GOOD_UNIT | {"operator_stopped": True}}}, "was stopped by an operator"),
    ("operator_intent", {"units": {UNIT: GOOD_UNIT | {"operator_stopped": Unknown("x")}}}, "not known (x)"),
    ("operator_intent", {"units": {UNIT: {}}}, "not known (not_assessed)"),
    ("competing", {"units": {UNIT: GOOD_UNIT | {"systemd_busy": True}}}, "systemd is at work"),
    (
        "competing",
        {"units": {UNIT: GOOD_UNIT | {"systemd_busy": True, "unit": None, "unit_state": None, "status": "restarting"}}},
        "its engine is at work on container/ctl2/memcached (restarting): it starts it again by itself",
    ),
    ("competing", {"units": {UNIT: GOOD_UNIT | {"systemd_busy": Unknown("x")}}}, "not known (x)"),
    ("competing", {"units": {UNIT: WAITS_FOR_RESTART}}, "systemd is at work"),
    (
        "competing",
        {"plan": holding(), "units": {UNIT: WAITS_FOR_RESTART | {"systemd_busy": Unknown("x")}}},
        "not known (x)",
    ),
    (
        "competing",
        {"plan": holding(), "units": {UNIT: WAITS_FOR_RESTART | {"unit_substate": "start"}}},
        "systemd is at work",
    ),
    ("competing", {"plan": holding(), "units": {UNIT: GOOD_UNIT | {"systemd_busy": True}}}, "systemd is at work"),
    (
        "competing",
        {"strangers": (stranger("prod.00c0ffee00c0ffee.run-1"),)},
        "another remediator has set the hold of a unit on ctl2: it is of run-1 of cloud prod, "
        "store 00c0ffee00c0ffee, which this "
        "store does not know; let that one take it back, or end it and take it back by hand: rm the-hold",
    ),
    ("competing", {"strangers": (stranger("run-1"),)}, "it is of run-1 of a remediator of an earlier release"),
    ("competing", {"strangers": (stranger("\x1b[2J$(id)"),)}, "it is of '\\x1b[2J$(id)', which"),
    ("competing", {"strangers": Unknown("no reply of ctl2")}, "not known (no reply of ctl2)"),
    (
        "competing",
        {"rival": "since 03:00: another remediator claimed ctl2"},
        "since 03:00: another remediator claimed ctl2; end one of the two, then: remediator brakes "
        "close rival --reason R",
    ),
    ("ourselves", {"plan": a_plan(risk=Risk.R2), "own_hosts": frozenset({"ctl2"})}, "the host I run on"),
    ("ourselves", {"plan": a_plan(risk=Risk.R2), "own_hosts": Unknown("boot id")}, "not known (boot id)"),
    ("ourselves", {"own_units": frozenset({UNIT})}, "is what I run in"),
]


@pytest.mark.parametrize(
    ("guard", "changes", "words"), REFUSED, ids=[f"{row[0]}-{number}" for number, row in enumerate(REFUSED)]
)
def test_refuses_with_a_reason(guard: str, changes: dict[str, Any], words: str) -> None:
    verdict = ask(guard, **changes)
    assert not verdict.allow
    assert words in verdict.reason


def test_a_good_case_is_allowed_by_every_guard() -> None:
    assert refusals(gate.ask_all(a_case())) == ()


def test_every_guard_has_a_refusal_in_the_table() -> None:
    assert {row[0] for row in REFUSED} == {guard.id for guard in gate.GUARDS}


def test_the_guards_are_those_of_the_contract_in_its_order() -> None:
    assert tuple(guard.id for guard in gate.GUARDS) == GUARD_IDS


def test_a_verdict_carries_the_id_of_the_guard_that_was_asked() -> None:
    assert tuple(verdict.guard for verdict in gate.ask_all(a_case())) == GUARD_IDS


@pytest.mark.parametrize(("guard", "changes", "words"), REFUSED)
def test_every_refusal_can_be_written_into_the_audit(guard: str, changes: dict[str, Any], words: str) -> None:
    written = json.loads(json.dumps(ask(guard, **changes).to_json()))
    assert words in written["reason"]


def test_these_are_asked_before_every_step() -> None:
    assert {guard.id for guard in gate.GUARDS if guard.every_step} == {
        *("pause", "silence", "downtime", "clock", "restored", "self_vantage", "startup", "lock", "changed"),
        *("maintenance", "operator_intent", "competing", "ourselves"),
    }


def test_beside_another_remediator_what_only_reads_goes_on() -> None:
    changes: dict[str, Any] = {"rival": "since 03:00: another one", "strangers": (stranger("run-1"),)}
    assert ask("competing", plan=a_plan(risk=Risk.R0), **changes).allow
    assert not ask("competing", plan=a_plan(risk=Risk.R1), **changes).allow


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("mode", {"mode": Mode.SHADOW, "by_person": True}),
    ("autonomy", {"mode": Mode.APPROVE, "by_person": True}),
    ("autonomy", {"plan": a_plan(risk=Risk.R3), "unattended_r3": frozenset({"container-crashed"})}),
    ("downtime", {"downtimes": (downtime(depth=0),)}),
    ("downtime", {"downtimes": (downtime(until=START),)}),
    ("downtime", {"downtimes": (downtime(host="ctl1"),)}),
    ("downtime", {"downtimes": (downtime(service="haproxy"),)}),
    ("evidence_age", {"evidence_age_s": {"ctl2": 120.0}}),
    ("budget", {"past_runs": tuple(past(run=f"run-{n}", intent_s=-601) for n in range(5))}),
    ("cooldown", {"past_runs": (past(UNIT, ended_s=-600),)}),
    ("cooldown", {"past_runs": (past(UNIT, incident="inc-1", runbook="container-restart"),)}),
    ("maintenance", {"signs": (sign(minutes_ago=31),)}),
    ("maintenance", {"signs": (sign(service="haproxy"),)}),
    ("maintenance", {"signs": (sign(service=None, host="ctl1"),)}),
    ("ourselves", {"own_hosts": frozenset({"ctl2"})}),
    ("competing", {"plan": holding(), "units": {UNIT: WAITS_FOR_RESTART}}),
    ("stateful", {"plan": a_plan(action="relay.start_member"), "units": {UNIT: GOOD_UNIT | {"stateful": True}}}),
]


@pytest.mark.parametrize(("guard", "changes"), ALLOWED)
def test_allows(guard: str, changes: dict[str, Any]) -> None:
    assert ask(guard, **dict(changes)).allow


def test_a_run_does_not_count_against_itself() -> None:
    own = past(UNIT, run="run-1", incident="inc-1", ended_s=None)
    case = a_case(past_runs=(own,), own_run="run-1", locks={"host:ctl2": "run-1"})
    assert refusals(gate.ask_all(case)) == ()


def test_a_stepped_wall_clock_shortens_no_cooldown() -> None:
    ended = past(UNIT, ended_s=-10)
    late = NOW.wall + timedelta(hours=2)
    case = a_case(now=type(NOW)(late, NOW.boot_s, NOW.boot_id), past_runs=(ended,))
    cooldown = next(guard for guard in gate.GUARDS if guard.id == "cooldown")
    assert not cooldown.ask(case).allow


UNKNOWNS: list[dict[str, Any]] = [
    {"pauses": Unknown("x")},
    {"evidence_age_s": {"ctl2": Unknown("x")}},
    {"rediagnosis": None},
    {"past_runs": Unknown("x")},
    {"signs": Unknown("x")},
    {"units": {UNIT: Unknown("x")}},
    {"vantage": Unknown("x")},
    {"storm": Unknown("x")},
    {"undone_cures": Unknown("x")},
    {"group": Unknown("x")},
    {"boots": {"ctl2": Unknown("x")}},
    {"below": Unknown("x")},
    {"strangers": Unknown("x")},
    {"own_hosts": Unknown("x"), "plan": a_plan(risk=Risk.R2)},
]


@pytest.mark.parametrize("change", UNKNOWNS)
def test_what_is_unknown_never_acts(change: dict[str, Any]) -> None:
    changes = dict(change)
    case = a_case(changes.pop("plan", None), **changes)
    assert not gate.allowed(gate.ask_all(case))


def test_nobody_asked_is_nobody_agreed() -> None:
    assert not gate.allowed(())


def test_the_generic_start_on_a_relay_member_is_judged_by_its_container() -> None:
    target = member("relay", "ctl2")
    unit = container("ctl2", "relayd").text
    verdict = ask("stateful", plan=a_plan(target), units={unit: GOOD_UNIT | {"stateful": True}})
    assert not verdict.allow


def test_what_takes_back_our_own_state_is_not_held_by_an_operators_stop() -> None:
    """A unit that we kept from starting is `inactive` with success after a boot of its host, as if somebody had stopped
    it."""
    stopped = {UNIT: GOOD_UNIT | {"operator_stopped": True}}
    assert not ask("operator_intent", units=stopped).allow
    assert ask("operator_intent", units=stopped, plan=a_plan(runbook=RELEASE)).allow
