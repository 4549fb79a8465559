"""The members of the group, each machine once, whatever the inventory calls it. Pure.

Invariant: two names are one member only when their hosts prove it. Proof is the same boot id and the same machine id,
or the same process in the group (wsrep_gcomm_uuid). A cloned machine id alone proves nothing, and neither does a text.
Where two machines are proven, and one process answers for both over SQL, nobody knows whose answer that is. Both are
UNKNOWN, for the address that was dialled is not theirs alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.integrations.galera.facts.member import Member, Status, member
from remediator.integrations.galera.membership.identity import Who
from remediator.model.content.judging import Evidence
from remediator.model.values import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`every` has a member for each name of the inventory, `members` one for each machine, under its first name."""

    every: Mapping[str, Member]
    members: Mapping[str, Member]
    named_twice: tuple[tuple[str, ...], ...]
    """The names of each machine that the inventory has more than one name for."""

    def others(self, host: str) -> tuple[Member, ...]:
        """Return the members besides the one that `host` names."""
        mine = next((names for names in self.named_twice if host in names), (host,))
        return tuple(one for name, one in self.members.items() if name not in mine)

    def twins(self, host: str) -> str | None:
        """Return in words that `host` is named more than once; None when it is not."""
        names = next((names for names in self.named_twice if host in names), None)
        return None if names is None else sentence(names)


def of(evidence: Evidence) -> Group:
    """Return the members on the hosts of `evidence`."""
    every = {host: member(host, evidence.reply(host)) for host in evidence.hosts}
    every = {host: _believed(one, every) for host, one in every.items()}
    machines: list[list[str]] = []
    for host, one in every.items():
        known = next((names for names in machines if any(_same(every[name], one) for name in names)), None)
        if known is None:
            machines.append([host])
        else:
            known.append(host)
    return Group(
        every=every,
        members={names[0]: every[names[0]] for names in machines},
        named_twice=tuple(tuple(names) for names in machines if len(names) > 1),
    )


def sentence(names: Sequence[str]) -> str:
    """Return what is wrong with an inventory that has several names for one machine, and the remedy."""
    first, *rest = names
    return f"{first} and {', '.join(rest)} are one machine: keep one of these names in the inventory"


def _same(one: Member, other: Member) -> bool:
    apart = _apart(one, other)
    return apart is False or (apart is None and _one_process(one, other))


def _one_process(one: Member, other: Member) -> bool:
    first, second = _process(one), _process(other)
    return first is not None and first == second


def _process(one: Member) -> str | None:
    return one.status.gcomm_uuid if isinstance(one.status, Status) else None


def _apart(one: Member, other: Member) -> bool | None:
    """Return whether two machines are proven, False: one is; None: neither."""
    machines = _equal(_machine(one), _machine(other))
    boots = _equal(one.boot_id, other.boot_id)
    if machines is False or boots is False:
        return True
    return False if machines and boots else None


def _equal(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other


def _machine(one: Member) -> str | None:
    return one.who.machine if isinstance(one.who, Who) else None


def _believed(one: Member, every: Mapping[str, Member]) -> Member:
    """Return `one` as it is, or without its answer where the same process answers for a machine that is proven to be
    another one."""
    rival = next((other.host for other in every.values() if _one_process(one, other) and _apart(one, other)), None)
    if rival is None:
        return one
    return dataclasses.replace(one, status=Unknown(f"sql_shared:{rival}"), sql="shared")
