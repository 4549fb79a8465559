"""Who is connected to the members' group port, and whom their configuration names: members, by what they say of
themselves, or strangers. Pure.

Invariant: one member's word proves a stranger; that there is no stranger needs the word of every reached member (GB-2,
GB-9). An address is a member's when its own host says so now. Of a host that was not reached, it is a member's when the
host last said so (`watermark.stored`). While a member has not said which addresses are its own, an address that nobody
owns may be that member's, and is UNKNOWN. An address that two machines have (a virtual address, a bridge of an engine)
tells nobody apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.integrations.galera.facts.launch import Launch
from remediator.integrations.galera.facts.member import Member
from remediator.integrations.galera.membership import addresses
from remediator.integrations.galera.membership.identity import Who
from remediator.model.kleene import Truth, all_of, any_of
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown

Replies = Mapping[str, HostReply | None]
Named = frozenset[str] | Unknown | None
"""The members that somebody is; None: a stranger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Which addresses and names are whose, by host."""

    owners: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    silent: tuple[str, ...]
    """Members that have not said which addresses are theirs."""

    def of_address(self, *readings: str) -> Named:
        """Return whose the address is, which may be read in each of these ways."""
        found = frozenset().union(*(self.owners.get(one, frozenset()) for one in readings))
        if len(found) > 1:
            return Unknown(f"{readings[0]} is an address of {' and '.join(sorted(found))}")
        return found or self._nobody(readings[0])

    def of_name(self, name: str) -> Named:
        found = self.names.get(name, frozenset())
        if len(found) > 1:
            return Unknown(f"{name} is a name of {' and '.join(sorted(found))}")
        return found or self._nobody(name)

    def _nobody(self, text: str) -> Unknown | None:
        return Unknown(f"{text} may be {self.silent[0]}, which has not said who it is") if self.silent else None


def directory(seen: Mapping[str, Member], before: Mapping[str, frozenset[str]]) -> Directory:
    """Return what the members of `seen` say of themselves; `before`: the addresses that each told when it was last seen
    well."""
    owners: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    silent = []
    for host, one in seen.items():
        told = one.who
        if isinstance(told, Unknown):
            own = before.get(host, frozenset())
        else:
            own = told.own | (before.get(host, frozenset()) if isinstance(told.addresses, Unknown) else frozenset())
            for name in told.names:
                names.setdefault(name, set()).add(host)
        for address in own:
            owners.setdefault(address, set()).add(host)
        if (isinstance(told, Unknown) or isinstance(told.addresses, Unknown)) and host not in before:
            silent.append(host)
    return Directory(
        owners={address: frozenset(hosts) for address, hosts in owners.items()},
        names={name: frozenset(hosts) for name, hosts in names.items()},
        silent=tuple(silent),
    )


def elsewhere(seen: Mapping[str, Member], replies: Replies, known: Directory) -> Truth:
    """Return whether somebody who is no member is connected at the group's port: it may be in a Primary component."""
    return any_of(_strangers(seen[host], known) for host in _reached(seen, replies))


def _strangers(one: Member, known: Directory) -> Truth:
    if isinstance(one.launch, Unknown):
        return one.launch
    if isinstance(one.launch.peers, Unknown):
        return one.launch.peers
    return any_of(_stranger(peer, known) for peer in one.launch.peers)


def _stranger(peer: str, known: Directory) -> Truth:
    address = addresses.canonical(peer) or peer
    found = known.of_address(address)
    if found is None and addresses.is_local(peer):
        return Unknown(f"somebody on the host itself is connected by {address}")
    return found if isinstance(found, Unknown) else found is None


def addresses_match(seen: Mapping[str, Member], replies: Replies, known: Directory) -> Truth:
    """Return whether wsrep_cluster_address on every reached member names exactly the members. A group of one may name
    nobody."""
    reached = _reached(seen, replies)
    return all_of(_names_all(seen[host], seen, known) for host in reached) if reached else Unknown("no_member_reached")


def _names_all(one: Member, seen: Mapping[str, Member], known: Directory) -> Truth:
    listed = one.launch.listed if isinstance(one.launch, Launch) else one.launch
    if listed is None or isinstance(listed, Unknown):
        return False if listed is None else listed
    if not listed:
        return len(seen) == 1
    found = [_meant(entry, one, known) for entry in listed]
    if None in found:
        return False
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    named = frozenset().union(*(each for each in found if isinstance(each, frozenset)))
    if unknown is None and not set(seen) - named:
        return True
    return False if unknown is None else unknown


def names_nobody(seen: Mapping[str, Member], replies: Replies) -> Truth:
    """Return whether wsrep_cluster_address of a reached member names nobody: at each start it makes itself a Primary
    component."""
    launches = [seen[host].launch for host in _reached(seen, replies)]
    return any_of(one if isinstance(one, Unknown) else one.names_nobody for one in launches)


def _reached(seen: Mapping[str, Member], replies: Replies) -> Sequence[str]:
    """Return the hosts that answered: of any other one nothing is proven anyway."""
    return [host for host in seen if (reply := replies.get(host)) is not None and reply.reach is Reach.OK]


def _meant(entry: str, by: Member, known: Directory) -> Named:
    """Return whom an entry of the list of `by` means, as the host of `by` resolves it."""
    readings = addresses.readings(entry)
    if readings:
        return known.of_address(*readings)
    name = addresses.name(entry)
    told = by.who.resolved.get(name, ()) if isinstance(by.who, Who) else ()
    if told is None:
        claimed = known.of_name(name)
        return claimed if isinstance(claimed, frozenset) else Unknown(f"{name} was not resolved in time on {by.host}")
    if not told:
        return known.of_name(name)
    found: set[str] = set()
    for address in told:
        whose = known.of_address(address)
        if not isinstance(whose, frozenset) and addresses.is_loopback(address):
            whose = frozenset({by.host})
        if whose is None and isinstance(known.of_name(name), frozenset):
            return Unknown(f"{name} is {address} on {by.host}, which is no address of the member of that name")
        if not isinstance(whose, frozenset):
            return whose
        found |= whose
    return frozenset(found)
