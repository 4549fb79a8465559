"""What happens to Galera members and their data in directed stories alone."""

from __future__ import annotations

from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import ZERO
from remediator.integrations.galera.sim.part import galera_of
from remediator.integrations.galera.steps import scripts
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


def _galera(stage: Stage) -> Galera:
    return galera_of(stage.simulation.cloud)


@kind
def sql_is(stage: Stage, host: str, how: str) -> None:
    """SQL of the member answers so from now on; empty: as it should."""
    _galera(stage).members[host].sql = how


@kind
def dies_of(stage: Stage, host: str, line: str) -> None:
    """From now on it ends at its start, with `line` in its log."""
    _galera(stage).members[host].dies_of = line


@kind
def unflushed(stage: Stage, host: str, count: int) -> None:
    """The newest `count` transactions are in no file of the member."""
    _galera(stage).members[host].unflushed = count


@kind
def position_is_old(stage: Stage, host: str) -> None:
    """What reads its position finds that of an older run."""
    _galera(stage).members[host].old_position = True


@kind
def lets_nobody_in(stage: Stage, host: str) -> None:
    """The member refuses every login."""
    _galera(stage).members[host].lets_in = False


@kind
def grastate_is(stage: Stage, host: str, text: str | None) -> None:
    """The member's grastate.dat has `text`; None: there is no such file."""
    _galera(stage).members[host].data.grastate = text


@kind
def uuid_is(stage: Stage, host: str, uuid: str) -> None:
    """The member's data is of another history than its grastate.dat says."""
    _galera(stage).members[host].data.uuid = uuid


@kind
def prepared(stage: Stage, host: str, count: int) -> None:
    """The member's data has `count` prepared transactions."""
    _galera(stage).members[host].data.xa = count


@kind
def data_of(stage: Stage, host: str, uuid: str, flagged: bool = False) -> None:
    """The member's data directory is of the history `uuid`, flagged as safe to bootstrap or not."""
    data = _galera(stage).members[host].data
    if uuid == ZERO:
        data.wipe()
        data.sst = False
    data.uuid = uuid
    data.save(-1, flagged)


@kind
def stopped_in_turn(stage: Stage) -> None:
    """Somebody stops all members cleanly, one after the other; the last one is flagged, and the units are failed
    since."""
    for host in CONTROLLERS:
        service = stage.service(host, "mariadb")
        service.stop()
        service.state, service.substate, service.result = "failed", "failed", "exit-code"
        service.stopped_by_job = False


@kind
def started_by_hand(stage: Stage, host: str, primary: bool) -> None:
    """A person takes away the hold and starts a member; `primary`: with a bootstrap of their own."""
    galera, service = _galera(stage), stage.service(host, "mariadb")
    galera.members[host].hold, service.held = None, False
    service.reset_failed()
    service.start()
    if primary:
        galera.bootstrap()


@kind
def behind(stage: Stage, number: int) -> None:
    """Each of them has so much less than it had told: what it had not flushed is gone."""
    for member in galera_of(stage.simulation.cloud).members.values():
        member.data.committed -= number


@kind
def network_back(stage: Stage, at_once: bool = False) -> None:
    """The members see each other again. `at_once`: what forms by itself has formed in the same moment."""
    galera_of(stage.simulation.cloud).see_again(at_once)


@kind
def held_by_another(stage: Stage, host: str, mark: str) -> None:
    """A hold of another store stands on the host."""
    member = _galera(stage).members[host]
    member.hold, member.service.held = f"{scripts.HELD} {mark}", True


KINDS = Repertoire.of(
    sql_is,
    dies_of,
    unflushed,
    position_is_old,
    lets_nobody_in,
    grastate_is,
    uuid_is,
    prepared,
    data_of,
    stopped_in_turn,
    started_by_hand,
    behind,
    network_back,
    held_by_another,
)
