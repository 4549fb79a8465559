"""From the entries of rules to `RuleSpec`, with every mistake on the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.config.documents import mistakes
from remediator.content import phrases
from remediator.content.entries import Entries, Entry
from remediator.model.content.judging import AssessSpec
from remediator.model.content.specs import Mistake, RuleSpec
from remediator.rules import texts
from remediator.rules.conditions import CelCondition, Environment
from remediator.rules.schema import RuleEntry


def build_rules(
    entries: Entries, assessments: Mapping[str, AssessSpec], environments: Mapping[str, Environment]
) -> tuple[dict[str, RuleSpec], list[Mistake]]:
    """Return the rules without a mistake, and the mistakes of the others."""
    found: list[Mistake] = []
    built: dict[str, RuleSpec] = {}
    for name, entry in entries.rules.items():
        before = len(found)
        when = _against_its_check(entry, entries, assessments, environments, found)
        _names(entry, entries, found)
        if not entry.body.run and entry.body.notify is None:
            found.append(entry.mistake((), "does_nothing", "has neither run nor notify, so nobody would ever know"))
        if len(found) == before:
            built[name] = _spec(entry, when)
    return built, found


def _against_its_check(
    entry: Entry[RuleEntry],
    entries: Entries,
    assessments: Mapping[str, AssessSpec],
    environments: Mapping[str, Environment],
    found: list[Mistake],
) -> CelCondition | None:
    """Check what depends on the rule's check: its states, its condition, its text, the targets of what it runs."""
    name = entry.body.on.check
    check = entries.checks.get(name)
    if check is None:
        if name not in entries.broken["checks"]:
            message = f"there is no check {name}"
            found.append(
                entry.mistake(("on", "check"), "unknown_name", message, mistakes.nearest(name, entries.checks))
            )
        return None
    for state in entry.body.on.state:
        why = _never(state, check.body.critical, check.body.warning, name)
        if why:
            found.append(entry.mistake(("on", "state"), "never_fires", why))
    if "unknown" in entry.body.on.state and entry.body.run:
        found.append(entry.mistake(("run",), "never_fires", "UNKNOWN never acts; a rule about it can only notify"))
    assess = assessments.get(check.body.assess)
    if assess is None:
        return None
    if entry.body.meanwhile is not None and (entry.body.run or entry.body.settle <= 0):
        why = "is told while a rule without run waits its settle: this one has a run, or waits for nothing"
        found.append(entry.mistake(("meanwhile",), "never_told", why))
    for name, said in (
        ("notify", entry.body.notify),
        ("evidence", entry.body.evidence),
        ("meanwhile", entry.body.meanwhile),
    ):
        if said is not None:
            phrases.text(entry, (name,), said, assess.fields, found, texts.AROUND)
    _targets(entry, entries, assess, found)
    return phrases.condition(entry, ("when",), entry.body.when, environments[assess.name], found)


def _never(state: str, critical: str | None, warning: str | None, check: str) -> str:
    if state == "critical" and critical is None:
        return f"can never fire: {check} has no critical condition"
    if state == "warning" and warning is None:
        return f"can never fire: {check} has no warning condition"
    return ""


def _targets(entry: Entry[RuleEntry], entries: Entries, assess: AssessSpec, found: list[Mistake]) -> None:
    for index, name in enumerate(entry.body.run):
        runbook = entries.runbooks.get(name)
        if runbook is not None and runbook.body.target != assess.target_kind:
            message = f"{name} acts on a {runbook.body.target}, but {entry.body.on.check} judges a {assess.target_kind}"
            found.append(entry.mistake(("run", index), "wrong_target", message))


def _names(entry: Entry[RuleEntry], entries: Entries, found: list[Mistake]) -> None:
    for index, name in enumerate(entry.body.run):
        if name not in entries.runbooks and name not in entries.broken["runbooks"]:
            hint = mistakes.nearest(name, entries.runbooks)
            found.append(entry.mistake(("run", index), "unknown_name", f"there is no runbook {name}", hint))
        if name in entry.body.run[:index]:
            found.append(entry.mistake(("run", index), "duplicate_name", f"{name} is in the ladder twice"))
    for index, name in enumerate(entry.body.explains):
        if name not in entries.checks and name not in entries.broken["checks"]:
            hint = mistakes.nearest(name, entries.checks)
            found.append(entry.mistake(("explains", index), "unknown_name", f"there is no check {name}", hint))


def _spec(entry: Entry[RuleEntry], when: CelCondition | None) -> RuleSpec:
    body = entry.body
    return RuleSpec(
        name=entry.name,
        check=body.on.check,
        states=body.on.state,
        when=when,
        settle_s=body.settle,
        run=body.run,
        priority=body.priority,
        explains=body.explains,
        notify=body.notify,
        evidence=body.evidence,
        meanwhile=body.meanwhile,
        source=entry.source,
    )
