"""The beginning of a step, and of the steps side by side with it: INTENTs, debts, and the commands that may then leave.

Invariant: commands leave only by the transition that writes the INTENT they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remediator.model.content.plans import PlannedStep
from remediator.model.records.records import Debt, Run, RunState
from remediator.model.times import Instant
from remediator.runs import entries, machine, outcome
from remediator.runs.claims import Claim
from remediator.runs.transition import Entry, IncidentFollows, Leave, Owe, Transition, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All that the steps need to begin. `run` has their exact commands in its plan; `before` is the identity stored
    with each INTENT.

    `debts` and `marks` are by step id: what each leaves behind, and what of `before` is its own.
    """

    run: Run
    steps: tuple[PlannedStep, ...]
    before: Mapping[str, str]
    marks: Mapping[str, Mapping[str, str]]
    debts: Mapping[str, Debt]
    claim: Claim


def begun(ready: Ready, given: outcome.Given, now: Instant) -> Iterator[Transition]:
    """Begin every step that is ready. A step without commands is done at once."""
    run = machine.released(ready.run) if ready.run.state is RunState.HELD else ready.run
    for planned in ready.steps:
        before = {**ready.before, **ready.marks.get(planned.id, {})}
        run = machine.intent(run, planned.id, before, now)
        owed: tuple[Wish, ...] = (Owe(debt=ready.debts[planned.id]),) if planned.id in ready.debts else ()
        said = entries.StepIntended(planned=planned, before=before, claimed=ready.claim.answered)
        shown = "; ".join(f"{command.host}: {command.brief}" for command in planned.commands)
        follows = IncidentFollows(text=shown or f"{planned.id}: {planned.summary}")
        leaves: tuple[Entry | Wish, ...] = (
            (Leave(step=planned.id, commands=planned.commands, claim=ready.claim),) if planned.commands else ()
        )
        yield Transition(run=run, then=(*owed, said, follows, *leaves))
        if not planned.commands:
            ended = outcome.of_nothing(run, planned.id, given, now)
            run = ended.run
            yield ended
