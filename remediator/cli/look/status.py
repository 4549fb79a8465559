"""`remediator status`: one screen: what waits for you, what is broken and why nothing happens, what is being cured,
what is muted.

Without a daemon it shows what was stored last, says so, and exits 5: nobody watches the cloud then.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from remediator.cli import client, session
from remediator.cli.look import provenance
from remediator.cli.session import Format


def status(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """One screen: what is broken, and what is done or waits for you."""
    here = session.of(ctx)
    try:
        answer = client.demand(here.state_dir(), "status", {})
    except client.Unreachable:
        from remediator.store.errors import StoreError, StoreNewer, StoreOlder

        try:
            _print(stored(here), format)
        except (StoreOlder, StoreNewer) as error:
            session.warn(str(error))
        except StoreError:
            pass
        raise
    provenance.warn(here, answer)
    _print(answer, format)
    return 0


def stored(here: session.Session) -> dict[str, Any]:
    """Return the JSON of `status` (docs/contracts.md) from the store alone: what only a running daemon knows is null,
    never empty."""
    reader = here.reader()
    return {
        "cloud": here.essentials().cloud,
        "at": None,
        "paused": None,
        "open": reader.incidents("open"),
        "curing": [],
        "waiting": reader.runs("live"),
        "muted": None,
        "warnings": None,
        "checks": None,
    }


def _print(answer: dict[str, Any], format: Format) -> None:
    from remediator.cli.look import overview
    from remediator.cli.render import output, times

    if format is Format.JSON:
        output.as_json(answer)
        return
    for line, style in overview.lines(answer, output.width(), times.local(answer.get("at"))):
        output.row_line(line, style)
