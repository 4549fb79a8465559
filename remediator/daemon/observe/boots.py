"""Boots of hosts and starts of their engines: their keys, how young they are, and which of them a baseline contains."""

from __future__ import annotations

from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.plans import Plan
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.messages.signs import SignKey
from remediator.model.values import Unknown
from remediator.safety.case import Boot

DAEMONLESS = "podman"
"""The engine that has no daemon of its own: nothing of it starts, so nothing of it can be young."""
LONGEST_AGE_S = 100 * 365 * 86400.0
"""Nothing has run for longer."""
START = "start"
"""The kind of key that a boot and the start of an engine have."""
SAME_START_S = 15.0
"""A start read twice, each time as an age and through another round trip, is the same one within this."""


def _ages(world: World, reply: HostReply) -> dict[str, float | Unknown]:
    """Return the host's boot and its engine's start as (what, seconds before the reply was asked for).

    Podman has no daemon that could have started: there, only the boot counts.
    """
    found = world.loaded.integrations.machine(reply)
    engine_of = _engine_of(world, reply.host)
    if isinstance(found, Unknown):
        return {"host": found} if engine_of == DAEMONLESS else {"host": found, "engine": found}
    host = _age(found.booted_age_s, "no_boot_time")
    if engine_of == DAEMONLESS:
        return {"host": host}
    return {"host": host, "engine": _age(found.engine_age_s, "no_engine_start")}


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
    for what, age in _ages(turn.world, reply).items():
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
        for what, age in _ages(turn.world, reply).items():
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
