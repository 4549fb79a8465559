"""What an address, an account and the name of a host may be, wherever they come from: the config or an inventory. Pure.

Each check returns its text, or raises ValueError with a sentence. Names of hosts may have an underscore, which
resolvers take.
"""

from __future__ import annotations

import ipaddress
import re

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+\\-]{0,127}\$?")
_KNOWN_AS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,252}")
_JUMP = re.compile(r"(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:\s\[\]]+)(?::(\d{1,5}))?")


def address(text: str) -> str:
    """Return `text` if it is an IP address, the name of a host, or ``local``. Raise ValueError."""
    if not text:
        raise ValueError("should not be empty")
    if text.startswith("[") and is_ip(text.strip("[]")):
        raise ValueError(f"{text!r}: an IPv6 address stands here without brackets")
    if is_ip(text):
        return text
    if re.fullmatch(r"[0-9.]+", text):
        raise ValueError(f"{text!r} is not an IPv4 address")
    if _NAME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is neither an address nor the name of a host")
    return text


def account(text: str) -> str:
    """Return `text` if it can be the name of an account. Raise ValueError."""
    if not text:
        raise ValueError("should not be empty")
    if _ACCOUNT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not the name of an account")
    return text


def known_as(text: str) -> str:
    """Return `text` if a host can be called so in targets, logs and commands. Raise ValueError."""
    if _KNOWN_AS.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a name for a host (letters, digits, dot, dash, underscore, colon)")
    return text


def jump(text: str) -> tuple[str | None, str, int | None]:
    """Return user, address and port that ``[user@]address[:port]`` names, the address without brackets. Raise
    ValueError."""
    found = _JUMP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not [user@]address[:port]")
    port = int(found[3]) if found[3] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"{text!r}: {port} is not a port")
    if found[2].startswith("[") and not is_ip(found[2].strip("[]")):
        raise ValueError(f"{text!r}: {found[2]} is not an IPv6 address")
    return found[1], address(found[2].strip("[]")), port


def is_ip(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def canonical(text: str) -> str:
    """Return the one spelling of an address or name: small letters, IPv6 in its short form, a mapped IPv4 as IPv4."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text.lower().rstrip(".")
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found)
