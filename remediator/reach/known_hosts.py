"""Which host keys are trusted: OpenSSH's known_hosts format, hashed names too, strictly. Pure once the text is read.

Invariant: a key is trusted only if its own line names the host as it is dialled, or by its inventory name. A line
marked ``@revoked`` beats every other. ``@cert-authority`` and patterns are not supported and trust nothing.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass


class Trust(enum.Enum):
    KNOWN = "known"
    MISSING = "missing"
    """No line names this host."""
    CHANGED = "changed"
    """Lines name this host, and none of them has this key."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Line:
    names: tuple[str, ...]
    key_type: str
    blob: bytes
    revoked: bool


def parse(text: str) -> tuple[Line, ...]:
    """Return the usable lines of a known_hosts file. Comments and unsupported lines are left out."""
    lines = []
    for raw in text.splitlines():
        words = raw.split()
        revoked = bool(words) and words[0] == "@revoked"
        words = words[1:] if revoked else words
        if len(words) < 3 or words[0].startswith(("#", "@")):
            continue
        try:
            blob = base64.b64decode(words[2], validate=True)
        except binascii.Error:
            continue
        lines.append(Line(tuple(words[0].split(",")), words[1], blob, revoked))
    return tuple(lines)


def matching(lines: Sequence[Line], names: Sequence[str]) -> tuple[Line, ...]:
    """Return the lines that name one of `names` (an address, ``[address]:port``, an alias)."""
    return tuple(line for line in lines if any(_is(entry, name) for entry in line.names for name in names))


def judge(lines: Sequence[Line], names: Sequence[str], key_type: str, blob: bytes) -> Trust:
    """Return whether `lines` trust the key `blob` of a host called `names`."""
    found = matching(lines, names)
    if any(line.blob == blob for line in found if line.revoked):
        return Trust.REVOKED
    good = [line for line in found if not line.revoked]
    if any(line.blob == blob and line.key_type == key_type for line in good):
        return Trust.KNOWN
    return Trust.CHANGED if good else Trust.MISSING


def fingerprint(blob: bytes) -> str:
    """Return the fingerprint as ``ssh-keygen -l`` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def dialled(address: str, port: int) -> str:
    """Return the name under which OpenSSH files a host at `address` and `port`."""
    return address if port == 22 else f"[{address}]:{port}"


def _is(entry: str, name: str) -> bool:
    if not entry.startswith("|1|"):
        return entry == name
    try:
        salt, hashed = (base64.b64decode(part, validate=True) for part in entry.split("|")[2:4])
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), hashed)
