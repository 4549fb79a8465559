"""`check` without a daemon: look once at every host that may be needed, in parallel, and judge. Nothing is stored,
nothing acts.

So that the command starts quickly, this module imports neither the store, the loop nor their log (structlog alone takes
0.1 s to load). The content is loaded while the hosts answer.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from remediator import inventory as inventories
from remediator.collect import places
from remediator.collect.facts import FactStore
from remediator.config import Config
from remediator.daemon.process import clock, connections
from remediator.daemon.requests import check_results
from remediator.integrations import registry
from remediator.inventory.naming import Names
from remediator.model.hosts import Inventory


def check_once(
    config: Config, names: tuple[str, ...], target: str | None, warn: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Return the JSON of `check` (docs/contracts.md) for the named checks (all when none is named). State is that of
    one sample.

    `warn` is told what is not looked at, for the package that would do it is broken.
    """
    time = clock.SystemClock()
    inventory = inventories.load(config)
    integrations = registry.load(config)
    if target is not None:
        target = Names(inventory.hosts, inventory.aliases).target(target, integrations.kinds)
    hosts = _asked(inventory, target)
    facts = FactStore(integrations)
    started = time.now()
    reach = connections.reach_of(config)
    collector = connections.collector_of(config, integrations, reach, time)
    try:
        with ThreadPoolExecutor(2 * places.of_each(len(hosts))) as pool:
            replies = [pool.submit(collector.collect, inventory.hosts[host], (), True) for host in hosts]
            from remediator.daemon.process import composition

            content, spoilt = composition.content_of(config, inventory, integrations)
            for why in {**integrations.broken, **spoilt}.values():
                warn(why)
            for reply in replies:
                facts.take(reply.result())
    finally:
        reach.close()
    now = time.now()
    checks = [check for check in content.checks.values() if check.enabled and (not names or check.name in names)]
    results = [
        result
        for check in checks
        for result in facts.judge(check, inventory, now)
        if target is None or result.target.text == target
    ]
    return check_results.check(config.cloud, results, now, now.since(started) * 1000, specs=content.checks)


def _asked(inventory: Inventory, target: str | None) -> list[str]:
    """Return the hosts to ask: for a container or a host its own; for everything that stands on several, all."""
    if target is not None and target.startswith(("container/", "host/")):
        named = target.split("/")[1]
        return [named] if named in inventory.hosts else []
    return sorted(inventory.hosts)
