"""One container with its systemd unit as kolla makes them: a state machine that obeys systemctl, the engine, and bad
luck.

Sources: kolla's unit template (Restart=always, StartLimitBurst=10 in 120 s), and systemd 252's behaviour at the start
limit. For what kolla made before 2023.1 it is Docker's `unless-stopped`. Docker waits twice as long each time, up to a
minute, and never gives up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from remediator.sim.clock import START, Timeline

RESTART_S = 1.0
BURST, BURST_S = 10, 120.0
HEALTH_S = 8.0
ENGINE_WAITS_S, ENGINE_MOST_S, ENGINE_CALM_S = 0.1, 60.0, 10.0
AGAIN_S = 150.0
STOPPED_US, EXITED_US, REFUSED_US = "100", "200", "300"


@dataclass
class Service:
    """`has_unit` False: the engine alone starts it. `life_s`: every start dies after so long. `start_s`: how long one
    takes."""

    host: str
    name: str
    timeline: Timeline
    has_unit: bool = True
    policy: str = "no"
    """The engine's restart policy."""
    waits: bool = False
    """The engine will start the container again by itself: the engine says `restarting`."""
    engine_wait_s: float = ENGINE_WAITS_S
    engine_restarts: int = 0
    checked: bool = False
    """The container has a health check."""
    present: bool = True
    state: str = "active"
    substate: str = "running"
    result: str = "success"
    n_restarts: int = 0
    invocation: int = 1
    stopped_by_job: bool = False
    running: bool = True
    exit_code: int = 0
    oom: bool = False
    sick: bool = False
    held: bool = False
    """A drop-in keeps its unit from starting: every start fails, systemd's own as well."""
    refused: bool = False
    """The last start failed because of that drop-in."""
    created_at: datetime = START - timedelta(days=30)
    started_at: datetime = START - timedelta(days=3)
    finished_at: datetime = START - timedelta(days=4)
    serial: int = 1
    image: str = "image-1"
    version: str = "20.0.0"
    life_s: float | None = None
    start_s: float = 0.5
    log: str | None = ""
    """What it said last; None: the engine gave no log of it."""
    starts: list[float] = field(default_factory=list)
    """When the main process was started, true time."""
    by_order: list[float] = field(default_factory=list)
    """When a start or restart by a person or by the daemon was obeyed."""
    on_change: Callable[[], None] = lambda: None
    _generation: int = 0

    # what happens to it -------------------------------------------------------------------------------------------

    def crash(self, exit_code: int = 1, oom: bool = False) -> None:
        """The container fell over so often that systemd gave up; without a unit it stays down."""
        if not self.present:
            return
        self._end(exit_code)
        self.oom = oom
        self.state, self.substate, self.result, self.n_restarts = "failed", "failed", "exit-code", BURST
        self.stopped_by_job = False
        self.on_change()

    def loop(self, life_s: float) -> None:
        """From now on every start dies after `life_s`; systemd starts it again until its limit."""
        if self.present:
            self.life_s = life_s
            if self.running:
                self._die_later()

    def made_before_units(self) -> None:
        """The container is as kolla made it before 2023.1: without a unit, and its engine starts it again without
        end."""
        self.has_unit, self.policy, self.version = False, "unless-stopped", "15.6.0"

    def mend(self) -> None:
        """What made it die is gone; it is not started by that."""
        self.life_s, self.sick = None, False

    def fall_sick(self) -> None:
        if self.running and self.checked:
            self.sick = True

    def remove(self) -> None:
        self._end(0)
        self.present = False
        self.state, self.substate, self.result = "failed", "failed", "exit-code"
        self.on_change()

    def recreate(self) -> None:
        """kolla makes it anew: another container of the same name."""
        self.serial, self.created_at, self.present = self.serial + 1, self.timeline.clock.true(), True
        self.image, self.life_s, self.sick = f"image-{self.serial}", None, False
        self.boot()

    def boot(self) -> None:
        """The host starts the container, as at boot."""
        self.state, self.substate, self.result, self.n_restarts, self.running = "inactive", "dead", "success", 0, False
        self.start()

    def halt(self) -> None:
        """The host is off: nothing of the container runs."""
        self._end(137)
        self.on_change()

    # what somebody asks for ------------------------------------------------------------------------------------------

    def stop(self, killed: bool = False) -> None:
        """An operator's `systemctl stop`; `killed`: its process did not end by itself, and systemd calls that
        failed."""
        self._end(137 if killed else 0)
        self.state, self.substate, self.result, self.stopped_by_job = "inactive", "dead", "success", True
        if killed:
            self.state, self.substate, self.result = "failed", "failed", "exit-code"
        self.on_change()

    def reset_failed(self) -> None:
        if self.state == "failed":
            self.state, self.substate, self.result, self.n_restarts = "inactive", "dead", "success", 0

    def start(self) -> int:
        """Obey a start and return its exit code. A container that runs already is left as it is."""
        if not self.present:
            return 1
        if self.running:
            return 0
        if self.held:
            self.refused = True
            return 1  # an assertion of the unit failed
        if self.has_unit and self.state == "failed" and self.n_restarts >= BURST:
            return 1  # start request repeated too quickly
        self.by_order.append(self.timeline.clock.elapsed_s)
        self._run()
        return 0

    def restart(self) -> int:
        if not self.present:
            return 1
        if self.running:
            self._end(0)
            self.stopped_by_job = True
            self.on_change()
        return self.start()

    # its inside ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._generation += 1
        self.invocation += 1
        self.waits = False
        self.running, self.exit_code, self.oom, self.stopped_by_job, self.sick = True, 0, False, False, False
        self.refused = False
        self.started_at = self.timeline.clock.true()
        self.starts.append(self.timeline.clock.elapsed_s)
        self.state, self.substate, self.result = "active", "running", "success"
        self._die_later()
        self.on_change()

    def _die_later(self) -> None:
        if self.life_s is None:
            return
        generation = self._generation

        def die() -> None:
            if generation == self._generation and self.running and self.life_s is not None:
                self.fall()

        self.timeline.after(self.life_s, die)

    def fall(self) -> None:
        """The container exits by itself: systemd starts it again, or gives up."""
        self._end(1)
        now = self.timeline.clock.elapsed_s
        recent = [at for at in self.starts if now - at < BURST_S]
        if not self.has_unit and self.policy == "unless-stopped":
            self._engine_waits(now - self.starts[-1] if self.starts else now)
        elif not self.has_unit or len(recent) >= BURST:
            self.state, self.substate, self.result, self.n_restarts = "failed", "failed", "exit-code", BURST
        else:
            self.state, self.substate, self.result = "activating", "auto-restart", "exit-code"
            self.n_restarts += 1
            generation = self._generation

            def again() -> None:
                if generation != self._generation or self.state != "activating":
                    return
                if self.held:
                    self.state, self.substate, self.result, self.refused = "inactive", "dead", "success", True
                else:
                    self._run()

            self.timeline.after(RESTART_S, again)
        self.on_change()

    def _engine_waits(self, lived_s: float) -> None:
        calm = lived_s > ENGINE_CALM_S
        self.engine_wait_s = ENGINE_WAITS_S if calm else min(2 * self.engine_wait_s, ENGINE_MOST_S)
        self.waits, self.engine_restarts, generation = True, self.engine_restarts + 1, self._generation

        def again() -> None:
            if generation == self._generation:
                self._run()

        self.timeline.after(self.engine_wait_s, again)

    def _end(self, exit_code: int) -> None:
        self._generation += 1
        self.waits = False
        if self.running:
            self.running, self.exit_code = False, exit_code
            self.finished_at = self.timeline.clock.true()

    @property
    def health(self) -> str | None:
        if not self.checked or not self.running:
            return None
        if self.sick:
            return "unhealthy"
        age_s = (self.timeline.clock.true() - self.started_at).total_seconds()
        return "starting" if age_s < HEALTH_S else "healthy"

    @property
    def started_again(self) -> bool:
        """The container runs because it was started again by itself a moment ago: its log is fetched all the same."""
        again = self.engine_restarts or (self.has_unit and self.n_restarts)
        return bool(self.running and again and (self.timeline.clock.true() - self.started_at).total_seconds() < AGAIN_S)

    # what the collector prints of it ---------------------------------------------------------------------------------

    def container(self, engine: str) -> dict[str, Any]:
        return {
            "id": f"{self.host}-{self.name}-{self.serial}",
            "name": self.name,
            "image": f"kolla/{self.name}:1",
            "image_id": self.image,
            "created": self.created_at.isoformat(),
            "status": "running" if self.running else "restarting" if self.waits else "exited",
            "running": self.running,
            "exit_code": self.exit_code,
            "oom_killed": self.oom,
            "error": "",
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "restart_count": self.engine_restarts,
            "restart_policy": self.policy,
            "health": self.health,
            "failing_streak": None if self.health is None else 5 if self.sick else 0,
            "health_output": "no answer" if self.sick else None,
            "kolla_version": self.version,
            "short_lived": False,
        }

    def unit(self) -> dict[str, str]:
        left, ended = (STOPPED_US, EXITED_US) if self.stopped_by_job else (EXITED_US, STOPPED_US)
        return {
            "ActiveState": self.state,
            "SubState": self.substate,
            "Result": self.result,
            "NRestarts": str(self.n_restarts),
            "StartLimitBurst": str(BURST),
            "AssertResult": "no" if self.refused else "yes",
            "AssertTimestampMonotonic": REFUSED_US if self.refused else EXITED_US,
            "InvocationID": f"{self.host}-{self.name}-inv{self.invocation}",
            "Job": "0",
            "Restart": "always",
            "ActiveExitTimestampMonotonic": left if self.state != "active" else "0",
            "ExecMainExitTimestampMonotonic": ended if self.state != "active" else "0",
        }
