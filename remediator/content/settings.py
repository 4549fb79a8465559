"""The config against the content: every name in it exists, and unattended R3 only by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remediator.config import Config
from remediator.config.documents import mistakes
from remediator.config.documents.documents import Loc
from remediator.content.entries import Entries
from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mistake, RuleSpec, RunbookSpec


def check_settings(
    config: Config, entries: Entries, rules: Mapping[str, RuleSpec], runbooks: Mapping[str, RunbookSpec]
) -> list[Mistake]:
    """Return the mistakes in what `config` says about checks and rules."""
    found: list[Mistake] = []
    checks = [*entries.checks, *entries.broken["checks"]]
    named = [*entries.rules, *entries.broken["rules"]]
    _known(config, [(("checks", name), name) for name in config.checks], "check", checks, found, key=True)
    of_rules = [(("autonomy", "rules", name), name) for name in config.autonomy.rules]
    _known(config, of_rules, "rule", named, found, key=True)
    accepted = [(("i_accept_unattended_r3", at), name) for at, name in enumerate(config.i_accept_unattended_r3)]
    _known(config, accepted, "rule", named, found)
    for name, mode in config.autonomy.rules.items():
        risky = name in rules and any(runbooks[rung].risk is Risk.R3 for rung in rules[name].run if rung in runbooks)
        if mode == "auto" and risky and name not in config.i_accept_unattended_r3:
            message = f"{name} runs an R3 runbook: auto needs its name in i_accept_unattended_r3 as well"
            found.append(config.origin.document.mistake(("autonomy", "rules", name), "unattended_r3", message))
    found.extend(_verifiable(config, rules, runbooks))
    return found


def _verifiable(config: Config, rules: Mapping[str, RuleSpec], runbooks: Mapping[str, RunbookSpec]) -> list[Mistake]:
    """A rule whose own check runs must not run something whose check of success is off."""
    found: list[Mistake] = []
    off = {name for name, override in config.checks.items() if override.off}
    for rule in rules.values():
        for rung in rule.run:
            runbook = runbooks.get(rung)
            if runbook is not None and runbook.verify.check in off and rule.check not in off:
                message = (
                    f"{rung} (of the rule {rule.name}) is verified by this check; with it off no cure is ever proven"
                )
                found.append(config.origin.document.mistake(("checks", runbook.verify.check, "off"), "needed", message))
    return found


def _known(
    config: Config,
    names: Iterable[tuple[Loc, str]],
    what: str,
    known: list[str],
    found: list[Mistake],
    *,
    key: bool = False,
) -> None:
    document = config.origin.document
    for loc, name in names:
        if name not in known:
            hint = mistakes.nearest(name, known)
            found.append(document.mistake(loc, "unknown_name", f"there is no {what} {name}", hint, key=key))
