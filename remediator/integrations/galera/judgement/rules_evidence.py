"""The rules that ask what is known: positions, uuids, flags, the high-water mark, who is missing (GB-4 to GB-10). Pure.

Invariant: a rule returns the sentence with which it refuses, or None; UNKNOWN refuses. `person_gb_n` are what a
person's approval answers; nothing answers the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.judgement import phrases
from remediator.integrations.galera.judgement.member_state import Seat, Seating, Standing, contradicts, position
from remediator.integrations.galera.judgement.outcome import Concern
from remediator.integrations.galera.judgement.picture import NIL, MemberPicture
from remediator.integrations.galera.watermark import staleness
from remediator.model.values import Unknown

NO_MARK = (
    "no cluster uuid is recorded, since no healthy Primary was ever seen: a person compares the uuids "
    "and positions of all members and "
    "brings the cluster back by hand (kolla-ansible mariadb-recovery); its uuid is recorded by itself then"
)


def candidate(case: Seating) -> Seat | None:
    """GB-7: return the witness at the highest position; among equals the flagged one, else the first in order."""
    equals = [seat for seat in case.seats if seat.witness and position(seat.member) == case.top]
    flagged = [seat for seat in equals if seat.member.safe_to_bootstrap is True]
    return next(iter(flagged or equals), None)


def gb_4(case: Seating) -> str | None:
    """GB-4: a position is read from stopped data, in this run, without prepared transactions; all else is UNKNOWN."""
    for seat in case.present:
        member = seat.member
        if member.stopped is not False:
            if not member.position_read:
                return f"the position of {seat.host} was not read in this run: read it"
            if member.xa is not False:
                return (
                    f"{seat.host} has, or may have ({phrases.said(member.xa)}), prepared transactions: "
                    f"a person commits "
                    "or rolls them back, then its position is read again"
                )
        if isinstance(member.seqno, Unknown):
            return f"the position of {seat.host} is {phrases.said(member.seqno)}: read it again"
    return None


def gb_5(case: Seating) -> str | None:
    """GB-5: every position belongs to the one recorded cluster uuid."""
    if case.mark is None:
        return NO_MARK
    for seat in case.present:
        uuid = seat.member.uuid
        if uuid is not None and uuid not in (case.mark.uuid, NIL):
            return (
                f"{seat.host} is of cluster {phrases.said(uuid)} and the recorded one is {case.mark.uuid}: a person "
                "decides which history is ours"
            )
    return None


def gb_6(case: Seating) -> str | None:
    """GB-6: a member without uuid or position is never a candidate; somebody must have both."""
    if any(seat.witness for seat in case.seats):
        return None
    doubtful = next((seat for seat in case.seats if contradicts(seat.member)), None)
    if doubtful is not None:
        return contradiction.sentence(doubtful.host, doubtful.member.saved, doubtful.member.seqno)
    return f"none of {phrases.hosts(case.seats)} holds a history to start from: restore a backup"


def gb_7(case: Seating) -> str | None:
    """GB-7: safe_to_bootstrap is a hint, good only on one member, and that one at the highest position."""
    for seat in case.present:
        if isinstance(seat.member.safe_to_bootstrap, Unknown):
            known = phrases.said(seat.member.safe_to_bootstrap)
            return f"safe_to_bootstrap of {seat.host} is {known}: make its grastate.dat readable"
    flagged = [seat for seat in case.present if seat.member.safe_to_bootstrap is True]
    if len(flagged) > 1:
        return f"{phrases.hosts(flagged)} all have safe_to_bootstrap: 1: a person finds out why, and clears it"
    for seat in flagged:
        if not seat.witness or position(seat.member) != case.top:
            return (
                f"{seat.host} has safe_to_bootstrap: 1 and does not hold the highest position ({case.top}): "
                "a person finds out why, and clears it"
            )
    return None


def gb_8(case: Seating) -> str | None:
    """GB-8: what may be lost is measured against the high-water mark; without one the loss has no size."""
    if case.mark is not None and case.mark.seqno is not None:
        return None
    return "no high-water mark is stored, so nobody knows what may be lost: a person decides"


def gb_9(case: Seating) -> str | None:
    """GB-9: all members have told; of three or more one may be missing, if it is fenced and nothing it saw is lost."""
    picture = case.picture
    unequal = listed(case)
    if unequal is not None:
        return unequal
    missing = [seat for seat in case.seats if seat.missing]
    if not missing:
        return None
    names = phrases.hosts(missing)
    if len(missing) > 1:
        return f"{names} bring no position: with more than one member missing a person decides alone"
    if len(case.seats) == 1:
        return f"{names} is the only member and brings no position: restore a backup"
    if len(case.seats) == 2:
        return f"{names} brings no position: with one of two members missing a person decides alone"
    if picture.arbitrator is not False:
        return f"{names} brings no position, and an arbitrator votes or may: a person decides alone"
    if not _fenced(missing[0]):
        if missing[0].standing is Standing.STOPPED and missing[0].member.sst is True:
            return (
                f"{names} brings no position, its last state transfer was cut midway: empty its data "
                f"directory, and it takes a whole copy"
            )
        return f"{names} brings no position and is not fenced: keep its unit from starting, or power it off by its BMC"
    if case.top is None or case.mark is None or case.mark.seqno is None or case.top < case.mark.seqno:
        return f"{names} brings no position and may hold what the others lack ({case.lost} transactions): bring it back"
    return None


def listed(case: Seating) -> str | None:
    """GB-9: return why wsrep_cluster_address does not name exactly the members; None if it does. That of the only one
    may name nobody."""
    match = case.picture.addresses_match
    if match is True:
        return None
    known = f"({phrases.said(match)})"
    if len(case.seats) == 1:
        return (
            f"wsrep_cluster_address of {case.seats[0].host}, the only member of the inventory, names "
            f"somebody else, or that is not "
            f"known {known}: put them back into the inventory, or run kolla-ansible reconfigure --tags mariadb"
        )
    return (
        f"wsrep_cluster_address names other members than the inventory, or that is not known {known}: make them equal"
    )


def left(case: Seating, host: str) -> str | None:
    """GB-9, of a group of one: return that the mark is, or may be, of a component with others in it. None if it is
    not."""
    if case.picture.arbitrator is False:
        return None
    known = phrases.said(case.picture.arbitrator)
    return (
        f"{host} is the only member of the inventory, and the high-water mark is of a larger component, "
        f"or may be ({known}): those who "
        "left may hold more; bring them back into the inventory, or start it by hand and say "
        "remediator baseline accept group/galera --reason TEXT"
    )


def _fenced(seat: Seat) -> bool:
    if seat.standing is Standing.OFF:
        return True
    return seat.standing is Standing.STOPPED and seat.member.unit == "masked"


def gb_10(case: Seating) -> str | None:
    """GB-10: a member in quarantine is stopped, and behind the point where the cluster went on without it."""
    return next((refusal for seat in case.present if (refusal := quarantine(seat)) is not None), None)


def quarantine(seat: Seat) -> str | None:
    """GB-10, of one member: return why what is known of its quarantine forbids everything; None if it does not."""
    member, point = seat.member, seat.member.quarantine
    if point is None or member.uuid is None:
        return None
    if member.stopped is not True:
        return f"{seat.host} is in quarantine, or may be, and is not proven to be stopped: stop it"
    if isinstance(point, Unknown) or isinstance(member.seqno, Unknown) or _reaches(member, point):
        return (
            f"{seat.host} was left out at {phrases.said(point)} and stands at {phrases.said(member.seqno)}: "
            "compare its data with the others before anything starts"
        )
    return None


def _reaches(member: MemberPicture, point: int) -> bool:
    seqno = position(member)
    return seqno is not None and seqno >= point


def person_gb_9(case: Seating) -> Concern | None:
    """GB-9: with a member missing, of two members, or beside an arbitrator, a person approves. A missing member may
    hold what the others lack, as after a state transfer that left its marker behind: that is in the sentence."""
    missing = [seat for seat in case.seats if seat.missing]
    if missing:
        return _missing(case, missing)
    if len(case.seats) == 1:
        return Concern(why="the only member has nobody to agree with it", facts=("members:1",))
    if len(case.seats) == 2:
        return Concern(why="a cluster of two has no third member to agree", facts=("members:2",))
    if case.picture.arbitrator is not False:
        return Concern(why="an arbitrator votes in this cluster, or may", facts=("arbitrator",))
    return None


def _missing(case: Seating, missing: Sequence[Seat]) -> Concern:
    ahead = [
        f"; the data of {seat.host} goes to {seat.member.seqno}, beyond the highest position that "
        f"counts ({case.top}), and a whole "
        "copy of the others overwrites it"
        for seat in case.ahead
    ]
    contradicting = [seat for seat in missing if contradicts(seat.member)]
    doubtful = [
        f"; {contradiction.sentence(seat.host, seat.member.saved, seat.member.seqno)}" for seat in contradicting
    ]
    return Concern(
        why=f"{phrases.hosts(missing)} brings no position{''.join(doubtful)}{''.join(ahead)}",
        facts=(
            *(f"missing:{seat.host}" for seat in missing),
            *(f"doubtful:{seat.host}:{seat.member.saved}:{seat.member.seqno}" for seat in contradicting),
            *(f"ahead:{seat.host}:{seat.member.seqno}:{case.top}" for seat in case.ahead),
        ),
    )


def person_gb_8(case: Seating) -> Concern | None:
    """GB-8: below the high-water mark a person approves, and is shown how much may be lost. A person approves above the
    mark too where the mark is older than the loss: commits between the two are in no figure."""
    asks = [f"{case.lost} transactions below the high-water mark are possibly lost"] if case.lost else []
    facts = [f"lost:{case.lost}"] if case.lost else []
    unseen_s, at = case.picture.unseen_s, phrases.said(case.picture.mark_at)
    if isinstance(unseen_s, Unknown):
        known = phrases.said(unseen_s)
        asks.append(f"how long members ran after {at}, the newest sample of the high-water mark, is {known}")
        facts.append(f"unseen:{at}:{known}")
    elif unseen_s > staleness.LONGEST_S:
        asks.append(
            f"members ran for more than {staleness.LONGEST_S:.0f} s after {at}, the newest sample of "
            f"the high-water mark"
        )
        facts.append(f"unseen:{at}")
    return Concern(why="; ".join(asks), facts=tuple(facts)) if asks else None


def person_gb_14(case: Seating) -> Concern | None:
    """GB-14: who cannot take a state transfer stays out; a person should know before."""
    short = [seat for seat in case.present if seat.member.space == "short"]
    if not short:
        return None
    why = f"{phrases.hosts(short)} lacks the space for a state transfer and may stay out"
    return Concern(why=why, facts=tuple(f"short:{seat.host}" for seat in short))
