"""A bare recovery with perfect knowledge: MariaDB's own steps from all members down to all Synced, and nothing else.

The caller says which member is the most advanced. The recovery asks nobody, checks nothing, and waits for nothing but
the servers. Its duration is the measure of how fast a recovery can be here. Never a model for what may act on a cloud.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.cloud import topology
from lab.cloud.topology import Host
from lab.galera import disk, mariadb, steps


@dataclass(frozen=True, kw_only=True)
class Took:
    """Seconds of each phase, in their order."""

    positions_s: float
    flag_s: float
    bootstrap_s: float
    joiners_s: tuple[float, ...]
    handback_s: float

    @property
    def total_s(self) -> float:
        return self.positions_s + self.flag_s + self.bootstrap_s + sum(self.joiners_s) + self.handback_s


def recover(first: str, members: Sequence[Host] = mariadb.HOSTS) -> Took:
    """Bring the cluster back from its most advanced member, called `first`; every unit is down. Raise LabError when a
    step fails."""
    chosen = topology.host(first)
    others = [h for h in members if h != chosen]
    with ThreadPoolExecutor(len(members)) as pool:
        positions_s = _seconds(lambda: list(pool.map(disk.position, members)))
    flag_s = _seconds(lambda: disk.flag(chosen))
    bootstrap_s = _seconds(lambda: steps.bootstrap(chosen))
    joiners_s = tuple(_seconds(lambda h=h: steps.join(h)) for h in others)  # type: ignore[misc]

    def hand_back() -> None:
        steps.end_bootstrap(chosen)
        steps.join(chosen)
        mariadb.wait_synced(members)

    return Took(
        positions_s=positions_s,
        flag_s=flag_s,
        bootstrap_s=bootstrap_s,
        joiners_s=joiners_s,
        handback_s=_seconds(hand_back),
    )


def _seconds(step: Callable[[], object]) -> float:
    begun_s = time.monotonic()
    step()
    return time.monotonic() - begun_s
