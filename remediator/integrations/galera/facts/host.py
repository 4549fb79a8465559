"""What the host of a Galera member says of it in section `galera`: its data directory, how it is started, who it is.
Pure.

Invariant: each part is read from other files on the host, and each is UNKNOWN by itself. The whole section is UNKNOWN
only where it is no object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.galera.facts import datadir, launch
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.launch import Launch
from remediator.integrations.galera.membership import identity as who
from remediator.integrations.galera.membership.identity import Who
from remediator.model.manifest.sections import SectionKind
from remediator.model.values import Unknown

MOST_PATH = 200
"""The most characters of a path that can be a data directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHost:
    """One reply's section `galera`."""

    files: Files | Unknown | None
    """None: the host has no such volume."""
    launch: Launch | Unknown
    who: Who | Unknown
    volume: str | None
    """Path of the data directory by the host's word, cut where it is proven too long; None: the host does not say."""


def parse(data: Any) -> OnHost | Unknown:
    """Return the facts in section `galera`, or `Unknown` with its reason."""
    return typed.read(data, "galera", _parsed)


def _parsed(data: Mapping[str, Any]) -> OnHost:
    return OnHost(
        files=datadir.parse(data), launch=launch.parse(data), who=who.parse(data), volume=_volume(data.get("volume"))
    )


def _volume(found: Any) -> str | None:
    return found.rstrip("/")[: MOST_PATH + 1] if isinstance(found, str) and found else None


GALERA = SectionKind(name="galera", facts=OnHost, parse=parse)
