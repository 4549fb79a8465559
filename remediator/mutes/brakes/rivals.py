"""The brake for another remediator: it is on once one was seen to act here, until a person says that it acts no
more."""

from __future__ import annotations

from remediator.model.people import ENGINE
from remediator.model.records.holds import Rival
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import Instant, rfc3339
from remediator.mutes import entries
from remediator.mutes.transition import ForgetClaims, Page, RenameStore, Transition


def seen(standing: Rival, why: str, subject: str, now: Instant) -> Transition:
    """Return what follows when another one was seen by what `why` says, while a claim for `subject` was laid.

    A brake that is on already stays as it is, and people are told once.
    """
    if standing.open is not None:
        return Transition()
    since = rfc3339(now.wall)
    page = Page(
        key=PageKey(PageKind.RIVAL, parts=(since,)),
        subject="Another remediator acts on this cloud: this one does nothing above R0",
        text=f"{why}\nTwo must not act on one cloud. Find out which of the two is to stay, end the other "
        f"one, and say to the one that stays:\n"
        "remediator brakes close rival --reason R",
    )
    return Transition(
        kept=(Rival(open=f"since {since}: {why}", closed_at=standing.closed_at),),
        entries=(entries.RivalSeen(why=why, subject=subject, actor=ENGINE),),
        wishes=(page,),
    )


def closed(standing: Rival, actor: str, reason: str, now: Instant) -> Transition:
    """Return what follows when a person says that the other daemon acts no more: its claims so far stand in nobody's
    way.

    The store gets another id by that. If the other daemon had a copy of this store, no mark of the copy is ever taken
    for a mark of this one.
    """
    said = entries.BrakeClosed(brake="rival", was=standing.open, reason=reason, actor=actor)
    return Transition(
        kept=(Rival(open=None, closed_at=now),), entries=(said,), wishes=(ForgetClaims(), RenameStore(actor=actor))
    )
