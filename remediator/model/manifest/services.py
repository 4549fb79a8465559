"""Services that other containers need: who needs them, and which check tells how they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service. A container that needs it only fails again when it is restarted while the service is broken (KR-4)."""

    name: str
    needed_by: tuple[str, ...]
    """The containers that cannot do without it."""
    check: str
    """The check whose results tell how it is."""
    target: str | None = None
    """The target that answers for the whole service; None: each container of its name does, the majority counts."""

    def targets(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """Return the targets that answer for it, where a container of its name runs on `hosts`."""
        if self.target is not None:
            return (self.target,)
        return tuple(f"container/{host}/{self.name}" for host in hosts)
