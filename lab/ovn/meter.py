"""How many packets a ping of the lab has lost: what a cure costs on the wire."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import partial

from lab.cloud import hosts
from lab.outer.proc import poll
from lab.ovn.network import PINGS, Ping

_ANSWERED = re.compile(r"^\[(\d+\.\d+)\] \d+ bytes from .*icmp_seq=(\d+)", re.MULTILINE)
_MISSING = re.compile(r"^\[(\d+\.\d+)\] (?:no answer yet for|From .*) ?icmp_seq=(\d+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Lost:
    """Of one ping in a span of time: packets sent, those without an answer in time, and the longest run of those."""

    sent: int
    lost: int
    longest: int


def lost(ping: Ping, since: float, until: float | None = None) -> Lost:
    """Return what `ping` lost between two moments of this machine's wall clock, which the hosts share."""
    end = time.time() if until is None else until
    said = hosts.execute(ping.host, ["cat", f"/run/lab-ovn/{ping.name}"], timeout_s=30).out
    gone = {int(seq) for at, seq in _MISSING.findall(said) if since <= float(at) <= end}
    came = {int(seq) for at, seq in _ANSWERED.findall(said) if since <= float(at) <= end}
    late = gone - came
    longest = run = 0
    for seq in sorted(late):
        run = run + 1 if seq - 1 in late else 1
        longest = max(longest, run)
    return Lost(sent=len(gone | came), lost=len(late), longest=longest)


def flows(ping: Ping, since: float) -> bool:
    """Say whether the newest packets of `ping` since a moment were all answered, and that there were some."""
    seen = lost(ping, max(since, time.time() - 1.0))
    return seen.sent >= 5 and seen.lost == 0


def wait_flowing(limit_s: float = 60.0) -> None:
    """Wait until every ping is answered again."""
    start = time.time()
    for ping in PINGS:
        poll(f"the ping {ping.name}", partial(flows, ping, start), limit_s=limit_s)
