"""All pages of one simulated night, to be read one by one: `python -m remediator.sim.proof.pages [--json]`.

Invariant: the daemon is the real one, and what it is told to do is done by people through its doors. Nothing here makes
a text.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.model.records.records import RunState
from remediator.sim.cloud.services import Service
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import OTHER, ROOT
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.stories.stories import in_memory
from remediator.sim.technology import technologies
from remediator.store import tables

ASKING = CONFIG.replace(
    "autonomy: {R1: auto, R2: auto}",
    "autonomy: {R1: auto, R2: auto, R3: approve, rules: {container-unhealthy: approve}}",
)
QUIET_S = 700.0
"""Between two faults: what broke before counts in no storm any more."""
LOG = "".join(
    f"2026-01-05 03:{n // 60:02}:{n % 60:02} ERROR cannot bind to 192.0.2.11:11211: address in use\n" for n in range(30)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it is queued. `at_s`: after the beginning of the night."""

    at_s: float
    fault: str
    key: str
    body: dict[str, Any]


class Night:
    """The night, hour by hour. `pages` are those of all faults so far."""

    def __init__(self, directory: Path) -> None:
        self.simulation = Simulation(directory, ASKING)
        tell_logs(self.simulation)
        self.pages: list[Page] = []
        self._began = self.simulation.clock.elapsed_s
        self._fault = ""

    def happen(self) -> None:
        """Let all faults happen, one after the other."""
        self.simulation.start()
        self.wait(120.0)
        self.ask("baseline-accept", scope="all")
        for fault in (*FAULTS, *(one for each in technologies() for one in each.nights())):
            self._fault = (fault.__doc__ or "").strip().rstrip(".")
            fault(self)
            self.wait(QUIET_S)

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let time pass, and take the pages that were queued in it."""
        end = self.simulation.clock.elapsed_s + seconds
        while self.simulation.clock.elapsed_s < end and not (until is not None and until()):
            self.simulation.run(5.0)
            self._take()

    def _take(self) -> None:
        daemon = self.simulation.daemon
        assert daemon is not None
        with daemon.database.transaction() as connection:
            rows = connection.execute(
                sa.select(tables.outbox.c.key, tables.outbox.c.body).order_by(tables.outbox.c.n)
            ).all()
        for row in rows[len(self.pages) :]:
            at_s = self.simulation.clock.elapsed_s - self._began
            self.pages.append(Page(at_s=at_s, fault=self._fault, key=row.key, body=json.loads(row.body)))

    def ask(self, op: str, by_other: bool = False, **args: Any) -> None:
        self.simulation.ask(op, OTHER if by_other else ROOT, **args)
        self._take()

    def answer(self, op: str, reason: str, limit_s: float = 120.0) -> None:
        """Wait until a run asks for a yes, and let the other person answer: approve or deny."""
        self.wait(limit_s, lambda: bool(self.runs(RunState.WAITING_APPROVAL)))
        for run in self.runs(RunState.WAITING_APPROVAL):
            self.ask(op, by_other=True, run=run, reason=reason)

    def service(self, host: str, name: str) -> Service:
        return self.simulation.cloud.service(host, name)

    def start_by_hand(self, host: str, name: str) -> None:
        service = self.service(host, name)
        service.mend()
        service.reset_failed()
        service.start()

    def runs(self, state: RunState) -> list[str]:
        daemon = self.simulation.daemon
        assert daemon is not None
        return [run.id for run in daemon.world.durable.runs.values() if run.state is state]

    def incident(self, check: str, target: str) -> str:
        daemon = self.simulation.daemon
        assert daemon is not None
        found = daemon.world.durable.incident_of((check, target))
        assert found is not None, f"{check} on {target} has no incident"
        return found.id


def cured_alone(night: Night) -> None:
    """A container crashes and is started: nobody hears of it."""
    night.service("ctl1", "memcached").crash()
    night.wait(90.0)


def comes_up_and_dies(night: Night) -> None:
    """A container is started and dies again; somebody repairs it by hand."""
    service = night.service("ctl1", "memcached")
    service.log = LOG
    service.crash()
    service.loop(0.5)
    night.wait(200.0)
    service.log = ""
    night.start_by_hand("ctl1", "memcached")


def denied(night: Night) -> None:
    """An unhealthy container: its restart is asked for and denied, and somebody restarts it by hand."""
    night.service("cmp2", "neutron_agent").fall_sick()
    night.answer("deny", "want to look first")
    night.wait(60.0)
    night.service("cmp2", "neutron_agent").restart()


def approved(night: Night) -> None:
    """An unhealthy container again: its restart is asked for and approved."""
    night.service("cmp1", "neutron_agent").fall_sick()
    night.answer("approve", "go")
    night.wait(120.0)


def out_of_memory(night: Night) -> None:
    """A container out of memory: acknowledged, and started by hand."""
    night.service("ctl3", "memcached").crash(137, oom=True)
    night.wait(60.0)
    night.ask("ack", incident=night.incident("container-state", "container/ctl3/memcached"), reason="raising its limit")
    night.wait(60.0)
    night.start_by_hand("ctl3", "memcached")


def host_off(night: Night) -> None:
    """A compute host is off, and comes back."""
    host = night.simulation.cloud.hosts["cmp2"]
    host.turn_off()
    night.wait(120.0)
    host.turn_on()


def disk_full(night: Night) -> None:
    """A disk is full, and somebody makes room."""
    host = night.simulation.cloud.hosts["ctl2"]
    host.used_percent = 97.0
    night.wait(120.0)
    host.used_percent = 20.0


def storm(night: Night) -> None:
    """Three hosts break at once; somebody repairs them and closes the breaker."""
    places = (("ctl1", "memcached"), ("ctl2", "memcached"), ("cmp1", "neutron_agent"))
    for host, name in places:
        night.service(host, name).crash()
    night.wait(60.0)
    for host, name in places:
        night.start_by_hand(host, name)
    night.wait(60.0)
    night.ask("brake-close", reason="a switch was rebooted")


FAULTS: Sequence[Callable[[Night], None]] = (
    cured_alone, comes_up_and_dies, denied, approved, out_of_memory, host_off, disk_full, storm,
)  # fmt: skip


def told() -> list[Page]:
    """Return all pages of the night."""
    directory = Path(tempfile.mkdtemp(prefix="night-", dir=in_memory()))
    night = Night(directory)
    try:
        night.happen()
    finally:
        night.simulation.close()
        shutil.rmtree(directory, ignore_errors=True)
    return night.pages


def shown(pages: Sequence[Page]) -> str:
    """Return the pages as text: each fault, and below it what people were told."""
    lines: list[str] = []
    fault = None
    for number, page in enumerate(pages, 1):
        if page.fault != fault:
            fault = page.fault
            lines += ["", f"== {fault}"]
        lines += ["", f"{number:>3}. {page.body['at'][11:19]}  {page.key}", f"     {page.body['subject']}"]
        lines.append(textwrap.indent(page.body["text"], "     | "))
    return "\n".join(lines).lstrip("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m remediator.sim.proof.pages", description="print all pages of one night"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON for each page")
    chosen = parser.parse_args(arguments)
    pages = told()
    if chosen.json:
        for page in pages:
            print(json.dumps({"fault": page.fault, "key": page.key, **page.body}))
    else:
        print(shown(pages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
