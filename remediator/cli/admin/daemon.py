"""`remediator daemon`: the process put together. Only here do web and daemon meet."""

from __future__ import annotations

import typer

from remediator.cli import session


def daemon(ctx: typer.Context) -> int:
    """Schedule, remediate and serve HTTP, in the foreground. SIGHUP reloads, SIGTERM ends at a safe point."""
    from remediator.daemon import main
    from remediator.web.server import make_server

    return main.run(session.of(ctx).config_path, make_server)
