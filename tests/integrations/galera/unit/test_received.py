"""What members had received beyond the place from which their component went on: from their logs, and in the mark."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera.facts import datadir
from remediator.integrations.galera.logs import gcache
from remediator.integrations.galera.logs.gcache import Buried, Formation, Start
from remediator.integrations.galera.watermark import marks
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world

pytestmark = pytest.mark.unit

SAVED = Path(__file__).parents[1] / "golden" / "starts"
EXCHANGE, LATER = "815a94d2-e7a8-11f1-b342-7f4042f87a7a", "91111111-e7a8-11f1-b342-7f4042f87a7a"


def formed(at: int = 380, exchange: str = EXCHANGE, conf_id: int = -1, uuid: str = world.UUID) -> dict[str, Any]:
    return {"exchange": exchange, "conf_id": conf_id, "act_id": at, "uuid": uuid}


def start(position: int, up_to: int | None, led: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "uuid": world.UUID, "position": position, "cache_uuid": world.UUID, "received": up_to, "formed": led, **changes,
    }  # fmt: skip


def parsed(*starts: Mapping[str, Any]) -> tuple[Start, ...]:
    found = gcache.parse(list(starts))
    assert isinstance(found, tuple)
    return found


def most(*members: tuple[Mapping[str, Any], ...], exchange: str = EXCHANGE) -> int | None:
    found = gcache.buried([parsed(*one) for one in members], world.UUID).get(exchange)
    return None if found is None else found.most


def test_fifteen_rows_that_were_acknowledged_are_gone_and_the_logs_tell_of_fifteen() -> None:
    cases = [json.loads((SAVED / f"killed-together-{host}.json").read_text()) for host in ("ctl1", "ctl3")]
    (uuid,) = {case["expected"][-1]["uuid"] for case in cases}
    found = gcache.buried([parsed(*case["expected"]) for case in cases], uuid)
    assert found == {EXCHANGE: Buried(formation=Formation(exchange=EXCHANGE, uuid=uuid, at=380), furthest=395)}
    assert found[EXCHANGE].most == 15


def test_the_furthest_of_all_members_counts() -> None:
    assert most((start(371, 395, formed()),), (start(380, 397, formed()),), (start(365, 390, formed()),)) == 17


@pytest.mark.parametrize(
    ("joiner", "found"),
    [
        # it was stopped in the same outage, and joined the bootstrapped one later
        (start(350, 395, formed(500, LATER, conf_id=2)), 15),
        # it took part after the component had formed, crashed alone, and came back
        (start(420, 450, formed(460, LATER, conf_id=2)), 0),
        # its cache ends where the component went on from, or before
        (start(350, 380), 0),
        # no history, another history, or a cache of another one: nothing of it can be compared
        (start(-1, 395), 0),
        (start(350, 395, uuid=world.OTHER, cache_uuid=world.OTHER), 0),
        (start(350, 395, cache_uuid=world.OTHER), 0),
        (start(350, 395, cache_uuid=None), 0),
        (start(350, None), 0),
    ],
)
def test_one_that_was_not_there_when_it_formed_counts_only_when_it_ended_before(
    joiner: Mapping[str, Any], found: int
) -> None:
    assert most((start(380, 380, formed()),), (joiner,)) == found


def test_of_an_older_life_nothing_is_counted() -> None:
    """Seqnos are used again after a loss: what an earlier life had received of them was lost then, and told then."""
    lives = (start(100, 500, formed(120)), start(200, 210, formed(205, LATER)))
    assert most(lives) == 380
    assert most(lives, exchange=LATER) == 5
    assert most((start(205, 205, formed(205, LATER)),), (start(100, 500), start(210, 230)), exchange=LATER) == 0


@pytest.mark.parametrize(
    "other",
    [
        formed(conf_id=4),
        formed(uuid=world.OTHER),
        {**formed(), "act_id": None},
        {**formed(), "conf_id": None},
        {**formed(), "exchange": None},
        {**formed(), "uuid": None},
        None,
    ],
)
def test_a_component_that_was_joined_or_is_not_told_whole_is_no_formation(other: Any) -> None:
    assert most((start(371, 395, other),)) is None


def test_a_bootstrap_counts_its_views_from_zero() -> None:
    assert most((start(371, 395, formed(conf_id=0)),)) == 15


@pytest.mark.parametrize("bad", [[{}], [None], ["x"], [start("7", 8)], {"a": 1}, [start(7, 8, {"act_id": 1})]])  # type: ignore[arg-type]
def test_what_cannot_be_read_leaves_the_rest_of_the_section_as_it_is(bad: Any) -> None:
    found = datadir.parse(world.files(starts=bad))
    assert isinstance(found, datadir.Files)
    assert isinstance(found.starts, Unknown)
    assert found.grastate != Unknown("error")


# In the mark


def synced(*at: int, asked_s: float = 3600.0, flush: str = "0", **starts: Any) -> list[HostReply | None]:
    places = at if len(at) == 3 else at * 3
    return [
        world.running(
            host,
            world.sql(at=place, innodb_flush_log_at_trx_commit=flush),
            asked_s=asked_s,
            starts=starts.get(host, []),
            **world.started(1.0, asked_s),
        )
        for host, place in zip(world.HOSTS, places, strict=True)
    ]


def fold(before: Any, *replies: HostReply | None, now_s: float = 3601.0, runs: Any = ()) -> Any:
    return marks.fold(before, world.evidence(*replies, now_s=now_s, runs=runs))


def loss(body: Any) -> tuple[int, int] | None:
    kept = marks.parse(body)
    assert isinstance(kept, marks.Kept)
    return None if kept.loss is None else (kept.loss.behind, kept.loss.reformed_at)


def mark(seqno: int = 375, **changes: Any) -> dict[str, Any]:
    return world.mark(seqno, **{"flushes": False, "formed": {}, **changes})


TOGETHER = {
    "ctl1": [start(371, 395, formed())],
    "ctl2": [start(380, 395, formed())],
    "ctl3": [start(365, 390, formed())],
}


def test_what_was_lost_above_the_mark_is_told_and_stays() -> None:
    body = fold(mark(), *synced(383, **TOGETHER))
    assert loss(body) == (15, 380)
    assert body["seqno"] == 383
    later = fold(body, *synced(700, asked_s=3700.0, **TOGETHER), now_s=3701.0)
    assert loss(later) == (15, 380)
    accepted = marks.accepted(world.evidence(*synced(700, asked_s=3700.0, **TOGETHER), mark=later))
    assert loss(accepted) is None
    assert loss(fold({**later, **accepted}, *synced(720, asked_s=3730.0, **TOGETHER), now_s=3731.0)) is None


def test_it_is_told_by_the_first_member_that_is_back_while_the_others_still_take_their_transfer() -> None:
    alone = world.running("ctl2", world.sql(size=1, at=383), starts=[start(380, 395, formed(conf_id=0))])
    body = fold(mark(), world.stopped("ctl1"), alone, world.stopped("ctl3"))
    assert loss(body) == (15, 380)
    again = fold(
        body,
        *synced(400, asked_s=3630.0, ctl1=[start(371, 398)], ctl2=[start(380, 395, formed(conf_id=0))]),
        now_s=3631.0,
    )
    assert loss(again) == (18, 380)


def test_the_larger_of_both_figures_is_told() -> None:
    assert loss(fold(mark(410), *synced(390, **TOGETHER))) == (20, 380)
    assert loss(fold(mark(391), *synced(390, **TOGETHER))) == (15, 380)


def test_what_was_on_disk_before_it_was_acknowledged_is_not_lost() -> None:
    body = fold(mark(flushes=True), *synced(383, flush="1", **TOGETHER))
    assert (loss(body), body["formed"]) == (None, {EXCHANGE: 395})
    assert loss(fold({**body, "flushes": False}, *synced(400, asked_s=3630.0, **TOGETHER), now_s=3631.0)) is None


@pytest.mark.parametrize(("said", "kept"), [("0", False), ("2", False), ("1", True)])
def test_the_mark_knows_whether_each_commit_was_on_disk_before_it_was_acknowledged(said: str, kept: bool) -> None:
    assert fold(None, *synced(100, flush=said))["flushes"] is kept
    one = [*synced(100, flush="1")[:2], world.running("ctl3", world.sql(at=100, innodb_flush_log_at_trx_commit=said))]
    assert fold(None, *one)["flushes"] is kept
    assert fold(None, *[world.running(host) for host in world.HOSTS])["flushes"] is None


def test_a_mark_that_has_never_looked_takes_what_is_there_as_it_is() -> None:
    """After an update of this program, and on its first day: what was lost before is no news."""
    for before in (None, {**mark(), "formed": None}, world.mark(375)):
        body = fold(before, *synced(383, **TOGETHER))
        assert (loss(body), body["formed"]) == (None, {EXCHANGE: 395})


def run(**changes: Any) -> dict[str, Any]:
    return world.past(age_s=60.0, state="running", ended_s=None, done=("galera.bootstrap",), **changes)


@pytest.mark.parametrize("state", ["running", "verifying"])
def test_of_a_bootstrap_of_ours_only_what_it_did_not_tell_is_news(state: str) -> None:
    before, ours = mark(395), ({**run(), "state": state},)
    assert loss(fold(before, *synced(383, **TOGETHER), runs=ours)) is None
    assert loss(fold(mark(394), *synced(383, **TOGETHER), runs=ours)) == (15, 380)


def test_many_formations_are_not_all_remembered_but_all_that_the_logs_still_tell_of() -> None:
    first = fold(mark(formed={}), *synced(383, **TOGETHER))
    later = {**first, "formed": {**first["formed"], **{f"{number}": number for number in range(40)}}}
    body = fold(later, *synced(400, asked_s=3630.0, **TOGETHER), now_s=3631.0)
    assert len(body["formed"]) == 33
    assert body["formed"][EXCHANGE] == 395
    assert loss(body) == (15, 380)
