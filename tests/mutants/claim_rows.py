"""Mistakes about another remediator: its claims, its marks, and who it is."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CLAIMS = (
    Mutant(
        name="rival-by-name-of-cloud",
        mistake="Who claimed a host is taken for us when its cloud has our name.",
        file="remediator/runs/claims.py",
        old="    if line.instance == known.us.instance or line.age_s >= RIVAL_S:\n",
        new="    if line.cloud == known.us.cloud or line.age_s >= RIVAL_S:\n",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="copy-of-the-store-is-us",
        mistake="A start that our store knows is taken for a former one of ours, however young its claim.",
        file="remediator/runs/claims.py",
        old="    if line.instance in known.us.former and _made_before(line, came_at, known.started_at):\n",
        new="    if line.instance in known.us.former:\n",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="half-a-group-is-enough",
        mistake="Half of a group that answered the claim is taken for a majority: two claims may meet nowhere.",
        file="remediator/runs/claims.py",
        old="        if len(members & got) <= len(members) // 2:\n",
        new="        if len(members & got) * 2 < len(members):\n",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="mark-is-the-run",
        mistake="Another store's container is put away when its run has the name of ours.",
        file="remediator/integrations/galera/scripts.py",
        old='\'""|"${R%run-*}"run-*) ;; *)',
        new='\'""|*run-*) ;; *)',
        tests="tests/unit/integrations/test_galera_scripts.py",
    ),
    Mutant(
        name="rival-not-minded",
        mistake="Another remediator that claimed a host is known, and the guard does not mind.",
        file="remediator/safety/rivals.py",
        old="    if case.rival is not None:\n",
        new="    if False:\n",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="stranger-not-minded",
        mistake="What another store has set on a host is seen, and the guard does not mind.",
        file="remediator/safety/rivals.py",
        old="    if case.strangers:\n",
        new="    if case.strangers and False:\n",
        tests="tests/unit/safety/test_guards.py",
    ),
)
