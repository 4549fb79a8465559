"""The judgement of Galera recovery, by the rules GB-1 to GB-19: from a picture to the one thing to do. Pure.

Invariant: `decide` returns a bootstrap only if every rule of `rules_bootstrap.RULES` has nothing against it, and then
names the candidate of GB-7. `alone` is true only if no rule of `PERSON` asks for a person. Turning any fact of a
picture to UNKNOWN never turns a page or a wait into a bootstrap. `outlook` differs from `decide` in one thing: it may
return a bootstrap without a candidate. It does so where everything allows a bootstrap but the steps before it: to hold,
to stop, to read positions. Members that look for a Primary component over and over (`primary_views.py`) have to be held
first. Members that run outside of a component, by their answer or as stranded members by their log, have to be stopped
first. GB-3 knows all live and all stopped, and nothing between. In a group of one the plain start stands in the
bootstrap's place (`rules_lone.py`). Where the inventory names a machine twice nothing is done. docs/galera-decision.md
has the rules in one table.
"""

from __future__ import annotations

import dataclasses

from remediator.integrations.galera.judgement import phrases, rules_bootstrap, rules_evidence, rules_lone, rules_primary
from remediator.integrations.galera.judgement.member_state import (
    Seat,
    Seating,
    Standing,
    history,
    in_transfer,
    quarantined,
    seating,
    standing,
)
from remediator.integrations.galera.judgement.outcome import BOOTSTRAPS, Judgement, Procedure, Refusal, page
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.content.consent import Reason
from remediator.model.values import Unknown

__all__ = ["BOOTSTRAPS", "Judgement", "Procedure", "decide", "outlook"]

IDLE = (Procedure.WAIT, Procedure.PAGE, Procedure.NOTHING)
ALONE = "positions from all members, and nothing lost below the high-water mark"


def decide(picture: ClusterPicture) -> Judgement:
    """Return the one thing to do in `picture`. A bootstrap carries its candidate; everything else says why not."""
    found = seating(picture)
    outsider = next((seat.host for seat in found.seats if _provider_off(seat)), None)
    if outsider is not None:
        return page(Refusal(rule="GB-17", why=f"{outsider} {phrases.PROVIDER_OFF}"))
    if picture.primary_elsewhere is True or found.those(Standing.PRIMARY):
        decision = rules_primary.decide(found)
    else:
        decision = _without_primary(found)
    if picture.named_twice and decision.procedure not in IDLE:
        return page(Refusal(rule="GB-9", why="; ".join(picture.named_twice)))
    return decision


def outlook(picture: ClusterPicture) -> Judgement:
    """Return what `decide` would say once the positions of the stopped members have been read.

    A BOOTSTRAP without candidate means: hold all members, and let those that look for a Primary component end by
    themselves. Then stop members that run outside of a component, read the positions, and decide. Where more than that
    is against a bootstrap, the page names it. `outlook` never returns a bootstrap that `decide` refuses for another
    reason; otherwise both say the same.
    """
    now = decide(picture)
    if now.procedure is not Procedure.PAGE:
        return now
    held = _suppose_inhibited(picture) if len(picture.members) > 1 else picture
    supposed = _suppose_read(held)
    then = now if supposed == picture else decide(supposed)
    restless = ", ".join(member.host for member in picture.members if _restless(member))
    stranded = ", ".join(member.host for member in picture.members if member.stranded is True)
    if stranded and _fresh(picture.minutes_whole) and all(map(_outside, picture.members)):
        mixed = decide(_suppose_answered(picture))
        if mixed.procedure is Procedure.START_MEMBERS or any(map(_at_rest, picture.members)):
            return mixed
        why = f"{stranded} began to join and lost the Primary component: what may come of that is given ten minutes"
        return Judgement(procedure=Procedure.WAIT, rule="GB-3", why=why)
    if then.procedure is Procedure.PAGE:
        never_seen = then.rule == "GB-4" and picture.mark is None
        return page(Refusal(rule="GB-5", why=rules_evidence.NO_MARK)) if never_seen else then
    if then.procedure is Procedure.START_ONE and len(picture.members) == 1:
        why = f"nothing but its position is missing: read that of {then.candidate}, the only member, then start it"
        return dataclasses.replace(then, rule="GB-4", why=why)
    if then.procedure is Procedure.BOOTSTRAP:
        living = tuple(member.host for member in picture.members if _lives_outside(member, picture))
        return _proposed(then, restless, living, ", ".join(_unread(held)))
    if then.procedure is Procedure.START_MEMBERS and restless:
        why = f"{restless} was started and looks for a Primary component: what may come of that is given ten minutes"
        return Judgement(procedure=Procedure.WAIT, rule="GB-3", why=why)
    return now


def _proposed(then: Judgement, restless: str, living: tuple[str, ...], unread: str) -> Judgement:
    """Return the bootstrap that may follow, with what has to be done before it can be decided."""
    hold = f"hold {restless}, looking for a Primary component in vain; " if restless else ""
    names = ", ".join(living)
    stop = f"{phrases.stopping(names)}; " if living else ""
    asks = [f"{names} must be stopped"] if living else []
    stopping = frozenset(Reason(rule="GB-4", facts=(f"stopped:{host}",)) for host in living)
    if asks and not then.alone:
        asks.append(then.alone_why)
    return dataclasses.replace(
        then,
        candidate=None,
        joiners=(),
        rule="GB-4",
        why=f"nothing but positions is missing: {hold}{stop}read those of {unread}, then decide",
        possibly_lost=None,
        alone=then.alone and not asks,
        alone_why="; ".join(asks) or then.alone_why,
        because=then.because | stopping,
        position=None,
        stops=living,
    )


def _without_primary(found: Seating) -> Judgement:
    """No member says Primary: prove it, wait, start unchanged; only then bootstrap, if no rule forbids it."""
    refusal = _two_histories(found)
    if refusal is not None:
        return page(refusal)
    if len(found.seats) == 1:
        return rules_lone.decide(found)
    moving = [seat for seat in found.seats if in_transfer(seat.member) is True]
    if moving:
        why = f"{phrases.hosts(moving)} is in a state transfer and is not touched"
        return Judgement(procedure=Procedure.WAIT, rule="GB-14", why=why)
    returning = rules_bootstrap.may_return(found)
    if returning and _coming_up(found):
        why = "members are coming up and may form their last view by themselves"
        return Judgement(procedure=Procedure.WAIT, rule="GB-1", why=why)
    why_not = rules_bootstrap.gb_2(found)
    if why_not is not None:
        return page(Refusal(rule="GB-2", why=why_not))
    live, stopped = found.those(Standing.LIVE), found.those(Standing.STOPPED)
    if returning and not stopped:
        why = f"{phrases.hosts(live)} may form their last view by themselves"
        return Judgement(procedure=Procedure.WAIT, rule="GB-1", why=why)
    at_rest = [seat for seat in stopped if seat.member.searching is not True]
    if (returning and stopped) or (live and at_rest and _fresh(found.picture.minutes_whole)):
        return rules_primary.start_members(found, "GB-1" if returning else "GB-3")
    refusal = rules_bootstrap.refuse(found)
    return page(refusal) if refusal is not None else _bootstrap(found)


def _two_histories(found: Seating) -> Refusal | None:
    """GB-5: return the refusal when the members hold two histories, or one that is not the recorded one."""
    held = {uuid: seat.host for seat in reversed(found.present) if (uuid := history(seat.member)) is not None}
    ours = set() if found.mark is None else {found.mark.uuid}
    if len(held.keys() | (ours if held else set())) <= 1:
        return None
    told = ", ".join(f"{host} holds {uuid}" for uuid, host in sorted(held.items()))
    recorded = f", recorded is {found.mark.uuid}" if found.mark is not None else ""
    return Refusal(rule="GB-5", why=f"{told}{recorded}: a person decides which history is ours")


def _provider_off(seat: Seat) -> bool:
    """It runs with its provider off."""
    return seat.member.trouble == "provider_off" and seat.member.stopped is False


def _coming_up(found: Seating) -> bool:
    """All that are not powered off were reached, and one of them is being started again by systemd, or looks for the
    others."""
    reached = all(seat.member.reached for seat in found.present)
    return reached and any(seat.member.unit == "restarting" or seat.member.searching is True for seat in found.present)


def _fresh(minutes: float | Unknown) -> bool:
    return not isinstance(minutes, Unknown) and minutes < rules_bootstrap.GRACE_MINUTES


def _bootstrap(found: Seating) -> Judgement:
    """GB-7: return the bootstrap that no rule refused, with its candidate, who joins, and who stays out."""
    chosen = rules_evidence.candidate(found)
    if chosen is None or found.top is None:
        raise AssertionError("GB-6 refuses where no member has a position")
    asks = rules_bootstrap.asks(found)
    live = found.only(Standing.LIVE)
    why = f"{chosen.host} holds the highest position, {found.top}"
    if found.at_risk:
        why = f"{why}; {found.at_risk} transactions are possibly lost"
    return Judgement(
        procedure=Procedure.PC_BOOTSTRAP if live else Procedure.BOOTSTRAP,
        candidate=chosen.host,
        joiners=tuple(seat.host for seat in found.seats if seat is not chosen and not _stays_out(seat)),
        absent=tuple(seat.host for seat in found.seats if _stays_out(seat)),
        rule="GB-3" if live else "GB-7",
        why=why,
        alone=not asks.concerns,
        alone_why=asks.text or ALONE,
        because=asks.because,
        position=found.top,
        possibly_lost=found.at_risk,
    )


def _stays_out(seat: Seat) -> bool:
    return seat.standing is Standing.OFF or quarantined(seat.member)


def _restless(member: MemberPicture) -> bool:
    """It looks for a Primary component, over and over: held, it ends by itself, and is not started again."""
    return member.searching is True and member.unit in ("active", "restarting")


def _lives_outside(member: MemberPicture, picture: ClusterPicture) -> bool:
    """It runs in its own unit, says itself that it is in no Primary component, or by its own log has lost it while it
    joined, is in no state transfer, and for ten minutes since all were reachable and started unchanged nothing has come
    of that (GB-1, GB-3)."""
    long = not isinstance(picture.minutes_whole, Unknown) and picture.minutes_whole >= rules_bootstrap.GRACE_MINUTES
    lives = standing(member) is Standing.LIVE or _stranded(member)
    return long and lives and member.unit == "active" and in_transfer(member) is False


def _suppose_answered(picture: ClusterPicture) -> ClusterPicture:
    """Return `picture` as if each member that runs outside had said itself what its log says: beside it stopped ones
    are started unchanged (GB-3), which takes nothing from anybody. Nothing else is ever done by it."""
    return dataclasses.replace(picture, members=tuple(map(_answered, picture.members)))


def _answered(member: MemberPicture) -> MemberPicture:
    if not _stranded(member) and not (_restless(member) and member.stopped is False):
        return member
    return dataclasses.replace(member, port="answered", cluster_status="non-Primary", local_state="Initialized")


def _outside(member: MemberPicture) -> bool:
    """It is proven to be outside of a Primary component, or its own log says so."""
    return standing(member) in rules_bootstrap.PROVEN or _stranded(member) or _restless(member)


def _at_rest(member: MemberPicture) -> bool:
    """The member is stopped, and neither systemd nor a run of the daemon has it: nobody counts its minutes."""
    return standing(member) is Standing.STOPPED and not _restless(member) and member.unit != "masked"


def _stranded(member: MemberPicture) -> bool:
    """It was reached, runs, refuses SQL, and by its own log began to join and lost the Primary component."""
    return member.reached and member.stopped is False and member.port == "refused" and member.stranded is True


def _suppose_inhibited(picture: ClusterPicture) -> ClusterPicture:
    """Return `picture` as if each member that looks for a Primary component had been held and had ended, and each that
    answers from outside of one had been stopped."""
    return dataclasses.replace(picture, members=tuple(_inhibited(one, picture) for one in picture.members))


def _inhibited(member: MemberPicture, picture: ClusterPicture) -> MemberPicture:
    if not _restless(member) and not _lives_outside(member, picture):
        return member
    ended = dataclasses.replace(
        member,
        stopped=True,
        port="refused",
        cluster_status=None,
        local_state=None,
        unit="masked",
        searching=False,
        stranded=False,
    )
    unread = Unknown("not_read")
    return ended if _restless(member) else dataclasses.replace(ended, seqno=unread, xa=unread, position_read=False)


def _pending(member: MemberPicture) -> bool:
    return standing(member) is Standing.STOPPED and not member.position_read


def _unread(picture: ClusterPicture) -> list[str]:
    return [member.host for member in picture.members if _pending(member)]


def _suppose_read(picture: ClusterPicture) -> ClusterPicture:
    """Return `picture` as if each unread position of a stopped member had come out as well as it can.

    As well as it can: of the recorded uuid, where its grastate.dat claims to be; without a claim at the flagged
    member's position if that is known, else at the mark or the highest known or claimed one; without prepared
    transactions, unless they are known; in quarantine behind its point.
    """
    mark = picture.mark
    if not isinstance(mark, HighWaterMark) or not _unread(picture):
        return picture
    told = seating(dataclasses.replace(picture, members=tuple(map(_forget, picture.members))))
    flagged = [seat.member for seat in told.seats if seat.witness and seat.member.safe_to_bootstrap is True]
    claimed = [one.saved for one in picture.members if _pending(one) and isinstance(one.saved, int)]
    best = flagged[0].seqno if flagged else max(told.top or 0, mark.seqno or 0, *claimed)
    members = tuple(_as_read(member, mark.uuid, best) if _pending(member) else member for member in picture.members)
    return dataclasses.replace(picture, members=members)


def _forget(member: MemberPicture) -> MemberPicture:
    return dataclasses.replace(member, seqno=Unknown("not_read")) if _pending(member) else member


def _as_read(member: MemberPicture, uuid: str, seqno: int | Unknown | None) -> MemberPicture:
    if isinstance(member.quarantine, int):
        seqno = member.quarantine - 1
    elif isinstance(member.saved, int):
        seqno = member.saved
    return dataclasses.replace(
        member,
        uuid=member.uuid if isinstance(member.uuid, str) and member.uuid != NIL else uuid,
        seqno=seqno,
        position_read=True,
        xa=False if isinstance(member.xa, Unknown) else member.xa,
    )
