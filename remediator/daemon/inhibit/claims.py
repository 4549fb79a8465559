"""Lays the claim before a step that changes something, keeps the answers of the hosts, and closes the brake when
another daemon is seen.

Invariants. Commands leave only on a claim that was answered, names every host that they act on, and began less than 30
s before. Another daemon is stored in the turn in which it was seen. From then on the guard `competing` refuses
everything above R0, until a person decides. A claim does not last: after a restart it is laid anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remediator.daemon.observe import groups
from remediator.daemon.state.wire import Claimed, LayClaim
from remediator.daemon.state.world import World
from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Risk
from remediator.model.content.plans import Plan, PlannedStep
from remediator.mutes.brakes import rivals
from remediator.runs import claims
from remediator.runs.claims import Claim, Known
from remediator.store.stored import meta

RIVAL = meta.RIVAL.name
"""The name of the brake for another remediator."""
AGAIN_S = 10.0
"""A claim that was not answered by enough hosts is laid again so long after it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanting:
    """Why a step may not begin yet. `first`: its claim is under way, and nothing speaks against it so far."""

    reason: str
    first: bool


def needs(step: PlannedStep) -> bool:
    """Return whether `step` changes something."""
    return bool(step.commands) and step.risk is not Risk.R0


def granted(turn: Turn, subject: str, plan: Plan, steps: Iterable[PlannedStep]) -> Claim | Wanting:
    """Return the claim that the `steps` of `subject` (a run, or a debt) may rest on, or why there is none. The claim is
    laid here."""
    world = turn.world
    if not world.health.identity.store:
        return Wanting(reason="whose store this is, is not known: nothing is claimed, and nothing done", first=False)
    must = frozenset(command.host for step in steps for command in step.commands)
    known = world.waits.claims.get(subject)
    if known is None or not must <= known.must:
        _lay(turn, subject, plan, must, "")
        return Wanting(reason=f"waits for its claim on {', '.join(sorted(must))}", first=True)
    age_s = turn.now.at_most_since(known.began)
    refused = world.waits.unclaimed.get(subject, "")
    if not claims.settled(known, turn.now):
        return Wanting(reason=refused or f"waits for its claim on {', '.join(known.hosts)}", first=not refused)
    why = claims.rival(known, told(world)) or claims.fading(known, told(world)) or claims.missing(known)
    if why is not None:
        world.waits.not_claimed(subject, why)
        if age_s >= AGAIN_S:
            _lay(turn, subject, plan, must, why)
        return Wanting(reason=why, first=False)
    if age_s > claims.FRESH_S:
        _lay(turn, subject, plan, must, refused)
        return Wanting(reason=refused or f"waits for its claim on {', '.join(sorted(must))}", first=not refused)
    return known


def used(turn: Turn, subject: str) -> None:
    """Forget the claim of `subject`: a step began on it, or it has ended."""
    turn.world.waits.claim_over(subject)


def _lay(turn: Turn, subject: str, plan: Plan, must: frozenset[str], refused: str) -> None:
    world = turn.world
    members_of = _groups(world, plan)
    members = frozenset(host for each in members_of.values() for host in each)
    hosts = tuple(
        sorted(host for host in must | frozenset(plan.touches) | members if host in world.loaded.inventory.hosts)
    )
    claim = Claim(
        subject=subject, number=world.waits.next_claim(), began=turn.now, hosts=hosts, must=must, groups=members_of
    )
    world.waits.claimed(claim)
    if refused:
        world.waits.not_claimed(subject, refused)
    turn.effects.extend(
        LayClaim(subject=subject, number=claim.number, command=claims.command(claim, world.health.identity, host))
        for host in hosts
    )


def _groups(world: World, plan: Plan) -> dict[str, frozenset[str]]:
    """Return the failure-domain group that `plan` touches, with every host that is known to be a member of it."""
    name = world.loaded.integrations.domain_of(plan.target)
    members = groups.members(world, name) if name is not None else frozenset()
    return {name: members} if name is not None and members & frozenset(plan.touches) else {}


def told(world: World) -> Known:
    """Return what tells another one from ourselves."""
    return Known(us=world.health.identity, started_at=world.setup.started_at, closed_at=world.durable.rival_closed_at)


def take(turn: Turn, item: Claimed) -> None:
    """Take the answer of one host; whoever else it shows is stored at once."""
    world = turn.world
    claim = world.waits.claims.get(item.subject)
    if claim is None or claim.number != item.number:
        return
    claim = claims.taken(claim, item.host, item.done, item.came_at)
    world.waits.claimed(claim)
    why = claims.rival(claim, told(world))
    if why is not None:
        mutes.apply(turn, rivals.seen(world.durable.rival_brake, why, item.subject, turn.now))


def close(turn: Turn, actor: str, reason: str) -> None:
    """A person says that the other daemon acts no more. If that daemon claims again, it is seen again."""
    mutes.apply(turn, rivals.closed(turn.world.durable.rival_brake, actor, reason, turn.now))
