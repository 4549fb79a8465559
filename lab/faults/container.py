"""Faults of one container: it crashes, loops, is unhealthy, runs out of memory, is gone, or was stopped by a person."""

from __future__ import annotations

from lab import topology
from lab.faults import unit
from lab.faults.model import Broken, Fault, Param

CONTAINER = Param(help="which container", default="memcached")


def _crash_once_limit(broken: Broken) -> list[str]:
    path = unit.drop_in(broken, unit.QUICK)
    unit.flag(broken, "crash", "0")
    unit.kill(broken)
    unit.wait_given_up(broken)
    unit.flag(broken, "crash", None)
    unit.drop_in(broken, None)
    return [
        f"{broken.container} on {broken.host.name} crashed until systemd gave up (failed, start limit of 10 hit); its cause is gone",
        f"for that time {path} said RestartSec=1s; it is removed",
    ]


def _undo_crash(broken: Broken) -> None:
    unit.flag(broken, "crash", None)
    unit.drop_in(broken, None)
    unit.make_well(broken)


FAULTS = (
    Fault(
        name="crash-once-limit",
        summary="crashes until start-limit-hit, then the cause goes: a start would cure it",
        hosts=topology.NAMES,
        default="ctl2",
        check="container-state",
        outcome="cured",
        heals="resets the failed unit and starts it",
        start=_crash_once_limit,
        undo=_undo_crash,
        params={"container": CONTAINER},
    ),
)
