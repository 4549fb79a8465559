"""The kinds of targets: those that every cloud has, and those that integrations declare. Pure.

Invariant: a kind belongs to one integration. An older store may have a target of a kind that nobody declares. Such a
target is read, stands for no unit, and is accounted for by its host alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from remediator.model.targets import CLUSTER, CONTAINER, HOST, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of target: ``NAME/HOST``, and ``cluster/NAME`` for all of its members together."""

    name: str
    of_host: bool = True
    """Whether what follows the kind is the name of a host."""
    member: str | None = None
    """The container that is such a target: ``NAME/H`` stands for ``container/H/MEMBER``."""
    units: Callable[[Target], tuple[str, ...]] | None = None
    """The targets ``container/H/NAME`` whose unit a runbook on such a target acts on; None: that of `member` on each of
    its hosts."""
    aliases: tuple[str, ...] = ()
    """What people call it beside its name, as they ask `explain`."""

    def units_of(self, target: Target) -> tuple[str, ...]:
        if self.units is not None:
            return self.units(target)
        return () if self.member is None else tuple(f"container/{host}/{self.member}" for host in target.hosts)


BASIC = (
    Kind(name=HOST),
    Kind(name=CONTAINER, units=lambda target: (target.text,)),
    Kind(name=CLUSTER, of_host=False),
)
"""The kinds that the core itself knows."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds that there are, by name."""

    declared: Iterable[Kind] = ()
    _by_name: Mapping[str, Kind] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {kind.name: kind for kind in (*BASIC, *self.declared)})

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def of_host(self, name: str) -> bool:
        """Return whether targets of kind `name` are named after a host; False for a kind that nobody declares."""
        kind = self._by_name.get(name)
        return kind is not None and kind.of_host

    def units(self, target: Target) -> tuple[str, ...]:
        """Return the targets ``container/H/NAME`` whose unit a runbook on `target` acts on."""
        kind = self._standing_for(target)
        return () if kind is None else kind.units_of(target)

    def accounts_for(self, parent: Target, child: Target) -> bool:
        """Return whether a problem of `parent` can be the cause of one of `child`: by what stands on what."""
        if parent.text == child.text:
            return True
        if not set(child.hosts) <= set(parent.hosts):
            return False
        if parent.kind == HOST:
            return True
        kind = self._standing_for(parent)
        if parent.kind == CLUSTER and child.kind == parent.name:
            return True
        return child.kind == CONTAINER and kind is not None and child.name == kind.member

    def aliases(self) -> dict[str, frozenset[str]]:
        """Return every word that people may say for a kind, with the others that mean the same."""
        found: dict[str, frozenset[str]] = {}
        for kind in self.declared:
            words = {kind.name, *kind.aliases} if kind.aliases else set()
            found.update({word: frozenset(words - {word}) for word in words})
        return found

    def _standing_for(self, target: Target) -> Kind | None:
        """Return the kind that says what `target` stands for: of a cluster, that of its members."""
        if target.kind != CLUSTER:
            return self._by_name.get(target.kind)
        kind = self._by_name.get(target.name)
        return None if kind in BASIC else kind
