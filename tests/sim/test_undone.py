"""A turn that is undone leaves no trace: what it would have told is told by the turn that holds."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from remediator.daemon.state.wire import Input, Reloaded, StoreRead
from remediator.model.messages.hooks import CannotStore, Taken
from remediator.model.records.holds import Rival
from remediator.sim.happenings.faults import store_faults
from remediator.sim.happenings.people import ROOT
from remediator.store.journal import Journal
from remediator.store.stored import meta
from tests.builders.hints import a_hint
from tests.sim import kept
from tests.sim.saying import says
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


def post(cloud: Walked, key: str, **changes: Any) -> Future[Taken]:
    """Let a report come into the daemon's queue, for its next turn."""
    return cloud.daemon.loop.submit(a_hint(key, **{"service": "backup", "state": "CRITICAL", "attempt": 1, **changes}))


def undone(cloud: Walked) -> None:
    """Let what is in the queue be taken by a turn whose transaction fails: so many pauses do not fit into the store."""
    mend = store_faults.full(cloud.simulation)
    for n in range(40):
        cloud.daemon.loop.ask("pause", {"reason": f"{n} " * 150}, ROOT)
    cloud.simulation.turn()
    assert cloud.daemon.engine.store_error is not None
    mend()


def put(cloud: Walked, *inputs: Input) -> None:
    """Let `inputs` of the pools come into the daemon's queue."""
    for item in inputs:
        cloud.daemon.loop._queue.put(item)


def told(cloud: Walked, about: str) -> list[dict[str, Any]]:
    return [page for page in cloud.whole_pages() if about in f"{page['subject']} {page['text']}"]


def test_a_report_that_could_not_be_stored_pages_when_it_is_sent_again(cloud: Walked) -> None:
    first = post(cloud, "k")
    undone(cloud)
    with pytest.raises(CannotStore):
        first.result(timeout=0)
    again = post(cloud, "k")
    cloud.simulation.turn()
    assert again.result(timeout=0).duplicate is False
    assert len(told(cloud, "nagios reports h1/backup CRITICAL")) == 1


def test_a_report_beside_a_hint_that_cannot_be_handled_pages(cloud: Walked) -> None:
    cloud.watch.mistaken = True
    post(cloud, "k")
    post(cloud, "p", service="x\ud800")
    cloud.simulation.turn()
    assert len(told(cloud, "nagios reports h1/backup CRITICAL")) == 1


def test_what_the_slow_reading_found_and_a_reload_changed_is_in_the_log_after_a_turn_that_was_undone(
    cloud: Walked,
) -> None:
    change = {"token": "t1", "what": "withdrawn", "reason": ""}
    reload = Reloaded(config=None, content=None, inventory=None, error="no such key: x", tokens=(change,))
    put(cloud, StoreRead(differs="", damaged="entry 3 of the audit log: edited"), reload)
    undone(cloud)
    cloud.run(3)
    assert kept.entries(cloud, "store_damaged") == [{"why": "entry 3 of the audit log: edited"}]
    assert kept.entries(cloud, "tokens") == [{"changes": [change]}]
    assert kept.entries(cloud, "reload_refused") == [{"reason": "no such key: x"}]


def test_a_start_whose_first_turn_failed_is_a_start_in_the_log(cloud: Walked) -> None:
    cloud.restart()
    undone(cloud)
    cloud.run(3)
    assert len(kept.entries(cloud, "started")) == 2


def test_a_sample_in_a_turn_that_was_played_again_counts_once(cloud: Walked) -> None:
    """Two polls in `restarting` are a loop; one poll that was taken three times is none."""
    cloud.watch.mistaken = True
    says(cloud, "h1", "containers", lambda data: data["containers"]["memcached"].update(status="restarting"))
    beside: list[Future[Taken]] = []
    cloud.beside_a_reply("h1", lambda: beside.extend(post(cloud, key, service=f"{key}\ud800") for key in "pq"))
    assert all(each.exception(timeout=0) is not None for each in beside)
    found = cloud.world.samples.facts.memory("container", "h1").containers["memcached"]
    assert found.restarting_polls == 1


def test_the_store_gets_no_other_id_by_a_turn_that_was_undone(cloud: Walked) -> None:
    """A mark on a host that bears an id which the store does not have would be somebody else's after a restart."""
    with cloud.daemon.database.transaction() as connection:
        Journal(connection, cloud.now()).keep(meta.RIVAL, Rival(open="since yesterday: another one"))
    cloud.restart()
    cloud.run(3)
    assert cloud.world.durable.rival is not None
    before = cloud.world.health.identity
    cloud.daemon.loop.ask("brake-close", {"brake": "rival", "reason": "gone"}, ROOT)
    undone(cloud)
    assert cloud.world.health.identity == before
