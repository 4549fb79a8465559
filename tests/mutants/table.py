"""docs/mutants.md: every mistake with what caught it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutants.rows import CORE, OF_TECHNOLOGIES, Mutant

PLACE = Path("docs") / "mutants.md"
HEAD = """# Mutants

Each row is a patch of one function of a shipped file, a mistake that someone could make. `python -m tests.mutants` applies one at a time to a
copy of the tree and runs the short form of the proof on it, which must fail: the directed stories
(`remediator/sim/stories/scenarios.py`, `brake_scenarios.py`, and `remediator/integrations/galera/sim/stories/`), then every crash point, then stories by chance. The words before
a story are the invariant that broke (`remediator/sim/invariants/watch.py`). The runner fails when the same proof does not hold on the unpatched tree. Where the
simulator cannot see a mistake, a unit test catches it. One that lives is a hole in the proof.

`--named` runs of the simulator only the story that a mutant names, patched and unpatched. This file is written by `python -m tests.mutants --table`, or by `--table` with the names of those that changed; `tests/unit/mutants` keeps it in step with `tests/mutants/rows.py`.

"""  # noqa: E501
COLUMNS = """| mutant | the mistake | where | caught by |
|---|---|---|---|
"""
SECTION = "## "
"""How the heading begins under which the rows of a technology stand; its name follows."""


def write(path: Path, caught: Mapping[str, str]) -> None:
    """Write the page; `caught`: name of a mutant to what caught it. What the page says of the others stays.

    Each technology has a section of its own. A mutant of which nothing is known has no row, and `tests/unit/mutants`
    fails until it
    was tried.
    """
    before = {name: said for name, (_, said) in read(path).items()} if path.is_file() else {}
    known = {**before, **caught}
    parts = [HEAD + COLUMNS + _rows(CORE, known)]
    for name, mutants in OF_TECHNOLOGIES.items():
        about = f"Declared in `tests/integrations/{name}/mutants.py`."
        parts.append(f"{SECTION}{name}\n\n{about}\n\n{COLUMNS}{_rows(mutants, known)}")
    path.write_text("\n".join(parts))


def _rows(mutants: Iterable[Mutant], caught: Mapping[str, str]) -> str:
    return "".join(
        f"| `{each.name}` | {_cell(each.mistake)} | `{each.place}` | {_cell(caught[each.name])} |\n"
        for each in mutants
        if each.name in caught
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def read(path: Path) -> dict[str, tuple[str, str]]:
    """Return name -> (mistake, what caught it) of every row of the page, but for technologies whose tests are not in
    this tree."""
    return {cells[0].strip("`"): (cells[1], cells[3]) for line in _known(path) if (cells := _cells(line))}


def _known(path: Path) -> Iterator[str]:
    """Yield the lines of rows that can be of a mutant of this tree."""
    known = True
    for line in path.read_text().splitlines():
        if line.startswith(SECTION):
            known = line.removeprefix(SECTION) in OF_TECHNOLOGIES
        elif known and line.startswith("| `"):
            yield line


def _cells(line: str) -> Sequence[str]:
    return [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("| ").split("|")]
