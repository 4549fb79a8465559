"""`remediator status`: one screen: what is broken, what it is doing, what waits for you, what is muted until when.

Without a daemon it shows what was stored last, says so, and exits 5: nobody watches the cloud then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from remediator.cli import control_client, moments, session
from remediator.cli.session import Format


def status(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """One screen: what is broken, what it is doing, what waits for you, what is muted until when."""
    here = session.of(ctx)
    try:
        answer = control_client.demand(here.config().state_dir, "status", {})
    except control_client.Unreachable:
        from remediator.store.errors import StoreError

        with contextlib.suppress(StoreError):
            _print(stored(here), format)
        raise
    _print(answer, format)
    return 0


def stored(here: session.Session) -> dict[str, Any]:
    """Return CONTRACTS' `status` from the store alone: what only a running daemon knows is null, never empty."""
    reader = here.reader()
    return {
        "cloud": here.config().cloud,
        "at": None,
        "paused": None,
        "open": reader.incidents("open"),
        "curing": [],
        "waiting": reader.runs("live"),
        "muted": None,
        "checks": None,
    }


def _print(answer: Mapping[str, Any], format: Format) -> None:
    from remediator.cli import output

    if format is Format.JSON:
        output.as_json(answer)
        return
    if answer.get("checks") is None:
        output.say("NO DAEMON: nobody watches this cloud; below is what was stored last", style="bold red")
    else:
        checks = answer["checks"]
        counts = ", ".join(f"{checks.get(name, 0)} {name}" for name in ("critical", "unknown", "warning", "ok"))
        output.say(f"{answer.get('cloud')}  {moments.clock(answer.get('at'))} UTC  checks: {counts}")
    if answer.get("paused"):
        output.say("PAUSED: nothing acts until `remediator resume`", style="bold yellow")
    _part("broken", answer.get("open") or [], "nothing is broken")
    _part("being cured", answer.get("curing") or [], "no cure is under way")
    _part("waits for you", answer.get("waiting") or [], "nothing waits for you")
    if answer.get("muted") is not None:
        _part("muted", answer["muted"], "nothing is muted")


def _part(title: str, items: Sequence[Any], none: str) -> None:
    from remediator.cli import output

    output.say("")
    if not items:
        output.say(none)
        return
    output.say(f"{title}:", style="bold")
    output.table(("what", "where", "state", "since or until", "why"), (row(item) for item in items), empty="")


def row(item: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Return what, where, state, time and reason of an incident, a run or a mute, whichever `item` is."""
    return (
        str(item.get("run") or item.get("id") or item.get("kind") or ""),
        str(item.get("target") or item.get("what") or ""),
        str(item.get("state") or ""),
        moments.short(item.get("opened_at") or item.get("created_at") or item.get("until")),
        str(item.get("reason") or item.get("output") or item.get("runbook") or item.get("check") or ""),
    )
