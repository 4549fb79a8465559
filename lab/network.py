"""Bridges, the blackhole route and the one firewall rule of the lab on the machine; `remove` takes exactly these away."""

from __future__ import annotations

import re
from pathlib import Path

from lab import topology
from lab.proc import run

RULE = ["-i", topology.BRIDGE, "-o", topology.BRIDGE, "-m", "comment", "--comment", "remediator-lab", "-j", "ACCEPT"]


def prepare() -> None:
    """Make the idle bridge that the outer engine must be given, and the route that keeps lab packets on the machine."""
    if not exists(topology.IDLE_BRIDGE):
        run(["ip", "link", "add", topology.IDLE_BRIDGE, "type", "bridge"])
    run(["ip", "address", "replace", topology.IDLE_ADDRESS, "dev", topology.IDLE_BRIDGE])
    run(["ip", "link", "set", topology.IDLE_BRIDGE, "up"])
    run(["ip", "route", "replace", "blackhole", topology.BLACKHOLE, "metric", "9999"])


def let_hosts_talk() -> None:
    """Accept traffic from host to host where the machine's firewall would drop what crosses a bridge."""
    seen = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if not seen.exists() or seen.read_text().strip() != "1":
        return
    rules = run(["iptables", "-S", "FORWARD"], check=False).out
    if ("-P FORWARD DROP" in rules or re.search("DROP|REJECT", rules)) and not _marked(rules):
        run(["iptables", "-I", "FORWARD", *RULE])


def exists(link: str) -> bool:
    return run(["ip", "link", "show", "dev", link], check=False).ok


def leftovers() -> list[str]:
    """Return what of the lab's network is still there, for a person to read."""
    found = [f"link {link}" for link in (topology.BRIDGE, topology.IDLE_BRIDGE) if exists(link)]
    if run(["ip", "route", "show", "type", "blackhole", topology.BLACKHOLE], check=False).out.strip():
        found.append(f"route blackhole {topology.BLACKHOLE}")
    if _marked(run(["iptables", "-S", "FORWARD"], check=False).out):
        found.append("iptables FORWARD rule")
    return found


def remove() -> None:
    """Take away what `prepare` and `let_hosts_talk` made; harmless when it is not there."""
    for link in (topology.BRIDGE, topology.IDLE_BRIDGE):
        if exists(link):
            run(["ip", "link", "delete", link], check=False)
    if "route" in " ".join(leftovers()):
        run(["ip", "route", "delete", "blackhole", topology.BLACKHOLE, "metric", "9999"], check=False)
    while _marked(run(["iptables", "-S", "FORWARD"], check=False).out):
        if not run(["iptables", "-D", "FORWARD", *RULE], check=False).ok:
            break


def _marked(rules: str) -> bool:
    return "remediator-lab" in rules
