"""The key of a page: what it is about, of what, and what tells it from others of its kind. A page is told once per key.

Invariant: two keys that differ have texts that differ, and each text is read back as its key. A rule is named by
people, and the key of its page is never that of another page about its incident. The text is for the store and the
notifiers alone.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class PageKind(enum.Enum):
    """What a page is about: the word in its text."""

    RULE = "rule"
    HINT = "hint"
    HELD = "held"
    ASKS = "asks"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    APPROVAL = "approval"
    BLOCKED = "blocked"
    HELD_BACK = "held_back"
    MEANWHILE = "meanwhile"
    EARLY = "early"
    ENDED = "ended"
    OLD = "old"
    OVER = "over"
    UNMATCHED = "unmatched"
    UNKNOWN = "unknown"
    OVERDUE = "overdue"
    REPORTED = "reported"
    SET_ASIDE = "set_aside"
    STORM = "storm"
    CUT_OFF = "cut_off"
    NAMES = "names"
    NOTICE = "notice"
    RIVAL = "rival"
    TROUBLE = "trouble"
    DIGEST = "digest"
    UNREADABLE = "?"
    """No key that any release of remediator wrote."""


TOLD: Final[Mapping[PageKind, str]] = {
    PageKind.HINT: "hints without a check",
    PageKind.HELD: "held",
    PageKind.IN_DOUBT: "in doubt",
    PageKind.FAILED: "failed",
    PageKind.APPROVAL: "waiting for an approval",
    PageKind.BLOCKED: "not cured",
    PageKind.HELD_BACK: "held back",
    PageKind.MEANWHILE: "given time",
    PageKind.ENDED: "ends of runs",
    PageKind.OLD: "open for long",
    PageKind.OVER: "well again",
    PageKind.UNMATCHED: "without a rule",
    PageKind.UNKNOWN: "unknown",
    PageKind.OVERDUE: "debts",
    PageKind.REPORTED: "debts",
    PageKind.NAMES: "names of no host",
}
"""Kinds that a digest counts by words of their own."""
OF_THE_DAEMON: Final = frozenset(
    {
        PageKind.SET_ASIDE,
        PageKind.STORM,
        PageKind.CUT_OFF,
        PageKind.NAMES,
        PageKind.NOTICE,
        PageKind.RIVAL,
        PageKind.TROUBLE,
        PageKind.DIGEST,
        PageKind.UNREADABLE,
    }
)
"""Kinds that may be about no incident, run or debt."""
_BY_WORD: Final = {kind.value: kind for kind in PageKind}
_NO_RULE: Final = "None"


@dataclass(frozen=True, slots=True)
class PageKey:
    """`of`: the incident, run or debt that it is about; empty: the daemon itself. `parts`: what tells it from others of
    its kind."""

    kind: PageKind
    of: str = ""
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.of and self.kind not in OF_THE_DAEMON:
            raise ValueError(f"a page of kind {self.kind.value} is about an incident, a run or a debt")

    @classmethod
    def of_rule(cls, incident: str, rule: str | None) -> PageKey:
        """Return the key of the page that hands `incident` to people by `rule`; by none, where no rule asked for it."""
        return cls(PageKind.RULE, incident, () if rule is None else (rule,))

    @classmethod
    def read(cls, text: str) -> PageKey:
        """Return the key that the store has as `text`: `parts` as one, where there are any. Never raise."""
        first, _, rest = text.partition(":")
        if not first or not rest:
            return cls(PageKind.UNREADABLE, "", (text,))
        word, colon, more = rest.partition(":")
        if (own := _BY_WORD.get(first)) is not None and own in OF_THE_DAEMON:
            return cls(own, "", (rest,) if rest else ())
        kind = _BY_WORD.get(word)
        if kind is None:
            return cls(PageKind.RULE, first, () if rest == _NO_RULE else (rest,))
        return cls(kind, first, (more,) if colon else ())

    @property
    def text(self) -> str:
        """The key as the store has it, and as notifiers pass it on."""
        if self.kind is PageKind.RULE:
            return f"{self.of}:{self._rule}"
        return ":".join(part for part in (self.of, self.kind.value, *self.parts) if part)

    @property
    def _rule(self) -> str:
        if not self.parts:
            return _NO_RULE
        (rule,) = self.parts
        plain = rule != _NO_RULE and rule.partition(":")[0] not in _BY_WORD
        return rule if plain else f"{PageKind.RULE.value}:{rule}"

    @property
    def told(self) -> str:
        """What the page is about, in a word or two."""
        return TOLD.get(self.kind, "needing a person" if self.of.startswith("inc-") else "others")


def about(subject: str) -> str:
    """Return what the texts of all keys about an incident, a run or a debt begin with."""
    return f"{subject}:"


def all_of(kind: PageKind) -> str:
    """Return what the texts of all keys of a kind of the daemon's own begin with."""
    return f"{kind.value}:"
