"""Where a run stands: which transitions can come next."""

from __future__ import annotations

import enum

from remediator.model.records.records import Run, RunState, StepState
from remediator.runs import machine
from remediator.runs.debts import debts


class Stage(enum.Enum):
    """One value for each way to go on."""

    UNDONE = "a release whose step is done, or proven not to have arrived"
    ASKED = "waits for a person's yes"
    PLANNED = "waits for the whole gate"
    LOST = "what became of a step is not known"
    SENT = "the commands of a step are under way"
    SETTLING = "waits for what a step set going"
    FAILED = "a step has failed"
    NEXT = "a next step may begin"
    DONE = "all steps are done"
    VERIFYING = "its check is watched"


OF_STEP = {
    StepState.IN_DOUBT: Stage.LOST,
    StepState.INTENT: Stage.SENT,
    StepState.SETTLING: Stage.SETTLING,
    StepState.FAILED: Stage.FAILED,
    StepState.PENDING: Stage.NEXT,
}


def stage_of(run: Run) -> Stage:
    """Return where `run`, which has not ended, stands."""
    step = machine.current(run)
    if debts.is_release(run) and (step is None or step.state is StepState.PENDING):
        return Stage.UNDONE
    if run.state is RunState.WAITING_APPROVAL:
        return Stage.ASKED
    if run.state is RunState.PLANNED:
        return Stage.PLANNED
    if step is not None:
        return OF_STEP[step.state]
    return Stage.VERIFYING if run.state is RunState.VERIFYING else Stage.DONE
