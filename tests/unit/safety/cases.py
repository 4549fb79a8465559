"""A case that every guard allows; tests break one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from remediator.integrations import registry
from remediator.model.content.actions import Effect, Risk
from remediator.model.content.commands import Command
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.content.specs import Mode
from remediator.model.manifest.kinds import Kind, Kinds
from remediator.model.records.verdicts import Verdict
from remediator.model.targets import Target, container
from remediator.model.times import Instant
from remediator.safety import gate
from remediator.safety.case import Approval, Brakes, Case, Group, Member, PastRun, Rediagnosis, StormScope, Vantage

RELAY = Kind(name="relay", member="relayd", aliases=("relays",))
"""The kind of the members of a group with a quorum that tests alone know."""
KINDS = Kinds((*registry.load({}).kinds.declared, RELAY))
"""All that the installed integrations declare, and that one."""
START = datetime(2026, 1, 5, 3, 10, tzinfo=UTC)


def at(offset_s: float) -> Instant:
    """The instant `offset_s` seconds after the start of the test's world."""
    return Instant(START + timedelta(seconds=offset_s), 1000.0 + offset_s, "boot-1")


NOW = at(0)
TARGET = container("ctl2", "memcached")
IDENTITY = {"started_at": "2026-01-05T03:00:00Z", "boot_id": "b"}


def a_plan(target: Target = TARGET, risk: Risk = Risk.R1, action: str = "container.start", **changes: Any) -> Plan:
    command = Command(
        host=target.hosts[0], argv=("systemctl", "start", "kolla-memcached-container.service"), timeout_s=60
    )
    step = PlannedStep(
        id="start", action=action, effect=Effect.ONCE, risk=risk, params={}, commands=(command,), timeout_s=90
    )
    plan = Plan(
        runbook="container-start",
        rule="container-crashed",
        target=target,
        risk=risk,
        steps=(step,),
        check="container-state",
        verify_check="container-state",
        verify_within_s=120,
        verify_hold_s=60,
        content_version="c" * 64,
        identity=IDENTITY,
    )
    return replace(plan, **changes)


def a_case(plan: Plan | None = None, **changes: Any) -> Case:
    plan = plan or a_plan()
    unit = f"container/{plan.target.hosts[0]}/memcached"
    good = Case(
        plan=plan,
        now=NOW,
        kinds=KINDS,
        brakes=Brakes(
            evidence_age_s=120,
            cooldown_s=600,
            runs_per_rung=2,
            per_10min=5,
            per_day=30,
            maintenance_s=1800,
            storm_hosts=2,
            storm_percent=34,
            host_boot_s=600,
            r3_every_s=86400,
        ),
        known_targets=frozenset({plan.target.text}),
        inventory_hosts=frozenset({"ctl1", "ctl2", "ctl3"}),
        named_twice=(),
        incident="inc-1",
        actor="remediator",
        by_person=False,
        mode=Mode.AUTO,
        mode_source="autonomy.R1",
        unattended_r3=frozenset(),
        pauses=(),
        downtimes=(),
        evidence_age_s={"ctl2": 3.0},
        rediagnosis=Rediagnosis(state=State.CRITICAL, still_matches=True, asked_at=NOW, identity=IDENTITY),
        expected_identity=IDENTITY,
        samples_since_start={"ctl2": 2},
        clock_brake=None,
        clock_until=None,
        past_runs=(),
        locks={},
        signs=(),
        units={
            unit: {
                "stateful": False,
                "operator_stopped": False,
                "systemd_busy": False,
                "running": False,
                "unit_state": "failed",
                "unit_substate": "failed",
            }
        },
        own_hosts=frozenset(),
        own_units=frozenset(),
        hours=None,
        approval=None,
        silences=(),
        labels=(
            {"target": plan.target.text, "check": plan.check, "host": plan.target.hosts[0], "risk": plan.risk.name},
        ),
        own_downtimes=(),
        vantage=Vantage(hosts=3, answering=3, references={}),
        restored=None,
        storm=(StormScope(name="cloud", hosts=3, troubled=("ctl2",)),),
        storm_latched=None,
        unacked=(),
        undone_cures=0,
        group=None,
        boots={"ctl2": None},
        below=(),
        strangers=(),
        rival=None,
    )
    return replace(good, **changes)


def past(
    target: str = "container/ctl9/x",
    *,
    run: str = "run-9",
    incident: str | None = None,
    intent_s: float = -60,
    ended_s: float | None = -50,
    runbook: str = "container-start",
    risk: str = "R1",
    early: bool = False,
    reason: str = "",
) -> PastRun:
    return PastRun(
        run=run,
        runbook=runbook,
        target=target,
        incident=incident,
        risk=risk,
        intent_at=at(intent_s),
        ended_at=None if ended_s is None else at(ended_s),
        risked_at=None if early else at(intent_s),
        reason=reason,
    )


def ask(guard_id: str, **changes: Any) -> Verdict:
    """Return what one guard says of the good case with `changes`, which may hold another `plan`."""
    guard = next(guard for guard in gate.GUARDS if guard.id == guard_id)
    return guard.ask(a_case(changes.pop("plan", None), **changes))


def an_approval(plan: Plan | None = None, **changes: Any) -> Approval:
    """A yes to `plan`, given a minute ago by somebody else, in time."""
    good = Approval(
        run="run-1",
        plan_hash=(plan or a_plan()).hash,
        requested_by="remediator",
        expires_at=at(600),
        approved_by="night-shift",
        approved_at=at(-60),
        approved_as=(1001,),
    )
    return replace(good, **changes)


WELL = Member(healthy=True, joining=False, settled=True)
STOPPED = Member(healthy=False, joining=False, settled=False)


def a_group(touched: tuple[str, ...] = ("ctl2",), baseline: str | None = None, **members: Member) -> Group:
    """The group ``relay`` on ctl1, ctl2, ctl3, all well except as `members` say; `touched` are acted on."""
    every = {"ctl1": WELL, "ctl2": WELL, "ctl3": WELL} | members
    return Group(name="relay", members=every, touched=touched, baseline=baseline)
