"""With which config the daemon answered, and whether the file that this command reads says something else by now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.cli import session
from remediator.cli.render import sanitize, times


def loaded(answer: Mapping[str, Any]) -> str:
    """Return who answered, with a config of when; empty for an answer that does not say (nobody but this process)."""
    config = answer.get("config")
    if not isinstance(config, Mapping):
        return ""
    return (
        f"answered by the daemon, with {sanitize.line(config.get('file'))} as loaded "
        f"{times.clock(config.get('loaded_at'))} UTC"
    )


def differs(here: session.Session, answer: Mapping[str, Any]) -> str:
    """Return a sentence where the config of this command is not the one that the daemon goes by, else the empty
    string."""
    config = answer.get("config")
    if not isinstance(config, Mapping) or not config.get("sha256"):
        return ""
    import hashlib

    mine = here.essentials().file
    try:
        text = Path(mine).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    if hashlib.sha256(text.encode()).hexdigest() == config["sha256"]:
        return ""
    same_file = mine == config.get("file")
    changed = f"{mine} has changed since and is not in force" if same_file else f"{mine} is another one"
    return f"{loaded(answer)}; {sanitize.line(changed)} (to take it in: kill -HUP its process, or restart it)"


def warn(here: session.Session, answer: Mapping[str, Any]) -> None:
    """Say on stderr where the answer is of another config than the one this command reads."""
    told = differs(here, answer)
    if told:
        session.warn(told)
