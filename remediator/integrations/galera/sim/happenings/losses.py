"""What happens to the members of a Galera cluster and to the whole of it, also in stories that chance tells.

Invariant: everything is done to the cloud, or through the doors of the daemon.
"""

from __future__ import annotations

from remediator.integrations.galera.cluster import GALERA, MARIADB
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.part import galera_of
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


def _galera(stage: Stage) -> Galera:
    return galera_of(stage.simulation.cloud)


@kind
def crash_member(stage: Stage, host: str) -> None:
    stage.service(host, MARIADB).crash()


@kind
def member_cut(stage: Stage, host: str, seconds: int) -> None:
    """The Galera members lose one of them."""
    galera = _galera(stage)
    galera.cut(host)
    stage.simulation.timeline.after(seconds, lambda: galera.join_again(host))


@kind
def member_transfers(stage: Stage, host: str, seconds: float) -> None:
    """A synced member gives or takes a state transfer for a while."""
    member = _galera(stage).members[host]
    member.state = "joining"

    def over() -> None:
        if member.state == "joining":
            member.state = "synced"

    stage.simulation.timeline.after(seconds, over)


@kind
def cluster_killed(stage: Stage) -> None:
    """Every member is killed in the same moment; each keeps the view that it was in."""
    for host in CONTROLLERS:
        stage.service(host, MARIADB).crash(137)


@kind
def cluster_lost(stage: Stage) -> None:
    """Every member is killed, and none has a saved view: nothing forms the component again by itself."""
    cluster_killed.happens(stage)
    for member in _galera(stage).members.values():
        member.data.view = None


@kind
def two_killed(stage: Stage) -> None:
    """Two members are killed without a saved view; the third runs on, outside a Primary component."""
    for host in CONTROLLERS[:2]:
        stage.service(host, MARIADB).crash(137)
        _galera(stage).members[host].data.view = None


@kind
def one_stranded(stage: Stage) -> None:
    """ctl1 is restarted, and the others are killed without a saved view while it joins them: it waits for ever, with
    its port closed."""
    stage.service(CONTROLLERS[0], MARIADB).stop()
    stage.service(CONTROLLERS[0], MARIADB).start()
    for host in CONTROLLERS[1:]:
        stage.service(host, MARIADB).crash(137)
    for host in CONTROLLERS:
        _galera(stage).members[host].data.view = None


@kind
def rolled_too_fast(stage: Stage) -> None:
    """Every member is restarted before the one before it has joined: the first is stranded, the others look for a
    Primary component."""
    one_stranded.happens(stage)
    for host in CONTROLLERS[1:]:
        stage.service(host, MARIADB).mend()
        stage.service(host, MARIADB).reset_failed()
        stage.service(host, MARIADB).start()


@kind
def shut_down(stage: Stage) -> None:
    """All members are stopped cleanly, one after the other, and all are started again, as around a power-off that was
    planned."""
    for host in CONTROLLERS:
        stage.service(host, MARIADB).stop()
    for host in CONTROLLERS:
        stage.service(host, MARIADB).start()


@kind
def left_out(stage: Stage, host: str) -> None:
    _galera(stage).leave_out(host)


@kind
def tables_outdated(stage: Stage, host: str) -> None:
    """The server of this member was upgraded, and its system tables were not."""
    _galera(stage).members[host].data.upgraded_for = "10.6.16-MariaDB"


@kind
def cut_apart(stage: Stage, furthest: str | None = None) -> None:
    """The Galera members lose each other in one moment; each runs on, and everybody else reaches it.

    `furthest` has applied more than each other one; without it all are equally far.
    """
    galera = _galera(stage)
    galera.cut_apart()
    for number, (host, member) in enumerate(galera.members.items(), 1):
        if furthest is not None and host != furthest:
            member.data.committed -= number


@kind
def execute_member(stage: Stage, host: str) -> None:
    stage.people.execute_on(f"{GALERA}/{host}", "galera-start-member")


TOLD = Repertoire.of(
    crash_member,
    member_cut,
    cluster_killed,
    cluster_lost,
    two_killed,
    one_stranded,
    rolled_too_fast,
    shut_down,
    left_out,
    tables_outdated,
    cut_apart,
)
"""With what people do, in `happens`."""
