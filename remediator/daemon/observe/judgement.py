"""What a reply gives: signs, and the results of its host and of its groups. Who pays when a reply cannot be judged: its
host alone.

Nothing durable is touched here, so a judgement can be made again with a reply that says nothing in the place of one
that raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from remediator.collect import judge
from remediator.collect.facts import FactsOfHosts
from remediator.daemon.observe import marks
from remediator.daemon.state import asides
from remediator.daemon.state.samples import GroupJudged
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckResult, CheckSpec, Scope
from remediator.model.messages.replies import HostReply, Reach, Section
from remediator.model.messages.signs import Sign
from remediator.model.values import Unknown

MOST_BLAMED = 64
"""Hosts of a group that are tried, one after the other, when it cannot be judged."""
GROUP_PATIENCE = 3.0
"""A group is judged without a member's fresh reply once this many intervals have passed since it was judged last."""


class Unjudgeable(Exception):
    """What `host` answered cannot be judged. `reach`: what it counts as from now on."""

    def __init__(self, host: str, why: str, reach: Reach = Reach.GARBLED) -> None:
        self.host = host
        self.why = why
        self.reach = reach
        super().__init__(f"{host}: {why}")


def unreadable(reply: HostReply, why: str, reach: Reach = Reach.GARBLED) -> HostReply:
    """Return what counts in place of a reply that cannot be judged: every section is UNKNOWN, with one sentence why."""
    return HostReply(
        host=reply.host,
        asked_at=reply.asked_at,
        received_at=reply.received_at,
        reach=reach,
        reason=f"its reply cannot be judged: {why}",
        sections={name: Section(data=Unknown(f"host_{reach.value}")) for name in reply.sections},
        forced=reply.forced,
    )


@dataclass(kw_only=True)
class Judged:
    """What one reply gives, made before anything durable is touched."""

    signs: tuple[Sign, ...] = ()
    results: list[CheckResult] = field(default_factory=list)
    groups: list[CheckSpec] = field(default_factory=list)
    """The checks of whole groups that were judged anew."""
    marks: dict[str, Any] = field(default_factory=dict)


def judged(turn: Turn, reply: HostReply) -> Judged:
    """Take `reply` into the facts and judge it; a reply that cannot be judged is replaced in the facts by one that says
    so.

    Raise what it raises when that does not help either.
    """
    world = turn.world
    for _ in range(MOST_BLAMED):
        before = world.samples.facts.kept(reply.host)
        try:
            world.samples.facts.take(reply)
            return _judge_all(turn, reply)
        except Unjudgeable as blamed:
            if blamed.host == reply.host:
                world.samples.facts.put_back(reply.host, before)
                reply = _unreadable(turn, reply, blamed)
            elif (other := world.samples.facts.reply(blamed.host)) is not None:
                world.samples.facts.take(_unreadable(turn, other, blamed))
        except Exception as error:
            if poison.blames_the_store(error):
                raise
            world.samples.facts.put_back(reply.host, before)
            reply = _unreadable(turn, reply, Unjudgeable(reply.host, asides.told(error)))
    world.samples.facts.take(reply)
    return _judge_all(turn, reply)


def _unreadable(turn: Turn, reply: HostReply, blamed: Unjudgeable) -> HostReply:
    turn.count("unjudgeable", host=blamed.host)
    turn.say("error", "reply_unjudgeable", host=blamed.host, kind=blamed.reach.value, reason=blamed.why)
    return unreadable(reply, blamed.why, blamed.reach)


def _judge_all(turn: Turn, reply: HostReply) -> Judged:
    """Judge whatever `reply`, which the facts hold, allows to be judged. Raise Unjudgeable, naming the host whose reply
    is to blame."""
    world, judged = turn.world, Judged()
    if reply.reach is Reach.OK:
        judged.signs = world.loaded.integrations.signs(reply)
    for check in world.loaded.checks():
        if check.assess.scope is Scope.HOST and reply.host in world.loaded.check_hosts(check):
            judged.results.extend(_judge_host(turn, check, reply.host))
        elif check.assess.scope is Scope.GROUP and _group_is_fresh(turn, check):
            judged.groups.append(check)
            judged.results.extend(_judge_group(turn, check, judged))
    if (why := world.samples.newcomers.refuse(reply.host, newcomers(turn, reply.host, judged), turn.now)) is not None:
        raise Unjudgeable(reply.host, why, Reach.TOO_LARGE)
    return judged


def newcomers(turn: Turn, host: str, judged: Judged) -> int:
    """Return how many targets on `host` alone were not known before."""
    known = turn.world.samples.results
    return len(
        {
            result.target.text
            for result in judged.results
            if (result.check, result.target.text) not in known and result.target.hosts == (host,)
        }
    )


def _judge_host(turn: Turn, check: CheckSpec, host: str) -> list[CheckResult]:
    try:
        return judge.judge_check(check, marks.evidence(turn.world, check, (host,), turn.now))
    except judge.TooMany as error:
        raise Unjudgeable(host, str(error), Reach.TOO_LARGE) from error
    except Exception as error:
        raise Unjudgeable(host, f"{check.name}: {asides.told(error)}") from error


def _judge_group(turn: Turn, check: CheckSpec, judged: Judged) -> list[CheckResult]:
    """Judge a group. What raises is blamed on the member without whose reply the rest can be judged."""
    world = turn.world
    seen = marks.evidence(world, check, world.loaded.check_hosts(check), turn.now)
    try:
        return _group_results(turn, check, seen, judged)
    except Exception as error:
        why = f"{check.name}: {asides.told(error)}"
        for host in seen.hosts[:MOST_BLAMED]:
            reply = seen.reply(host)
            if reply is not None and _judges(turn, check, seen.with_reply(unreadable(reply, why))):
                raise Unjudgeable(host, why) from error
        raise


def _judges(turn: Turn, check: CheckSpec, seen: FactsOfHosts) -> bool:
    try:
        _group_results(turn, check, seen, Judged())
    except Exception:  # noqa: BLE001 - whatever it is, this member alone is not to blame
        return False
    return True


def _group_results(turn: Turn, check: CheckSpec, seen: FactsOfHosts, judged: Judged) -> list[CheckResult]:
    """Judge a group by `seen`, and note in `judged` what becomes of its mark."""
    mark = marks.folded(turn.world, check, seen)
    if mark is not None:
        judged.marks[check.assess.name] = mark
        seen = marks.with_mark(turn.world, check, seen, mark)
    return judge.judge_check(check, seen)


def _group_is_fresh(turn: Turn, check: CheckSpec) -> bool:
    """Return whether a group can be judged anew: its oldest evidence has moved, or a member keeps us waiting for too
    long."""
    world = turn.world
    replies = [world.samples.facts.reply(host) for host in world.loaded.check_hosts(check)]
    known = [reply.asked_at for reply in replies if reply is not None]
    if not known:
        return False
    oldest = max(known, key=turn.now.at_most_since)
    judged = world.samples.group_judged.get(check.name)
    if judged is None:
        return len(known) == len(replies)
    late = turn.now.since(judged.at) > GROUP_PATIENCE * check.every_s
    return oldest.after(judged.oldest) or late


def note_judged(turn: Turn, check: CheckSpec) -> None:
    hosts = turn.world.loaded.check_hosts(check)
    known = [reply.asked_at for host in hosts if (reply := turn.world.samples.facts.reply(host)) is not None]
    turn.world.samples.group_judged[check.name] = GroupJudged(
        at=turn.now, oldest=max(known, key=turn.now.at_most_since)
    )
