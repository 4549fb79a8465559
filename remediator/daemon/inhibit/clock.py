"""Does the daemon's own clock run evenly? A step of one of the two clocks stops everything above R0 for a while.

Invariant: the clock brake ends by time alone. A restart does not shorten it, and neither of its two reasons takes the
other's away.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from remediator.daemon.state.world import World
from remediator.model.records.holds import ClockBrake
from remediator.model.times import Instant

STEP_S = 5.0
CALM_S = 300.0


def watch(world: World, now: Instant) -> str | None:
    """Compare the two clocks since the last tick, and return a sentence when they parted just now."""
    health = world.health
    last = health.ticked(now)
    said = None
    if last is not None and last.boot_id == now.boot_id:
        apart = (now.wall - last.wall).total_seconds() - (now.boot_s - last.boot_s)
        if abs(apart) > STEP_S:
            said = f"the wall clock stepped by {apart:+.0f} s"
            why = f"{said}: nothing above R0 until it has run evenly for {CALM_S:.0f} s"
            health.brake_for_clock(why, Instant(now.wall + timedelta(seconds=CALM_S), now.boot_s + CALM_S, now.boot_id))
    until = health.clock_until
    if until is not None and now.boot_s >= until.boot_s and now.boot_id == until.boot_id:
        health.clock_runs_evenly()
    _brake_until_passed(world, now)
    return said


def kept(world: World) -> ClockBrake | None:
    """Return the clock brake as the store keeps it; None when there is none."""
    why, until = world.health.clock_brake, world.health.clock_until
    if why is None or until is None:
        return None
    return ClockBrake(why=why, wall=until.wall, boot_s=until.boot_s, boot_id=until.boot_id)


def brake_again(world: World, brake: ClockBrake | None, now: Instant) -> None:
    """After reading the store: a clock brake from before the restart stays, by the clock that says more of it is
    left."""
    if brake is None or world.health.clock_brake is not None:
        return
    left = min(CALM_S, (brake.wall - now.wall).total_seconds())
    if brake.boot_id == now.boot_id:
        left = max(left, brake.boot_s - now.boot_s)
    if left > 0:
        until = Instant(now.wall + timedelta(seconds=left), now.boot_s + left, now.boot_id)
        world.health.brake_for_clock(brake.why, until)


def brake_for_future(world: World, newest_audit: datetime | None, now: Instant) -> None:
    """After reading the store: a journal from the future stops everything above R0 until the clock has passed it."""
    if newest_audit is None or (newest_audit - now.wall).total_seconds() <= STEP_S:
        return
    if world.health.journal_until is None or newest_audit > world.health.journal_until:
        world.health.journal_reaches(newest_audit)
    _brake_until_passed(world, now)


def _brake_until_passed(world: World, now: Instant) -> None:
    until = world.health.journal_until
    if until is None:
        return
    ahead = (until - now.wall).total_seconds()
    if ahead <= 0:
        world.health.journal_reaches(None)
    elif world.health.clock_brake is None:
        why = f"the journal is {ahead:.0f} s from the future: nothing above R0 until the clock has passed it"
        world.health.brake_for_clock(why, Instant(until, now.boot_s + ahead, now.boot_id))
