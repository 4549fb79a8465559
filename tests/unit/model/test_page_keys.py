"""The keys of pages: one for each thing that is told, whatever people call their rules."""

from __future__ import annotations

import pytest

from remediator.model import page_keys

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "rule", ["old", "blocked", "held_back", "over", "unmatched", "unknown", "hint", "early", "rule"]
)
def test_a_rule_with_the_name_of_another_page_has_a_key_of_its_own(rule: str) -> None:
    assert page_keys.of_rule("inc-7", rule) == f"inc-7:rule:{rule}"
    assert page_keys.kind_of(page_keys.of_rule("inc-7", rule)) == "needing a person"


@pytest.mark.parametrize("rule", ["galera-split-brain", "cron-dead", None])
def test_the_key_of_every_other_rule_is_what_it_was(rule: str | None) -> None:
    assert page_keys.of_rule("inc-7", rule) == f"inc-7:{rule}"


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("inc-7:old", "open for long"),
        ("inc-7:approval:galera-bootstrap:1", "waiting for an approval"),
        ("inc-7:galera-split-brain", "needing a person"),
        ("run-3:held:choose:2026-01-05T03:00:00Z", "held"),
        ("run-3:asks:0123456789abcdef", "others"),
        ("debt-2:overdue", "debts"),
        ("names:2026-01-05T03:00:00Z", "names of no host"),
        ("rival:2026-01-05T03:00:00Z", "others"),
    ],
)
def test_what_a_page_is_about_is_in_its_key(key: str, kind: str) -> None:
    assert page_keys.kind_of(key) == kind
