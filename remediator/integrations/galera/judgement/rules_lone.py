"""What is done in a group of one, whose only member is in no Primary component (GB-1 to GB-18 where there is nobody
else). Pure.

kolla gives a group of one an empty list of members (``gcomm://``). Such a member makes itself a Primary component at
each plain start: that start is its bootstrap, and there is no other. Galera refuses the start where safe_to_bootstrap
is 0, and a member that was alone in its component has written 1. A member whose list names itself waits for itself,
unless its saved view brings it back (pc.recovery).

Invariant: the member is started only when its position was read in this run, is of the recorded uuid and not below the
high-water mark. Nothing may say that others were members too. So nothing is started from an empty, a replaced or an
older data directory. Nothing is bootstrapped with an option. Where a start is refused the sentence says what a lone
member needs.
"""

from __future__ import annotations

from collections.abc import Callable

from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.judgement import phrases, rules_bootstrap
from remediator.integrations.galera.judgement import rules_evidence as evidence
from remediator.integrations.galera.judgement.member_state import (
    Seating,
    Standing,
    contradicts,
    in_transfer,
    position,
    quarantined,
)
from remediator.integrations.galera.judgement.outcome import Judgement, Procedure, Refusal, page
from remediator.integrations.galera.judgement.picture import MemberPicture
from remediator.model.values import Unknown

TRIES_AN_HOUR = 2
BY_KOLLA = "kolla-ansible reconfigure --tags mariadb"
BY_HAND = "systemctl start kolla-mariadb-container.service"


def decide(case: Seating) -> Judgement:
    """Return what to do with the only member, which says nothing of a Primary component."""
    (seat,) = case.seats
    host, member = seat.host, seat.member
    if in_transfer(member) is True:
        return _wait("GB-14", f"{host} is in a state transfer and is not touched")
    if member.reached and member.unit == "restarting" and seat.standing is not Standing.LIVE:
        return _wait("GB-1", f"systemd starts {host}, the only member, again by itself")
    why_not = rules_bootstrap.gb_2(case)
    if why_not is not None:
        looks = member.searching is True
        return page(Refusal(rule="GB-2", why=_looks_for_others(host) if looks else why_not))
    if seat.standing is Standing.LIVE:
        return _live(case, host)
    if seat.standing is not Standing.STOPPED:
        return page(Refusal(rule="GB-9", why=f"{host} is the only member and is powered off: power it on"))
    for rule, judge in RULES:
        why = judge(case, host, member)
        if why is not None:
            return page(Refusal(rule=rule, why=why))
    why = f"{host} is the only member, and its plain start makes it Primary again at {position(member)}"
    return Judgement(procedure=Procedure.START_ONE, candidate=host, rule="GB-16", why=why)


def _wait(rule: str, why: str) -> Judgement:
    return Judgement(procedure=Procedure.WAIT, rule=rule, why=why)


def _looks_for_others(host: str) -> str:
    return (
        f"{host} is the only member and looks for others, so its wsrep_cluster_address names somebody: run "
        f"{BY_KOLLA}, which empties it"
    )


def _live(case: Seating, host: str) -> Judgement:
    """GB-1, GB-3: one that runs outside of a component is given its time, then made Primary as it runs, after a
    person's yes."""
    if rules_bootstrap.may_return(case):
        return _wait("GB-1", f"{host}, the only member, may form its last view by itself")
    refusal = rules_bootstrap.refuse(case)
    if refusal is not None:
        return page(refusal)
    asks = rules_bootstrap.asks(case)
    return Judgement(
        procedure=Procedure.PC_BOOTSTRAP,
        candidate=host,
        rule="GB-3",
        why=f"{host} is the only member, at {case.top}",
        alone_why=asks.text,
        because=asks.because,
        position=case.top,
        possibly_lost=case.at_risk,
    )


def _gb_17(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    return rules_bootstrap.gb_17(case)


def _gb_12(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    if isinstance(case.picture.last_bootstrap, Unknown):
        return (
            f"whether an earlier bootstrap is in doubt is {phrases.said(case.picture.last_bootstrap)}: look "
            f"at the journal"
        )
    return rules_bootstrap.gb_12(case)


def _gb_13(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    return rules_bootstrap.gb_13(case)


def _gb_14(_case: Seating, host: str, member: MemberPicture) -> str | None:
    if not isinstance(member.sst, Unknown):
        return None
    return f"a state transfer on {host} is {phrases.said(member.sst)}: make its data directory readable"


def _gb_4(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    (seat,) = case.seats
    if contradicts(seat.member):
        return contradiction.sentence(seat.host, seat.member.saved, seat.member.seqno)
    return evidence.gb_4(case)


def _gb_5(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    return evidence.gb_5(case)


def _gb_10(_case: Seating, host: str, member: MemberPicture) -> str | None:
    return f"{host} is, or may be, in quarantine: a person decides about its data" if quarantined(member) else None


def _gb_6(case: Seating, _host: str, _member: MemberPicture) -> str | None:
    return evidence.gb_6(case)


def _gb_8(case: Seating, host: str, _member: MemberPicture) -> str | None:
    """GB-8: there is no other copy, so what is missing can only come out of a backup; new commits would be written on
    top of the gap."""
    if not case.lost:
        return evidence.gb_8(case)
    return (
        f"{host} is the only member and stands at {case.top}, {case.lost} transactions below the high-water mark: "
        f"restore a backup, or accept that loss and start it by hand ({BY_HAND})"
    )


def _gb_9(case: Seating, host: str, _member: MemberPicture) -> str | None:
    """GB-9: nobody else is, or was, a member."""
    return evidence.listed(case) or evidence.left(case, host) or _unread_list(case, host)


def _unread_list(case: Seating, host: str) -> str | None:
    if not isinstance(case.picture.names_nobody, Unknown):
        return None
    return (
        f"the wsrep_cluster_address of {host} is {phrases.said(case.picture.names_nobody)}: make its "
        f"galera.cnf readable"
    )


def _gb_7(case: Seating, host: str, member: MemberPicture) -> str | None:
    """GB-7: an empty list of members is refused by Galera itself where the flag is off."""
    if case.picture.names_nobody is not True or member.safe_to_bootstrap is True:
        return None
    return (
        f"safe_to_bootstrap of {host}, the only member, is {_flag(member)}, so that Galera does not "
        f"start it: if nobody holds newer "
        f"data, set it to 1 in its grastate.dat and start it by hand ({BY_HAND})"
    )


def _flag(member: MemberPicture) -> str:
    flag = member.safe_to_bootstrap
    return phrases.said(flag) if isinstance(flag, Unknown) else "0" if flag is False else "not there"


def _gb_1(case: Seating, host: str, member: MemberPicture) -> str | None:
    """GB-1: a list that names the member itself brings it back only from its saved view."""
    if case.picture.names_nobody is not False or (member.view == "all" and case.picture.pc_recovery is True):
        return None
    return (
        f"the wsrep_cluster_address of {host}, the only member, names itself, and no saved view is "
        f"known to bring it back: its start "
        f"would wait for itself; run {BY_KOLLA}, which empties the list"
    )


def _gb_11(case: Seating, host: str, member: MemberPicture) -> str | None:
    refusal = phrases.leftover(case.picture.leftover_bootstrap)
    if refusal is not None:
        return refusal
    if member.unit in ("inactive", "failed"):
        return None
    return f"the unit of {host} is {phrases.said(member.unit)}, and only one at rest is started: find out what keeps it"


def _gb_15(_case: Seating, host: str, member: MemberPicture) -> str | None:
    if not isinstance(member.space, Unknown):
        return None
    return f"the free space of {host} is {phrases.said(member.space)}: look at its disk"


def _gb_16(case: Seating, host: str, _member: MemberPicture) -> str | None:
    tries = case.picture.tries_last_hour
    if not isinstance(tries, Unknown) and tries < TRIES_AN_HOUR:
        return None
    return f"{host} was started {phrases.said(tries)} times in the last hour: find out why it does not stay up"


RULES: tuple[tuple[str, Callable[[Seating, str, MemberPicture], str | None]], ...] = (
    ("GB-17", _gb_17),
    ("GB-12", _gb_12),
    ("GB-13", _gb_13),
    ("GB-14", _gb_14),
    ("GB-4", _gb_4),
    ("GB-5", _gb_5),
    ("GB-10", _gb_10),
    ("GB-6", _gb_6),
    ("GB-8", _gb_8),
    ("GB-9", _gb_9),
    ("GB-7", _gb_7),
    ("GB-1", _gb_1),
    ("GB-11", _gb_11),
    ("GB-15", _gb_15),
    ("GB-16", _gb_16),
)
"""What refuses the start of the only member, in the order in which it is told."""
