"""Every crash point of every shipped runbook, one by one: the daemon dies there, is started again, and the cure must be
whole.

A way is how a runbook comes to run: what breaks, and what must be true when all is over. Runbooks are taken from the
content. A new runbook without a way is reported as not covered. A new runbook with a way is killed at all of its points
at once.
"""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from remediator.model.records.records import Run
from remediator.sim.crash import watching
from remediator.sim.happenings.faults.service_faults import crash, sicken
from remediator.sim.happenings.people import People
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.watch import Violation, Watch
from remediator.sim.proof.ways import Way, approves
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.stories.stories import APPROVING, UNATTENDED, in_memory
from remediator.sim.technology import technologies

WARM_S = 20.0
"""Until all is known."""


_PLAIN = (
    Way("container-start", "container-start", "ctl1", "memcached", crash("ctl1", "memcached")),
    Way("container-start without a unit", "container-start", "cmp1", "cron", crash("cmp1", "cron")),
    Way(
        "container-start approved", "container-start", "cmp2", "cron", crash("cmp2", "cron"),
        config=APPROVING, helps=approves,
    ),
    Way("container-restart", "container-restart", "cmp2", "neutron_agent", sicken("cmp2", "neutron_agent")),
)  # fmt: skip
WAYS = (*_PLAIN, *(way for each in technologies() for way in each.ways()))


@dataclass(frozen=True)
class Died:
    """How one way went when the daemon died at `point` (0: it lived). `where` names the points that were passed."""

    way: str
    point: int
    where: tuple[str, ...]
    violation: Violation | None
    lines: tuple[tuple[float, str], ...] = ()


def runbooks() -> frozenset[str]:
    """Return the names of all shipped runbooks."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as directory:
        return frozenset(Simulation(Path(directory)).runbooks)


def uncovered(ways: tuple[Way, ...] = WAYS) -> frozenset[str]:
    """Return the shipped runbooks that no way leads to."""
    return runbooks() - {way.runbook for way in ways}


def count(way: Way) -> int:
    """Return how many points `way` passes when nobody dies. Raise Violation when it is not cured even then."""
    died = die_at(way, 0)
    if died.violation is not None:
        raise died.violation
    return len(died.where)


def all_points(ways: tuple[Way, ...] = WAYS) -> Iterator[tuple[Way, int]]:
    """Yield every way with each of its points."""
    for way in ways:
        for point in range(1, count(way) + 1):
            yield way, point


@dataclass(frozen=True)
class Cut:
    """The daemon is killed once `moment` is true of its live runs, `meanwhile` happens, and it is started again."""

    moment: Callable[[Sequence[Run]], bool]
    meanwhile: Callable[[Simulation], None]


def die_at(way: Way, point: int, again: int = 0, cut: Cut | None = None) -> Died:
    """Let `way` happen with a death at `point`, and a second one `again` points after it, or one by `cut`; return how
    it went."""
    directory = Path(tempfile.mkdtemp(prefix="points-", dir=in_memory()))
    simulation = Simulation(directory, way.config, way.shape)
    watch = Watch(simulation, needs_approval=way.config == APPROVING, unattended=way.config == UNATTENDED)
    stage = Stage(simulation, watch, People(simulation, watch))
    tell_logs(simulation)
    violation: Violation | None = None
    try:
        with watching(simulation.dying):
            _happen(stage, way, point, again, cut)
    except Violation as found:
        violation = found
    except Exception as error:  # noqa: BLE001 - whatever the daemon raises would have ended it
        violation = Violation("well", f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}")
    finally:
        watch.close()
        simulation.close()
        shutil.rmtree(directory, ignore_errors=True)
    return Died(way.name, point, tuple(simulation.dying.passed), violation, tuple(simulation.story))


def _happen(stage: Stage, way: Way, point: int, again: int, cut: Cut | None) -> None:
    simulation = stage.simulation
    simulation.start()
    simulation.run(WARM_S)
    stage.people.accept("all")
    simulation.run(way.seen_s)
    simulation.dying.arm(point)
    way.breaks.happen(stage)
    armed_again, to_cut = again == 0, cut

    def over() -> bool:
        nonlocal armed_again, to_cut
        if not armed_again and simulation.deaths and simulation.daemon is not None:
            armed_again = True
            simulation.dying.arm(again)
        daemon = simulation.daemon
        if daemon is None:
            return False
        if to_cut is not None and to_cut.moment(tuple(daemon.world.durable.runs.values())):
            simulation.kill("cut")
            to_cut.meanwhile(simulation)
            to_cut = None
            simulation.revive()
            return False
        way.helps(stage)
        idle = simulation.daemon is daemon and not daemon.world.durable.runs and daemon.world.durable.adopted
        return bool(idle and way.is_whole(stage) and not daemon.world.durable.incidents)

    cured = simulation.run(way.cures_s, over)
    if simulation.daemon is not None:
        simulation.stop()
    simulation.dying.open = False
    simulation.run(10.0)
    simulation.revive()
    simulation.run(WARM_S)
    if to_cut is not None:
        raise Violation("well", f"{way.name}: the moment to be cut at did not come")
    if not cured:
        way.not_cured(stage)
    way.proven(stage)
    stage.watch.finish()
