"""`remediator silence add|list|end`: no remediation of what the matchers match, for a while."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.operate import duration, reasons
from remediator.cli.render import sanitize, times
from remediator.cli.session import Format

_UNQUOTED: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*((?>=~|!~|!=|=))\s*([^\s\"].*?)\s*", re.DOTALL)
app = typer.Typer(help="Mutes of remediation by matcher, with an end.", no_args_is_help=True)


def matcher(text: str) -> str:
    """Return a matcher in its one form, the value in quotes (a shell takes them away). Raise CliError 64 if `text` is
    none."""
    from remediator.model.messages import matchers

    bare = _UNQUOTED.fullmatch(text)
    if bare is not None:
        text = matchers.Matcher(label=bare[1], operator=bare[2], value=bare[3]).text
    try:
        return matchers.parse(text).text
    except ValueError as error:
        raise CliError(str(error), USAGE) from None


@app.command()
def add(
    ctx: typer.Context,
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
    matchers: Annotated[
        list[str] | None,
        typer.Argument(metavar="MATCHER...", help='All must match, like check=container-state or host=~"ctl[12]".'),
    ] = None,
    lasts: Annotated[str | None, typer.Option("--for", metavar="DURATION", help=duration.HELP)] = None,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Let nothing act on what all matchers match. Checks, incidents and pages go on."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    if not matchers:
        raise CliError(
            "a silence needs a matcher, like host=ctl2 or check=container-state; "
            "to stop everything: remediator pause --reason TEXT",
            USAGE,
        )
    args = {"matchers": [matcher(each) for each in matchers], "for_s": duration.seconds(lasts), "reason": reason}
    data = client.demand(session.of(ctx).state_dir(), "silence-add", args)
    if format is Format.JSON:
        output.as_json(data)
        return 0
    made = data["silence"]
    what = sanitize.line(", ".join(made["matchers"]))
    output.say(
        f"silenced {what} {duration.until(made['until'])}; earlier: remediator silence end {made['id']} --reason TEXT"
    )
    return 0


@app.command("list")
def list_(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """The silences that stand."""
    from remediator.cli.render import output

    found = client.demand(session.of(ctx).state_dir(), "silence-list", {})["silences"]
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("id", "until (UTC)", "by", "what", "why"),
        (
            (each["id"], times.clock(each["until"]), each["author"], ", ".join(each["matchers"]), each["reason"])
            for each in found
        ),
        empty="no silence stands",
    )
    return 0


@app.command()
def end(
    ctx: typer.Context,
    silence: Annotated[str, typer.Argument(metavar="ID", help="Like sil-3; `remediator silence list` has it.")],
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
) -> int:
    """End a silence before its time."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "silence-end", {"id": silence, "reason": reason})
    output.say(f"ended silence {silence}")
    return 0
