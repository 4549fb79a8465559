"""Every crash point of every shipped runbook, one by one: the daemon dies there, is started again, and the cure must be whole.

A way is how a runbook comes to run: what breaks, and what must be true when all is over. Runbooks are taken from the content,
so that a new one without a way is reported as not covered, and one with a way is killed at all of its points at once.
"""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from remediator.sim.dying import watching
from remediator.sim.happenings import KINDS, Stage
from remediator.sim.people import People
from remediator.sim.simulation import CONFIG, Simulation, tell_logs
from remediator.sim.stories import APPROVING, in_memory, story_needs_a_yes
from remediator.sim.watch import Violation, Watch

CURES_S = 420.0
WARM_S = 20.0


@dataclass(frozen=True)
class Way:
    """`breaks`: name and words of the happening that brings it about. `helps`: what people do until it is over."""

    name: str
    runbook: str
    host: str
    service: str
    breaks: tuple[str, ...]
    config: str = CONFIG
    helps: Callable[[Stage], None] = lambda _stage: None

    def whole(self, stage: Stage) -> bool:
        """Return whether it is cured in truth: not by what the daemon says."""
        service = stage.service(self.host, self.service)
        if self.service == "mariadb":
            return stage.simulation.cloud.galera.members[self.host].state == "synced"
        return service.running and not service.sick


def _approves(stage: Stage) -> None:
    if story_needs_a_yes(stage):
        stage.people.approve()


WAYS = (
    Way("container-start", "container-start", "ctl1", "memcached", ("crash", "ctl1", "memcached")),
    Way("container-start without a unit", "container-start", "cmp1", "cron", ("crash", "cmp1", "cron")),
    Way(
        "container-start approved", "container-start", "cmp2", "cron", ("crash", "cmp2", "cron"),
        config=APPROVING, helps=_approves,
    ),
    Way("container-restart", "container-restart", "cmp2", "neutron_agent", ("sicken", "cmp2", "neutron_agent")),
    Way("galera-start-member", "galera-start-member", "ctl3", "mariadb", ("crash-member", "ctl3")),
)  # fmt: skip


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


def die_at(way: Way, point: int, again: int = 0) -> Died:
    """Let `way` happen with a death at `point`, and a second one `again` points after it; return how it went."""
    directory = Path(tempfile.mkdtemp(prefix="points-", dir=in_memory()))
    simulation = Simulation(directory, way.config)
    watch = Watch(simulation, needs_approval=way.config == APPROVING)
    stage = Stage(simulation, watch, People(simulation, watch))
    tell_logs(simulation)
    violation: Violation | None = None
    try:
        with watching(simulation.dying):
            _happen(stage, way, point, again)
    except Violation as found:
        violation = found
    except Exception as error:  # noqa: BLE001 - whatever the daemon raises would have ended it
        violation = Violation("well", f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}")
    finally:
        watch.close()
        simulation.close()
        shutil.rmtree(directory, ignore_errors=True)
    return Died(way.name, point, tuple(simulation.dying.passed), violation, tuple(simulation.story))


def _happen(stage: Stage, way: Way, point: int, again: int) -> None:
    simulation = stage.simulation
    simulation.start()
    simulation.run(WARM_S)
    stage.people.accept("all")
    name, *words = way.breaks
    simulation.dying.arm(point)
    KINDS[name].happen(stage, *words)
    armed_again = again == 0

    def over() -> bool:
        nonlocal armed_again
        if not armed_again and simulation.deaths and simulation.daemon is not None:
            armed_again = True
            simulation.dying.arm(again)
        daemon = simulation.daemon
        if daemon is None:
            return False
        way.helps(stage)
        idle = simulation.daemon is daemon and not daemon.world.runs and daemon.world.adopted
        return bool(idle and way.whole(stage) and not daemon.world.incidents)

    cured = simulation.run(CURES_S, over)
    if simulation.daemon is not None:
        simulation.stop()
    simulation.dying.open = False
    simulation.run(10.0)
    simulation.revive()
    simulation.run(WARM_S)
    orders = simulation.cloud.hosts[way.host].orders
    if len(orders) > 1:
        raise Violation("once", f"{way.name}: {len(orders)} commands took effect: {orders}")
    if not cured:
        stage.watch.not_cured(way.host, way.service)
    if not orders:
        raise Violation("intent", f"{way.name} was cured and no command of ours took effect: the way proves nothing")
    stage.watch.finish()
