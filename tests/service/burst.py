"""Rounds of kill -9 while Nagios posts arrive at full speed.

Nothing that was answered 202 is lost, and nothing is stored twice.

    python -m tests.service.burst --rounds 100 --seed 1

Each round starts the real `remediator daemon` on the same state directory. The command is that of production: engine,
store and HTTP door in one process, and nothing in memory in their place. The round posts over several connections on
loopback, and sends SIGKILL at a seeded moment in the middle of it. A post without an answer is sent again after the
restart, as a sender would. So are some posts that had an answer. Neither may become a second event.

Invariant: the store is looked at after every kill, before the restart, and as a whole at the end.

What it does not prove: power loss, since a kill -9 does not lose the page cache. It proves atomicity. A 202 never
precedes its commit, an event never comes without its key, and the chain never without its head. The store is on a disk
all the same, so that each commit waits for a sync as long as in production. The seed fixes the moments and the posts
that are sent again. The machine decides how far the daemon has come at a moment, so a seed does not replay exactly.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.scenario import REMEDIATOR, end_with_parent, free_port
from tests.service.burst_ledger import Ledger
from tests.service.burst_sender import CONNECTIONS, TOKEN, Sender, numbers

KILL_AFTER_S = (0.05, 0.8)
"""Seconds from the first 202 of a round to its kill, the earliest and the latest."""
AGAIN = 16
"""So many posts that had a 202 are posted again after each restart."""
START_LIMIT_S = 60.0
END_LIMIT_S = 35.0
SHOWN = 10
IN_MEMORY = ("tmpfs", "ramfs")


class BurstFailed(Exception):
    """The rounds could not be run as they should be; the sentence says why."""


@dataclass
class Result:
    """What the rounds came to."""

    rounds: int = 0
    posts: int = 0
    answered_202: int = 0
    lost: int = 0
    twice: int = 0
    audit: str = "not verified"
    seconds: float = 0.0
    restarts_s: list[float] = field(default_factory=list)
    in_the_middle: int = 0
    """Rounds in which every connection still had posts to send when the daemon was killed."""
    stored_unanswered: int = 0
    """Posts that were committed when the kill took their answer away."""
    refused: int = 0
    """Answers that were not 202."""
    wrong: list[str] = field(default_factory=list)
    """A sentence for each thing that is wrong, the first ones only."""

    @property
    def good(self) -> bool:
        """Whether nothing was lost, nothing is there twice, and the chain is intact."""
        return self.lost == 0 and self.twice == 0 and self.audit == "intact"

    def as_json(self) -> dict[str, Any]:
        """Return the line that the command prints; times in seconds."""
        starts = self.restarts_s or [0.0]
        return {
            "rounds": self.rounds,
            "posts": self.posts,
            "answered_202": self.answered_202,
            "lost": self.lost,
            "twice": self.twice,
            "audit": self.audit,
            "seconds": round(self.seconds, 1),
            "restarts_s": {"median": round(statistics.median(starts), 2), "max": round(max(starts), 2)},
        }


class Burst:
    """One state directory and what is done to the daemons that follow each other on it."""

    def __init__(self, directory: Path, seed: int) -> None:
        self._directory = directory
        self._chance = random.Random(seed)
        self._port = free_port()
        self._config = write_config(directory, self._port)
        self._ledger = Ledger(directory / "state")
        self._unanswered: list[int] = []
        self.result = Result()

    def run(self, rounds: int) -> Result:
        """Kill `rounds` daemons, end the last one in peace, and return the result. Raise BurstFailed."""
        began = time.monotonic()
        try:
            for index in range(rounds):
                self._killed_round(index)
                if self._wrong():
                    break
            self._last_round()
        finally:
            self.result.seconds = time.monotonic() - began
            self._count()
        return self.result

    def _killed_round(self, index: int) -> None:
        with self._daemon(index) as (daemon, spawned_at):
            senders = self._senders(index)
            first_at = self._first_202(daemon, senders)
            if index > 0:
                self.result.restarts_s.append(first_at - spawned_at)
            time.sleep(max(0.0, first_at + self._chance.uniform(*KILL_AFTER_S) - time.monotonic()))
            if daemon.poll() is not None:
                raise BurstFailed(f"the daemon ended by itself with {daemon.returncode}:\n{self._log_tail()}")
            daemon.send_signal(signal.SIGKILL)
            daemon.wait(timeout=END_LIMIT_S)
        answered = self._taken(senders)
        self._ledger.compare(answered)
        self.result.rounds += 1
        self.result.in_the_middle += all(sender.cut for sender in senders)
        self.result.stored_unanswered += self._ledger.stored_in_silence(self._unanswered)

    def _last_round(self) -> None:
        """Start once more, post what is still unanswered, end with SIGTERM, and look at everything anew."""
        with self._daemon(None) as (daemon, spawned_at):
            senders = self._senders(None)
            self.result.restarts_s.append(self._first_202(daemon, senders) - spawned_at)
            self._taken(senders)
            daemon.terminate()
            if daemon.wait(timeout=END_LIMIT_S) != 0:
                raise BurstFailed(f"the last daemon ended with {daemon.returncode}:\n{self._log_tail()}")
        if self._unanswered:
            raise BurstFailed(f"{len(self._unanswered)} posts got no 202 from a daemon that nobody killed")
        self._ledger.compare_all()
        self.result.audit = self._verified()

    def _senders(self, index: int | None) -> list[Sender]:
        """Return a sender for each connection; without a round to fill they only post again."""
        known = sorted(self._ledger.answered)
        again = [*self._unanswered, *self._chance.sample(known, min(AGAIN, len(known)))]
        return [
            Sender(self._port, again[each::CONNECTIONS], () if index is None else numbers(index, each))
            for each in range(CONNECTIONS)
        ]

    def _first_202(self, daemon: subprocess.Popen[bytes], senders: Sequence[Sender]) -> float:
        """Start the senders as soon as the door is open and return when the first 202 came."""
        give_up = time.monotonic() + START_LIMIT_S
        while not _accepts(self._port):
            if daemon.poll() is not None or time.monotonic() > give_up:
                raise BurstFailed(f"the daemon did not start:\n{self._log_tail()}")
            time.sleep(0.005)
        for sender in senders:
            sender.start()
        while time.monotonic() < give_up:
            found = [sender.first_202_at for sender in senders if sender.first_202_at is not None]
            if found:
                return min(found)
            time.sleep(0.002)
        raise BurstFailed(f"no post was answered 202 within {START_LIMIT_S:.0f} s:\n{self._log_tail()}")

    def _taken(self, senders: Sequence[Sender]) -> set[int]:
        """Wait for the senders and take what they heard; return the numbers that were answered."""
        for sender in senders:
            sender.join(END_LIMIT_S)
            if sender.is_alive():
                raise BurstFailed("a connection to a daemon that is gone did not end")
        answers = [answer for sender in senders for answer in sender.answered]
        self._unanswered = [number for sender in senders for number in sender.unanswered]
        self.result.refused += sum(len(sender.refused) for sender in senders)
        self.result.posts += sum(sender.posted for sender in senders)
        self.result.answered_202 += len(answers)
        return self._ledger.note(answers)

    @contextlib.contextmanager
    def _daemon(self, index: int | None) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
        """Start a daemon, yield it with the moment of its start, and leave none behind."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command = [REMEDIATOR, "--config", str(self._config), "daemon"]
        with (self._directory / "daemon.log").open("ab") as log:
            log.write(f"--- {'the last start' if index is None else f'round {index}'}\n".encode())
            log.flush()
            spawned_at = time.monotonic()
            daemon = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, preexec_fn=end_with_parent
            )
        try:
            yield daemon, spawned_at
        finally:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait(timeout=END_LIMIT_S)

    def _verified(self) -> str:
        """Return ``intact``, or what `audit verify` (every hash, every signed checkpoint) says instead."""
        command = [REMEDIATOR, "--config", str(self._config), "audit", "verify"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if self._ledger.audit_wrong is not None:
            return self._ledger.audit_wrong
        return "intact" if done.returncode == 0 else f"exit {done.returncode}: {(done.stdout + done.stderr).strip()}"

    def _wrong(self) -> bool:
        return bool(self._ledger.lost or self._ledger.twice or self._ledger.audit_wrong)

    def _count(self) -> None:
        ledger = self._ledger
        self.result.lost, self.result.twice = len(ledger.lost), len(ledger.twice)
        sentences = [*ledger.lost.values(), *ledger.twice.values()]
        if ledger.audit_wrong is not None:
            sentences.insert(0, ledger.audit_wrong)
            self.result.audit = ledger.audit_wrong
        self.result.wrong = sentences[:SHOWN]

    def _log_tail(self) -> str:
        return (self._directory / "daemon.log").read_text(errors="replace")[-4000:]


def write_config(directory: Path, port: int) -> Path:
    """Write a config whose one host does not exist: this is about the hook alone."""
    (directory / "token").write_text(f"{TOKEN}\n")
    (directory / "token").chmod(0o600)
    config = directory / "config.yaml"
    config.write_text(
        f"""cloud: burst
inventory: {{hosts: {{h1: {{address: 127.0.0.1, port: 1, groups: [control]}}}}}}
ssh: {{read: {directory}/none, act: {directory}/none, known_hosts: {directory}/none}}
state_dir: {directory}/state
pause_file: {directory}/PAUSE
audit: {{checkpoints: {directory}/audit/checkpoints.jsonl}}
http: {{bind: "127.0.0.1:{port}"}}
tokens: [{{name: nagios, scopes: [ingest], token: {{file: {directory}/token}}}}]
"""
    )
    config.chmod(0o600)
    return config


def file_system(directory: Path) -> str:
    """Return the type of the file system that holds `directory`; empty when the kernel's table does not name it."""
    device = directory.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        if fields[2] == wanted:
            return fields[fields.index("-") + 1]
    return ""


@contextlib.contextmanager
def on_disk(wanted: Path | None = None) -> Iterator[Path]:
    """Yield a new directory on a disk, under `wanted` or else /var/tmp; it is kept when the block fails. Raise
    BurstFailed."""
    parent = wanted or Path("/var/tmp")
    if file_system(parent) in IN_MEMORY:
        raise BurstFailed(f"{parent} is in memory, where no commit waits for a disk; name another with --directory")
    directory = Path(tempfile.mkdtemp(prefix="remediator-burst-", dir=parent))
    yield directory
    shutil.rmtree(directory)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds, print their JSON line, and return 0, or 1 when anything was lost, doubled, tampered or not
    run."""
    parser = argparse.ArgumentParser(prog="python -m tests.service.burst", description="kill -9 under full ingest")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, help="where the store is made, on a disk (default: /var/tmp)")
    asked = parser.parse_args(arguments)
    if asked.rounds < 1:
        parser.error(f"--rounds is {asked.rounds}; expected a whole number from 1")
    burst: Burst | None = None
    try:
        with on_disk(asked.directory) as directory:
            burst = Burst(directory, asked.seed)
            result = burst.run(asked.rounds)
            if not result.good:
                raise BurstFailed("\n".join([*result.wrong, f"seed {asked.seed}; the store is kept in {directory}"]))
    except BurstFailed as failed:
        print(f"burst: {failed}", file=sys.stderr)
    result = burst.result if burst is not None else Result()
    print(
        f"burst: seed {asked.seed}, killed in the middle {result.in_the_middle} of {result.rounds}, committed but not"
        f" answered {result.stored_unanswered}, not 202 {result.refused}",
        file=sys.stderr,
    )
    print(json.dumps(result.as_json()), flush=True)
    return 0 if result.good and result.rounds == asked.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
