"""The shipped content, and the cases that each technology declares for its own part of it.

A technology declares them as `SHIPPED` in `tests/integrations/<technology>/shipped.py`; they count while its folder is
there.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from remediator.content import load_content
from remediator.integrations import packages, registry
from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.content.specs import Content
from remediator.model.manifest.together import Manifests
from remediator.model.targets import Target

Fault = tuple[str, dict[str, Any], State, str | None, tuple[str, ...]]
"""A check, what is different from its healthy data, and what follows: the state, the rule that acts, the runbooks of
that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """The cases of one technology's checks, rules and runbooks."""

    targets: Mapping[str, Target]
    """A target of each kind that its checks judge."""
    healthy: Mapping[str, Mapping[str, Any]]
    """The data of each of its checks when all is well: exactly the declared fields."""
    faults: tuple[Fault, ...]
    risks: Mapping[str, Risk]
    """The risk of each of its runbooks."""
    explains: frozenset[tuple[str, str]] = frozenset()
    """Which of its checks explains problems of which check."""
    warns_and_explains: frozenset[str] = frozenset()
    """Its checks that may only warn and explain what is cured all the same."""
    rare: frozenset[str] = frozenset()
    """Its rules that no fault here reaches."""
    more_is_known: frozenset[str] = frozenset()
    """Its checks whose healthy data has more than the declared fields, since two checks share it."""


def folders_with(module: str) -> list[str]:
    """Return the packages of `tests/integrations` that have this module."""
    root = Path(__file__).parents[1] / "integrations"
    return [f"tests.integrations.{path.parent.name}" for path in sorted(root.glob(f"*/{module}.py"))]


def declared() -> tuple[Shipped, ...]:
    """Return the cases of what is always watched, and those of each technology whose tests are there."""
    owners = ["tests.unit.content", *folders_with("shipped")]
    return tuple(importlib.import_module(f"{owner}.shipped").SHIPPED for owner in owners)


@cache
def integrations() -> Manifests:
    """Return every integration of ours, each with its default settings."""
    return registry.load({name: {} for name in packages.own()})


@cache
def shipped() -> Content:
    """Return the shipped content. Fail with its mistakes where there are any."""
    content, found = load_content(None, integrations(), None)
    assert content is not None, found
    return content
