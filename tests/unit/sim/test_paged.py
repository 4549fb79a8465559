"""Which page a story means: by its key, whatever its words are."""

from __future__ import annotations

import json

import pytest

from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.sim.invariants.paged import CALLS, Paged

KEYS = {
    "rule": PageKey.of_rule("inc-1", "container-crashed"),
    "no rule": PageKey.of_rule("inc-1", None),
    "asks": PageKey(PageKind.ASKS, "run-1", ("0123456789abcdef",)),
    "early": PageKey(PageKind.EARLY, "inc-1", ("held", "choose")),
    "last": PageKey(PageKind.EARLY, "inc-1", ("last", "held", "choose")),
    "storm": PageKey(PageKind.STORM, parts=("2026-01-01T00:00:00Z",)),
    "held": PageKey(PageKind.HELD, "run-1", ("choose", "2026-01-01T00:00:00Z")),
}


def means(page: Paged, target: str | None = "galera/ctl1", text: str = "80 transactions, a storm") -> set[str]:
    body = json.dumps({"target": target, "subject": "needs a person", "text": text})
    return {name for name, key in KEYS.items() if page.is_one(key.text, body)}


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (Paged(PageKind.RULE), {"rule", "no rule"}),
        (Paged(PageKind.RULE, about="container-crashed"), {"rule"}),
        (Paged(PageKind.EARLY), {"early", "last"}),
        (Paged(PageKind.EARLY, about="last"), {"last"}),
        (Paged(PageKind.EARLY, about="held:choose"), {"early"}),
        (Paged(PageKind.STORM), {"storm"}),
        (Paged(PageKind.HELD, about="choose"), {"held"}),
        (Paged(PageKind.STORM, says="80 transactions"), {"storm"}),
        (Paged(PageKind.STORM, says="81 transactions"), set()),
        (Paged(PageKind.RULE, target="galera/ctl1"), {"rule", "no rule"}),
        (Paged(PageKind.RULE, target="galera/ctl2"), set()),
        (Paged(PageKind.IN_DOUBT), set()),
        (Paged(), set(KEYS)),
    ],
    ids=lambda value: str(value) if isinstance(value, Paged) else "",
)
def test_a_page_is_meant_by_what_it_is_about(page: Paged, found: set[str]) -> None:
    assert means(page) == found


def test_who_is_called_is_told_by_keys_alone() -> None:
    assert set().union(*map(means, CALLS)) == {"rule", "no rule", "asks", "early", "last"}
    assert means(CALLS[0], target=None, text="") == {"rule", "no rule"}
