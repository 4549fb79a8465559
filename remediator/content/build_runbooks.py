"""From the entries of runbooks to `RunbookSpec`, with every mistake on the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.config.documents import mistakes
from remediator.config.limits import Limits
from remediator.content import parameters, phrases
from remediator.content.entries import Entries, Entry
from remediator.model.content.actions import ActionSpec, Effect, Risk
from remediator.model.content.judging import AssessSpec
from remediator.model.content.specs import Mistake, RunbookSpec, StepSpec, VerifySpec
from remediator.model.manifest.kinds import Kinds
from remediator.rules.conditions import CelCondition, Environment
from remediator.runs.plans.schema import RunbookEntry, StepEntry


def build_runbooks(
    entries: Entries,
    actions: Mapping[str, ActionSpec],
    assessments: Mapping[str, AssessSpec],
    environments: Mapping[str, Environment],
    limits: Limits,
) -> tuple[dict[str, RunbookSpec], list[Mistake]]:
    """Return the runbooks without a mistake, and the mistakes of the others. `verify.hold` only lengthens its limit."""
    found: list[Mistake] = []
    built: dict[str, RunbookSpec] = {}
    for name, entry in entries.runbooks.items():
        before = len(found)
        steps = _steps(entry, actions, found)
        failed_when = _verify(entry, entries, assessments, environments, found)
        if len(found) == before:
            built[name] = _spec(entry, steps, failed_when, limits)
    return built, found


def without_kind(entries: Entries, kinds: Kinds) -> list[Mistake]:
    """Take the runbooks out of `entries` that act on a kind of target which nobody declares, and return a mistake for
    each.
    """
    found: list[Mistake] = []
    for name, entry in list(entries.runbooks.items()):
        if entry.body.target not in kinds:
            message = f"{entry.body.target!r} is not a kind of target: {', '.join(kinds.names)}"
            found.append(entry.mistake(("target",), "value_error", message))
            del entries.runbooks[name]
            entries.broken["runbooks"].add(name)
    return found


def _steps(entry: Entry[RunbookEntry], actions: Mapping[str, ActionSpec], found: list[Mistake]) -> tuple[StepSpec, ...]:
    earlier: dict[str, ActionSpec] = {}
    ids: set[str] = set()
    steps: list[StepSpec] = []
    for index, step in enumerate(entry.body.steps):
        if step.id in ids:
            found.append(entry.mistake(("steps", index, "id"), "duplicate_name", f"two steps are called {step.id}"))
        ids.add(step.id)
        action = actions.get(step.do)
        if action is None:
            message, hint = f"there is no action {step.do}", mistakes.nearest(step.do, actions)
            found.append(entry.mistake(("steps", index, "do"), "unknown_name", message, hint))
            continue
        found.extend(_fits(entry, index, step, action))
        params, wrong = parameters.check(entry, ("steps", index, "with"), step.with_, action, earlier)
        found.extend(wrong)
        earlier[step.id] = action
        steps.append(StepSpec(id=step.id, action=action, params=params, timeout_s=step.timeout))
    return tuple(steps)


def _fits(entry: Entry[RunbookEntry], index: int, step: StepEntry, action: ActionSpec) -> list[Mistake]:
    """Check the action against the runbook: its risk, its kinds of target, its time."""
    found: list[Mistake] = []
    where = ("steps", index, "do")
    risk = Risk[entry.body.risk]
    if action.risk.value > risk.value:
        message = f"{step.do} is {action.risk.name}, riskier than the runbook ({risk.name})"
        found.append(entry.mistake(where, "too_risky", message))
    if entry.body.target not in action.target_kinds:
        message = f"{step.do} acts on {' or '.join(action.target_kinds)}, not on a {entry.body.target}"
        found.append(entry.mistake(where, "wrong_target", message))
    if step.timeout <= 0:
        found.append(entry.mistake(("steps", index, "timeout"), "zero", "a step needs time: 0s is none"))
    if risk is Risk.R0 and action.effect is not Effect.OBSERVE:
        found.append(entry.mistake(where, "too_risky", f"{step.do} changes something; R0 only reads"))
    return found


def _verify(
    entry: Entry[RunbookEntry],
    entries: Entries,
    assessments: Mapping[str, AssessSpec],
    environments: Mapping[str, Environment],
    found: list[Mistake],
) -> CelCondition | None:
    """Check what depends on the verification's check, and return its `failed_when`."""
    verify = entry.body.verify
    check = entries.checks.get(verify.check)
    if verify.within <= 0:
        found.append(entry.mistake(("verify", "within"), "zero", "0s leaves no time for a cure"))
    if check is None:
        if verify.check not in entries.broken["checks"]:
            message, hint = f"there is no check {verify.check}", mistakes.nearest(verify.check, entries.checks)
            found.append(entry.mistake(("verify", "check"), "unknown_name", message, hint))
        return None
    assess = assessments.get(check.body.assess)
    if assess is None:
        return None
    if assess.target_kind != entry.body.target:
        message = f"{verify.check} judges a {assess.target_kind}, but the runbook acts on a {entry.body.target}"
        found.append(entry.mistake(("verify", "check"), "wrong_target", message))
    return phrases.condition(entry, ("verify", "failed_when"), verify.failed_when, environments[assess.name], found)


def _spec(
    entry: Entry[RunbookEntry], steps: tuple[StepSpec, ...], failed_when: CelCondition | None, limits: Limits
) -> RunbookSpec:
    body = entry.body
    risk = Risk[body.risk]
    return RunbookSpec(
        name=entry.name,
        summary=body.summary,
        target_kind=body.target,
        risk=risk,
        steps=steps,
        verify=VerifySpec(
            check=body.verify.check,
            within_s=body.verify.within,
            quiet_s=max(body.verify.hold or 0.0, limits.quiet_s[risk]),
            failed_when=failed_when,
        ),
        held_at_most_s=body.held_at_most,
        on_failure=body.on_failure,
        source=entry.source,
    )
