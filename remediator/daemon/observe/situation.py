"""What the newer guards ask of the world: our own view, young boots, what lies below, undone cures, the labels of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.daemon.state.wire import TryReferences
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.integrations.host import facts as host_facts
from remediator.model.content.judging import CheckResult, State
from remediator.model.content.plans import Plan
from remediator.model.manifest.services import Service
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.messages.signs import SignKey
from remediator.model.people import ENGINE
from remediator.model.records.page_keys import PageKey, PageKind
from remediator.model.records.records import Incident
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.safety.case import Below, Boot, Vantage

REACHABLE = "host-reachable"
YOUNG_INTERVALS = 3
YOUNG_SLACK_S = 30.0
LOOK_EVERY_S = 2.0
TRY_EVERY_S = 30.0
UNDONE_S = 86400.0
DAEMONLESS = "podman"
"""The engine that has no daemon of its own: nothing of it starts, so nothing of it can be young."""
RECOVERS_S = 120.0
"""A host that stopped answering while we were cut off is counted as a problem of its own this long after we see again."""
KEPT_S = 600.0
"""For so long the breaker counts a problem, and so long we remember when we were cut off."""
LONGEST_AGE_S = 100 * 365 * 86400.0
"""Nothing has run for longer."""
START = "start"
"""The kind of key that a boot and the start of an engine have."""
SAME_START_S = 15.0
"""A start read twice, each time as an age and through another round trip, is the same one within this."""


def vantage(turn: Turn) -> Vantage:
    """Return how much of the inventory, our own host aside, answers us now; looked up once a turn."""
    if turn.vantage is None:
        turn.vantage = _vantage(turn)
    return turn.vantage


def _vantage(turn: Turn) -> Vantage:
    world = turn.world
    hosts = answering = 0
    for host in world.loaded.inventory.hosts:
        reply = world.samples.facts.reply(host)
        if reply is not None and reply.boot_id is not None and reply.boot_id == world.setup.own_boot_id:
            continue
        hosts += 1
        if (
            reply is not None
            and reply.reach is Reach.OK
            and turn.now.at_most_since(reply.asked_at)
            <= YOUNG_INTERVALS * world.loaded.every_s.get(host, 60.0) + YOUNG_SLACK_S
        ):
            answering += 1
    references: Mapping[str, bool | Unknown] = {
        f"{address}:{port}": world.health.references.get(f"{address}:{port}", Unknown("not tried yet"))
        for address, port in world.loaded.config.references
    }
    if hosts == 0 and world.loaded.inventory.hosts:
        return Vantage(hosts=1, answering=1, references=references)  # nothing but the host we run on
    return Vantage(hosts=hosts, answering=answering, references=references)


def watch(turn: Turn) -> None:
    """Note when we lose sight of more than half of the cloud, and tell people once: it may be us."""
    world = turn.world
    if world.loaded.config.references and (
        world.health.references_at is None or turn.now.since(world.health.references_at) > TRY_EVERY_S
    ):
        world.health.tries_references(turn.now)
        turn.effects.append(TryReferences(addresses=world.loaded.config.references))
    if world.health.vantage_at is not None and turn.now.since(world.health.vantage_at) < LOOK_EVERY_S:
        return
    world.health.looks_around(turn.now)
    seen = vantage(turn)
    asked = [host for host in world.loaded.inventory.hosts if world.samples.facts.reply(host) is not None]
    cut_off = len(asked) == len(world.loaded.inventory.hosts) and seen.answering * 2 < seen.hosts
    if cut_off and world.health.cut_off_since is None:
        world.health.cut_off(turn.now)
        why = f"I reach {seen.answering} of {seen.hosts} hosts: it may be me who is cut off"
        turn.journal.audit("cut_off", ENGINE, {"hosts": seen.hosts, "answering": seen.answering})
        turn.say("error", "cut_off", reason=why)
        turn.page(
            PageKey(PageKind.CUT_OFF, parts=(turn.now.wall.isoformat(),)),
            "remediator may be cut off from its cloud",
            f"{why}; nothing is done.",
        )
    elif not cut_off and world.health.cut_off_since is not None:
        world.health.sees_again(turn.now, KEPT_S)
        turn.journal.audit("sees_again", ENGINE, {"hosts": seen.hosts, "answering": seen.answering})
        turn.say("warning", "sees_again", reason=f"{seen.answering} of {seen.hosts} hosts answer")


def blames_us(world: World, incident: Incident, now: Instant) -> bool:
    """Return whether a host that does not answer is better explained by our own being cut off.

    Where both went together, one page has said so, and what is whole again was never broken.
    """
    if incident.check != REACHABLE or incident.hard_at is None:
        return False
    hard_at = incident.hard_at
    if world.health.cut_off_since is not None and not world.health.cut_off_since.after(hard_at):
        return True
    return any(
        not since.after(hard_at) and not hard_at.after(until) and (not incident.open or now.since(until) < RECOVERS_S)
        for since, until in world.health.past_cut_offs
    )


def boot_keys(reply: HostReply, engine_of: str) -> dict[str, float | Unknown]:
    """Return the host's boot and its engine's start as (what, seconds before the reply was asked for).

    Podman has no daemon that could have started: there, only the boot counts.
    """
    found = host_facts.of(reply)
    if isinstance(found, Unknown):
        return {"host": found} if engine_of == DAEMONLESS else {"host": found, "engine": found}
    host = _age(found.booted_age_s, "no_boot_time")
    if engine_of == DAEMONLESS:
        return {"host": host}
    return {"host": host, "engine": _age(found.engine_unit_age_s, "no_engine_start")}


def _age(age_s: float | None, missing: str) -> float | Unknown:
    """Return an age that a time can be made of; a host can say anything."""
    if age_s is None or not 0.0 <= age_s < LONGEST_AGE_S:
        return Unknown(missing)
    return age_s


def _engine_of(world: World, host: str) -> str:
    return world.loaded.inventory.hosts[host].engine if host in world.loaded.inventory.hosts else ""


def boots(turn: Turn, plan: Plan) -> dict[str, Boot | Unknown | None]:
    """Return for each host that `plan` touches its youngest boot or engine start that no baseline contains."""
    return {host: _youngest(turn, host) for host in plan.touches}


def _youngest(turn: Turn, host: str) -> Boot | Unknown | None:
    reply = turn.world.samples.facts.reply(host)
    if reply is None or reply.reach is not Reach.OK:
        return Unknown(f"no reply of {host}")
    found: list[Boot] = []
    for what, age in boot_keys(reply, _engine_of(turn.world, host)).items():
        if isinstance(age, Unknown):
            return age
        if not _is_accepted(turn, host, what, reply.asked_at.wall.timestamp() - age):
            found.append(
                Boot(
                    what=f"{host} booted" if what == "host" else f"the engine of {host} started",
                    age_s=age + turn.now.since(reply.asked_at),
                )
            )
    return min(found, key=lambda boot: boot.age_s, default=None)


def boot_marks(turn: Turn, hosts: tuple[str, ...]) -> list[str]:
    """Return the marks that a baseline keeps of the boots and engine starts of `hosts`."""
    marks = []
    for host in hosts:
        reply = turn.world.samples.facts.reply(host)
        if reply is None or reply.reach is not Reach.OK:
            continue
        for what, age in boot_keys(reply, _engine_of(turn.world, host)).items():
            if not isinstance(age, Unknown):
                marks.append(start_key(host, what, reply.asked_at.wall.timestamp() - age).text)
    return marks


def start_key(host: str, what: str, at_s: float) -> SignKey:
    """Return the key of the boot of `host`, or of the start of its engine, at `at_s` in epoch seconds."""
    return SignKey(START, host, f"{what}:{at_s:.0f}")


def started_at(key: SignKey) -> tuple[str, float] | None:
    """Return what started by `key`, and when; None when it is the key of nothing that starts."""
    what, _, at = key.rest.rpartition(":")
    return (what, float(at)) if key.kind == START and what and at.isdigit() else None


def _is_accepted(turn: Turn, host: str, what: str, at_s: float) -> bool:
    head = SignKey(START, host, f"{what}:").text
    near = (started_at(SignKey.read(key)) for key in turn.world.durable.accepted if key.startswith(head))
    return any(known is not None and abs(known[1] - at_s) <= SAME_START_S for known in near)


def below(turn: Turn, plan: Plan) -> tuple[Below, ...] | Unknown:
    """Return what the target needs and that is broken now (KR-4); UNKNOWN when that cannot be told."""
    if plan.target.kind != "container":
        return ()
    world = turn.world
    found: list[Below] = []
    for need in world.loaded.integrations.needs_of(plan.target.name):
        results = dependency_results(world, need, plan)
        bad = [result for result in results if result.state in (State.WARNING, State.CRITICAL)]
        unknown = [result for result in results if result.state is State.UNKNOWN]
        good = len(results) - len(bad) - len(unknown)
        if not results or good * 2 > len(results):
            continue
        if bad and len(bad) * 2 >= len(results):
            found.append(Below(target=bad[0].target.text, check=bad[0].check, state=bad[0].state))
        else:
            return Unknown(f"{need.name} is UNKNOWN")
    return tuple(found)


def dependency_results(world: World, need: Service, plan: Plan) -> list[CheckResult]:
    """Return the newest results that tell how `need` is, the plan's own target aside."""
    targets = need.targets(world.samples.hosts_with.get(need.name, ()))
    keys = [(need.check, text) for text in targets if text != plan.target.text]
    return [world.samples.results[key] for key in keys if key in world.samples.results]


def undone_cures(turn: Turn, plan: Plan) -> int:
    """Return how many cures of the plan's target by its rule came undone in 24 h, since the last acknowledgement.

    A cure came undone when its target is broken again: all of them have, or there would be no plan.
    """
    if plan.rule is None:
        return 0
    acked = turn.world.durable.acked_at.get(plan.target.text)
    return sum(
        1
        for run in turn.world.durable.past_runs.values()
        if run.plan.rule == plan.rule
        and run.plan.target.text == plan.target.text
        and run.state.value == "succeeded"
        and run.ended_at is not None
        and _within(turn.now, run.ended_at, UNDONE_S)
        and (acked is None or run.ended_at.wall > acked)
    )


def _within(now: Instant, then: Instant, limit_s: float) -> bool:
    return now.since(then) < limit_s


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
