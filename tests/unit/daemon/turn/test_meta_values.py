"""What is kept in `meta` is what the daemon that starts next takes over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.daemon.state import durable
from remediator.daemon.state.world import World
from remediator.daemon.turn import meta_values
from remediator.daemon.turn.turn import Turn
from remediator.model.records.holds import Rival
from remediator.store.stored import loading, meta
from tests.builders.any_value import any_of
from tests.builders.turns import a_turn, a_world
from tests.unit.safety.cases import at


def held(world: World) -> tuple[Any, ...]:
    """Return what the world mirrors of `meta`."""
    storm = (
        world.durable.storm_latched,
        world.durable.storm_counted,
        world.durable.storm_closed_at,
        world.durable.storm_told,
    )
    return (
        *storm,
        world.durable.rival,
        world.durable.rival_closed_at,
        world.durable.one_machine,
        world.durable.names_told_at,
        world.durable.notices_told,
        world.durable.marks,
    )


def started_next(turn: Turn) -> World:
    world = a_world()
    world.adopt(loading.load(turn.journal.connection, 0.0))
    return world


@pytest.mark.parametrize("name", durable.MIRRORS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_value_that_is_kept_is_taken_over(name: str, data: st.DataObject) -> None:
    key = meta.KEYS[name]
    text = any_of(key.kind) if key.kind is not str else st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
    value = data.draw(text)
    with a_turn() as turn:
        meta_values.keep(turn, key, value)
        # an empty text is none, in the row and so after the next start
        assert held(turn.world) == held(started_next(turn)) or value == ""
        meta_values.keep(turn, key, None)
        assert held(turn.world) == held(started_next(turn)) == held(a_world())


def test_a_brake_that_was_kept_is_on_after_the_next_start() -> None:
    with a_turn() as turn:
        meta_values.keep(turn, meta.STORM_LATCHED, "since then: 3 of 3 hosts")
        meta_values.keep(turn, meta.STORM_COUNTED, frozenset({"inc-1"}))
        meta_values.keep(turn, meta.RIVAL, Rival(open="since then: another one", closed_at=at(0)))
        meta_values.keep_mark(turn, "relay.cluster", {"size": 3, "canaries": {"unknown": 1}})
        world = started_next(turn)
    assert (world.durable.storm_latched, world.durable.storm_counted) == (
        "since then: 3 of 3 hosts",
        frozenset({"inc-1"}),
    )
    assert (world.durable.rival, world.durable.rival_closed_at) == ("since then: another one", at(0))
    assert world.durable.marks == {"relay.cluster": {"size": 3, "canaries": {"unknown": 1}}}


def test_a_store_that_is_renamed_has_the_name_that_the_world_has() -> None:
    with a_turn() as turn:
        meta_values.rename_store(turn, "mira")
        assert (
            loading.load(turn.journal.connection, 0.0).meta.get(meta.STORE)
            == turn.world.health.identity.store
            == "another"
        )


def test_every_key_that_holds_something_is_mirrored_or_watched_by_the_clock() -> None:
    mirrored = {*durable.MIRRORS, meta.CLOCK_BRAKE.name, meta.JOURNAL_UNTIL.name}
    of_the_store = {"store", "instances", "epoch", "schema", "audit_head"}
    assert mirrored | of_the_store == meta.KEYS.keys()
