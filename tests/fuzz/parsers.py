"""The declared parser of every section under wrong values: facts or UNKNOWN comes of each, and nothing is raised.

The sections are those of the registry, so that one of a new integration is tried or missed aloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from remediator.model.manifest.sections import SectionKind
from remediator.model.values import Unknown
from tests.builders.replies import KINDS
from tests.fuzz import mutating
from tests.fuzz.counting import Count
from tests.unit.integrations import hostile

EACH = 40
"""Wrong values of each section in a round."""


def parsers(count: Count, kinds: Mapping[str, SectionKind[Any]] = KINDS) -> None:
    """Give each parser of `kinds` values that are nearly right. Its chance is its own, so that the round around it
    stays as it is."""
    chance, right = Random(f"parsers {count.where}"), hostile.sections()
    for name, kind in kinds.items():
        if name not in right:
            count.fault(f"section {name} has no right value in tests/integrations/NAME/hostile.py of its technology")
            continue
        with count.timed(f"the parser of section {name}"):
            for _ in range(EACH):
                count.done += 1
                _try(kind, mutating.mutated(right[name], chance), count)


def _try(kind: SectionKind[Any], said: Any, count: Count) -> None:
    try:
        found = kind.parse(said)
    except Exception as error:  # noqa: BLE001 - whatever it is, its parser did not foresee it
        count.fault(f"the parser of section {kind.name} raised {type(error).__name__}: {error}"[:300])
        return
    if not isinstance(found, (kind.facts, Unknown)):
        count.fault(f"the parser of section {kind.name} gave {type(found).__name__}")
