"""A scenario whose daemon runs on a host of the cloud, as a service of that host's systemd; commands are typed there
too."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab import api, paths
from tests.lab.scenario import BASELINE_S, REMEDIATOR, Scenario

UNIT = "remediator-of-a-test"


def folder() -> Path:
    """Return a new folder below the lab's run directory, which the host of the daemon sees at the same place."""
    parent = paths.RUN / "scenarios"
    return next(path for number in itertools.count() if not (path := parent / str(number)).exists())


class Inside(Scenario):
    """`process` stays None: systemd on the host has the daemon."""

    def start(self) -> None:
        run = ["systemd-run", "-q", "--collect", "--unit", UNIT, *_settings(self.environment)]
        done = self._there(
            [*run, "-p", f"StandardError=append:{self.log}", REMEDIATOR, "--config", str(self.written.config), "daemon"]
        )
        assert done.returncode == 0, done.stderr
        self.wait("the control socket", lambda: (self.written.state_dir / "control.sock").exists(), 30)

    def stop(self) -> int | None:
        self._there(["systemctl", "stop", UNIT])
        return None

    def kill(self) -> None:
        self._there(["systemctl", "kill", "-s", "KILL", UNIT])
        (self.written.state_dir / "control.sock").unlink(missing_ok=True)

    def settle(self, scope: str = "all") -> float:
        accept = ("baseline", "accept", scope, "--reason", "the lab was made just now")
        self.wait("the baseline to be accepted", lambda: self.run(*accept).returncode == 0, BASELINE_S, every_s=2.0)
        return 0.0

    def command(self, *words: str) -> list[str]:
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        return api.daemon_argv(["env", *settings, REMEDIATOR, "--config", str(self.written.config), *words])

    def _there(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(api.daemon_argv(argv), capture_output=True, text=True, timeout=90, check=False)


def _settings(environment: dict[str, str]) -> list[str]:
    return [f"--setenv={name}={value}" for name, value in environment.items()]
