"""A turn that is undone leaves no trace: what it would have told is told by the turn that holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.daemon.turn.durable import RIVAL
from remediator.daemon.turn.wire import Asked, Collect, Collected, HintCame, Reloaded, StoreRead
from remediator.model.control import Actor, Answer
from remediator.model.hooks import CannotStore, Hint, Taken
from remediator.store import tables
from remediator.store.journal import Journal
from tests.sim.test_review_base import Cloud

pytestmark = pytest.mark.sim
ALEX = Actor(name="alex", uid=0, login_uid=1000)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    made.run(20)
    yield made
    made.database.close()


def hint(key: str, **changes: Any) -> HintCame:
    base: dict[str, Any] = {
        "source": "nagios", "key": key, "host": "h1", "service": "backup", "state": "CRITICAL", "state_type": "HARD", "attempt": 1,
        "notification_type": "PROBLEM", "downtime_depth": 0, "output": "", "problem_id": "1", "raw": {},
    }  # fmt: skip
    taken: Future[Taken] = Future()
    return HintCame(hint=Hint(**(base | changes)), taken=taken)


def fill(cloud: Cloud, *, full: bool) -> None:
    """Let the store take no further page, or as many as it likes."""
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={1 if full else 1073741823}")


def undone(cloud: Cloud, *inputs: Any) -> None:
    """Give `inputs` to a turn whose transaction fails: so many pauses do not fit into the store."""
    fill(cloud, full=True)
    asked = [Asked(op="pause", args={"reason": f"{n} " * 150}, actor=ALEX, answer=Future[Answer]()) for n in range(40)]
    cloud.step(*inputs, *asked)
    assert cloud.engine.store_error is not None
    fill(cloud, full=False)


def entries(cloud: Cloud, kind: str) -> list[dict[str, Any]]:
    with cloud.database.transaction() as connection:
        found = sa.select(tables.audit.c.body).where(tables.audit.c.kind == kind).order_by(tables.audit.c.seq)
        return [json.loads(body) for body in connection.execute(found).scalars()]


def pages(cloud: Cloud, about: str) -> list[dict[str, Any]]:
    with cloud.database.transaction() as connection:
        found = connection.execute(sa.select(tables.outbox.c.body).order_by(tables.outbox.c.n)).scalars()
        return [body for body in map(json.loads, found) if about in f"{body['subject']} {body['text']}"]


def test_a_report_that_could_not_be_stored_pages_when_it_is_sent_again(cloud: Cloud) -> None:
    first, again = hint("k"), hint("k")
    undone(cloud, first)
    with pytest.raises(CannotStore):
        first.taken.result(timeout=0)
    cloud.step(again)
    assert again.taken.result(timeout=0).duplicate is False
    assert len(pages(cloud, "nagios reports h1/backup CRITICAL")) == 1


def test_a_report_beside_a_hint_that_cannot_be_handled_pages(cloud: Cloud) -> None:
    cloud.step(hint("k"), hint("p", service="x\ud800"))
    assert len(pages(cloud, "nagios reports h1/backup CRITICAL")) == 1


def test_what_the_slow_reading_found_and_a_reload_changed_is_in_the_log_after_a_turn_that_was_undone(
    cloud: Cloud,
) -> None:
    change = {"token": "t1", "what": "withdrawn", "reason": ""}
    reload = Reloaded(config=None, content=None, inventory=None, error="no such key: x", tokens=(change,))
    undone(cloud, StoreRead(differs="", damaged="entry 3 of the audit log: edited"), reload)
    cloud.run(3)
    assert entries(cloud, "store_damaged") == [{"why": "entry 3 of the audit log: edited"}]
    assert entries(cloud, "tokens") == [{"changes": [change]}]
    assert entries(cloud, "reload_refused") == [{"reason": "no such key: x"}]


def test_a_start_whose_first_turn_failed_is_a_start_in_the_log(cloud: Cloud) -> None:
    cloud.crash()
    undone(cloud)
    cloud.run(3)
    assert len(entries(cloud, "started")) == 2


def test_a_sample_in_a_turn_that_was_played_again_counts_once(cloud: Cloud) -> None:
    """Two polls in `restarting` are a loop; one poll that was taken three times is none."""

    def restarts(data: Any) -> None:
        data["containers"]["memcached"]["status"] = "restarting"

    cloud.hosts["h1"].patch = {"containers": restarts}
    cloud.later.clear()
    cloud.elapsed_s += 5
    cloud.step(
        Collected(reply=cloud._reply(Collect(host="h1"))), hint("p", service="x\ud800"), hint("q", service="y\ud800")
    )
    found = cloud.world.samples.facts.memory("container", "h1").containers["memcached"]
    assert found.restarting_polls == 1


def test_the_store_gets_no_other_id_by_a_turn_that_was_undone(cloud: Cloud) -> None:
    """A mark on a host that bears an id which the store does not have would be somebody else's after a restart."""
    other = json.dumps({"open": "since yesterday: another one", "closed_at": None})
    with cloud.database.transaction() as connection:
        Journal(connection, cloud.now()).set_meta(RIVAL, other)
    cloud.crash()
    cloud.run(3)
    assert cloud.world.durable.rival is not None
    before = cloud.world.health.identity
    undone(
        cloud, Asked(op="brake-close", args={"brake": "rival", "reason": "gone"}, actor=ALEX, answer=Future[Answer]())
    )
    assert cloud.world.health.identity == before
