"""Load all content and check it against itself, the integrations, the config and (when given) the inventory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from remediator.config import Config
from remediator.config.documents import mistakes
from remediator.config.limits import LimitsConfig
from remediator.content.build_checks import build_checks
from remediator.content.build_rules import build_rules
from remediator.content.build_runbooks import build_runbooks, without_kind
from remediator.content.entries import read_entries
from remediator.content.places import ContentDir, content_dirs
from remediator.content.settings import check_settings
from remediator.content.version import version_of
from remediator.inventory import aliases
from remediator.model.content.specs import Content, Mistake
from remediator.model.hosts import Inventory
from remediator.model.manifest.together import Manifests
from remediator.rules.conditions import Environment


def load_content(
    dirs: Sequence[ContentDir | Path | str] | None,
    integrations: Manifests,
    config: Config | None,
    inventory: Inventory | None = None,
) -> tuple[Content | None, list[Mistake]]:
    """Return the content, or None and every mistake in every file at once.

    `dirs` None: the shipped ones, those of the integrations' packages, then those of the config. Without `config` its
    overrides and limits are the defaults. Without `inventory` nothing is said about empty groups. The content of an
    installed integration that the config does not name is checked all the same, and its checks are off.
    """
    where = content_dirs(config, integrations) if dirs is None else tuple(_directory(path) for path in dirs)
    entries, found = read_entries(where)
    found += without_kind(entries, integrations.kinds)
    known = integrations.installed
    assessments = {spec.name: spec for integration in known.values() for spec in integration.assessments}
    actions = {spec.name: spec for integration in known.values() for spec in integration.actions}
    loaded = frozenset(spec.name for integration in integrations.values() for spec in integration.assessments)
    environments = {name: Environment(spec.fields) for name, spec in assessments.items()}
    limits = (config.limits if config is not None else LimitsConfig()).resolved
    checks, of_checks = build_checks(entries.checks, assessments, environments, loaded, config, inventory)
    rules, of_rules = build_rules(entries, assessments, environments)
    runbooks, of_runbooks = build_runbooks(entries, actions, assessments, environments, limits)
    found += [*of_checks, *of_rules, *of_runbooks]
    if config is not None:
        found += check_settings(config, entries, rules, runbooks)
    if config is not None and inventory is not None:
        found += aliases.check(config, inventory)
    if found:
        return None, mistakes.in_order(found)
    content = Content(
        checks=checks,
        rules=rules,
        runbooks=runbooks,
        actions=actions,
        assessments=assessments,
        version=version_of(entries, config, actions, assessments),
    )
    return content, []


def _directory(path: ContentDir | Path | str) -> ContentDir:
    return path if isinstance(path, ContentDir) else ContentDir(Path(path))
