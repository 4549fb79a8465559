"""Helpers of the review's tests: the cloud of `cloud.py` with any number of hosts and containers, and with Galera."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.turn.wire import Act, Deliver, Delivered, Effect
from remediator.model.replies import HostReply
from tests.sim import cloud as base

pytestmark = pytest.mark.sim

TARGET = "container/h1/memcached"


class Host(base.FakeHost):
    """A fake host whose `containers` section has its clock, and whose sections can be patched."""

    patch: dict[str, Any]
    extra: dict[str, Any]

    def said(self, now: Any) -> dict[str, Any]:
        found = super().said(now)
        found["containers"]["clock"] = now.timestamp()
        for item in found["containers"]["containers"].values():
            item["finished_at"] = item["started_at"]
        for name, change in getattr(self, "patch", {}).items():
            change(found[name])
        found |= getattr(self, "extra", {})
        return found


class Cloud(base.Cloud):
    """As `cloud.Cloud`; `notifier_down` makes every delivery fail."""

    notifier_down = False

    def __init__(self, directory: Path, config: str = base.CONFIG) -> None:
        self.acts: list[tuple[float, Act]] = []
        super().__init__(directory, config)
        for name in list(self.hosts):
            units = self.hosts[name].units
            self.hosts[name] = Host(name, units)

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Act):
            self.acts.append((self.elapsed_s, effect))
        if isinstance(effect, Deliver) and self.notifier_down:
            self.later.append((self.elapsed_s + 1, Delivered(n=effect.n, error="connection refused")))
            return
        super()._carry_out(effect)

    def _reply(self, effect: Any) -> HostReply:
        return super()._reply(effect)


def crash(cloud: Cloud, host: str = "h1", name: str = "memcached") -> None:
    cloud.run(20)
    cloud.hosts[host].units[name].fail()


def live(cloud: Cloud) -> list[Any]:
    return list(cloud.world.durable.runs.values())


def intended(cloud: Cloud) -> bool:
    return any(run.intent_at is not None for run in cloud.world.durable.runs.values())
