"""The mistakes: each a patch of one function, and where it is expected to be caught."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping

from tests import integrations
from tests.mutants.brake_rows import BRAKES
from tests.mutants.claim_rows import CLAIMS
from tests.mutants.evidence_rows import EVIDENCE, READ_BACK
from tests.mutants.guard_rows import GUARDS, MUTES
from tests.mutants.judgement_rows import APPROVALS, EMPTY, JUDGEMENT, LOOKING
from tests.mutants.late_rows import LATE
from tests.mutants.mutant import ROOT, Mutant, OutOfDate
from tests.mutants.restart_rows import JOURNAL, RESTARTS
from tests.mutants.who_rows import WHO

__all__ = ["BY_NAME", "MUTANTS", "ROOT", "Mutant", "OutOfDate"]


def of_technologies() -> Iterator[Mutant]:
    """Give the mistakes that each technology declares beside its tests, technology by technology."""
    for each in sorted(found.name for found in pkgutil.iter_modules(integrations.__path__)):
        name = f"{integrations.__name__}.{each}.mutants"
        if importlib.util.find_spec(name) is not None:
            yield from importlib.import_module(name).MUTANTS


MUTANTS: tuple[Mutant, ...] = (
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
    *of_technologies(),
    *LATE,
    *EVIDENCE,
    *WHO,
    *READ_BACK,
)
BY_NAME: Mapping[str, Mutant] = {each.name: each for each in MUTANTS}
