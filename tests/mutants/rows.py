"""The mistakes: each a patch of one function, and where it is expected to be caught."""

from __future__ import annotations

from collections.abc import Mapping

from tests.builders import technologies
from tests.mutants.brake_rows import BRAKES
from tests.mutants.claim_rows import CLAIMS
from tests.mutants.evidence_rows import EVIDENCE, READ_BACK
from tests.mutants.guard_rows import GUARDS, MUTES
from tests.mutants.judgement_rows import APPROVALS, EMPTY, JUDGEMENT, LOOKING
from tests.mutants.late_rows import LATE
from tests.mutants.mutant import ROOT, Mutant, OutOfDate
from tests.mutants.restart_rows import JOURNAL, RESTARTS
from tests.mutants.who_rows import WHO

__all__ = ["BY_NAME", "CORE", "MUTANTS", "OF_TECHNOLOGIES", "ROOT", "Mutant", "OutOfDate"]


CORE: tuple[Mutant, ...] = (
    *GUARDS,
    *MUTES,
    *RESTARTS,
    *JOURNAL,
    *JUDGEMENT,
    *EMPTY,
    *APPROVALS,
    *LOOKING,
    *BRAKES,
    *CLAIMS,
    *LATE,
    *EVIDENCE,
    *WHO,
    *READ_BACK,
)
"""Those of every cloud."""
OF_TECHNOLOGIES: Mapping[str, tuple[Mutant, ...]] = {
    name: brought.MUTANTS for name, brought in technologies.bringing("mutants").items()
}
"""Those that each technology declares beside its tests."""
MUTANTS: tuple[Mutant, ...] = (*CORE, *(mutant for rows in OF_TECHNOLOGIES.values() for mutant in rows))
BY_NAME: Mapping[str, Mutant] = {each.name: each for each in MUTANTS}
