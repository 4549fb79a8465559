"""Drives every live run one transition further per turn: approval, gate, its steps, verification, end.

Gathers for the pure transitions of `runs`, and decides nothing itself. Invariant: no run stays for ever. Each state has
its own limit, at which the run ends with a sentence, or is in doubt and pages (docs/operations.md, "What ends a run").
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from remediator.daemon.decide import cases, rediagnosis
from remediator.daemon.execute import janitor, steps, transitions
from remediator.daemon.observe import schedule
from remediator.daemon.state import asides
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import State
from remediator.model.records.records import Run, RunState, StepState
from remediator.model.times import Instant
from remediator.runs import ends, entries, machine, verification
from remediator.runs.debts import debts
from remediator.runs.stages import Stage, stage_of
from remediator.runs.transition import Transition
from remediator.safety import gate
from remediator.safety.guards.vantage import STARTUP_SAMPLES

FRESH_WITHIN_S = 60.0
"""A run whose evidence cannot be gathered again within this is refused."""
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
    transitions.carry_out(turn, steps.begun(turn, run, run.steps[0]))


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
        transitions.carry_out(turn, _transitions(turn, run))
        after = turn.world.durable.runs.get(run.id)
        if after is None or after is run:
            return
        run = after


def _transitions(turn: Turn, run: Run) -> Iterator[Transition]:
    """Make the transitions that the stage of `run` allows now."""
    stage, step = stage_of(run), machine.current(run)
    if stage is Stage.UNDONE:
        yield ends.ended(run, *debts.ending(step), turn.now)
        return
    if (over := ends.without_ground(run, _ground(turn), turn.now)) is not None:
        yield over
        return
    if stage is Stage.ASKED:
        yield from _some(ends.waiting(run, _ok_since(turn, run), turn.now))
    elif stage is Stage.PLANNED:
        yield from _gated(turn, run)
    elif step is None and stage is Stage.VERIFYING:
        yield from _some(verification.watched(run, _verified(turn, run), turn.now))
    elif step is None:
        yield verification.begun(run, turn.now)
    elif stage is Stage.FAILED:
        because = ("step", step.id, step.result.partition("\n")[0])
        yield ends.ended(run, RunState.FAILED, step.result, turn.now, because=because)
    else:
        yield from STEPS[stage](turn, run, step)


STEPS = {
    Stage.LOST: steps.probed,
    Stage.SENT: steps.supervised,
    Stage.SETTLING: steps.settles,
    Stage.NEXT: steps.go_on,
}


def _some(transition: Transition | None) -> Iterator[Transition]:
    return iter(() if transition is None else (transition,))


def _ground(turn: Turn) -> ends.Ground:
    world = turn.world
    return ends.Ground(
        hosts=world.loaded.inventory.hosts,
        actions=world.loaded.content.actions,
        max_event_age_s=world.loaded.limits.max_event_age_s,
    )


def _ok_since(turn: Turn, run: Run) -> Instant | None:
    result = turn.world.samples.results.get((run.plan.check, run.plan.target.text))
    return result.asked_at if result is not None and result.state is State.OK else None


def _gated(turn: Turn, run: Run) -> Iterator[Transition]:
    """Ask the whole gate once evidence younger than the locks is there, and for a run that had begun as much as
    `startup` asks for.

    Such a run would otherwise end with half of it done, for want of a second sample after a restart.
    """
    world = turn.world
    hosts = world.loaded.hosts_read_for(run.plan)
    fresh = rediagnosis.rediagnose(turn, run.plan, run.locked_at, run) is not None and schedule.asked_since(
        turn, hosts, run.locked_at
    )
    grown = run.intent_at is None or all(world.samples.good_samples.get(host, 0) >= STARTUP_SAMPLES for host in hosts)
    waited_s = min(turn.now.since(run.locked_at), turn.now.since(world.setup.started_at))
    if not (fresh and grown) and waited_s <= FRESH_WITHIN_S:
        return
    verdicts = gate.ask_all(steps.case_of(turn, run))
    after = machine.gated(run, verdicts, turn.now)
    if after.state.ended:
        yield Transition(run=after, then=(entries.GateRefused(verdicts=verdicts),))
        return
    yield Transition(run=after, then=(entries.Gated(verdicts=verdicts),))
    if (step := machine.current(after)) is not None:
        yield from steps.begun(turn, after, step)


def _verified(turn: Turn, run: Run) -> verification.Seen:
    world = turn.world
    key = (run.plan.verify_check, run.plan.target.text)
    newest, series = world.samples.results.get(key), world.samples.series.get(key)
    runbook, check = (
        world.loaded.content.runbooks.get(run.plan.runbook),
        world.loaded.content.checks.get(run.plan.verify_check),
    )
    failed_when = runbook.verify.failed_when if runbook is not None and check is not None else None
    return verification.Seen(
        newest=newest,
        series=series,
        attempts=check.attempts if check is not None else 0,
        failed=failed_when is not None and newest is not None and failed_when.evaluate(newest.data) is True,
        in_group=bool(cases.groups_of(turn.world, run.plan.target).get(run.plan.target.text)),
    )
