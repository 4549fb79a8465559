"""`remediator status`: one screen: what is broken, what it is doing, what waits for you, what is muted until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from remediator.cli import control_client, moments, session
from remediator.cli.session import Format


def status(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """One screen: what is broken, what it is doing, what waits for you, what is muted until when."""
    from remediator.cli import output

    here = session.of(ctx)
    daemon = ""
    try:
        answer = control_client.demand(here.config().state_dir, "status", {})
    except control_client.Unreachable as unreachable:
        answer, daemon = here.reader().status(), str(unreachable)
    if format is Format.JSON:
        output.as_json(answer)
        return 0
    if daemon:
        output.say("NOT RUNNING: " + daemon, style="bold red")
        output.say("What follows is what was stored last.")
    _screen(answer)
    return 0


def _screen(answer: Mapping[str, Any]) -> None:
    from remediator.cli import output

    checks = answer.get("checks") or {}
    counts = ", ".join(f"{checks.get(name, 0)} {name}" for name in ("critical", "unknown", "warning", "ok"))
    output.say(f"{answer.get('cloud')}  {moments.clock(answer.get('at'))} UTC  checks: {counts}")
    if answer.get("paused"):
        output.say("PAUSED: nothing acts until `remediator resume`", style="bold yellow")
    _part("broken", answer.get("open") or [], "nothing is broken")
    _part("being cured", answer.get("curing") or [], "no cure is under way")
    _part("waits for you", answer.get("waiting") or [], "nothing waits for you")
    _part("muted", answer.get("muted") or [], "nothing is muted")


def _part(title: str, items: Sequence[Any], none: str) -> None:
    from remediator.cli import output

    if not items:
        output.say(f"\n{none}")
        return
    output.say(f"\n{title}:", style="bold")
    output.table(("id", "state", "target", "what", "since"), (row(item) for item in items), empty="")


def row(item: Any) -> tuple[str, str, str, str, str]:
    """Return id, state, target, what and since for an incident, a run or a mute, whichever fields it has."""
    if not isinstance(item, Mapping):
        return ("", "", "", str(item), "")
    what = item.get("check") or item.get("runbook") or item.get("reason") or item.get("kind") or ""
    since = item.get("opened_at") or item.get("created_at") or item.get("since") or item.get("until") or ""
    return (
        str(item.get("id") or ""),
        str(item.get("state") or ""),
        str(item.get("target") or ""),
        str(what),
        moments.clock(since),
    )
