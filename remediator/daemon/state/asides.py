"""What was set aside because its handling failed: an incident, a run, a debt, a host, or a whole part of the turn.

Invariants: what is set aside costs itself alone, and is tried again after waits that grow. It never fails twice in one
turn, nor with every turn for ever. While a part of the turn that the gate rests on is set aside, nothing that changes
something may act.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace

from remediator.model.times import Instant

FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 600.0
WHY_LENGTH = 300
TRACE_LENGTH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a handling was about. `kind`: ``incident``, ``run``, ``debt``, ``host`` or ``part`` (of the turn)."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.kind in ("host", "part") else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One thing that is set aside: since when, when it failed last and how often without a success between, and why."""

    about: About
    since: Instant
    failed_at: Instant
    times: int
    why: str
    holds_all: bool
    told: bool = False

    @property
    def wait_s(self) -> float:
        """How long it is left alone after its last failure."""
        return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self.times - 1, 10))

    @property
    def text(self) -> str:
        return f"{self.about} cannot be handled ({self.why}): it is tried again every {self.wait_s:.0f} s"


class Asides:
    """All of them, by what they are about. Owned by the loop thread; `vital` may be read by any thread."""

    def __init__(self) -> None:
        self._of: dict[About, Aside] = {}
        self.vital: tuple[Aside, ...] = ()
        """Those that hold everything that changes something."""

    def all(self) -> list[Aside]:
        """Return all of them, the oldest first."""
        return list(self._of.values())

    def of(self, about: About) -> Aside | None:
        """Return what is known of `about`; None when its last handling worked."""
        return self._of.get(about)

    def left_alone(self, about: About, now: Instant) -> bool:
        """Return whether `about` failed too short a while ago to be tried again."""
        known = self._of.get(about)
        return known is not None and now.since(known.failed_at) < known.wait_s

    def failed(self, about: About, error: BaseException, now: Instant, *, holds_all: bool = False) -> Aside:
        """Note that the handling of `about` raised `error`, and return what is known of it."""
        known = self._of.get(about)
        why = told(error)
        if known is None:
            found = Aside(about=about, since=now, failed_at=now, times=1, why=why, holds_all=holds_all)
        else:
            found = replace(known, failed_at=now, times=known.times + 1, why=why, told=known.told and known.why == why)
        self._of[about] = found
        self._note_vital()
        return found

    def untold(self) -> list[Aside]:
        """Return those that people have not heard of."""
        return [each for each in self._of.values() if not each.told]

    def were_told(self, these: Iterable[Aside]) -> None:
        """Take `these` for told, as far as they fail for the same reason still."""
        for each in these:
            if self._of.get(each.about) == each:
                self._of[each.about] = replace(each, told=True)

    def worked(self, about: About) -> None:
        """Forget `about`: its handling worked, or it is not there any more."""
        if self._of.pop(about, None) is not None:
            self._note_vital()

    def _note_vital(self) -> None:
        self.vital = tuple(each for each in self._of.values() if each.holds_all)


def trace(error: BaseException) -> str:
    """Return where `error` came from, for the log: the frames without what is in them, which can be the whole world."""
    return "".join(traceback.format_exception(error))[-TRACE_LENGTH:].encode("utf-8", "replace").decode("utf-8")


def told(error: BaseException) -> str:
    """Return `error` as one short sentence that can be stored and shown, whatever is in it."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return said[:WHY_LENGTH].encode("utf-8", "replace").decode("utf-8")
