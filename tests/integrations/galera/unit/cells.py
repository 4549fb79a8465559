"""From cells of the Galera oracle to pictures of the judgement, and the comparison of the two.

Invariant: the adapter judges nothing: each value of a cell becomes the fact that says the same. Where oracle and
judgement differ, `accepted` names the reason, or nothing does and the comparison fails.

    python -m tests.integrations.galera.unit.cells --all     every cell for 1, 2, 3 and 5 members, and samples
"""

from __future__ import annotations

import functools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from remediator.integrations.galera.judgement import decision
from remediator.integrations.galera.judgement.outcome import BOOTSTRAPS, Judgement, Procedure
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.content.consent import Reason
from remediator.model.values import Unknown
from tests.integrations.galera import oracle

UNREAD = Unknown("cell")
OURS = "6c191011-e710-11f1-8064-067e3541b3e4"
THEIRS = "0d9a6c3e-e711-11f1-9f2b-3a1c5b7d9e02"
UUIDS: dict[str, str | Unknown | None] = {
    "same": OURS,
    "other": THEIRS,
    "zero": NIL,
    "absent": None,
    "unknown": UNREAD,
}
SQL: dict[str, tuple[str, str | Unknown, str | Unknown]] = {
    "refused": ("refused", UNREAD, UNREAD),
    "silent": ("timeout", UNREAD, UNREAD),
    "denied": ("denied", UNREAD, UNREAD),
    "non-primary": ("answered", "non-Primary", "Initialized"),
    "primary:synced": ("answered", "Primary", "Synced"),
    "primary:donor": ("answered", "Primary", "Donor/Desynced"),
    "primary:joiner": ("answered", "Primary", "Joining: receiving State Transfer"),
}
BOOTSTRAP_NAMES = frozenset((oracle.BOOTSTRAP, oracle.PC_BOOTSTRAP))


def host(index: int) -> str:
    return f"ctl{index + 1}"


def known(value: Any) -> Any:
    """None and "unknown" are the oracle's UNKNOWN."""
    return UNREAD if value is None or value == "unknown" else value


def unit(told: oracle.Member) -> Any:
    """The oracle's "off" is the BMC's word; of the unit on a host that answers all the same it says nothing bad."""
    if told.unit == "off":
        return "inactive" if told.reach == "known" else UNREAD
    return known(told.unit)


@functools.cache
def member(index: int, told: oracle.Member) -> MemberPicture:
    port, status, state = SQL[told.sql]
    facts: dict[str, Any] = {
        "port": port,
        "stopped": {"stopped": True, "running": False, "unknown": UNREAD}[told.process],
        "unit": unit(told),
        "safe_to_bootstrap": {0: False, 1: True, "absent": None, None: UNREAD}[told.flag],
        "clock_true": {"true": True, "skewed": False, "unknown": UNREAD}[told.clock],
        "trouble": None if told.log == "clean" else known(told.log),
    }
    return MemberPicture(
        host=host(index),
        reached=told.reach == "known",
        powered_off=told.unit == "off",
        cluster_status=status,
        local_state=state,
        uuid=UUIDS[told.uuid],
        seqno=known(told.seqno),
        position_read=told.lines == "fresh",
        xa=known(told.xa),
        view=known(told.gvwstate),
        sst=known(told.sst),
        space=known(told.space),
        quarantine=None if told.quarantine == "no" else int(told.quarantine),
        **facts,
    )


def picture(cell: oracle.Cell) -> ClusterPicture:
    """Return the picture that says what `cell` says."""
    facts: dict[str, Any] = {
        "version": known(cell.version),
        "last_bootstrap": known(cell.history),
        "primary_elsewhere": {"none": False, "primary": True, None: UNREAD}[cell.elsewhere],
        "addresses_match": {"equal": True, "differs": False, None: UNREAD}[cell.addresses],
        "names_nobody": known(cell.empty),
        "actuator": {"own": "own", "kolla_named": "playbook_named", "kolla": "playbook"}[cell.actuator],
    }
    return ClusterPicture(
        members=tuple(member(index, told) for index, told in enumerate(cell.members)),
        mark=None
        if cell.hwm is None
        else HighWaterMark(uuid=str(UUIDS[cell.hwm[0]]), seqno=cell.hwm[1], conf_id=cell.hwm[2]),
        pc_recovery=known(cell.pc_recovery),
        minutes_whole=known(cell.grace),
        leftover_bootstrap=known(cell.leftover),
        deploying=known(cell.deploy),
        canaries_good={None: None, "good": True, "bad": False}[cell.canaries],
        tries_last_hour=known(cell.tries),
        arbitrator=known(cell.garbd),
        **facts,
    )


LABELS = "the oracle takes the label 'other' for foreign also where it is the recorded uuid, or none is recorded (GB-5)"
ORDER = "the oracle judges only the first of several stopped members when one is in quarantine (GB-10)"


def accepted(cell: oracle.Cell, ours: Judgement) -> str | None:
    """Return why the two may differ in this cell, None if they may not.

    Both reasons are shown by the oracle itself: in the same cell under other names it says what the judgement says.
    """
    if (cell.hwm is None or cell.hwm[0] == "other") and agree(oracle.verdict(relabelled(cell)), ours):
        return LABELS
    down = [index for index, told in enumerate(cell.members) if oracle.stopped(told)]
    resting = [index for index in down if oracle.in_quarantine(cell.members[index])]
    startable = [index for index in down if index not in resting]
    if len(down) > 1 and resting:
        for first in (*startable[:1], *resting):
            order = [first, *(index for index in range(len(cell.members)) if index != first)]
            moved = oracle.verdict(cell._replace(members=tuple(cell.members[index] for index in order)))
            if agree(moved, ours, order):
                return ORDER
    return None


def relabelled(cell: oracle.Cell) -> oracle.Cell:
    """Return `cell` with the two cluster uuids called by each other's name."""
    names = {"same": "other", "other": "same"}
    members = tuple(told._replace(uuid=names.get(told.uuid, told.uuid)) for told in cell.members)
    mark = None if cell.hwm is None else (names[cell.hwm[0]], *cell.hwm[1:])
    return cell._replace(members=members, hwm=mark)


def agree(theirs: oracle.Verdict, ours: Judgement, order: Sequence[int] | None = None) -> bool:
    """Return whether both say the same; `order` names the members where the oracle was shown them in another one."""
    index = theirs.candidate if theirs.candidate is None or order is None else order[theirs.candidate]
    return (theirs.procedure, None if index is None else host(index)) == (ours.procedure.value, ours.candidate)


@dataclass(slots=True)
class Comparison:
    """What came out of comparing the two over some cells."""

    cells: int = 0
    bootstraps: int = 0
    alone: int = 0
    lone_starts: int = 0
    """Plain starts of the only member: each makes it Primary, and is as unsafe as a bootstrap where the oracle refuses
    it."""
    unsafe: list[oracle.Cell] = field(default_factory=list)
    unsafe_alone: list[oracle.Cell] = field(default_factory=list)
    differences: list[tuple[oracle.Cell, oracle.Verdict, Judgement]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    said: dict[frozenset[Reason], str] = field(default_factory=dict)
    """What the decisions rest on for which a person must say yes, and the words in which they say so."""
    said_otherwise: list[oracle.Cell] = field(default_factory=list)
    """Cells where the same reasons are told in other words, or the same words tell other reasons."""
    rules: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """Of every cell whose procedure or candidate differ: procedure and rule of the oracle, and ours."""
    seconds: float = 0.0


def compare(cells: Iterable[oracle.Cell], judge: Callable[[ClusterPicture], Judgement] = decision.decide) -> Comparison:
    """Judge each cell by both, and return where they differ, and what is unsafe."""
    found, started = Comparison(), time.monotonic()
    for cell in cells:
        found.cells += 1
        ours, theirs = judge(picture(cell)), oracle.verdict(cell)
        if ours.procedure is Procedure.START_ONE and len(cell.members) == 1:
            found.lone_starts += 1
            if oracle.unsafe_lone(cell) is not None:
                found.unsafe.append(cell)
        if ours.procedure in BOOTSTRAPS:
            found.bootstraps += 1
            if oracle.unsafe(cell) is not None:
                found.unsafe.append(cell)
        if ours.procedure in BOOTSTRAPS and found.said.setdefault(ours.because, ours.alone_why) != ours.alone_why:
            found.said_otherwise.append(cell)
        if ours.alone:
            found.alone += 1
            if oracle.unsafe_alone(cell) is not None:
                found.unsafe_alone.append(cell)
        if not agree(theirs, ours):
            found.rules[theirs.procedure, theirs.rule, ours.procedure.value, ours.rule] += 1
            reason = accepted(cell, ours)
            if reason is None:
                found.differences.append((cell, theirs, ours))
            else:
                found.reasons[reason] += 1
    found.seconds = time.monotonic() - started
    return found


def describe(name: str, found: Comparison) -> str:
    lines = [
        f"{name}: {found.cells} cells, {found.seconds:.1f} s, {found.bootstraps} bootstraps ({found.alone} alone), "
        f"{found.lone_starts} starts of an only member, "
        f"{len(found.unsafe)} unsafe, {len(found.unsafe_alone)} unsafe alone, "
        f"{len(found.differences)} unexplained differences, {sum(found.reasons.values())} accepted"
    ]
    lines += [f"    {count} accepted: {reason}" for reason, count in found.reasons.most_common()]
    for (theirs, their_rule, ours, our_rule), count in found.rules.most_common():
        lines.append(f"    {count}: oracle {theirs} by {their_rule}, judgement {ours} by {our_rule}")
    return "\n".join(lines)


def everything() -> int:
    """Print the comparison over all cells and samples; return 1 if anything is unsafe or unexplained."""
    failed = 0
    for n in (1, 2, 3, 5):
        for name, cells in (("all", oracle.cells(n)), ("sample", oracle.sample(n, 200_000, seed=n))):
            found = compare(cells)
            print(describe(f"{n} members, {name}", found), flush=True)
            failed |= bool(found.unsafe or found.unsafe_alone or found.differences)
    return failed


if __name__ == "__main__":
    if sys.argv[1:] != ["--all"]:
        sys.exit("usage: python -m tests.integrations.galera.unit.cells --all")
    sys.exit(everything())
