"""What every notifier is, and how a notification looks on its way out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol


class Notifier(Protocol):
    """Tells somebody."""

    @property
    def name(self) -> str:
        """Its name in the config."""

    def send(self, notification: Mapping[str, Any]) -> None:
        """Tell it, within a bounded time. Raise NotifyFailed. Blocking: called in a pool thread, never by the loop."""


def encoded(notification: Mapping[str, Any]) -> bytes:
    """Return `notification` as the JSON every notifier hands over; what is no JSON value becomes text."""
    return json.dumps(dict(notification), ensure_ascii=False, default=str).encode("utf-8", "replace")
