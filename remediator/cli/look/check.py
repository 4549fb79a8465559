"""`remediator check`: what is broken, as a table, as JSON or as a Nagios plugin. Changes nothing.

The exit code is that of Nagios, and 3 wherever the state cannot be known: bad usage, bad config, nothing that matches.
`--cached` takes the daemon's last results; those older than three intervals are UNKNOWN. `--live` asks the daemon to
collect now. Without a daemon the command collects itself, and the state is that of one sample.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import UNKNOWN, USAGE, CliError
from remediator.cli.look import provenance
from remediator.cli.render import nagios, sanitize, times
from remediator.model.content.judging import State

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
    daemon: Annotated[
        bool,
        typer.Option(
            "--daemon/--no-daemon", help="Ask the running daemon, or look from here with the config as it is."
        ),
    ] = True,
    problems: Annotated[bool, typer.Option("--problems", help="In a table, leave out what is OK.")] = False,
    format: Annotated[CheckFormat, typer.Option(help="How to print it.")] = CheckFormat.TABLE,
) -> int:
    """Judge now, change nothing. Exit code as Nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    here = session.of(ctx)
    wanted = tuple(names or ())
    collect_now = format is not CheckFormat.NAGIOS if live is None else live
    if not daemon and live is False:
        raise CliError("--cached is what the daemon knows, and --no-daemon does not ask it", USAGE)
    answer = (
        _answer(here, wanted, target, "check" if collect_now else "results") if daemon else _alone(here, wanted, target)
    )
    results = answer.get("results", [])
    if not results:
        raise CliError(no_match(wanted, target, _known(here)), UNKNOWN)
    _print(here, answer, results, format, problems)
    return nagios.worst(results).value


def _answer(here: session.Session, names: tuple[str, ...], target: str | None, op: str) -> Mapping[str, Any]:
    """Return the JSON of `check` (docs/contracts.md), with empty results when nothing matches."""
    args = {"names": list(names), "target": target}
    try:
        answer = client.request(here.state_dir(), op, args, timeout_s=LIVE_TIMEOUT_S)
    except client.Unreachable as unreachable:
        if unreachable.denied:
            raise
        return _alone(here, names, target)
    if answer.exit == USAGE:
        return {}
    if answer.exit:
        raise CliError(answer.error, UNKNOWN)
    return dict(answer.data)


def _alone(here: session.Session, names: tuple[str, ...], target: str | None) -> Mapping[str, Any]:
    """Look once from this process, with the config as it lies there."""
    from remediator.cli.local.check import check_once

    return check_once(here.config(), names, target, session.warn)


def _known(here: session.Session) -> list[str]:
    """Return the names and targets the daemon knows, for a suggestion; nothing without one."""
    try:
        data = client.demand(here.state_dir(), "results", {"names": [], "target": None})
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
    near = sanitize.suggestion((wrong or [target or names[0]])[0], known)
    return f"no result matches {asked}{near}"


def _print(
    here: session.Session,
    answer: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    format: CheckFormat,
    problems: bool,
) -> None:
    from remediator.cli.render import output

    if format is CheckFormat.NAGIOS:
        print(nagios.output(results))
        if told := provenance.differs(here, answer):
            print(nagios.safe(told))
    elif format is CheckFormat.JSON:
        provenance.warn(here, answer)
        output.as_json(answer)
    else:
        output.table(
            ("state", "check", "target", "output"),
            (
                (each["state"], each["check"], each["target"], each["output"])
                for each in nagios.ranked(results)
                if not (problems and nagios.state_of(each) is State.OK)
            ),
            empty="nothing is broken",
        )
        print("\n".join(["", _summary(results), *filter(None, (provenance.loaded(answer),))]))
        provenance.warn(here, answer)


def _summary(results: Sequence[Mapping[str, Any]]) -> str:
    ages = [float(each["age_s"]) for each in results if isinstance(each.get("age_s"), (int, float))]
    oldest = f"; the oldest result is {times.span(max(ages))} old" if ages else ""
    return f"{nagios.counts(results)}{oldest}"
