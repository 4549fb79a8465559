"""Matchers over labels, written as Alertmanager writes them: ``check="x"``, ``host!="y"``, ``target=~"a|b"``, ``rule!~"c.*"``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

OPERATORS = ("=~", "!~", "!=", "=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One matcher. A regular expression must match the whole value; a label that is not there has the value ""."""

    label: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.label, "")
        if self.operator == "=":
            return found == self.value
        if self.operator == "!=":
            return found != self.value
        hit = re.fullmatch(self.value, found) is not None
        return hit if self.operator == "=~" else not hit

    @property
    def text(self) -> str:
        return f'{self.label}{self.operator}"{self.value}"'
