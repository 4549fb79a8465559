"""`remediator config show|schema`: every value in force, with where it comes from, secrets as `***`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from remediator.cli import session
from remediator.cli.session import Format

app = typer.Typer(help="The config as it is in force.", no_args_is_help=True)


@app.command()
def show(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """Every value, and whether it is a default, from the file (with its line) or from the environment."""
    from remediator.cli.render import output
    from remediator.config.effective import effective

    rows = effective(session.of(ctx).config())
    if format is Format.JSON:
        output.as_json({row.key: {"value": row.value, "source": row.source} for row in rows})
    else:
        output.table(("key", "value", "source"), ((row.key, _text(row.value), row.source) for row in rows), empty="")
    return 0


@app.command()
def schema() -> int:
    """The JSON schema of the config file, for editors."""
    from remediator.cli.render import output
    from remediator.config.effective import json_schema
    from remediator.integrations import packages

    output.as_json(json_schema(packages.sections()))
    return 0


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
