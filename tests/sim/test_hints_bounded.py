"""What senders invent is bounded: pages, rows of the store, lines of `status`; and no incident of theirs ever acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.daemon.observe.hints import foreigners, services
from remediator.model.records.records import Incident
from remediator.mutes import told
from remediator.sim.happenings.people import ROOT
from remediator.store import tables
from tests.sim.test_who_is_who import DAY_S, DIGEST, MINUTE_S, ZONES, Story

pytestmark = [pytest.mark.sim, pytest.mark.timeout(300)]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made.began()
    made.told.close()


def open_of(story: Story) -> list[Incident]:
    return [each for each in story.world.durable.incidents.values() if each.check.startswith("nagios:")]


def status_lines(story: Story) -> int:
    answer = story.told.ask("status", ROOT)
    assert answer is not None
    return sum(len(answer.data[part]) for part in ("open", "curing", "waiting", "muted"))


def test_a_service_without_a_check_opens_an_incident_that_only_notifies(story: Story) -> None:
    story.nagios("cmp1", service="backup")
    story.nagios("cmp1", service="backup")
    (incident,) = open_of(story)
    assert (incident.check, incident.target.text, incident.level.name) == ("nagios:backup", "host/cmp1", "CRITICAL")
    (page,) = story.pages("cmp1/backup CRITICAL")
    assert page["incident"] == incident.id
    story.told.run(10 * MINUTE_S)
    assert story.orders("cmp1") == 0
    assert [each for each in story.world.durable.decisions if each[0] == incident.id] == []
    assert story.world.health.storms == {}
    story.nagios("cmp1", "RECOVERY", "backup", state="OK")
    assert open_of(story) == []
    story.told.run(MINUTE_S)
    assert len(story.pages("is OK again")) == 1
    story.nagios("cmp1", service="backup")
    assert len(story.pages("reports cmp1/backup")) == 1, "one that comes back within the hour pages nobody again"
    (again,) = open_of(story)
    story.away(MINUTE_S)
    assert [each.id for each in open_of(story)] == [again.id], "it stands over a restart"


def test_a_person_closes_it_and_a_week_does(story: Story) -> None:
    story.nagios("cmp1", service="backup")
    story.nagios("cmp2", service="backup")
    (first, _) = open_of(story)
    answer = story.told.ask("close", ROOT, incident=first.id, reason="seen")
    assert answer is not None
    assert answer.exit == 0, answer.error
    assert len(open_of(story)) == 1
    story.away(7.1 * DAY_S)
    assert open_of(story) == []


def test_invented_services_fill_neither_the_pager_nor_status(story: Story) -> None:
    before = status_lines(story)
    for n in range(60):
        story.nagios("cmp1", service=f"ghost{n}")
    assert len(open_of(story)) == services.MOST_AN_HOUR
    assert len(story.pages("nagios reports cmp1/ghost")) == services.MOST_AN_HOUR
    story.told.run(2 * MINUTE_S)
    (digest,) = story.pages(DIGEST)
    assert "cmp1/ghost20: once from nagios" in digest["text"] or "and " in digest["text"]
    assert status_lines(story) - before <= services.MOST_AN_HOUR
    assert len(story.world.durable.foreign) == 60 - services.MOST_AN_HOUR


def test_what_is_open_of_reports_is_bounded_over_hours(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OPEN", 30)
    for hour in range(2):
        for n in range(25):
            story.nagios("cmp2", service=f"ghost{hour}-{n}")
        story.told.run(61 * MINUTE_S)
    assert len(open_of(story)) == 30


def test_invented_hosts_fill_neither_the_pager_nor_the_store(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreigners, "MOST", 50)
    monkeypatch.setattr(foreigners, "MOST_EVENTS", 100)
    rows, pages = len(story.rows(tables.events)), len(story.pages())
    taken = [story.nagios(f"ghost{n}", raw={"x": "y" * 8000}, downtime_depth=1) for n in range(130)]
    assert len(story.rows(tables.events)) - rows == 100
    assert {each.event for each in taken[99:]} == {taken[99].event}
    assert len(story.rows(tables.foreign_names)) == 50
    assert all(len(row.body) < 1000 for row in story.rows(tables.events)[rows:])
    story.told.run(2 * MINUTE_S)
    assert len(story.pages()) - pages == 1
    assert story.downtimes() == []
    assert status_lines(story) == 0
    story.away(DAY_S)
    assert story.nagios("ghost0").event != taken[99].event, "the next day has its own"


def test_downtimes_of_invented_services_are_folded_and_still_mute_the_host(story: Story) -> None:
    for n in range(60):
        story.nagios("cmp1", "DOWNTIMESTART", f"ghost{n}", downtime_depth=1)
    found = story.world.durable.downtimes
    assert len(found) == told.MOST_SERVICES + 1
    assert ("cmp1", told.OTHERS) in found
    service = story.told.cloud.service("cmp1", "neutron_agent")
    for n in range(60):
        story.nagios("cmp1", "DOWNTIMEEND", f"ghost{n}")
    assert list(story.world.durable.downtimes) == [("cmp1", told.OTHERS)]
    service.crash()
    story.told.run(5 * MINUTE_S)
    assert story.orders("cmp1") == 0, "nobody knows which of the folded ones are over"


def test_an_ambiguous_name_that_is_pushed_out_of_the_table_pages_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreigners, "MOST", 3)
    story = Story(tmp_path, ZONES)
    story.told.cloud.also = {"cmp1.az1.example.net": "cmp1", "cmp1.az2.example.net": "cmp2"}
    story.began()
    for n in range(30):
        story.nagios("cmp1")
        for other in range(4):
            story.nagios(f"ghost{n}-{other}")
    assert len(story.pages("several hosts are called")) == 1
    story.told.close()
