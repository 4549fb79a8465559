"""The life of a run as pure transitions: ``PLANNED -> GATED -> INTENT -> effect -> OUTCOME -> verification -> end``.

A step whose effect takes its time (a state transfer) is SETTLING between its OUTCOME and the next step.

Invariants. An effect starts only after its INTENT is committed. An INTENT without OUTCOME is in doubt and is ended only
by a probe or a person. A `once` effect runs again only after a probe has proved that it did not take place. `in_doubt`
is not an end: the run keeps its locks. A refused later step holds the run, it does not fail it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from remediator.model.content.actions import Probe
from remediator.model.content.commands import brief
from remediator.model.content.consent import NOTHING_MORE, Ask, Consent
from remediator.model.content.plans import Plan, PlannedStep
from remediator.model.messages.replies import CommandDone, Fate, Unsent
from remediator.model.records.records import Approval, Run, RunState, StepRecord, StepState
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.times import Instant

CLAIMED_AGAIN = (Unsent.LATE, Unsent.UNCLAIMED)
"""Commands that never left for one of these are claimed, and sent, again."""
MOST_TRIES = 2
MOST_REPEATS = 5
"""So often an `idempotent` step of a run that has begun is sent: repeating it changes nothing, and half a procedure is
worse."""
APPROVAL_S = 900.0
"""How long a plan waits for its approval."""
OPEN = (StepState.INTENT, StepState.IN_DOUBT, StepState.SETTLING)
"""States of a step that has begun and not ended."""
OUTPUT_LIMIT = 65536
"""Characters of output kept of one step."""


def planned(
    run_id: str, plan: Plan, incident: str | None, actor: str, now: Instant, asked_as: tuple[int, ...] = ()
) -> Run:
    """Return the run of `plan`, its scopes locked at `now`. `asked_as`: the accounts of the person who asked for it."""
    return Run(
        id=run_id,
        plan=plan,
        incident=incident,
        state=RunState.PLANNED,
        actor=actor,
        created_at=now,
        locked_at=now,
        steps=tuple(StepRecord(id=step.id, action=step.action) for step in plan.steps),
        asked_as=asked_as,
    )


def waiting(
    run_id: str,
    plan: Plan,
    incident: str | None,
    actor: str,
    requested_by: str,
    expires_at: Instant,
    now: Instant,
    evidence: str = "",
    asked_as: tuple[int, ...] = (),
    covers: Consent = NOTHING_MORE,
) -> Run:
    """Return the run of `plan` that waits for a person's yes until `expires_at`. It has no lock. `covers`: what that is
    a yes to as well."""
    approval = Approval(
        run=run_id,
        plan_hash=plan.hash,
        requested_by=requested_by,
        expires_at=expires_at,
        evidence=evidence,
        requested_as=asked_as,
        covers=covers,
    )
    run = planned(run_id, plan, incident, actor, now, asked_as)
    return replace(run, state=RunState.WAITING_APPROVAL, approval=approval, reason="waits for an approval")


def gated(run: Run, verdicts: Sequence[Verdict], now: Instant) -> Run:
    """Return the run after the whole gate: running, or refused with every verdict."""
    refused = refusals(verdicts)
    if refused:
        expired = refused[0].guard == "approval" and refused[0].inputs.get("answer") == "expired"
        run = replace(run, verdicts=tuple(verdicts))
        return ended(run, RunState.REFUSED, refused[0].reason, now, expired=expired)
    return replace(run, state=RunState.RUNNING, verdicts=tuple(verdicts), reason="")


def held_for(run: Run, reason: str, now: Instant, ask: Ask | None = None, *, because: tuple[str, ...] = ()) -> Run:
    """Return the run held for `reason`; `ask` is what a person must approve before it goes on. `because`: see `Run`,
    empty: `reason` itself."""
    asks, asks_for = (ask.reason, ask.consent) if ask is not None else ("", None)
    since = run.held_since if run.state is RunState.HELD else now
    return replace(
        run,
        state=RunState.HELD,
        reason=reason,
        because=because or (reason,),
        held_since=since,
        asks=asks,
        asks_for=asks_for,
    )


def told_anew(before: Run, held: Run) -> bool:
    """Return whether a held run is held for another reason than `before`, or asks for something else: figures that go
    on are no other reason."""
    return (held.because, held.asks, held.asks_for) != (before.because, before.asks, before.asks_for)


def released(run: Run) -> Run:
    """Return a held run going on."""
    return replace(run, state=RunState.RUNNING, reason="", because=(), held_since=None, asks="", asks_for=None)


def approved_as_another(run: Run) -> str | None:
    """Return why nothing more may be done under the yes to `run`: it was to a plan of another hash. None: there is no
    such yes."""
    yes = run.approval
    if yes is None or yes.approved_by is None or not run.asked_of_another_plan:
        return None
    return (
        f"changed: the yes of {yes.approved_by} was to the plan {yes.plan_hash[:12]}, and this one is "
        f"{run.plan.hash[:12]}: nothing more "
        f"is done under it; end it, and the rest is yours: remediator runs cancel {run.id} --reason ..."
    )


def current(run: Run) -> StepRecord | None:
    """Return the step that the run stands at; None when all are done.

    Of steps that go side by side that is one which has not ended; only then one that failed, and only then the next
    one.
    """
    for states in (OPEN, (StepState.FAILED,), (StepState.PENDING,)):
        found = next((step for step in run.steps if step.state in states), None)
        if found is not None:
            return found
    return None


def beside(run: Run, step: StepRecord) -> tuple[StepRecord, ...]:
    """Return the steps that begin together with `step`: where its action goes side by side, all of the same one that
    are pending."""
    planned = {each.id: each for each in run.plan.steps}
    if not planned[step.id].parallel:
        return (step,)
    return tuple(each for each in run.steps if each.action == step.action and each.state is StepState.PENDING)


def step_of(run: Run, step_id: str) -> StepRecord:
    """Return the record of step `step_id`."""
    return next(each for each in run.steps if each.id == step_id)


def planned_of(run: Run, step: StepRecord) -> PlannedStep:
    """Return the planned step of a record."""
    return next(each for each in run.plan.steps if each.id == step.id)


def newest(moments: Iterable[Instant]) -> Instant | None:
    """Return the last of `moments`, whatever the wall clock did in between; None when there are none."""
    last: Instant | None = None
    for moment in moments:
        if last is None or moment.after(last):
            last = moment
    return last


def last_effect(run: Run) -> Instant | None:
    """Return when the last command of the run ended; a step without any has changed nothing."""
    acted = {each.id for each in run.plan.steps if each.commands}
    return newest(each.outcome_at for each in run.steps if each.outcome_at is not None and each.id in acted)


def _with_step(run: Run, step: StepRecord) -> Run:
    return replace(run, steps=tuple(step if each.id == step.id else each for each in run.steps))


def intent(run: Run, step_id: str, before: Mapping[str, str], now: Instant) -> Run:
    """Return the run with the INTENT of a step. Raise ValueError unless the step is pending: an INTENT is written
    once."""
    step = step_of(run, step_id)
    if step.state is not StepState.PENDING:
        raise ValueError(f"step {step_id} of {run.id} is {step.state.value}: its INTENT is already in the journal")
    return _with_step(
        run,
        replace(
            step,
            state=StepState.INTENT,
            intent_at=now,
            before=dict(before),
            probe=None,
            tries=step.tries + 1,
            exit_code=None,
            left=True,
            unsent=None,
        ),
    )


def outcome(run: Run, step_id: str, done: Sequence[CommandDone], expected: int, now: Instant) -> Run:
    """Return the run with the OUTCOME of a step's commands.

    All `expected` commands ended with 0: done. A command ended with another code: failed, and known to be. A command
    whose end is not known (exit code None): in doubt, whatever came before.
    """
    step = step_of(run, step_id)
    output = "\n".join(f"$ {brief(each.argv)}\n{each.output}".rstrip() for each in done)[:OUTPUT_LIMIT]
    last = done[-1] if done else None
    if last is not None and last.fate is Fate.NEVER_LEFT:
        failed = replace(step, state=StepState.FAILED, result=last.error, output=output, outcome_at=now)
        return _with_step(run, replace(failed, left=len(done) > 1, unsent=last.unsent))
    if last is None or last.fate is Fate.LOST:
        why = last.error if last is not None and last.error else "nothing came back"
        return _with_step(run, replace(step, state=StepState.IN_DOUBT, result=why, output=output))
    if last.exit_code != 0:
        result = f"{brief(last.argv)} ended with {last.exit_code}: {_last_line(last.output) or last.error}"
        return _with_step(
            run,
            replace(
                step, state=StepState.FAILED, result=result, output=output, outcome_at=now, exit_code=last.exit_code
            ),
        )
    if len(done) < expected:
        return _with_step(
            run, replace(step, state=StepState.IN_DOUBT, result="not every command was run", output=output)
        )
    return _with_step(run, replace(step, state=StepState.DONE, result="ok", output=output, outcome_at=now, exit_code=0))


def wants_another_claim(step: StepRecord) -> bool:
    """Return whether the last command of a step never left because there was no claim, and may be claimed and sent
    again."""
    return step.state is StepState.FAILED and step.unsent in CLAIMED_AGAIN and step.tries < MOST_REPEATS


def unsent(run: Run, step_id: str) -> Run:
    """Return the run with a step pending again none of whose commands has left."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.PENDING, outcome_at=None, unsent=None))


def planned_anew(run: Run, now: Instant) -> Run:
    """Return a run that was held before its first step and waits for the whole gate again: what allowed it then may be
    over."""
    return replace(
        run, state=RunState.PLANNED, reason="", because=(), held_since=None, asks="", asks_for=None, locked_at=now
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def outcome_of_nothing(run: Run, step_id: str, now: Instant) -> Run:
    """Return the run with a step done that had no command to run."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.DONE, result="ok", outcome_at=now))


def settling(run: Run, step_id: str, text: str, given: Mapping[str, Any], stage: str = "") -> Run:
    """Return the run while the effect of its step `step_id` has not come about. `text` is how far it is, `stage` what
    of that is news."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.SETTLING, result=text, given=dict(given), stage=stage or text))


def gave(run: Run, step_id: str, given: Mapping[str, Any], text: str = "ok") -> Run:
    """Return the run with its step `step_id` done, and what it gives to later ones."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.DONE, result=text, given=dict(given)))


def again(run: Run, step_id: str, given: Mapping[str, Any]) -> Run:
    """Return the run with its settling step `step_id` pending once more, as often as an idempotent step may be sent."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.PENDING, given=dict(given)))


def failed(run: Run, step_id: str, why: str, now: Instant) -> Run:
    """Return the run with its step `step_id` failed."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.FAILED, result=why, outcome_at=step.outcome_at or now))


def in_doubt(run: Run, step_id: str, why: str) -> Run:
    """Return the run with a step whose outcome was lost (the daemon was killed): a probe must answer."""
    step = step_of(run, step_id)
    return _with_step(run, replace(step, state=StepState.IN_DOUBT, result=why))


def probed(run: Run, step_id: str, answer: Probe, now: Instant, *, by: str = "probe", repeatable: bool = False) -> Run:
    """Return the run after a probe, or a person, said what became of a step in doubt.

    Applied: recorded, on to the next step or to verification. Not applied: the step may run again, for `once` too,
    since it is proved that it did not. Before that the whole gate is asked anew on evidence younger than now, and a
    step is sent at most `MOST_TRIES` times. A `repeatable` step (idempotent, of a run that had begun before it) only
    asks the guards that stand before every step. It is sent up to `MOST_REPEATS` times. Unknown: the run is in doubt.
    """
    step = step_of(run, step_id)
    if answer is Probe.APPLIED:
        done = replace(step, state=StepState.DONE, probe=f"{by}: applied", outcome_at=now, result="applied")
        return replace(_with_step(run, done), state=RunState.RUNNING, reason="")
    if answer is Probe.NOT_APPLIED:
        if step.tries >= (MOST_REPEATS if repeatable else MOST_TRIES):
            why = f"{step.action} was sent {step.tries} times and did not arrive"
            failed = replace(step, state=StepState.FAILED, probe=f"{by}: not applied", result=why, outcome_at=now)
            return replace(_with_step(run, failed), state=RunState.RUNNING, reason="")
        again = replace(step, state=StepState.PENDING, probe=f"{by}: not applied", result="")
        if repeatable:
            return replace(_with_step(run, again), state=RunState.RUNNING, reason="")
        return replace(_with_step(run, again), state=RunState.PLANNED, reason="", locked_at=now)
    doubt = replace(step, state=StepState.IN_DOUBT, probe=f"{by}: unknown")
    return replace(_with_step(run, doubt), state=RunState.IN_DOUBT, reason=f"what became of {step.action} is not known")


def ended(
    run: Run, state: RunState, reason: str, now: Instant, *, expired: bool = False, because: tuple[str, ...] = ()
) -> Run:
    """Return the run ended; `expired` because its time was over. `because`: see `Run`, empty: the first line of
    `reason`.

    Raise ValueError if `state` is not an end, or if the run has ended already.
    """
    if not state.ended or run.state.ended:
        raise ValueError(f"{run.id} cannot go from {run.state.value} to {state.value}")
    told = because or (reason.partition("\n")[0],)
    return replace(run, state=state, reason=reason, because=told, ended_at=now, expired=expired)
