"""`remediator baseline show|accept`: what counts as settled, said after a deploy, a rebuild or an inventory change."""

from __future__ import annotations

from typing import Annotated

import typer

from remediator.cli import clean, control_client, session
from remediator.cli.errors import CliError
from remediator.cli.session import Format

app = typer.Typer(help="What counts as settled: accepted signs of maintenance.", no_args_is_help=True)


@app.command()
def show(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """What has been accepted, and which signs of maintenance hold now."""
    from remediator.cli import output

    data = control_client.demand(session.of(ctx).state_dir(), "baseline-show", {})
    if format is Format.JSON:
        output.as_json(data)
        return 0
    output.say(f"{len(data.get('accepted') or [])} signs are accepted")
    output.table(
        ("kind", "host", "service", "at", "detail"),
        (
            (each["kind"], each["host"], each["service"] or "all", each["at"], each["detail"])
            for each in data["holding"]
        ),
        empty="no sign of maintenance holds anything",
    )
    return 0


@app.command()
def accept(
    ctx: typer.Context,
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="all, inventory, group/NAME or host/NAME")],
    reason: Annotated[str, typer.Option(help="Why it is whole; goes into the audit log.")],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Say "this is whole, as it stands now". Exit 4, with the list, when the checks do not agree."""
    from remediator.cli import output

    answer = control_client.request(session.of(ctx).state_dir(), "baseline-accept", {"scope": scope, "reason": reason})
    data = answer.data or {}
    if format is Format.JSON and data:
        output.as_json(data)
    elif answer.exit:
        for each in data.get("refused") or []:
            output.say(clean.line(each))
    else:
        accepted = data.get("accepted") or {}
        output.say(f"accepted {scope} as settled: {len(accepted.get('keys') or [])} signs")
        for name, mark in (accepted.get("marks") or {}).items():
            before, after = mark.get("before") or {}, mark.get("after") or {}
            if before.get("uuid") not in (None, after.get("uuid")):
                output.say(f"{name}: the cluster {before['uuid']} is replaced by {after['uuid']}, at {after['seqno']}")
    if answer.exit:
        raise CliError(answer.error, answer.exit)
    return 0
