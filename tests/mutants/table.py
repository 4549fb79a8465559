"""docs/mutants.md: every mistake with what caught it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.rows import BY_NAME

PLACE = Path("docs") / "mutants.md"
HEAD = """# Mutants

Each row is a patch of one function of a shipped file, a mistake that someone could make. `python -m tests.mutants` applies one at a time to a
copy of the tree and runs the short form of the proof on it, which must fail: the directed stories
(`remediator/sim/stories/scenarios.py`, `brakes.py`, `remediator/sim/galera/recovering.py` and `recovering_live.py`), then every crash point, then stories by chance. The words before
a story are the invariant that broke (`remediator/sim/invariants/watch.py`). The runner fails when the same proof does not hold on the unpatched tree. Where the
simulator cannot see a mistake, a unit test catches it. One that lives is a hole in the proof.

This file is written by `python -m tests.mutants --table`; `tests/unit/mutants` keeps it in step with `tests/mutants/rows.py`.

| mutant | the mistake | where | caught by |
|---|---|---|---|
"""


def write(path: Path, caught: Mapping[str, str]) -> None:
    """Write the page; `caught`: name of a mutant to what caught it."""
    lines = [
        f"| `{name}` | {_cell(BY_NAME[name].mistake)} | `{BY_NAME[name].place}` | {_cell(said)} |"
        for name, said in caught.items()
    ]
    path.write_text(HEAD + "\n".join(lines) + "\n")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def read(path: Path) -> dict[str, tuple[str, str]]:
    """Return name -> (mistake, what caught it) of every row of the page."""
    rows = (line for line in path.read_text().splitlines() if line.startswith("| `"))
    return {cells[0].strip("`"): (cells[1], cells[3]) for line in rows if (cells := _cells(line))}


def _cells(line: str) -> Sequence[str]:
    return [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("| ").split("|")]
