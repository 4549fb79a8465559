"""Why nothing is done about an open problem, in one sentence, as of the newest look at it. Pure, from memory alone.

A stored decision tells what changed an outcome once; by now the reason that keeps a cure back may have another name,
run or end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from remediator.daemon.state.asides import About
from remediator.daemon.state.world import World
from remediator.model.content.judging import State
from remediator.model.records.records import Incident, IncidentState, Met, Outcome, Run, RunState, StateType
from remediator.model.records.verdicts import Verdict, refusals
from remediator.model.times import rfc3339


def of(world: World, incident: Incident) -> dict[str, Any]:
    """Return ``{kind,reason,guard,until}``; `kind` is failing, follows, run, well, unconfirmed, refused, waits, person
    or no_rule."""
    aside = world.health.asides.of(About(kind="incident", name=incident.id))
    if aside is not None:
        return _said("failing", aside.text)
    if incident.state is IncidentState.SUPPRESSED:
        return _said("follows", f"{incident.parent} accounts for it")
    run = world.durable.live_run_of(incident.id)
    if run is not None:
        return _said("run", f"{run.id} ({run.plan.runbook}) is {run.state.value.replace('_', ' ')}")
    unconfirmed = _unconfirmed(world, incident)
    if unconfirmed is not None:
        return unconfirmed
    if incident.state is IncidentState.ESCALATED:
        return _said("person", _handed_over(world, incident))
    return _refused(world, incident)


def _unconfirmed(world: World, incident: Incident) -> dict[str, Any] | None:
    """Return why the samples do not show a problem to act on yet; None when they do."""
    series = world.samples.series.get((incident.check, incident.target.text))
    if series is not None and series.state is State.OK:
        return _said("well", f"OK in {series.ok_samples} of the 2 samples after which it is closed")
    if series is not None and series.state_type is not StateType.HARD:
        spec = world.loaded.content.checks.get(incident.check)
        of_how_many = f" of {spec.attempts}" if spec is not None else ""
        return _said("unconfirmed", f"not confirmed yet: bad sample {series.attempt}{of_how_many}")
    if incident.id in world.waits.freed_at:
        return _said("unconfirmed", "what explained it is over, and its next sample decides")
    return None


def _refused(world: World, incident: Incident) -> dict[str, Any]:
    """Return what the rules and the gate said at the newest look."""
    looks = list(world.waits.considered.get(incident.id, {}).values())
    refused = next((look for look in looks if look.outcome is Outcome.REFUSED), None)
    if refused is not None:
        refusing = refusals(refused.verdicts)
        # Nobody is asked while another guard refuses.
        shown = [each for each in refusing if each.guard != "approval"] or refusing
        verdict, more = shown[0], len(shown) - 1
        reason, until = _verdict(world, verdict)
        others = f" (and {more} more guard{'s' if more > 1 else ''})" if more else ""
        return _said("refused", f"{reason}{others}", guard=verdict.guard, until=until)
    waits = next((look for look in looks if look.waits), None)
    if waits is not None:
        return _said("waits", waits.reason)
    in_doubt = next((look for look in looks if look.met is Met.UNKNOWN), None)
    if in_doubt is not None:
        return _said("no_rule", f"{in_doubt.rule} cannot tell: {in_doubt.reason}")
    other = next((look for look in looks if look.met is not Met.FALSE), None)
    if other is not None:
        return _said("no_rule", f"{other.rule}: {other.reason}")
    if looks:
        return _said("no_rule", f"no rule fits: {len(looks)} were considered, and no condition is true")
    if incident.level is State.UNKNOWN:
        return _said("no_rule", "it is not known how it is, and nothing acts on what is not known")
    return _said("no_rule", f"no rule is for {incident.check} {incident.level.name}")


def _verdict(world: World, verdict: Verdict) -> tuple[str, datetime | None]:
    """Return the sentence of a refusal and when it may end; of a lock, who has it and how long that can take."""
    holder = world.durable.runs.get(str(verdict.inputs.get("run"))) if verdict.guard == "lock" else None
    if holder is None:
        return verdict.reason, verdict.until
    what = f"{holder.id} ({holder.plan.runbook} on {holder.plan.target}, {holder.state.value})"
    remedy = f"to end that: remediator runs cancel {holder.id} --reason TEXT"
    return f"{verdict.inputs.get('scope')} is locked by {what}; {remedy}", _ends(holder)


def _ends(run: Run) -> datetime | None:
    """Return when a run ends at the latest: known once it verifies."""
    if run.state is not RunState.VERIFYING or run.verify_from is None:
        return None
    return run.verify_from.wall + timedelta(seconds=run.plan.verify_within_s + 2 * run.plan.verify_hold_s)


def _handed_over(world: World, incident: Incident) -> str:
    looks = world.waits.considered.get(incident.id, {}).values()
    if any(look.outcome is Outcome.FIRED and look.run is None for look in looks):
        return "needs a person: no runbook cures this"
    if incident.rungs and incident.acted_at is None:
        return f"needs a person: {', '.join(dict.fromkeys(incident.rungs))} was called off before it began"
    if incident.rungs:
        return f"needs a person: {', '.join(dict.fromkeys(incident.rungs))} ended without a cure"
    return "needs a person"


def _said(kind: str, reason: str, *, guard: str | None = None, until: datetime | None = None) -> dict[str, Any]:
    return {"kind": kind, "reason": reason, "guard": guard, "until": rfc3339(until) if until is not None else None}
