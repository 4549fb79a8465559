"""The manifests together: what the loaded integrations do, and what all installed ones declare. The core asks here, and
names nobody.

Invariant: what is declared is true whether or not the config names its integration. A member of a quorum is a member,
and state is state, also where nobody watches them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from remediator.model.hosts import Host
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.host_identity import Machine
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.kinds import Kinds
from remediator.model.manifest.services import Service
from remediator.model.messages.replies import HostReply
from remediator.model.messages.signs import Sign
from remediator.model.targets import CLUSTER, CONTAINER, Target
from remediator.model.values import Unknown

ReadMachine = Callable[[HostReply], Machine | Unknown]
EVERY_CHECK = "*"
"""In `explains`: every other check."""


class Manifests(Mapping[str, Integration]):
    """The loaded integrations by name. Built once, by whoever loads them, and handed on."""

    def __init__(
        self,
        loaded: Mapping[str, Integration],
        installed: Mapping[str, Integration] | None = None,
        broken: Mapping[str, str] | None = None,
    ) -> None:
        """`installed`: those that could be loaded too, by name. `broken`: why others cannot be, by name."""
        self._loaded = dict(loaded)
        self.installed: Mapping[str, Integration] = {**(installed or {}), **loaded}
        self.broken: Mapping[str, str] = broken or {}
        declared = sorted(self.installed.values(), key=lambda one: (one.basic, one.name))
        self.kinds = Kinds(tuple(kind for one in declared for kind in one.kinds))
        self.domains: Mapping[str, Domain] = {domain.name: domain for one in declared for domain in one.domains}
        self.services: tuple[Service, ...] = tuple(service for one in declared for service in one.services)
        self.explains: Mapping[str, tuple[str, ...]] = _explains(declared)
        self.containers: tuple[OwnContainer, ...] = tuple(each for one in declared for each in one.containers)
        self.stateful_names: Mapping[str, tuple[str, ...]] = _stateful_names(declared)
        """Integration to the expressions for names of containers that hold state, each said by one of them."""
        self.machine: ReadMachine = read_machine(self._loaded)
        self._signs = [(one, one.signs) for one in self._loaded.values() if one.signs is not None]
        self._domain_of = {name: each for each, domain in self.domains.items() for name in sorted(domain.containers)}
        self._domain_of_kind = {domain.own_kind: name for name, domain in self.domains.items() if domain.own_kind}

    def __getitem__(self, name: str) -> Integration:
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)

    def domain_of(self, target: Target) -> str | None:
        """Return the failure-domain group that `target` belongs to, or stands for, if any."""
        if target.kind == CONTAINER:
            return self._domain_of.get(target.name)
        if target.kind == CLUSTER:
            return target.name if target.name in self.domains else None
        return self._domain_of_kind.get(target.kind)

    def needs_of(self, container: str) -> tuple[Service, ...]:
        """Return the services that `container` cannot do without, the lowest first."""
        return tuple(service for service in self.services if container in service.needed_by)

    def signs(self, reply: HostReply) -> tuple[Sign, ...]:
        """Return the signs of maintenance in one whole reply."""
        return tuple(sign for _, source in self._signs for sign in source.read(reply))

    def signs_together(self, replies: Iterable[HostReply], container: str | None = None) -> tuple[Sign, ...]:
        """Return the signs that show only in several replies together, of `container` or of all."""
        known = list(replies)
        sources = [source.together for _, source in self._signs if source.together is not None]
        return tuple(sign for read in sources for sign in read(known, container))

    def sign_sections(self, host: Host | None) -> tuple[str, ...]:
        """Return the sections in which `host` would show signs; None: a host of which nothing is known."""
        return tuple(
            section
            for one, source in self._signs
            if one.applies is None or host is None or one.applies(host)
            for section in source.sections
        )

    @property
    def stateful(self) -> tuple[str, ...]:
        """The expressions for names of containers that hold state, by whichever integration."""
        return tuple(each for one in self.stateful_names.values() for each in one)

    @property
    def lasting_signs(self) -> frozenset[str]:
        return _united(source.lasting for _, source in self._signs)

    @property
    def momentary_signs(self) -> frozenset[str]:
        return _united(source.momentary for _, source in self._signs)


def read_machine(loaded: Mapping[str, Integration]) -> ReadMachine:
    """Return what reads a host itself out of a reply: the first of `loaded` that can, the basic ones before others.
    UNKNOWN where none can."""
    ordered = sorted(loaded.values(), key=lambda one: (not one.basic, one.name))
    readers = [one.machine for one in ordered if one.machine is not None]
    return readers[0] if readers else lambda _reply: Unknown("nobody_reads_machines")


def _stateful_names(declared: Sequence[Integration]) -> dict[str, tuple[str, ...]]:
    """Return what each integration says: its expressions, and of its own containers those that no expression names."""
    told = "|".join(each for one in declared for each in one.stateful)
    ordered = sorted(declared, key=lambda one: not one.stateful)
    return {
        one.name: (*one.stateful, *(re.escape(own.name) for own in one.containers if not re.fullmatch(told, own.name)))
        for one in ordered
    }


def _united(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset(each for part in parts for each in part)


def _explains(declared: Iterable[Integration]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in declared:
        for check, others in one.explains.items():
            found[check] = (*found.get(check, ()), *others)
    return found
