"""The rules that a bootstrap must pass when no member is Primary. Pure; one small function each.

Invariant: a rule returns the sentence with which it refuses, or None; UNKNOWN refuses. No rule trusts that another was
asked before it: all are asked, and a bootstrap needs None from every one. `PERSON` are those that a person's approval
answers; nothing answers the others. Those that ask what is known (GB-4 to GB-10) are in `rules_evidence.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remediator.integrations.galera.judgement import phrases
from remediator.integrations.galera.judgement import rules_evidence as evidence
from remediator.integrations.galera.judgement.member_state import Seating, Standing, in_transfer
from remediator.integrations.galera.judgement.outcome import Concern, Refusal
from remediator.integrations.galera.judgement.picture import MemberPicture
from remediator.model.content.consent import Reason
from remediator.model.values import Unknown

GRACE_MINUTES = 10
PROVEN = (Standing.LIVE, Standing.STOPPED, Standing.OFF)

Rule = Callable[[Seating], str | None]


def may_return(case: Seating) -> bool:
    """GB-1: return whether the members may still form their last Primary component by themselves (pc.recovery).

    One usable view is enough to wait for, and an unread one may be usable. A view of all members is not while one of
    them is powered off. Ten minutes count from when all were reachable and started unchanged.
    """
    picture = case.picture
    minutes = picture.minutes_whole
    if picture.pc_recovery is False or (not isinstance(minutes, Unknown) and minutes >= GRACE_MINUTES):
        return False
    complete = len(case.present) == len(case.seats)
    return any(_usable(seat.member, complete) for seat in case.present)


def _usable(member: MemberPicture, complete: bool) -> bool:
    if isinstance(member.saved, int):
        return False  # it was stopped cleanly since, and a clean stop takes the view away: this one is of another time
    if isinstance(member.view, Unknown) or member.view == "rest":
        return True
    return member.view == "all" and complete


def gb_1(case: Seating) -> str | None:
    """GB-1: wait first; a Primary component that may come back by itself is never forced."""
    if not may_return(case):
        return None
    return f"{phrases.hosts(case.present)} may still form their last view by themselves: wait for pc.recovery"


def gb_2(case: Seating) -> str | None:
    """GB-2: each member is proven outside a Primary component; one that is not proven may be Primary."""
    if case.picture.primary_elsewhere is not False:
        known = phrases.said(case.picture.primary_elsewhere)
        return f"a Primary at :4567 is not ruled out ({known}): find out who answers there"
    unproven = [seat for seat in case.seats if seat.standing not in PROVEN]
    if unproven and all(seat.member.stranded is True for seat in unproven):
        return (
            f"{phrases.hosts(unproven)} began to join and lost the Primary component, which is no proof "
            f"that there is none: stop MariaDB there, "
            "on all of them, and start it again only then; they look for each other, and what follows is proposed"
        )
    for seat in case.seats:
        if seat.standing not in PROVEN:
            return (
                f"{seat.host} is not proven to be outside a Primary component (SQL {seat.member.port}, stopped "
                f"{phrases.said(seat.member.stopped)}): make it answer, stop it, or power it off by its BMC"
            )
    return None


def gb_3(case: Seating) -> str | None:
    """GB-3: there is a procedure for all live below 11.2, and for all stopped; for nothing between. The only member is
    started."""
    running = [seat for seat in case.seats if seat.member.stopped is False]
    if not running:
        lone = len(case.seats) == 1
        return (
            f"{phrases.hosts(case.seats)} is the only member: start its unit, nothing is bootstrapped" if lone else None
        )
    if len(running) < len(case.seats):
        return f"{phrases.hosts(running)} runs while others do not: stop all members, then positions can be read"
    if case.picture.version == "below":
        return None
    if len(case.seats) == 1:
        return (
            f"{phrases.hosts(running)}, the only member, runs outside of a Primary component, and "
            f"MariaDB is not known to be below 11.2 "
            f"({phrases.said(case.picture.version)}), so that it cannot be made Primary as it runs: "
            f"restart its unit by hand"
        )
    return (
        f"all members run, and MariaDB is not known to be below 11.2 ({phrases.said(case.picture.version)}): "
        "pc.bootstrap cannot be set at run time; stop all members, then positions can be read"
    )


def gb_11(case: Seating) -> str | None:
    """GB-11: no bootstrap argument is left anywhere, and no member can start by itself."""
    refusal = phrases.leftover(case.picture.leftover_bootstrap) or second_cluster(case)
    if refusal is not None:
        return refusal
    for seat in case.present:
        unit = seat.member.unit
        if isinstance(unit, Unknown) or unit == "restarting" or (unit == "active" and seat.member.stopped is not False):
            return f"the unit of {seat.host} may start it by itself ({phrases.said(unit)}): stop and mask it"
    return None


def second_cluster(case: Seating) -> str | None:
    """GB-11: return that a member of a group of several would start a cluster of its own, or may; None if it would
    not."""
    nobody = case.picture.names_nobody
    if len(case.seats) == 1 or nobody is False:
        return None
    known = "is" if nobody is True else f"may be ({phrases.said(nobody)})"
    return (
        f"the wsrep_cluster_address of a member {known} empty (gcomm://), with which its start makes a "
        f"second cluster: run "
        "kolla-ansible reconfigure --tags mariadb"
    )


def gb_12(case: Seating) -> str | None:
    """GB-12: at most once; a bootstrap whose end is not known is not followed by another."""
    if case.picture.last_bootstrap != "in_doubt":
        return None
    return "an earlier bootstrap was begun and its end is not known: a person finds out, and resolves that run"


def gb_13(case: Seating) -> str | None:
    """GB-13: after a bootstrap whose canaries are not good nothing follows. Of one that never began there is nothing to
    say."""
    if case.picture.last_bootstrap not in ("recent", "in_doubt") or case.picture.canaries_good is True:
        return None
    return "the row counts after the last bootstrap are not proven good: a person looks at the data"


def gb_14(case: Seating) -> str | None:
    """GB-14: a donor or joiner is not touched, nor is a member that may be one."""
    for seat in case.present:
        moving = in_transfer(seat.member)
        if moving is not False:
            return f"{seat.host} is, or may be ({phrases.said(moving)}), in a state transfer: wait until it has ended"
        if isinstance(seat.member.sst, Unknown):
            return (
                f"a state transfer on {seat.host} is {phrases.said(seat.member.sst)}: make its data directory readable"
            )
    return None


def gb_15(case: Seating) -> str | None:
    """GB-15: a restart costs the gcache, so state transfers follow: the disks are looked at first."""
    for seat in case.present:
        if isinstance(seat.member.space, Unknown):
            return f"the free space of {seat.host} is {phrases.said(seat.member.space)}: look at its disk"
    return None


def gb_16(case: Seating) -> str | None:
    """GB-16: beside a Primary nothing is bootstrapped; a member that is down is started, and nothing more."""
    primaries = case.those(Standing.PRIMARY)
    return f"{phrases.hosts(primaries)} is Primary: start the others beside it" if primaries else None


def gb_17(case: Seating) -> str | None:
    """GB-17: hands off during a deployment, and of corrupt or evicted members, full disks and clocks that differ."""
    refusal = phrases.deploying(case.picture.deploying)
    if refusal is not None:
        return refusal
    return next((found for seat in case.present if (found := phrases.trouble(seat)) is not None), None)


def gb_18(case: Seating) -> str | None:
    """GB-18: one bootstrap of a cluster in 24 hours; an unknown past counts as one."""
    last = case.picture.last_bootstrap
    if isinstance(last, Unknown) or last == "recent":
        known = "was" if last == "recent" else f"may have been ({phrases.said(last)})"
        return f"the cluster {known} bootstrapped in the last 24 hours: find out why it fell again"
    return None


def gb_19(case: Seating) -> str | None:
    """GB-19: kolla's playbook stops nobody when it is given a host, and chooses badly when it is given none."""
    actuator = case.picture.actuator
    if actuator == "own":
        return None
    if actuator == "playbook":
        return "the playbook without the name of a host chooses by itself: give it mariadb_recover_inventory_name"
    chosen = evidence.candidate(case)
    for seat in case.present:
        if seat is not chosen and seat.member.unit != "masked":
            return f"the playbook stops nobody when it is given a host: stop and mask {seat.host} first"
    return None


RULES: tuple[tuple[str, Rule], ...] = (
    ("GB-16", gb_16),
    ("GB-2", gb_2),
    ("GB-17", gb_17),
    ("GB-12", gb_12),
    ("GB-13", gb_13),
    ("GB-18", gb_18),
    ("GB-14", gb_14),
    ("GB-4", evidence.gb_4),
    ("GB-5", evidence.gb_5),
    ("GB-6", evidence.gb_6),
    ("GB-10", evidence.gb_10),
    ("GB-7", evidence.gb_7),
    ("GB-8", evidence.gb_8),
    ("GB-9", evidence.gb_9),
    ("GB-11", gb_11),
    ("GB-15", gb_15),
    ("GB-19", gb_19),
    ("GB-1", gb_1),
    ("GB-3", gb_3),
)
"""In the order in which they are told: what lives, what is broken, what is known, how it would be done."""


PERSON: tuple[tuple[str, Callable[[Seating], Concern | None]], ...] = (
    ("GB-9", evidence.person_gb_9),
    ("GB-8", evidence.person_gb_8),
    ("GB-14", evidence.person_gb_14),
)


def refuse(case: Seating) -> Refusal | None:
    """Return the first rule that forbids every bootstrap, whoever asks for it; None if none does."""
    for rule, judge in RULES:
        why = judge(case)
        if why is not None:
            return Refusal(rule=rule, why=why)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Every rule that asks for a person's approval: a yes is to all of it. Without any the evidence lets a bootstrap
    happen alone."""

    concerns: tuple[tuple[str, Concern], ...]

    @property
    def text(self) -> str:
        return "; ".join(f"{rule}: {concern.why}" for rule, concern in self.concerns)

    @property
    def because(self) -> frozenset[Reason]:
        return frozenset(Reason(rule=rule, facts=concern.facts) for rule, concern in self.concerns)


def asks(case: Seating) -> Asks:
    """Return each rule that asks for a person's approval."""
    return Asks(concerns=tuple((rule, concern) for rule, judge in PERSON if (concern := judge(case)) is not None))
