"""Who gives a yes, and what is read back before a command leaves: the engine and its store, without the gate's second
look."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from remediator.daemon.requests import approvals, restores
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.turn import Turn
from remediator.model.content.consent import Ask, Consent
from remediator.model.messages.control import Actor, Answer
from remediator.model.records.records import Run, RunState
from remediator.runs import machine
from remediator.store import errors
from remediator.store.journal import Journal
from tests.sim import kept
from tests.sim.walked import Walked
from tests.unit.safety.cases import a_plan

pytestmark = pytest.mark.sim

ASKS = Ask("42 transactions that the member had received are lost: go on", Consent(lost=42))
ALICE = Actor(name="alice", uid=1001, login_uid=1001, may_approve=True)
BOB = Actor(name="bob", uid=1002, login_uid=1002, may_approve=True)
EVE = Actor(name="eve", uid=1003, login_uid=1003)
ROOT = Actor(name="carol", uid=0, login_uid=1004)
CRON = Actor(name="root", uid=0, login_uid=None)


class TakenBack(Exception):
    """Ends a transaction that is to leave nothing."""


def ask(cloud: Walked, run: Run, actor: Actor, plan: str | None, after_s: float = 0.0) -> Answer:
    """Let `actor` approve `run`, in a transaction that is taken back."""
    asked = Asked(op="approve", args={"run": run.id, "plan": plan}, actor=actor, answer=Future())
    answer: Answer | None = None
    cloud.world.durable.runs = {run.id: run}
    with contextlib.suppress(TakenBack), cloud.daemon.database.transaction() as connection:
        now = cloud.now().later(after_s)
        answer = approvals.approve(Turn(world=cloud.world, journal=Journal(connection, now), now=now), asked)
        raise TakenBack
    cloud.world.durable.runs, cloud.world.durable.locks = {}, {}
    assert answer is not None
    return answer


def holding(cloud: Walked) -> Run:
    """Return a run that alice asked for, and that asks before it goes on."""
    run = machine.planned("run-9", a_plan(), None, "alice", cloud.now(), ALICE.accounts)
    return machine.held_for(replace(run, state=RunState.RUNNING), "it asks", cloud.now(), ASKS)


def waiting(cloud: Walked) -> Run:
    """Return a run whose plan alice asked for."""
    until = cloud.now().later(900)
    return machine.waiting("run-9", a_plan(), None, "alice", "alice", until, cloud.now(), asked_as=ALICE.accounts)


@pytest.mark.parametrize(
    ("actor", "hash_of", "words"),
    [
        (ALICE, lambda run: run.asks_hash, "alice asked for run-9 and may not approve it"),
        (EVE, lambda run: run.asks_hash, "only root and members of the group remediator-approve"),
        (BOB, lambda run: run.plan.hash, "changed: what run-9 asks about now is"),
        (BOB, lambda run: None, "changed: what run-9 asks about now is"),
        (BOB, lambda run: run.asks_hash[:7], "changed: what run-9 asks about now is"),
        (BOB, lambda run: run.asks_hash[:12], ""),
        (ROOT, lambda run: run.asks_hash, ""),
        (CRON, lambda run: run.asks_hash, "root"),
    ],
    ids=[
        "who-asked",
        "not-an-approver",
        "another-hash",
        "no-hash",
        "too-short",
        "another-approver",
        "root",
        "root-of-nobody",
    ],
)
def test_who_may_say_yes_to_what_a_held_run_asks(looked_at: Walked, actor: Actor, hash_of: Any, words: str) -> None:
    run = holding(looked_at)
    answer = ask(looked_at, run, actor, hash_of(run))
    assert (answer.exit == 0) is (not words)
    assert words in answer.error


@pytest.mark.parametrize(
    ("actor", "hash_of", "after_s", "words"),
    [
        (ALICE, lambda run: None, 0, "alice asked for run-9"),
        (EVE, lambda run: None, 0, "only root and members of the group remediator-approve"),
        (BOB, lambda run: run.asks_hash or "0" * 64, 0, "changed: the plan of run-9 is"),
        (BOB, lambda run: run.plan.hash[:7], 0, "changed: the plan of run-9 is"),
        (BOB, lambda run: "", 0, "changed: the plan of run-9 is"),
        (BOB, lambda run: run.plan.hash, 901, "expired: run-9 waited"),
    ],
    ids=["who-asked", "not-an-approver", "another-hash", "too-short", "empty", "too-late"],
)
def test_who_may_say_yes_to_a_plan(looked_at: Walked, actor: Actor, hash_of: Any, after_s: float, words: str) -> None:
    run = waiting(looked_at)
    answer = ask(looked_at, run, actor, hash_of(run), after_s)
    assert answer.exit == 4
    assert words in answer.error


def test_only_an_approver_accepts_a_restored_store(looked_at: Walked) -> None:
    looked_at.world.health.restored = "it was put back from a copy"
    asked = Asked(op="accept-restore", args={"reason": "r"}, actor=EVE, answer=Future())
    with looked_at.daemon.database.transaction() as connection:
        turn = Turn(
            world=looked_at.world,
            journal=Journal(connection, looked_at.now()),
            now=looked_at.now(),
        )
        answer = restores.accept(turn, asked)
    looked_at.world.health.restored = None
    assert (answer.exit, turn.effects) == (4, [])


# what is read back ----------------------------------------------------------------------------------------------------


def planned(cloud: Walked) -> None:
    """Let a container crash and its run be planned, just after the newest entry was read back."""
    cloud.service("h1", "memcached").crash()
    assert cloud.until(90, lambda: bool(cloud.world.durable.runs))
    cloud.daemon.engine._read_back_s = cloud.now().boot_s


def test_a_command_leaves_once_its_intent_was_read_back_from_the_file(cloud: Walked) -> None:
    planned(cloud)
    cloud.run(20)
    assert cloud.commands == 1


def test_a_command_whose_intent_is_not_in_the_file_does_not_leave(cloud: Walked) -> None:
    planned(cloud)
    cloud.simulation.break_store(lambda: None, 60)
    log = kept.database(cloud).with_name("remediator.db-wal")
    for _ in range(20):
        log.write_bytes(b"")
        cloud.run(1, stride=1.0)
        if cloud.commands or cloud.daemon.engine.store_error is not None:
            break
    assert cloud.commands == 0
    assert cloud.orders() == []
    assert cloud.daemon.engine.store_error is not None


def test_what_is_read_back_is_this_entry_and_no_other(cloud: Walked) -> None:
    engine, database = cloud.daemon.engine, cloud.daemon.database
    seq, entry_hash = engine.audit_seq, engine.audit_hash
    database.read_back(seq, entry_hash)
    for wrong in ((seq + 1, entry_hash), (seq - 1, entry_hash), (seq, "0" * 64)):
        with pytest.raises(errors.StoreUnavailable, match="does not hold entry"):
            database.read_back(*wrong)


def test_another_entry_in_the_place_of_our_newest_is_seen(cloud: Walked) -> None:
    seq = cloud.daemon.engine.audit_seq
    kept.while_it_lives(
        cloud, "DROP TRIGGER audit_no_update", f"UPDATE audit SET hash = '{'0' * 64}' WHERE seq = {seq}"
    )
    cloud.simulation.turn()
    assert f"entry {seq} of the store is gone or another one" in str(cloud.world.health.restored)
