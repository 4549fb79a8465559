"""Every crash point of every shipped runbook, one by one: the daemon dies there, is started again, and the cure must be whole.

A way is how a runbook comes to run: what breaks, and what must be true when all is over. Runbooks are taken from the content,
so that a new one without a way is reported as not covered, and one with a way is killed at all of its points at once.
"""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remediator.integrations.galera.sim import ledger as galera_account
from remediator.integrations.galera.sim import scripts as galera_scripts
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import UUID, VERSION
from remediator.model.records.records import Run, RunState
from remediator.sim.cloud.shapes import DEFAULT, NAMES_AND_NETWORKS, ONE_CONTROLLER, Shape
from remediator.sim.crash import watching
from remediator.sim.happenings.kinds import Happening
from remediator.sim.happenings.people import People
from remediator.sim.happenings.service_faults import (
    cluster_killed,
    cluster_lost,
    crash,
    crash_member,
    cut_apart,
    left_out,
    shut_down,
    sicken,
    tables_outdated,
    two_killed,
)
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import CALLS
from remediator.sim.invariants.watch import Violation, Watch
from remediator.sim.simulation import CONFIG, Simulation, tell_logs
from remediator.sim.stories.stories import APPROVING, RECOVERING, UNATTENDED, in_memory

WARM_S, SEEN_S = 20.0, 60.0
"""Until all is known; and until the mark of the cluster is surely kept."""
BOOTSTRAPS = ("galera-bootstrap", "galera-pc-bootstrap")
FURTHEST = "ctl2"


@dataclass(frozen=True)
class Way:
    """`breaks`: what brings it about. `helps`: what people do until it is over."""

    name: str
    runbook: str
    host: str
    service: str
    breaks: Happening
    config: str = CONFIG
    helps: Callable[[Stage], None] = lambda _stage: None
    cures_s: float = 420.0
    one_in: int = 1
    """The short form dies at one in so many of its points, from where the seed says: for time, or since another way passes the same code."""

    shape: Shape = DEFAULT
    asks: bool = False
    """A death between INTENT and command may end with a page, after which a person does it by hand."""

    @property
    def of_cluster(self) -> bool:
        return self.host == "galera"

    def whole(self, stage: Stage) -> bool:
        """Return whether it is cured in truth: not by what the daemon says."""
        members = stage.simulation.cloud.galera.members
        if self.of_cluster:
            well = all(one.state == "synced" and one.process == "unit" for one in members.values())
            return well and not galera_account.leftovers(stage.simulation.cloud.galera)
        service = stage.service(self.host, self.service)
        if self.service == "mariadb":
            return members[self.host].state == "synced" and members[self.host].data.upgraded_for == VERSION
        return service.running and not service.sick

    def proven(self, stage: Stage) -> None:
        """Raise Violation unless what took effect is what the runbook is for, and no more often than it may."""
        cloud = stage.simulation.cloud
        if self.of_cluster:
            _of_cluster(self, cloud.galera, {name: cloud.hosts[name].orders for name in cloud.galera.members})
            return
        orders = [
            each
            for each in cloud.hosts[self.host].orders
            if galera_scripts.name_of(each[1]) not in galera_scripts.ONLY_READ
        ]
        if len(orders) > 1:
            raise Violation("once", f"{self.name}: {len(orders)} commands took effect: {orders}")
        if not orders and not (self.asks and stage.watch.was_paged(*CALLS)):
            raise Violation(
                "intent", f"{self.name} was cured and no command of ours took effect: the way proves nothing"
            )


def _of_cluster(way: Way, galera: Galera, orders: Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]) -> None:
    """One bootstrap where the runbook has one, of the same history, with everything in it; and who was to be worked on was."""
    wanted = int(way.runbook in BOOTSTRAPS)
    if len(galera.bootstraps) != wanted:
        raise Violation("once", f"{way.name}: {len(galera.bootstraps)} bootstraps: {galera.bootstraps}")
    if way.runbook == "galera-pc-bootstrap":
        _one_statement(way, galera, orders)
    else:
        idle = [host for host, done in orders.items() if not done]
        if idle:
            raise Violation("intent", f"{way.name} was cured and nothing took effect on {idle}: the way proves nothing")
    if galera.uuid != UUID or galera.rows == 0 or len(galera.branches) != 1 + wanted:
        raise Violation("bootstrap", f"{way.name}: the history is {galera.uuid} {galera.branches}, {galera.rows} rows")


def _one_statement(way: Way, galera: Galera, orders: Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]) -> None:
    """Of all members one alone was changed, by one command, and it is the one that was made Primary: the furthest of them."""
    changed = [
        (host, galera_scripts.name_of(argv))
        for host, done in orders.items()
        for _, argv in done
        if galera_scripts.name_of(argv) not in galera_scripts.ONLY_READ
    ]
    if changed != [(FURTHEST, "galera-pc-bootstrap")] or [host for _, host, _ in galera.bootstraps] != [FURTHEST]:
        raise Violation(
            "once", f"{way.name}: took effect {changed}, made Primary {galera.bootstraps}, not {FURTHEST} alone"
        )


def _approves(stage: Stage) -> None:
    if stage.waits_for_a_yes:
        stage.people.approve()


def _approves_and_mends(stage: Stage) -> None:
    """The network comes back once one of the members was made Primary, and no sooner."""
    _approves(stage)
    galera = stage.simulation.cloud.galera
    if galera.bootstraps:
        galera.see_again()


def _resolves(stage: Stage) -> None:
    """What nobody can prove is said by a person who looks."""
    daemon = stage.simulation.daemon
    if daemon is not None and any(run.state is RunState.IN_DOUBT for run in daemon.world.durable.runs.values()):
        stage.people.resolve()


def _by_hand(stage: Stage) -> None:
    """Whom a page calls for a member that was left out restarts it."""
    if stage.watch.was_paged(*CALLS):
        for host, member in stage.simulation.cloud.galera.members.items():
            if member.state == "cut":
                stage.service(host, "mariadb").restart()


WAYS = (
    Way("container-start", "container-start", "ctl1", "memcached", crash("ctl1", "memcached")),
    Way("container-start without a unit", "container-start", "cmp1", "cron", crash("cmp1", "cron")),
    Way(
        "container-start approved", "container-start", "cmp2", "cron", crash("cmp2", "cron"),
        config=APPROVING, helps=_approves,
    ),
    Way("container-restart", "container-restart", "cmp2", "neutron_agent", sicken("cmp2", "neutron_agent")),
    Way("galera-start-member", "galera-start-member", "ctl3", "mariadb", crash_member("ctl3")),
    Way(
        "galera-start-lone", "galera-start-lone", "galera", "mariadb", crash_member("ctl1"),
        one_in=2, shape=ONE_CONTROLLER,
    ),
    Way("galera-restart-left-out", "galera-restart-left-out", "ctl3", "mariadb", left_out("ctl3"), helps=_by_hand, asks=True),
    Way(
        "galera-mariadb-upgrade", "galera-mariadb-upgrade", "ctl2", "mariadb", tables_outdated("ctl2"),
        helps=_resolves,
        cures_s=2400.0, one_in=2,
    ),
    Way("galera-start-members", "galera-start-members", "galera", "mariadb", cluster_killed()),
    Way(
        "galera-bootstrap approved", "galera-bootstrap", "galera", "mariadb", cluster_lost(),
        config=RECOVERING, helps=_approves, cures_s=1200.0, one_in=4,
    ),
    Way(
        "galera-bootstrap unattended", "galera-bootstrap", "galera", "mariadb", cluster_lost(),
        config=UNATTENDED, cures_s=1200.0, one_in=16,
    ),
    Way(
        "galera-bootstrap of members that look for each other", "galera-bootstrap", "galera", "mariadb", shut_down(),
        config=UNATTENDED, cures_s=1500.0, one_in=16,
    ),
    Way(
        "galera-bootstrap beside one that runs", "galera-bootstrap", "galera", "mariadb", two_killed(),
        config=RECOVERING, helps=_approves, cures_s=3000.0, one_in=32,
    ),
    Way(
        "galera-pc-bootstrap approved", "galera-pc-bootstrap", "galera", "mariadb", cut_apart(FURTHEST),
        config=RECOVERING, helps=_approves_and_mends, cures_s=2400.0, one_in=2,
    ),
)  # fmt: skip


ON_NAMES = (
    Way("galera-start-member", "galera-start-member", "ctl3", "mariadb", crash_member("ctl3"), shape=NAMES_AND_NETWORKS),
    Way("galera-start-members", "galera-start-members", "galera", "mariadb", cluster_killed(), shape=NAMES_AND_NETWORKS),
    Way(
        "galera-bootstrap", "galera-bootstrap", "galera", "mariadb", cluster_lost(),
        config=RECOVERING, helps=_approves, cures_s=1200.0, shape=NAMES_AND_NETWORKS,
    ),
    Way(
        "galera-pc-bootstrap", "galera-pc-bootstrap", "galera", "mariadb", cut_apart(FURTHEST),
        config=RECOVERING, helps=_approves_and_mends, cures_s=2400.0, shape=NAMES_AND_NETWORKS,
    ),
)  # fmt: skip
"""The ways of Galera where the inventory has names alone and services listen on a second network. What the daemon does when it dies is the
same on every shape, so nobody dies on these."""


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
    """Let `way` happen with a death at `point`, and a second one `again` points after it, or one by `cut`; return how it went."""
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
    simulation.run(SEEN_S if way.of_cluster else 0.0)
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
        return bool(idle and way.whole(stage) and not daemon.world.durable.incidents)

    cured = simulation.run(way.cures_s, over)
    if simulation.daemon is not None:
        simulation.stop()
    simulation.dying.open = False
    simulation.run(10.0)
    simulation.revive()
    simulation.run(WARM_S)
    if to_cut is not None:
        raise Violation("well", f"{way.name}: the moment to be cut at did not come")
    if not cured and way.of_cluster:
        members = {host: one.state for host, one in simulation.cloud.galera.members.items()}
        raise Violation("progress", f"{way.name}: the cluster is not whole after {way.cures_s:.0f} s: {members}")
    if not cured:
        stage.watch.not_cured(way.host, way.service)
    way.proven(stage)
    stage.watch.finish()
