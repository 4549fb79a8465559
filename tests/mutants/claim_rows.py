"""Mistakes about another remediator: its claims, its marks, and who it is."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CLAIMS = (
    Mutant(
        name="rival-by-name-of-cloud",
        mistake="Who claimed a host is taken for us when its cloud has our name.",
        place="remediator.runs.claims:_is_rival",
        old="line.instance == known.us.instance",
        new="line.cloud == known.us.cloud",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="copy-of-the-store-is-us",
        mistake="A start that our store knows is taken for a former one of ours, however young its claim.",
        place="remediator.runs.claims:_is_rival",
        old="line.instance in known.us.former and _made_before(line, came_at, known.started_at, LATE_S)",
        new="line.instance in known.us.former",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="former-claim-not-waited-out",
        mistake="A claim of a former start that was on its way is not waited out: a command of it may leave "
        "beside ours.",
        place="remediator.runs.claims:fading",
        old="line.age_s - CLOCK_S < VALID_S",
        new="False",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="half-a-group-is-enough",
        mistake="Half of a group that answered the claim is taken for a majority: two claims may meet nowhere.",
        place="remediator.runs.claims:missing",
        old="len(members & got) <= len(members) // 2",
        new="len(members & got) * 2 < len(members)",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="rival-not-minded",
        mistake="Another remediator that claimed a host is known, and the guard does not mind.",
        place="remediator.safety.guards.rivals:refusal",
        old="case.rival is not None",
        new="False",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="stranger-not-minded",
        mistake="What another store has set on a host is seen, and the guard does not mind.",
        place="remediator.safety.guards.rivals:refusal",
        old="""
            if case.strangers:
                ...
        """,
        new="""
            if case.strangers and False:
                ...
        """,
        tests="tests/unit/safety/test_guards.py",
    ),
)
