"""`remediator downtime add|list|end`: a target, or a whole host, that people have taken out for a while."""

from __future__ import annotations

from typing import Annotated

import typer

from remediator.cli import client, session
from remediator.cli.operate import duration, reasons
from remediator.cli.render import sanitize, times
from remediator.cli.session import Format

app = typer.Typer(help="Targets that people have taken out, with an end.", no_args_is_help=True)


@app.command()
def add(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="What is out, like container/ctl2/memcached; host/ctl2 is the whole host."
        ),
    ],
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
    lasts: Annotated[str | None, typer.Option("--for", metavar="DURATION", help=duration.HELP)] = None,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Let nothing act on a target, or on anything that touches a host."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    args = {"target": target, "for_s": duration.seconds(lasts), "reason": reason}
    data = client.demand(session.of(ctx).state_dir(), "downtime-add", args)
    if format is Format.JSON:
        output.as_json(data)
        return 0
    made = data["downtime"]
    output.say(
        f"{sanitize.line(made['target'])} is in downtime {duration.until(made['until'])}; "
        f"earlier: remediator downtime end {made['id']} --reason TEXT"
    )
    return 0


@app.command("list")
def list_(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """The downtimes that stand, but for those Nagios told us of (`remediator status` shows them too)."""
    from remediator.cli.render import output

    found = client.demand(session.of(ctx).state_dir(), "downtime-list", {})["downtimes"]
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("id", "until (UTC)", "by", "target", "why"),
        ((each["id"], times.clock(each["until"]), each["author"], each["target"], each["reason"]) for each in found),
        empty="nothing is in downtime",
    )
    return 0


@app.command()
def end(
    ctx: typer.Context,
    downtime: Annotated[str, typer.Argument(metavar="ID", help="Like down-3; `remediator downtime list` has it.")],
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
) -> int:
    """End a downtime before its time."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "downtime-end", {"id": downtime, "reason": reason})
    output.say(f"ended downtime {downtime}")
    return 0
