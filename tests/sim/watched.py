"""The old cloud's engine under the real loop's eyes, for the modules that still use that cloud; it goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.daemon.loop import Hands, Loop
from remediator.daemon.process.pools import Threads
from remediator.daemon.turn.wire import AcceptRestore, Reloaded
from remediator.model import redaction
from remediator.reach.local import LocalReach
from remediator.store import checkpoints, verify
from tests.sim.cloud import Cloud


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
