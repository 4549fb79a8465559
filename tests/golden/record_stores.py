"""Stores as a release wrote them, in the middle of a cure: `python -m tests.golden.record_stores RELEASE` writes them
anew.

They are what the daemon of that release left when it was killed at each of MOMENTS, as SQL. Recorded once for a release
and not again:
a store that an older release wrote is what the newer one has to read.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remediator.model.records.records import Run, RunState, StepState
from remediator.sim.proof.crash_points import WAYS, Cut, die_at
from remediator.sim.proof.ways import Way
from remediator.sim.simulation import Simulation
from tests.golden.places import STORES

PLACE = STORES


@dataclass(frozen=True)
class Moment:
    """In `way`, when one of the live runs is as `true` says."""

    way: str
    true: Callable[[Run], bool]

    def cut(self, meanwhile: Callable[[Simulation], None]) -> Cut:
        def come(runs: Sequence[Run]) -> bool:
            return any(self.true(run) for run in runs)

        return Cut(come, meanwhile)


def _is(state: RunState) -> Callable[[Run], bool]:
    return lambda run: run.state is state


def _step(action: str, state: StepState) -> Callable[[Run], bool]:
    return lambda run: any(step.action == action and step.state is state for step in run.steps)


MOMENTS: Mapping[str, Moment] = {
    "planned": Moment("container-start", _is(RunState.PLANNED)),
    "intent": Moment("container-start", _step("container.start", StepState.INTENT)),
    "verifying": Moment("container-start", _is(RunState.VERIFYING)),
    "waiting": Moment("container-start approved", _is(RunState.WAITING_APPROVAL)),
    "member": Moment("galera-start-member", _step("galera.start_member", StepState.INTENT)),
    "position": Moment("galera-start-member", _step("galera.read_member", StepState.INTENT)),
    "bootstrap-waiting": Moment("galera-bootstrap approved", _is(RunState.WAITING_APPROVAL)),
    "bootstrap-holding": Moment("galera-bootstrap approved", _step("galera.hold", StepState.INTENT)),
    "bootstrap-chosen": Moment("galera-bootstrap approved", _step("galera.bootstrap", StepState.INTENT)),
    "bootstrap-joining": Moment("galera-bootstrap approved", _step("galera.join", StepState.INTENT)),
    "bootstrap-verifying": Moment("galera-bootstrap approved", _is(RunState.VERIFYING)),
    "upgrade": Moment("galera-mariadb-upgrade", _step("galera.upgrade_tables", StepState.INTENT)),
    "statement": Moment("galera-pc-bootstrap approved", _step("galera.pc_bootstrap", StepState.INTENT)),
}


def way_of(moment: Moment) -> Way:
    return next(way for way in WAYS if way.name == moment.way)


def path_of(simulation: Simulation) -> Path:
    """Return the file of its store."""
    return Path(simulation.config.state_dir) / "remediator.db"


def record(release: str, name: str) -> None:
    """Write the store of a moment."""

    def save(simulation: Simulation) -> None:
        with sqlite3.connect(path_of(simulation)) as store:
            (PLACE / release).mkdir(exist_ok=True)
            (PLACE / release / f"{name}.sql").write_text("\n".join(store.iterdump()) + "\n", "utf-8")
        store.close()

    died = die_at(way_of(MOMENTS[name]), 0, cut=MOMENTS[name].cut(save))
    if died.violation is not None:
        raise died.violation


if __name__ == "__main__":
    for each in MOMENTS:
        record(sys.argv[1], each)
        print(each)
