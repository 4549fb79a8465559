"""How a step ends: its commands came back, or a person says what became of them."""

from __future__ import annotations

from functools import partial

from remediator.daemon.execute import actions, transitions
from remediator.daemon.state.wire import CommandsDone
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Probe
from remediator.model.records.records import Run, StepRecord, StepState
from remediator.runs import doubt, machine, outcome


def commands_done(turn: Turn, message: CommandsDone) -> None:
    """Take the outcome of a step's commands."""
    world = turn.world
    world.pending.step_back(message.run, message.step)
    run = world.durable.runs.get(message.run)
    step = next((each for each in run.steps if each.id == message.step), None) if run is not None else None
    if run is None or step is None or step.state is not StepState.INTENT:
        return
    planned = machine.planned_of(run, step)
    transitions.apply(turn, outcome.taken(run, planned, message.done, partial(actions.given, turn), turn.now))


def settle(turn: Turn, run: Run, step: StepRecord, answer: Probe, by: str) -> Run:
    """Record that `answer` is what became of a step in doubt, as the person `by` says, and return the run."""
    planned = machine.planned_of(run, step)
    said = doubt.answered(run, planned, answer, partial(actions.given, turn), turn.now, by=by, actor=by)
    transitions.apply(turn, said)
    return said.run
