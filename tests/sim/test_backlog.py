"""Late events, and a long stop: nothing starts from what is old, and nobody is flooded with what waited."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.cli.explain import command
from remediator.config.errors import ConfigError
from remediator.daemon.notify import digest
from remediator.daemon.observe.hints import services
from remediator.model.records.records import IncidentState, Run, RunState
from remediator.sim.cloud.reach import NEVER
from remediator.sim.cloud.services import Service
from remediator.sim.config import CONFIG
from remediator.sim.invariants.ledger import PER_10MIN
from remediator.sim.simulation import Simulation
from remediator.store import tables
from remediator.store.reader import Reader
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"
HOUR_S = 3600.0
HOURS = 70
"""So many hours the daemon was not there."""
BROKEN = ("h1", "h2")
"""Of five hosts: as many as are no storm."""


@pytest.fixture
def crowded() -> Iterator[Walked]:
    """A cloud with two hosts of many containers, all seen well."""
    made = Walked(before=crowd)
    yield made
    made.close()


def crowd(simulation: Simulation) -> None:
    for host in BROKEN:
        for n in range(16):
            name = f"svc{n}"
            simulation.cloud.hosts[host].services[name] = Service(host, name, simulation.timeline)


def live(cloud: Walked) -> list[Run]:
    return list(cloud.world.durable.runs.values())


def intended(cloud: Walked) -> bool:
    return any(run.intent_at is not None for run in live(cloud))


def arrived(cloud: Walked) -> list[dict[str, Any]]:
    """Return the pages that people have got."""
    return cloud.simulation.mail.taken


def nobody_can_be_told(cloud: Walked, so: bool) -> None:
    cloud.simulation.mail.down = "connection refused" if so else ""


def told(cloud: Walked, ago_s: float, **changes: Any) -> dict[str, Any]:
    """Return what a sender adds that made its hint `ago_s` before now."""
    raw = {"NAGIOS_TIMET": str(int((cloud.now().wall - timedelta(seconds=ago_s)).timestamp()))}
    return {"raw": raw, "key": f"k{ago_s}{changes}{cloud.simulation.clock.elapsed_s}", **changes}


def explained(cloud: Walked, event: str) -> str:
    reader = Reader(cloud.simulation.config)
    found = reader.explain(event)
    reader.close()
    assert found is not None
    return command.text(found)


def asked(cloud: Walked, hint: Any) -> bool:
    """Return whether `hint`, given in the middle of a quiet time, makes its host be asked at once."""
    cloud.world.pending.due_at.update(dict.fromkeys(cloud.world.pending.due_at, cloud.now().boot_s + 600))
    cloud.run(10)
    cloud.world.pending.due_at.update(dict.fromkeys(cloud.world.pending.due_at, cloud.now().boot_s + 600))
    hint()
    return bool(cloud.world.pending.in_flight or cloud.world.pending.forced)


def outbox(cloud: Walked) -> list[tuple[str, str, str]]:
    """Return (key, state, error) of every page, oldest first."""
    with cloud.daemon.database.transaction() as connection:
        found = connection.execute(sa.select(tables.outbox).order_by(tables.outbox.c.n)).all()
    return [(row.key, row.state, row.error) for row in found]


# late hints ---------------------------------------------------------------------------------------------------------


def test_a_hint_that_is_young_makes_the_check_due_and_one_that_is_old_does_not(cloud: Walked) -> None:
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, 3599)))
    assert not asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, 3601)))


def test_an_expired_hint_is_kept_with_its_sentence(cloud: Walked) -> None:
    taken = cloud.hint("h1", "memcached", **told(cloud, 5 * HOUR_S))
    assert not taken.duplicate
    said = explained(cloud, taken.event)
    assert "expired: nagios made it at " in said
    assert "5 h before it came" in said
    assert "limits.max_event_age" in said
    assert cloud.hint("h1", "memcached", **told(cloud, 5 * HOUR_S)).duplicate
    cloud.restart()
    assert "expired" in explained(cloud, taken.event)


@pytest.mark.parametrize(
    "raw", [{}, {"TIMET": "soon"}, {"TIMET": "-5"}, {"TIMET": "1e400"}, {"TIMET": True}, {"TIMET": "0"}]
)
def test_a_hint_without_a_readable_time_is_as_old_as_its_receipt(cloud: Walked, raw: dict[str, Any]) -> None:
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", raw=raw))


def test_a_time_to_come_is_not_believed(cloud: Walked) -> None:
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, -7 * HOUR_S)))
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1, **told(cloud, -7 * HOUR_S))
    cloud.run(5)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 0))
    assert not cloud.world.durable.downtimes, "a time to come does not shut out what is told after it"


def test_an_expired_hint_that_maps_to_nothing_pages_nobody(cloud: Walked) -> None:
    cloud.hint("elsewhere", "http", **told(cloud, 2 * HOUR_S))
    cloud.run(5)
    assert arrived(cloud) == []
    cloud.hint("elsewhere", "http", problem_id="2", **told(cloud, 0))
    cloud.run(90)
    assert len(arrived(cloud)) == 1


def test_a_late_downtime_still_mutes_and_its_late_end_still_ends_it_in_their_order(cloud: Walked) -> None:
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1, **told(cloud, 3 * HOUR_S))
    assert cloud.world.durable.downtimes
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 4 * HOUR_S))
    assert cloud.world.durable.downtimes, "it ended another one, before this began"
    cloud.restart()
    cloud.run(5)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMECANCELLED", downtime_depth=0, **told(cloud, 5 * HOUR_S))
    assert cloud.world.durable.downtimes, "and a restart does not forget in which order they were told"
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 2 * HOUR_S))
    assert not cloud.world.durable.downtimes


def test_the_limit_is_that_of_the_config() -> None:
    made = Walked(CONFIG.replace("  maintenance: 15m", "  maintenance: 15m\n  max_event_age: 5m"))
    assert "expired" in explained(made, made.hint("h1", "memcached", **told(made, 301)).event)
    assert "expired" not in explained(made, made.hint("h1", "memcached", **told(made, 299)).event)
    made.close()


@pytest.mark.parametrize(("given", "why"), [("2d", "past the floor of 1d"), ("4m", "below 5m"), ("0s", "below 5m")])
def test_the_limit_has_two_ends(tmp_path: Path, given: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"limits.max_event_age: {given} is {why}"):
        Simulation(tmp_path, CONFIG.replace("  maintenance: 15m", f"  maintenance: 15m\n  max_event_age: {given}"))


# a long stop --------------------------------------------------------------------------------------------------------


def stop_for(cloud: Walked, seconds: float) -> None:
    """Stop the daemon, let `seconds` pass without it, and start it again."""
    cloud.simulation.kill()
    cloud.simulation.clock.elapsed_s += seconds
    cloud.simulation.revive()


def breaks_while_paused(cloud: Walked, *hosts: str) -> None:
    """Let everything on `hosts` break while a pause file keeps us from it."""
    cloud.people.leave_a_file("there")
    for host in hosts:
        for service in cloud.host(host).services.values():
            service.crash()
    cloud.run(120)


def test_what_was_planned_before_a_long_stop_is_not_carried_out_after_it(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()
    assert cloud.until(120, lambda: bool(live(cloud)) and not intended(cloud))
    (run,) = live(cloud)
    stop_for(cloud, 2 * HOUR_S)
    began = cloud.simulation.clock.elapsed_s
    cloud.run(1)
    ended = kept.run(cloud, run.id)
    assert ended["state"] == "refused"
    assert ended["reason"].startswith("expired: it was planned 2 h ago")
    assert run.incident is not None
    reader = Reader(cloud.simulation.config)
    assert "expired: it was planned" in str(reader.explain(run.incident))
    reader.close()
    assert cloud.world.durable.locks == {}
    cloud.run(300)
    assert cloud.verbs() == [("h1", "start")], "a new plan, on new evidence"
    assert cloud.orders()[0][1] > began + 10, "and not before it was bad for as long as any problem has to be"


def test_what_recovered_during_the_stop_is_left_alone_and_closed(crowded: Walked) -> None:
    breaks_while_paused(crowded, *BROKEN)
    assert len(crowded.world.durable.incidents) > 30
    for host in BROKEN:
        for name in crowded.host(host).services:
            crowded.starts_by_hand(host, name)
    crowded.people.let_go_of_the_file()
    stop_for(crowded, HOURS * HOUR_S)
    crowded.run(600)
    assert crowded.commands == 0
    assert not crowded.world.durable.incidents


def test_many_problems_that_are_older_than_the_stop_start_nothing_before_two_samples(crowded: Walked) -> None:
    breaks_while_paused(crowded, "h1")
    crowded.people.let_go_of_the_file()
    stop_for(crowded, HOURS * HOUR_S)
    began = crowded.simulation.clock.elapsed_s
    crowded.run(10)
    assert crowded.commands == 0
    assert all(
        series.bad_since is None or series.bad_since.after(crowded.world.setup.started_at)
        for series in crowded.world.samples.series.values()
    )
    crowded.run(600)
    at = [at for _, at in crowded.orders()]
    assert all(each > began + 10 for each in at)
    assert 1 <= len(at) <= PER_10MIN, "and never more than the budget of ten minutes"


def test_a_flood_of_hints_while_it_was_gone_changes_nothing_when_it_is_delivered_late(cloud: Walked) -> None:
    stop_for(cloud, 30 * HOUR_S)
    cloud.run(20)
    quiet = len(arrived(cloud))
    for n in range(300):
        late = told(cloud, HOUR_S * (2 + n % 28), problem_id=str(n))
        taken = cloud.hint(f"old{n}", "http", **(late | {"key": f"late{n}"}))
        assert not taken.duplicate
    cloud.run(60)
    assert len(arrived(cloud)) == quiet
    assert cloud.commands == 0
    with cloud.daemon.database.transaction() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(tables.hints)).scalar()
    assert kept == 300, "what was acknowledged is kept, expired or not"


@pytest.fixture
def many_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a sender page as often as it likes: these tests are about the pages."""
    monkeypatch.setattr(services, "MOST_AN_HOUR", 10_000)
    monkeypatch.setattr(services, "MOST_OPEN", 10_000)


# pages that waited --------------------------------------------------------------------------------------------------


def queue(cloud: Walked, count: int, first: int = 0) -> None:
    """Let Nagios report `count` services of a host of ours that no check of ours knows: a page each."""
    for n in range(first, first + count):
        cloud.hint("h1", f"svc{n}", key=f"queued{n}", problem_id=str(n))


def test_a_few_pages_are_told_one_by_one(cloud: Walked, many_reports: None) -> None:
    nobody_can_be_told(cloud, True)
    queue(cloud, digest.MOST_WAITING)
    nobody_can_be_told(cloud, False)
    cloud.run(700)
    assert len(arrived(cloud)) == digest.MOST_WAITING
    assert not any("pages waited" in page["subject"] for page in arrived(cloud))


def test_pages_that_piled_up_are_told_as_one_with_their_counts(cloud: Walked, many_reports: None) -> None:
    nobody_can_be_told(cloud, True)
    queue(cloud, 150)
    cloud.run(5)
    nobody_can_be_told(cloud, False)
    cloud.run(1500)
    digests = [page for page in arrived(cloud) if "pages waited" in page["subject"]]
    assert len(arrived(cloud)) <= digest.MOST_WAITING
    assert digests
    assert sum(page["pages"] for page in digests) + len(arrived(cloud)) - len(digests) == 150, "none is lost"
    assert "hints without a check" in digests[0]["subject"]
    assert all(len(page["text"].splitlines()) <= digest.MOST_LINES + 5 for page in digests)
    waits = [key for key, state, _ in outbox(cloud) if state == "due"]
    assert waits == []
    assert all("digest-" in why for _, state, why in outbox(cloud) if state == "grouped")


def test_what_waited_in_the_store_over_a_stop_is_expired_and_told_once(cloud: Walked, many_reports: None) -> None:
    nobody_can_be_told(cloud, True)
    queue(cloud, 3)
    stop_for(cloud, 40 * HOUR_S)
    nobody_can_be_told(cloud, False)
    cloud.run(60)
    (page,) = arrived(cloud)
    assert page["expired"] == 3
    assert page["pages"] == 3
    assert "waited for more than 60 min" in page["text"]
    assert page["text"].count("nagios reports h1/svc") == 3
    states = {key: (state, why) for key, state, why in outbox(cloud)}
    assert [state for state, _ in states.values()] == ["expired"] * 3 + ["sent"]
    assert all(why.startswith("expired: it waited for 40 h") for state, why in states.values() if state == "expired")
    (entry,) = kept.entries(cloud, "pages_grouped")
    assert entry["expired"] == 3
    assert len(entry["keys"]) == 3


def test_what_is_open_for_days_reminds_once_after_a_stop_and_not_once_for_each(crowded: Walked) -> None:
    breaks_while_paused(crowded, *BROKEN)
    before = len(arrived(crowded))
    stop_for(crowded, HOURS * HOUR_S)
    crowded.run(900)
    assert len(crowded.world.durable.incidents) > 30
    assert len(arrived(crowded)) - before <= 12, [page["subject"] for page in arrived(crowded)]
    told_of = sum(page.get("pages", 1) for page in arrived(crowded)[before:])
    assert told_of > 30, "every one of them is in a page, and most of them in one"


def test_while_nobody_can_be_told_one_digest_waits_and_grows(cloud: Walked, many_reports: None) -> None:
    nobody_can_be_told(cloud, True)
    for hour in range(6):
        queue(cloud, 30, first=30 * hour)
        cloud.run(600)
        waiting = [key for key, state, _ in outbox(cloud) if state == "due" and key.startswith(digest.DIGEST)]
        assert len(waiting) <= 1
    nobody_can_be_told(cloud, False)
    cloud.run(1500)
    assert sum(page.get("pages", 1) for page in arrived(cloud)) == 180
    assert len([page for page in arrived(cloud) if "pages" in page]) <= 2


def test_digests_leave_no_sooner_than_five_minutes_after_each_other(cloud: Walked, many_reports: None) -> None:
    at: list[float] = []
    for burst in range(40):
        queue(cloud, 30, first=30 * burst)
        before = len([page for page in arrived(cloud) if "pages" in page])
        cloud.run(20)
        at += [cloud.simulation.clock.elapsed_s] * (len([page for page in arrived(cloud) if "pages" in page]) - before)
    assert len(at) >= 2
    assert all(later - earlier >= digest.DIGEST_EVERY_S - 40 for earlier, later in itertools.pairwise(at))


def test_a_run_in_doubt_stands_first_in_a_digest_that_cuts_its_lines(cloud: Walked, many_reports: None) -> None:
    cloud.service("h1", "memcached").crash()
    cloud.simulation.luck.commands = [NEVER]
    assert cloud.until(120, lambda: cloud.commands == 1)
    (run,) = live(cloud)
    nobody_can_be_told(cloud, True)
    cloud.host("h1").ssh = "refused"
    assert cloud.until(600, lambda: [each.state for each in live(cloud)] == [RunState.IN_DOUBT])
    cloud.run(5)
    queue(cloud, 150)
    cloud.run(5)
    nobody_can_be_told(cloud, False)
    cloud.run(700)
    (digest,) = [page for page in arrived(cloud) if "pages" in page and "in doubt" in page["subject"]]
    lines = digest["text"].splitlines()
    place = next(n for n, line in enumerate(lines) if f"{run.id} on {TARGET} is in doubt" in line)
    assert place <= 3
    assert cloud.world.durable.incidents[run.incident].state is not IncidentState.RESOLVED
