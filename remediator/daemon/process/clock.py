"""The system's clock: wall, CLOCK_BOOTTIME and the boot they belong to."""

from __future__ import annotations

import time
from pathlib import Path

from remediator.model import times
from remediator.model.times import Instant
from remediator.model.values import Unknown

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def own_boot_id() -> str | Unknown:
    """Return the boot id of the machine that the daemon runs on."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError as error:
        return Unknown(f"boot_id:{error.strerror}")


def own_cgroup() -> str:
    """Return the control groups of this process, one line each; empty where there are none to read."""
    try:
        return Path("/proc/self/cgroup").read_text()
    except OSError:
        return ""


class SystemClock:
    """Reads both clocks in one go."""

    def __init__(self) -> None:
        boot = own_boot_id()
        self._boot_id = "unknown" if isinstance(boot, Unknown) else boot

    def now(self) -> Instant:
        return Instant(times.from_epoch(time.time()), time.clock_gettime(time.CLOCK_BOOTTIME), self._boot_id)


def process_alive(pid: int, started: str) -> bool:
    """Return whether process `pid` is still the one that was started at `started` (field 22 of its stat, in clock
    ticks)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    fields = stat.rpartition(")")[2].split()
    return not started or (len(fields) > 19 and fields[19] == started)
