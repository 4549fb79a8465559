"""Which host of the inventory a name from outside means: one that Nagios, a person or a config of ours writes. Pure.

Invariant: a name means one host or none. The case of its letters, a final dot, and the spelling of an address never
matter.
What people wrote (a declared alias, then inventory names and addresses) goes before what a host says of itself. A
host's word
never takes a name that the inventory gives to another host. Where two hosts fit, none is meant.

Names without a domain are compared with first labels. A name with a domain means a host with a short name only where
nothing
known contradicts that domain: see `_in_domain`.
"""

from __future__ import annotations

import ipaddress
import string
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from remediator.model.hosts import Host
from remediator.model.manifest.kinds import Kinds

LOOPBACK = "localhost"
PLACEHOLDERS = frozenset({"localdomain", "localhost", "novalocal", "openstacklocal"})
"""Domains that installers give to a host that was told none (Red Hat's default, cloud-init's for OpenStack and EC2
images)."""
DECLARE = "declare what it means under inventory.aliases in the config (NAME: HOST), or take it out of what is sent"
MOST_SHOWN = 5

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a name means: `host`, or None with `why`, a sentence, and the hosts that it could have meant.

    `ambiguous`: several hosts are called so; else a name with candidates is foreign, and only looks like theirs.
    `guessed`: only
    the first label fits, and nothing is known of domains.
    """

    host: str | None
    why: str = ""
    candidates: tuple[str, ...] = ()
    ambiguous: bool = False
    guessed: bool = False

    @property
    def told(self) -> str:
        """Why it means no host, and which hosts it could have meant."""
        could = f"; it could be {' or '.join(self.candidates[:MOST_SHOWN])}" if self.candidates else ""
        return f"{self.why}{could}"


def canonical(name: str) -> str:
    """Return the one spelling of `name`: an address in its shortest form, IPv4 in IPv6 as IPv4; else lower case, no
    final dot."""
    bare = name.strip().removesuffix(".").translate(_LOWER)
    address = _address(bare.removeprefix("[").removesuffix("]") if bare.startswith("[") else bare)
    return bare if address is None else str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return found if mapped is None else mapped


def is_loopback(key: str) -> bool:
    """Return whether the canonical `key` names whoever says it, and so no host to anybody else."""
    address = _address(key)
    return key.split(".", 1)[0] == LOOPBACK if address is None else address.is_loopback or address.is_unspecified


def _is_name(key: str) -> bool:
    """Return whether the canonical `key` has labels: neither an address nor what only looks like one
    (``192.0.2.011``)."""
    return bool(key) and _address(key) is None and ":" not in key and not key.rsplit(".", 1)[-1].isdigit()


def _label(key: str) -> str:
    return key.split(".", 1)[0]


def _domain(key: str) -> str:
    return key.partition(".")[2]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one host: the names that people gave it, and those that it gives itself."""

    written: frozenset[str]
    said: frozenset[str] = frozenset()

    @property
    def declared_domains(self) -> frozenset[str]:
        return frozenset(_domain(key) for key in self.written if _is_name(key) and _domain(key))

    @property
    def said_domains(self) -> frozenset[str]:
        return frozenset(domain for key in self.said if (domain := _domain(key)) and domain not in PLACEHOLDERS)


@dataclass
class Names:
    """The index over one snapshot of the inventory. `said`: host to the names by which it calls itself."""

    hosts: Mapping[str, Host]
    aliases: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._declared = {canonical(name): host for name, host in self.aliases.items() if host in self.hosts}
        written = {host.name: _written(host) for host in self.hosts.values()}
        self._written = _owners(written)
        declared: dict[str, set[str]] = defaultdict(set)
        for key, host in self._declared.items():
            declared[host].add(key)
        people = {host: keys | declared[host] for host, keys in written.items()}
        self._labels = _owners({host: {_label(key) for key in keys if _is_name(key)} for host, keys in people.items()})
        said = {host: self._believed(host, people[host]) for host in self.hosts}
        self._said = _owners(said)
        self._said_labels = _owners({host: {_label(key) for key in keys} for host, keys in said.items()})
        self._known = {host: _Known(written=frozenset(people[host]), said=frozenset(said[host])) for host in self.hosts}
        self._domains = frozenset(
            domain for known in self._known.values() for domain in (*known.declared_domains, *known.said_domains)
        )

    def _believed(self, host: str, own: set[str]) -> set[str]:
        """Return which of the names that `host` gives itself are believed: none that people gave to another host."""
        own_labels = {_label(key) for key in own if _is_name(key)}
        found = set()
        for name in self.said.get(host, ()):
            key = canonical(name)
            if not _is_name(key) or is_loopback(key) or _domain(key) in PLACEHOLDERS:
                continue
            others = self._written.get(key, set()) - {host}
            of_another = _label(key) in self._labels and _label(key) not in own_labels
            if not others and not of_another and self._declared.get(key, host) == host:
                found.add(key)
        return found

    def disbelieved(self, host: str, said: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of the names that `host` gives itself that the inventory gives to another host."""
        found = [canonical(name) for name in said if _is_name(canonical(name))]
        return tuple(key for key in found if host not in self._labels.get(_label(key), {host}))

    def owners(self, name: str) -> set[str]:
        """Return the hosts to which the inventory gives exactly this name or address."""
        return self._written.get(canonical(name), set())

    # asking -----------------------------------------------------------------------------------------------------------

    def host(self, name: str) -> str | None:
        """Return the host that `name` means; None when it means none, or could mean several."""
        return self.meant(name).host

    def meant(self, name: str) -> Meant:
        """Return what `name` means, with the reason when it is no host."""
        key = canonical(name)
        if key in self._declared:
            return Meant(host=self._declared[key])
        if is_loopback(key):
            return Meant(host=None, why=f"{key or 'the name'} is what every machine calls itself")
        if (owners := self._written.get(key)) is not None:
            return _one_of(owners, "several hosts of the inventory have this name or address")
        if not _is_name(key):
            return Meant(host=None, why="no host has this name or address")
        return self._with_domain(key) if _domain(key) else self._short(key)

    def _short(self, key: str) -> Meant:
        owners = self._labels.get(key) or self._said_labels.get(key)
        return _one_of(owners or set(), f"several hosts have {key} as first label")

    def _with_domain(self, key: str) -> Meant:
        if (owners := self._said.get(key)) is not None:
            return _one_of(owners, "several hosts say that this is their name")
        label, domain = _label(key), _domain(key)
        near = self._labels.get(label, set())
        fitting = {host for host in near if label in self._known[host].written and self._in_domain(host, domain)}
        if fitting or not near:
            return replace(
                _one_of(fitting, f"several hosts are called {label}"), guessed=bool(fitting) and not self._domains
            )
        return Meant(
            host=None, why=f"no host called {label} is known to be in {domain}", candidates=tuple(sorted(near))
        )

    def _in_domain(self, host: str, domain: str) -> bool:
        """Return whether `host`, known by a short name, may be in `domain`.

        The only domain that people gave it decides, else those that it says of itself: a name in one of them would have
        been
        found as such. Of a host of which none is known, those of the other hosts decide, and where there are none,
        nothing does.
        """
        known = self._known[host]
        if known.declared_domains:
            return known.declared_domains == {domain}
        if known.said_domains:
            return False
        return not self._domains or domain in self._domains

    def target(self, text: str, kinds: Kinds) -> str:
        """Return the target `text` with the inventory's own name of its host; as it is when it names none of ours.

        A host of the inventory that is written exactly as there is always itself, whatever else is called so.
        """
        kind, _, rest = text.partition("/")
        if not kinds.of_host(kind) or not rest:
            return text
        name, slash, more = rest.partition("/")
        return f"{kind}/{self.exact(name) or name}{slash}{more}"

    def doubt(self, text: str) -> str:
        """Return why the host in the target `text` means none of ours, in words to put behind a sentence; "" when it
        means one."""
        name = text.partition("/")[2].partition("/")[0]
        if not name or self.exact(name) is not None:
            return ""
        meant = self.meant(name)
        return f" ({name}: {meant.told})" if meant.candidates else ""

    def exact(self, name: str) -> str | None:
        """Return the host that a person means by `name`: the one that is written so, else as `host`."""
        return name if name in self.hosts else self.host(name)


def _written(host: Host) -> set[str]:
    return {canonical(name) for name in (host.name, host.address, host.api_address) if name}


def _owners(names: Mapping[str, set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for host, keys in names.items():
        for key in keys:
            found[key].add(host)
    return dict(found)


def _one_of(owners: set[str], why: str) -> Meant:
    names = tuple(sorted(owners))
    if len(names) == 1:
        return Meant(host=names[0])
    if not names:
        return Meant(host=None, why="no host has this name or address")
    return Meant(host=None, why=why, candidates=names, ambiguous=True)
