"""Outputs, kept outside the chain by their hash: the chain stays whole when they are purged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def digest(text: str) -> str | None:
    """Return the SHA-256 under which `text` is kept; None for no output."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def keep(directory: Path, text: str) -> str | None:
    """Write `text` under its hash (0640) and return the hash. Raise OSError when it cannot be written."""
    name = digest(text)
    if name is None:
        return None
    directory.mkdir(exist_ok=True, mode=0o750)
    path = directory / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
    return name
