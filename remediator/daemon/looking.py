"""`check` without a daemon: look once at every host that is needed, in parallel, and judge. Nothing is stored, nothing acts.

Kept free of the store and the loop, so that the command starts quickly.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from remediator.collect.facts import FactStore
from remediator.config import Config
from remediator.daemon import clock, composing, reporting
from remediator.model.judging import Scope

AT_ONCE = 32


def check_once(config: Config, names: tuple[str, ...], target: str | None) -> dict[str, Any]:
    """Return CONTRACTS' `check` JSON for the named checks (all when none is named). State is that of one sample."""
    time = clock.SystemClock()
    parts = composing.load(config)
    everywhere = tuple(sorted(parts.inventory.hosts))
    checks = [check for check in parts.content.checks.values() if check.enabled and (not names or check.name in names)]
    judged_on = {check.name: parts.inventory.group(check.group) if check.group else everywhere for check in checks}
    if target is not None:
        named = set(target.split("/")[1:])
        for check in checks:
            whole = check.assess.scope is Scope.GROUP and check.assess.target_kind == target.split("/")[0]
            if not whole:
                judged_on[check.name] = tuple(host for host in judged_on[check.name] if host in named)
    hosts = sorted({host for chosen in judged_on.values() for host in chosen})
    facts = FactStore(parts.integrations)
    started = time.now()
    reach = composing.reach_of(config)
    collector = composing.collector_of(parts, reach, time)
    try:
        with ThreadPoolExecutor(min(AT_ONCE, len(hosts) or 1)) as pool:
            for reply in pool.map(lambda host: collector.collect(parts.inventory.hosts[host], (), True), hosts):
                facts.take(reply)
    finally:
        reach.close()
    now = time.now()
    results = [
        result
        for check in checks
        if judged_on[check.name]
        for result in facts.judge(check, parts.inventory, now)
        if target is None or result.target.text == target
    ]
    return reporting.check(config.cloud, results, now, now.since(started) * 1000)
