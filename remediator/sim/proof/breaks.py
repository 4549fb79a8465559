"""What the demo breaks."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.sim.happenings.kinds import Happening


@dataclass(frozen=True, kw_only=True)
class Break:
    """A fault as the lab names it, and the happening that brings it about here."""

    fault: str
    host: str
    target: str
    happening: Happening
    said: str
