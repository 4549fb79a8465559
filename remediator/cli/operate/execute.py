"""`remediator plan` and `remediator execute`: the exact steps, commands and verdicts; then the same, through the same
gate.

Without a daemon both take its lock and run its loop for this one target, in this process.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import DONE, FAILED, REFUSED, CliError
from remediator.cli.render import sanitize, timeline, times
from remediator.cli.session import Format

if TYPE_CHECKING:
    from remediator.model.messages.control import Answer

ANSWER_S: Final = 70.0
FOLLOW_S: Final = 5 * 3600.0
POLL_S: Final = 0.5
EXITS: Final[Mapping[str, int]] = {"succeeded": DONE, "refused": REFUSED}
ENDED: Final = ("succeeded", "failed", "refused", "cancelled")

Runbook = Annotated[str, typer.Argument(metavar="RUNBOOK", help="Its name, like container-start.")]
OnTarget = Annotated[str, typer.Option("--target", help="What it acts on, like container/ctl2/memcached.")]


def plan(
    ctx: typer.Context,
    runbook: Runbook,
    target: OnTarget,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Show the exact steps, commands and verdicts. Does nothing."""
    from remediator.cli.render import output

    here = session.of(ctx)
    answer = _asked(here, "plan", runbook, target, "")
    data = _taken(answer)
    if format is Format.JSON:
        output.as_json(data)
    else:
        output.say(shown(data))
    return DONE


def execute(
    ctx: typer.Context,
    runbook: Runbook,
    target: OnTarget,
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = "",
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when the run has ended (always without a daemon).")
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Do what `plan` shows, through the same gate. Exit 4 when a guard refuses."""
    from remediator.cli.render import output

    here = session.of(ctx)
    answer = _asked(here, "execute", runbook, target, reason)
    data = dict(_taken(answer, refusal_is_data=True))
    if wait and answer.exit == DONE and "result" not in data:
        data["result"] = _followed(here, str(data["run"]))
    if format is Format.JSON:
        output.as_json(data)
    else:
        output.say(_ended(data))
    if answer.exit:
        raise CliError(answer.error, answer.exit)
    result = data.get("result")
    return EXITS.get(str(result["state"]), FAILED) if isinstance(result, Mapping) else DONE


def _asked(here: session.Session, op: str, runbook: str, target: str, reason: str) -> Answer:
    args = {"runbook": runbook, "target": target, "reason": reason}
    try:
        return client.request(here.state_dir(), op, args, timeout_s=ANSWER_S)
    except client.Unreachable as unreachable:
        if unreachable.denied:
            raise
    from remediator.cli.local import actor, run

    config = here.config()
    session.quiet(config)
    if op == "plan":
        return run.plan(config, runbook, target, actor.me())
    return run.execute(config, runbook, target, actor.me(), reason)


def _taken(answer: Answer, *, refusal_is_data: bool = False) -> Mapping[str, Any]:
    """Return the answer's data. Raise CliError when there is none worth showing."""
    if answer.exit == DONE or (refusal_is_data and answer.data):
        return dict(answer.data)
    raise CliError(answer.error, answer.exit)


def _followed(here: session.Session, run: str) -> Mapping[str, Any]:
    """Poll the store until `run` has ended, and return it. Raise CliError after a limit; the run goes on."""
    reader = here.reader()
    give_up = time.monotonic() + FOLLOW_S
    while time.monotonic() < give_up:
        found = reader.run(run)
        if found is not None and found["state"] in ENDED:
            return found
        time.sleep(POLL_S)
    raise CliError(f"{run} has not ended within {times.span(FOLLOW_S)}; it goes on: remediator runs show {run}", FAILED)


def shown(data: Mapping[str, Any]) -> str:
    """Return a plan with its verdicts as text."""
    plan = data.get("plan") or {}
    lines = [
        f"{sanitize.line(plan.get('runbook'))} ({plan.get('risk')}) on {sanitize.line(plan.get('target'))}",
        f"plan {plan.get('hash')}",
    ]
    for step in timeline.alike(plan.get("steps") or []):
        lines.append(
            f"step {sanitize.line(step.get('id'))}: {sanitize.line(step.get('action'))}  "
            f"{step.get('risk')}, {step.get('effect')}, at most {times.span(step.get('timeout_s'))}"
        )
        lines += timeline.what(step)
    verify = plan.get("verify") or {}
    if verify:
        lines.append(
            f"verified by {sanitize.line(verify.get('check'))}: OK within {times.span(verify.get('within_s'))}, "
            f"then for {times.span(verify.get('hold_s'))}"
        )
    return "\n".join([*lines, *_found(data.get("now")), *timeline.verdicts(data.get("verdicts") or [])])


def _found(now: Any) -> list[str]:
    """Return how the target is at this moment, and that nothing is to be cured where it is well."""
    if not isinstance(now, Mapping):
        return []
    well = ": there is nothing to cure" if now.get("state") == "OK" else ""
    return [
        f"now: {sanitize.line(now.get('check'))} is {sanitize.line(now.get('state'))} "
        f"({sanitize.line(now.get('output'))}){well}"
    ]


def _ended(data: Mapping[str, Any]) -> str:
    result = data.get("result")
    if isinstance(result, Mapping):
        return timeline.run(result)
    if data.get("waits") == "approval":
        return f"{shown(data)}\n{data['run']} waits for somebody else's yes: remediator approve {data['run']}"
    if data.get("run"):
        return f"{shown(data)}\nstarted {data['run']}: remediator runs show {data['run']}"
    return shown(data)
