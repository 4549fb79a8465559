"""The soak in its short form, and that it would say so: a leaking table, a leaking dictionary, leaking memory are
named."""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.daemon.state.wire import Collected, Input
from remediator.integrations.container import facts
from remediator.model.content.commands import Command
from remediator.model.times import parse_rfc3339
from remediator.sim.proof import growth, soak
from remediator.sim.simulation import Simulation, Watching
from remediator.store import database, retention, tables

pytestmark = pytest.mark.sim
QUIET_DAYS = 12


def _rows(simulation: Simulation, query: sa.Select[tuple[str]]) -> list[str]:
    engine = database.reading(database.url_of(Path(simulation.config.state_dir), None))
    try:
        with engine.connect() as connection:
            return list(connection.execute(query).scalars())
    finally:
        engine.dispose()


def test_two_days_hold_every_invariant_and_keep_no_row_longer_than_the_config_says() -> None:
    oldest: list[timedelta] = []

    def look(simulation: Simulation) -> None:
        open_ = sa.select(tables.incidents.c.id).where(tables.incidents.c.open.is_(True))
        stale = sa.or_(tables.events.c.incident.is_(None), tables.events.c.incident.not_in(open_))
        now = simulation.clock.now().wall
        oldest.extend(now - parse_rfc3339(at) for at in _rows(simulation, sa.select(tables.events.c.at).where(stale)))

    soaked = soak.Soak(days=2, seed=2, every="12m", bouts=1, quiet_s=180.0, meddle=look).run()
    assert soaked.violation is None, soaked.violation
    assert soaked.ok
    assert soaked.kinds
    assert soaked.commands > 0
    assert oldest
    assert max(oldest) < timedelta(days=soak.EVENTS_D, seconds=retention.EVERY_S + 600)
    first, last = soaked.samples
    assert last["audit:entries"] > first["audit:entries"]
    assert last["memory:rss"] < 1.25 * first["memory:rss"]


def _leaks_rows(simulation: Simulation) -> None:
    daemon = simulation.daemon
    assert daemon is not None
    with daemon.database.transaction() as connection:
        for number in range(4):
            key = f"leak:{simulation.clock.elapsed_s}:{number}"
            connection.execute(tables.baseline.insert().values(key=key, scope="", at="9", by="", reason=""))


def _leaks_entries(simulation: Simulation) -> None:
    daemon = simulation.daemon
    assert daemon is not None
    for number in range(4):
        daemon.world.others.downtime_told[(f"{simulation.clock.elapsed_s}", f"{number}")] = 0.0


KEPT: list[bytearray] = []


def _leaks_memory(_simulation: Simulation) -> None:
    KEPT.append(bytearray(b"x" * (4 << 20)))


LEAKS = {"rows:baseline": _leaks_rows, "held:world.others.downtime_told": _leaks_entries, "memory:rss": _leaks_memory}
ALONE = pytest.mark.part("simulated"), pytest.mark.full("make test has all leaks in one soak, and none in another")


@pytest.mark.parametrize(
    "leaking",
    [(), tuple(LEAKS), *(pytest.param((name,), marks=ALONE) for name in LEAKS)],
    ids=lambda leaking: " and ".join(leaking) or "none",
)
def test_a_leak_is_named_and_only_a_leak(leaking: tuple[str, ...]) -> None:
    def leak(simulation: Simulation) -> None:
        for name in leaking:
            LEAKS[name](simulation)

    try:
        soaked = soak.Soak(days=QUIET_DAYS, every="6h", bouts=0, quiet_s=3600.0, meddle=leak).run()
    finally:
        KEPT.clear()
    assert soaked.violation is None, soaked.violation
    assert {each.name for each in soaked.grew} == set(leaking)
    assert all(each.name in each.sentence for each in soaked.grew)


class Keeping:
    """Looks on as another does, and keeps of every reply what was parsed of it: the newest `most`, whatever cloud it
    is."""

    def __init__(self, looking: Watching, most: int) -> None:
        self._looking = looking
        self.kept: deque[object] = deque(maxlen=most)

    def seen(self, item: Input) -> None:
        if isinstance(item, Collected):
            self.kept.append((item.reply, facts.of(item.reply)))
        self._looking.seen(item)

    def started(self) -> None:
        self._looking.started()

    def leaves(self, host: str, command: Command) -> None:
        self._looking.leaves(host, command)

    def ticks(self) -> None:
        self._looking.ticks()

    def turned(self) -> None:
        self._looking.turned()


def what_is_said_while_replies_are_kept(days: int, quiet_s: float, most: int) -> tuple[str | None, list[str]]:
    """Return the violation, and what is said of memory, of a soak in which the newest `most` parsed replies are
    kept."""

    def meddle(simulation: Simulation) -> None:
        if not isinstance(simulation.watch, Keeping):
            assert simulation.watch is not None
            simulation.watch = Keeping(simulation.watch, most)

    soaked = soak.Soak(days=days, every="6h", bouts=0, quiet_s=quiet_s, meddle=meddle).run()
    return soaked.violation, [each.sentence for each in soaked.grew if each.name == "memory:rss"]


@pytest.mark.parametrize(
    ("days", "quiet_s", "most", "how"),
    [(QUIET_DAYS, 3600.0, 100_000, "in 3 days"), (5, 600.0, 1400, "since the first hour in 5 days")],
    ids=["for ever", "up to a bound"],
)
def test_replies_that_are_kept_are_named(days: int, quiet_s: float, most: int, how: str) -> None:
    """With a bound nothing rises any more after three days: then the limit on memory says so. The test runs in a
    process of its own. In a process that has run other tests before, the same replies are less than a quarter of its
    memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        violation, said = fresh.submit(what_is_said_while_replies_are_kept, days, quiet_s, most).result()
    assert violation is None, violation
    assert [sentence for sentence in said if how in sentence], said


def test_memory_may_be_a_quarter_more_than_when_all_was_warm() -> None:
    def outgrown(mib: float) -> list[str]:
        samples = [{"memory:rss": each * 2**20, "memory:objects": 1.0} for each in (90.0, 90.0, mib)]
        return [each.name for each in growth.outgrown({"memory:rss": 80.0 * 2**20, "memory:objects": 1.0}, samples)]

    assert (outgrown(99.0), outgrown(101.0)) == ([], ["memory:rss"])
    assert growth.outgrown({}, []) == ()


def _grew(name: str, values: list[float]) -> list[str]:
    return [each.name for each in growth.judge([{name: value} for value in values], 3)]


NOISE = (0, 7, -5, 3, -8, 6, 1, -4, 8, -2)


def test_what_goes_up_and_down_does_not_grow() -> None:
    values = [100.0 + 4 * NOISE[day % 10] for day in range(30)]
    assert _grew("rows:events", values) == []
    assert _grew("held:world.durable.runs", [0.0] * 29 + [5.0]) == []
    assert (
        _grew("rows:events", [50.0 * day for day in (1, 2, 3)] + [150.0 + NOISE[day % 10] for day in range(27)]) == []
    )


@pytest.mark.parametrize("name", ["rows:events", "held:world.durable.runs", "process:threads", "process:descriptors"])
def test_what_is_never_removed_grows(name: str) -> None:
    assert _grew(name, [10.0 + day + NOISE[day % 10] / 10 for day in range(30)]) == [name]


def test_a_slow_leak_of_memory_grows_and_a_warm_start_does_not() -> None:
    warm = [90.0, 100.0, 104.0, 105.0] + [106.0] * 26
    assert _grew("memory:rss", [each * 2**20 for each in warm]) == []
    assert _grew("memory:rss", [(106.0 + 0.7 * day) * 2**20 for day in range(30)]) == ["memory:rss"]


def test_the_audit_may_grow_and_not_faster_and_faster() -> None:
    assert _grew("audit:bytes", [60000.0 * day + 900.0 * NOISE[day % 10] for day in range(30)]) == []
    assert _grew("audit:bytes", [3000.0 * day * day for day in range(30)]) == ["audit:bytes"]


def test_counters_may_meet_every_label_there_is_and_not_one_for_each_run() -> None:
    assert _grew("held:world.health.counters", [19.0 + 0.7 * day for day in range(30)]) == []
    assert _grew("held:world.health.counters", [19.0 + 4.0 * day for day in range(30)]) == [
        "held:world.health.counters"
    ]


def test_too_few_days_say_nothing() -> None:
    assert _grew("rows:events", [0.0, 0.0, 0.0, 10.0, 5000.0, 90000.0]) == []
