"""`remediator check`: what is broken, as a table, as JSON or as a Nagios plugin. Changes nothing.

Exit code as Nagios, and 3 for everything that keeps us from knowing: bad usage, bad config, nothing that matches.
`--cached` takes the daemon's last results and calls those older than three intervals UNKNOWN; `--live` asks the daemon to
collect now; without a daemon it collects itself, and the state is that of one sample.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from remediator.cli import clean, control_client, nagios, session
from remediator.cli.errors import UNKNOWN, CliError

LIVE_TIMEOUT_S: Final = 120.0
INTERVALS: Final = 3
DEFAULT_EVERY_S: Final = 60.0


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
    wanted = list(names or [])
    answer = _answer(session.of(ctx), wanted, target, live, format)
    results = answer.get("results", [])
    if not results:
        raise CliError(_no_match(wanted, target, answer.get("known", [])), UNKNOWN)
    _print(answer, results, format)
    return nagios.worst(results).value


def _answer(
    here: session.Session, names: list[str], target: str | None, live: bool | None, format: CheckFormat
) -> dict[str, Any]:
    config = here.config()
    if live is False:
        return _cached(here, names, target)
    try:
        if live is None and format is CheckFormat.NAGIOS:
            control_client.probe(config.state_dir)
            return _cached(here, names, target)
        data = control_client.demand(
            config.state_dir, "check", {"names": names, "target": target}, timeout_s=LIVE_TIMEOUT_S
        )
        return dict(data)
    except control_client.Unreachable as unreachable:
        if unreachable.denied:
            return _cached(here, names, target)
        from remediator.daemon import standalone

        return dict(standalone.check_once(config, names, target))


def _cached(here: session.Session, names: list[str], target: str | None) -> dict[str, Any]:
    answer = here.reader().results()
    known = list(answer.get("results", []))
    return {
        **answer,
        "results": [aged(result) for result in matching(known, names, target)],
        "known": sorted({str(result["check"]) for result in known} | {str(result["target"]) for result in known}),
    }


def matching(results: Sequence[Mapping[str, Any]], names: Sequence[str], target: str | None) -> list[Mapping[str, Any]]:
    """Return the results of the named checks (all without names) on `target` (all without one)."""
    return [
        result
        for result in results
        if (not names or result.get("check") in names) and (target is None or result.get("target") == target)
    ]


def aged(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return `result`, or UNKNOWN in its place when it is older than three intervals: what is old is not known."""
    every_s = float(result.get("every_s") or DEFAULT_EVERY_S)
    age_s = result.get("age_s")
    if age_s is not None and float(age_s) <= INTERVALS * every_s:
        return dict(result)
    old = "of unknown age" if age_s is None else f"{float(age_s):.0f} s old, more than {INTERVALS} intervals"
    text = f"the last result is {old}; does the daemon run? It was {result.get('state')}: {result.get('output')}"
    return {**result, "state": "UNKNOWN", "output": text, "unknown": [{"field": "", "reason": "stale"}]}


def _no_match(names: Sequence[str], target: str | None, known: Sequence[str]) -> str:
    asked = " ".join([*names, *([f"--target {target}"] if target else [])]) or "all checks"
    near = clean.suggestion(target or (names[0] if names else ""), list(known))
    return f"no result matches {asked}{near}"


def _print(answer: Mapping[str, Any], results: Sequence[Mapping[str, Any]], format: CheckFormat) -> None:
    from remediator.cli import output

    if format is CheckFormat.NAGIOS:
        print(nagios.output(results))
    elif format is CheckFormat.JSON:
        output.as_json({key: value for key, value in answer.items() if key != "known"})
    else:
        ranked = sorted(results, key=lambda each: (-nagios.SEVERITY[nagios.state_of(each)], str(each.get("target"))))
        output.table(
            ("state", "check", "target", "output"),
            ([each["state"], each["check"], each["target"], each["output"]] for each in ranked),
            empty="",
        )
