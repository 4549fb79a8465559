"""The Galera oracle: the bootstrap rules GB-1 to GB-19, read by brute force and apart from everything they will judge.

Invariant: nothing of the product is imported here. A cell is plain data (tuples, strings, numbers). Each rule is one
small predicate which says "in this cell no bootstrap of any kind, whoever asks". `verdict` is what shall be done in the
cell, with the rule that decides. Where the product's judgement differs from a cell, the difference is reported and
decided by people: neither side is bent to the other in silence.

    unsafe(cell)         the rule that forbids every bootstrap here, or None
    unsafe_alone(cell)   the rule that forbids one without a person's approval, or None
    unsafe_lone(cell)    the rule that forbids the plain start of the only member of a group of one, or None
    verdict(cell)        Verdict(procedure, candidate, rule, why)
    cells(n)             the reduced product for n members, symmetric members folded; all cells are distinct
    sample(n, ...)       seeded cells of the full product

Conventions: None or "unknown" is UNKNOWN; positions are seqnos; the candidate is an index in inventory order. "same" is
one cluster uuid, "other" is a second one; the recorded uuid is either. The position of a running member is its
wsrep_last_committed, that of a stopped one is what --wsrep-recover printed.

Read in this way
----------------
Where a rule can be read in two ways, the safer reading was chosen. Five exceptions are not the strictest reading:

- GB-8 (below the mark), GB-9 (N = 2 complete) and GB-14 (too little space): a person still decides.
- GB-11 (masks still to be set) and GB-16 (several down, no recorded uuid): these bootstrap nothing by themselves.

A stricter judgement differs from this table there without being wrong.


GB-1   "Nodes have non-empty gvwstate.dat": one member with a usable or unread view is enough to wait; it costs ten
       minutes, and waiting loses nothing. Stale, empty and absent views are no reason to wait, nor is a view of all
       members when one is powered off. Ten minutes count from when all are reachable and were started unchanged. An
       UNKNOWN count has not ended. pc.recovery is on unless known to be off. Two cluster uuids are paged before
       anything is started: the start would send the second history to an SST. Live non-Primary members are waited for
       also (the rule says only "restarting"), for they merge by themselves too.
GB-2   "Process confirmed stopped": the host says stopped and the port refuses. A silent port beside a stopped process
       is UNKNOWN: were it accepted, an unanswered question would allow what a known answer forbids. A powered-off
       host (BMC) is stopped; any answer from it is a contradiction and refuses. The look through the VIP and at :4567
       counts as one fact, and UNKNOWN refuses.
GB-3   Only two pictures exist in the rule: all live, all stopped. In a mixed picture nothing is bootstrapped: the
       stopped members are started unchanged. After the ten minutes a mixed picture is paged, until all are stopped and
       it is judged again. All live from 11.2 on (or of unknown version): paged for the same reason, since a recovered
       position is read from stopped data only (GB-4).
GB-4   "Refuse auto" on prepared XA: refuse outright, for the whole cluster, since such a run prints no position.
       Two habits of the field lose to it: to leave such a node out, and to take the seqno of grastate.dat. That seqno
       never decides anything here. A reachable member with an UNKNOWN position is refused even if masked: the remedy
       is to read again.
GB-5   No recorded uuid is UNKNOWN, not "equal": refused until a person names the uuid. An unread uuid refuses as a
       wrong one does.
GB-6   An SST cut midway makes a member one without evidence, whatever position it still prints.
GB-7   A flag on a member without evidence is a flag below the maximum. An unread flag may be the second one: refused.
       A live member's flag counts the same.
GB-8   "Not automatic" is: never alone, but with approval, hwm - max shown. Without a recorded seqno the loss has no
       size to be shown: refused.
GB-9   Missing is a known state: powered off, or known to hold nothing (GB-6), or in quarantine; not merely unread.
       Taken with GB-4 this leaves the second fence (stopped and masked) to members that answer and hold nothing.
       "Human only" is a page; "approval only" is a bootstrap that is never done alone. Two of five missing is named
       by neither sentence: human only. N = 2 with both positions: approval only, since the rule speaks of missing
       ones; N = 2 with one missing: human only. An arbitrator, or not knowing of one: never alone, and human only
       when one is missing. "hwm recorded when the missing node was last a member": the latest mark, which is not
       lower. Members whose address list is not the inventory are not "all": refused.
GB-10  A quarantined member that holds a uuid may not start, may not run, is never a candidate and counts as missing.
       At or beyond the bootstrap point, or of unknown position, such a member blocks. GB-10 is read to say more: any
       stopped member ahead of the living Primary is paged, in quarantine or not.
GB-11  The verdict is given before the masks of the others must stand (the procedure sets them). A leftover
       bootstrap argument refuses, and so does a unit that may start by itself. Not knowing of either refuses too.
GB-12  A bootstrap whose end is not known is never followed by a second one. A Primary of another uuid than recorded
       is a page.
GB-13  Canaries speak after a bootstrap: the next member joins only if they are good.
GB-14  A running member in an SST is waited for; an UNKNOWN one refuses. Too little space for an SST does not forbid
       the bootstrap (it loses nothing), but a person decides.
GB-15  Space not looked at refuses; a start that may become an SST needs enough of it.
GB-16  "Single member down": with several down, one at a time in inventory order. "Remaining size >= quorum" is of all
       N: with N = 2 one down is therefore paged. After an own bootstrap the joiners are GB-14's, or its size of 1
       would stop them. A Primary that is seen only through the VIP is a page, as is a member of which nothing is
       known. Without a recorded uuid such a start is not held back: it is no bootstrap, and SST is judged by GB-15.
GB-17  One member in such a state holds the whole cluster; UNKNOWN too, save for a member that is powered off.
GB-18  An unknown history of bootstraps counts as one in the last 24 h. The default mode (approve) is the gate's and
       no part of a cell.
GB-19  The playbook without the host's name is never used; with it, every other unit must already be stopped and
       masked.

One member (N = 1)
------------------
A group of one names nobody in wsrep_cluster_address ("gcomm://", as kolla writes it). Such a member makes itself a
Primary component at each plain start: the start is its bootstrap, and there is no other one. So `bootstrap` is never
said for it, and the start asks what a bootstrap asks, as far as it has a meaning without others:

GB-1   Nothing is waited for but systemd itself: a unit that is being started again is left to it, however long.
GB-3   One that runs outside of a Primary component is made one by a statement, as ever, after a person's yes. One that
       is stopped is started. Nothing is bootstrapped with an option.
GB-4   Its position must have been read in this run: an empty or a replaced data directory starts as happily.
GB-7   Galera refuses an empty gcomm:// where safe_to_bootstrap is 0, so the flag must be 1. Where the list names the
       member itself the flag is not asked, and its start needs its saved view (pc.recovery): it waits for itself else.
GB-8   Behind the mark a person decides, before new commits are written on top of what may come back from a backup.
GB-9   There is nobody else: a mark of a larger component says that others left, and may hold more. A person decides.
GB-11  An empty list is no leftover. In a larger group it is: that member would start a cluster of its own. An empty
       list there, or not knowing of one, forbids a bootstrap and a start.
GB-12  An unknown history of bootstraps may hold one in doubt.
GB-14  There is no joiner, and no space is needed for one (GB-15: it must have been looked at all the same).
GB-16  Its start is that of GB-16 without a Primary beside it: at most twice within the hour.
GB-18  A plain start is no bootstrap, and does not count as one.

Two members: one of two is no majority, so nothing is started beside the other one by itself (GB-16).

Not in a cell, because they are of the procedure or of time:

- looking again seconds before the step (GB-2)
- the masks that the quiesce sets (GB-11)
- the SST budget of four hours (GB-14)
- the age of the facts: a fact that is too old is UNKNOWN
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

WAIT, START_MEMBERS, START_ONE = "wait", "start_members", "start_one"
PC_BOOTSTRAP, BOOTSTRAP, PAGE, NOTHING = "pc_bootstrap", "bootstrap", "page", "nothing"
PROCEDURES = (WAIT, START_MEMBERS, START_ONE, PC_BOOTSTRAP, BOOTSTRAP, PAGE, NOTHING)

GRACE_MIN = 10
TRIES_AN_HOUR = 2

Mark = tuple[str, int | None, int | None]
"""The stored high-water mark: uuid, seqno, conf id."""


class Member(NamedTuple):
    """What is known of one member. The defaults are a stopped member that has told everything."""

    reach: str = "known"
    process: str = "stopped"
    sql: str = "refused"
    unit: str = "inactive"
    uuid: str = "same"
    seqno: int | None = 10
    lines: str = "fresh"
    grastate: int | None = -1
    flag: int | str | None = 0
    gvwstate: str = "absent"
    sst: bool | None = False
    xa: bool | None = False
    log: str = "clean"
    space: str = "enough"
    clock: str = "true"
    quarantine: int | str = "no"


class Cell(NamedTuple):
    """What is known of the cluster.

    - `grace`: minutes since all are reachable and were started unchanged, None if UNKNOWN.
    - `empty`: the wsrep_cluster_address of a member names nobody, so that the member makes itself Primary at each
      start.
    - `addresses`: "equal" in a group of one is an empty list, or a list that names the member itself.
    """

    members: tuple[Member, ...]
    hwm: Mark | None = ("same", 10, 7)
    version: str | None = "below"
    pc_recovery: bool | None = True
    grace: int | None = 0
    leftover: bool | None = False
    elsewhere: str | None = "none"
    deploy: bool | None = False
    history: str | None = "none"
    canaries: str | None = None
    tries: int | None = 0
    garbd: bool | None = False
    addresses: str | None = "equal"
    empty: bool | None = False
    actuator: str = "own"


class Verdict(NamedTuple):
    """What shall be done in a cell, on which member, by which rule, and why in one sentence."""

    procedure: str
    candidate: int | None
    rule: str
    why: str


MEMBER_VALUES: dict[str, tuple[Any, ...]] = {
    "reach": ("known", "unreachable"),
    "process": ("stopped", "running", "unknown"),
    "sql": ("refused", "non-primary", "primary:synced", "primary:donor", "primary:joiner", "denied", "silent"),
    "unit": ("inactive", "masked", "failed", "active", "restarting", "off", "unknown"),
    "uuid": ("same", "other", "zero", "absent", "unknown"),
    "seqno": (10, 20, 0, -1, None),
    "lines": ("fresh", "stale", "several", "unknown"),
    "grastate": (-1, 10, 99, None),
    "flag": (0, 1, "absent", None),
    "gvwstate": ("absent", "all", "rest", "empty", "stale", "unknown"),
    "sst": (False, True, None),
    "xa": (False, True, None),
    "log": ("clean", "corrupt", "inconsistent", "unknown"),
    "space": ("enough", "short", "full", "unknown"),
    "clock": ("true", "skewed", "unknown"),
    "quarantine": ("no", 15),
}
"""Every value of every fact of a member, the ordinary one first.

`unit` "off" is what the BMC says; `gvwstate` "rest" is a view that names only some members.
"""

CLUSTER_VALUES: dict[str, tuple[Any, ...]] = {
    "hwm": (("same", 10, 7), ("same", 20, 7), ("same", 30, 7), ("other", 10, 7), ("same", None, None), None),
    "version": ("below", "at", "above", None),
    "pc_recovery": (True, False, None),
    "grace": (0, 5, 10, None),
    "leftover": (False, True, None),
    "elsewhere": ("none", "primary", None),
    "deploy": (False, True, None),
    "history": ("none", "in_doubt", "recent", None),
    "canaries": (None, "good", "bad"),
    "tries": (0, 1, 2, None),
    "garbd": (False, True, None),
    "addresses": ("equal", "differs", None),
    "empty": (False, True, None),
    "actuator": ("own", "kolla_named", "kolla"),
}
"""Every value of every fact of the cluster, the ordinary one first."""


# What the rules speak of.


def claims_primary(member: Member) -> bool:
    """SQL on the member itself says Primary."""
    return member.sql.startswith("primary")


def powered_off(member: Member) -> bool:
    """The host does not answer and its BMC says that it is off: absent, and known to be."""
    return member.reach == "unreachable" and member.unit == "off" and member.sql in ("silent", "refused")


def live(member: Member) -> bool:
    """Running, and SQL proves that it is in no Primary component."""
    return member.reach == "known" and member.process == "running" and member.sql == "non-primary"


def stopped(member: Member) -> bool:
    """The host says that the process is stopped, and nothing is at its port."""
    return member.reach == "known" and member.process == "stopped" and member.sql == "refused"


def holds_nothing(member: Member) -> bool:
    """Known to have no usable history: no uuid, no position, or an SST that was cut midway."""
    cut = member.process == "stopped" and member.sst is True
    return member.uuid in ("zero", "absent") or member.seqno == -1 or cut


def in_quarantine(member: Member) -> bool:
    """Under quarantine and not yet emptied."""
    return member.quarantine != "no" and member.uuid != "absent"


def witness(member: Member) -> bool:
    """Has a position that counts: its history, a non-negative seqno, and it is allowed to have one."""
    if powered_off(member) or holds_nothing(member) or in_quarantine(member):
        return False
    return member.seqno is not None and member.uuid in ("same", "other")


def missing(member: Member) -> bool:
    """Known to bring no position to the choice."""
    return powered_off(member) or holds_nothing(member) or in_quarantine(member)


def present(cell: Cell) -> tuple[Member, ...]:
    """All members but those that are known to be powered off."""
    return tuple(member for member in cell.members if not powered_off(member))


def witnesses(cell: Cell) -> tuple[Member, ...]:
    """The members whose position counts."""
    return tuple(member for member in cell.members if witness(member))


def highest(cell: Cell) -> int | None:
    """The highest position that counts, None if there is none."""
    seqnos = [member.seqno for member in witnesses(cell) if member.seqno is not None]
    return max(seqnos, default=None)


def mark_of(cell: Cell) -> int | None:
    """The seqno of the high-water mark, None if it is not known."""
    return cell.hwm[1] if cell.hwm is not None else None


def regressed(cell: Cell) -> bool:
    """The highest position is below the high-water mark."""
    top, mark = highest(cell), mark_of(cell)
    return top is not None and mark is not None and top < mark


def starts_its_own(cell: Cell) -> bool | None:
    """A member of a group of several would start a cluster of its own, because its list of members is empty."""
    return False if len(cell.members) == 1 else cell.empty


# The rules. Each predicate is true in the cells in which its rule alone forbids every bootstrap.


def unsafe_gb_01(cell: Cell) -> bool:
    """GB-1: as long as the members may still form their last Primary component by themselves, nobody forces one."""
    if cell.pc_recovery is False or (cell.grace is not None and cell.grace >= GRACE_MIN):
        return False
    complete = all(not powered_off(member) for member in cell.members)
    for member in present(cell):
        if member.gvwstate in ("rest", "unknown") or (member.gvwstate == "all" and complete):
            return True
    return False


def unsafe_gb_02(cell: Cell) -> bool:
    """GB-2: each member is proven not to be Primary, by its SQL or by being stopped; one not proven may be Primary."""
    if cell.elsewhere != "none":
        return True
    return not all(live(member) or stopped(member) or powered_off(member) for member in cell.members)


def unsafe_gb_03(cell: Cell) -> bool:
    """GB-3: all are live, reachable and below 11.2, or none is running; for what lies between there is no procedure."""
    running = [member.process == "running" for member in cell.members]
    if len(cell.members) == 1 and not any(running):
        return True  # the only member is started, and never bootstrapped
    if all(running):
        return cell.version != "below"
    return any(running)


def unsafe_gb_04(cell: Cell) -> bool:
    """GB-4: a position is the one line of a fresh log of stopped data without prepared transactions; else UNKNOWN."""
    for member in present(cell):
        if member.seqno is None:
            return True
        if member.process != "running" and (member.lines != "fresh" or member.xa is not False):
            return True
    return False


def unsafe_gb_05(cell: Cell) -> bool:
    """GB-5: everything that is a position belongs to the one uuid that was recorded."""
    if cell.hwm is None:
        return True
    return any(member.uuid not in (cell.hwm[0], "zero", "absent") for member in present(cell))


def unsafe_gb_06(cell: Cell) -> bool:
    """GB-6: a member without uuid or position is no source, so a cluster of such members has none."""
    return not witnesses(cell)


def unsafe_gb_07(cell: Cell) -> bool:
    """GB-7: the flag is a hint; it must be on at most one member, and that one must have the highest position."""
    flags = [member for member in present(cell) if member.flag == 1]
    if any(member.flag is None for member in present(cell)) or len(flags) > 1:
        return True
    return any(not witness(member) or member.seqno != highest(cell) for member in flags)


def unsafe_gb_08(cell: Cell) -> bool:
    """GB-8: what may be lost is shown; where no mark was stored it cannot be."""
    return mark_of(cell) is None


def unsafe_gb_09(cell: Cell) -> bool:
    """GB-9: all members have told; of three or more one may be missing, if fenced and nothing it saw is lost."""
    if cell.addresses != "equal" or any(member.reach != "known" and not powered_off(member) for member in cell.members):
        return True
    out = [member for member in cell.members if missing(member)]
    if not out:
        return False
    if len(out) > 1 or len(cell.members) <= 2 or cell.garbd is not False:
        return True
    fenced = powered_off(out[0]) or (stopped(out[0]) and out[0].unit == "masked")
    top, mark = highest(cell), mark_of(cell)
    return not fenced or top is None or mark is None or top < mark


def unsafe_gb_10(cell: Cell) -> bool:
    """GB-10: a member in quarantine does not run, nor stand where the cluster went on without it, or beyond."""
    for member in present(cell):
        if not in_quarantine(member) or not isinstance(member.quarantine, int):
            continue
        if member.process != "stopped" or member.seqno is None or member.seqno >= member.quarantine:
            return True
    return False


def unsafe_gb_11(cell: Cell) -> bool:
    """GB-11: no other member can start by itself, and no old bootstrap argument is left anywhere."""
    if cell.leftover is not False or starts_its_own(cell) is not False:
        return True
    for member in present(cell):
        if member.unit in ("restarting", "unknown") or (member.process != "running" and member.unit == "active"):
            return True
    return False


def unsafe_gb_12(cell: Cell) -> bool:
    """GB-12: a bootstrap that was begun and whose end is not known is not begun again."""
    return cell.history == "in_doubt"


def unsafe_gb_13(cell: Cell) -> bool:
    """GB-13: after a bootstrap whose canaries are not good nothing follows; an unknown past is GB-18's."""
    return cell.history in ("recent", "in_doubt") and cell.canaries != "good"


def unsafe_gb_14(cell: Cell) -> bool:
    """GB-14: a donor or joiner is not touched."""
    for member in present(cell):
        if member.sql in ("primary:donor", "primary:joiner") or member.sst is None:
            return True
        if member.process != "stopped" and member.sst is True:
            return True
    return False


def unsafe_gb_15(cell: Cell) -> bool:
    """GB-15: the restart costs the gcache, so SSTs follow: the disks are looked at first."""
    return any(member.space == "unknown" for member in present(cell))


def unsafe_gb_16(cell: Cell) -> bool:
    """GB-16: a member that is down beside a Primary is started, and nothing more."""
    return any(claims_primary(member) for member in cell.members) and any(stopped(member) for member in cell.members)


def unsafe_gb_17(cell: Cell) -> bool:
    """GB-17: hands off corrupt or evicted members, full disks, clocks that differ, and a deployment under way."""
    return cell.deploy is not False or any(troubled(member) for member in present(cell))


def troubled(member: Member) -> bool:
    """GB-17, of one member."""
    return member.log != "clean" or member.space == "full" or member.clock != "true"


def unsafe_gb_18(cell: Cell) -> bool:
    """GB-18: one bootstrap in 24 hours."""
    return cell.history is None or cell.history == "recent"


def unsafe_gb_19(cell: Cell) -> bool:
    """GB-19: the playbook stops nobody when it is given a host, and chooses badly when it is not."""
    if cell.actuator == "own":
        return False
    if cell.actuator != "kolla_named":
        return True
    chosen = choose(cell)
    for index, member in enumerate(cell.members):
        if index != chosen and not powered_off(member) and member.unit != "masked":
            return True
    return False


RULES: dict[str, Callable[[Cell], bool]] = {
    "GB-16": unsafe_gb_16,
    "GB-2": unsafe_gb_02,
    "GB-17": unsafe_gb_17,
    "GB-12": unsafe_gb_12,
    "GB-13": unsafe_gb_13,
    "GB-18": unsafe_gb_18,
    "GB-14": unsafe_gb_14,
    "GB-4": unsafe_gb_04,
    "GB-5": unsafe_gb_05,
    "GB-6": unsafe_gb_06,
    "GB-10": unsafe_gb_10,
    "GB-7": unsafe_gb_07,
    "GB-8": unsafe_gb_08,
    "GB-9": unsafe_gb_09,
    "GB-11": unsafe_gb_11,
    "GB-15": unsafe_gb_15,
    "GB-19": unsafe_gb_19,
    "GB-1": unsafe_gb_01,
    "GB-3": unsafe_gb_03,
}
"""In the order in which they are told: what is alive, what is broken, what is known, how it would be done."""


def unsafe(cell: Cell) -> str | None:
    """Return the first rule that forbids a bootstrap of any kind in this cell, None if there is none."""
    for rule, forbids in RULES.items():
        if forbids(cell):
            return rule
    return None


def alone_gb_08(cell: Cell) -> bool:
    """GB-8: a position below the high-water mark is not automatic."""
    return regressed(cell)


def alone_gb_09(cell: Cell) -> bool:
    """GB-9: without a position from every one of three or more members, or with an arbitrator, a person approves."""
    absent = any(missing(member) for member in cell.members)
    return absent or len(cell.members) <= 2 or cell.garbd is not False


def alone_gb_14(cell: Cell) -> bool:
    """GB-14: a member that could not take an SST stays out, which a person should know before."""
    return any(member.space == "short" for member in present(cell))


ALONE: dict[str, Callable[[Cell], bool]] = {"GB-9": alone_gb_09, "GB-8": alone_gb_08, "GB-14": alone_gb_14}


def unsafe_alone(cell: Cell) -> str | None:
    """Return the first rule that forbids a bootstrap without a person's approval in this cell, or None."""
    rule = unsafe(cell)
    if rule is not None:
        return rule
    for name, forbids in ALONE.items():
        if forbids(cell):
            return name
    return None


def unsafe_lone(cell: Cell) -> str | None:
    """Return the first rule that forbids the plain start of the only member, which makes it Primary; None if none
    does."""
    (member,) = cell.members
    if cell.elsewhere != "none" or not stopped(member):
        return "GB-2"
    if cell.deploy is not False or troubled(member):
        return "GB-17"
    if cell.history in ("in_doubt", None):
        return "GB-12"
    if unsafe_gb_13(cell):
        return "GB-13"
    if member.sst is None:
        return "GB-14"
    if unsafe_gb_04(cell):
        return "GB-4"
    if unsafe_gb_05(cell):
        return "GB-5"
    if in_quarantine(member):
        return "GB-10"
    if not witness(member):
        return "GB-6"
    if unsafe_gb_08(cell) or regressed(cell):
        return "GB-8"
    if cell.addresses != "equal" or cell.empty is None or cell.garbd is not False:
        return "GB-9"
    if cell.empty and member.flag != 1:
        return "GB-7"
    if not cell.empty and (member.gvwstate != "all" or cell.pc_recovery is not True):
        return "GB-1"
    if cell.leftover is not False or member.unit not in ("inactive", "failed", "off"):
        # "off" is the BMC's word, and no unit's: of a host that answers it says nothing (as in every other rule)
        return "GB-11"
    if member.space == "unknown":
        return "GB-15"
    if cell.tries is None or cell.tries >= TRIES_AN_HOUR:
        return "GB-16"
    return None


def choose(cell: Cell) -> int | None:
    """GB-7: the highest position; among equals the flagged one, else the first in the inventory; else None."""
    top = highest(cell)
    equals = [index for index, member in enumerate(cell.members) if witness(member) and member.seqno == top]
    for index in equals:
        if cell.members[index].flag == 1:
            return index
    return equals[0] if equals else None


# What shall be done.


def verdict(cell: Cell) -> Verdict:
    """Given a cell, return the one thing to do in it."""
    if cell.elsewhere == "primary" or any(claims_primary(member) for member in cell.members):
        return beside_primary(cell)
    return without_primary(cell) if len(cell.members) > 1 else lone(cell)


def page(rule: str, why: str) -> Verdict:
    return Verdict(PAGE, None, rule, why)


def beside_primary(cell: Cell) -> Verdict:
    """A Primary component exists or seems to: members may be started one by one, and nothing is ever bootstrapped."""
    primaries = [member for member in cell.members if claims_primary(member)]
    if not primaries:
        return page("GB-2", "a Primary answers through the VIP and no member owns up to it")
    uuids = {member.uuid for member in primaries}
    if len(uuids) > 1:
        return page("GB-5", "two Primary members are of different clusters")
    if cell.hwm is not None and uuids != {cell.hwm[0]}:
        return page("GB-12", "the Primary is not of the recorded uuid: an empty or foreign history")
    if any(
        member.quarantine != "no" and member.process == "running" and in_quarantine(member) for member in cell.members
    ):
        return page("GB-10", "a member in quarantine is running")
    if cell.leftover is True or starts_its_own(cell) is True:
        return page("GB-11", "a member still has its bootstrap argument, or names nobody in its configuration")
    if any(in_transfer(member) for member in cell.members):
        return Verdict(WAIT, None, "GB-14", "a member is donor or joiner and is not touched")
    for index, member in enumerate(cell.members):
        if stopped(member):
            return start_beside(cell, index, primaries)
    if all(claims_primary(member) for member in cell.members):
        return Verdict(NOTHING, None, "GB-2", "all members are Primary")
    if all(claims_primary(member) or powered_off(member) for member in cell.members):
        return Verdict(NOTHING, None, "GB-2", "all members that are not powered off are Primary")
    if all(claims_primary(member) or live(member) or powered_off(member) for member in cell.members):
        return Verdict(WAIT, None, "GB-2", "a live member outside the Primary merges when it sees the others again")
    return page("GB-2", "of a member beside the Primary nothing is known")


def in_transfer(member: Member) -> bool:
    """A donor, a joiner, or a running member with an SST in progress."""
    return member.sql in ("primary:donor", "primary:joiner") or (member.process == "running" and member.sst is True)


def start_beside(cell: Cell, index: int, primaries: list[Member]) -> Verdict:
    """Whether this stopped member may be started beside the Primary."""
    member = cell.members[index]
    refusal = not_startable(cell, member)
    if refusal is not None:
        return refusal
    tops = [other.seqno for other in primaries if other.seqno is not None]
    if member.uuid == "same" and member.seqno is not None and tops and member.seqno > max(tops):
        return page("GB-10", "the stopped member is ahead of the Primary: it would join with a history of its own")
    if member.space != "enough":
        return page("GB-15", "the start may become an SST and there is not enough space")
    if cell.history in ("recent", "in_doubt"):
        if cell.canaries != "good":
            return page("GB-13", "after the bootstrap the canaries are not good")
        return Verdict(START_ONE, index, "GB-14", "the next member joins the bootstrapped one")
    if len(primaries) < len(cell.members) // 2 + 1:
        return page("GB-16", "the Primary is smaller than a quorum of all members")
    if cell.tries is None or cell.tries >= TRIES_AN_HOUR:
        return page("GB-16", "it was started twice within the hour, or that is not known")
    return Verdict(START_ONE, index, "GB-16", "one member is down and a Primary of a quorum lives")


def not_startable(cell: Cell, member: Member) -> Verdict | None:
    """Why a stopped member may not be started unchanged, None if it may."""
    if cell.deploy is not False or troubled(member):
        return page("GB-17", "a deployment is under way, or a member's data, disk or clock is in trouble or unknown")
    if cell.leftover is not False or starts_its_own(cell) is not False:
        return page("GB-11", "a member has, or may have, a bootstrap argument left over or an empty list of members")
    if member.uuid in ("other", "unknown"):
        return page("GB-5", "a member to be started is of another cluster or its uuid is not known")
    if in_quarantine(member):
        point = member.quarantine
        if member.seqno is None or (isinstance(point, int) and member.seqno >= point):
            return page("GB-10", "a member in quarantine stands at or beyond the bootstrap point, or that is not known")
        return Verdict(NOTHING, None, "GB-10", "a member in quarantine stays down until its grastate.dat is removed")
    return None


def without_primary(cell: Cell) -> Verdict:
    """No member says Primary: prove it, wait, start unchanged; only then bootstrap, if no rule forbids it."""
    if two_histories(cell):
        return page("GB-5", "the members are not of one recorded cluster")
    if any(in_transfer(member) for member in cell.members):
        return Verdict(WAIT, None, "GB-14", "a member is in an SST and is not touched")
    returning = unsafe_gb_01(cell)
    answered = all(member.reach == "known" for member in present(cell))
    if returning and answered and any(member.unit == "restarting" for member in present(cell)):
        return Verdict(WAIT, None, "GB-1", "members are restarting and may form their last view by themselves")
    if unsafe_gb_02(cell):
        return page("GB-2", "not every member is proven to be outside a Primary component")
    if returning and all(live(member) for member in present(cell)):
        return Verdict(WAIT, None, "GB-1", "all are up and may form their last view by themselves")
    mixed = any(live(member) for member in cell.members) and any(stopped(member) for member in cell.members)
    fresh = cell.grace is not None and cell.grace < GRACE_MIN
    if returning or (mixed and fresh):
        return start_all(cell, "GB-1" if returning else "GB-3")
    rule = unsafe(cell)
    if rule is not None:
        return page(rule, (RULES[rule].__doc__ or rule).removeprefix(f"{rule}: "))
    chosen = choose(cell)
    top, mark = highest(cell), mark_of(cell)
    why = f"position {top} is the highest"
    if regressed(cell) and top is not None and mark is not None:
        why += f"; {mark - top} transactions are possibly lost"
    if all(live(member) for member in cell.members):
        return Verdict(PC_BOOTSTRAP, chosen, "GB-3", why)
    return Verdict(BOOTSTRAP, chosen, "GB-7", why)


def lone(cell: Cell) -> Verdict:
    """The only member is in no Primary component: it is waited for, started, made Primary as it runs, or a person's."""
    (member,) = cell.members
    if two_histories(cell):
        return page("GB-5", "the only member is not of the recorded cluster")
    if in_transfer(member):
        return Verdict(WAIT, None, "GB-14", "the only member is in an SST and is not touched")
    if member.reach == "known" and member.unit == "restarting" and not live(member):
        return Verdict(WAIT, None, "GB-1", "systemd starts the only member again by itself")
    if unsafe_gb_02(cell):
        return page("GB-2", "the only member is not proven to be outside a Primary component")
    if live(member):
        if unsafe_gb_01(cell):
            return Verdict(WAIT, None, "GB-1", "the only member may form its last view by itself")
        rule = unsafe(cell)
        why = "the only member runs and is made Primary as it runs"
        return page(rule, why) if rule is not None else Verdict(PC_BOOTSTRAP, 0, "GB-3", why)
    if not stopped(member):
        return page("GB-9", "the only member is powered off")
    rule = unsafe_lone(cell)
    if rule is not None:
        return page(rule, "the only member is not started by itself")
    return Verdict(START_ONE, 0, "GB-16", "the only member is down, and its plain start makes it Primary again")


def two_histories(cell: Cell) -> bool:
    """Members of two clusters, or of one that is not the recorded one."""
    uuids = {member.uuid for member in present(cell) if member.uuid in ("same", "other")}
    return len(uuids) > 1 or (cell.hwm is not None and bool(uuids) and uuids != {cell.hwm[0]})


def start_all(cell: Cell, rule: str) -> Verdict:
    """Start every stopped member unchanged, if each of them may be."""
    for member in cell.members:
        if not stopped(member):
            continue
        refusal = not_startable(cell, member)
        if refusal is not None:
            return page(refusal.rule, refusal.why)
        if member.unit == "failed" and cell.tries != 0:
            return page(rule, "a member was started before and failed, or that is not known")
    return Verdict(
        START_MEMBERS, None, rule, "starting without options loses nothing and lets the component form again"
    )


# The cells.

S10 = Member()
S20 = S10._replace(seqno=20)
L10 = S10._replace(process="running", sql="non-primary", unit="active", lines="unknown", xa=None)
L20 = L10._replace(seqno=20)
P20 = L20._replace(sql="primary:synced")
VIEW = S20._replace(gvwstate="all")
ZERO = S10._replace(unit="masked", uuid="zero", seqno=-1)
GONE = Member(
    reach="unreachable",
    process="unknown",
    sql="silent",
    unit="unknown",
    uuid="unknown",
    seqno=None,
    lines="unknown",
    grastate=None,
    flag=None,
    gvwstate="unknown",
    sst=None,
    xa=None,
    log="unknown",
    space="unknown",
    clock="unknown",
)
OFF = GONE._replace(unit="off")
UNREAD = S10._replace(seqno=None, lines="unknown")

CORE: tuple[Member, ...] = (
    S10,
    S20,
    S10._replace(flag=1),
    S20._replace(flag=1),
    VIEW,
    S20._replace(unit="masked"),
    ZERO,
    UNREAD,
    L10,
    L20,
    P20,
    GONE,
    OFF,
)
"""Members that meet each other in every number."""

ODD: tuple[Member, ...] = (
    ZERO._replace(unit="inactive"),
    ZERO._replace(flag=1),
    ZERO._replace(uuid="absent", flag="absent", grastate=None),
    ZERO._replace(uuid="absent", flag=1),
    ZERO._replace(uuid="same"),
    ZERO._replace(seqno=20),
    S20._replace(uuid="other"),
    S20._replace(uuid="unknown"),
    S20._replace(seqno=0),
    S10._replace(grastate=99),
    S10._replace(grastate=10),
    S20._replace(lines="stale"),
    S20._replace(lines="several"),
    S20._replace(lines="unknown"),
    S20._replace(xa=True, seqno=None),
    S20._replace(xa=True),
    S20._replace(xa=None),
    S20._replace(sst=True, unit="masked"),
    S20._replace(sst=True),
    S20._replace(sst=None),
    S20._replace(log="corrupt"),
    S20._replace(log="inconsistent"),
    S20._replace(log="unknown"),
    S20._replace(space="short"),
    S20._replace(space="full"),
    S20._replace(space="unknown"),
    S20._replace(clock="skewed"),
    S20._replace(clock="unknown"),
    S20._replace(flag="absent"),
    S20._replace(flag=None),
    S20._replace(gvwstate="rest"),
    S20._replace(gvwstate="empty"),
    S20._replace(gvwstate="stale"),
    S20._replace(gvwstate="unknown"),
    S20._replace(unit="failed"),
    S20._replace(unit="restarting"),
    S20._replace(unit="active"),
    S20._replace(unit="unknown"),
    VIEW._replace(unit="restarting", process="unknown"),
    VIEW._replace(unit="failed"),
    S20._replace(process="unknown"),
    S20._replace(sql="silent"),
    S20._replace(sql="denied"),
    L20._replace(sql="silent"),
    L20._replace(sql="denied"),
    L20._replace(sql="refused"),
    L20._replace(gvwstate="all"),
    L20._replace(uuid="other"),
    L20._replace(uuid="zero", seqno=-1),
    L20._replace(seqno=None),
    L20._replace(sst=True),
    L20._replace(sst=None),
    L20._replace(sql="silent", sst=True, uuid="zero", seqno=-1),
    P20._replace(sql="primary:donor"),
    P20._replace(sql="primary:joiner"),
    P20._replace(uuid="other"),
    P20._replace(seqno=10),
    S10._replace(quarantine=15, unit="masked"),
    S20._replace(quarantine=15, unit="masked"),
    S10._replace(quarantine=15, uuid="absent", seqno=-1, unit="masked"),
    L10._replace(quarantine=15),
    GONE._replace(unit="masked"),
)
"""Members that each bring one rule into play: one of them among core members, or two of them among ordinary ones."""

BASES: tuple[dict[str, Any], ...] = (
    {},
    {"hwm": ("same", 30, 7)},
    {"grace": 10},
    {"history": "recent", "canaries": "good"},
)
"""The clusters in which every member is tried."""


def clusters() -> list[dict[str, Any]]:
    """Every fact of the cluster varied alone, and the bases."""
    found = [dict(base) for base in BASES]
    for name, values in CLUSTER_VALUES.items():
        for value in values[1:]:
            found.append({name: value})
    found.append({"history": "recent", "canaries": "bad"})
    found.append({"history": "in_doubt", "canaries": "good"})
    return [one for index, one in enumerate(found) if one not in found[:index]]


def lone_cells() -> Iterator[Cell]:
    """Yield each member of the tables alone, flagged or not, in every cluster, with every list of members."""
    ordinary = (S10, S20, L10, P20)
    tried = dict.fromkeys((*CORE, *ODD, *(member._replace(flag=1) for member in (*CORE, *ODD) if member.flag == 0)))
    for member in tried:
        for facts in clusters() if member._replace(flag=0) in ordinary else (*BASES, {"tries": 2}):
            for empty in (True, False, None):
                yield build((member,), {**facts, "empty": empty})


def cells(n: int) -> Iterator[Cell]:
    """Yield the reduced product for n members, each cell once, members folded to one order."""
    if n == 1:
        yield from dict.fromkeys(lone_cells())
        return
    everywhere = clusters()
    for members in itertools.combinations_with_replacement(CORE, n):
        for facts in everywhere:
            yield build(members, facts)
    for odd in ODD:
        for rest in itertools.combinations_with_replacement(CORE, n - 1):
            for facts in BASES:
                yield build((odd, *rest), facts)
    fill = (S10,) * (n - 2)
    for pair in itertools.combinations_with_replacement(ODD, 2):
        yield build((*pair, *fill), {})


def build(members: tuple[Member, ...], facts: dict[str, Any]) -> Cell:
    return Cell(members)._replace(**facts)


def sample(n: int, count: int, seed: int, ordinary: float = 0.85) -> Iterator[Cell]:
    """Yield `count` cells of the full product: each fact is ordinary with that probability, else any value at all.

    Contradictions (a stopped process whose SQL answers) are part of the product. Half of the cells are of live members.
    """
    chance = random.Random(seed)

    def draw(values: tuple[Any, ...]) -> Any:
        return values[0] if chance.random() < ordinary else chance.choice(values)

    for _ in range(count):
        base = L10 if chance.random() < 0.5 else S10
        members = []
        for _ in range(n):
            facts = {name: draw((getattr(base, name), *values)) for name, values in MEMBER_VALUES.items()}
            facts["seqno"] = draw((chance.choice((10, 20)), *MEMBER_VALUES["seqno"]))
            members.append(S10._replace(**facts))
        facts = {name: draw(values) for name, values in CLUSTER_VALUES.items()}
        if n == 1:
            members[0] = members[0]._replace(flag=draw((1, *MEMBER_VALUES["flag"])))
            facts["empty"] = draw((True, *CLUSTER_VALUES["empty"]))
        yield build(tuple(members), facts)


def product(n: int) -> int:
    """The size of the full product for n members."""
    size = 1
    for values in CLUSTER_VALUES.values():
        size *= len(values)
    for values in MEMBER_VALUES.values():
        size *= len(values) ** n
    return size


def sizes() -> None:
    """Print the size of each table, what is in it, and how long it took."""
    for n in (1, 2, 3, 5):
        started = time.monotonic()
        count, forbidden = 0, 0
        procedures = dict.fromkeys(PROCEDURES, 0)
        for cell in cells(n):
            count += 1
            procedures[verdict(cell).procedure] += 1
            forbidden += unsafe(cell) is not None
        told = ", ".join(f"{name} {number}" for name, number in procedures.items())
        took = time.monotonic() - started
        print(f"{n} members: {count} cells of {product(n):.1e}, {forbidden} unsafe, {took:.1f} s: {told}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["--size"]:
        sys.exit("usage: python -m tests.integrations.galera.oracle --size")
    sizes()
