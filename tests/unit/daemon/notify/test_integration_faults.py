"""Notices: in the status while they stand, one page for each change, none again after a restart; they hold nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from remediator.daemon.notify import integration_faults
from remediator.daemon.requests import views
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.times import Instant
from remediator.store import tables
from remediator.store.journal import Journal
from remediator.store.stored import loading
from tests.builders.turns import a_world
from tests.unit.safety.cases import at

LAMP = {"lamp": "integration lamp (lamp 1.0): ImportError: no bulb; mend or remove its package"}
STALE = "remediator.json is missing; this is 2: install what it prints"


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as made:
        tables.metadata.create_all(made)
        yield made
    engine.dispose()


class Told:
    """Plays the phase at moments, each in a turn of its own, and remembers the pages."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.world: World = a_world()
        self.restart()

    def restart(self) -> None:
        broken = self.world.loaded.broken
        self.world = a_world()
        self.breaks(broken)
        self.world.adopt(loading.load(self.connection, 0.0))

    def breaks(self, broken: Mapping[str, str]) -> None:
        self.world.loaded = replace(self.world.loaded, broken=broken)

    def pages(self, start_s: float, end_s: float) -> list[str]:
        """Return the texts of the pages that were queued in that time, a look every second."""
        before = len(self.queued())
        for second in range(int(start_s), int(end_s)):
            now = moment(second)
            integration_faults.watch(Turn(world=self.world, journal=Journal(self.connection, now), now=now))
        return self.queued()[before:]

    def queued(self) -> list[str]:
        rows = self.connection.execute(sa.select(tables.outbox.c.body).order_by(tables.outbox.c.n))
        return [str(row[0]) for row in rows]


def moment(second: float) -> Instant:
    start = at(0)
    return Instant(start.wall + timedelta(seconds=second), start.boot_s + second, start.boot_id)


@pytest.fixture
def told(connection: sa.Connection) -> Told:
    return Told(connection)


def test_a_broken_integration_is_one_page_and_none_again_after_a_restart(told: Told) -> None:
    told.breaks(LAMP)
    assert told.pages(0, 60) == []
    (page,) = told.pages(60, 5000)
    assert "an integration cannot be used" in page
    assert LAMP["lamp"] in page
    told.restart()
    assert told.pages(5000, 9000) == []


def test_one_that_is_mended_and_breaks_again_is_told_again(told: Told) -> None:
    told.breaks(LAMP)
    assert len(told.pages(0, 700)) == 1
    told.breaks({})
    assert told.pages(700, 1500) == []
    assert told.world.durable.notices_told == frozenset()
    told.breaks(LAMP)
    assert len(told.pages(1500, 2200)) == 1


def test_another_reason_is_another_page(told: Told) -> None:
    told.breaks(LAMP)
    assert len(told.pages(0, 700)) == 1
    told.breaks({"lamp": "integration lamp: it has the name of one of ours"})
    (page,) = told.pages(700, 2000)
    assert "no bulb" not in page


def test_many_hosts_with_one_reason_are_one_line_of_one_page(told: Told) -> None:
    for number in range(300):
        told.world.others.act_files[f"cmp{number:03}"] = STALE
    (page,) = told.pages(0, 1000)
    assert page.count(STALE) == 1
    assert "cmp019 and 280 more" in page
    told.world.others.act_files.clear()
    assert told.pages(1000, 2000) == []


def test_hosts_that_follow_one_by_one_are_a_page_in_ten_minutes(told: Told) -> None:
    pages = []
    for second in range(0, 3600, 60):
        told.world.others.act_files[f"cmp{second}"] = STALE
        pages += told.pages(second, second + 60)
    assert 1 < len(pages) <= 3600 / integration_faults.PAGE_EVERY_S + 1


def test_a_host_that_says_something_else_each_time_calls_people_once_a_day(told: Told) -> None:
    pages = []
    for hour in range(26):
        start = hour * 3600
        told.world.others.act_files["ctl2"] = f"remediator.json is of {hour}"
        pages += told.pages(start, start + 61)
        told.world.others.act_files.clear()
        pages += told.pages(start + 1000, start + 1061)
    assert len(pages) == 2, "the second one a day later"
    told.world.others.act_files["ctl3"] = STALE
    (page,) = told.pages(100_000, 100_700)
    assert "ctl3" in page


def test_the_status_shows_what_stands_now_and_pauses_nothing(told: Told) -> None:
    told.breaks(LAMP)
    told.world.others.act_files["ctl2"] = STALE
    status = views.status(told.world, moment(0))
    assert status["warnings"] == [
        {"kind": "act_files", "name": "ctl2", "reason": STALE},
        {"kind": "integration", "name": "lamp", "reason": LAMP["lamp"]},
    ]
    assert status["paused"] is False
    told.world.others.forget_hosts(["ctl2"])
    assert [row["kind"] for row in views.status(told.world, moment(0))["warnings"]] == ["integration"]
