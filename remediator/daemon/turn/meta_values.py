"""What the world mirrors of the table `meta` (store/stored/meta.py): a value changes in its row and in the world
together, here alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from remediator.daemon.turn.turn import Turn
from remediator.store.stored import meta
from remediator.store.stored.meta import Key, Value


def keep(turn: Turn, key: Key[Value], value: Value | None) -> None:
    """Keep `value` under `key`; None: there is none any more."""
    turn.journal.keep(key, value)
    turn.world.durable.noted(key, value)


def keep_mark(turn: Turn, assessment: str, mark: Any) -> None:
    """Keep what the integration of `assessment` has made of it."""
    turn.journal.keep(meta.MARKS.key(assessment), mark)
    turn.world.durable.marks[assessment] = mark


def rename_store(turn: Turn, actor: str) -> None:
    """Give the store another id. What open debts have set under the former id stays this store's (leavings)."""
    world = turn.world
    former = world.health.identity.store
    world.health.known_as(replace(world.health.identity, store=world.setup.new_id()))
    turn.journal.keep(meta.STORE, world.health.identity.store)
    turn.journal.audit("store_renamed", actor, {"was": former, "is": world.health.identity.store})
