"""The signature of a webhook: ``t=<epoch seconds>,v1=<hex HMAC-SHA-256 of "t.body">``.

By it a receiver can refuse a foreign or an old message.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Remediator-Signature"


def signature(secret: str, body: bytes, now_s: int) -> str:
    """Return the header's value for `body` sent at `now_s`."""
    signed = hmac.new(secret.encode(), f"{now_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={now_s},v1={signed}"


def verify(secret: str, body: bytes, header: str, now_s: int, *, tolerance_s: int = 300) -> bool:
    """Return whether `header` signs `body` and is at most `tolerance_s` off `now_s`, as a receiver should check it."""
    fields = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    sent = fields.get("t", "")
    if not (sent.isascii() and sent.isdigit()) or abs(now_s - int(sent)) > tolerance_s:
        return False
    expected = signature(secret, body, int(sent)).partition("v1=")[2]
    return hmac.compare_digest(expected, fields.get("v1", ""))
