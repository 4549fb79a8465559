"""Builds the case for the gate from the world: gathers, never judges. What is not known goes in as UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remediator.daemon.decide import leavings
from remediator.daemon.inhibit import storm, wraps
from remediator.daemon.observe import groups, hints, identities, maintenance, situation
from remediator.daemon.state.world import World
from remediator.daemon.turn import stumbling
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import PlanInput, Risk
from remediator.model.content.declined import Declined
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Mode
from remediator.model.messages.replies import Reach
from remediator.model.messages.signs import Sign
from remediator.model.records.records import Run, RunState
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Data, Unknown
from remediator.reach import dialling
from remediator.runs import machine
from remediator.runs.debts import debts
from remediator.safety.case import Brakes, Case, PastRun, Rediagnosis, scopes_of, units_of

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
            replace(each, service=hints.muted_service(turn, each.host, each.service))
            for each in world.durable.downtimes.values()
        ),
        evidence_age_s={host: _age(turn, host) for host in hosts},
        rediagnosis=rediagnosis(turn, plan, run.locked_at, run) if run is not None else None,
        expected_identity=plan.identity,
        samples_since_start={host: world.samples.good_samples.get(host, 0) for host in hosts},
        clock_held=world.health.clock_held,
        clock_until=world.health.clock_until.wall if world.health.clock_until else None,
        past_runs=(
            *(_past(each, each.intent_at) for each in world.durable.past_runs.values()),
            *(_past(each, turn.now) for each in _beginning(world)),
        ),
        locks={scope: holder for scope, holder in world.durable.locks.items() if scope in wanted},
        signs=_signs(turn, plan),
        units={unit: _unit(turn, unit) for unit in units_of(plan, world.loaded.integrations.kinds)},
        own_hosts=_own_hosts(turn, plan),
        own_units=_own_units(turn, plan),
        hours=world.loaded.config.autonomy.hours_for(plan.risk),
        approval=run.approval if run is not None else None,
        silences=tuple(world.durable.silences.values()),
        labels=situation.labels(turn, plan),
        own_downtimes=tuple(world.durable.own_downtimes.values()),
        kinds=world.loaded.integrations.kinds,
        vantage=situation.vantage(turn),
        restored=world.health.restored,
        storm=storm.scopes_of(turn, plan),
        storm_latched=world.durable.storm_latched,
        unacked=tuple(world.durable.unacked.values()),
        undone_cures=situation.undone_cures(turn, plan),
        group=groups.group_of(turn, plan),
        boots=situation.boots(turn, plan),
        below=situation.below(turn, plan),
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


def rediagnosis(turn: Turn, plan: Plan, since: Instant, run: Run) -> Rediagnosis | None:
    """Return the check made again on evidence asked for after `since`, or None while that is not there yet.

    The next step's action is asked again too: what it demands beyond a rule's condition was proven when the plan was made,
    and must be still. A person's plan has no rule at all.
    """
    world = turn.world
    result = world.samples.results.get((plan.check, plan.target.text))
    if result is None or not result.asked_at.after(since):
        return None
    matches: bool | Unknown = True
    if plan.rule is not None:
        rule = world.loaded.content.rules.get(plan.rule)
        if rule is None:
            matches = Unknown("rule_gone")
        elif rule.when is not None:
            matches = rule.when.evaluate(result.data)
    return Rediagnosis(
        state=result.state,
        still_matches=matches,
        asked_at=result.asked_at,
        identity=result.identity,
        action_refuses=_refusal_of_action(turn, plan, result.data, run) if result.state is not State.OK else "",
    )


def _refusal_of_action(turn: Turn, plan: Plan, data: Data, run: Run) -> str:
    """Return why the action of the next step would not be planned with `data`; empty when it would, or nothing is left to do."""
    current = machine.current(run)
    step = next((each for each in plan.steps if current is not None and each.id == current.id), None)
    action = turn.world.loaded.content.actions.get(step.action) if step is not None else None
    if step is None or action is None or not plan.target.hosts or debts.is_release(run):
        return ""
    host = turn.world.loaded.inventory.hosts.get(step.host or plan.target.hosts[0])
    if host is None:
        return ""
    try:
        built = action.with_plan(PlanInput(target=plan.target, host=host, data=data))
    except Exception as error:  # noqa: BLE001 - see stumbling
        return stumbling.told(turn, step.action, "commands", error, run.id)
    return built.reason if isinstance(built, Declined) else ""


def _beginning(world: World) -> Iterator[Run]:
    """Return the runs that are past the gate and have no INTENT yet, for their hosts are being claimed: they count as begun now."""
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
    """Return the signs of maintenance anywhere that no baseline contains; UNKNOWN when a touched host cannot show any."""
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
    return (*maintenance.holding(turn, services, plan.touches), *wrapped)


def _unit(turn: Turn, unit: str) -> Data | Unknown:
    for check in turn.world.loaded.content.checks.values():
        if check.assess.name == CONTAINER_ASSESSMENT:
            result = turn.world.samples.results.get((check.name, unit))
            if result is not None:
                return result.data
    return Unknown("never_assessed")


def _own_units(turn: Turn, plan: Plan) -> frozenset[str]:
    """Return the touched container that we run in ourselves, if any: by the boot id of its host and our own control group."""
    world = turn.world
    found = set()
    for unit in units_of(plan, world.loaded.integrations.kinds):
        _, host, name = unit.split("/")
        reply = world.samples.facts.reply(host)
        if (
            reply is not None
            and reply.boot_id == world.setup.own_boot_id
            and f"kolla-{name}-container" in world.setup.own_cgroup
        ):
            found.add(unit)
    return frozenset(found)


def _own_hosts(turn: Turn, plan: Plan) -> frozenset[str] | Unknown:
    own = turn.world.setup.own_boot_id
    if isinstance(own, Unknown):
        return own
    found = set()
    through = _jump_hosts(turn)
    for host in plan.touches:
        reply = turn.world.samples.facts.reply(host)
        if reply is None or reply.boot_id is None:
            return Unknown(f"the boot id of {host} is not known")
        if reply.boot_id == own or host in through:
            found.add(host)
    return frozenset(found)


def _jump_hosts(turn: Turn) -> frozenset[str]:
    """Return the hosts that `ssh.jump` names, in whatever way: each that it could be, for none of them may go away under us."""
    jump = turn.world.loaded.config.ssh.jump
    if jump is None:
        return frozenset()
    address, names = dialling.jump_host(jump).address, turn.world.names
    meant = names.meant(address)
    return frozenset(meant.candidates if meant.host is None else (meant.host,)) | names.owners(address)
