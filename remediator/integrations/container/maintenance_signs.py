"""Signs of maintenance that containers show: when each was created, with what image, and whether kolla is upgrading.
Pure.

Invariant: a sign says what was seen, and when by the daemon's clock, and judges nothing. A key names the very thing
that was seen. A baseline with that key accepts that thing and nothing later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from remediator.integrations import typed
from remediator.integrations.container import facts
from remediator.model.messages.replies import HostReply
from remediator.model.messages.signs import Sign, SignKey
from remediator.model.values import Unknown


def signs(reply: HostReply) -> tuple[Sign, ...]:
    """Return one sign per container for its creation, and one more for each that is labelled BOOTSTRAP or UPGRADE."""
    found = facts.of(reply)
    if isinstance(found, Unknown) or found.containers is None or reply.host_clock_s is None:
        return ()
    signs = []
    for name, container in sorted(found.containers.items()):
        image = container.image_id or container.image or "unknown"
        if container.created_s is not None:
            at = ours(reply, container.created_s)
            key = SignKey("container", reply.host, f"{name}:{container.id}:{image}").text
            detail = f"container {name} was created on {reply.host} from {container.image}"
            signs.append(Sign(kind="container_created", host=reply.host, service=name, at=at, key=key, detail=detail))
        if container.short_lived:
            at = reply.received_at.wall if container.running else ours(reply, container.created_s or reply.host_clock_s)
            key = SignKey("kolla_job", reply.host, f"{name}:{container.id}").text
            detail = f"container {name} on {reply.host} is labelled BOOTSTRAP or UPGRADE"
            signs.append(Sign(kind="kolla_job", host=reply.host, service=None, at=at, key=key, detail=detail))
    return tuple(signs)


def mixed_versions(replies: Iterable[HostReply], only: str | None = None) -> tuple[Sign, ...]:
    """Return a sign for each host of a service (of `only`) whose containers show different `kolla_version` labels: an
    upgrade."""
    seen: dict[str, dict[str, HostReply]] = {}
    versions: dict[str, set[str]] = {}
    for reply in replies:
        found = facts.of(reply)
        if isinstance(found, Unknown):
            continue
        known = found.containers or {}
        wanted = known if only is None else {only: known[only]} if only in known else {}
        for name, container in wanted.items():
            if container.kolla_version is not None:
                seen.setdefault(name, {})[reply.host] = reply
                versions.setdefault(name, set()).add(container.kolla_version)
    signs = []
    for name in sorted(name for name, labels in versions.items() if len(labels) > 1):
        labels = ", ".join(sorted(versions[name]))
        for host, reply in sorted(seen[name].items()):
            key = SignKey("kolla_version", name, labels).text
            detail = f"{name} runs with different kolla_version labels across hosts: {labels}"
            at = reply.received_at.wall
            signs.append(Sign(kind="mixed_versions", host=host, service=name, at=at, key=key, detail=detail))
    return tuple(signs)


def ours(reply: HostReply, host_s: float) -> datetime:
    """Return a time of the host's clock by the daemon's clock, as the reply relates the two.

    A future time stays in the future, at most a day ahead. Whoever keeps the sign lets it hold from when it was first
    seen (`daemon.observe.maintenance`).
    """
    assert reply.host_clock_s is not None
    ago_s = min(max(-typed.DAY_S, reply.host_clock_s - host_s), typed.LONGEST_S)
    return reply.received_at.wall - timedelta(seconds=ago_s)
