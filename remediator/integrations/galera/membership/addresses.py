"""One spelling for each address, however somebody wrote it: brackets, capitals, zeros, zones and ports are not part of
who it is. Pure.

Invariant: two texts have an equal canonical form only when they are the same address. A name has none: what it means is
asked on the host that uses it (`remote_who.py`), never here. Sources: RFC 4291 and 5952 (IPv6), RFC 4291 2.5.5.2
(mapped IPv4 addresses).
"""

from __future__ import annotations

import functools
import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = 128
"""No address is longer, with its zone."""


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> Address | None:
    bare = text.strip().removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return found if mapped is None else mapped


def parse(text: str) -> Address | None:
    """Return the address that `text` is, without brackets and zone, a mapped one as IPv4; None for a name."""
    return _parsed(text) if len(text) <= LONGEST else None


def canonical(text: str) -> str | None:
    """Return the one spelling of the address that `text` is; None for a name."""
    found = parse(text)
    return None if found is None else str(found)


def name(text: str) -> str:
    """Return a host name as names are compared: in small letters, without the dot at its end."""
    return text.strip().lower().rstrip(".")


def readings(text: str) -> tuple[str, ...]:
    """Return every address that an entry of wsrep_cluster_address may mean; empty for a name.

    Without brackets nobody can tell whether the last part of ``2001:db8::6:4567`` is a port: both are returned.
    """
    whole = canonical(text)
    if whole is None:
        return ()
    head, colon, port = text.strip().rpartition(":")
    without = canonical(head) if colon and port.isdigit() and not text.strip().startswith("[") else None
    return (whole,) if without is None else (whole, without)


def is_any(text: str) -> bool:
    """Return whether `text` is the address of nobody (``0.0.0.0``, ``::``): as a list of members it is an empty one
    (gcomm's start_prim)."""
    found = parse(text)
    return found is not None and found.is_unspecified


def is_loopback(text: str) -> bool:
    """Return whether `text` is an address by which a host reaches itself."""
    found = parse(text)
    return found is not None and found.is_loopback


def is_local(text: str) -> bool:
    """Return whether `text` is an address that every host has: loopback, link-local, multicast or none at all."""
    found = parse(text)
    return found is not None and (
        found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast
    )
