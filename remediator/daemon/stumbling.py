"""What a function of an action stumbled over: one sentence for people, and a line in the log.

Invariant: an exception that an integration did not mean to raise costs the one run, never the turn: whoever calls into an action
catches it and goes on with the sentence, in the way that lets nothing happen.
"""

from __future__ import annotations

from remediator.daemon.turn import Turn


def told(turn: Turn, action: str, question: str, error: Exception, of: str, known: str = "") -> str:
    """Return the sentence that says that `question` of `action` raised `error` for `of` (a run or a debt).

    It is logged as well, unless `known`, what was said last, has it already: a run that waits asks every second.
    """
    found = f"{type(error).__name__}: {error}"
    sentence = f"{action} stumbled ({question}): {found}"[:500]
    if sentence not in known:
        turn.say("error", f"{question}_failed", of=of, action=action, reason=found)
    return sentence
