"""How long a mute lasts, as it is typed (`--for 4h`): always with an end, 4 h unless said, at most 7 days. Pure."""

from __future__ import annotations

from typing import Final

from remediator.cli.errors import USAGE, CliError
from remediator.cli.render import times
from remediator.model.records import mutes

HELP: Final = "How long, like 30m, 4h or 2d; 4h when not given, at most 7d."
EXAMPLE: Final = "like --for 4h (at most 7d)"


def seconds(text: str | None) -> float | None:
    """Return the seconds that `text` says, None for the default. Raise CliError 64 for none, too many, or no
    duration."""
    if text is None:
        return None
    from remediator.config import durations

    if text.strip() in ("0", ""):
        raise CliError(f"--for {text or '(nothing)'}: a mute of no length mutes nothing; write one {EXAMPLE}", USAGE)
    try:
        found = durations.parse(text)
    except ValueError as error:
        raise CliError(f"--for: {error}", USAGE) from None
    if found <= 0:
        raise CliError(f"--for {text}: a mute of no length mutes nothing; write one {EXAMPLE}", USAGE)
    if found > mutes.LONGEST_S:
        raise CliError(
            f"--for {text} is longer than {durations.form(mutes.LONGEST_S)}, the longest there is: "
            "a mute that nobody ends is forgotten; say a shorter one, and say it again when it is still needed",
            USAGE,
        )
    return found


def until(text: str | None) -> str:
    """Return the end of a mute for people."""
    return f"until {times.clock(text)} UTC" if text else "with no end known"
