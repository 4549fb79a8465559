"""Late events, and a long stop: nothing starts from what is old, and nobody is flooded with what waited."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.cli import explaining
from remediator.config.errors import ConfigError
from remediator.daemon.notify import backlog
from remediator.daemon.observe import reported
from remediator.model.records import IncidentState, RunState
from remediator.store import tables
from remediator.store.reader import Reader
from tests.sim.cloud import CONFIG, Unit
from tests.sim.test_review_base import TARGET, Cloud, crash, intended, live

pytestmark = pytest.mark.sim

HOUR_S = 3600.0
HOURS = 70
"""So many hours the daemon was not there."""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.database.close()


def told(cloud: Cloud, ago_s: float, **changes: Any) -> dict[str, Any]:
    """Return what a sender adds that made its hint `ago_s` before now."""
    raw = {"NAGIOS_TIMET": str(int((cloud.now().wall - timedelta(seconds=ago_s)).timestamp()))}
    return {"raw": raw, "key": f"k{ago_s}{changes}{cloud.elapsed_s}", **changes}


def explained(cloud: Cloud, event: str) -> str:
    reader = Reader(cloud.config)
    found = reader.explain(event)
    reader.close()
    assert found is not None
    return explaining.text(found)


def asked(cloud: Cloud, hint: Any) -> bool:
    """Return whether `hint`, given in the middle of a quiet time, makes its host be asked at once."""
    cloud.world.pending.due_at.update(dict.fromkeys(cloud.world.pending.due_at, cloud.now().boot_s + 600))
    cloud.run(10)
    cloud.world.pending.due_at.update(dict.fromkeys(cloud.world.pending.due_at, cloud.now().boot_s + 600))
    hint()
    return bool(cloud.world.pending.in_flight or cloud.world.pending.forced)


def outbox(cloud: Cloud) -> list[tuple[str, str, str]]:
    """Return (key, state, error) of every page, oldest first."""
    with cloud.database.transaction() as connection:
        found = connection.execute(sa.select(tables.outbox).order_by(tables.outbox.c.n)).all()
    return [(row.key, row.state, row.error) for row in found]


def audited(cloud: Cloud, kind: str) -> list[dict[str, Any]]:
    reader = Reader(cloud.config)
    found = reader.audit(1000, kind)
    reader.close()
    return found


# late hints ---------------------------------------------------------------------------------------------------------


def test_a_hint_that_is_young_makes_the_check_due_and_one_that_is_old_does_not(cloud: Cloud) -> None:
    cloud.run(20)
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, 3599)))
    assert not asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, 3601)))


def test_an_expired_hint_is_kept_with_its_sentence(cloud: Cloud) -> None:
    cloud.run(20)
    taken = cloud.hint("h1", "memcached", **told(cloud, 5 * HOUR_S))
    assert not taken.duplicate
    said = explained(cloud, taken.event)
    assert "expired: nagios made it at " in said
    assert "5 h before it came" in said
    assert "limits.max_event_age" in said
    assert cloud.hint("h1", "memcached", **told(cloud, 5 * HOUR_S)).duplicate
    cloud.crash()
    assert "expired" in explained(cloud, taken.event)


@pytest.mark.parametrize(
    "raw", [{}, {"TIMET": "soon"}, {"TIMET": "-5"}, {"TIMET": "1e400"}, {"TIMET": True}, {"TIMET": "0"}]
)
def test_a_hint_without_a_readable_time_is_as_old_as_its_receipt(cloud: Cloud, raw: dict[str, Any]) -> None:
    cloud.run(20)
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", raw=raw))


def test_a_time_to_come_is_not_believed(cloud: Cloud) -> None:
    cloud.run(20)
    assert asked(cloud, lambda: cloud.hint("h1", "memcached", **told(cloud, -7 * HOUR_S)))
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1, **told(cloud, -7 * HOUR_S))
    cloud.run(5)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 0))
    assert not cloud.world.durable.downtimes, "a time to come does not shut out what is told after it"


def test_an_expired_hint_that_maps_to_nothing_pages_nobody(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hint("elsewhere", "http", **told(cloud, 2 * HOUR_S))
    cloud.run(5)
    assert cloud.delivered == []
    cloud.hint("elsewhere", "http", problem_id="2", **told(cloud, 0))
    cloud.run(90)
    assert len(cloud.delivered) == 1


def test_a_late_downtime_still_mutes_and_its_late_end_still_ends_it_in_their_order(cloud: Cloud) -> None:
    cloud.run(20)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMESTART", downtime_depth=1, **told(cloud, 3 * HOUR_S))
    assert cloud.world.durable.downtimes
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 4 * HOUR_S))
    assert cloud.world.durable.downtimes, "it ended another one, before this began"
    cloud.crash()
    cloud.run(5)
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMECANCELLED", downtime_depth=0, **told(cloud, 5 * HOUR_S))
    assert cloud.world.durable.downtimes, "and a restart does not forget in which order they were told"
    cloud.hint("h1", None, "UP", notification_type="DOWNTIMEEND", downtime_depth=0, **told(cloud, 2 * HOUR_S))
    assert not cloud.world.durable.downtimes


def test_the_limit_is_that_of_the_config(tmp_path: Path) -> None:
    made = Cloud(tmp_path, CONFIG.replace("  maintenance: 15m", "  maintenance: 15m\n  max_event_age: 5m"))
    made.run(20)
    assert "expired" in explained(made, made.hint("h1", "memcached", **told(made, 301)).event)
    assert "expired" not in explained(made, made.hint("h1", "memcached", **told(made, 299)).event)
    made.database.close()


@pytest.mark.parametrize(("given", "why"), [("2d", "past the floor of 1d"), ("4m", "below 5m"), ("0s", "below 5m")])
def test_the_limit_has_two_ends(tmp_path: Path, given: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"limits.max_event_age: {given} is {why}"):
        Cloud(tmp_path, CONFIG.replace("  maintenance: 15m", f"  maintenance: 15m\n  max_event_age: {given}"))


# a long stop --------------------------------------------------------------------------------------------------------


def crowd(cloud: Cloud, units: int = 20) -> None:
    """Give both hosts many containers, and let all be seen well."""
    for host in cloud.hosts.values():
        for n in range(units):
            host.units[f"svc{n}"] = Unit(f"svc{n}")
    cloud.run(20)


def stop_for(cloud: Cloud, seconds: float) -> None:
    """Stop the daemon, let `seconds` pass without it, and start it again."""
    cloud.elapsed_s += seconds
    cloud.crash()


def test_what_was_planned_before_a_long_stop_is_not_carried_out_after_it(cloud: Cloud) -> None:
    crash(cloud)
    assert cloud.run(120, until=lambda: bool(live(cloud)) and not intended(cloud))
    (run,) = live(cloud)
    stop_for(cloud, 2 * HOUR_S)
    began = cloud.elapsed_s
    cloud.step()
    reader = Reader(cloud.config)
    ended = reader.run(run.id)
    assert ended is not None
    assert ended["state"] == "refused"
    assert ended["reason"].startswith("expired: it was planned 2 h ago")
    assert "expired: it was planned" in str(reader.explain(run.incident))
    reader.close()
    assert cloud.world.durable.locks == {}
    cloud.run(300)
    assert cloud.verbs() == [("h1", "start")], "a new plan, on new evidence"
    assert cloud.acted[0][0] > began + 10, "and not before it was bad for as long as any problem has to be"


def test_what_recovered_during_the_stop_is_left_alone_and_closed(cloud: Cloud) -> None:
    crowd(cloud)
    cloud.pauses = ("until the fault stands",)
    for host in cloud.hosts.values():
        for unit in host.units.values():
            unit.fail()
    cloud.run(120)
    assert len(cloud.world.durable.incidents) > 30
    for host in cloud.hosts.values():
        for unit in host.units.values():
            unit.start(cloud.wall() + timedelta(hours=1))
    cloud.pauses = ()
    stop_for(cloud, HOURS * HOUR_S)
    cloud.run(600)
    assert cloud.acted == []
    assert not cloud.world.durable.incidents


def test_many_problems_that_are_older_than_the_stop_start_nothing_before_two_samples(cloud: Cloud) -> None:
    crowd(cloud)
    cloud.pauses = ("until the fault stands",)
    for unit in cloud.hosts["h1"].units.values():
        unit.fail()
    cloud.run(120)
    cloud.pauses = ()
    stop_for(cloud, HOURS * HOUR_S)
    began = cloud.elapsed_s
    cloud.run(10)
    assert cloud.acted == []
    assert all(
        series.bad_since is None or series.bad_since.after(cloud.world.setup.started_at)
        for series in cloud.world.samples.series.values()
    )
    cloud.run(600)
    assert all(at > began + 10 for at, _, _ in cloud.acted)
    in_10min = [at for at, _, _ in cloud.acted]
    assert 1 <= len(in_10min) <= 20, "and never more than the budget of ten minutes"


def test_a_flood_of_hints_while_it_was_gone_changes_nothing_when_it_is_delivered_late(cloud: Cloud) -> None:
    cloud.run(20)
    stop_for(cloud, 30 * HOUR_S)
    cloud.run(20)
    quiet = len(cloud.delivered)
    for n in range(300):
        late = told(cloud, HOUR_S * (2 + n % 28), problem_id=str(n))
        taken = cloud.hint(f"old{n}", "http", **(late | {"key": f"late{n}"}))
        assert not taken.duplicate
    cloud.run(60)
    assert len(cloud.delivered) == quiet
    assert cloud.acted == []
    with cloud.database.transaction() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(tables.hints)).scalar()
    assert kept == 300, "what was acknowledged is kept, expired or not"


@pytest.fixture
def many_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a sender page as often as it likes: these tests are about the pages."""
    monkeypatch.setattr(reported, "MOST_AN_HOUR", 10_000)
    monkeypatch.setattr(reported, "MOST_OPEN", 10_000)


# pages that waited --------------------------------------------------------------------------------------------------


def queue(cloud: Cloud, count: int, first: int = 0) -> None:
    """Let Nagios report `count` services of a host of ours that no check of ours knows: a page each."""
    for n in range(first, first + count):
        cloud.hint("h1", f"svc{n}", key=f"queued{n}", problem_id=str(n))


def test_a_few_pages_are_told_one_by_one(cloud: Cloud, many_reports: None) -> None:
    cloud.run(20)
    cloud.notifier_down = True
    queue(cloud, backlog.MOST_WAITING)
    cloud.notifier_down = False
    cloud.run(700)
    assert len(cloud.delivered) == backlog.MOST_WAITING
    assert not any("pages waited" in page["subject"] for page in cloud.delivered)


def test_pages_that_piled_up_are_told_as_one_with_their_counts(cloud: Cloud, many_reports: None) -> None:
    cloud.run(20)
    cloud.notifier_down = True
    queue(cloud, 150)
    cloud.notifier_down = False
    cloud.run(1500)
    digests = [page for page in cloud.delivered if "pages waited" in page["subject"]]
    assert len(cloud.delivered) <= backlog.MOST_WAITING
    assert digests
    assert sum(page["pages"] for page in digests) + len(cloud.delivered) - len(digests) == 150, "none is lost"
    assert "hints without a check" in digests[0]["subject"]
    assert all(len(page["text"].splitlines()) <= backlog.MOST_LINES + 5 for page in digests)
    waits = [key for key, state, _ in outbox(cloud) if state == "due"]
    assert waits == []
    assert all("digest-" in why for _, state, why in outbox(cloud) if state == "grouped")


def test_what_waited_in_the_store_over_a_stop_is_expired_and_told_once(cloud: Cloud, many_reports: None) -> None:
    cloud.run(20)
    cloud.notifier_down = True
    queue(cloud, 3)
    stop_for(cloud, 40 * HOUR_S)
    cloud.notifier_down = False
    cloud.run(60)
    (page,) = cloud.delivered
    assert page["expired"] == 3
    assert page["pages"] == 3
    assert "waited for more than 60 min" in page["text"]
    assert page["text"].count("nagios reports h1/svc") == 3
    states = {key: (state, why) for key, state, why in outbox(cloud)}
    assert [state for state, _ in states.values()] == ["expired"] * 3 + ["sent"]
    assert all(why.startswith("expired: it waited for 40 h") for state, why in states.values() if state == "expired")
    (entry,) = audited(cloud, "pages_grouped")
    assert entry["body"]["expired"] == 3
    assert len(entry["body"]["keys"]) == 3


def test_what_is_open_for_days_reminds_once_after_a_stop_and_not_once_for_each(cloud: Cloud) -> None:
    crowd(cloud)
    cloud.pauses = ("hands off",)
    for host in cloud.hosts.values():
        for unit in host.units.values():
            unit.fail()
    cloud.run(120)
    before = len(cloud.delivered)
    stop_for(cloud, HOURS * HOUR_S)
    cloud.run(900)
    assert len(cloud.world.durable.incidents) > 30
    assert len(cloud.delivered) - before <= 12, [page["subject"] for page in cloud.delivered]
    told_of = sum(page.get("pages", 1) for page in cloud.delivered[before:])
    assert told_of > 30, "every one of them is in a page, and most of them in one"


def test_while_nobody_can_be_told_one_digest_waits_and_grows(cloud: Cloud, many_reports: None) -> None:
    cloud.run(20)
    cloud.notifier_down = True
    for hour in range(6):
        queue(cloud, 30, first=30 * hour)
        cloud.run(600)
        waiting = [key for key, state, _ in outbox(cloud) if state == "due" and key.startswith(backlog.DIGEST)]
        assert len(waiting) <= 1
    cloud.notifier_down = False
    cloud.run(1500)
    assert sum(page.get("pages", 1) for page in cloud.delivered) == 180
    assert len([page for page in cloud.delivered if "pages" in page]) <= 2


def test_digests_leave_no_sooner_than_five_minutes_after_each_other(cloud: Cloud, many_reports: None) -> None:
    cloud.run(20)
    at: list[float] = []
    for burst in range(40):
        queue(cloud, 30, first=30 * burst)
        before = len([page for page in cloud.delivered if "pages" in page])
        cloud.run(20)
        at += [cloud.elapsed_s] * (len([page for page in cloud.delivered if "pages" in page]) - before)
    assert len(at) >= 2
    assert all(later - earlier >= backlog.DIGEST_EVERY_S - 40 for earlier, later in itertools.pairwise(at))


def test_a_run_in_doubt_stands_first_in_a_digest_that_cuts_its_lines(cloud: Cloud, many_reports: None) -> None:
    crash(cloud)
    cloud.on_act = lambda _effect: None
    assert cloud.run(120, until=lambda: intended(cloud))
    (run,) = live(cloud)
    cloud.notifier_down = True
    cloud.hosts["h1"].down = True
    assert cloud.run(600, until=lambda: [each.state for each in live(cloud)] == [RunState.IN_DOUBT])
    cloud.run(5)
    queue(cloud, 150)
    cloud.notifier_down = False
    cloud.run(700)
    (digest,) = [page for page in cloud.delivered if "pages" in page and "in doubt" in page["subject"]]
    lines = digest["text"].splitlines()
    place = next(n for n, line in enumerate(lines) if f"{run.id} on {TARGET} is in doubt" in line)
    assert place <= 3
    assert cloud.world.durable.incidents[run.incident].state is not IncidentState.RESOLVED
