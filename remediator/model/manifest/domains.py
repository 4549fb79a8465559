"""Failure domains: the groups of which only so many members may be away at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remediator.model.values import Data, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A group: the containers that are members, and how long a member needs to settle after it came back (seconds)."""

    name: str
    containers: frozenset[str]
    settle_s: float
    own_kind: str | None = None
    """The kind of target by which its members have a check of their own, which then says how they are."""
    own_check: str | None = None
    """That check: others of the same target say nothing of a member's health."""
    only_in: str | None = None
    """The inventory group that its members must be in: not every host with such a container is one."""
    joining: Callable[[Data], bool | Unknown] | None = None
    """``(data of a check's result) -> whether the member is on its way in, or gives a transfer``; None: there is no
    such thing."""
