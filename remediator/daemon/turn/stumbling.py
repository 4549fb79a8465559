"""What a function of an action stumbled over: one sentence for people, and a line in the log.

Invariant: an exception that an integration did not mean to raise costs the one run, never the turn: whoever calls into an action
catches it and goes on with the sentence, in the way that lets nothing happen.
"""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn


def told(turn: Turn, action: str, question: str, error: Exception, of: str) -> str:
    """Return the sentence that says that `question` of `action` raised `error` for `of` (a run or a debt).

    It is logged as well, where it is not what was said last of the same: a run that waits asks every second.
    """
    found = f"{type(error).__name__}: {error}"[:500]
    if turn.world.waits.stumbles((of, action, question), found):
        turn.say("error", f"{question}_failed", of=of, action=action, reason=found)
    return f"{action} stumbled ({question}): {found}"[:500]
