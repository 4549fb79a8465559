"""Who knocks: bearer tokens and what each may do.

Invariant: only SHA-256 digests of tokens are kept, and every known digest is compared in constant time. So neither a
dump of this process's objects nor the time of an answer tells a token. No scope implies another one.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Scope(enum.Enum):
    """What a token may do (docs/contracts.md, HTTP)."""

    INGEST = "ingest"
    READ = "read"
    OPERATE = "operate"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A known sender: `name` appears in logs and keys, `digest` is the SHA-256 of the secret."""

    name: str
    digest: bytes
    scopes: frozenset[Scope]


def known(name: str, secret: str, scopes: Iterable[str]) -> Token:
    """Return the token that `secret` opens. Raise ValueError if `secret` is blank or a scope is not one of ours."""
    if not secret.strip():
        raise ValueError(f"the token {name!r} is empty")
    return Token(name=name, digest=_digest(secret.strip()), scopes=frozenset(Scope(scope) for scope in scopes))


class Ring:
    """The tokens that open the door now. A reload changes them at once, also for connections that are already open."""

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        self.tokens = tuple(tokens)
        """Replaced as a whole: readers in other threads see the old ones or the new ones."""

    def renew(self, tokens: Iterable[Token], unreadable: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Replace all tokens by `tokens`; a token in `unreadable` (name to reason) opens nothing.

        Return what changed: ``{token, what: withdrawn|added|changed|unreadable, reason}``.
        """
        before, now = {token.name: token for token in self.tokens}, {token.name: token for token in tokens}
        self.tokens = tuple(now.values())
        changes = []
        for name in sorted({*before, *now, *unreadable}):
            if name in unreadable:
                changes.append({"token": name, "what": "unreadable", "reason": unreadable[name]})
            elif before.get(name) != now.get(name):
                what = "added" if name not in before else "changed" if name in now else "withdrawn"
                changes.append({"token": name, "what": what, "reason": ""})
        return tuple(changes)


def identify(tokens: tuple[Token, ...], authorization: str) -> Token | None:
    """Return the token that the `Authorization` header presents, or None. Every known token is compared."""
    kind, _, secret = authorization.partition(" ")
    if kind.lower() != "bearer":
        return None
    presented = _digest(secret.strip())
    found: Token | None = None
    for token in tokens:
        if hmac.compare_digest(token.digest, presented):
            found = token
    return found


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
