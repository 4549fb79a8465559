"""Does our own clock run evenly? A step of one of the two clocks holds everything above R0 for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from remediator.daemon.world import World
from remediator.model.times import Instant

STEP_S = 5.0
CALM_S = 300.0


def watch(world: World, now: Instant) -> str | None:
    """Compare the two clocks since the last tick, and return a sentence when they parted just now."""
    last = world.last_tick
    world.last_tick = now
    said = None
    if last is not None and last.boot_id == now.boot_id:
        apart = (now.wall - last.wall).total_seconds() - (now.boot_s - last.boot_s)
        if abs(apart) > STEP_S:
            said = f"the wall clock stepped by {apart:+.0f} s"
            world.clock_held = f"{said}: nothing above R0 until it has run evenly for {CALM_S:.0f} s"
            world.clock_until = Instant(now.wall + timedelta(seconds=CALM_S), now.boot_s + CALM_S, now.boot_id)
    until = world.clock_until
    if until is not None and now.boot_s >= until.boot_s and now.boot_id == until.boot_id:
        world.clock_held = None
        world.clock_until = None
    return said


def hold_for_future(world: World, newest_audit: datetime | None, now: Instant) -> None:
    """After reading the store: a journal from the future holds everything above R0 until the clock has passed it."""
    if newest_audit is None or (newest_audit - now.wall).total_seconds() <= STEP_S:
        return
    ahead = (newest_audit - now.wall).total_seconds()
    world.clock_held = f"the journal is {ahead:.0f} s from the future: nothing above R0 until the clock has passed it"
    world.clock_until = Instant(newest_audit, now.boot_s + ahead, now.boot_id)
