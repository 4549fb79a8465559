"""From the entries of checks to `CheckSpec`, with every mistake on the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from remediator.checks.schema import CheckEntry
from remediator.config import Config
from remediator.config.documents import mistakes
from remediator.config.models import CheckOverride
from remediator.content import phrases
from remediator.content.entries import Entry
from remediator.model.content.judging import AssessSpec, CheckSpec, Condition, Scope, Text
from remediator.model.content.specs import Mistake
from remediator.model.hosts import Inventory
from remediator.model.values import FieldType
from remediator.rules.conditions import Environment

_NUMBERS = (FieldType.INT, FieldType.FLOAT)


def build_checks(
    entries: Mapping[str, Entry[CheckEntry]],
    assessments: Mapping[str, AssessSpec],
    environments: Mapping[str, Environment],
    loaded: frozenset[str],
    config: Config | None,
    inventory: Inventory | None,
) -> tuple[dict[str, CheckSpec], list[Mistake]]:
    """Return the checks without a mistake, and the mistakes of the others. A check whose assessment is not `loaded` is
    off.
    """
    found: list[Mistake] = []
    of_no_host: dict[str, list[Entry[CheckEntry]]] = {}
    overrides: Mapping[str, CheckOverride] = config.checks if config is not None else {}
    built: dict[str, CheckSpec] = {}
    for name, entry in entries.items():
        override = overrides.get(name, CheckOverride())
        if entry.body.assess in assessments and entry.body.assess not in loaded:
            override = override.model_copy(update={"off": True})
        group = _group(entry, config)
        spec = _build(entry, assessments, environments, override, group, found)
        if inventory is not None and not override.off and group is not None and not inventory.group(group):
            of_no_host.setdefault(group, []).append(entry)
        if spec is not None:
            built[name] = spec
    if inventory is not None:
        found += [_empty_group(group, of_it, config, inventory) for group, of_it in of_no_host.items()]
    return built, found


def _build(
    entry: Entry[CheckEntry],
    assessments: Mapping[str, AssessSpec],
    environments: Mapping[str, Environment],
    override: CheckOverride,
    group: str | None,
    found: list[Mistake],
) -> CheckSpec | None:
    body = entry.body
    before = len(found)
    if body.critical is None and body.warning is None:
        found.append(entry.mistake((), "never_bad", "has neither critical nor warning, so it can only be OK"))
    assess = assessments.get(body.assess)
    if assess is None:
        message = f"there is no assessment {body.assess}"
        found.append(entry.mistake(("assess",), "unknown_name", message, mistakes.nearest(body.assess, assessments)))
        return None
    if assess.scope is Scope.GROUP and body.hosts is None:
        found.append(
            entry.mistake((), "missing", f"{body.assess} judges a group; say which with hosts: {{group: NAME}}")
        )
    environment = environments[body.assess]
    critical = phrases.condition(entry, ("critical",), body.critical, environment, found)
    warning = phrases.condition(entry, ("warning",), body.warning, environment, found)
    output = phrases.text(entry, ("output",), body.output, assess.fields, found, bars=False)
    found.extend(_perfdata(entry, assess))
    if output is None or len(found) > before:
        return None
    return _spec(entry, assess, critical, warning, output, override, group)


def _group(entry: Entry[CheckEntry], config: Config | None) -> str | None:
    """Return the group whose hosts a check judges. One that names its integration's usual group follows
    `integrations.NAME.group`."""
    named = entry.body.hosts.group if entry.body.hosts is not None else None
    settings = None if config is None else getattr(config.integrations, entry.body.assess.partition(".")[0], None)
    usual = None if settings is None else type(settings).model_fields.get("group")
    return str(settings.group) if settings is not None and usual is not None and usual.default == named else named


def _spec(
    entry: Entry[CheckEntry],
    assess: AssessSpec,
    critical: Condition | None,
    warning: Condition | None,
    output: Text,
    override: CheckOverride,
    group: str | None,
) -> CheckSpec:
    body = entry.body
    every_s = override.every if override.every is not None else body.every
    retry_s = override.retry if override.retry is not None else body.retry
    return CheckSpec(
        name=entry.name,
        assess=assess,
        group=group,
        every_s=every_s,
        retry_s=every_s if retry_s is None else retry_s,
        attempts=override.attempts if override.attempts is not None else body.attempts,
        critical=critical,
        warning=warning,
        output=output,
        perfdata=body.perfdata,
        enabled=not override.off,
        source=entry.source,
    )


def _perfdata(entry: Entry[CheckEntry], assess: AssessSpec) -> list[Mistake]:
    found: list[Mistake] = []
    for index, name in enumerate(entry.body.perfdata):
        kind = assess.fields.get(name)
        if kind is None:
            message = f"there is no field {name}"
            found.append(
                entry.mistake(("perfdata", index), "unknown_field", message, mistakes.nearest(name, assess.fields))
            )
        elif kind not in _NUMBERS:
            found.append(entry.mistake(("perfdata", index), "not_a_number", f"{name} is {kind.value}, not a number"))
    return found


def _empty_group(group: str, entries: list[Entry[CheckEntry]], config: Config | None, inventory: Inventory) -> Mistake:
    """Return one mistake for a group without hosts, however many checks are of it: where the config names what reads
    it, there."""
    names = ", ".join(f"checks.{entry.name}.off: true" for entry in entries)
    message = f"the group {group} has no host in the inventory; if that is right, set {names}"
    hint = mistakes.nearest(group, inventory.groups)
    loc = ("integrations", entries[0].body.assess.partition(".")[0])
    if config is not None and (*loc, "group") in config.origin.document.places:
        return config.origin.document.mistake((*loc, "group"), "empty_group", message, hint)
    if config is not None and loc in config.origin.document.places:
        return config.origin.document.mistake(loc, "empty_group", message, hint, key=True)
    return entries[0].mistake(("hosts", "group"), "empty_group", message, hint)
