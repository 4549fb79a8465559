"""The one way in which a notification fails."""

from __future__ import annotations


class NotifyFailed(Exception):
    """`notifier` did not take the notification. `why` never has a secret, an answer's body or a program's environment
    in it.
    """

    def __init__(self, notifier: str, why: str) -> None:
        self.notifier = notifier
        self.why = why
        super().__init__(f"notify {notifier}: {why}")
