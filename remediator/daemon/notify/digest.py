"""What piled up while nobody could be told: pages that waited are sent as one, never as a flood.

Invariant: what is taken out of the queue here stands in a digest that waits in its place. At most one digest waits at a
time; a newer digest takes its lines over. A digest leaves no sooner than DIGEST_EVERY_S after the one before. A page
that waited for longer than `limits.max_event_age` is no call to act any more: it is kept as expired, and the digest
says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from remediator.daemon.turn.turn import Turn
from remediator.model import times
from remediator.model.people import ENGINE
from remediator.model.records import pager_keys
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import rfc3339
from remediator.safety.guard import seconds

MOST_WAITING = 20
"""More pages than this, waiting at once, are told as one."""
MOST_LINES = 60
"""Lines of single pages that a digest shows; it counts all of them."""
BATCH = 5000
"""Waiting pages that are folded in one turn; what is left is for the next one."""
DIGEST_EVERY_S = 300.0
URGENT = frozenset({pager_keys.TOLD[PageKind.IN_DOUBT], pager_keys.TOLD[PageKind.HELD]})
"""Kinds whose lines come first and are cut off last."""
DIGEST = pager_keys.all_of(PageKind.DIGEST)
Waiting = tuple[int, str, Mapping[str, Any]]
"""Number, key and body of a queued page."""


def fold(turn: Turn) -> None:
    """Put what waits into one digest: all of it when more than MOST_WAITING wait, else what waited for too long."""
    longest = turn.world.loaded.limits.max_event_age_s
    oldest = _waiting(turn, MOST_WAITING + 1)
    if len(oldest) <= MOST_WAITING and not any(_age_s(turn, body) > longest for _, _, body in oldest):
        return
    pages = _waiting(turn, BATCH)
    late = {n for n, _, body in pages if _age_s(turn, body) > longest}
    folded = pages if len(pages) > MOST_WAITING else [each for each in pages if each[0] in late]
    digests = turn.journal.waiting_notifications(BATCH, DIGEST)
    before = [each for each in digests if each[0] not in turn.world.pending.delivering]
    digest = turn.number("digest", PageKind.DIGEST.value)
    for n, _, body in folded:
        if n in late:
            age = seconds(_age_s(turn, body))
            why = (
                f"expired: it waited for {age}, longer than {seconds(longest)} (limits.max_event_age); it "
                f"stands in {digest}"
            )
            turn.journal.notification_folded(n, "expired", why)
        else:
            turn.journal.notification_folded(n, "grouped", f"it stands in {digest}, with {len(folded) - 1} others")
    for n, _, _ in before:
        turn.journal.notification_folded(n, "grouped", f"it stands in {digest}")
    body = _digest(turn, folded, [body for _, _, body in before], len(late))
    turn.journal.notify(PageKey(PageKind.DIGEST, parts=(digest,)).text, body, _next_s(turn))
    keys = [key for _, key, _ in folded]
    said = {
        "digest": digest,
        "pages": body["pages"],
        "expired": body["expired"],
        "folded": len(keys),
        "keys": keys[:100],
    }
    turn.journal.audit("pages_grouped", ENGINE, said)
    turn.say("warning", "pages_grouped", reason=body["subject"], pages=body["pages"])


def _waiting(turn: Turn, limit: int) -> list[Waiting]:
    """Return the oldest pages that wait, without digests and what is being delivered."""
    delivering = turn.world.pending.delivering
    found = turn.journal.waiting_notifications(limit + len(delivering) + 1)
    return [each for each in found if each[0] not in delivering and PageKey.read(each[1]).kind is not PageKind.DIGEST]


def _next_s(turn: Turn) -> float:
    """Return when the next digest may leave, in epoch seconds: one in DIGEST_EVERY_S, whatever piles up."""
    now_s = turn.now.wall.timestamp()
    digests = turn.journal.waiting_notifications(BATCH, DIGEST)
    if any(n in turn.world.pending.delivering for n, _, _ in digests):
        return now_s + DIGEST_EVERY_S
    last = turn.journal.newest_sent(DIGEST)
    if last is None:
        return 0.0
    next_s, body = last
    age = now_s - max(next_s, now_s - _age_s(turn, body))
    return now_s + DIGEST_EVERY_S - age if 0 <= age < DIGEST_EVERY_S else 0.0


def _age_s(turn: Turn, body: Mapping[str, Any]) -> float:
    """Return how long a page has waited; one without a readable time has waited for as long as can be."""
    try:
        return (turn.now.wall - times.parse_rfc3339(str(body.get("at")))).total_seconds()
    except ValueError:
        return float("inf")


def _digest(turn: Turn, folded: Sequence[Waiting], before: Sequence[Mapping[str, Any]], late: int) -> dict[str, Any]:
    """Return the body of the digest of `folded` and of the digests `before` that it replaces."""
    kinds: Counter[str] = Counter()
    lines: list[list[str]] = []
    for each in before:
        kinds.update(each.get("kinds", {}))
        lines.extend(each.get("lines", ()))
    kinds.update(PageKey.read(key).told for _, key, _ in folded)
    lines.extend([PageKey.read(key).told, f"{body.get('at')} {body.get('subject')}"] for _, key, body in folded)
    lines = [
        *(each for each in lines if each[0] in URGENT),
        *reversed([each for each in lines if each[0] not in URGENT]),
    ]
    pages = sum(kinds.values())
    expired = late + sum(int(each.get("expired", 0)) for each in before)
    shown = lines[:MOST_LINES]
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
    head = [f"These waited, and are told in one page: {counts}."]
    if expired:
        age = seconds(turn.world.loaded.limits.max_event_age_s)
        head.append(f"{expired} of them waited for more than {age}: what they ask for may be over.")
    if pages > len(shown):
        head.append(f"{len(shown)} of them:")
    still = len(turn.world.durable.incidents)
    tail = f"{still} incidents are open now: remediator status"
    return {
        "cloud": turn.world.loaded.config.cloud,
        "at": rfc3339(turn.now.wall),
        "subject": f"{pages} pages waited: {counts}",
        "text": "\n".join((*head, *(text for _, text in shown), tail)),
        "incident": None,
        "target": None,
        "check": None,
        "state": None,
        "run": None,
        "pages": pages,
        "expired": expired,
        "kinds": dict(kinds),
        "lines": shown,
    }
