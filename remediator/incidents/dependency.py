"""Which problem explains which: a host that is down explains its containers, a lost cluster explains its members.

Invariant: the parent of a suppressed child is itself a problem now (SOFT is enough). It stands on all hosts of the
child, and it is not a child of that child. Suppression never closes an incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from remediator.model.manifest.together import EVERY_CHECK, Manifests
from remediator.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A check and a target that are not OK now."""

    check: str
    target: Target
    incident: str


def explains(parent_check: str, child_check: str, by_rules: Mapping[str, frozenset[str]], known: Manifests) -> bool:
    """Return whether problems of `parent_check` explain those of `child_check`, as a manifest or a rule's ``explains``
    says."""
    if parent_check == child_check:
        return False
    if _explains_all(parent_check, known) or child_check in known.explains.get(parent_check, ()):
        return True
    return child_check in by_rules.get(parent_check, frozenset())


def _explains_all(check: str, known: Manifests) -> bool:
    return EVERY_CHECK in known.explains.get(check, ())


def parent_of(
    check: str,
    target: Target,
    problems: Iterable[Problem],
    by_rules: Mapping[str, frozenset[str]],
    known: Manifests,
) -> Problem | None:
    """Return the problem that explains (check, target), the widest first; None when no problem does."""
    found = [
        problem
        for problem in problems
        if explains(problem.check, check, by_rules, known)
        and known.kinds.accounts_for(problem.target, target)
        and not explains(check, problem.check, by_rules, known)
    ]
    return max(found, key=lambda p: (_explains_all(p.check, known), len(p.target.hosts), p.incident), default=None)
