"""Carries out the transitions of runs: the one place where a run is stored and what follows from it is written and
done.

Invariant: commands leave only in the turn whose commit has the INTENT that they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable

from remediator.daemon.execute import finish, janitor
from remediator.daemon.inhibit import claims
from remediator.daemon.state.wire import Act
from remediator.daemon.turn.turn import Turn
from remediator.model.records.records import Run
from remediator.runs import entries, machine
from remediator.runs.debts import moves
from remediator.runs.transition import Entry, Leave, Owe, TookEffect, Transition, Wish


def carry_out(turn: Turn, transitions: Iterable[Transition]) -> None:
    """Apply `transitions` one after the other; each is made after the one before it was applied."""
    for transition in transitions:
        apply(turn, transition)


def apply(turn: Turn, transition: Transition) -> None:
    """Store the run, carry out what follows in its order, and let incident and debts of a run that has ended follow."""
    run = transition.run
    if run.state.ended:
        turn.world.waits.goes_on(run.id)
        claims.used(turn, run.id)
    turn.store(run)
    for item in transition.then:
        _carry_out(turn, run, item)
    if run.state.ended:
        finish.follow(
            turn, run, next((item for item in transition.then if isinstance(item, entries.GateRefused)), None)
        )


def _carry_out(turn: Turn, run: Run, item: Entry | Wish) -> None:
    match item:
        case Owe(debt=debt):
            turn.debt(moves.owed(run, debt, turn.world.durable.debts.values()))
        case TookEffect(step=step):
            janitor.took_effect(turn, run, machine.step_of(run, step))
        case Leave():
            _leave(turn, run, item)
        case entries.OutcomeKnown(step=record):
            turn.world.setup.keep_output(record.output)
            turn.carry_out(run, item)
        case _:
            turn.carry_out(run, item)


def _leave(turn: Turn, run: Run, wish: Leave) -> None:
    world = turn.world
    world.pending.step_left(run.id, wish.step)
    claims.used(turn, janitor.claimed_as(turn, run))
    turn.effects.append(
        Act(
            run=run.id,
            step=wish.step,
            commands=wish.commands,
            not_after=wish.claim.ends(),
            claim=wish.claim,
            known=claims.told(world),
        )
    )
