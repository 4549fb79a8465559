"""`remediator daemon`: the process put together. Only here do web and daemon meet."""

from __future__ import annotations

import hashlib

import typer

from remediator.cli import session
from remediator.cli.errors import CliError


def daemon(ctx: typer.Context) -> int:
    """Schedule, remediate and serve HTTP, in the foreground. SIGHUP reloads, SIGTERM ends at a safe point."""
    from remediator.daemon import main
    from remediator.web.server import make_server

    return main.run(session.of(ctx).config_path, make_server, act_files)


def act_files() -> dict[str, str]:
    """Return the digest of each file of `remediator-act` that this release prints; of none, with a warning, where one
    cannot be told."""
    from remediator.cli.admin import actions

    try:
        return {name: hashlib.sha256(text.encode("ascii")).hexdigest() for name, text in actions.files_of_act().items()}
    except CliError as error:
        session.warn(f"{error}; the files of remediator-act on hosts are not compared")
        return {}
