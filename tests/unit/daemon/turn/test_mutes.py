"""A transition of a mute is carried out in one place: row, mirror, audit and log are of one mind after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.daemon.state.wire import AcceptRestore
from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.matchers import parse
from remediator.model.records.holds import Rival, Storm
from remediator.model.records.mutes import Accepted, Pause, Silence, Wrap
from remediator.mutes import acks, baselines, downtimes, entries, pauses, silences, wraps
from remediator.mutes.brakes import restores, rivals
from remediator.mutes.transition import Transition
from remediator.safety.case import Downtime
from remediator.store import tables
from remediator.store.stored import loading
from tests.builders.incidents import OPEN
from tests.builders.turns import a_turn, a_world
from tests.unit.safety.cases import at

WRAP = Wrap(
    id="wrap-1", scope="all", command="deploy", author="mira", reason="r", pid=7, pid_started="99", began_at=at(0).wall
)
DEPTH = Downtime(source="nagios", host="ctl1", service="ssh", depth=2, seen_at=at(0).wall, until=at(9).wall)
_, SILENCED = silences.begun("sil-1", (parse("check=x"),), 60.0, "r", "mira", at(0))
__, TAKEN_OUT = downtimes.begun("down-1", "host/ctl1", 60.0, "r", "mira", at(0))
PAUSED = pauses.begun("pause-4", "a change", "mira", at(0))
TOLD = entries.DepthTold(host="ctl1", service="ssh", depth=2, actor="nagios")


def stored(turn: Turn) -> loading.Stored:
    return loading.load(turn.journal.connection, 0.0)


def audited(turn: Turn) -> list[tuple[str, str, dict[str, Any]]]:
    rows = turn.journal.connection.execute(sa.select(tables.audit).order_by(tables.audit.c.seq))
    return [(row.kind, row.actor, json.loads(row.body)) for row in rows]


def standing(turn: Turn) -> list[Mapping[Any, Any]]:
    world = turn.world
    return [
        world.durable.pauses,
        world.durable.silences,
        world.durable.own_downtimes,
        world.durable.downtimes,
        world.durable.wraps,
    ]


def of_one_mind(turn: Turn) -> None:
    """Fail unless the mirror is what a daemon that starts now would read."""
    world, found = turn.world, stored(turn)
    assert world.durable.pauses == dict(found.pauses)
    assert world.durable.silences == {each.id: each for each in found.silences}
    assert world.durable.own_downtimes == {each.id: each for each in found.own_downtimes}
    assert world.durable.downtimes == {(each.host, each.service or ""): each for each in found.downtimes}
    assert world.durable.wraps == {each.id: each for each in found.wraps}
    assert world.durable.unacked == {each.target: each for each in found.unacked}
    assert world.durable.acked_at.keys() == found.acked_at.keys()
    assert world.durable.accepted == set(found.accepted)


@pytest.mark.parametrize(
    ("begins", "ends", "kinds"),
    [
        (PAUSED, Transition(ended=PAUSED.kept), ["pause"]),  # type: ignore[arg-type]
        (
            SILENCED,
            silences.over(
                [Silence(id="sil-1", matchers=(), author="", reason="", created_at=at(0).wall, until=at(1).wall)],
                at(2).wall,
            )[0],
            ["silence", "silence_ended"],
        ),
        (TAKEN_OUT, Transition(ended=TAKEN_OUT.kept), ["downtime"]),  # type: ignore[arg-type]
        (wraps.begun(WRAP), Transition(ended=(WRAP,)), ["wrap"]),
        (Transition(kept=(DEPTH,), entries=(TOLD,)), Transition(ended=(DEPTH,)), ["downtime"]),
    ],
    ids=["pause", "silence", "downtime", "wrap", "nagios"],
)
def test_a_mute_is_kept_and_ends_in_row_and_mirror(begins: Transition, ends: Transition, kinds: list[str]) -> None:
    with a_turn() as turn:
        mutes.apply(turn, begins)
        of_one_mind(turn)
        assert [len(each) for each in standing(turn) if each] == [1]
        mutes.apply(turn, ends)
        of_one_mind(turn)
        assert [len(each) for each in standing(turn) if each] == []
        assert [kind for kind, _, _ in audited(turn)] == kinds


def test_a_record_that_is_kept_again_replaces_the_one_before() -> None:
    with a_turn() as turn:
        for wrap in (WRAP, replace(WRAP, ended_at=at(5).wall)):
            mutes.apply(turn, Transition(kept=(wrap,)))
        for depth in (DEPTH, replace(DEPTH, depth=5)):
            mutes.apply(turn, Transition(kept=(depth,)))
        of_one_mind(turn)
        assert (turn.world.durable.wraps["wrap-1"].ended_at, turn.world.durable.downtimes["ctl1", "ssh"].depth) == (
            at(5).wall,
            5,
        )


def test_entries_are_audited_by_their_actor_and_logged() -> None:
    with a_turn() as turn:
        mutes.apply(turn, PAUSED)
        mutes.apply(turn, Transition(entries=(TOLD,)))
        assert audited(turn) == [
            ("pause", "mira", {"pause": "pause-4", "reason": "a change"}),
            ("downtime", "nagios", {"host": "ctl1", "service": "ssh", "depth": 2}),
        ]
        assert turn.said == [
            ("warning", "paused", {"reason": "a change"}),
            ("info", "downtime", {"host": "ctl1", "reason": "depth 2 for ssh"}),
        ]


def test_an_acknowledgement_takes_the_waiting_ladder_away_and_moves_the_incident() -> None:
    with a_turn() as turn:
        turn.world.durable.incidents[OPEN.id] = OPEN
        mutes.apply(turn, acks.wanted(OPEN, "it did not cure it", turn.now))
        of_one_mind(turn)
        assert list(turn.world.durable.unacked) == [OPEN.target.text]
        mutes.apply(turn, acks.given(OPEN.id, OPEN.target.text, OPEN, "mine", "mira", turn.now))
        of_one_mind(turn)
        assert (turn.world.durable.unacked, turn.world.durable.acked_at) == ({}, {OPEN.target.text: turn.now.wall})
        assert turn.world.durable.incidents[OPEN.id].acked_by == "mira"


def test_an_acknowledgement_of_a_closed_incident_is_written_into_its_timeline() -> None:
    with a_turn() as turn:
        mutes.apply(turn, acks.given("inc-1", OPEN.target.text, None, "mine", "mira", turn.now))
        lines = turn.journal.connection.execute(sa.select(tables.timeline.c.kind, tables.timeline.c.text)).all()
        assert [tuple(line) for line in lines] == [("ack", "mira: mine")]
        assert turn.world.durable.incidents == {}


def test_an_accepted_baseline_is_accepted_by_the_daemon_that_starts_next() -> None:
    with a_turn() as turn:
        record = Accepted(
            scope="host/ctl1", keys=("wrap:wrap-1:ctl1", "start:ctl1:host:1"), by="mira", reason="rebuilt"
        )
        mutes.apply(turn, baselines.accepted(record, {"scope": "host/ctl1"}))
        of_one_mind(turn)
        assert turn.world.durable.accepted == set(record.keys)


def test_an_accepted_restore_is_believed_gets_another_id_and_is_signed() -> None:
    with a_turn() as turn:
        mutes.apply(turn, restores.accepted("it was put back", "from Monday", "mira"))
        assert turn.journal.rows_accepted
        assert turn.world.health.identity.store == "another"
        assert turn.effects == [AcceptRestore()]
        assert [kind for kind, _, _ in audited(turn)] == ["restore_accepted", "store_renamed"]


def test_a_pause_keeps_the_number_that_its_id_has() -> None:
    with a_turn() as turn:
        name = turn.journal.next_pause()
        mutes.apply(turn, pauses.begun(name, "a", "mira", turn.now))
        assert stored(turn).pauses == {name: Pause(id=name, reason="a", author="mira", at="2026-01-05T03:10:00.000Z")}
        assert turn.journal.next_pause() != name


@pytest.mark.parametrize(
    "record",
    [
        Storm(latched="since then", counted=frozenset({"inc-1"}), closed_at=at(-9), told="storm:then"),
        Storm(closed_at=at(-9)),
        Storm(),
        Rival(open="since then: a claim", closed_at=at(-9)),
        Rival(),
    ],
)
@pytest.mark.parametrize("before", [(), (Storm(latched="x", counted=frozenset({"inc-2"}), told="y"), Rival(open="z"))])
def test_a_brake_that_is_kept_is_what_the_daemon_that_starts_next_takes_over(
    record: Storm | Rival, before: tuple[Storm | Rival, ...]
) -> None:
    with a_turn() as turn:
        mutes.apply(turn, Transition(kept=before))
        mutes.apply(turn, Transition(kept=(record,)))
        mirror, world = turn.world.durable, a_world()
        world.adopt(stored(turn))
    assert record in (mirror.storm, mirror.rival_brake)
    assert (world.durable.storm, world.durable.rival_brake) == (mirror.storm, mirror.rival_brake)


def test_a_rival_is_paged_once_and_a_closed_brake_forgets_the_claims() -> None:
    with a_turn() as turn:
        turn.world.waits.not_claimed("run-1", "nobody answered")
        mutes.apply(turn, rivals.seen(Rival(), "a claim of another", "run-1", at(0)))
        assert turn.journal.was_told("rival:")
        mutes.apply(turn, rivals.closed(turn.world.durable.rival_brake, "root", "it is gone", at(3)))
        assert dict(turn.world.waits.unclaimed) == {}
        assert [kind for kind, _, _ in audited(turn)] == ["rival_seen", "page", "brake_closed", "store_renamed"]
