"""Bridges, the blackhole route and the firewall rules of the lab on the machine; `remove` takes exactly these away."""

from __future__ import annotations

import re
from pathlib import Path

from lab.cloud import technologies, topology
from lab.outer.proc import run

COMMENT = "remediator-lab"
ROUTE = ["blackhole", topology.BLACKHOLE, "metric", "9999"]


def bridges() -> list[str]:
    """Return every bridge that a lab may have on the machine, whatever technologies it was brought up with."""
    return [*(network.bridge for network in technologies.networks()), topology.IDLE_BRIDGE]


def prepare() -> None:
    """Make the idle bridge that the outer engine must be given, and the route that keeps lab packets on the machine."""
    if not exists(topology.IDLE_BRIDGE):
        run(["ip", "link", "add", topology.IDLE_BRIDGE, "type", "bridge"])
    run(["ip", "address", "replace", topology.IDLE_ADDRESS, "dev", topology.IDLE_BRIDGE])
    run(["ip", "link", "set", topology.IDLE_BRIDGE, "up"])
    run(["ip", "route", "replace", *ROUTE])


def let_hosts_talk() -> None:
    """Accept traffic from host to host where the machine's firewall would drop what crosses a bridge."""
    seen = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if not seen.exists() or seen.read_text().strip() != "1":
        return
    rules = run(["iptables", "-S", "FORWARD"], check=False).out
    if ("-P FORWARD DROP" in rules or re.search("DROP|REJECT", rules)) and not marked(rules):
        for network in technologies.networks():
            run(["iptables", "-I", "FORWARD", *_rule(network)])


def exists(link: str) -> bool:
    return run(["ip", "link", "show", "dev", link], check=False).ok


def ports() -> frozenset[str]:
    """Return the links that the hosts hang on, as number and name: the engine names them, so they are known by their
    bridge only."""
    return frozenset(link for bridge in bridges() for link in _listed("master", bridge))


def links() -> frozenset[str]:
    """Return every link of the machine as number and name."""
    return frozenset(_listed())


def leftovers() -> list[str]:
    """Return what of the lab's network is still there, for a person to read."""
    found = [f"link {link}" for link in bridges() if exists(link)]
    if _route():
        found.append(f"route blackhole {topology.BLACKHOLE}")
    if marked(run(["iptables", "-S", "FORWARD"], check=False).out):
        found.append("iptables FORWARD rule")
    return found


def remove() -> None:
    """Take away what `prepare` and `let_hosts_talk` made; harmless when it is not there."""
    for link in bridges():
        if exists(link):
            run(["ip", "link", "delete", link], check=False)
    if _route():
        run(["ip", "route", "delete", *ROUTE], check=False)
    if marked(run(["iptables", "-S", "FORWARD"], check=False).out):
        for network in technologies.networks():
            while run(["iptables", "-D", "FORWARD", *_rule(network)], check=False).ok:
                pass


def _rule(network: topology.Network) -> list[str]:
    return ["-i", network.bridge, "-o", network.bridge, "-m", "comment", "--comment", COMMENT, "-j", "ACCEPT"]


def _route() -> bool:
    return bool(run(["ip", "route", "show", *ROUTE], check=False).out.strip())


def _listed(*chosen: str) -> list[str]:
    """Return links as number and name, from lines like `7: veth1a@if6: <...`."""
    lines = run(["ip", "-o", "link", "show", *chosen], check=False).out.splitlines()
    return [f"{number} {name.partition('@')[0]}" for number, name, *_ in (line.split(": ", 2) for line in lines)]


def marked(rules: str) -> bool:
    """Say whether one of the rules that `iptables -S` printed is the lab's."""
    return f"--comment {COMMENT} " in rules.replace('"', "")
