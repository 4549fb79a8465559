"""A store that was put back from a copy: nothing above R0, until a person accepts it, and then the log verifies again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.loop import Hands, Loop
from remediator.daemon.process.pools import Threads
from remediator.daemon.turn.wire import AcceptRestore, Reloaded
from remediator.model import redaction
from remediator.reach.local import LocalReach
from remediator.store import checkpoints, verify
from tests.sim.cloud import Cloud

pytestmark = pytest.mark.sim


class Collecting:
    """What the loop is given to collect with; here the cloud collects, and nobody asks it."""

    def collect(self, *_args: Any) -> Any:
        raise AssertionError("the loop does not run here")


class Watched:
    """The cloud's engine under the real loop's eyes: it compares the store with its checkpoints, and signs."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        audit = cloud.config.audit
        self.key = checkpoints.load_key(audit.key_path)
        self.file = checkpoints.CheckpointFile(Path(audit.checkpoints), self.key)
        self.errors: list[str | None] = []
        hands = Hands(
            collector=Collecting(),  # type: ignore[arg-type]
            actor=LocalReach(),
            deliver=_deliver,
            reload=lambda: Reloaded(config=None, content=None, inventory=None),
            redact=redaction.text,
            try_references=lambda _addresses: {},
        )
        self.loop = Loop(cloud.engine, _Clock(cloud), hands, Threads(), self.file, lambda: None, self.errors.append)

    def look(self) -> None:
        self.loop._checkpoint(force=True)

    def accept(self) -> int:
        answer = self.cloud.ask("accept-restore", reason="the disk was lost, this is last night's copy")
        if answer.exit == 0:
            self.loop._carry_out(AcceptRestore())
        return answer.exit

    def verified(self) -> tuple[int, Mapping[str, Any]]:
        with self.cloud.database.transaction() as connection:
            path = Path(self.cloud.config.audit.checkpoints)
            return verify.verify_chain(connection, path, self.key.public_key())


def _deliver(_body: Mapping[str, Any]) -> None:
    raise AssertionError("nothing is delivered here")


class _Clock:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def now(self) -> Any:
        return self._cloud.now()


def put_back(cloud: Cloud, copy: Path) -> None:
    cloud.database.close()
    state = Path(cloud.config.state_dir)
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    cloud.boot()


def aged(tmp_path: Path) -> tuple[Cloud, Path]:
    """Return a cloud with a signed history, and a copy of its store from the middle of it."""
    cloud = Cloud(tmp_path)
    cloud.run(20)
    cloud.ask("pause", reason="one")
    Watched(cloud).look()
    cloud.database.close()
    copy = tmp_path / "copy"
    shutil.copytree(cloud.config.state_dir, copy)
    cloud.boot()
    cloud.run(3)
    for reason in ("two", "three", "four", "five"):
        cloud.ask("pause", reason=reason)
    cloud.ask("resume", all=True)
    Watched(cloud).look()
    return cloud, copy


def test_an_old_copy_acts_on_nothing_until_it_is_accepted_and_then_verifies(tmp_path: Path) -> None:
    cloud, copy = aged(tmp_path)
    put_back(cloud, copy)
    cloud.run(3)
    watched = Watched(cloud)
    watched.look()
    assert "put back from a copy" in (cloud.world.health.restored or "")
    assert watched.verified()[0] == verify.TAMPERED
    cloud.ask("resume", all=True)
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(90)
    assert cloud.verbs() == []
    assert any(
        "restored" in {v.guard for v in each.verdicts if not v.allow} for each in cloud.world.durable.decisions.values()
    )
    assert watched.accept() == 0
    assert cloud.world.health.restored is None
    assert watched.errors == [None]
    code, found = watched.verified()
    assert (code, len(found["restores"])) == (verify.INTACT, 1)
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    watched.look()
    again = Watched(cloud)
    again.look()
    assert cloud.world.health.restored is None, "the next start finds nothing wrong"
    assert again.verified()[0] == verify.INTACT
    cloud.database.close()


def test_a_copy_that_went_on_past_its_checkpoint_is_still_found_out(tmp_path: Path) -> None:
    cloud, copy = aged(tmp_path)
    put_back(cloud, copy)
    for n in range(12):
        cloud.ask("pause", reason=f"other {n}")
    watched = Watched(cloud)
    assert cloud.engine.audit_seq > watched.file.newest_seq
    watched.look()
    assert "not the one that was signed" in (cloud.world.health.restored or "")
    cloud.database.close()


def test_there_is_nothing_to_accept_in_a_store_that_agrees(tmp_path: Path) -> None:
    cloud, _ = aged(tmp_path)
    watched = Watched(cloud)
    watched.look()
    assert cloud.world.health.restored is None
    assert watched.accept() == 64
    assert watched.verified()[0] == verify.INTACT
    cloud.database.close()
