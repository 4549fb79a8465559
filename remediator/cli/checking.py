"""`remediator check`: what is broken, as a table, as JSON or as a Nagios plugin. Changes nothing.

Exit code as Nagios, and 3 for everything that keeps us from knowing: bad usage, bad config, nothing that matches.
`--cached` takes the daemon's last results, in which those older than three intervals are UNKNOWN; `--live` asks the daemon
to collect now; without a daemon it collects itself, and the state is that of one sample.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from remediator.cli import clean, control_client, nagios, session
from remediator.cli.errors import UNKNOWN, USAGE, CliError

LIVE_TIMEOUT_S: Final = 70.0
"""More than the daemon's own patience with a request (60 s), so that its sentence arrives."""


class CheckFormat(enum.StrEnum):
    TABLE = "table"
    NAGIOS = "nagios"
    JSON = "json"


def check(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these checks.")] = None,
    target: Annotated[str | None, typer.Option(help="Only this target, like container/ctl2/memcached.")] = None,
    live: Annotated[
        bool | None,
        typer.Option("--live/--cached", help="Collect now, or take the daemon's last results (default for nagios)."),
    ] = None,
    format: Annotated[CheckFormat, typer.Option(help="How to print it.")] = CheckFormat.TABLE,
) -> int:
    """Judge now, change nothing. Exit code as Nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    here = session.of(ctx)
    wanted = tuple(names or ())
    collect_now = format is not CheckFormat.NAGIOS if live is None else live
    answer = _answer(here, wanted, target, "check" if collect_now else "results")
    results = answer.get("results", [])
    if not results:
        raise CliError(no_match(wanted, target, _known(here)), UNKNOWN)
    _print(answer, results, format)
    return nagios.worst(results).value


def _answer(here: session.Session, names: tuple[str, ...], target: str | None, op: str) -> Mapping[str, Any]:
    """Return CONTRACTS' `check` JSON, with empty results when nothing matches."""
    args = {"names": list(names), "target": target}
    try:
        answer = control_client.request(here.state_dir(), op, args, timeout_s=LIVE_TIMEOUT_S)
    except control_client.Unreachable as unreachable:
        if unreachable.denied:
            raise
        from remediator.daemon.looking import check_once

        return check_once(here.config(), names, target)
    if answer.exit == USAGE:
        return {}
    if answer.exit:
        raise CliError(answer.error, UNKNOWN)
    return dict(answer.data)


def _known(here: session.Session) -> list[str]:
    """Return the names and targets the daemon knows, for a suggestion; nothing without one."""
    try:
        data = control_client.demand(here.state_dir(), "results", {"names": [], "target": None})
    except CliError:
        return []
    results = data.get("results", [])
    return sorted({str(each["check"]) for each in results} | {str(each["target"]) for each in results})


def no_match(names: Sequence[str], target: str | None, known: Sequence[str]) -> str:
    """Return the sentence for a request that nothing answers."""
    if not names and target is None:
        return "no check has a result yet"
    asked = " ".join([*names, *([f"--target {target}"] if target else [])])
    wrong = [name for name in names if known and name not in known]
    near = clean.suggestion((wrong or [target or names[0]])[0], known)
    return f"no result matches {asked}{near}"


def _print(answer: Mapping[str, Any], results: Sequence[Mapping[str, Any]], format: CheckFormat) -> None:
    from remediator.cli import output

    if format is CheckFormat.NAGIOS:
        print(nagios.output(results))
    elif format is CheckFormat.JSON:
        output.as_json(answer)
    else:
        output.table(
            ("state", "check", "target", "output"),
            ((each["state"], each["check"], each["target"], each["output"]) for each in nagios.ranked(results)),
            empty="",
        )
