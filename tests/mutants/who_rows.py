"""Mistakes about who gives a yes, and to what."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

WHO_TESTS = "tests/sim/test_who_and_when.py"

WHO = (
    Mutant(
        name="consent-to-less-covers-more",
        mistake="Whatever a person has said yes to covers what is asked now.",
        place="remediator.model.content.consent:Ask.covered_by",
        old="given == self.consent",
        new="True",
        tests="tests/unit/model/test_consent.py",
    ),
    Mutant(
        name="consent-to-what-nobody-showed",
        mistake="Whom a plan stops is covered by the yes to it, and its approver is not told.",
        place="remediator.daemon.decide.start:_evidence",
        old="[ask.reason for ask in asks if ask.reason not in said]",
        new="[]",
        tests="tests/unit/daemon/decide/test_start_asks.py",
    ),
    Mutant(
        name="consent-by-who-asked",
        mistake="Who asked for a run gives the second yes to what it asks about.",
        place="remediator.daemon.requests.approvals:_consent",
        old="(same := not_two(actor, run.actor, run.asked_as, run.id)) is not None",
        new="False",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="consent-by-anybody",
        mistake="Whoever reaches the socket gives the yes to what a held run asks about.",
        place="remediator.daemon.requests.approvals:_consent",
        old="not may_approve(actor)",
        new="False",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="consent-to-another-question",
        mistake="The yes to one question of a held run is taken for the yes to another one.",
        place="remediator.daemon.requests.approvals:_consent",
        old="not _names(wanted or '', run.asks_hash)",
        new="False",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="yes-by-who-asked-at-the-door",
        mistake="Who asked for a plan gives the yes to it.",
        place="remediator.daemon.requests.approvals:_refusal",
        old="same is not None",
        new="False",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="yes-by-anybody-at-the-door",
        mistake="Whoever reaches the socket gives the yes to a plan.",
        place="remediator.daemon.requests.approvals:_refusal",
        old="not may_approve(actor)",
        new="False",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="any-beginning-names-a-plan",
        mistake="One character, or none, of a hash names the plan that a yes is for.",
        place="remediator.daemon.requests.approvals:_names",
        old="len(wanted) >= LEAST_OF_A_HASH and whole.startswith(wanted)",
        new="whole.startswith(wanted)",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="restore-accepted-by-anybody",
        mistake="Whoever reaches the socket accepts a store that was put back from a copy.",
        place="remediator.daemon.requests.restores:accept",
        old="asked.actor.uid != 0 and (not asked.actor.may_approve)",
        new="False",
        tests=WHO_TESTS,
    ),
)
