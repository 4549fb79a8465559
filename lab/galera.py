"""The Galera cluster: forms it from nothing, or lets a new member join the one that is there."""

from __future__ import annotations

from collections.abc import Sequence

from lab.topology import Host


def form(members: Sequence[Host]) -> None:
    """Make the members a cluster, or part of the one that runs."""
