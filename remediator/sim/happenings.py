"""Everything that may happen in a story, by name: faults of hosts, services, network, clocks, store and daemon, and people.

Each is a function of the stage and a few plain words, so that a story is data: it can be stored, replayed, and cut down.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from remediator.sim.cloud import CONTROLLERS, NAMES, ON_COMPUTE, ON_CONTROLLER
from remediator.sim.people import People
from remediator.sim.reach import ENDS, LIES, MANGLES
from remediator.sim.services import Service
from remediator.sim.simulation import Simulation
from remediator.sim.watch import Watch
from remediator.store.errors import StoreUnavailable

STATELESS = tuple(
    (host, name)
    for host in NAMES
    for name in (ON_CONTROLLER if host in CONTROLLERS else ON_COMPUTE)
    if name != "mariadb"
)
SERVICES = (*STATELESS, *((host, "mariadb") for host in CONTROLLERS))
MANY_PAGES = 1 << 30


@dataclass(frozen=True)
class Stage:
    simulation: Simulation
    watch: Watch
    people: People

    def service(self, host: str, name: str) -> Service:
        return self.simulation.cloud.service(host, name)


Words = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """`draw` makes the words of one happening; `weight` is how often it is drawn."""

    weight: int
    draw: Callable[[Random], Words]
    happen: Callable[..., None]


KINDS: dict[str, Kind] = {}


def kind(weight: int, draw: Callable[[Random], Words]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def register(happen: Callable[..., None]) -> Callable[..., None]:
        KINDS[happen.__name__.replace("_", "-")] = Kind(weight, draw, happen)
        return happen

    return register


def _nothing(_random: Random) -> Words:
    return ()


def _stateless(random: Random) -> Words:
    return random.choice(STATELESS)


def _service(random: Random) -> Words:
    return random.choice(SERVICES)


def _host(random: Random) -> Words:
    return (random.choice(NAMES),)


def _span(random: Random) -> int:
    return random.choice((30, 120, 600))


def _mute(random: Random) -> Words:
    host, name = random.choice(STATELESS)
    return (host, random.choice((None, name)), _span(random))


# services ---------------------------------------------------------------------------------------------------------


@kind(16, _stateless)
def crash(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash()


@kind(4, lambda random: (random.choice(CONTROLLERS),))
def crash_member(stage: Stage, host: str) -> None:
    stage.service(host, "mariadb").crash()


@kind(8, lambda random: (*random.choice(STATELESS), random.choice(ENDS)))
def crash_and_the_command_meets(stage: Stage, host: str, name: str, end: str) -> None:
    stage.service(host, name).crash()
    stage.simulation.luck.commands.append(end)


@kind(4, lambda random: (*random.choice(STATELESS), random.choice((2.0, 9.0))))
def loop(stage: Stage, host: str, name: str, life_s: float) -> None:
    stage.service(host, name).loop(life_s)


@kind(4, lambda random: random.choice([each for each in STATELESS if each[1] in ("memcached", "neutron_agent")]))
def sicken(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).fall_sick()


@kind(1, _stateless)
def out_of_memory(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash(137, oom=True)


@kind(1, _stateless)
def remove(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).remove()


@kind(3, _service)
def operator_stops(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).stop()


@kind(3, _service)
def operator_starts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.mend()
    service.reset_failed()
    service.start()


@kind(2, _stateless)
def operator_restarts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.reset_failed()
    service.restart()


@kind(1, _stateless)
def kolla_recreates(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).recreate()


@kind(0, _nothing)
def cluster_killed(stage: Stage) -> None:
    """Every member is killed in the same moment; each keeps the view that it was in."""
    for host in CONTROLLERS:
        stage.service(host, "mariadb").crash(137)


@kind(0, _nothing)
def cluster_lost(stage: Stage) -> None:
    """Every member is killed, and none has a saved view: nothing forms the component again by itself."""
    cluster_killed(stage)
    for member in stage.simulation.cloud.galera.members.values():
        member.data.view = None


@kind(0, _nothing)
def two_killed(stage: Stage) -> None:
    """Two members are killed without a saved view; the third runs on, outside a Primary component."""
    for host in CONTROLLERS[:2]:
        stage.service(host, "mariadb").crash(137)
        stage.simulation.cloud.galera.members[host].data.view = None


@kind(0, _nothing)
def one_stranded(stage: Stage) -> None:
    """ctl1 is restarted, and the others are killed without a saved view while it joins them: it waits for ever, with its port closed."""
    stage.service(CONTROLLERS[0], "mariadb").stop()
    stage.service(CONTROLLERS[0], "mariadb").start()
    for host in CONTROLLERS[1:]:
        stage.service(host, "mariadb").crash(137)
    for host in CONTROLLERS:
        stage.simulation.cloud.galera.members[host].data.view = None


@kind(0, _nothing)
def rolled_too_fast(stage: Stage) -> None:
    """Every member is restarted before the one before it has joined: the first is stranded, the others look for a Primary component."""
    one_stranded(stage)
    for host in CONTROLLERS[1:]:
        stage.service(host, "mariadb").mend()
        stage.service(host, "mariadb").reset_failed()
        stage.service(host, "mariadb").start()


@kind(0, _nothing)
def shut_down(stage: Stage) -> None:
    """All members are stopped cleanly, one after the other, and all are started again, as around a power-off that was planned."""
    for host in CONTROLLERS:
        stage.service(host, "mariadb").stop()
    for host in CONTROLLERS:
        stage.service(host, "mariadb").start()


@kind(0, lambda random: (random.choice(CONTROLLERS),))
def left_out(stage: Stage, host: str) -> None:
    stage.simulation.cloud.galera.leave_out(host)


@kind(0, lambda random: (random.choice(CONTROLLERS),))
def tables_outdated(stage: Stage, host: str) -> None:
    """The server of this member was upgraded, and its system tables were not."""
    stage.simulation.cloud.galera.members[host].data.upgraded_for = "10.6.16-MariaDB"


@kind(0, _nothing)
def cut_apart(stage: Stage, furthest: str | None = None) -> None:
    """The Galera members lose each other in one moment; each runs on, and everybody else reaches it.

    `furthest` has applied more than each other one; without it all are equally far.
    """
    galera = stage.simulation.cloud.galera
    galera.cut_apart()
    for number, (host, member) in enumerate(galera.members.items(), 1):
        if furthest is not None and host != furthest:
            member.data.committed -= number


# hosts and network ------------------------------------------------------------------------------------------------


@kind(2, _host)
def power_off(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].turn_off()


@kind(2, _host)
def reboot(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].reboot()


@kind(3, lambda random: (random.choice(NAMES), random.choice(("refused", "silent", "dropped")), _span(random)))
def ssh_fails(stage: Stage, host: str, how: str, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.ssh = how
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "ssh", "ok"))


@kind(2, lambda random: (tuple(sorted(random.sample(NAMES, random.choice((1, 2, 4, 5))))), _span(random)))
def cut_off(stage: Stage, hosts: Words, seconds: int) -> None:
    """The daemon loses its way to some hosts, and they are as they were."""
    cloud = stage.simulation.cloud
    cloud.cut_off |= set(hosts)
    stage.simulation.timeline.after(seconds, lambda: cloud.cut_off.difference_update(hosts))


@kind(2, lambda random: (random.choice(CONTROLLERS), _span(random)))
def member_cut(stage: Stage, host: str, seconds: int) -> None:
    """The Galera members lose one of them."""
    galera = stage.simulation.cloud.galera
    galera.cut(host)
    stage.simulation.timeline.after(seconds, lambda: galera.join_again(host))


@kind(5, lambda random: (random.choice(NAMES), tuple(random.choices(MANGLES, k=random.choice((1, 2, 4))))))
def replies_meet(stage: Stage, host: str, mangles: Words) -> None:
    stage.simulation.luck.replies.setdefault(host, []).extend(mangles)


@kind(3, lambda random: (random.choice(NAMES), random.choice(LIES), random.choice((1, 3, 6))))
def host_lies(stage: Stage, host: str, lie: str, replies: int) -> None:
    """What it answers is whole, and not true."""
    stage.simulation.luck.replies.setdefault(host, []).extend([lie] * replies)


@kind(3, lambda random: (tuple(random.choices(ENDS, k=random.choice((1, 2)))),))
def commands_meet(stage: Stage, ends: Words) -> None:
    stage.simulation.luck.commands.extend(ends)


@kind(2, lambda random: (random.choice(NAMES), random.choice(("hung", "down")), _span(random)))
def engine_fails(stage: Stage, host: str, how: str, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.engine_state = how
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "engine_state", "ok"))


@kind(1, _host)
def engine_restarts(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].restart_engine()


@kind(2, lambda random: (random.choice(NAMES), random.choice((86.0, 97.0, 100.0)), _span(random)))
def disk_fills(stage: Stage, host: str, percent: float, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.used_percent = percent
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "used_percent", 20.0))


@kind(2, lambda random: (random.choice(NAMES), random.choice((-90.0, 3.0, 30.0, 4000.0)), _span(random)))
def host_clock_off(stage: Stage, host: str, offset_s: float, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.clock_offset_s = offset_s
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "clock_offset_s", 0.0))


@kind(3, lambda random: (random.choice(NAMES), _span(random)))
def ansible_works(stage: Stage, host: str, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.ansible = [{"pid": 4000 + len(found.orders), "start": 1, "what": "ansible-playbook"}]
    stage.simulation.timeline.after(seconds, lambda: found.ansible.clear())


# the daemon, its machine and its store ----------------------------------------------------------------------------


@kind(4, _nothing)
def daemon_killed(stage: Stage) -> None:
    stage.simulation.kill()
    stage.simulation.timeline.after(4.0, stage.simulation.revive)


@kind(8, lambda random: (random.randint(1, 12),))
def daemon_dies_at_point(stage: Stage, number: int) -> None:
    """At the next points of the journal, of an effect, of the checkpoint file."""
    stage.simulation.dying.arm(number)


@kind(1, lambda random: (random.choice((1, 60, 900)),))
def daemon_stopped(stage: Stage, seconds: int) -> None:
    stage.simulation.stop()
    stage.simulation.timeline.after(float(seconds), stage.simulation.revive)


@kind(1, _nothing)
def daemon_machine_boots(stage: Stage) -> None:
    stage.simulation.kill("its machine boots")
    stage.simulation.clock.reboot()
    stage.simulation.timeline.after(20.0, stage.simulation.revive)


@kind(3, lambda random: (random.choice((-3600, -30, -6, -3, 3, 6, 60, 1000, 4000, 200000)),))
def wall_clock_steps(stage: Stage, seconds: int) -> None:
    stage.simulation.clock.wall_offset_s += seconds


@kind(2, lambda random: (random.choice((3, 20, 60)),))
def store_locked(stage: Stage, seconds: int) -> None:
    other = sqlite3.connect(_store(stage), timeout=0, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        other.close()
        return
    stage.simulation.break_store(other.close, float(seconds))


@kind(2, lambda random: (random.choice((3, 20, 60)),))
def store_full(stage: Stage, seconds: int) -> None:
    """No page more than it has now."""
    daemon = stage.simulation.daemon
    if daemon is None or daemon.engine.store_error is not None or stage.simulation.store_is_broken:
        return

    def limit(pages: int) -> None:
        with daemon.database.transaction() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def mend() -> None:
        if stage.simulation.daemon is not daemon:
            return
        try:
            limit(MANY_PAGES)
        except StoreUnavailable:  # it is locked as well: later
            stage.simulation.timeline.after(1.0, mend)

    limit(1)
    stage.simulation.break_store(mend, float(seconds))


def _store(stage: Stage) -> Path:
    return Path(stage.simulation.config.state_dir) / "remediator.db"


# people -----------------------------------------------------------------------------------------------------------


@kind(3, lambda random: (random.choice(("there", "unreadable")), _span(random)))
def pause_file(stage: Stage, how: str, seconds: int) -> None:
    """It is there, or nothing can be learnt about it (its directory is a file)."""
    if stage.simulation.pause_file.parent.is_dir():
        stage.people.leave_a_file(how)
        stage.simulation.timeline.after(seconds, stage.people.let_go_of_the_file)


@kind(2, _nothing)
def pause(stage: Stage) -> None:
    stage.people.pause()


@kind(2, _nothing)
def resume(stage: Stage) -> None:
    stage.people.resume()


@kind(3, _mute)
def silence(stage: Stage, host: str, name: str | None, seconds: int) -> None:
    stage.people.silence(host, name, seconds)


@kind(3, _mute)
def downtime(stage: Stage, host: str, name: str | None, seconds: int) -> None:
    stage.people.downtime(host, name, seconds)


@kind(4, lambda random: (*random.choice(STATELESS), random.choice((0, 0, 1))))
def nagios(stage: Stage, host: str, name: str, depth: int) -> None:
    stage.people.nagios(host, name, depth)


@kind(2, lambda random: (random.choice(("all", *(f"host/{name}" for name in NAMES))),))
def wrap(stage: Stage, scope: str) -> None:
    stage.people.wrap(scope)


@kind(2, _nothing)
def wraps_end(stage: Stage) -> None:
    stage.people.end_wraps()


@kind(4, _nothing)
def people_let_go(stage: Stage) -> None:
    stage.people.let_go()


@kind(2, lambda random: (random.choice(("all", "inventory", *(f"host/{name}" for name in NAMES))),))
def accept(stage: Stage, scope: str) -> None:
    stage.people.accept(scope)


@kind(3, _nothing)
def acknowledge(stage: Stage) -> None:
    stage.people.acknowledge()


@kind(4, _nothing)
def approve(stage: Stage) -> None:
    stage.people.approve()


@kind(1, _nothing)
def deny(stage: Stage) -> None:
    stage.people.deny()


@kind(3, lambda random: (*random.choice(STATELESS), random.choice(("container-start", "container-restart"))))
def execute(stage: Stage, host: str, name: str, runbook: str) -> None:
    stage.people.execute(host, name, runbook)


@kind(1, lambda random: (random.choice(CONTROLLERS),))
def execute_member(stage: Stage, host: str) -> None:
    stage.people.execute(host, "mariadb", "galera-start-member")


@kind(2, _nothing)
def resolve(stage: Stage) -> None:
    stage.people.resolve()


@kind(1, _nothing)
def close_brake(stage: Stage) -> None:
    stage.people.close_brake()


def weights() -> Mapping[str, int]:
    return {name: each.weight for name, each in KINDS.items()}


FAULTS = tuple(sorted(name for name in KINDS if name not in {
    "resume", "people-let-go", "wraps-end", "accept", "acknowledge", "approve", "deny", "resolve", "close-brake",
    "operator-starts", "execute", "execute-member",
}))  # fmt: skip
"""What goes wrong or holds, as `make prove` counts it; the rest are people setting right."""
