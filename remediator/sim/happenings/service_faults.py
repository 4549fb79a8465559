"""What happens to services and to the members of a Galera cluster."""

from __future__ import annotations

from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.cloud.reach import End
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


@kind
def crash(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash()


@kind
def crash_member(stage: Stage, host: str) -> None:
    stage.service(host, "mariadb").crash()


@kind
def crash_and_the_command_meets(stage: Stage, host: str, name: str, end: End) -> None:
    stage.service(host, name).crash()
    stage.simulation.luck.commands.append(end)


@kind
def loop(stage: Stage, host: str, name: str, life_s: float) -> None:
    stage.service(host, name).loop(life_s)


@kind
def sicken(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).fall_sick()


@kind
def out_of_memory(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash(137, oom=True)


@kind
def remove(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).remove()


@kind
def operator_stops(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).stop()


@kind
def operator_starts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.mend()
    service.reset_failed()
    service.start()


@kind
def operator_restarts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.reset_failed()
    service.restart()


@kind
def kolla_recreates(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).recreate()


@kind
def cluster_killed(stage: Stage) -> None:
    """Every member is killed in the same moment; each keeps the view that it was in."""
    for host in CONTROLLERS:
        stage.service(host, "mariadb").crash(137)


@kind
def cluster_lost(stage: Stage) -> None:
    """Every member is killed, and none has a saved view: nothing forms the component again by itself."""
    cluster_killed.happens(stage)
    for member in stage.simulation.cloud.galera.members.values():
        member.data.view = None


@kind
def two_killed(stage: Stage) -> None:
    """Two members are killed without a saved view; the third runs on, outside a Primary component."""
    for host in CONTROLLERS[:2]:
        stage.service(host, "mariadb").crash(137)
        stage.simulation.cloud.galera.members[host].data.view = None


@kind
def one_stranded(stage: Stage) -> None:
    """ctl1 is restarted, and the others are killed without a saved view while it joins them: it waits for ever, with its port closed."""
    stage.service(CONTROLLERS[0], "mariadb").stop()
    stage.service(CONTROLLERS[0], "mariadb").start()
    for host in CONTROLLERS[1:]:
        stage.service(host, "mariadb").crash(137)
    for host in CONTROLLERS:
        stage.simulation.cloud.galera.members[host].data.view = None


@kind
def rolled_too_fast(stage: Stage) -> None:
    """Every member is restarted before the one before it has joined: the first is stranded, the others look for a Primary component."""
    one_stranded.happens(stage)
    for host in CONTROLLERS[1:]:
        stage.service(host, "mariadb").mend()
        stage.service(host, "mariadb").reset_failed()
        stage.service(host, "mariadb").start()


@kind
def shut_down(stage: Stage) -> None:
    """All members are stopped cleanly, one after the other, and all are started again, as around a power-off that was planned."""
    for host in CONTROLLERS:
        stage.service(host, "mariadb").stop()
    for host in CONTROLLERS:
        stage.service(host, "mariadb").start()


@kind
def left_out(stage: Stage, host: str) -> None:
    stage.simulation.cloud.galera.leave_out(host)


@kind
def tables_outdated(stage: Stage, host: str) -> None:
    """The server of this member was upgraded, and its system tables were not."""
    stage.simulation.cloud.galera.members[host].data.upgraded_for = "10.6.16-MariaDB"


@kind
def cut_apart(stage: Stage, furthest: str | None = None) -> None:
    """The Galera members lose each other in one moment; each runs on, and everybody else reaches it.

    `furthest` has applied more than each other one; without it all are equally far.
    """
    galera = stage.simulation.cloud.galera
    galera.cut_apart()
    for number, (host, member) in enumerate(galera.members.items(), 1):
        if furthest is not None and host != furthest:
            member.data.committed -= number


KINDS = Repertoire.of(
    crash,
    crash_member,
    crash_and_the_command_meets,
    loop,
    sicken,
    out_of_memory,
    remove,
    operator_stops,
    operator_starts,
    operator_restarts,
    kolla_recreates,
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
