"""The notifications in the outbox: which leave now, and what became of those that left."""

from __future__ import annotations

from remediator.daemon.notify import all_clear
from remediator.daemon.state.wire import Deliver, Delivered
from remediator.daemon.turn.turn import Turn

AT_ONCE = 4
GIVE_UP_AFTER_S = 7 * 86400.0
MOST_WAIT_S = 600.0


def deliver_due(turn: Turn) -> None:
    """Let the notifications leave that are due, as far as there are places."""
    world = turn.world
    free = AT_ONCE - len(world.pending.delivering)
    for n, _tries, body in turn.journal.due_notifications(
        turn.now.wall.timestamp(), free + len(world.pending.delivering)
    ):
        if n not in world.pending.delivering and free > 0:
            if all_clear.comes_too_soon(turn, n, body):
                turn.journal.notification_postponed(n, turn.now.wall.timestamp() + all_clear.AFTER_S)
                continue
            free -= 1
            world.pending.page_left(n)
            turn.effects.append(Deliver(n=n, body=body))


def delivered(turn: Turn, item: Delivered) -> None:
    """Take what became of a notification that left."""
    turn.world.pending.page_back(item.n)
    if not item.error:
        turn.journal.notification_sent(item.n)
        return
    tries = turn.journal.tries(item.n) + 1
    wait_s = min(MOST_WAIT_S, 5.0 * 2 ** min(tries, 10))
    given_up = tries * MOST_WAIT_S > GIVE_UP_AFTER_S
    turn.journal.notification_failed(item.n, item.error, None if given_up else turn.now.wall.timestamp() + wait_s)
    turn.say("error", "notification_failed", reason=item.error, tries=tries, given_up=given_up or None)
