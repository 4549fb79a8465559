"""The demo without an engine: every line says that it is simulated, what it counts is in the store, and no cure is no
success."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from lab import cli, simulated
from remediator.cli.render import timeline
from remediator.sim.proof.demo import BREAKS, Play
from remediator.sim.simulation import Simulation
from remediator.sim.stories import stories
from remediator.store import database, tables

pytestmark = pytest.mark.sim

LAST = re.compile(r"demo: \(simulated\) ok incidents=(\d+) cured=(\d+) refused=(\d+) audit=intact left=0 seconds=\d+")


class Kept(Play):
    """A play that looks at its store just before it is cleared away."""

    def clear(self) -> list[str]:
        if self.directory.exists():
            engine = database.reading(database.url_of(Path(self.config.state_dir), None))
            with engine.connect() as connection:
                runs = sa.select(tables.runs.c.incident).where(tables.runs.c.state == "succeeded")
                self.cured = set(connection.execute(runs).scalars())
                self.incidents = connection.execute(sa.select(sa.func.count()).select_from(tables.incidents)).scalar()
            engine.dispose()
            self.shown = {each: timeline.incident(self.reader.incident(each) or {}) for each in sorted(self.cured)}
        return super().clear()


@pytest.fixture
def play() -> Iterator[Kept]:
    made = Kept(Path(tempfile.mkdtemp(prefix="demo-", dir=stories.in_memory())))
    yield made
    made.clear()


def _lines(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith("(simulated)") for line in lines), lines
    return lines, last


def test_both_incidents_are_cured_and_the_last_line_counts_what_the_store_has(
    play: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulated.show(play, "no engine can run") == 0
    lines, last = _lines(capsys)
    assert lines[0] == "(simulated) This is a simulation: no engine can run"
    assert any("virtual" in line for line in lines[:4])
    told = LAST.fullmatch(last)
    assert told is not None, last
    assert int(told[1]) == play.incidents
    assert int(told[2]) == len(play.cured) == len(BREAKS)
    assert not play.directory.exists()


def test_timelines_are_those_that_the_command_line_renders(play: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulated.show(play, "no engine can run") == 0
    text = "\n".join(line.removeprefix("(simulated)").removeprefix(" ") for line in _lines(capsys)[0])
    assert len(play.shown) == len(BREAKS)
    for story in play.shown.values():
        assert "down " in story
        assert "cure " in story
        assert story in text


def _paused(simulation: Simulation) -> None:
    simulation.pause_file.write_text("on purpose\n")


def _stays_broken(simulation: Simulation) -> None:
    simulation.cloud.service("ctl3", "mariadb").life_s = 2.0


@pytest.mark.parametrize(("spoil", "says"), [(_paused, "PAUSE"), (_stays_broken, "galera/ctl3")])
def test_no_cure_is_no_success(
    play: Kept, capsys: pytest.CaptureFixture[str], spoil: Callable[[Simulation], None], says: str
) -> None:
    spoil(play.simulation)
    assert simulated.show(play, "no engine can run") == 1
    _, last = _lines(capsys)
    assert last.startswith("demo: (simulated) FAILED ")
    assert says in last
    assert not play.directory.exists()


class Leaves(Play):
    def clear(self) -> list[str]:
        super().clear()
        return ["/somewhere"]


def test_what_is_left_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    made = Leaves(Path(tempfile.mkdtemp(prefix="demo-", dir=stories.in_memory())))
    assert simulated.show(made, "no engine can run") == 1
    last = _lines(capsys)[1]
    assert last.startswith("demo: (simulated) FAILED ")
    assert "left=1" in last


def test_it_is_simulated_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--simulated"]) == 0
    lines, last = _lines(capsys)
    assert "--simulated was asked for" in lines[0]
    assert LAST.fullmatch(last), last


def test_it_is_simulated_where_no_engine_can_run() -> None:
    without = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"] if os.geteuid() == 0 else []
    can = (
        "import lab.outer.machine, lab.errors\ntry:\n  lab.outer.machine.check()\nexcept lab.errors.LabError as e:\n  "
        "print(e)\nelse:\n  exit(3)"
    )
    asked = subprocess.run(
        [*without, sys.executable, "-c", can], capture_output=True, text=True, timeout=600, check=True
    )
    done = subprocess.run(
        [*without, sys.executable, "-m", "lab", "demo"], capture_output=True, text=True, timeout=600, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == f"(simulated) This is a simulation: {asked.stdout.strip()}"
    assert LAST.fullmatch(lines[-1]), lines[-1]


def test_an_unknown_word_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--simulate"]) == 64
    assert "--simulate" in capsys.readouterr().err
