"""What is remembered of a host's containers between replies: which there ought to be, and when each was started.

Invariant: only a reply whose engine answered changes it, so that a host that is gone keeps its targets. Starts are
counted by distinct StartedAt of the last 10 minutes. The count begins anew when systemd gives up a unit (``failed``),
or the engine gives up a container without a unit. The loop has then ended, and the next start is somebody's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remediator.integrations.container import facts
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

WINDOW_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Of one container: StartedAt values of the window (epoch, host's clock), and polls in a row seen restarting."""

    starts: tuple[float, ...] = ()
    restarting_polls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerMemory:
    containers: Mapping[str, Remembered] = field(default_factory=dict)


def remember(memory: ContainerMemory | None, reply: HostReply) -> ContainerMemory:
    """Fold one reply into the memory."""
    before = memory or ContainerMemory()
    found = facts.of(reply)
    if isinstance(found, Unknown) or found.containers is None or reply.host_clock_s is None:
        return before
    after = {}
    for name in sorted(found.expected):
        after[name] = _fold(before.containers.get(name, Remembered()), found, name, reply.host_clock_s)
    return ContainerMemory(containers=after)


def _fold(seen: Remembered, found: facts.HostContainers, name: str, now_s: float) -> Remembered:
    container = (found.containers or {}).get(name)
    unit = None if isinstance(found.units, Unknown) else found.units.get(name)
    if (unit is not None and unit.failed) or _engine_gave_up(found, name, container):
        return Remembered()
    starts = {start for start in seen.starts if now_s - WINDOW_S <= start <= now_s + 5}
    if container is not None and container.started_s is not None and container.started_s >= now_s - WINDOW_S:
        starts.add(container.started_s)
    restarting = container is not None and container.status == "restarting"
    restarting = restarting or (unit is not None and unit.substate.startswith("auto-restart"))
    return Remembered(
        starts=tuple(sorted(starts))[-50:], restarting_polls=min(seen.restarting_polls + 1, 99) if restarting else 0
    )


def _engine_gave_up(found: facts.HostContainers, name: str, container: facts.Container | None) -> bool:
    """Return whether an engine that starts a container again has left it: between two starts it says ``restarting``."""
    if container is None or name in found.unit_files:
        return False
    starts_again = container.restart_policy in ("unless-stopped", "always", "on-failure")
    return starts_again and container.status in ("exited", "dead")
