"""What stories of a lost Galera cluster wait for, and what must be so in them: told by the cloud, never by the daemon's
decision."""

from __future__ import annotations

from remediator.integrations.galera.sim import ledger
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import UUID
from remediator.integrations.galera.sim.part import galera_of
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.expectations import broken, marks_of, run_until
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


def _galera(stage: Stage) -> Galera:
    return galera_of(stage.simulation.cloud)


@kind
def until_whole(stage: Stage, seconds: float, *hosts: str) -> None:
    """`hosts` (all members) are Synced, each in its own unit, and nothing of a recovery is left on them."""
    galera, wanted = _galera(stage), hosts or CONTROLLERS

    def whole() -> bool:
        well = all(galera.members[host].state == "synced" and galera.members[host].process == "unit" for host in wanted)
        return well and not set(ledger.leftovers(galera)) & set(wanted)

    run_until(stage, seconds, whole, f"whole cluster of {', '.join(wanted)}")


@kind
def bootstrapped_on(stage: Stage, *hosts: str) -> None:
    """`hosts` and no others were bootstrapped, in this order."""
    done = tuple(host for _, host, _ in _galera(stage).bootstraps)
    if done != hosts:
        broken(stage, "bootstrap", f"bootstrapped: {done or 'none'}, and it should be {hosts or 'none'}")


@kind
def bootstrap_container_runs(stage: Stage, host: str, runs: bool) -> None:
    helper = _galera(stage).members[host].helper
    if (helper is not None and helper.running) is not runs:
        broken(stage, "debts", f"the bootstrap container on {host} {'does not run any more' if runs else 'runs still'}")


@kind
def rows_are_there(stage: Stage) -> None:
    galera = _galera(stage)
    if galera.uuid != UUID or not galera.rows:
        broken(stage, "bootstrap", f"the cluster is of {galera.uuid} with {galera.rows} rows")


@kind
def loss_is_told(stage: Stage, lost: int) -> None:
    """The mark says that so many transactions are possibly lost, and has not been accepted."""
    told = [mark.get("behind") for mark in marks_of(stage, "galera.cluster")]
    if told != [lost or None]:
        broken(stage, "explained", f"{lost} transactions are lost, and told is {told}")


@kind
def nobody_is_asked(stage: Stage, seconds: float, why: str) -> None:
    """For so long no run waits for a yes."""
    if stage.waits_for_a_yes or stage.simulation.run(seconds, lambda: stage.waits_for_a_yes):
        broken(stage, "bootstrap", f"a person is asked for a yes: {why}")


@kind
def is_alone(stage: Stage, host: str) -> None:
    """That member is Primary, and no other one is."""
    if (primary := galera_of(stage.simulation.cloud).primary) != [host]:
        broken(stage, "bootstrap", f"{primary} is Primary, and it should be {host} alone")


KINDS = Repertoire.of(
    until_whole,
    bootstrapped_on,
    bootstrap_container_runs,
    rows_are_there,
    loss_is_told,
    nobody_is_asked,
    is_alone,
)
