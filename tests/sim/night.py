"""A simulation, what people ask it, and the pages that leave: for tests of what people are told and what holds
everything back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.daemon.state.world import World
from remediator.model.messages.control import Actor, Answer
from remediator.model.records.records import Incident, Run
from remediator.sim.cloud.services import Service
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import ROOT
from remediator.sim.simulation import Simulation, tell_logs
from remediator.store import tables

WARM_S = 120.0
"""Until every host was sampled several times, and the mark of the cluster is kept."""


class Night:
    """A simulated cloud under the real daemon, warm and whole."""

    def __init__(self, directory: Path, config: str = CONFIG) -> None:
        self.told = Simulation(directory, config)
        tell_logs(self.told)
        self.told.start()
        self.run(WARM_S)
        self.accept()

    @property
    def world(self) -> World:
        assert self.told.daemon is not None
        return self.told.daemon.world

    def accept(self) -> None:
        assert self.ask("baseline-accept", scope="all").exit == 0

    def run(self, seconds: float) -> None:
        self.told.run(seconds)

    def until(self, seconds: float, come: Any) -> None:
        assert self.told.run(seconds, come), f"it did not come about within {seconds:.0f} s"

    def service(self, host: str, name: str) -> Service:
        return self.told.cloud.service(host, name)

    def crash(self, *places: tuple[str, str]) -> None:
        for host, name in places:
            self.service(host, name).crash()

    def operator_starts(self, host: str, name: str) -> None:
        service = self.service(host, name)
        service.mend()
        service.reset_failed()
        service.start()

    def ask(self, op: str, actor: Actor = ROOT, **args: Any) -> Answer:
        answer = self.told.ask(op, actor, **args)
        assert answer is not None
        return answer

    def incident(self, target: str, check: str = "container-state") -> Incident | None:
        return self.world.durable.incident_of((check, target))

    def live(self) -> list[Run]:
        return list(self.world.durable.runs.values())

    def pages(self, word: str = "") -> list[dict[str, Any]]:
        assert self.told.daemon is not None
        with self.told.daemon.database.transaction() as connection:
            found = connection.execute(sa.select(tables.outbox.c.key, tables.outbox.c.body).order_by(tables.outbox.c.n))
            rows = [{"key": row.key, **json.loads(row.body)} for row in found]
        return [page for page in rows if word in f"{page['key']} {page['subject']}\n{page['text']}"]

    def restart(self) -> None:
        self.told.kill("kill -9")
        self.told.revive()
        self.run(30.0)

    def orders(self, host: str) -> int:
        return len(self.told.cloud.hosts[host].orders)
