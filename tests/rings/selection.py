"""Which tests a run takes, decided by marks beside them.

The tests that are left out are written down, by name and with the reason.

`part(NAME)`: the part of `make lab-full` that a test on the lab is of, or a test that `make test` leaves out.
`full(WHY)`: `make test` leaves the test out, and one sentence says why. `on(HOST)`: the test works on this host of the
lab alone.

The run says what it takes in its environment, since each of its processes collects by itself:

- `REMEDIATOR_ON`: a host.
- `REMEDIATOR_CHOICE`: ``budget`` for what `make test` runs, or the name of a part.
- `REMEDIATOR_RECORD`: a file. With ``budget`` the file receives what is left out. With a part it receives the result of
  each test, and tests that passed by that file are not run again.

Without them pytest runs what it is asked for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.rings import places
from tests.rings.parts import IN_A_LAB, PARTS

BUDGET = "budget"
HERE = Path(__file__).parents[1]


def select(config: pytest.Config, items: list[pytest.Item], environment: Mapping[str, str]) -> None:
    """Give each of `items` the mark of its ring, and keep those that the run takes. Raise UsageError for a mark that is
    wrong."""
    for item in items:
        if (ring := places.ring_of(item.path.relative_to(HERE))) is not None:
            item.add_marker(ring)
    wrong = [why for item in items if (why := _mistake(item)) is not None]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
    host, choice = environment.get("REMEDIATOR_ON"), environment.get("REMEDIATOR_CHOICE")
    record = environment.get("REMEDIATOR_RECORD")
    done = passed(Path(record)) if record and choice not in (None, BUDGET) else frozenset()
    chosen: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        taken = _of(item, host) and _wanted(item, choice) and item.nodeid not in done
        (chosen if taken else left).append(item)
        if not taken and choice == BUDGET and record and _why_full(item) is not None:
            _append(Path(record), {"test": item.nodeid, "part": _part(item), "why": _why_full(item)})
    config.hook.pytest_deselected(items=left)
    items[:] = chosen


def record(report: pytest.TestReport, environment: Mapping[str, str]) -> None:
    """Write down what became of a test of a part, as soon as it is known: a run that is killed goes on after it."""
    file = environment.get("REMEDIATOR_RECORD")
    if not file or environment.get("REMEDIATOR_CHOICE") in (None, BUDGET):
        return
    if report.when == "call" or report.outcome != "passed":
        _append(Path(file), {"test": report.nodeid, "outcome": report.outcome})


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Give what was written into `file`; a last line that was cut off by a kill is left out."""
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def passed(file: Path) -> frozenset[str]:
    """A test whose last word is that it passed: a teardown that fails after it is a later word."""
    last = {row["test"]: row["outcome"] for row in records(file)}
    return frozenset(test for test, outcome in last.items() if outcome == "passed")


def _append(file: Path, row: Mapping[str, Any]) -> None:
    with file.open("a") as out:
        out.write(json.dumps(row) + "\n")


def _of(item: pytest.Item, host: str | None) -> bool:
    mark = item.get_closest_marker("on")
    return not host or (mark is not None and mark.args == (host,))


def _wanted(item: pytest.Item, choice: str | None) -> bool:
    if choice is None:
        return True
    return _why_full(item) is None if choice == BUDGET else _part(item) == choice


def _part(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("part")
    return mark.args[0] if mark is not None and mark.args else None


def _why_full(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("full")
    return mark.args[0] if mark is not None and mark.args else None


def _mistake(item: pytest.Item) -> str | None:
    """Return what is wrong with the marks of `item`, None if nothing is."""
    if item.get_closest_marker("full") is not None and not _why_full(item):
        return f"{item.nodeid}: the mark full needs the sentence why make test leaves it out"
    if _why_full(item) is None and not any(item.get_closest_marker(ring) for ring in IN_A_LAB):
        return None
    if _part(item) not in PARTS:
        return f"{item.nodeid}: its part is {_part(item)!r}, which is none of {', '.join(PARTS)} (pytest.mark.part)"
    return None


def environment(choice: str | None, file: Path | None) -> dict[str, str]:
    """Return what tells the processes of a run what to take."""
    told = {"REMEDIATOR_CHOICE": choice, "REMEDIATOR_RECORD": None if file is None else os.fspath(file)}
    return {name: value for name, value in told.items() if value is not None}
