"""What the owner of a container knows of it and the generic runbooks have to respect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContainer:
    """A container that has state: the generic start and restart refuse it (KR-5), for it has runbooks of its own."""

    name: str
    settles_s: float = 0.0
    """For so long after its start an unhealthy one may only be settling: that proves nothing yet."""
