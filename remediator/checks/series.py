"""A series: the sequence of results of one check for one target.

Invariants:
- A problem is SOFT below its number of attempts and HARD at it.
- An attempt counts only when `retry` has passed since the last one that counted, however often facts are refreshed in
  between.
- UNKNOWN breaks both the bad and the good series, so that neither persistence nor a quiet period can run through it.
- An event leaves only on a change.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.checks import flapping
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import StateType
from remediator.model.times import Instant

RETRY_SLACK_S = 0.5
"""A sample that is early by at most this counts as an attempt: ticks and round trips jitter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Where a series stands. `bad_since`: the first sample of an unbroken series in this very bad state. `ok_since`
    likewise for OK.
    """

    state: State
    state_type: StateType
    attempt: int
    counted_at: Instant
    bad_since: Instant | None
    ok_since: Instant | None
    ok_samples: int
    samples: int
    history: tuple[State, ...]
    flapping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change of the series: what it was, what it is. The daemon makes the durable event of it."""

    previous: State
    state: State
    state_type: StateType
    attempt: int
    flapping: bool


def advance(series: Series | None, result: CheckResult, attempts: int, retry_s: float) -> tuple[Series, Changed | None]:
    """Return the series after `result`, and the change if there was one.

    A first OK is no change. A change is another state, SOFT turned HARD, or the begin or end of flapping.
    """
    at = result.asked_at
    before = series.state if series else State.OK
    new = result.state
    bad = new in (State.WARNING, State.CRITICAL)
    counted_at = at
    if new is State.OK:
        attempt, kind = 1, StateType.HARD
    elif series is None or series.state is State.OK or (before is State.UNKNOWN) != (new is State.UNKNOWN):
        attempt = 1
        kind = StateType.HARD if attempts <= 1 else StateType.SOFT
    elif at.since(series.counted_at) < retry_s - RETRY_SLACK_S:
        attempt, kind, counted_at = series.attempt, series.state_type, series.counted_at
    else:
        attempt = min(series.attempt + 1, attempts)
        kind = StateType.HARD if attempt >= attempts or series.state_type is StateType.HARD else StateType.SOFT
    history = series.history if series else ()
    recorded = kind is StateType.HARD and (series is None or counted_at is at)
    if recorded:
        history = (*history, new)[-flapping.HISTORY :]
    flaps = flapping.flapping(series.flapping if series else False, history)
    bad_since = None
    if bad:
        bad_since = series.bad_since if series and series.bad_since and series.state is new else at
    ok_since = None
    ok_samples = 0
    if new is State.OK:
        ok_since = series.ok_since if series and series.ok_since else at
        ok_samples = (series.ok_samples if series else 0) + 1
    after = Series(
        state=new,
        state_type=kind,
        attempt=attempt,
        counted_at=counted_at,
        bad_since=bad_since,
        ok_since=ok_since,
        ok_samples=ok_samples,
        samples=(series.samples if series else 0) + 1,
        history=history,
        flapping=flaps,
    )
    changed = (
        new is not before
        or (series is not None and (kind is not series.state_type or flaps is not series.flapping))
        or (series is None and new is not State.OK)
    )
    if not changed:
        return after, None
    return after, Changed(previous=before, state=new, state_type=kind, attempt=attempt, flapping=flaps)


def restored(level: State, attempts: int, at: Instant) -> Series:
    """Return the series of a problem that was HARD when the daemon stopped: still HARD, but without a sample, and with
    no wait served.
    """
    return Series(
        state=level,
        state_type=StateType.HARD,
        attempt=attempts,
        counted_at=at,
        bad_since=None,
        ok_since=None,
        ok_samples=0,
        samples=0,
        history=(level,),
    )
