"""`remediator brakes list|close`: what holds everything back at once, and the one of it that a person closes here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from remediator.cli import clean, control_client, moments, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.session import Format

KINDS: Final[Mapping[str, str]] = {
    "storm": "R1 and R2 go on by themselves; R3 after: remediator brakes close storm --reason TEXT",
    "clock": "goes on by itself",
    "restored": "goes on after: remediator audit accept-restore --reason TEXT",
}
"""Each brake with how it is let go."""
app = typer.Typer(help="What holds everything back at once: storm, clock, restored store.", no_args_is_help=True)


@app.command("list")
def list_(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """The brakes that are open now, and how each is let go."""
    from remediator.cli import output

    status = control_client.demand(session.of(ctx).config().state_dir, "status", {})
    found = [row for row in status.get("muted") or [] if row.get("kind") in KINDS]
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("brake", "holds", "until (UTC)", "let go", "why"),
        (
            (row["kind"], row["what"], moments.clock(row.get("until")) or "-", KINDS[row["kind"]], row["reason"])
            for row in found
        ),
        empty="no brake is open",
    )
    return 0


@app.command()
def close(
    ctx: typer.Context,
    brake: Annotated[str, typer.Argument(metavar="BRAKE", help="Only storm is closed here.")],
    reason: Annotated[str, typer.Option(help="What the storm was, and why it is over; goes into the audit log.")],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Close the storm breaker for R3 (for R1 and R2 it closes by itself)."""
    from remediator.cli import output

    if brake != "storm":
        raise CliError(_not_here(brake), USAGE)
    data = control_client.demand(session.of(ctx).config().state_dir, "brake-close", {"reason": reason})
    if format is Format.JSON:
        output.as_json(data)
    else:
        output.say("closed the storm breaker; it opens again at once while too much is broken")
    return 0


def _not_here(brake: str) -> str:
    known: Mapping[str, Any] = KINDS
    if brake in known:
        return f"the brake {brake} is not closed by hand: it {known[brake]}"
    return f"there is no brake {brake!r}{clean.suggestion(brake, list(KINDS))}; only storm is closed by hand"
