"""`remediator runs list|show|cancel|resolve`: the cures, step by step."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from remediator.cli import client, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.operate import reasons
from remediator.cli.render import sanitize
from remediator.cli.session import Format

STATES = (
    "planned", "waiting_approval", "running", "held", "verifying", "in_doubt",
    "succeeded", "failed", "refused", "cancelled",
)  # fmt: skip
app = typer.Typer(help="Executions of runbooks.", no_args_is_help=True)


class ResolvedAs(enum.StrEnum):
    """What a person found out about a step whose outcome was lost."""

    APPLIED = "applied"
    NOT_APPLIED = "not-applied"


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """The newest runs."""
    from remediator.cli.render import output

    if state is not None and state not in STATES:
        raise CliError(
            f"no such state {state!r}{sanitize.suggestion(state, list(STATES))}; one of {', '.join(STATES)}", USAGE
        )
    found = session.of(ctx).reader().runs(state, limit)
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("id", "state", "risk", "target", "runbook", "actor"),
        ((each["id"], each["state"], each["risk"], each["target"], each["runbook"], each["actor"]) for each in found),
        empty=f"no run is {state}" if state else "no run yet",
    )
    output.cut_at(limit, len(found))
    return 0


@app.command()
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id, like run-12.")],
    programs: Annotated[bool, typer.Option("--programs", help="Print each program that it ran in full.")] = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """One run: its steps, their exact commands, its verdicts and debts."""
    from remediator.cli.render import output, timeline

    reader = session.of(ctx).reader()
    found = reader.run(run)
    if found is None:
        known = [str(each["id"]) for each in reader.runs(None, 200)]
        raise CliError(f"no run {run!r}{sanitize.suggestion(run, known)}", USAGE)
    if format is Format.JSON:
        output.as_json(found)
    else:
        output.say(timeline.run(found, programs=programs))
    return 0


@app.command()
def cancel(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id, like run-12.")],
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
) -> int:
    """End a run before its next step. A step under way is finished first."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "cancel", {"run": run, "reason": reason})
    output.say(f"cancelled run {run}")
    return 0


@app.command()
def resolve(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id, like run-12.")],
    outcome: Annotated[ResolvedAs, typer.Option(help="What you found on the host.")],
    reason: Annotated[str | None, typer.Option(help="How you know; goes into the audit log.")] = None,
) -> int:
    """End a run that is in doubt, by saying whether its step took effect."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    args = {"run": run, "outcome": outcome.value, "reason": reason}
    client.demand(session.of(ctx).state_dir(), "resolve", args)
    output.say(f"resolved run {run} as {outcome.value}")
    return 0
