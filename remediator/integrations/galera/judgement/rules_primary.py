"""What is done beside a Primary component, and when stopped members may be started unchanged (GB-10 to GB-17). Pure.

Invariant: nothing here bootstraps. A start is without any option. A start is refused unless it is ruled out that it
overwrites a history of another cluster, or one ahead of the Primary.
"""

from __future__ import annotations

from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.judgement import phrases, rules_bootstrap
from remediator.integrations.galera.judgement import rules_evidence as evidence
from remediator.integrations.galera.judgement.member_state import (
    Seat,
    Seating,
    Standing,
    contradicts,
    in_transfer,
    position,
    quarantined,
)
from remediator.integrations.galera.judgement.outcome import Judgement, Procedure, Refusal, page
from remediator.integrations.galera.judgement.picture import NIL
from remediator.model.values import Unknown

TRIES_AN_HOUR = 2


def decide(case: Seating) -> Judgement:
    """Return what to do where a member is Primary or a Primary answers elsewhere."""
    primaries = case.those(Standing.PRIMARY)
    refusal = one_primary(case, primaries)
    if refusal is not None:
        return page(refusal)
    moving = [seat for seat in case.seats if in_transfer(seat.member) is True]
    if moving:
        why = f"{phrases.hosts(moving)} gives or takes a state transfer and is not touched"
        return Judgement(procedure=Procedure.WAIT, rule="GB-14", why=why)
    stopped = case.those(Standing.STOPPED)
    resting = [seat for seat in stopped if quarantined(seat.member)]
    for seat in resting:
        blocks = evidence.quarantine(seat)
        if blocks is not None:
            return page(Refusal(rule="GB-10", why=blocks))
    for seat in stopped:
        if seat not in resting:
            return _start(case, seat, primaries)
    return _rest(case, resting, primaries) if resting else _none_to_start(case)


def one_primary(case: Seating, primaries: tuple[Seat, ...]) -> Refusal | None:
    """Return why the Primary that seems to exist is none, is not this cluster's, or is not the only one (GB-2, 5, 10,
    11, 12)."""
    if not primaries:
        return Refusal(
            rule="GB-2", why="a Primary answers elsewhere and no member owns up to it: find out who answers there"
        )
    uuids = {seat.member.uuid for seat in primaries}
    if len(uuids) > 1:
        return Refusal(
            rule="GB-5", why=f"{phrases.hosts(primaries)} are Primary in two clusters: a person chooses one history"
        )
    if case.mark is not None and uuids != {case.mark.uuid}:
        known = phrases.said(primaries[0].member.uuid)
        why = f"{primaries[0].host} is Primary with uuid {known} and not {case.mark.uuid}: an empty or foreign history"
        return Refusal(rule="GB-12", why=f"{why}; a person decides which one is ours")
    for seat in case.seats:
        if seat.member.stopped is False and quarantined(seat.member):
            return Refusal(rule="GB-10", why=f"{seat.host} runs and is, or may be, in quarantine: stop it")
    if case.picture.leftover_bootstrap is True:
        return Refusal(rule="GB-11", why=phrases.leftover(True) or "")
    if case.picture.names_nobody is True and len(case.seats) > 1:
        return Refusal(rule="GB-11", why=rules_bootstrap.second_cluster(case) or "")
    return None


def _start(case: Seating, seat: Seat, primaries: tuple[Seat, ...]) -> Judgement:
    """GB-16, and GB-14 after the daemon's own bootstrap: return whether this one member is started beside the
    Primary."""
    refusal = startable(case, seat) or _restless(primaries) or _foreign(seat, primaries) or _overwrites(seat, primaries)
    if refusal is not None:
        return page(refusal)
    if case.picture.last_bootstrap in ("recent", "in_doubt"):
        if case.picture.canaries_good is not True:
            why = f"{seat.host} does not join yet: the row counts are not proven good; look at the data"
            return page(Refusal(rule="GB-13", why=why))
        return _start_one(seat, "GB-14", f"{seat.host} is the next to join the bootstrapped member")
    refusal = _ordinary(case, seat, primaries)
    if refusal is not None:
        return page(refusal)
    return _start_one(seat, "GB-16", f"{seat.host} is down, and {phrases.hosts(primaries)} are a Primary majority")


def _start_one(seat: Seat, rule: str, why: str) -> Judgement:
    return Judgement(procedure=Procedure.START_ONE, candidate=seat.host, rule=rule, why=why)


def startable(case: Seating, seat: Seat) -> Refusal | None:
    """Return why the stopped member may not be started unchanged, beside a Primary or without one; None if it may."""
    why = phrases.deploying(case.picture.deploying) or phrases.trouble(seat)
    if why is not None:
        return Refusal(rule="GB-17", why=why)
    why = phrases.leftover(case.picture.leftover_bootstrap) or rules_bootstrap.second_cluster(case)
    if why is not None:
        return Refusal(rule="GB-11", why=why)
    if isinstance(seat.member.uuid, Unknown):
        why = f"the uuid of {seat.host} is {phrases.said(seat.member.uuid)}: make its grastate.dat readable"
        return Refusal(rule="GB-5", why=why)
    return None


def _restless(primaries: tuple[Seat, ...]) -> Refusal | None:
    """GB-14: return why a Primary member may be a donor or joiner; one that says Synced is neither."""
    for seat in primaries:
        moving = in_transfer(seat.member)
        if isinstance(moving, Unknown):
            why = f"whether {seat.host} is in a state transfer is {phrases.said(moving)}: make it answer"
            return Refusal(rule="GB-14", why=why)
    return None


def _foreign(seat: Seat, primaries: tuple[Seat, ...]) -> Refusal | None:
    """GB-5: return why the member may hold a history that is not the Primary's: a state transfer would overwrite it."""
    uuid, theirs = seat.member.uuid, primaries[0].member.uuid
    if uuid in (NIL, None) or (uuid == theirs and not isinstance(theirs, Unknown)):
        return None
    why = f"{seat.host} is of cluster {phrases.said(uuid)} and the Primary of {phrases.said(theirs)}: a person decides"
    return Refusal(rule="GB-5", why=why)


def _overwrites(seat: Seat, primaries: tuple[Seat, ...]) -> Refusal | None:
    """GB-10, GB-15: return why joining could lose what the member holds, or end in a full disk."""
    member, uuid = seat.member, primaries[0].member.uuid
    top, seqno = _reached_by(primaries), position(member)
    if contradicts(member):
        return Refusal(rule="GB-6", why=contradiction.sentence(seat.host, member.saved, member.seqno))
    if member.uuid == uuid and seqno is not None and top is not None and seqno > top:
        why = f"{seat.host} stands at {seqno}, ahead of the Primary at {top}: compare its data before it joins"
        return Refusal(rule="GB-10", why=why)
    if member.space != "enough":
        why = f"the space on {seat.host} for a state transfer is {phrases.said(member.space)}: make room first"
        return Refusal(rule="GB-15", why=why)
    return None


def _reached_by(primaries: tuple[Seat, ...]) -> int | None:
    """Return the highest position of the Primary, -1 if it is known to have none, None if nobody told."""
    told = [position(seat.member) for seat in primaries if not isinstance(seat.member.seqno, Unknown)]
    return max((-1 if seqno is None else seqno for seqno in told), default=None)


def _ordinary(case: Seating, seat: Seat, primaries: tuple[Seat, ...]) -> Refusal | None:
    """GB-16: the Primary is a quorum of all members, and the member was started less than twice in the hour."""
    if len(primaries) < case.quorum and len(case.seats) == 2:
        why = (
            f"{phrases.hosts(primaries)} is Primary, and one of two is no majority: compare what both "
            f"hold, then start {seat.host} by "
            "hand (systemctl start kolla-mariadb-container.service)"
        )
        return Refusal(rule="GB-16", why=why)
    if len(primaries) < case.quorum:
        why = (
            f"{phrases.hosts(primaries)} are fewer than {case.quorum} of {len(case.seats)}: bring the others back first"
        )
        return Refusal(rule="GB-16", why=why)
    tries = case.picture.tries_last_hour
    if isinstance(tries, Unknown) or tries >= TRIES_AN_HOUR:
        why = f"{seat.host} was started {phrases.said(tries)} times in the last hour: find out why it does not stay up"
        return Refusal(rule="GB-16", why=why)
    return None


def _rest(case: Seating, resting: list[Seat], primaries: tuple[Seat, ...]) -> Judgement:
    """GB-10: return that those in quarantine stay down, or a page if more is wrong with one of them."""
    for seat in resting:
        refusal = startable(case, seat) or _foreign(seat, primaries)
        if refusal is not None:
            return page(refusal)
    why = f"{phrases.hosts(resting)} is in quarantine and stays down: remove its grastate.dat, then it may join"
    return Judgement(procedure=Procedure.NOTHING, rule="GB-10", why=why)


def _none_to_start(case: Seating) -> Judgement:
    if case.only(Standing.PRIMARY, Standing.OFF):
        why = "all members are Primary, except those that are powered off"
        return Judgement(procedure=Procedure.NOTHING, rule="GB-2", why=why)
    if case.only(Standing.PRIMARY, Standing.OFF, Standing.LIVE):
        why = f"{phrases.hosts(case.those(Standing.LIVE))} merges when it sees the others again"
        return Judgement(procedure=Procedure.WAIT, rule="GB-2", why=why)
    unproven = phrases.hosts(case.those(Standing.UNPROVEN))
    return page(Refusal(rule="GB-2", why=f"beside the Primary it is not known how {unproven} stands: make it answer"))


def start_members(case: Seating, rule: str) -> Judgement:
    """GB-1, GB-3: return the start of every stopped member unchanged, if each may be and none failed before."""
    stopped = case.those(Standing.STOPPED)
    for seat in stopped:
        refusal = startable(case, seat)
        if refusal is not None:
            return page(refusal)
        if quarantined(seat.member):
            why = evidence.quarantine(seat) or f"{seat.host} is in quarantine: remove its grastate.dat before it starts"
            return page(Refusal(rule="GB-10", why=why))
        failed = case.picture.failed_last_hour
        failed = case.picture.tries_last_hour if failed is None else failed
        if seat.member.unit == "failed" and failed != 0:
            times = "once" if failed == 1 else f"{phrases.said(failed)} times"
            why = f"{seat.host} was started {times} in the last hour and did not stay up: find out why"
            return page(Refusal(rule=rule, why=why))
    return Judgement(
        procedure=Procedure.START_MEMBERS,
        joiners=tuple(seat.host for seat in stopped),
        rule=rule,
        why=f"{phrases.hosts(stopped)} started without options loses nothing and lets the component form again",
    )
