"""The keys of pages: ``OF:ABOUT``, with more behind it where one thing is told more than once. A page is told once per key.

Invariant: a rule is named by people, and its page never has the key of another page about its incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ABOUT: Final[Mapping[str, str]] = {
    "hint": "hints without a check",
    "held": "held",
    "in_doubt": "in doubt",
    "failed": "failed",
    "approval": "waiting for an approval",
    "blocked": "not cured",
    "held_back": "held back",
    "ended": "ends of runs",
    "old": "open for long",
    "over": "well again",
    "unmatched": "without a rule",
    "unknown": "unknown",
    "overdue": "debts",
    "reported": "debts",
}
"""What a page is about, as its key has it and as people read it."""
OF_A_RULE: Final = "rule"
OTHER_THAN_A_RULE: Final = frozenset({*ABOUT, OF_A_RULE, "early"})


def of_rule(incident: str, rule: str | None) -> str:
    """Return the key of the page that hands `incident` to people by `rule`; by none, where no rule asked for it."""
    if rule in OTHER_THAN_A_RULE:
        return f"{incident}:{OF_A_RULE}:{rule}"
    return f"{incident}:{rule}"


def kind_of(key: str) -> str:
    """Return what the page with `key` is about, in a word or two."""
    first, _, rest = key.partition(":")
    if first == "names":
        return "names of no host"
    about = rest.split(":", 1)[0]
    return ABOUT.get(about, "needing a person" if first.startswith("inc-") else "others")
