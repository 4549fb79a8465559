"""Which texts from outside can be names, and which can be stored at all. Pure, and linear in the length of the text.

Container engines accept ``[a-zA-Z0-9][a-zA-Z0-9_.-]*`` as the name of a container (moby daemon/names, libpod
define/config.go), and
kolla makes the names of its units out of them. A lone surrogate, which JSON can write, is no character and cannot be
stored.
"""

from __future__ import annotations

import re

LONGEST = 200
"""Characters; systemd's limit for the name of a unit is 255, of which kolla's own words take 24."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_HALF = re.compile("[\ud800-\udfff]")


def is_name(text: object) -> bool:
    """Return whether `text` can be the name of a container, and of its unit."""
    return isinstance(text, str) and len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def unstorable_at(text: str) -> int | None:
    """Return the place of the first character in `text` that cannot be stored; None when all can."""
    if text.isascii():
        return None
    found = _HALF.search(text)
    return None if found is None else found.start()
