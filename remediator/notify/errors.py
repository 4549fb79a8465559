"""The one way in which telling somebody fails."""

from __future__ import annotations


class NotifyFailed(Exception):
    """`notifier` did not take the notification. `why` never holds a secret, an answer's body or a program's environment."""

    def __init__(self, notifier: str, why: str) -> None:
        self.notifier = notifier
        self.why = why
        super().__init__(f"notify {notifier}: {why}")
