"""Who is who, as far as the hosts say: the names by which they call themselves, and which names of the inventory are
one machine.

Invariant: what a host says of itself is kept, for a host that is silent after a restart is still who it was. While two
names are one machine, every plan that touches it, or a group that it belongs to, is refused with a sentence.
"""

from __future__ import annotations

from remediator.daemon.observe import groups
from remediator.daemon.turn import meta_values, sightings
from remediator.daemon.turn.turn import Turn
from remediator.model.content.plans import Plan
from remediator.model.hosts import one_machine
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.people import ENGINE
from remediator.model.values import Unknown
from remediator.store.stored import meta


def learn(turn: Turn, reply: HostReply) -> None:
    """Learn from the newest reply of a host who it is."""
    if reply.reach is not Reach.OK:
        return
    world, host = turn.world, reply.host
    found = world.loaded.integrations.machine(reply)
    said = None if isinstance(found, Unknown) else found.names
    if said and said != world.durable.said.get(host):
        sightings.keep_said(turn, host, said)
        for name in world.loaded.written_names.disbelieved(host, said):
            turn.say(
                "warning", "name_not_believed", host=host, reason=f"{host} calls itself {name}, a name of another host"
            )
    _note_machines(turn)


def _note_machines(turn: Turn) -> None:
    world = turn.world
    twice = world.samples.facts.machines.twice
    if twice == world.durable.one_machine:
        return
    for names in sorted(twice - world.durable.one_machine):
        turn.journal.audit("one_machine", ENGINE, {"names": list(names)})
        turn.say("warning", "one_machine", reason=one_machine(names))
    for names in sorted(world.durable.one_machine - twice):
        turn.journal.audit("one_machine_over", ENGINE, {"names": list(names)})
        turn.say("warning", "one_machine_over", reason=f"{', '.join(names)}: not one machine any more")
    meta_values.keep(turn, meta.ONE_MACHINE, twice)


def forget_left(turn: Turn) -> None:
    """After another inventory was taken: forget what hosts said that left it."""
    world = turn.world
    for host in [host for host in world.durable.said if host not in world.loaded.inventory.hosts]:
        sightings.keep_said(turn, host, ())
    _note_machines(turn)


def sentences(turn: Turn, plan: Plan, depends: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence for each machine with several names that `plan` touches, that its check reads, or that is in
    its group."""
    world = turn.world
    hosts = {*plan.touches, *plan.target.hosts, *depends}
    group = world.loaded.integrations.domain_of(plan.target)
    if group is not None:
        kept = world.durable.groups.get(group)
        hosts |= groups.members_seen(world, group) | (kept.members if kept is not None else frozenset())
    machines = {names for host in hosts if (names := world.samples.facts.machines.names(host))}
    return tuple(one_machine(names) for names in sorted(machines))
