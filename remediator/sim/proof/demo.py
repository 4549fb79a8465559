"""The demo on the cloud in memory: things break, and nobody does anything but remediator. This module plays it; others
show it.

Invariant: whether a problem is cured is read from the daemon's store, and every invariant of `sim.invariants.watch` is
asked on the way.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from remediator.config import Config
from remediator.sim.config import CONFIG
from remediator.sim.happenings.faults.service_faults import crash
from remediator.sim.happenings.people import ROOT, People
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.watch import Watch
from remediator.sim.proof.breaks import Break
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.technology import technologies
from remediator.store.reader import Reader

WARM_S = 20.0
CURES_S = 300.0
LOOKS_S = 5.0
ACCEPTS = "the cloud was made just now"


_PLAIN = (
    Break(
        fault="crash-once-limit",
        host="ctl2",
        target="container/ctl2/memcached",
        happening=crash("ctl2", "memcached"),
        said="memcached on ctl2 fell over until systemd gave up; what made it fall is gone",
    ),
)
BREAKS = (*_PLAIN, *(one for each in technologies() for one in each.breaks()))


class DemoFailed(Exception):
    """The demo did not come to its end; the text is a sentence that says why."""


class Play:
    """One demo: `begin`, `break_one` for each of BREAKS, `watch`, `end`. `directory` is its own, and `clear` removes
    it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.simulation = Simulation(directory)
        self._watch = Watch(self.simulation)
        self._stage = Stage(self.simulation, self._watch, People(self.simulation, self._watch))
        self._reader: Reader | None = None
        tell_logs(self.simulation)

    @property
    def settings(self) -> str:
        """The text of the config."""
        return CONFIG

    @property
    def config(self) -> Config:
        """The config as the daemon has it: with the paths of this demo."""
        return self.simulation.config

    @property
    def virtual_s(self) -> float:
        """How much of the cloud's time has passed."""
        return self.simulation.clock.elapsed_s

    @property
    def reader(self) -> Reader:
        """What people read; from `begin` on."""
        if self._reader is None:
            self._reader = Reader(self.config)
        return self._reader

    def begin(self) -> None:
        """Start the daemon and accept the cloud as it stands. Raise DemoFailed when that is refused."""
        self.simulation.start()
        self.simulation.run(WARM_S)
        answer = self.simulation.ask("baseline-accept", ROOT, scope="all", reason=ACCEPTS)
        if answer is None or answer.exit != 0:
            raise DemoFailed(f"the baseline was not accepted: {'no answer' if answer is None else answer.error}")
        self._watch.account.accepted(tuple(self.simulation.cloud.hosts))

    def break_one(self, one: Break) -> None:
        one.happening.happen(self._stage)

    def watch(self, cured: Callable[[Break, str], None]) -> dict[str, str]:
        """Let time pass until all of BREAKS are cured; return target -> incident. Raise DemoFailed when one is not.

        `cured` is called with the break and its incident as soon as it is over; Violation passes through.
        """
        found: dict[str, str] = {}
        waits_until = self.virtual_s + CURES_S
        while len(found) < len(BREAKS) and self.virtual_s < waits_until:
            self.simulation.run(LOOKS_S)
            for incident in self.reader.incidents(None, 1000):
                one = next((each for each in BREAKS if each.target == incident["target"]), None)
                if one is None or one.target in found:
                    continue
                if incident["state"] == "escalated":
                    raise DemoFailed(f"{one.target} was escalated: {incident['output']}")
                if incident["state"] == "resolved":
                    found[one.target] = incident["id"]
                    cured(one, incident["id"])
        if len(found) < len(BREAKS):
            left = ", ".join(one.target for one in BREAKS if one.target not in found)
            raise DemoFailed(f"not cured within {CURES_S:.0f} s of virtual time: {left}: {self._why_not()}")
        return found

    def end(self) -> None:
        """Let what is under way end, ask what is asked at an end, and stop the daemon as SIGTERM does."""
        self._watch.finish()
        if not self.simulation.stop():
            raise DemoFailed("the daemon did not end on SIGTERM")

    def clear(self) -> list[str]:
        """Remove everything this demo made; return what is left of it. May be called at any time, and again."""
        self._watch.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self.simulation.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        return [str(self.directory)] if self.directory.exists() else []

    def _why_not(self) -> str:
        """Return the newest reason of a decision that refused."""
        for entry in self.reader.audit(1000, "decision", None, None):
            reason = entry["body"].get("reason")
            refused = [each["reason"] for each in entry["body"].get("verdicts") or [] if not each["allow"]]
            if refused or reason:
                return str(refused[0] if refused else reason)
        return "nothing was decided"
