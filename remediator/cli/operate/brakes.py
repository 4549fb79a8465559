"""`remediator brakes list|close`: the brakes that stop everything at once, and those that a person closes here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.look import overview
from remediator.cli.operate import reasons
from remediator.cli.render import sanitize, times
from remediator.cli.session import Format

KINDS: Final[Mapping[str, str]] = {
    "storm": "R1 and R2 then; all three, once its hosts are well: remediator brakes close storm --reason TEXT",
    "rival": "end one of the two, then: remediator brakes close rival --reason TEXT",
    "clock": "goes on by itself",
    "restored": "goes on after: remediator audit accept-restore --reason TEXT",
}
"""Each brake with how it is let go."""
CLOSED: Final[Mapping[str, str]] = {
    "storm": "closed the storm breaker; what had broken until now is not counted again",
    "rival": "closed the brake for another remediator; it is on again at once when another one claims a host",
}
"""What is said of each brake that a person closes here."""
app = typer.Typer(help="What holds everything back at once, like a storm.", no_args_is_help=True)


@app.command("list")
def list_(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """The brakes that are open now, and how each is let go."""
    from remediator.cli.render import output

    status = client.demand(session.of(ctx).state_dir(), "status", {})
    found = [row for row in status.get("muted") or [] if row.get("kind") in KINDS]
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("brake", "holds", "until (UTC)", "let go", "why"),
        (
            (row["kind"], row["what"], times.clock(row.get("until")) or "-", KINDS[row["kind"]], row["reason"])
            for row in overview.one_storm(found)
        ),
        empty="no brake is open",
    )
    return 0


@app.command()
def close(
    ctx: typer.Context,
    brake: Annotated[str, typer.Argument(metavar="BRAKE", help="storm or rival.")],
    reason: Annotated[
        str | None, typer.Option(help="What it was, and why it is over; goes into the audit log.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Close the storm breaker once its hosts are well, or say that the other remediator acts no more."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    if brake not in CLOSED:
        raise CliError(_not_here(brake), USAGE)
    data = client.demand(session.of(ctx).state_dir(), "brake-close", {"brake": brake, "reason": reason})
    if format is Format.JSON:
        output.as_json(data)
    else:
        output.say(CLOSED[brake])
    return 0


def _not_here(brake: str) -> str:
    known: Mapping[str, Any] = KINDS
    if brake in known:
        return f"the brake {brake} is not closed by hand: it {known[brake]}"
    return f"there is no brake {brake!r}{sanitize.suggestion(brake, list(KINDS))}; storm and rival are closed by hand"
