"""One member of a Galera cluster in memory: what may differ from one to the next, and the container that bootstraps it.
No conduct.

Invariant: a member's states are those of `cluster.Galera`, which alone moves a member from one to another; stories set
the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.integrations.galera.sim.data import Data
from remediator.sim.cloud.services import Service

IN_PRIMARY = ("joining", "synced", "donor")


@dataclass
class Helper:
    """The container that bootstraps, of the run `run`."""

    run: str
    started_at: str
    running: bool = True
    exit_code: int = 0


@dataclass
class Member:
    """`state` is down, waiting (runs, found no Primary), joining, synced, donor or cut (runs outside the Primary
    component). A member that was cut while it joined never opened its port."""

    service: Service
    data: Data
    address: str
    state: str = "synced"
    process: str = "unit"
    """Which container runs it: unit, bootstrap, or none ("")."""
    by_sst: bool = False
    opened: bool = True
    """The process has opened its SQL port, which it does once it has caught up for the first time."""
    joined_by: str = ""
    """How it last caught up in this life: IST, SST, or not at all."""
    join_s: float = 6.0
    reachable: bool = True
    """By the other members that are: any two of which one is not are cut from each other."""
    unflushed: int = 0
    """So many of its newest transactions a kill takes: innodb_flush_log_at_trx_commit=0."""
    dies_of: str = ""
    """Every start ends with this as its last line."""
    sql: str = ""
    """In place of an answer: denied, timeout, ..."""
    old_position: bool = False
    """The member's one-shot prints what an older run printed."""
    lets_in: bool = True
    """One of its own system users, over its socket and without a password; kolla's stock lets nobody in."""
    helper: Helper | None = None
    hold: str | None = None
    """The first line of the drop-in that holds its unit."""
    generation: int = 0

    @property
    def in_primary(self) -> bool:
        return self.state in IN_PRIMARY
