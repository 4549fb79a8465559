"""The stage of the demo: a daemon that runs, the command line that an operator has, and waits that end.

What a technology shows in the demo is its `Story`. Nothing of it is taken for granted: whoever counts reads the
daemon's own records.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import api, paths
from lab.outer import mark

REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
LOG = "demo-daemon.log"
SHOWN = (
    "limits",
    "  persistence",
    "  cooldown",
    "  rate",
    "  runs_per",
    "  hold",
    "  maintenance",
    "  host_boot",
    "  baseline",
    "autonomy",
)
"""How the lines of the config begin that the demo prints."""


class DemoFailed(Exception):
    """The demo did not come to its end; the text is what its last line says."""


@dataclass(frozen=True, kw_only=True)
class Break:
    """A fault that the demo brings about, and the target of the incident that must be cured without anybody's help."""

    fault: str
    host: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a technology shows: `breaks` come beside those of the others, then its `act`, which ends with `cures` more
    cures."""

    shows: str
    """What of the cloud is real, in the words of the first line."""
    breaks: tuple[Break, ...] = ()
    act: Callable[[Stage], None] | None = None
    cures: int = 0


class Stage:
    """The demo while its daemon runs."""

    def __init__(self, daemon: subprocess.Popen[bytes]) -> None:
        self._daemon = daemon

    def wait(self, what: str, ready: Callable[[], bool], limit_s: float, every_s: float = 0.5) -> None:
        """Wait until `ready`. Raise DemoFailed when that takes too long, or when the daemon ends."""
        give_up = time.monotonic() + limit_s
        while not ready():
            if self._daemon.poll() is not None:
                raise DemoFailed(f"the daemon ended with {self._daemon.returncode}: {_last_log()}")
            if time.monotonic() > give_up:
                raise DemoFailed(f"{what}: not within {limit_s:.0f} s: {_last_log()}")
            time.sleep(every_s)

    def break_fault(self, fault: str, host: str, **params: str | int | bool) -> None:
        """Bring a fault about, and print what was done."""
        for line in api.break_fault(fault, host, **params):
            print(f"  {line}", flush=True)

    def show(self, incident: str) -> None:
        """Print the timeline of an incident."""
        print(flush=True)
        print(remediator("incidents", "show", incident).stdout, flush=True)


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def environment() -> dict[str, str]:
    """Return the environment of the demo's daemon and commands: what is left of them is the lab's."""
    return mark.environment({name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"})


def remediator(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of remediator about the demo's daemon."""
    return subprocess.run(
        [REMEDIATOR, "--config", str(paths.CONFIG), *words],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=environment(),
    )


def as_json(*words: str) -> Any:
    """Return what a command of remediator prints as JSON. Raise DemoFailed when it prints none."""
    done = remediator(*words, "--format", "json")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise DemoFailed(f"remediator {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}") from None


def settings(text: str) -> list[str]:
    """Return the lines of a config that say how the demo is set."""
    return [line.strip() for line in text.splitlines() if line.startswith(SHOWN)]


def _last_log() -> str:
    lines = (paths.LOGS / LOG).read_text(errors="replace").splitlines()
    return lines[-1][:300] if lines else "it logged nothing"
