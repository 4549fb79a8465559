"""How an attempt to reach a host ends early. These are raised inside this room only; outside they are values."""

from __future__ import annotations

from remediator.model.messages.replies import Reach


class Failed(Exception):
    """The end of an attempt, as the sentence that the operator reads: place, what was seen, remedy."""

    def __init__(self, reach: Reach, reason: str, late: bool = False) -> None:
        self.reach = reach
        self.reason = reason
        self.late = late
        """It was a limit that ended it: another try would wait as long."""
        super().__init__(reason)


class TooMuch(Exception):
    """The other side sent more than is read."""


def short(error: Exception) -> str:
    """Return the text of an error in one bounded line."""
    return " ".join(str(error).split())[:160] or type(error).__name__
