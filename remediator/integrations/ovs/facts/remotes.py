"""Where an OVSDB connection leads, however somebody wrote it: ``tcp:[2001:db8::1]:6642,ssl:10.0.0.1:6642``. Pure.

Invariant: two remotes are equal only when they lead to the same place. Each address has one spelling, without brackets,
capitals and leading zeros. A zone stays, for it says which link. A name has no address here: it is compared as a name.
What is none of the known forms is UNKNOWN. Sources: ovsdb(7), "Active OVSDB Connections" and "Passive OVSDB
Connections"; RFC 4291 2.5.5.2 and RFC 5952 for the spelling of addresses; ovn-controller(8) for several remotes.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import dataclass

from remediator.model.values import Unknown

MOST_REMOTES = 64
MOST_CHARS = 4096
PORT = 6640
"""The port of OVSDB where none is given (RFC 7047, section 7)."""
ACTIVE, PASSIVE, LOCAL = ("tcp", "ssl"), ("ptcp", "pssl"), ("unix", "punix")
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})")
_ZONE = re.compile(r"[A-Za-z0-9_.:@-]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One place: ``tcp`` and ``ssl`` with `host` and `port`, ``unix`` with `path`; ``ptcp``, ``pssl`` and ``punix``
    listen."""

    protocol: str
    host: str | None = None
    """An address in its one spelling, or a name in small letters; None: every address (of ``ptcp``), or no host."""
    port: int | None = None
    path: str | None = None
    literal: bool = True
    """`host` is an address; False: a name, which only a resolver can tell."""

    @property
    def text(self) -> str:
        """The remote as the daemons write it."""
        if self.path is not None:
            return f"{self.protocol}:{self.path}"
        host = f"[{self.host}]" if self.host is not None and ":" in self.host else self.host
        if self.protocol in PASSIVE:
            return f"{self.protocol}:{self.port}" + (f":{host}" if host else "")
        return f"{self.protocol}:{host}:{self.port}"


def remotes(text: str) -> tuple[Remote, ...] | Unknown:
    """Return the remotes that `text` lists, in its order; UNKNOWN when one of them has no known form, or there are too
    many."""
    if len(text) > MOST_CHARS:
        return Unknown("remotes: too long")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_REMOTES:
        return Unknown("remotes: too many")
    found = [remote(part) for part in parts]
    known = tuple(one for one in found if one is not None)
    return known if known and len(known) == len(parts) else Unknown("remotes: not of a known form")


@functools.lru_cache(maxsize=4096)
def remote(text: str) -> Remote | None:
    """Return the remote that `text` is; None when it is of no known form."""
    protocol, colon, rest = text.strip().partition(":")
    if not colon or not rest:
        return None
    if protocol in LOCAL:
        return Remote(protocol=protocol, path=rest) if rest.isprintable() and len(rest) <= 200 else None
    if protocol in PASSIVE:
        port, _, where = rest.partition(":")
        return _at(protocol, where or None, port)
    if protocol not in ACTIVE:
        return None
    where, port = _divided(rest)
    return _at(protocol, where, port)


def same(text: str, other: str) -> bool:
    """Return whether both texts list the same remotes, in whatever order: a client takes any of them."""
    mine, others = remotes(text), remotes(other)
    if isinstance(mine, Unknown) or isinstance(others, Unknown):
        return text.strip() == other.strip()
    return set(mine) == set(others)


def _divided(rest: str) -> tuple[str, str]:
    """Return host and port of ``HOST:PORT``, ``[HOST]:PORT`` or ``HOST``. An IPv6 address stands in brackets: without
    them the daemons take the last part for one of the address (openvswitch lib/socket-util.c)."""
    if rest.startswith("["):
        host, bracket, port = rest.partition("]")
        return (host + bracket, port[1:] if port.startswith(":") else (port or str(PORT)))
    host, _, port = rest.partition(":")
    return host, port or str(PORT)


def _at(protocol: str, where: str | None, port: str) -> Remote | None:
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 <= int(port) < 65536):
        return None
    if where is None:
        return Remote(protocol=protocol, port=int(port))
    host = address(where)
    if host is not None:
        return Remote(protocol=protocol, host=host, port=int(port))
    name = where.lower().rstrip(".")
    if ":" in name or _NAME.fullmatch(name) is None:
        return None
    return Remote(protocol=protocol, host=name, port=int(port), literal=False)


@functools.lru_cache(maxsize=4096)
def address(text: str) -> str | None:
    """Return the one spelling of the address that `text` is, an IPv4 one where it is mapped; None for anything else.
    The zone of a link-local address stays."""
    bare = text.strip()
    if bare.startswith("[") != bare.endswith("]"):
        return None
    bare, percent, zone = bare.removeprefix("[").removesuffix("]").partition("%")
    if len(bare) > 64 or (percent and _ZONE.fullmatch(zone) is None):
        return None
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if mapped is not None:
        return str(mapped)
    return f"{found}%{zone}" if percent and found.is_link_local else str(found)
