"""What chance tells stories of: how often each kind is drawn, and with which words. Rows of technologies stand among
those of every cloud.

Invariant: a seed's story follows from the order of the table, the weights and the order of the draws. A change of any
of them is another story for every seed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random

from remediator.sim.cloud.cloud import NAMES
from remediator.sim.cloud.reach import ENDS, LIES, MANGLES
from remediator.sim.cloud.shapes import DEFAULT
from remediator.sim.happenings.acts import (
    accept,
    acknowledge,
    approve,
    close_brake,
    deny,
    downtime,
    execute,
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
from remediator.sim.happenings.faults.daemon_faults import (
    daemon_dies_at_point,
    daemon_killed,
    daemon_machine_boots,
    daemon_stopped,
    store_full,
    store_locked,
    wall_clock_steps,
)
from remediator.sim.happenings.faults.host_faults import (
    ansible_works,
    commands_meet,
    cut_off,
    disk_fills,
    engine_fails,
    engine_restarts,
    host_clock_off,
    host_lies,
    power_off,
    reboot,
    replies_meet,
    ssh_fails,
)
from remediator.sim.happenings.faults.service_faults import (
    crash,
    crash_and_the_command_meets,
    kolla_recreates,
    loop,
    operator_restarts,
    operator_starts,
    operator_stops,
    out_of_memory,
    remove,
    sicken,
)
from remediator.sim.happenings.happens import Drawn, span
from remediator.sim.happenings.kinds import Kind
from remediator.sim.technology import technologies

STATEFUL = frozenset(name for each in technologies() for name in each.stateful)
STATELESS = tuple((host, name) for host in NAMES for name in DEFAULT.on(host) if name not in STATEFUL)
SERVICES = (*STATELESS, *((host, name) for host in NAMES for name in DEFAULT.on(host) if name in STATEFUL))


def choose(chance: Random, count: int, without: Collection[Kind[...]] = ()) -> Sequence[Drawn]:
    """Return `count` of DRAWN by their weights; their words are drawn when they happen. `without`: kinds that are left
    out."""
    rows = [row for row in DRAWN if row.kind not in without]
    return chance.choices(rows, [row.weight for row in rows], k=count)


def _stateless(random: Random) -> tuple[str, str]:
    return random.choice(STATELESS)


def _service(random: Random) -> tuple[str, str]:
    return random.choice(SERVICES)


def _host(random: Random) -> tuple[str]:
    return (random.choice(NAMES),)


def _mute(random: Random) -> tuple[str, str | None, int]:
    host, name = random.choice(STATELESS)
    return (host, random.choice((None, name)), span(random))


_PLAIN: Sequence[Drawn] = (
    Drawn(16, crash, lambda random: crash(*_stateless(random))),
    Drawn(
        8,
        crash_and_the_command_meets,
        lambda random: crash_and_the_command_meets(*random.choice(STATELESS), random.choice(ENDS)),
    ),
    Drawn(4, loop, lambda random: loop(*random.choice(STATELESS), random.choice((2.0, 9.0)))),
    Drawn(
        4,
        sicken,
        lambda random: sicken(
            *random.choice([each for each in STATELESS if each[1] in ("memcached", "neutron_agent")])
        ),
    ),
    Drawn(1, out_of_memory, lambda random: out_of_memory(*_stateless(random))),
    Drawn(1, remove, lambda random: remove(*_stateless(random))),
    Drawn(3, operator_stops, lambda random: operator_stops(*_service(random))),
    Drawn(3, operator_starts, lambda random: operator_starts(*_service(random))),
    Drawn(2, operator_restarts, lambda random: operator_restarts(*_stateless(random))),
    Drawn(1, kolla_recreates, lambda random: kolla_recreates(*_stateless(random))),
    Drawn(2, power_off, lambda random: power_off(*_host(random))),
    Drawn(2, reboot, lambda random: reboot(*_host(random))),
    Drawn(
        3,
        ssh_fails,
        lambda random: ssh_fails(random.choice(NAMES), random.choice(("refused", "silent", "dropped")), span(random)),
    ),
    Drawn(
        2,
        cut_off,
        lambda random: cut_off(tuple(sorted(random.sample(NAMES, random.choice((1, 2, 4, 5))))), span(random)),
    ),
    Drawn(
        5,
        replies_meet,
        lambda random: replies_meet(random.choice(NAMES), tuple(random.choices(MANGLES, k=random.choice((1, 2, 4))))),
    ),
    Drawn(3, host_lies, lambda random: host_lies(random.choice(NAMES), random.choice(LIES), random.choice((1, 3, 6)))),
    Drawn(3, commands_meet, lambda random: commands_meet(tuple(random.choices(ENDS, k=random.choice((1, 2)))))),
    Drawn(
        2,
        engine_fails,
        lambda random: engine_fails(random.choice(NAMES), random.choice(("hung", "down")), span(random)),
    ),
    Drawn(1, engine_restarts, lambda random: engine_restarts(*_host(random))),
    Drawn(
        2, disk_fills, lambda random: disk_fills(random.choice(NAMES), random.choice((86.0, 97.0, 100.0)), span(random))
    ),
    Drawn(
        2,
        host_clock_off,
        lambda random: host_clock_off(random.choice(NAMES), random.choice((-90.0, 3.0, 30.0, 4000.0)), span(random)),
    ),
    Drawn(3, ansible_works, lambda random: ansible_works(random.choice(NAMES), span(random))),
    Drawn(4, daemon_killed, lambda _random: daemon_killed()),
    Drawn(8, daemon_dies_at_point, lambda random: daemon_dies_at_point(random.randint(1, 12))),
    Drawn(1, daemon_stopped, lambda random: daemon_stopped(random.choice((1, 60, 900)))),
    Drawn(1, daemon_machine_boots, lambda _random: daemon_machine_boots()),
    Drawn(
        3,
        wall_clock_steps,
        lambda random: wall_clock_steps(random.choice((-3600, -30, -6, -3, 3, 6, 60, 1000, 4000, 200000))),
    ),
    Drawn(2, store_locked, lambda random: store_locked(random.choice((3, 20, 60)))),
    Drawn(2, store_full, lambda random: store_full(random.choice((3, 20, 60)))),
    Drawn(3, pause_file, lambda random: pause_file(random.choice(("there", "unreadable")), span(random))),
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
    Drawn(
        3,
        execute,
        lambda random: execute(*random.choice(STATELESS), random.choice(("container-start", "container-restart"))),
    ),
    Drawn(2, resolve, lambda _random: resolve()),
    Drawn(1, close_brake, lambda _random: close_brake()),
)


def _among(plain: Sequence[Drawn], more: Iterable[Drawn]) -> Sequence[Drawn]:
    """Return `plain` with each row of `more` behind the one that it names. Raise ValueError where there is none."""
    found = list(more)
    for each in found:
        if each.after is not None and each.after not in {row.kind for row in plain}:
            raise ValueError(f"{each.kind.name} is to be drawn after {each.after.name}, which no cloud draws")
    rows = [row for each in plain for row in (each, *(one for one in found if one.after is each.kind))]
    return (*rows, *(one for one in found if one.after is None))


DRAWN = _among(_PLAIN, (row for each in technologies() if (own := each.happens()) is not None for row in own.drawn))
