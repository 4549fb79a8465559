"""What of Galera the demo breaks, what its pages are in the night of all pages, and what breaks of it under two
daemons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from remediator.integrations.galera.cluster import GALERA, MARIADB
from remediator.integrations.galera.sim.happenings.losses import cluster_lost, crash_member
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.records.records import RunState
from remediator.sim.happenings.kinds import Happening
from remediator.sim.proof.breaks import Break
from remediator.sim.stories.stories import UNATTENDED

if TYPE_CHECKING:
    from remediator.sim.proof.pages import Night

BREAKS = (
    Break(
        fault="galera-member-failed",
        host="ctl3",
        target=f"{GALERA}/ctl3",
        happening=crash_member("ctl3"),
        said="the unit of mariadb on ctl3 is failed; what made it fail is gone",
    ),
)
RIVALRY: Mapping[str, tuple[str, Happening]] = {"the cluster": (UNATTENDED, cluster_lost())}


def _kill(night: Night) -> None:
    for host in galera_of(night.simulation.cloud).members:
        night.service(host, MARIADB).crash(137)


def _wait_whole(night: Night, limit_s: float) -> None:
    galera = galera_of(night.simulation.cloud)
    night.wait(limit_s, lambda: len(galera.primary) == len(galera.members))


def all_lost(night: Night) -> None:
    """The whole cluster is lost: its bootstrap is asked for, approved, and proven."""
    _kill(night)
    for member in galera_of(night.simulation.cloud).members.values():
        member.data.view = None
    night.answer("approve", "go", limit_s=300.0)
    _wait_whole(night, 900.0)
    night.wait(120.0)


def second_loss(night: Night) -> None:
    """A member is started again, and while that is proven the whole cluster is killed: the first run is cancelled."""
    night.service("ctl3", MARIADB).crash(137)
    night.wait(200.0, lambda: bool(night.runs(RunState.VERIFYING)))
    _kill(night)
    night.wait(120.0)
    for run in [*night.runs(RunState.VERIFYING), *night.runs(RunState.HELD)]:
        night.ask("cancel", run=run, reason="the whole cluster is gone")
    _wait_whole(night, 600.0)


NIGHTS: Sequence[Callable[[Night], None]] = (all_lost, second_loss)
