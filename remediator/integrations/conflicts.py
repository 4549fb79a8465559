"""Whether what a manifest declares is its own to declare. Pure.

Invariant: a name, of a section, a kind of target, a domain, a service, a container or a remedy, belongs to one
integration.
"""

from __future__ import annotations

from collections.abc import Iterable

from remediator.model.manifest.integration import Integration
from remediator.model.manifest.kinds import BASIC


def of(name: str, one: object, others: Iterable[Integration]) -> str | None:
    """Return why the manifest `one` of the package `name` cannot stand beside `others`; None when it can."""
    if not isinstance(one, Integration):
        return f"its build() gives a {type(one).__name__} and no Integration"
    if one.name != name:
        return f"its manifest is called {one.name}"
    before = tuple(others)
    return _foreign(one) or _twice(one, before) or _undeclared(one, before) or _expressions(one) or _no_content(one)


def _foreign(one: Integration) -> str | None:
    """Return which assessment or action has not the name of its integration before its dot."""
    named = [("assessment", spec.name) for spec in one.assessments] + [("action", spec.name) for spec in one.actions]
    for what, name in named:
        if not name.startswith(f"{one.name}."):
            return f"its {what} {name} is not called {one.name}.NAME"
    return None


def _declared(one: Integration) -> dict[str, set[str]]:
    return {
        "section": {kind.name for kind in one.section_kinds},
        "kind of target": {kind.name for kind in one.kinds},
        "failure domain": {domain.name for domain in one.domains},
        "container of a failure domain": {name for domain in one.domains for name in domain.containers},
        "service": {service.name for service in one.services},
        "container": {each.name for each in one.containers},
        "remedy": set(one.remedies),
    }


def _twice(one: Integration, others: Iterable[Integration]) -> str | None:
    mine = _declared(one)
    if basic := sorted(mine["kind of target"] & {kind.name for kind in BASIC}):
        return f"every cloud has the kind of target {basic[0]}"
    for other in others:
        theirs = _declared(other)
        for what, names in mine.items():
            if shared := sorted(names & theirs[what]):
                return f"integration {other.name} has the {what} {shared[0]!r} too"
    return None


def _undeclared(one: Integration, others: Iterable[Integration]) -> str | None:
    """Return which assessment or action is of a kind of target that nobody declares."""
    kinds = {kind.name for each in (one, *others) for kind in each.kinds} | {kind.name for kind in BASIC}
    used = [(spec.name, spec.target_kind) for spec in one.assessments]
    used += [(spec.name, kind) for spec in one.actions for kind in spec.target_kinds]
    return next(
        (
            f"{name} is of the kind of target {kind!r}, which nobody declares"
            for name, kind in used
            if kind not in kinds
        ),
        None,
    )


def _expressions(one: Integration) -> str | None:
    """Return that it speaks for containers that are not its own, which is for those that every cloud has."""
    return (
        None
        if one.basic or not one.stateful
        else "only a basic one has `stateful`: name its containers in `containers`"
    )


def _no_content(one: Integration) -> str | None:
    return (
        None if one.content is None or one.content.is_dir() else f"there is no directory {one.content} for its content"
    )
