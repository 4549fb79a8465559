"""Loads the integrations: those that are always there, and those that the config names.

Invariant: a name means one integration. Wrong settings of an integration are a ValueError with a sentence that names
the setting. A fault of a third party's package is listed in `Manifests.broken`, and the other integrations are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from remediator.config import Config
from remediator.config.secrets import Secret
from remediator.integrations import packages
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.together import Manifests

sections = packages.sections


def load(config: Config | Mapping[str, Mapping[str, Any]]) -> Manifests:
    """Return the integrations that `config` names (its part ``integrations``), and the ones that are always there.

    Secrets are resolved here; raise SecretError when one cannot be.

    Raise ValueError when a name or a setting is unknown.
    """
    settings = _settings(config.integrations) if isinstance(config, Config) else config
    installed = packages.installed()
    for name in settings:
        if name not in installed.packages and name not in installed.broken:
            known = ", ".join(sorted(installed.packages))
            raise ValueError(f"integrations.{name}: there is no such integration; known: {known}")
    whole, broken = packages.built(installed, settings)
    containers = [each for one in whole.values() for each in one.containers]
    whole = {name: one.knowing(containers) if one.knowing is not None else one for name, one in whole.items()}
    named = _with_needs(settings, whole)
    return Manifests({name: one for name, one in sorted(whole.items()) if one.basic or name in named}, whole, broken)


def all_of_them() -> Manifests:
    """Return every integration that is installed, each with its default settings."""
    return load({name: {} for name in packages.installed().packages})


def beside(loaded: Mapping[str, Integration]) -> Manifests:
    """Return `loaded` as if nothing else were loaded, beside what is installed."""
    return Manifests(loaded, load({}).installed)


def _with_needs(named: Iterable[str], whole: Mapping[str, Integration]) -> frozenset[str]:
    """Return `named`, with all that these need, and what those need in turn."""
    found, left = set[str](), list(named)
    while left:
        name = left.pop()
        if name not in found and name in whole:
            found.add(name)
            left.extend(whole[name].needs)
    return frozenset(found)


def _settings(section: BaseModel) -> dict[str, dict[str, Any]]:
    """Return each integration's settings as a mapping, with its secrets resolved."""
    parts = {name: getattr(section, name) for name in type(section).model_fields}
    return {name: _resolved(part) for name, part in parts.items() if isinstance(part, BaseModel)}


def _resolved(part: BaseModel) -> dict[str, Any]:
    values = {field.alias or name: getattr(part, name) for name, field in type(part).model_fields.items()}
    return {name: value.resolve() if isinstance(value, Secret) else value for name, value in values.items()}
