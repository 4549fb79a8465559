"""Builds the case for the gate from the world: gathers, never judges. What is not known goes in as UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remediator.daemon.decide import dependencies, history, leavings, ourselves, rediagnosis
from remediator.daemon.inhibit import storm, wraps
from remediator.daemon.observe import boots, groups, identities, maintenance, vantage
from remediator.daemon.observe.hints import names
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Risk
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Mode
from remediator.model.messages.replies import Reach
from remediator.model.messages.signs import Sign
from remediator.model.records.records import Run, RunState
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Data, Unknown
from remediator.runs.debts import debts
from remediator.safety.case import Brakes, Case, PastRun, scopes_of, units_of

CONTAINER_ASSESSMENT = "container.state"


def groups_of(world: World, target: Target) -> dict[str, frozenset[str]]:
    """Return the failure-domain groups of `target`, as `scopes_of` wants them."""
    group = world.loaded.integrations.domain_of(target)
    return {target.text: frozenset({group})} if group else {}


def scopes(world: World, plan: Plan) -> tuple[str, ...]:
    return scopes_of(plan, groups_of(world, plan.target))


def build(turn: Turn, plan: Plan, *, incident: str | None, actor: str, by_person: bool, run: Run | None) -> Case:
    """Return the case of `plan` now; `run` is None before the locks are taken."""
    world = turn.world
    mode, source = world.loaded.config.autonomy.mode_for(plan.rule, plan.risk)
    check = world.loaded.content.checks.get(plan.check)
    depends = world.loaded.evidence_hosts(check, plan.target) if check is not None else plan.target.hosts
    hosts = tuple(sorted(set(depends) | set(plan.touches)))
    wanted = scopes(world, plan)
    limits = world.loaded.limits
    return Case(
        plan=plan,
        now=turn.now,
        brakes=Brakes(
            evidence_age_s=limits.evidence_age_s[plan.risk],
            cooldown_s=limits.cooldown_s[plan.risk],
            cooldown_before_risk_s=limits.cooldown_s[Risk.R2],
            runs_per_rung=limits.runs_per_rung[plan.risk],
            per_10min=limits.rate_per_10min,
            per_day=limits.rate_per_day,
            maintenance_s=limits.maintenance_s,
            storm_hosts=limits.storm_hosts,
            storm_percent=limits.storm_percent,
            host_boot_s=limits.host_boot_s,
            r3_every_s=limits.r3_every_s,
        ),
        known_targets=frozenset(target for _, target in world.samples.results),
        inventory_hosts=frozenset(world.loaded.inventory.hosts),
        named_twice=identities.sentences(turn, plan, tuple(depends)),
        incident=incident,
        actor=actor,
        by_person=by_person,
        mode=Mode.OFF if check is None else mode,
        mode_source=source,
        unattended_r3=frozenset(world.loaded.config.i_accept_unattended_r3),
        pauses=_pauses(turn),
        downtimes=tuple(
            replace(each, service=names.muted_service(turn, each.host, each.service))
            for each in world.durable.downtimes.values()
        ),
        evidence_age_s={host: _age(turn, host) for host in hosts},
        rediagnosis=rediagnosis.rediagnose(turn, plan, run.locked_at, run) if run is not None else None,
        expected_identity=plan.identity,
        samples_since_start={host: world.samples.good_samples.get(host, 0) for host in hosts},
        clock_brake=world.health.clock_brake,
        clock_until=world.health.clock_until.wall if world.health.clock_until else None,
        past_runs=(
            *(_past(each, each.intent_at) for each in world.durable.past_runs.values()),
            *(_past(each, turn.now) for each in _beginning(world)),
        ),
        locks={scope: holder for scope, holder in world.durable.locks.items() if scope in wanted},
        signs=_signs(turn, plan),
        units={unit: _unit(turn, unit) for unit in units_of(plan, world.loaded.integrations.kinds)},
        own_hosts=ourselves.hosts(turn, plan),
        own_units=ourselves.units(turn, plan),
        hours=world.loaded.config.autonomy.hours_for(plan.risk),
        approval=run.approval if run is not None else None,
        silences=tuple(world.durable.silences.values()),
        labels=labels(turn, plan),
        own_downtimes=tuple(world.durable.own_downtimes.values()),
        kinds=world.loaded.integrations.kinds,
        vantage=vantage.vantage(turn),
        restored=world.health.restored,
        storm=storm.scopes_of(turn, plan),
        storm_latched=world.durable.storm_latched,
        unacked=tuple(world.durable.unacked.values()),
        undone_cures=history.undone_cures(turn, plan),
        group=groups.group_of(turn, plan),
        boots=boots.boots(turn, plan),
        below=dependencies.below(turn, plan),
        strangers=leavings.strangers(world, tuple(plan.touches), hosts),
        rival=world.durable.rival,
        own_run=run.id if run else None,
    )


def _pauses(turn: Turn) -> tuple[str, ...] | Unknown:
    outside = turn.world.setup.read_pause()
    return (
        outside
        if isinstance(outside, Unknown)
        else (*outside, *(each.text for each in turn.world.durable.pauses.values()))
    )


def _age(turn: Turn, host: str) -> float | Unknown:
    reply = turn.world.samples.facts.reply(host)
    if reply is None:
        return Unknown("never_asked")
    if reply.reach is not Reach.OK:
        return Unknown(f"host_{reply.reach.value}")
    return turn.now.at_most_since(reply.asked_at)


def _beginning(world: World) -> Iterator[Run]:
    """Return the runs that are past the gate and have no INTENT yet, for their hosts are being claimed: they count as
    begun now."""
    for run in world.durable.runs.values():
        past_the_gate = run.state in (RunState.RUNNING, RunState.HELD)
        if past_the_gate and run.intent_at is None and not debts.is_release(run):
            yield run


def _past(run: Run, intent: Instant | None) -> PastRun:
    if intent is None:
        raise ValueError(f"{run.id} has no INTENT and cannot count")
    return PastRun(
        run=run.id,
        runbook=run.plan.runbook,
        target=run.plan.target.text,
        incident=run.incident,
        risk=run.plan.risk.name,
        intent_at=intent,
        ended_at=run.ended_at,
        rule=run.plan.rule,
        succeeded=run.state is RunState.SUCCEEDED,
        risked_at=run.risked_at if run.plan.risk is Risk.R3 else intent,
        reason=run.reason,
    )


def _signs(turn: Turn, plan: Plan) -> tuple[Sign, ...] | Unknown:
    """Return the signs of maintenance anywhere that no baseline contains; UNKNOWN when a touched host cannot show
    any."""
    world = turn.world
    for host in plan.touches:
        reply = world.samples.facts.reply(host)
        if reply is None or reply.reach is not Reach.OK:
            return Unknown(f"no reply of {host}")
        for section in world.loaded.integrations.sign_sections(world.loaded.inventory.hosts.get(host)):
            data = reply.section(section)
            if isinstance(data, Unknown):
                return Unknown(f"{host}: {data.reason}")
    services = frozenset(
        {unit.rsplit("/", 1)[1] for unit in units_of(plan, world.loaded.integrations.kinds)} | {plan.target.name}
    )
    wrapped = wraps.signs(turn, plan.touches)
    return (*maintenance.covering(turn, services, plan.touches), *wrapped)


def _unit(turn: Turn, unit: str) -> Data | Unknown:
    for check in turn.world.loaded.content.checks.values():
        if check.assess.name == CONTAINER_ASSESSMENT:
            result = turn.world.samples.results.get((check.name, unit))
            if result is not None:
                return result.data
    return Unknown("never_assessed")


def labels(turn: Turn, plan: Plan) -> tuple[dict[str, str], ...]:
    """Return what silences match, one set for each host that the plan touches."""
    common = {
        "cloud": turn.world.loaded.config.cloud,
        "target": plan.target.text,
        "kind": plan.target.kind,
        "service": plan.target.name,
        "check": plan.check,
        "rule": plan.rule or "",
        "runbook": plan.runbook,
        "risk": plan.risk.name,
    }
    return tuple({**common, "host": host} for host in plan.touches)
