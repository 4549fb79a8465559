"""The contract of a notifier, and the form of a notification on its way out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol


class Notifier(Protocol):
    """Sends notifications to people."""

    @property
    def name(self) -> str:
        """The notifier's name in the config."""

    def send(self, notification: Mapping[str, Any]) -> None:
        """Send the notification, within a bounded time. Raise NotifyFailed. Blocking: called in a pool thread, never by
        the loop.
        """


def encoded(notification: Mapping[str, Any]) -> bytes:
    """Return `notification` as the JSON that every notifier hands over. A value that is no JSON becomes text."""
    return json.dumps(dict(notification), ensure_ascii=False, default=str).encode("utf-8", "replace")
