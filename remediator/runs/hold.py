"""A run that stops before a step: held with its reason, told of when that lasts, and given up in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remediator.model.content.consent import Ask
from remediator.model.content.declined import Declined, Refused
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Run, RunState, StepRecord
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.times import Instant, rfc3339
from remediator.runs import ends, entries, machine
from remediator.runs.transition import Page, Refresh, Transition, Wish

PAGE_S = 120.0
"""For so long a run is held before people hear of it; at once where they are asked."""
LOOK_S = 5.0
"""How old the evidence of a held run may become before it is gathered again."""


def refused(run: Run, step: StepRecord, verdicts: Sequence[Verdict], now: Instant) -> Iterator[Transition]:
    """Hold `run` before `step` by what `verdicts` refuse."""
    first = refusals(verdicts)[0]
    return held(run, step, first.reason, now, verdicts=verdicts, because=first.because)


def declined(run: Run, step: StepRecord, why: Declined, now: Instant) -> Iterator[Transition]:
    """End `run` where what comes before `step` refuses, hold it where that waits or asks a person."""
    if isinstance(why, Refused):
        first, *more = why.because
        because = ("refused", step.id, first.partition("\n")[0], *more)
        return iter((ends.ended(run, RunState.FAILED, f"{step.id}: {why.reason}", now, because=because),))
    ask = why if isinstance(why, Ask) else None
    reason = why.reason if ask is None else f"it needs a person's yes: {ask.reason}"
    return held(run, step, reason, now, ask=ask, because=why.because)


def held(
    run: Run,
    step: StepRecord,
    reason: str,
    now: Instant,
    *,
    ask: Ask | None = None,
    verdicts: Sequence[Verdict] = (),
    because: tuple[str, ...] = (),
) -> Iterator[Transition]:
    """Hold `run` before `step` for `reason`, or hold it on; `ask` is what a person must approve before it goes on.
    `because`: see `Run`."""
    after = machine.held_for(run, reason, now, ask, because=because)
    begins = run.state is not RunState.HELD
    said = (entries.Held(step=step.id, verdicts=verdicts, reason=reason),) if begins else ()
    since_s = now.since(after.held_since) if after.held_since is not None else 0.0
    over = since_s > run.plan.held_at_most_s
    pages: tuple[Wish, ...] = (_question(after, step),) if after.asks else ()
    if since_s > PAGE_S and not after.asks and not over:
        pages = (_told(after, step),)
    look = Refresh(older_than_s=LOOK_S)
    stored = after if begins or machine.told_anew(run, after) else run
    yield Transition(run=stored, then=(*said, *pages, look))
    if over:
        why = f"held for {run.plan.held_at_most_s:.0f} s before {step.id}: {reason}"
        yield ends.ended(after, RunState.FAILED, why, now, because=("held", step.id, *after.because))


def _question(run: Run, step: StepRecord) -> Page:
    """Tell people, once for each sentence, that a held run needs their yes, and with what."""
    return Page(
        key=PageKey(PageKind.ASKS, run.id, (run.asks_hash[:16],)),
        subject=f"{run.id} on {run.plan.target} needs a person's yes before {step.id}",
        text=f"{run.asks}\nremediator approve {run.id} --plan {run.asks_hash[:12]} --reason ...\nremediator "
        f"runs cancel {run.id} --reason ...",
    )


def _told(run: Run, step: StepRecord) -> Page:
    since = rfc3339(run.held_since.wall) if run.held_since is not None else ""
    return Page(
        key=PageKey(PageKind.HELD, run.id, (step.id, since)),
        subject=f"{run.id} on {run.plan.target} is held",
        text=run.reason,
    )
