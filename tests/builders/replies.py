"""Sections of a reply as the collector makes them: tests feed what a host would say, and its own parsers read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import packages, registry
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import Section

SETTINGS: Mapping[str, Mapping[str, Any]] = {"galera": {"password": "hush", "canaries": ["nova.instances"]}}
"""What an integration must be told before it has all of its sections."""
SHIPPED = registry.load({name: SETTINGS.get(name, {}) for name in packages.own()})
"""Every integration of the house, with all sections that it may have."""
KINDS: Mapping[str, SectionKind[Any]] = {kind.name: kind for one in SHIPPED.values() for kind in one.section_kinds}


@dataclass(frozen=True, slots=True)
class Said:
    """What a host said, as the facts of a section that no integration of the house has."""

    value: Any


def kind(name: str) -> SectionKind[Said]:
    """Return a section of a test's own technology."""
    return SectionKind(name=name, facts=Said, parse=Said)


def sections(said: Mapping[str, Any]) -> dict[str, Section]:
    """Return the sections of a reply of a host that says `said`, by name. A value that is facts already (of another
    reply) is taken as it is. The facts of a section that no integration of the house has are its value as `Said`."""
    return {name: Section(data=_facts(name, value)) for name, value in said.items()}


def _facts(name: str, value: Any) -> object:
    known = KINDS.get(name) or kind(name)
    return value if isinstance(value, known.facts) else known.facts_in(value)
