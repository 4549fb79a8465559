"""Drives every live run further in each turn: its picture, the pure move that follows from it, and what that writes.

Decides nothing itself. Invariant: no run stays for ever. Each state has its own limit, at which the run ends with a
sentence, or is in doubt and pages (docs/operations.md, "What ends a run").
"""

from __future__ import annotations

from functools import partial

from remediator.daemon.execute import actions, janitor, picture, transitions
from remediator.daemon.state import asides
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.records.records import Run, StepState
from remediator.runs import advance, ends, machine

MOST_TRANSITIONS = 6
"""Of one run in one turn."""
MOST_FAILURES = 5
"""A run whose handling failed as often, with none that worked between, is ended."""


def advance_all(turn: Turn) -> None:
    """Advance every live run as far as what is known allows, begin the releases that are due."""
    only = turn.world.setup.only_target
    for run in list(turn.world.durable.runs.values()):
        if only is None or run.plan.target.text == only:
            poison.bound(turn, asides.About(kind="run", name=run.id), partial(_advance_or_end, turn, run))
    for release in janitor.begin(turn):
        debt = janitor.of_release(turn, release)
        about = asides.About(kind="run", name=release.id) if debt is None else asides.About(kind="debt", name=debt.id)
        poison.bound(turn, about, partial(_begin, turn, release))


def _begin(turn: Turn, run: Run) -> None:
    step = run.steps[0]
    seen, given = picture.before(turn, run, step), partial(actions.given, turn)
    transitions.carry_out(turn, advance.before(run, step, seen, given, turn.now))


def _advance_or_end(turn: Turn, run: Run) -> None:
    """Advance `run`; end one whose handling has failed again and again, unless a command of it may be under way."""
    known = turn.world.health.asides.of(asides.About(kind="run", name=run.id))
    step = machine.current(run)
    open_step = step is not None and step.state not in (StepState.PENDING, StepState.FAILED)
    if known is None or known.times < MOST_FAILURES or open_step:
        _advance_far(turn, run)
        return
    transitions.apply(turn, ends.given_up(run, f"its handling failed {known.times} times: {known.why}", turn.now))


def _advance_far(turn: Turn, run: Run) -> None:
    """Advance `run` until a transition needs something that is not there yet: steps without a command end at once."""
    for _ in range(MOST_TRANSITIONS):
        seen, given = picture.seen(turn, run), partial(actions.given, turn)
        transitions.carry_out(turn, advance.advance(run, seen, given, turn.now))
        after = turn.world.durable.runs.get(run.id)
        if after is None or after is run:
            return
        run = after
