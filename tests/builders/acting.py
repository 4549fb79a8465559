"""What each technology declares of its actions, so that the ways to a host can be tried with all of them.

A technology declares it as `ACTING` in `tests/integrations/<technology>/acting.py`; it counts while its folder is
there.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.model.targets import Target
from tests.builders.shipped import folders_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What the commands of one technology's actions are built from, and what they are."""

    members: Mapping[str, Target] = field(default_factory=dict)
    """A target of each of its kinds; its actions refuse one without a unit."""
    well: Mapping[str, Any] = field(default_factory=dict)
    """The data with which none of its actions refuses."""
    without_commands: frozenset[str] = frozenset()
    """Its actions that decide and send nothing."""
    asks: frozenset[str] = frozenset()
    """Its scripts that change nothing."""
    names: str = "(?!)"
    """What stands for the name of a unit or a container in its scripts: one written there, or a variable that the
    script has set."""
    sets: str = ""
    """The variables of one letter among them."""


def declared() -> dict[str, Acting]:
    """Return what is declared, by the name of the technology."""
    return {
        path.rpartition(".")[2]: importlib.import_module(f"{path}.acting").ACTING for path in folders_with("acting")
    }
