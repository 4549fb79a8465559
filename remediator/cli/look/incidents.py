"""`remediator incidents list|show|ack|close`: the problems, each with its story."""

from __future__ import annotations

from typing import Annotated

import typer

from remediator.cli import client, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.operate import reasons
from remediator.cli.render import sanitize, times
from remediator.cli.session import Format

STATES = ("open", "suppressed", "curing", "verifying", "escalated", "resolved")
app = typer.Typer(help="Problems, from their first event until they are verified gone.", no_args_is_help=True)


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """The newest incidents."""
    from remediator.cli.render import output

    if state is not None and state not in STATES:
        raise CliError(
            f"no such state {state!r}{sanitize.suggestion(state, list(STATES))}; one of {', '.join(STATES)}", USAGE
        )
    found = session.of(ctx).reader().incidents(state, limit)
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("id", "state", "opened (UTC)", "part of", "target", "check"),
        (
            (
                each["id"],
                each["state"],
                times.clock(each["opened_at"]),
                each.get("parent") or "-",
                each["target"],
                each["check"],
            )
            for each in found
        ),
        empty=f"no incident is {state}" if state else "no incident yet",
    )
    output.cut_at(limit, len(found))
    return 0


@app.command()
def show(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, like inc-12.")],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """One incident: its timeline, and how long each part took."""
    from remediator.cli.render import output, timeline

    reader = session.of(ctx).reader()
    found = reader.incident(incident)
    if found is None:
        known = [str(each["id"]) for each in reader.incidents(None, 200)]
        raise CliError(f"no incident {incident!r}{sanitize.suggestion(incident, known)}", USAGE)
    if format is Format.JSON:
        output.as_json(found)
    else:
        output.say(timeline.incident(found))
    return 0


@app.command()
def close(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, like inc-12.")],
    reason: Annotated[str | None, typer.Option(help="Why it is over; goes into the audit log.")] = None,
) -> int:
    """Close an incident by statement. If the problem is still there, the next event opens a new one."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "close", {"incident": incident, "reason": reason})
    output.say(f"closed incident {incident}")
    return 0


@app.command()
def ack(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="An open one, or one that is closed.")],
    reason: Annotated[str | None, typer.Option(help="What you found; goes into the audit log.")] = None,
) -> int:
    """Say that you have seen it.

    It also lets remediator act on the target again after a ladder of cures that ended without success. So it does where
    three cures that came undone have switched the rule off.
    """
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "ack", {"incident": incident, "reason": reason})
    output.say(f"acknowledged incident {incident}")
    return 0
