"""Error texts of libraries that have no type of their own: one table of them, with the versions in which each was read.

Invariant: a text is compared as a whole. A text without a row means what the type of its error means.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    library: str
    read_in: str
    """The versions in which the text was read."""
    place: str
    """The module of the library that raises the text."""
    text: str


LINK_ENDED = (
    Saying(
        library="paramiko",
        read_in="5.1.0",
        place="paramiko.auth_handler",
        text="Authentication failed: transport shut down or saw EOF",
    ),
    Saying(library="paramiko", read_in="5.1.0", place="paramiko.auth_handler", text="Authentication timeout."),
)
"""Texts of an `AuthenticationException` with which no host refused the key: the connection ended, or the host never
answered.
"""
_LINK_ENDED = frozenset(saying.text for saying in LINK_ENDED)


def link_ended(error: Exception) -> bool:
    """Return whether a login failed because its connection ended, and not because the host refused the key."""
    return str(error) in _LINK_ENDED
