"""What is said of a technology that the inventory has and that nobody watches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The inventory group of a technology that is watched only when the config names it."""

    title: str
    """What people call the technology."""
    group: str
    """The group of its hosts unless the settings name another one."""
