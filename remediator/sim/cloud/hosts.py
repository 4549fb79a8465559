"""One host in memory: power, network, engine, clock, disk, its services, and who works on it. What its collector would
print."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from remediator.model.values import Unknown
from remediator.sim.clock import START, VirtualClock
from remediator.sim.cloud.claims import ClaimsFile
from remediator.sim.cloud.services import Service
from remediator.sim.part import Part

RAN_BEFORE = timedelta(days=3)
DISK_BYTES = 100 << 30


@dataclass
class SimHost:
    """`ssh` is ok, refused, silent, dropped, stuck (the daemon's call is) or gone (that call never comes back);
    `engine_state` ok, hung or down. `address` is what the inventory calls it."""

    name: str
    address: str
    engine: str
    clock: VirtualClock
    services: dict[str, Service]
    service_address: str = ""
    """Where its services listen, and nowhere else."""
    other_addresses: tuple[str, ...] = ()
    power: bool = True
    ssh: str = "ok"
    says_after_s: float = 0.0
    """Seconds that the host's answer about itself is under way, against every deadline."""
    engine_state: str = "ok"
    clock_offset_s: float = 0.0
    stray_units: list[str] = field(default_factory=list)
    """What stands where the name of a container would, in files that match kolla's units and that somebody else has put
    there."""
    used_percent: float = 20.0
    booted_at: datetime = START - RAN_BEFORE
    engine_started_at: datetime = START - RAN_BEFORE
    boots: int = 0
    ansible: list[dict[str, Any]] = field(default_factory=list)
    etc_kolla: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: int = 0
    """The newest epoch of a daemon that acted here: an older one is refused, as the wrapper on a host does."""
    fqdns: list[str] = field(default_factory=list)
    """The host's names with a domain in its own /etc/hosts."""
    ids: tuple[str, str] | None = None
    """Boot id and machine id in place of its own, as a copy has them."""
    plays: str = ""
    """What it answers in place of the truth (`hostile_plays`); empty: it is honest."""
    played: int = 0
    engine_unit_known: bool = True
    """The host's collector finds the unit of its engine."""
    wrapped: bool = True
    """`remediator-act` stands behind the act key: it compares epochs."""
    claims: ClaimsFile = field(default_factory=ClaimsFile)
    parts: list[Part] = field(default_factory=list)
    """The technologies that stand on it."""
    more: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """Sections of technologies, by name: data, or why there is none."""
    programs: dict[str, Callable[[Sequence[str]], int]] = field(default_factory=dict)
    """Programs of such a technology, by the first word of a command: given the other words they return the exit
    code."""
    orders: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    """Every command that took effect, with the true time."""

    @property
    def boot_id(self) -> str:
        return f"boot-{self.name}-{self.boots}" if self.ids is None else self.ids[0]

    @property
    def machine_id(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()[:32] if self.ids is None else self.ids[1]

    @property
    def answers(self) -> bool:
        return self.power and self.ssh == "ok"

    def turn_off(self) -> None:
        self.power = False
        self._engine_stops()
        for service in self.services.values():
            service.halt()

    def turn_on(self) -> None:
        """Boot: what is enabled starts, and the host is another instance of itself."""
        if self.power:
            return
        self.power, self.boots = True, self.boots + 1
        self.booted_at = self.engine_started_at = self.clock.true()
        self.claims.boot()
        for service in self.services.values():
            if service.present:
                service.boot()

    def mend(self) -> None:
        """Whatever is wrong with it, or done to it, is over; what does not run is started by hand."""
        self.ssh, self.engine_state, self.clock_offset_s, self.used_percent = "ok", "ok", 0.0, 20.0
        self.plays = ""
        self.ansible.clear()
        for part in self.parts:
            part.mend(self.name)
        self.turn_on()
        for service in self.services.values():
            service.mend()
            if not service.present:
                service.recreate()
            service.reset_failed()
            service.start()

    def _engine_stops(self) -> None:
        for part in self.parts:
            part.engine_stops(self.name)

    def reboot(self) -> None:
        self.turn_off()
        self.turn_on()

    def take_out(self, name: str) -> None:
        """Somebody takes a service out for good: container, unit and /etc/kolla/<name>."""
        self.services.pop(name).remove()

    def restart_engine(self) -> None:
        """Old units go down with their engine and come back with it."""
        self._engine_stops()
        self.engine_state, self.engine_started_at = "ok", self.clock.true()
        for service in self.services.values():
            if service.running:
                service.halt()
                service.boot()

    @property
    def up_s(self) -> float:
        """Seconds since its boot, which nobody sets."""
        return (self.clock.true() - self.booted_at).total_seconds()

    # its collector ----------------------------------------------------------------------------------------------------

    def wall(self) -> datetime:
        return self.clock.true() + timedelta(seconds=self.clock_offset_s)

    def sections(self, wanted: Sequence[str]) -> dict[str, Any]:
        """Return name -> answer, as the collector prints them."""
        makers = {"containers": self._containers, "host": self._host, "disk": self._disk}
        said = {name: {"took": 0.01, "data": makers[name]()} for name in wanted if name in makers}
        for name in (name for name in wanted if name in self.more):
            data = self.more[name]()
            said[name] = {"took": 0.01, **({"unknown": data.reason} if isinstance(data, Unknown) else {"data": data})}
        return said

    def _containers(self) -> dict[str, Any]:
        present = [each for each in self.services.values() if each.present]
        silent = {"hung": f"{self.engine} ps gave no answer within 5 s", "down": "cannot connect"}.get(
            self.engine_state, ""
        )
        with_unit = [each for each in self.services.values() if each.has_unit]
        bad = [each for each in present if not each.running or each.sick or each.started_again]
        return {
            "clock": self.wall().timestamp(),
            "engine": {"name": self.engine, "state": self.engine_state, "reason": silent},
            "containers": None
            if silent
            else {each.name: each.container(self.engine) for each in present} | self._helpers(),
            "unit_files": sorted([*self.stray_units, *(each.name for each in with_unit)]),
            "units": {each.name: each.unit() for each in with_unit},
            "units_reason": None,
            "configs": sorted(self.services),
            "logs": {each.name: each.log or f"{each.name} said nothing more" for each in bad if each.log is not None},
        }

    def _helpers(self) -> dict[str, Any]:
        return {name: shown for part in self.parts for name, shown in part.listed(self.name).items()}

    def _host(self) -> dict[str, Any]:
        age_s = (self.clock.true() - self.booted_at).total_seconds()
        engine_s = (self.clock.true() - self.engine_started_at).total_seconds()
        unit = {"state": "active", "substate": "running", "result": "success", "age_s": engine_s}
        return {
            "machine_id": self.machine_id,
            "names": [self.name, *self.fqdns],
            "uptime_s": age_s,
            "booted_age_s": age_s,
            "engine_unit": unit if self.engine == "docker" and self.engine_unit_known else None,
            "load": [0.1, 0.1, 0.1],
            "cpus": 2,
            "memory": {},
            "ansible": self.ansible,
            "ansible_log": [],
            "etc_kolla": self.etc_kolla,
            "synchronised": abs(self.clock_offset_s) < 1.0,
        }

    def _disk(self) -> dict[str, Any]:
        return {
            "/": {
                "total": DISK_BYTES,
                "used": DISK_BYTES - self.free_bytes,
                "available": self.free_bytes,
                "inodes": 1000,
                "inodes_free": 900,
            }
        }

    @property
    def free_bytes(self) -> int:
        return DISK_BYTES - int(DISK_BYTES * self.used_percent / 100)
