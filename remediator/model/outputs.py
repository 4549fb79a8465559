"""The name of an output: what a journal says in its place, and what it is kept under."""

from __future__ import annotations

import hashlib


def digest(text: str) -> str | None:
    """Return the SHA-256 of `text` in hexadecimal digits; None for no output."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None
