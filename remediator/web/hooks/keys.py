"""The idempotency key: two calls have the same key exactly when they are the same call, sent again.

Nagios numbers state changes (event id) and problems (problem id). Both start again at 1 when it loses its retained
state; the time of the last state change tells those apart.

Downtimes, acknowledgements, flapping and custom notifications come any number of times within one state. So their
notification id, or else their time, is part of the key. Their number is not: Nagios counts problems with it. The depth
of a downtime is part of it too, since another depth is another message.

A call that carries none of these can only be told apart by time. Two of them within ten minutes count as the same call,
or within one minute where such calls come often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

ONCE_A_STATE: Final = ("PROBLEM", "RECOVERY", "EVENTHANDLER")
WITHOUT_IDS_S: Final = 600
OFTEN_S: Final = 60


def given(sender: str, key: str) -> str:
    """Return the key of a call whose sender made one (the Idempotency-Key header)."""
    return _hashed(["header", sender, key])


def made(
    sent: Mapping[str, str],
    *,
    sender: str,
    host: str,
    service: str | None,
    state: str,
    state_type: str,
    attempt: int | None,
    notification_type: str,
    event_id: str,
    problem_id: str,
    now_s: float,
    depths: tuple[int | None, int | None] = (None, None),
) -> str:
    """Return the key made from the macros. `now_s` counts only when no macro tells two calls apart."""
    last_change = sent.get("last_change", "")
    parts: list[str | int | None] = [
        "nagios", sender, host, service, event_id, problem_id, last_change, state_type, attempt, notification_type,
    ]  # fmt: skip
    told_apart = event_id not in ("", "0") or problem_id not in ("", "0") or last_change not in ("", "0")
    if notification_type not in ONCE_A_STATE or not told_apart:
        once = notification_type in ONCE_A_STATE
        number = sent.get("notification_number", "") if once else ""
        one_call = sent.get("notification_id") or sent.get("timet") or sent.get("said_at") or number
        parts += [state, one_call]
        if not one_call:
            parts.append(int(now_s // (WITHOUT_IDS_S if once else OFTEN_S)))
    if depths != (None, None):
        parts += ["depths", *depths]
    return _hashed(parts)


def _hashed(parts: list[str] | list[str | int | None]) -> str:
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode("utf-8", "surrogateescape")).hexdigest()
