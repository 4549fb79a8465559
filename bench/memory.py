"""`python -m bench.memory [--hosts N] [--replies M]`: what the daemon has in memory while replies of 25 containers come
in.

The real engine, store and parser on virtual time, in this process: a reply every 15 s from each host. The ratio is that
of the end to
what there was when all hosts had answered four times. Budgets: flat (at most 1.1), < 130 MB on 5 hosts, < 250 MB on
1,000.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from bench import crowd
from remediator.daemon.assembly import Daemon, real_ground
from remediator.daemon.process import connections
from remediator.daemon.state.wire import Collected
from remediator.model.hosts import Host
from remediator.sim.clock import Timeline, VirtualClock, VirtualPools

FLAT = 1.1
WARM_CYCLES = 4
BUDGETS = ((5, 130.0), (1000, 250.0))
"""(hosts, MB)."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--hosts", type=int, default=5)
    parser.add_argument("--replies", type=int, default=5000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder), chosen.hosts, max(chosen.replies, (WARM_CYCLES + 1) * chosen.hosts))


def _measure(directory: Path, hosts: int, replies: int) -> int:
    clock = VirtualClock()
    reach = crowd.CrowdReach(clock)
    parts = crowd.parts(directory, hosts)
    pools = VirtualPools(Timeline(clock), lambda _item: None)
    ground = dataclasses.replace(real_ground(), clock=clock, pools=pools, reach_of=lambda _config: reach)
    daemon = Daemon(None, parts, ground)
    collector = connections.collector_of(parts.config, parts.integrations, reach, clock)
    asked: list[Host] = list(parts.inventory.hosts.values())
    started_mb, warm_mb = _resident_mb(), 0.0
    for cycle in range(1, replies // hosts + 1):
        for host in asked:
            daemon.engine.step([Collected(reply=collector.collect(host, ()))], clock.now())
            clock.elapsed_s += crowd.EVERY_S / hosts
        if cycle == WARM_CYCLES:
            warm_mb = _resident_mb()
        if cycle * hosts % max(1, replies // 10) < hosts:
            print(json.dumps({"replies": cycle * hosts, "rss_mb": _resident_mb()}), flush=True)
    end_mb = _resident_mb()
    daemon.close()
    budget_mb = next((mb for most, mb in BUDGETS if hosts <= most), None)
    told = {"hosts": hosts, "replies": replies, "start_mb": started_mb, "warm_mb": warm_mb, "end_mb": end_mb}
    print(json.dumps({**told, "ratio": round(end_mb / warm_mb, 3), "budget": FLAT, "budget_mb": budget_mb}))
    return 0 if end_mb / warm_mb <= FLAT and (budget_mb is None or end_mb < budget_mb) else 1


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * 4096 / 1e6, 1)


if __name__ == "__main__":
    sys.exit(main())
