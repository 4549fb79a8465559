"""One lab scenario: a daemon of its own, limited to its hosts, driven only by what an operator has: the command line.

Everything is waited for by polling with a limit; what was waited for in vain is shown with the daemon's log and status.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import api
from lab.outer import mark
from remediator.cli import client
from remediator.config import load_config
from remediator.integrations import registry
from remediator.store.reader import Reader

REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
BASELINE_S = 120.0
STAYS_S = 20.0
ALL = 10_000
"""More incidents than a test opens: what is suppressed counts too, and a cloud that is cut off has hundreds."""
"""A fault must stay this long while we are paused: longer than systemd's RestartSec, so that it is ours to cure."""


PR_SET_PDEATHSIG = 1


class Waited(AssertionError):
    """Something did not happen in time."""


@dataclass
class Row:
    """A line of the table of faults."""

    fault: str
    host: str
    seen_s: float | None = None
    outcome: str = ""
    cured_s: float | None = None
    why: str = ""
    durations: dict[str, float | None] = field(default_factory=dict)

    def keep(self) -> None:
        """Append the row to the table that the run prints at its end, if it wants one."""
        path = os.environ.get("REMEDIATOR_LAB_TABLE")
        if path:
            with open(path, "a") as table:
                table.write(json.dumps(self.__dict__) + "\n")


def end_with_parent() -> None:
    """Let the kernel end this child when the test run is killed: a daemon left behind would go on watching the lab."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Scenario:
    """A daemon and the means to break its hosts. Use as a context manager: it ends the daemon and heals what it
    broke."""

    def __init__(self, directory: Path, hosts: Sequence[str]) -> None:
        self.directory = directory
        self.hosts = tuple(hosts)
        self.written = api.write_config(directory, hosts=self.hosts, http_port=free_port())
        self.log = directory / "daemon.log"
        self._inbox = directory / "pages.jsonl"
        sink = f"import sys; open({str(self._inbox)!r}, 'a').write(sys.stdin.read().strip() + chr(10))"
        with self.written.config.open("a") as config:
            config.write(
                f"notify:\n  - {{name: inbox, type: command, argv: {json.dumps([sys.executable, '-c', sink])}}}\n"
            )
        self.environment: dict[str, str] = {}
        """Settings of this scenario alone (`REMEDIATOR__SECTION__KEY`), for the daemon and for each command."""
        self.process: subprocess.Popen[bytes] | None = None
        self._broken: list[tuple[str, str]] = []
        self._open_reader: Reader | None = None

    def __enter__(self) -> Scenario:
        api.forget_claims(*self.hosts)  # those of the scenario before, whose daemon has ended with its store
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        for fault, host in reversed(self._broken):
            api.heal(fault, host)

    # the daemon ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [REMEDIATOR, "--config", str(self.written.config), "daemon"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.surroundings(),
                preexec_fn=end_with_parent,
            )
        self.wait("the control socket", lambda: (self.written.state_dir / "control.sock").exists(), 30)

    def surroundings(self) -> dict[str, str]:
        """Return the environment in which the daemon and the commands of this scenario run: what is left of them is the
        lab's."""
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return mark.environment({**ours, **self.environment})

    def stop(self) -> int | None:
        """End the daemon by SIGTERM; return its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=35)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
        code, self.process = self.process.returncode, None
        return code

    def kill(self) -> None:
        """End the daemon as a crash does: SIGKILL, nothing flushed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=10)
        self.process = None
        (self.written.state_dir / "control.sock").unlink(missing_ok=True)

    def settle(self, scope: str = "all") -> float:
        """Say that what stands is whole, as soon as the daemon agrees; return how long that took."""
        started = time.monotonic()

        def accepted() -> bool:
            asked = {"scope": scope, "reason": "the lab was made just now"}
            return client.request(str(self.written.state_dir), "baseline-accept", asked).exit == 0

        self.wait("the baseline to be accepted", accepted, BASELINE_S, every_s=2.0)
        return time.monotonic() - started

    # the command line -----------------------------------------------------------------------------------------------

    def command(self, *words: str) -> list[str]:
        """Return the argv of a command about this scenario's daemon."""
        return [REMEDIATOR, "--config", str(self.written.config), *words]

    def run(self, *words: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env=self.surroundings(),
        )

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--format", "json")
        if not done.stdout.strip():
            raise AssertionError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def pages(self) -> list[dict[str, Any]]:
        """Return what was delivered to people so far."""
        if not self._inbox.exists():
            return []
        return [json.loads(line) for line in self._inbox.read_text().splitlines() if line.strip()]

    # the world ------------------------------------------------------------------------------------------------------

    def break_(self, fault: str, host: str, **params: Any) -> float:
        """Break `host`; return the moment at which the fault was visible from outside."""
        self._broken.append((fault, host))
        api.break_fault(fault, host, **params)
        return time.monotonic()

    def heal(self, fault: str, host: str) -> None:
        api.heal(fault, host)
        self._broken.remove((fault, host))

    def break_all(self, *faults: tuple[str, str]) -> None:
        """Break several hosts side by side, each by (fault, host); return when all of it was visible from outside."""
        with ThreadPoolExecutor(len(faults)) as pool:
            list(pool.map(lambda each: self.break_(*each), faults))

    def incidents(self) -> list[dict[str, Any]]:
        """Return all incidents, newest first, read as the command line reads them but without a process each time."""
        return self._reader().incidents(limit=ALL)

    def incident(self, target: str, check: str) -> dict[str, Any] | None:
        """Return the newest incident of (target, check), whole."""
        reader = self._reader()
        ids = [
            each["id"] for each in reader.incidents(limit=ALL) if each["target"] == target and each["check"] == check
        ]
        return reader.incident(ids[0]) if ids else None

    def runs(self) -> list[dict[str, Any]]:
        return self._reader().runs()

    def decisions(self, incident: str) -> list[dict[str, Any]]:
        """Return what `explain` says of an incident."""
        explained = self._reader().explain(incident)
        return list(explained["decisions"]) if explained is not None else []

    def results(self, check: str, target: str | None = None) -> list[dict[str, Any]]:
        """Return the daemon's newest results of a check, over its control socket."""
        data = client.demand(str(self.written.state_dir), "results", {"names": [check], "target": target})
        return list(data["results"])

    def _reader(self) -> Reader:
        if self._open_reader is None:
            self._open_reader = Reader(load_config(str(self.written.config), {}, registry.sections))
        return self._open_reader

    def wait_incident(self, target: str, check: str, states: Sequence[str], limit_s: float) -> dict[str, Any]:
        found: dict[str, Any] | None = None

        def there() -> bool:
            nonlocal found
            found = self.incident(target, check)
            return found is not None and found["state"] in states

        self.wait(f"an incident of {check} on {target} to be {' or '.join(states)}", there, limit_s, every_s=1.0)
        assert found is not None
        return found

    def wait(self, what: str, ready: Callable[[], bool], limit_s: float, every_s: float = 0.5) -> None:
        give_up = time.monotonic() + limit_s
        while not ready():
            if self.process is not None and self.process.poll() is not None:
                raise Waited(f"waiting for {what}: the daemon ended with {self.process.returncode}\n{self._tail()}")
            if time.monotonic() > give_up:
                raise Waited(
                    f"{what}: not within {limit_s:.0f} "
                    f"s\n{self._tail()}\n{self.run('status').stdout}\n{self.run('incidents', 'list').stdout}"
                )
            time.sleep(every_s)

    def stays(self, what: str, still: Callable[[], bool], seconds: float = STAYS_S) -> None:
        """Assert that something stays true for `seconds`."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if not still():
                raise AssertionError(f"{what} did not stay for {seconds:.0f} s\n{self._tail()}")
            time.sleep(1.0)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:]) if self.log.exists() else ""
