"""What a name from outside means, of a host or of one of its services: the target of a check, or none."""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn
from remediator.inventory.naming import Names
from remediator.model import targets


def names_of(turn: Turn) -> Names:
    """Return the index over the inventory, with what its hosts say of themselves; a bare inventory gets one for this
    question."""
    kept: Names | None = getattr(turn.world, "names", None)
    return kept if kept is not None else Names(turn.world.loaded.inventory.hosts)


def target_of(turn: Turn, host: str | None, service: str | None) -> str | None:
    """Return the text of the target that (host, service) names, if a check knows it."""
    if host is None:
        return None
    if service:
        name = service.replace("-", "_")
        known = {target for _, target in turn.world.samples.keys_of_host.get(host, ())}
        for candidate in (service, f"container/{host}/{service}", f"container/{host}/{name}", f"{service}/{host}"):
            if candidate in known:
                return candidate
    return f"host/{host}"


def muted_service(turn: Turn, host: str, service: str | None) -> str | None:
    """Return the container that a downtime of Nagios' `service` mutes; None, the whole host, when it maps to no known
    container."""
    target = target_of(turn, host, service) if service else None
    if target is not None and targets.kind_of(target) == "container":
        return target.rsplit("/", 1)[1]
    return None
