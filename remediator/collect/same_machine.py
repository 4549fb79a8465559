"""Which names of the inventory are one machine: names whose replies have one boot id and one machine id.

Invariants. Both ids together count: clones share a machine id, and containers on one kernel share a boot id. An id that
is not known makes two names neither one machine nor two.

A name leaves its machine only when its newest reply contradicts all others there and each of them was asked again
since. One reboot is seen by two names at two moments. Owned by the loop thread; no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remediator.model.manifest.together import ReadMachine
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant
from remediator.model.values import Unknown

Ids = tuple[str, str]
"""Boot id and machine id of one reply."""


@dataclass(frozen=True, slots=True)
class _Seen:
    ids: Ids
    asked_at: Instant


def ids_of(reply: HostReply, read: ReadMachine) -> Ids | None:
    """Return both ids in `reply`, the machine's by `read`; None when one of them is not known."""
    if reply.reach is not Reach.OK or not reply.boot_id:
        return None
    found = read(reply)
    return None if isinstance(found, Unknown) or found.machine_id is None else (reply.boot_id, found.machine_id)


class Machines:
    """Takes replies; tells which names are one machine. Only machines with several names are kept."""

    def __init__(self, read: ReadMachine) -> None:
        self._read = read
        self._seen: dict[str, _Seen] = {}
        self._named: dict[Ids, set[str]] = {}
        self._of: dict[str, set[str]] = {}
        """Name to the names of its machine, itself included: one set, shared by all of them."""
        self._doubted: dict[str, Instant] = {}
        """Name to when the first reply was asked for that contradicts all other names of its machine."""

    @property
    def twice(self) -> frozenset[tuple[str, ...]]:
        """The machines with several names: their names, sorted."""
        return frozenset(tuple(sorted(names)) for names in {id(names): names for names in self._of.values()}.values())

    def restore(self, machines: Iterable[Iterable[str]]) -> None:
        """Take over the machines that were known before this daemon started. They stand until a reply contradicts
        them."""
        for names in machines:
            self._join(set(names))

    def take(self, reply: HostReply) -> None:
        """Take one reply, newer than all earlier ones of its host."""
        ids, host = ids_of(reply, self._read), reply.host
        if ids is None:
            return
        self._unsee(host)
        self._seen[host] = _Seen(ids, reply.asked_at)
        named = self._named.setdefault(ids, set())
        named.add(host)
        if len(named) > 1 and not named <= self._of.get(host, set()):
            self._join(named)
        if host in self._of:
            self._doubt(host)

    def _join(self, names: set[str]) -> None:
        whole = set(names).union(*(self._of[name] for name in names if name in self._of))
        for name in whole:
            self._of[name] = whole

    def _doubt(self, host: str) -> None:
        """Note who contradicts the machine of `host`, which was just seen, and let go of names that did so for long
        enough."""
        names = self._of[host]
        self._doubted.setdefault(host, self._seen[host].asked_at)
        for name in names & self._doubted.keys():
            if len(self._named[self._seen[name].ids] & names) > 1:
                del self._doubted[name]
        for name in sorted(names & self._doubted.keys()):
            since = self._doubted.get(name)
            if since is not None and all(self._asked_since(other, since) for other in names):
                self._leave(name)

    def _asked_since(self, name: str, since: Instant) -> bool:
        seen = self._seen.get(name)
        return seen is not None and not since.after(seen.asked_at)

    def _leave(self, name: str) -> None:
        names = self._of.pop(name)
        names.discard(name)
        alone = {name, *names} if len(names) == 1 else {name}
        for each in alone:
            self._of.pop(each, None)
            self._doubted.pop(each, None)

    def names(self, host: str) -> tuple[str, ...]:
        """Return all names of the machine that is called `host`, sorted; none when the machine has this name alone."""
        return tuple(sorted(self._of.get(host, ())))

    def forget(self, hosts: Iterable[str]) -> None:
        """Drop names that left the inventory."""
        for host in hosts:
            self._unsee(host)
            if host in self._of:
                self._leave(host)

    def _unsee(self, host: str) -> None:
        seen = self._seen.pop(host, None)
        if seen is not None:
            self._named[seen.ids].discard(host)
            if not self._named[seen.ids]:
                del self._named[seen.ids]
