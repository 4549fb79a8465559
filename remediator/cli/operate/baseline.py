"""`remediator baseline show|accept`: what counts as settled, said after a deploy, a rebuild or an inventory change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import CliError
from remediator.cli.operate import reasons
from remediator.cli.render import sanitize, times
from remediator.cli.session import Format

if TYPE_CHECKING:
    from remediator.model.messages.control import Answer

WAIT_S: Final = 180.0
POLL_S: Final = 1.0
app = typer.Typer(help="What counts as settled: accepted signs of maintenance.", no_args_is_help=True)


@app.command()
def show(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """What has been accepted, and which signs of maintenance hold now."""
    from remediator.cli.render import output

    data = client.demand(session.of(ctx).state_dir(), "baseline-show", {})
    if format is Format.JSON:
        output.as_json(data)
        return 0
    output.say(f"{len(data.get('accepted') or [])} signs are accepted")
    output.table(
        ("host", "service", "at (UTC)", "signs", "the newest"),
        once(data["holding"]),
        empty="no sign of maintenance holds anything",
    )
    return 0


def once(signs: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Return one row for each host and service, with its newest sign: a container that is made anew leaves two at
    once."""
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    number: Counter[tuple[str, str]] = Counter()
    for sign in sorted(signs, key=lambda each: str(each["at"])):
        key = (str(sign["host"]), str(sign["service"] or "all"))
        newest[key] = sign
        number[key] += 1
    return [
        (*key, times.clock(sign["at"]), str(number[key]), str(sign["detail"])) for key, sign in sorted(newest.items())
    ]


@app.command()
def accept(
    ctx: typer.Context,
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="all, inventory, group/NAME or host/NAME")],
    reason: Annotated[str | None, typer.Option(help="Why it is whole; goes into the audit log.")] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Try again for 3 minutes while a second OK sample is all that is missing.")
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Say "this is whole, as it stands now". Exit 4, with the list, when the checks do not agree."""
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    answer = _asked(session.of(ctx).state_dir(), scope, reason, time.monotonic() + (WAIT_S if wait else 0.0))
    data = answer.data or {}
    if format is Format.JSON and data:
        output.as_json(data)
    elif answer.exit:
        for line in objections(data):
            output.say(line)
    else:
        accepted = data.get("accepted") or {}
        output.say(f"{scope} counts as settled from now on: {len(accepted.get('keys') or [])} signs are accepted")
        for name, mark in (accepted.get("marks") or {}).items():
            before, after = mark.get("before") or {}, mark.get("after") or {}
            if before.get("uuid") not in (None, after.get("uuid")):
                output.say(f"{name}: the cluster {before['uuid']} is replaced by {after['uuid']}, at {after['seqno']}")
    if answer.exit:
        raise CliError(answer.error, answer.exit)
    return 0


def _asked(state_dir: str, scope: str, reason: str, give_up: float) -> Answer:
    """Ask until the daemon agrees, has another objection than that a check is young, or until `give_up` (monotonic)."""
    while True:
        answer = client.request(state_dir, "baseline-accept", {"scope": scope, "reason": reason})
        data = answer.data or {}
        pause_s = max(POLL_S, float(data.get("again_s") or 0.0))
        if not data.get("young") or data["young"] != data.get("refused") or time.monotonic() + pause_s > give_up:
            return answer
        time.sleep(pause_s)


def objections(data: Mapping[str, Any]) -> list[str]:
    """Return the objections one a line, with those that only time ends as one."""
    young = data.get("young") or []
    lines = [sanitize.line(each) for each in data.get("refused") or [] if each not in young or len(young) == 1]
    if len(young) > 1:
        again = times.span(data.get("again_s"))
        lines.append(
            f"{len(young)} of {data.get('checks')} checks have less than 2 OK samples since the daemon started; "
            f"try again in {again}, or add --wait"
        )
    return lines
