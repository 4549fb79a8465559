"""What a section of a reply is: its name, the record that its facts are, and how they are read out of what was said.
Pure.

Invariant: what was said becomes facts once, when the reply arrives. A parser that raises, or that gives anything but
its record,
makes its own section UNKNOWN with the reason, and no other one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from remediator.model.values import Unknown

Facts = TypeVar("Facts", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionKind(Generic[Facts]):
    """One section that an integration has, as it declares it; `HostReply.facts` takes it and gives the section's
    facts."""

    name: str
    facts: type[Facts]
    """A frozen record of the integration."""
    parse: Callable[[Any], Facts | Unknown]
    """From a JSON value of any shape to facts, or to UNKNOWN with the reason. Pure, and a function of a module."""

    def facts_in(self, said: Any) -> Facts | Unknown:
        """Return the facts in `said`, a JSON value or the reason why there is none. Never raises."""
        if isinstance(said, Unknown):
            return said
        try:
            found = self.parse(said)
        except Exception as error:  # noqa: BLE001 (whatever a parser does not foresee, it is its own section that nobody knows)
            return Unknown(f"error:{self.name}: {type(error).__name__}: {ascii(str(error)[:80])[1:-1]}")
        if isinstance(found, (self.facts, Unknown)):
            return found
        return Unknown(f"error:{self.name}: its parser gave {type(found).__name__}, not {self.facts.__name__}")
