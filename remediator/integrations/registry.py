"""Which integrations there are: the built-in ones and those of the entry point group ``remediator.integrations``.

Invariant: a name means one integration; a factory takes its own part of the config and raises ValueError with a
sentence that names the setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

from pydantic import BaseModel

from remediator.config import Config
from remediator.config.secrets import Secret
from remediator.integrations.container import manifest as container
from remediator.integrations.galera import manifest as galera
from remediator.integrations.host import manifest as host
from remediator.model.integration import Integration

GROUP = "remediator.integrations"
Factory = Callable[[Mapping[str, Any]], Integration]

BUILT_IN: Mapping[str, Factory] = {"container": container.build, "host": host.build, "galera": galera.build}
ALWAYS = ("container", "host")
"""Loaded without being named in the config: everything else stands on them."""


def factories() -> dict[str, Factory]:
    """Return every factory by name. Raise ValueError when a third party's has the name of a built-in one."""
    found = dict(BUILT_IN)
    for point in metadata.entry_points(group=GROUP):
        if point.name in BUILT_IN:
            raise ValueError(f"integration {point.name} of {point.value} has the name of a built-in one")
        found[point.name] = point.load()
    return found


def load(config: Config | Mapping[str, Mapping[str, Any]]) -> dict[str, Integration]:
    """Return the integrations that `config` names (its part ``integrations``), and the ones that are always there.

    Secrets are resolved here; raise SecretError when one cannot be.

    Raise ValueError when a name or a setting is unknown, or when two integrations have a section of the same name.
    """
    known = factories()
    settings = _settings(config.integrations) if isinstance(config, Config) else config
    for name in settings:
        if name not in known:
            raise ValueError(f"integrations.{name}: there is no such integration; known: {', '.join(sorted(known))}")
    loaded = {name: known[name](settings.get(name) or {}) for name in sorted({*ALWAYS, *settings})}
    owners: dict[str, str] = {}
    for name, one in loaded.items():
        for section in (*(spec.name for spec in one.sections), *one.direct):
            if owners.setdefault(section, name) != name:
                raise ValueError(f"integrations {owners[section]} and {name} both have a section {section!r}")
    return loaded


def _settings(section: BaseModel) -> dict[str, dict[str, Any]]:
    """Return each integration's settings as a mapping, with its secrets resolved."""
    parts = {name: getattr(section, name) for name in type(section).model_fields}
    return {name: _resolved(part) for name, part in parts.items() if isinstance(part, BaseModel)}


def _resolved(part: BaseModel) -> dict[str, Any]:
    values = {field.alias or name: getattr(part, name) for name, field in type(part).model_fields.items()}
    return {name: value.resolve() if isinstance(value, Secret) else value for name, value in values.items()}
