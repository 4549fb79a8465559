"""`remediator pause` and `resume`: nothing acts until it is lifted, or while a command runs. A pause works without a
daemon, by a file.

Invariant: `pause` says done only when a pause is in force: the daemon has committed it, or the file is there. A wrapped
command starts only then, and never after the daemon has said no. A mistake in the config takes neither away; where it
hides which file the pause is, the error names the `touch`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import CONFIG, FAILED, USAGE, CliError
from remediator.cli.local import actor
from remediator.cli.operate import child as wrapping
from remediator.cli.render import sanitize
from remediator.cli.render import times as moments
from remediator.model import redaction, times

NO_REASON: Final = "no reason given"
PAUSE_FILE: Final = "/etc/remediator/PAUSE"
"""The pause file of a config that names none."""
COMMAND_CHARS: Final = 2000
"""How much of a wrapped command goes into the audit log."""


def pause(
    ctx: typer.Context,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[-- COMMAND...]", help="With --wrap: the command to run.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = NO_REASON,
    wrap: Annotated[
        bool, typer.Option("--wrap", help="Pause while COMMAND runs, and for the time of maintenance after it.")
    ] = False,
    scope: Annotated[
        str | None,
        typer.Option(help="With --wrap: what COMMAND may touch: all (the default), group/NAME or host/NAME."),
    ] = None,
) -> int:
    """Stop all acting at once. Works without a daemon.

    It lasts until `resume`, or while a command runs. What ends by itself at a time is a downtime, or a silence.

    With --wrap the exit code is the command's own, 128 and the signal's number when one killed it.
    """
    from remediator.cli.render import output

    here = session.of(ctx)
    if wrap:
        if not command:
            raise CliError("--wrap needs a command: remediator pause --wrap -- COMMAND...", USAGE)
        return _wrapped(here, command, scope or "all", reason)
    if command or scope is not None:
        raise CliError("a command and --scope are for `remediator pause --wrap -- COMMAND...`", USAGE)
    try:
        client.demand(here.state_dir(), "pause", {"reason": reason})
    except CliError as error:
        if error.exit_code == USAGE:
            raise
        path = _pause_file(here)
        line = _line(reason)
        remark = "" if _written(path, line) else ", which was there already"
        output.say(f"paused by the file {path}{remark}; {by_file_because(error)}")
        return 0
    output.say("paused: nothing acts until `remediator resume`")
    return 0


def by_file_because(error: CliError) -> str:
    """Return why the file is the pause and not the daemon; a daemon that may not be asked is not said to be away."""
    if isinstance(error, client.Unreachable):
        return "this account may not ask the daemon" if error.denied else "no daemon is reachable"
    return "where the daemon is cannot be read" if error.exit_code == CONFIG else f"the daemon said: {error}"


def resume(
    ctx: typer.Context,
    pause: Annotated[
        str | None, typer.Argument(metavar="ID", help="Which pause to lift; needed only when several stand.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Lift every pause.")] = False,
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = NO_REASON,
) -> int:
    """Lift the pause.

    The one in the store through the daemon, and the pause file (which an ID leaves in place).
    """
    from remediator.cli.render import output

    if pause is not None and every:
        raise CliError("say which pause to lift, or --all, not both", USAGE)
    here = session.of(ctx)
    found = here.essentials("state_dir", "pause_file")
    path = Path(found.pause_file)
    try:
        args = {"reason": reason, "pause": pause, "all": every}
        answer = client.request(found.state_dir, "resume", args)
    except client.Unreachable as unreachable:
        if pause is not None or not _remove(path, found.trusted):
            raise CliError(
                f"no pause file {path}, and a pause in the store needs the daemon: {unreachable}"
                if pause is None
                else f"the pause {pause} is in the store, and that needs the daemon: {unreachable}",
                FAILED,
            ) from None
        output.say(f"removed {path}; a pause that was given to the daemon is in the store: resume again when it runs")
        return 0
    if answer.exit:
        _list(answer.data)
        raise CliError(answer.error, answer.exit)
    if pause is not None:
        output.say(f"lifted {pause}" + (f"; the pause file {path} still holds" if path.exists() else ""))
        return 0
    output.say("resumed" + (f", and removed {path}" if _remove(path, found.trusted) else ""))
    return 0


def _list(data: Any) -> None:
    """Show which pauses stand, when the daemon asks which one is meant."""
    from remediator.cli.render import output

    standing = data.get("pauses") if isinstance(data, Mapping) else None
    if standing:
        output.table(
            ("id", "since (UTC)", "by", "why"),
            (
                (each.get("id"), moments.clock(each.get("at")), each.get("author"), each.get("reason"))
                for each in standing
            ),
            empty="",
        )


# a command ---------------------------------------------------------------------------------------------------------


def _wrapped(here: session.Session, command: list[str], scope: str, reason: str) -> int:
    """Run `command` between the daemon's yes and the word that it has ended. Return its exit code."""
    if shutil.which(command[0]) is None:
        raise CliError(f"cannot run {command[0]}: no such command on the PATH", wrapping.NOT_FOUND)
    told = sanitize.cut(redaction.text(shlex.join(command)), COMMAND_CHARS)
    with wrapping.Child(command) as child:
        args = {"scope": scope, "reason": reason, "command": told, "pid": child.pid, "pid_started": child.started}
        try:
            wrap = client.demand(here.state_dir(), "wrap-begin", args)["wrap"]
        except CliError as error:
            if not isinstance(error, client.Unreachable) and error.exit_code != CONFIG:
                raise
            return _by_file(_pause_file(here), child, told, reason, error)
        code = child.run()
        try:
            client.demand(here.state_dir(), "wrap-end", {"wrap": wrap, "exit": code})
        except CliError as error:
            _note(f"the daemon was not told that {wrap} has ended (it sees the process gone by itself): {error}")
        return code


def _by_file(path: Path, child: wrapping.Child, told: str, reason: str, why: CliError) -> int:
    """As `_wrapped` without a daemon: the pause file stands for the time of the command, and goes if it is still
    ours."""
    line = _line(f"{reason}: while this runs: {told}")
    ours = _written(path, line)
    _note(f"{why}; paused by the file {path}{'' if ours else ', which was there already and stays'}, for everything")
    code = child.run()
    if ours and not _removed_if(path, line):
        _note(f"{path} is not as this command wrote it and stays: `remediator resume` removes it")
    return code


def _removed_if(path: Path, line: str) -> bool:
    """Remove the pause file if it holds `line` alone, or is gone already. Return whether there is none now."""
    try:
        if path.read_text("utf-8", "replace") != line:
            return False
        return _remove(path) or True
    except FileNotFoundError:
        return True
    except (OSError, CliError):
        return False


def _note(text: str) -> None:
    """Say something beside the output of the command, which is not ours."""
    print(f"remediator: {sanitize.line(text)}", file=sys.stderr, flush=True)


# the file ----------------------------------------------------------------------------------------------------------


def _pause_file(here: session.Session) -> Path:
    """Return the pause file that a daemon with this config looks at. Raise CliError where that is not certain."""
    try:
        found = here.essentials()
    except CliError as error:
        raise CliError(f"NOT PAUSED: {error}; as root: touch its pause_file ({PAUSE_FILE})", error.exit_code) from None
    if "pause_file" in found.spoilt or found.assumed:
        why = f"the pause_file of {found.file} cannot be read; as root: touch it (the default is {PAUSE_FILE})"
        raise CliError(f"NOT PAUSED: no daemon is reachable, and {why}", FAILED)
    if not found.trusted and found.pause_file != PAUSE_FILE:
        why = f"others may write {found.file}, so what it names is not written; as root: touch {found.pause_file}"
        raise CliError(f"NOT PAUSED: no daemon is reachable, and {why}", FAILED)
    return Path(found.pause_file)


def _line(reason: str) -> str:
    return f"{times.rfc3339(datetime.now(UTC))} {actor.me().name}: {sanitize.line(reason)}\n"


def _written(path: Path, line: str) -> bool:
    """Write the pause file. Return False if one was there already. Raise CliError with what to do by hand."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return False
    except OSError as error:
        raise CliError(f"NOT PAUSED: cannot write {path}: {error.strerror}; as root: touch {path}", FAILED) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(line)
    return True


def _remove(path: Path, trusted: bool = True) -> bool:
    """Remove the pause file. Return whether there was one. Raise CliError when it stays, as one does that others may
    name."""
    try:
        if not trusted and path.exists():
            raise CliError(f"STILL PAUSED: others may write the config that names {path}; as root: rm {path}", FAILED)
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CliError(f"STILL PAUSED: cannot remove {path}: {error.strerror}; as root: rm {path}", FAILED) from None
    return True
