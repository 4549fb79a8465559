"""Half of a cloud says nothing: whoever answers is asked as before, and nobody is called lost who was not asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.collect import places
from remediator.daemon.observe import samples
from remediator.daemon.process.pools import Kind
from remediator.daemon.state.wire import Collected, Input
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.commands import Command
from remediator.model.content.judging import State
from remediator.model.hosts import Host
from remediator.model.messages.control import Actor
from remediator.model.messages.replies import HostReply, Reach
from remediator.sim.cloud.crowd import Crowd
from remediator.sim.simulation import Simulation, tell_logs
from remediator.store.journal import Journal

pytestmark = pytest.mark.sim

MORE = 123
"""With the five of every story 128 hosts: 16 places in each lane."""
EVERY_S = 15.0
DEADLINE_S = 20.0
"""How long a host that accepts and says nothing holds a place."""
ALEX = Actor(name="alex", uid=0, login_uid=1000)


class Replies:
    """Keeps when each host was asked, and asks after every turn whether a host is judged that was not asked."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.of: dict[str, list[HostReply]] = defaultdict(list)
        self.wronged: set[str] = set()

    @property
    def world(self) -> World:
        assert self._simulation.daemon is not None
        return self._simulation.daemon.world

    def started(self) -> None: ...

    def leaves(self, host: str, command: Command) -> None: ...

    def ticks(self) -> None: ...

    def seen(self, item: Input) -> None:
        if isinstance(item, Collected):
            self.of[item.reply.host].append(item.reply)

    def turned(self) -> None:
        for host in self._simulation.cloud.hosts:
            result = self.world.samples.results.get(("host-reachable", f"host/{host}"))
            answered = any(reply.reach is Reach.OK for reply in self.of.get(host, ()))
            if result is not None and (not self.asked(host) or (result.state is not State.OK and answered)):
                self.wronged.add(host)

    def asked(self, host: str) -> bool:
        return host in self.of

    def longest_s(self, host: str, since_s: float) -> float:
        """Return the longest time since `since_s` in which `host` was not asked."""
        now_s = self._simulation.clock.now().boot_s
        at = [reply.asked_at.boot_s for reply in self.of[host] if reply.asked_at.boot_s >= since_s]
        return max(after - before for before, after in zip([since_s, *at], [*at, now_s], strict=True))


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    made = Simulation(tmp_path, crowd=Crowd(hosts=MORE))
    tell_logs(made)
    yield made
    made.close()


@pytest.fixture
def replies(simulation: Simulation) -> Replies:
    made = Replies(simulation)
    simulation.watch = made
    return made


def _halves(simulation: Simulation) -> tuple[list[str], list[str]]:
    """Return those that stay, and those that fall silent: every second host of the crowd."""
    names = sorted(simulation.cloud.hosts)
    silent = [name for name in names if name.startswith("more")][::2]
    return [name for name in names if name not in silent], silent


def test_who_answers_is_asked_while_half_of_the_cloud_falls_silent(simulation: Simulation, replies: Replies) -> None:
    staying, silent = _halves(simulation)
    each = places.of_each(len(simulation.cloud.hosts))
    assert len(silent) * DEADLINE_S / each > 60.0, "one lane alone would be held for a minute"
    simulation.start()
    assert simulation.run(60.0, lambda: all(map(replies.asked, simulation.cloud.hosts)))
    for name in silent:
        simulation.cloud.hosts[name].ssh = "silent"
    fell_s = simulation.clock.now().boot_s
    simulation.run(60.0)
    assert max(replies.longest_s(name, fell_s) for name in staying) <= 3 * EVERY_S
    settled_s = simulation.clock.now().boot_s
    simulation.run(45.0)
    assert max(replies.longest_s(name, settled_s) for name in staying) < 1.4 * EVERY_S
    assert replies.wronged.isdisjoint(staying)
    assert [name for name in silent if replies.of[name][-1].reach is Reach.OK] == []
    assert simulation.pools is not None
    assert simulation.pools.waited[Kind.COLLECT] == 0
    assert simulation.pools.most[Kind.COLLECT] <= 2 * each


def test_a_start_beside_a_silent_half_reaches_the_others_and_judges_nobody_unasked(
    simulation: Simulation, replies: Replies
) -> None:
    staying, silent = _halves(simulation)
    for name in silent:
        simulation.cloud.hosts[name].ssh = "silent"
    simulation.start()
    began_s = simulation.clock.now().boot_s
    assert simulation.run(45.0, lambda: all(map(replies.asked, staying)))
    unasked = [name for name in silent if not replies.asked(name)]
    assert unasked, "some have not been asked by then"
    assert not {text for _, text in replies.world.samples.results} & {f"host/{name}" for name in unasked}
    assert not {incident.target.hosts[0] for incident in replies.world.durable.incidents.values()} & set(unasked)
    simulation.run(60.0)
    assert max(replies.longest_s(name, began_s) for name in staying) <= 3 * EVERY_S
    assert replies.wronged.isdisjoint(staying)
    assert all(map(replies.asked, silent))


def test_a_person_who_asks_about_a_silent_host_waits_for_one_place_and_not_for_all(
    simulation: Simulation, replies: Replies
) -> None:
    _, silent = _halves(simulation)
    simulation.start()
    simulation.run(20.0)
    for name in silent:
        simulation.cloud.hosts[name].ssh = "silent"
    simulation.run(60.0)
    name = next(name for name in silent if name not in replies.world.pending.in_flight)
    asked_s = simulation.clock.now().boot_s
    simulation.cloud.hosts[name].ssh = "ok"
    answer = simulation.ask("check", ALEX, target=f"host/{name}")
    assert answer is not None
    newest = replies.of[name][-1]
    assert (newest.forced, newest.reach) == (True, Reach.OK)
    assert newest.asked_at.boot_s - asked_s <= DEADLINE_S + 2.0
    assert places.lane_of(replies.world.samples.facts.reply(name)) is places.Lane.QUICK


def test_a_call_that_does_not_come_back_is_told_again_and_made_once(simulation: Simulation, replies: Replies) -> None:
    simulation.start()
    simulation.run(30.0)
    name, asked = "more001", len(replies.of["more001"])
    simulation.cloud.hosts[name].ssh = "stuck"
    simulation.run(samples.LOST_S + EVERY_S + 5.0)
    told = [line for _, line in simulation.story if "collection_lost" in line]
    assert len(told) == 1
    assert "did not come back within 9" in told[0]
    assert replies.world.samples.results[("host-reachable", f"host/{name}")].state is State.CRITICAL
    assert len(replies.of[name]) == asked
    simulation.cloud.hosts[name].ssh = "ok"
    simulation.run(samples.LOST_S + 5.0)
    assert len([line for _, line in simulation.story if "collection_lost" in line]) == 2
    assert len(replies.of[name]) == asked, "its thread is still there: no second call beside it"
    simulation.run(230.0)
    assert replies.of[name][asked].reason.endswith("was stuck in this process")
    assert replies.of[name][-1].reach is Reach.OK
    assert replies.world.samples.results[("host-reachable", f"host/{name}")].state is State.OK


class Broken:
    """A collector with a mistake in it."""

    def collect(self, host: Host, sections: Sequence[str], forced: bool = False) -> HostReply:
        raise RuntimeError("can't start new thread")


def test_a_call_that_fails_in_this_process_is_heard_of_and_keeps_no_place(
    simulation: Simulation, replies: Replies
) -> None:
    simulation.start()
    assert simulation.daemon is not None
    loop = simulation.daemon.loop
    loop._hands = replace(loop._hands, collector=Broken())
    simulation.run(20.0)
    assert replies.of["more001"][0].reach is Reach.GARBLED
    assert "RuntimeError" in replies.of["more001"][0].reason
    assert replies.world.samples.results[("host-reachable", "host/more001")].state is State.CRITICAL
    assert len(replies.of["more001"]) > 1
    assert not [line for _, line in simulation.story if "collection_lost" in line]


def test_a_wish_of_a_turn_that_failed_is_still_a_wish(simulation: Simulation, replies: Replies) -> None:
    simulation.start()
    assert simulation.run(60.0, lambda: bool(replies.of) and not replies.world.pending.in_flight)
    assert simulation.daemon is not None
    world, now = replies.world, simulation.clock.now()
    with simulation.daemon.database.transaction() as connection:
        turn = Turn(world=world, journal=Journal(connection, now), now=now)
        turn.collect("more001")
        turn.dispatch_collections([])
    assert ("more001" in world.pending.in_flight, "more001" in world.pending.forced) == (True, False)
    world.take_back(turn.effects)
    assert ("more001" in world.pending.in_flight, "more001" in world.pending.forced) == (False, True)
