"""`remediator pause` and `resume`: nothing acts until it is lifted. A pause works without a daemon, by a file.

Invariant: `pause` says done only when a pause holds: the daemon has committed it, or the file is there.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from remediator.cli import actor, clean, control_client, session
from remediator.cli.errors import FAILED, USAGE, CliError
from remediator.model import times

NO_REASON: Final = "no reason given"


def pause(
    ctx: typer.Context, reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = NO_REASON
) -> int:
    """Stop all acting at once, until `resume`. Works without a daemon."""
    from remediator.cli import output

    here = session.of(ctx)
    config = here.config()
    try:
        control_client.demand(config.state_dir, "pause", {"reason": reason})
    except CliError as error:
        if error.exit_code == USAGE:
            raise
        path = Path(config.pause_file)
        why = "no daemon is reachable" if isinstance(error, control_client.Unreachable) else f"the daemon said: {error}"
        output.say(f"paused by the file {path}{_write(path, reason)}; {why}")
        return 0
    output.say("paused: nothing acts until `remediator resume`")
    return 0


def resume(
    ctx: typer.Context, reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = NO_REASON
) -> int:
    """Lift the pause: the one in the store through the daemon, and the pause file."""
    from remediator.cli import output

    config = session.of(ctx).config()
    path = Path(config.pause_file)
    try:
        control_client.demand(config.state_dir, "resume", {"reason": reason})
    except control_client.Unreachable as unreachable:
        if not _remove(path):
            raise CliError(
                f"no pause file {path}, and a pause in the store needs the daemon: {unreachable}", FAILED
            ) from None
        output.say(f"removed {path}; a pause that was given to the daemon is in the store: resume again when it runs")
        return 0
    output.say("resumed" + (f", and removed {path}" if _remove(path) else ""))
    return 0


def _write(path: Path, reason: str) -> str:
    """Write the pause file. Return a remark if it was there already. Raise CliError with what to do by hand."""
    line = f"{times.rfc3339(datetime.now(UTC))} {actor.me().name}: {clean.line(reason)}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return ", which was there already"
    except OSError as error:
        raise CliError(f"NOT PAUSED: cannot write {path}: {error.strerror}; as root: touch {path}", FAILED) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(line)
    return ""


def _remove(path: Path) -> bool:
    """Remove the pause file. Return whether there was one. Raise CliError when it stays."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CliError(f"STILL PAUSED: cannot remove {path}: {error.strerror}; as root: rm {path}", FAILED) from None
    return True
