"""`status`: what of the lab is up, and the paths that a tool needs to use it."""

from __future__ import annotations

from typing import Any

from lab import paths
from lab.cloud import config, hosts, shapes, topology
from lab.faults import records
from lab.outer import engine


def status() -> dict[str, Any]:
    """Return the state of the lab: `up` when every host that was made runs, `partial` when one does not, `down`."""
    alive = engine.alive()
    listed = []
    shape = shapes.current()
    for host in shapes.hosts():
        state = hosts.state(host) if alive else "absent"
        if state == "running" and not hosts.made(host):
            state = "incomplete"
        listed.append(
            {
                "name": host.name,
                "address": shape.address(host),
                "service_address": host.address,
                "state": state,
                "role": host.role,
                "engine": host.engine,
            }
        )
    present = [h["state"] for h in listed if h["state"] != "absent"]
    overall = "down" if not present else "up" if set(present) == {"running"} else "partial"
    return {
        "state": overall,
        "shape": shape.name,
        "daemon_on": shape.daemon_on,
        "hosts": listed,
        "ssh": {
            "user": topology.SSH_USER,
            "key": str(paths.READ_KEY),
            "act_key": str(paths.ACT_KEY),
            "known_hosts": str(paths.KNOWN_HOSTS),
        },
        "deploy": {"user": topology.DEPLOY_USER, "key": str(paths.DEPLOY_KEY)},
        "config": str(paths.CONFIG),
        "token_file": str(paths.TOKEN),
        "http": f"http://127.0.0.1:{config.http_port()}",
        "home": str(paths.HOME),
        "faults": [{"fault": r.fault, "host": r.host, "params": r.params} for r in records.active()],
    }
