"""Two daemons on one cloud: who acts, who holds, and by which sentence. `python -m remediator.sim.proof.rivals` prints
the table.

Invariant: both are the real daemon over the same hosts and the same time, each with a store of its own directory. Their
clouds may have any name, and `remediator-act` may stand behind the act key or not. The commands that take effect are
those of one of the two daemons.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.model.content.commands import Command
from remediator.model.messages.control import Answer
from remediator.runs import claims
from remediator.sim.config import CONFIG
from remediator.sim.happenings.faults.service_faults import crash
from remediator.sim.happenings.people import ROOT
from remediator.sim.happenings.stage import Stage
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.stories.stories import in_memory
from remediator.sim.technology import technologies
from remediator.store import tables

WARM_S, SEEN_S = 30.0, 90.0
"""Until both know the cloud; until what is kept of groups surely is."""
ACTS_S = 300.0
HOUR_S = 3600.0
OTHER_NAME = ("cloud: sim\n", "cloud: sim-of-somebody-else\n")


@dataclass
class Acts:
    """What of one daemon left for the hosts and changes something, in place of a watch."""

    simulation: Simulation
    left: list[tuple[float, str, str]] = field(default_factory=list)

    def started(self) -> None: ...
    def seen(self, _item: Any) -> None: ...
    def ticks(self) -> None: ...
    def turned(self) -> None: ...

    def leaves(self, host: str, command: Command) -> None:
        script = self.simulation.cloud.script_of(command.argv)
        if script is None or not script.asks_only:
            self.left.append((self.simulation.clock.elapsed_s, host, command.brief))


class Pair:
    """Two daemons, `first` and `second`, on one cloud. `run` lets time pass for both."""

    def __init__(self, directory: Path, config: str, other: str, wrapped: bool) -> None:
        (directory / "first").mkdir()
        (directory / "second").mkdir()
        self.first = Simulation(directory / "first", config)
        self.second = Simulation(directory / "second", other, beside=self.first)
        self.both = (self.first, self.second)
        self.acts = {id(each): Acts(each) for each in self.both}
        for each in self.both:
            each.watch = self.acts[id(each)]
        self.cloud, self.clock = self.first.cloud, self.first.clock
        for host in self.cloud.hosts.values():
            host.wrapped = wrapped
        tell_logs(self.first)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Let `seconds` pass; return whether `until` came true (True without one)."""
        timeline, clock = self.first.timeline, self.clock
        end = clock.elapsed_s + seconds
        while clock.elapsed_s < end:
            at = min(end, *(max(each.due_s, clock.elapsed_s) for each in self.both))
            while timeline.next_s <= at and not any(each.due_s <= clock.elapsed_s for each in self.both):
                timeline.happen_until(timeline.next_s)
            if not any(each.due_s <= clock.elapsed_s for each in self.both):
                clock.elapsed_s = max(clock.elapsed_s, at)
            for each in self.both:
                if each.due_s <= clock.elapsed_s:
                    each.turn()
            if until is not None and until():
                return True
        return until is None

    def ask(self, simulation: Simulation, op: str, **args: Any) -> Answer:
        """Ask one daemon as root. Raise AssertionError when there is none, or it says no."""
        assert simulation.daemon is not None
        future = simulation.daemon.loop.ask(op, {"reason": "a story", **args}, ROOT)
        assert self.run(60.0, future.done), f"{op} is not answered"
        answer: Answer = future.result()
        assert answer.exit == 0, f"{op}: {answer.error}"
        return answer

    def copy_store(self) -> None:
        """Give the second one a copy of the first one's store as it is now, its checkpoints and their key with it: a
        cloned machine."""
        source = Path(self.first.config.state_dir) / "remediator.db"
        target = Path(self.second.config.state_dir)
        target.mkdir(parents=True, exist_ok=True)
        with (
            contextlib.closing(sqlite3.connect(source)) as one,
            contextlib.closing(sqlite3.connect(target / "remediator.db")) as other,
        ):
            one.backup(other)
        shutil.copytree(self.first.directory / "audit", self.second.directory / "audit")

    def close(self) -> None:
        for each in self.both:
            each.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one way went. `first` and `second`: how many commands of each left and changed something."""

    way: str
    wrapper: bool
    breaks: str
    first: int
    second: int
    held: tuple[str, ...]
    """Who held, and by which sentence."""
    cured: bool
    """After a person ended one of the two and closed the brake of the other."""

    @property
    def both(self) -> bool:
        return self.first > 0 and self.second > 0


@dataclass(frozen=True, slots=True)
class Way:
    """How two come to be on one cloud. `frozen`: the first one stands still for an hour between its INTENT and its
    command."""

    name: str
    copied: bool = False
    other_name: bool = False
    frozen: bool = False
    together: bool = False


WAYS = (
    Way("a store copied", copied=True),
    Way("two stores, one name"),
    Way("two stores, two names", other_name=True),
    Way("one frozen for an hour and woken", frozen=True),
    Way("started in the same second", together=True),
)
BREAKS = {
    "a container": (CONFIG, crash("ctl1", "memcached")),
    **{name: breaks for each in technologies() for name, breaks in each.rivalry().items()},
}
"""What breaks, and the config with which it is cured without a person."""


@contextlib.contextmanager
def pair_of(way: Way, breaks: str, wrapped: bool) -> Iterator[Pair]:
    """Yield both daemons, warm and told that the cloud is whole as it stands; nothing is broken yet."""
    config = BREAKS[breaks][0]
    directory = Path(tempfile.mkdtemp(prefix="rivals-", dir=in_memory()))
    pair = Pair(directory, config, config.replace(*OTHER_NAME) if way.other_name else config, wrapped)
    try:
        pair.first.start()
        if way.together:
            pair.second.start()
        pair.run(WARM_S)
        pair.ask(pair.first, "baseline-accept", scope="all")
        if way.copied:  # both go on from one state, in the same moment
            pair.first.kill("its store is copied")
            pair.copy_store()
            pair.first.start()
        if not way.together:
            pair.second.start()
        pair.run(WARM_S)
        pair.ask(pair.second, "baseline-accept", scope="all")
        pair.run(SEEN_S)
        yield pair
    finally:
        pair.close()
        shutil.rmtree(directory, ignore_errors=True)


def break_it(pair: Pair, breaks: str) -> None:
    """Let what `breaks` names happen."""
    nobody: Any = None
    BREAKS[breaks][1].happen(Stage(pair.first, nobody, nobody))


def held_by(simulation: Simulation) -> str:
    """Return the first sentence by which a daemon held for the other one's sake, as its audit has it; empty when it
    never did."""
    daemon = simulation.daemon
    if daemon is None:
        return ""
    query = sa.select(tables.audit.c.body).where(tables.audit.c.kind == "rival_seen").order_by(tables.audit.c.seq)
    with daemon.database.transaction() as connection:
        body = connection.execute(query.limit(1)).scalar()
    return "" if body is None else str(json.loads(body)["why"])


def happen(way: Way, breaks: str, wrapped: bool) -> Row:
    """Let one way happen, with what breaks; then end one daemon, close the brake of the other, and see whether it
    cures."""
    with pair_of(way, breaks, wrapped) as pair:
        break_it(pair, breaks)
        if way.frozen:
            _freeze_for_an_hour(pair)
        pair.run(ACTS_S)
        if breaks == "a container" and not way.frozen:
            _break_another(pair)
            pair.run(ACTS_S)
        first, second = (len(pair.acts[id(each)].left) for each in pair.both)
        held = tuple(
            f"{name}: {why}"
            for name, each in (("first", pair.first), ("second", pair.second))
            if (why := held_by(each))
        )
        return Row(
            way=way.name, wrapper=wrapped, breaks=breaks, first=first, second=second, held=held, cured=_decided(pair)
        )


def _break_another(pair: Pair) -> None:
    """Break one more container of that host, so that the one that did nothing so far sees it first."""
    idle = min(pair.both, key=lambda each: len(pair.acts[id(each)].left))
    other = next(each for each in pair.both if each is not idle)
    seen = other.daemon
    assert seen is not None
    pair.run(60.0, lambda: "ctl1" in seen.world.pending.in_flight)
    pair.run(1.0)
    pair.cloud.service("ctl1", "keystone").crash()


def _freeze_for_an_hour(pair: Pair) -> None:
    """The first one stands still with a command about to leave. After 40 minutes a person lets the second one go on."""
    daemon = pair.first.daemon
    assert daemon is not None
    assert pair.run(200.0, lambda: bool(daemon.world.pending.under_way)), "no INTENT"
    pair.first.freeze()
    pair.run(40 * 60.0)
    other = pair.second.daemon
    if other is not None and other.world.durable.rival is not None:
        pair.ask(pair.second, "brake-close", brake="rival")
    pair.run(20 * 60.0)
    pair.first.thaw()


def _decided(pair: Pair) -> bool:
    """A person ends the one that has done less and tells the other one so; return whether all is cured then."""
    stays, goes = pair.both
    if len(pair.acts[id(goes)].left) > len(pair.acts[id(stays)].left):
        stays, goes = goes, stays
    goes.kill("a person ended it")
    daemon = stays.daemon
    if daemon is not None and daemon.world.durable.rival is not None:
        pair.ask(stays, "brake-close", brake="rival")
    return pair.run(2400.0, lambda: _well(pair))


def _well(pair: Pair) -> bool:
    parts = all(part.whole and not part.wrongs() for part in pair.cloud.parts.values())
    containers = all(pair.cloud.service("ctl1", name).running for name in ("memcached", "keystone"))
    return parts and containers


def table(rows: list[Row]) -> str:
    """Return the rows as a table of Markdown."""
    lines = [
        "| two daemons | wrapper | broken | first acted | second acted | who held, by which sentence | "
        "after a person ended one |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        held = "; ".join(row.held) or "nobody had to"
        lines.append(
            f"| {row.way} | {'yes' if row.wrapper else 'no'} | {row.breaks} | {row.first} | {row.second} | {held} | "
            f"{'cured' if row.cured else 'NOT cured'}{' BOTH ACTED' if row.both else ''} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when two ever both acted, or one could not cure after a person's word."""
    parser = argparse.ArgumentParser(prog="python -m remediator.sim.proof.rivals", description=__doc__)
    parser.add_argument("--breaks", choices=[*BREAKS, "all"], default="all", help="what breaks")
    chosen = parser.parse_args(arguments)
    names = list(BREAKS) if chosen.breaks == "all" else [chosen.breaks]
    rows = [happen(way, breaks, wrapped) for breaks in names for way in WAYS for wrapped in (True, False)]
    print(table(rows))
    print(f"rivals: ways={len(rows)} both_acted={sum(row.both for row in rows)} claim_holds_s={claims.VALID_S:.0f}")
    return int(any(row.both or not row.cured for row in rows))


if __name__ == "__main__":
    sys.exit(main())
