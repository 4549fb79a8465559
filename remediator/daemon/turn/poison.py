"""Who pays for an exception: only the input, the host, the incident, the run or the part of the turn that it was about.

Invariants: the store is blamed only for what is its fault (`blames_store`). A turn that raises is undone whole, and
played again at once without what raised, samples included. So no half of a handling is ever stored.
"""

from __future__ import annotations

from collections.abc import Callable

from remediator.daemon.state.asides import About, Aside
from remediator.daemon.state.wire import Input
from remediator.daemon.turn.turn import Turn
from remediator.model.people import ENGINE
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.store import errors
from remediator.store.database import blames_store

REMEDIES = {
    "incident": "Nothing is done about it meanwhile: look at it yourself, and report this with the log.",
    "run": "It keeps its locks meanwhile. To end it: remediator runs cancel {name} --reason TEXT. Report this "
    "with the log.",
    "debt": "What it left is not taken back meanwhile: look at it yourself, and report this with the log.",
    "host": "Its samples are not judged meanwhile. Look at what its collector answers, and report this with the log.",
    "part": "Report this with the log.",
}


class Poisoned(Exception):
    """One input of a turn cannot be handled."""

    def __init__(self, item: Input, error: Exception) -> None:
        self.item = item
        self.error = error
        super().__init__(f"{type(item).__name__}: {error}")


class Stumbled(Exception):
    """What follows from the inputs or from time cannot be handled for `about`."""

    def __init__(self, about: About, error: Exception, holds_all: bool) -> None:
        self.about = about
        self.error = error
        self.holds_all = holds_all
        super().__init__(f"{about}: {error}")


def blames_the_store(error: Exception) -> bool:
    """Return whether `error` is the store's: it is full, locked, damaged, or another daemon's."""
    return isinstance(error, errors.StoreUnavailable) or blames_store(error)


def bound(turn: Turn, about: About, call: Callable[[], object], *, holds_all: bool = False) -> None:
    """Make `call` unless `about` is set aside. Raise Stumbled when it raises, and only what is the store's fault as it
    is.

    `holds_all`: the gate rests on it, so while it is set aside nothing may act.
    """
    asides = turn.world.health.asides
    if asides.left_alone(about, turn.now):
        return
    try:
        call()
    except Stumbled:
        raise
    except Exception as error:
        if blames_the_store(error):
            raise
        raise Stumbled(about, error, holds_all) from error
    if asides.of(about) is not None:
        turn.went_well.append(about)
        _tell_over(turn, about)


def _tell_over(turn: Turn, about: About) -> None:
    """Say in the story of an incident that what was told of it is over."""
    known, incident = turn.world.health.asides.of(about), turn.world.durable.incidents.get(_incident(turn, about))
    if known is not None and known.told and incident is not None:
        turn.journal.timeline(incident.id, "handled", f"{about} can be handled again")


def action_failed(turn: Turn, action: str, question: str, error: Exception, of: str) -> str:
    """Return the sentence that says that `question` of `action` raised `error` for `of` (a run or a debt).

    Whoever calls into an action catches what it raises, and goes on with this sentence in the way that lets nothing
    happen. So an exception that an integration did not mean to raise costs the one run, and never the turn.

    It is logged as well, where it is not what was said last of the same: a run that waits asks every second.
    """
    found = f"{type(error).__name__}: {error}"[:500]
    if turn.world.waits.stumbles((of, action, question), found):
        turn.say("error", f"{question}_failed", of=of, action=action, reason=found)
    return f"{action} stumbled ({question}): {found}"[:500]


def tell(turn: Turn) -> None:
    """Tell people once of everything that was set aside, and of each new reason for it."""
    for aside in turn.world.health.asides.untold():
        turn.journal.audit("set_aside", ENGINE, {"kind": aside.about.kind, "name": aside.about.name, "why": aside.why})
        turn.say("error", "set_aside", kind=aside.about.kind, name=aside.about.name, reason=aside.why)
        if not aside.holds_all or aside.about.name == "troubles":  # else it is told with the other reasons not to act
            turn.page(_key(turn, aside), f"remediator cannot handle {aside.about}", _text(turn, aside))
        turn.told_asides.append(aside)
        incident = turn.world.durable.incidents.get(_incident(turn, aside.about))
        if incident is not None:
            turn.journal.timeline(incident.id, "set_aside", aside.text)


def _incident(turn: Turn, about: About) -> str:
    """Return the incident that `about` is, or that a run works on; empty without one."""
    if about.kind == "incident":
        return about.name
    run = turn.world.durable.runs.get(about.name) if about.kind == "run" else None
    return run.incident or "" if run is not None else ""


def _key(turn: Turn, aside: Aside) -> PageKey:
    """Return by what people are told once: all runs of an incident are one reason to be woken, and a part is one an
    hour."""
    incident = _incident(turn, aside.about)
    if incident:
        return PageKey(PageKind.SET_ASIDE, incident)
    return PageKey(PageKind.SET_ASIDE, parts=(aside.about.kind, aside.about.name, f"{turn.now.wall:%Y-%m-%dT%H}"))


def _text(turn: Turn, aside: Aside) -> str:
    effect = " Nothing above R0 is done meanwhile." if aside.holds_all else " Everything else goes on."
    remedy = REMEDIES.get(aside.about.kind, REMEDIES["part"]).format(name=aside.about.name)
    incident = _incident(turn, aside.about)
    more = f"\nremediator explain {incident}" if incident else ""
    return f"{aside.text}.{effect}\n{remedy}{more}"
