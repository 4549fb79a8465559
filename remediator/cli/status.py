"""`remediator status`: one screen: what is broken, what it is doing, what waits for you, what is muted until when.

Without a daemon it shows what was stored last, says so, and exits 5: nobody watches the cloud then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from remediator.cli import control_client, moments, session
from remediator.cli.session import Format

WHAT: Final = ("what", "where", "state", "since (UTC)", "why")
TYPE: Final[Mapping[str, str]] = {
    "waiting_approval": "remediator approve {}",
    "in_doubt": "remediator runs resolve {} --outcome applied|not-applied --reason TEXT",
    "held": "remediator runs show {}",
    "escalated": "remediator incidents ack {} --reason TEXT",
}
"""What a person types about each state that waits for one."""
UNTIL: Final[Mapping[str, str]] = {
    "pause": "resume",
    "wrap": "its command ends",
    "storm": "brakes list",
    "rival": "brakes list",
    "restored": "accept-restore",
}
"""What ends a mute that has no time of its own."""


def status(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """One screen: what is broken, what it is doing, what waits for you, what is muted until when."""
    here = session.of(ctx)
    try:
        answer = control_client.demand(here.state_dir(), "status", {})
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
        "cloud": here.essentials().cloud,
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
    _part("broken", WHAT, [row(item) for item in answer.get("open") or []], "nothing is broken")
    _part("being cured", WHAT, [row(item) for item in answer.get("curing") or []], "no cure is under way")
    waits = [waiting(item) for item in answer.get("waiting") or []]
    _part("waits for you", ("what", "where", "state", "until (UTC)", "why", "type"), waits, "nothing waits for you")
    if answer.get("muted") is not None:
        mutes = [muted(item) for item in answer["muted"]]
        _part("muted", ("kind", "what", "by", "until (UTC)", "why"), mutes, "nothing is muted")


def _part(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], none: str) -> None:
    from remediator.cli import output

    output.say("")
    if not rows:
        output.say(none)
        return
    output.say(f"{title}:", style="bold")
    output.table(columns, rows, empty="")


def row(item: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Return what, where, state, since and reason of an incident or a run."""
    return (
        str(item.get("run") or item.get("id") or ""),
        str(item.get("target") or ""),
        str(item.get("state") or ""),
        moments.short(item.get("opened_at") or item.get("created_at")),
        _why(item),
    )


def waiting(item: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    """Return what waits, where, how, until when, why, and the command to type."""
    name = str(item.get("run") or item.get("id") or "")
    state = str(item.get("state") or "")
    until = item.get("until") or (item.get("approval") or {}).get("expires_at")
    typed = str(item.get("command") or TYPE.get(state, "remediator explain {}").format(name))
    return name, str(item.get("target") or ""), state, moments.short(until), _why(item), typed


def muted(item: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Return kind and id, what, by whom, until when and why of a mute or a brake."""
    kind = " ".join(str(item[name]) for name in ("kind", "id") if item.get(name))
    until = moments.short(item.get("until")) or UNTIL.get(str(item.get("kind")), "-")
    return kind, str(item.get("what") or ""), str(item.get("by") or ""), until, str(item.get("reason") or "")


def _why(item: Mapping[str, Any]) -> str:
    return str(item.get("reason") or item.get("output") or item.get("runbook") or item.get("check") or "")
