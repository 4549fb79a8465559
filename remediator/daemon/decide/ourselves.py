"""What of a plan is the daemon's own: the host and the container that it runs in, and the hosts of its jump."""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn
from remediator.model.content.plans import Plan
from remediator.model.values import Unknown
from remediator.reach import dialling
from remediator.safety.case import units_of


def units(turn: Turn, plan: Plan) -> frozenset[str]:
    """Return the touched container that this daemon runs in, if any: by the boot id of its host and the daemon's
    control group."""
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


def hosts(turn: Turn, plan: Plan) -> frozenset[str] | Unknown:
    """Return the touched hosts that the daemon runs on or reaches other hosts through; UNKNOWN when one cannot be told
    apart."""
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
    """Return the hosts that `ssh.jump` names, in whatever way: each that it could be, for none of them may go away
    under us."""
    jump = turn.world.loaded.config.ssh.jump
    if jump is None:
        return frozenset()
    address, names = dialling.jump_host(jump).address, turn.world.names
    meant = names.meant(address)
    return frozenset(meant.candidates if meant.host is None else (meant.host,)) | names.owners(address)
