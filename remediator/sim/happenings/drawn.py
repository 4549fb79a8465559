"""What chance tells stories of: how often each kind is drawn, and with which words.

Invariant: the order of the table, the weights and the order of the draws are what a seed's story follows from; a change of any of
them is another story for every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from random import Random

from remediator.sim.cloud.cloud import CONTROLLERS, NAMES, ON_COMPUTE, ON_CONTROLLER
from remediator.sim.cloud.reach import ENDS, LIES, MANGLES
from remediator.sim.happenings.acts import (
    accept,
    acknowledge,
    approve,
    close_brake,
    deny,
    downtime,
    execute,
    execute_member,
    nagios,
    pause,
    pause_file,
    people_let_go,
    resolve,
    resume,
    silence,
    wrap,
    wraps_end,
)
from remediator.sim.happenings.daemon_faults import (
    daemon_dies_at_point,
    daemon_killed,
    daemon_machine_boots,
    daemon_stopped,
    store_full,
    store_locked,
    wall_clock_steps,
)
from remediator.sim.happenings.host_faults import (
    ansible_works,
    commands_meet,
    cut_off,
    disk_fills,
    engine_fails,
    engine_restarts,
    host_clock_off,
    host_lies,
    member_cut,
    power_off,
    reboot,
    replies_meet,
    ssh_fails,
)
from remediator.sim.happenings.kinds import Happening, Kind
from remediator.sim.happenings.service_faults import (
    crash,
    crash_and_the_command_meets,
    crash_member,
    kolla_recreates,
    loop,
    operator_restarts,
    operator_starts,
    operator_stops,
    out_of_memory,
    remove,
    sicken,
)

STATELESS = tuple(
    (host, name)
    for host in NAMES
    for name in (ON_CONTROLLER if host in CONTROLLERS else ON_COMPUTE)
    if name != "mariadb"
)
SERVICES = (*STATELESS, *((host, "mariadb") for host in CONTROLLERS))


@dataclass(frozen=True)
class Drawn:
    """`weight`: how often `kind` is drawn beside the others. `draw` returns a happening of it."""

    weight: int
    kind: Kind[...]
    draw: Callable[[Random], Happening]


def choose(chance: Random, count: int, without: Collection[Kind[...]] = ()) -> Sequence[Drawn]:
    """Return `count` of DRAWN by their weights; their words are drawn when they happen. `without`: kinds that are left out."""
    rows = [row for row in DRAWN if row.kind not in without]
    return chance.choices(rows, [row.weight for row in rows], k=count)


def _stateless(random: Random) -> tuple[str, str]:
    return random.choice(STATELESS)


def _service(random: Random) -> tuple[str, str]:
    return random.choice(SERVICES)


def _host(random: Random) -> tuple[str]:
    return (random.choice(NAMES),)


def _span(random: Random) -> int:
    return random.choice((30, 120, 600))


def _mute(random: Random) -> tuple[str, str | None, int]:
    host, name = random.choice(STATELESS)
    return (host, random.choice((None, name)), _span(random))


DRAWN: Sequence[Drawn] = (
    Drawn(16, crash, lambda random: crash(*_stateless(random))),
    Drawn(4, crash_member, lambda random: crash_member(random.choice(CONTROLLERS))),
    Drawn(8, crash_and_the_command_meets, lambda random: crash_and_the_command_meets(*random.choice(STATELESS), random.choice(ENDS))),
    Drawn(4, loop, lambda random: loop(*random.choice(STATELESS), random.choice((2.0, 9.0)))),
    Drawn(4, sicken, lambda random: sicken(*random.choice([each for each in STATELESS if each[1] in ("memcached", "neutron_agent")]))),
    Drawn(1, out_of_memory, lambda random: out_of_memory(*_stateless(random))),
    Drawn(1, remove, lambda random: remove(*_stateless(random))),
    Drawn(3, operator_stops, lambda random: operator_stops(*_service(random))),
    Drawn(3, operator_starts, lambda random: operator_starts(*_service(random))),
    Drawn(2, operator_restarts, lambda random: operator_restarts(*_stateless(random))),
    Drawn(1, kolla_recreates, lambda random: kolla_recreates(*_stateless(random))),
    Drawn(2, power_off, lambda random: power_off(*_host(random))),
    Drawn(2, reboot, lambda random: reboot(*_host(random))),
    Drawn(3, ssh_fails, lambda random: ssh_fails(random.choice(NAMES), random.choice(("refused", "silent", "dropped")), _span(random))),
    Drawn(2, cut_off, lambda random: cut_off(tuple(sorted(random.sample(NAMES, random.choice((1, 2, 4, 5))))), _span(random))),
    Drawn(2, member_cut, lambda random: member_cut(random.choice(CONTROLLERS), _span(random))),
    Drawn(5, replies_meet, lambda random: replies_meet(random.choice(NAMES), tuple(random.choices(MANGLES, k=random.choice((1, 2, 4)))))),
    Drawn(3, host_lies, lambda random: host_lies(random.choice(NAMES), random.choice(LIES), random.choice((1, 3, 6)))),
    Drawn(3, commands_meet, lambda random: commands_meet(tuple(random.choices(ENDS, k=random.choice((1, 2)))))),
    Drawn(2, engine_fails, lambda random: engine_fails(random.choice(NAMES), random.choice(("hung", "down")), _span(random))),
    Drawn(1, engine_restarts, lambda random: engine_restarts(*_host(random))),
    Drawn(2, disk_fills, lambda random: disk_fills(random.choice(NAMES), random.choice((86.0, 97.0, 100.0)), _span(random))),
    Drawn(2, host_clock_off, lambda random: host_clock_off(random.choice(NAMES), random.choice((-90.0, 3.0, 30.0, 4000.0)), _span(random))),
    Drawn(3, ansible_works, lambda random: ansible_works(random.choice(NAMES), _span(random))),
    Drawn(4, daemon_killed, lambda _random: daemon_killed()),
    Drawn(8, daemon_dies_at_point, lambda random: daemon_dies_at_point(random.randint(1, 12))),
    Drawn(1, daemon_stopped, lambda random: daemon_stopped(random.choice((1, 60, 900)))),
    Drawn(1, daemon_machine_boots, lambda _random: daemon_machine_boots()),
    Drawn(3, wall_clock_steps, lambda random: wall_clock_steps(random.choice((-3600, -30, -6, -3, 3, 6, 60, 1000, 4000, 200000)))),
    Drawn(2, store_locked, lambda random: store_locked(random.choice((3, 20, 60)))),
    Drawn(2, store_full, lambda random: store_full(random.choice((3, 20, 60)))),
    Drawn(3, pause_file, lambda random: pause_file(random.choice(("there", "unreadable")), _span(random))),
    Drawn(2, pause, lambda _random: pause()),
    Drawn(2, resume, lambda _random: resume()),
    Drawn(3, silence, lambda random: silence(*_mute(random))),
    Drawn(3, downtime, lambda random: downtime(*_mute(random))),
    Drawn(4, nagios, lambda random: nagios(*random.choice(STATELESS), random.choice((0, 0, 1)))),
    Drawn(2, wrap, lambda random: wrap(random.choice(("all", *(f"host/{name}" for name in NAMES))))),
    Drawn(2, wraps_end, lambda _random: wraps_end()),
    Drawn(4, people_let_go, lambda _random: people_let_go()),
    Drawn(2, accept, lambda random: accept(random.choice(("all", "inventory", *(f"host/{name}" for name in NAMES))))),
    Drawn(3, acknowledge, lambda _random: acknowledge()),
    Drawn(4, approve, lambda _random: approve()),
    Drawn(1, deny, lambda _random: deny()),
    Drawn(3, execute, lambda random: execute(*random.choice(STATELESS), random.choice(("container-start", "container-restart")))),
    Drawn(1, execute_member, lambda random: execute_member(random.choice(CONTROLLERS))),
    Drawn(2, resolve, lambda _random: resolve()),
    Drawn(1, close_brake, lambda _random: close_brake()),
)  # fmt: skip
