"""What a person's yes covers beyond the commands of a plan. It is compared field by field; the sentence is only how it
is told.

Invariant: whatever a person must know before saying yes is a field here. A yes covers what was asked, and nothing that
differs from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from remediator.model.content.declined import Declined


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reason:
    """Why a person is asked: the rule, and the facts that make it ask."""

    rule: str
    facts: tuple[str, ...]

    def to_json(self) -> list[str]:
        return [self.rule, *self.facts]


def reasons(rows: Iterable[Iterable[str]]) -> frozenset[Reason]:
    """Reverse `Reason.to_json` for each of `rows`."""
    return frozenset(Reason(rule=rule, facts=tuple(facts)) for rule, *facts in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What is, or was, said yes to."""

    stops: frozenset[str] = frozenset()
    """The members that are stopped although they run."""
    chosen: str | None = None
    """The member that all others follow from then on."""
    position: int | None = None
    """How far its data goes."""
    lost: int = 0
    """So many transactions may be lost."""
    counted_to: str = ""
    """The newest sample that the loss is counted to: what came after is in no figure."""
    because: frozenset[Reason] = frozenset()
    worded: str = ""
    """The bare sentence of a release that knew no fields: it covers that sentence, letter by letter."""

    def to_json(self) -> dict[str, Any]:
        return {
            "stops": sorted(self.stops),
            "chosen": self.chosen,
            "position": self.position,
            "lost": self.lost,
            "counted_to": self.counted_to,
            "because": [reason.to_json() for reason in sorted(self.because)],
            **({"worded": self.worded} if self.worded else {}),
        }

    @property
    def hash(self) -> str:
        """What a yes to it is bound to."""
        body = self.worded or json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()


NOTHING_MORE: Final = Consent()
"""What a yes to a plan covers where nobody was asked for more."""


@dataclass(frozen=True, slots=True)
class Ask(Declined):
    """A person must say yes to `consent` first; `reason` is the sentence that tells it."""

    consent: Consent

    def covered_by(self, given: Consent | None) -> bool:
        """Return whether `given`, the last that a person said yes to, is a yes to this."""
        return given is not None and (given == self.consent or (given.worded != "" and given.worded == self.reason))
