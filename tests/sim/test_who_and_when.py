"""Who gives a yes, and what is read back before a command leaves: the engine and its store, without the gate's second look."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.inhibit import muting
from remediator.daemon.requests import approving
from remediator.daemon.turn.turn import Turn
from remediator.daemon.turn.wire import Act, Asked
from remediator.model.consent import Ask, Consent
from remediator.model.control import Actor, Answer
from remediator.model.records import Run, RunState
from remediator.runs import machine
from remediator.store import errors
from remediator.store.journal import Journal
from tests.sim.cloud import Cloud
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


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    made = Cloud(tmp_path_factory.mktemp("who"))
    made.run(5)
    yield made
    made.database.close()


def ask(cloud: Cloud, run: Run, actor: Actor, plan: str | None, after_s: float = 0.0) -> Answer:
    """Let `actor` approve `run`, in a transaction that is taken back."""
    asked = Asked(op="approve", args={"run": run.id, "plan": plan}, actor=actor, answer=Future())
    answer: Answer | None = None
    cloud.world.durable.runs = {run.id: run}
    with contextlib.suppress(TakenBack), cloud.database.transaction() as connection:
        now = cloud.now().later(after_s)
        answer = approving.approve(Turn(world=cloud.world, journal=Journal(connection, now), now=now), asked)
        raise TakenBack
    cloud.world.durable.runs, cloud.world.durable.locks = {}, {}
    assert answer is not None
    return answer


def holding(cloud: Cloud) -> Run:
    """Return a run that alice asked for, and that asks before it goes on."""
    run = machine.planned("run-9", a_plan(), None, "alice", cloud.now(), ALICE.accounts)
    return machine.held_for(replace(run, state=RunState.RUNNING), "it asks", cloud.now(), ASKS)


def waiting(cloud: Cloud) -> Run:
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
def test_who_may_say_yes_to_what_a_held_run_asks(cloud: Cloud, actor: Actor, hash_of: Any, words: str) -> None:
    run = holding(cloud)
    answer = ask(cloud, run, actor, hash_of(run))
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
def test_who_may_say_yes_to_a_plan(cloud: Cloud, actor: Actor, hash_of: Any, after_s: float, words: str) -> None:
    run = waiting(cloud)
    answer = ask(cloud, run, actor, hash_of(run), after_s)
    assert answer.exit == 4
    assert words in answer.error


def test_only_an_approver_accepts_a_restored_store(cloud: Cloud) -> None:
    cloud.world.health.restored = "it was put back from a copy"
    asked = Asked(op="accept-restore", args={"reason": "r"}, actor=EVE, answer=Future())
    with cloud.database.transaction() as connection:
        turn = Turn(world=cloud.world, journal=Journal(connection, cloud.now()), now=cloud.now())
        answer = muting.accept_restore(turn, asked)
    cloud.world.health.restored = None
    assert (answer.exit, turn.effects) == (4, [])


# what is read back ----------------------------------------------------------------------------------------------------


def acts(tmp_path: Path, ruin: bool) -> tuple[Cloud, list[Any]]:
    """Let a container crash; when its run is planned, cut the write-ahead log under the daemon, if `ruin`. Return what left."""
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.hosts["h1"].units["memcached"].fail()
    assert cloud.run(90, lambda: bool(cloud.world.durable.runs))
    cloud.engine._read_back_s = cloud.now().boot_s
    left: list[Any] = []
    for _ in range(20):
        if ruin:
            (Path(cloud.config.state_dir) / "remediator.db-wal").write_bytes(b"")
        left += [effect for effect in cloud.step() if isinstance(effect, Act)]
        if left or cloud.engine.store_error is not None:
            break
        cloud.run(1)
    return cloud, left


def test_a_command_leaves_only_once_its_intent_was_read_back_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "well").mkdir()
    (tmp_path / "ruined").mkdir()
    cloud, _ = acts(tmp_path / "well", ruin=False)
    assert cloud.acted, "what is shown needs a command that would leave"
    cloud.database.close()
    cloud, left = acts(tmp_path / "ruined", ruin=True)
    assert (left, cloud.acted) == ([], [])
    assert cloud.engine.store_error is not None
    cloud.database.close()


def test_what_is_read_back_is_this_entry_and_no_other(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(5)
    database, seq, entry_hash = cloud.database, cloud.engine.audit_seq, cloud.engine.audit_hash
    database.read_back(seq, entry_hash)
    for wrong in ((seq + 1, entry_hash), (seq - 1, entry_hash), (seq, "0" * 64)):
        with pytest.raises(errors.StoreUnavailable, match="does not hold entry"):
            database.read_back(*wrong)
    cloud.database.close()


def test_another_entry_in_the_place_of_our_newest_is_seen(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.run(5)
    seq = cloud.engine.audit_seq
    with cloud.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql(f"UPDATE audit SET hash = '{'0' * 64}' WHERE seq = {seq}")
    cloud.step()
    assert f"entry {seq} of the store is gone or another one" in str(cloud.world.health.restored)
    cloud.database.close()
