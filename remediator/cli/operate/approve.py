"""`remediator approve` and `remediator deny`: a person's yes or no to one run, bound to the very plan that was shown.

Invariant: what is approved is what was seen. Without `--plan` the stored plan is shown, and its hash goes with the yes:
a
plan that has changed meanwhile is refused by the daemon. Nobody is asked where nobody can answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import FAILED, USAGE, CliError
from remediator.cli.operate import execute, reasons
from remediator.cli.render import sanitize, timeline, times
from remediator.cli.session import Format

NOT_YET: Final = ("planned", "waiting_approval")
"""States in which a yes can still start the run. In any other, the daemon says why it is too late."""

NAMES_A_PLAN: Final = re.compile(r"[0-9a-f]{8,64}")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Its id, like run-12; `remediator status` has it.")]


def approve(
    ctx: typer.Context,
    run: RunId,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="HASH", help="The plan that you have seen; then nothing is asked.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; goes into the audit log.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Show the plan and approve it without a question.")] = False,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Let a waiting run start: shows its plan, and asks.

    The gate has the last word. Exit 4: expired, used, changed, no right.
    """
    from remediator.cli.render import output

    here = session.of(ctx)
    if plan is not None and NAMES_A_PLAN.fullmatch(plan) is None:
        why = (
            f"--plan {plan!r} names no plan: give at least 8 characters of its hash; to see it: remediator "
            f"approve {run}"
        )
        raise CliError(why, USAGE)
    if plan is None:
        plan = _seen(here, run, yes=yes, quiet=format is Format.JSON)
    data = client.demand(here.state_dir(), "approve", {"run": run, "plan": plan, "reason": reason})
    if format is Format.JSON:
        output.as_json(data)
    else:
        output.say(f"approved {run}: {data.get('state')}; follow it with: remediator runs show {run}")
    return 0


def deny(
    ctx: typer.Context,
    run: RunId,
    reason: Annotated[str | None, typer.Option(help="Why; goes into the audit log.")] = None,
) -> int:
    """Say no to a waiting run: it ends.

    Its incident goes to a person.
    """
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "deny", {"run": run, "reason": reason})
    output.say(f"denied {run}")
    return 0


def _seen(here: session.Session, run: str, *, yes: bool, quiet: bool) -> str:
    """Show the stored plan of `run`, ask, and return its hash. Raise CliError when there is no such run, or no yes."""
    from remediator.cli.render import output

    reader = here.reader()
    found, stored = reader.run(run), reader.plan(run)
    if found is None or stored is None:
        known = [str(each["id"]) for each in reader.runs(None, 200)]
        raise CliError(f"no run {run!r}{sanitize.suggestion(run, known)}", USAGE)
    if not quiet:
        output.say(proposal(found, stored))
    seen = str(found.get("asks_hash") or stored["hash"])
    if yes or (found["state"] not in NOT_YET and not found.get("asks")):
        return seen
    if quiet or not sys.stdin.isatty():
        raise CliError(f"nobody is there to ask: say which plan you mean with --plan {seen}, or --yes", USAGE)
    if not typer.confirm(f"Approve {run}?", default=False):
        raise CliError(f"not approved: {run} waits on; to end it: remediator deny {run} --reason TEXT", FAILED)
    return seen


def proposal(run: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    """Return what an approver has to know: who proposes it and why, until when, the exact commands, every refusal."""
    asked = run.get("approval") or {}
    who = sanitize.line(asked.get("requested_by") or run.get("actor"))
    lines = [f"run {sanitize.line(run.get('id'))}  {timeline.words(run.get('state'))}, proposed by {who}"]
    if plan.get("rule") or run.get("incident"):
        lines.append(
            f"rule {sanitize.line(plan.get('rule')) or '-'}, incident {sanitize.line(run.get('incident')) or '-'}"
        )
    if asked.get("approved_by"):
        lines.append(
            f"approved by {sanitize.line(asked['approved_by'])} at {times.clock(asked.get('approved_at'))} UTC"
        )
    if asked.get("expires_at"):
        lines.append(f"can be approved until {times.clock(asked['expires_at'])} UTC")
    if run.get("asks"):
        lines += ["", "it is held, and needs your yes to this:", sanitize.lines(run["asks"])]
    if asked.get("evidence"):
        lines += ["", sanitize.lines(asked["evidence"])]
    return "\n".join([*lines, "", execute.shown({"plan": plan, "verdicts": run.get("verdicts") or []})])
