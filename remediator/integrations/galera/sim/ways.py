"""How the runbooks of Galera come to run, and what must be true of the cluster when all is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.integrations.galera.cluster import GALERA, MARIADB
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import UUID, VERSION
from remediator.integrations.galera.sim.happenings.losses import (
    cluster_killed,
    cluster_lost,
    crash_member,
    cut_apart,
    left_out,
    shut_down,
    tables_outdated,
    two_killed,
)
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.records.records import RunState
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.scripts import name_of
from remediator.sim.cloud.shapes import NAMES_AND_NETWORKS, ONE_CONTROLLER
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import CALLS
from remediator.sim.invariants.watch import Violation
from remediator.sim.proof.ways import Way, approves
from remediator.sim.stories.stories import RECOVERING, UNATTENDED

BOOTSTRAPS = ("galera-bootstrap", "galera-pc-bootstrap")
FURTHEST = "ctl2"
Orders = Mapping[str, Sequence[tuple[float, tuple[str, ...]]]]


@dataclass(frozen=True)
class _Member(Way):
    """One member is cured."""

    def is_whole(self, stage: Stage) -> bool:
        member = galera_of(stage.simulation.cloud).members[self.host]
        return member.state == "synced" and member.data.upgraded_for == VERSION


@dataclass(frozen=True)
class _Cluster(Way):
    """All of them are, and nothing of a recovery is left."""

    seen_s: float = 60.0
    """Until the mark of the cluster is surely kept."""

    def is_whole(self, stage: Stage) -> bool:
        part = stage.simulation.cloud.parts[GALERA]
        return part.whole and not part.leftovers()

    def not_cured(self, stage: Stage) -> None:
        members = {host: one.state for host, one in galera_of(stage.simulation.cloud).members.items()}
        raise Violation("progress", f"{self.name}: the cluster is not whole after {self.cures_s:.0f} s: {members}")

    def proven(self, stage: Stage) -> None:
        """One bootstrap where the runbook has one, of the same history, with everything in it; and who was to be worked
        on was."""
        cloud = stage.simulation.cloud
        galera, wanted = galera_of(cloud), int(self.runbook in BOOTSTRAPS)
        orders = {host: cloud.hosts[host].orders for host in galera.members}
        if len(galera.bootstraps) != wanted:
            raise Violation("once", f"{self.name}: {len(galera.bootstraps)} bootstraps: {galera.bootstraps}")
        if self.runbook == "galera-pc-bootstrap":
            _one_statement(self, cloud, galera, orders)
        elif idle := [host for host, done in orders.items() if not done]:
            raise Violation(
                "intent", f"{self.name} was cured and nothing took effect on {idle}: the way proves nothing"
            )
        if galera.uuid != UUID or galera.rows == 0 or len(galera.branches) != 1 + wanted:
            raise Violation(
                "bootstrap", f"{self.name}: the history is {galera.uuid} {galera.branches}, {galera.rows} rows"
            )


def _one_statement(way: Way, cloud: SimCloud, galera: Galera, orders: Orders) -> None:
    """Of all members one alone was changed, by one command, and it is the one that was made Primary: the furthest of
    them."""
    changed = [(host, name_of(argv)) for host, done in orders.items() for _, argv in done if cloud.changes(argv)]
    if changed != [(FURTHEST, "galera-pc-bootstrap")] or [host for _, host, _ in galera.bootstraps] != [FURTHEST]:
        raise Violation(
            "once", f"{way.name}: took effect {changed}, made Primary {galera.bootstraps}, not {FURTHEST} alone"
        )


def _approves_and_mends(stage: Stage) -> None:
    """The network comes back once one of the members was made Primary, and no sooner."""
    approves(stage)
    galera = galera_of(stage.simulation.cloud)
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
        for host, member in galera_of(stage.simulation.cloud).members.items():
            if member.state == "cut":
                stage.service(host, MARIADB).restart()


WAYS: Sequence[Way] = (
    _Member("galera-start-member", "galera-start-member", "ctl3", MARIADB, crash_member("ctl3")),
    _Cluster(
        "galera-start-lone",
        "galera-start-lone",
        GALERA,
        MARIADB,
        crash_member("ctl1"),
        one_in=2,
        shape=ONE_CONTROLLER,
    ),
    _Member(
        "galera-restart-left-out",
        "galera-restart-left-out",
        "ctl3",
        MARIADB,
        left_out("ctl3"),
        helps=_by_hand,
        asks=True,
    ),
    _Member(
        "galera-mariadb-upgrade",
        "galera-mariadb-upgrade",
        "ctl2",
        MARIADB,
        tables_outdated("ctl2"),
        helps=_resolves,
        cures_s=2400.0,
        one_in=2,
    ),
    _Cluster("galera-start-members", "galera-start-members", GALERA, MARIADB, cluster_killed()),
    _Cluster(
        "galera-bootstrap approved",
        "galera-bootstrap",
        GALERA,
        MARIADB,
        cluster_lost(),
        config=RECOVERING,
        helps=approves,
        cures_s=1200.0,
        one_in=4,
    ),
    _Cluster(
        "galera-bootstrap unattended",
        "galera-bootstrap",
        GALERA,
        MARIADB,
        cluster_lost(),
        config=UNATTENDED,
        cures_s=1200.0,
        one_in=16,
    ),
    _Cluster(
        "galera-bootstrap of members that look for each other",
        "galera-bootstrap",
        GALERA,
        MARIADB,
        shut_down(),
        config=UNATTENDED,
        cures_s=1500.0,
        one_in=16,
    ),
    _Cluster(
        "galera-bootstrap beside one that runs",
        "galera-bootstrap",
        GALERA,
        MARIADB,
        two_killed(),
        config=RECOVERING,
        helps=approves,
        cures_s=3000.0,
        one_in=32,
    ),
    _Cluster(
        "galera-pc-bootstrap approved",
        "galera-pc-bootstrap",
        GALERA,
        MARIADB,
        cut_apart(FURTHEST),
        config=RECOVERING,
        helps=_approves_and_mends,
        cures_s=2400.0,
        one_in=2,
    ),
)

ON_NAMES: Sequence[Way] = (
    _Member(
        "galera-start-member", "galera-start-member", "ctl3", MARIADB, crash_member("ctl3"), shape=NAMES_AND_NETWORKS
    ),
    _Cluster(
        "galera-start-members", "galera-start-members", GALERA, MARIADB, cluster_killed(), shape=NAMES_AND_NETWORKS
    ),
    _Cluster(
        "galera-bootstrap",
        "galera-bootstrap",
        GALERA,
        MARIADB,
        cluster_lost(),
        config=RECOVERING,
        helps=approves,
        cures_s=1200.0,
        shape=NAMES_AND_NETWORKS,
    ),
    _Cluster(
        "galera-pc-bootstrap",
        "galera-pc-bootstrap",
        GALERA,
        MARIADB,
        cut_apart(FURTHEST),
        config=RECOVERING,
        helps=_approves_and_mends,
        cures_s=2400.0,
        shape=NAMES_AND_NETWORKS,
    ),
)
"""The ways of Galera where the inventory has names alone and services listen on a second network. What the daemon does
when it dies is the same on every shape, so nobody dies on these."""
