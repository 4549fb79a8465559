"""How long members may have committed after the newest sample of the high-water mark: nothing of that is in any figure
(GB-8). Pure.

Invariant: never too short. A Primary component can commit for as long as one member runs, so the latest end counts.
Where a member's end is not known, the time is UNKNOWN. A member that runs since before that sample has lost nothing:
its position is its own word.

An end is what the container engine says of the last one. A member that was started again in vain since has a later end.
Then the first of those vain starts counts, as its log tells it. Where the log does not, the time is too long, and a
person is asked who need not have been.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import facts as container_facts
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.member import CONTAINER, Member
from remediator.integrations.galera.logs import primary_views
from remediator.integrations.galera.watermark.marks import Kept
from remediator.model import times
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown

LONGEST_S = 60.0
"""Several times the pause between two samples: up to this a mark is taken for that of the moment of the loss."""


def seconds(kept: Kept, seen: Mapping[str, Member], replies: Mapping[str, HostReply | None]) -> float | Unknown:
    """Return the seconds between the newest sample that `kept` rests on and the last moment at which a member that is
    stopped ran."""
    sampled_s = times.parse_rfc3339(kept.at).timestamp()
    last_s = sampled_s
    for host, one in seen.items():
        at_s = _until_s(one, replies[host], sampled_s)
        if isinstance(at_s, Unknown):
            return at_s
        last_s = max(last_s, at_s)
    return last_s - sampled_s


def _until_s(one: Member, reply: HostReply | None, sampled_s: float) -> float | Unknown:
    """Return until when `one` may have committed what it does not hold any more, in seconds since 1970."""
    if reply is None or reply.reach is not Reach.OK or isinstance(one.stopped, Unknown):
        return Unknown(f"end_of:{one.host}")
    found = container_facts.of(reply)
    if isinstance(found, Unknown) or found.containers is None or CONTAINER not in found.containers:
        return Unknown(f"end_of:{one.host}")
    started_s = found.containers[CONTAINER].started_s
    vain_s = _vain_since_s(one, reply, started_s)
    if one.stopped:
        ended_s = found.containers[CONTAINER].finished_s
        if ended_s is None:
            return Unknown(f"end_of:{one.host}")
        return ended_s if vain_s is None else min(ended_s, vain_s)
    if one.searching is True and vain_s is not None:
        return vain_s
    if started_s is None or started_s > sampled_s:
        return Unknown(f"restarted_since:{one.host}")
    return sampled_s


def _vain_since_s(one: Member, reply: HostReply, started_s: float | None) -> float | None:
    """Return since when `one` has only been started in vain, in seconds since 1970: without a Primary component it
    commits nothing. None where its log does not tell of the last start of its container."""
    found = one.files.lives if isinstance(one.files, Files) else ()
    if isinstance(found, Unknown) or started_s is None or reply.host_clock_s is None:
        return None
    since_s = primary_views.looks_for_s(found)
    if since_s is None or not primary_views.tells_of(found, reply.host_clock_s - started_s):
        return None
    return reply.host_clock_s - since_s
