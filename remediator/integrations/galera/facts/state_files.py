"""What a member saved of itself: grastate.dat (its history and position) and gvwstate.dat (its last Primary view).
Pure.

Invariant: a value comes only out of a whole file. A file that is cut, garbled or written twice is UNKNOWN with the
reason, never its readable half. A seqno that lost its last digits looks like a seqno. None means that the file says
"none": the zero uuid is no history, and seqno -1 is no position. A server whose file has seqno -1 runs, or ended
without writing a position.

A clean position is no proof of being the newest: a member stopped long before the others has an old one, and says so
cleanly. Nothing here decides what may be bootstrapped (GB-4, GB-7).

Sources: Galera's documentation (crash recovery, quorum reset), its writer of saved states, and its reader and writer of
views. The writer of saved states overwrites the file in place and pads a shorter text with spaces behind the last line.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from remediator.model.values import Unknown

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
SEQNO = re.compile(r"-1|0|[1-9][0-9]{0,18}")
NO_UUID = "00000000-0000-0000-0000-000000000000"
GRASTATE_BYTES = 4096
GVWSTATE_BYTES = 8192
KEYS = ("version", "uuid", "seqno", "safe_to_bootstrap")
PRIMARY_VIEW = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A whole grastate.dat."""

    uuid: str | None
    """None: the zero uuid, no history (a new member, or an SST that was cut)."""
    seqno: int | None
    """None: -1, no position; `--wsrep-recover` has to read it."""
    safe_to_bootstrap: bool
    """The member was the last to leave, by its own account: a hint and no more (GB-7)."""


class ViewState(enum.Enum):
    """Absent and empty are facts of their own: an empty file keeps a member from joining until it is removed."""

    ABSENT = "absent"
    EMPTY = "empty"
    STALE = "stale"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A gvwstate.dat. Uuids here name processes of members, not histories; all but `state` and `why` is of a whole one
    only.

    The members of one last Primary component have equal `view` and equal `members`.
    """

    state: ViewState
    why: str = ""
    """Of a stale one: why it cannot bring a Primary component back."""
    my_uuid: str | None = None
    view: str | None = None
    """``uuid:number`` of the view."""
    bootstrap: bool | None = None
    members: tuple[str, ...] = ()


def grastate(text: str | None, size: int | None = None) -> Saved | Unknown | None:
    """Return what grastate.dat says; None without the file. `size`: its bytes, when `text` may be only their beginning.

    Unknown: ``grastate_`` and one of ``empty too_long garbage half_written repeated no_version no_uuid no_seqno
    no_safe_to_bootstrap bad_uuid bad_seqno bad_safe_to_bootstrap contradiction``. The order of the lines is free, CRLF
    is accepted.
    """
    if text is None:
        return None
    why, fields = _grastate_fields(text, size)
    if why is not None:
        return Unknown(f"grastate_{why}")
    uuid, seqno, safe = fields["uuid"].lower(), fields["seqno"], fields["safe_to_bootstrap"]
    if not UUID.fullmatch(uuid):
        return Unknown("grastate_bad_uuid")
    if not SEQNO.fullmatch(seqno):
        return Unknown("grastate_bad_seqno")
    if safe not in ("0", "1"):
        return Unknown("grastate_bad_safe_to_bootstrap")
    number = None if seqno == "-1" else int(seqno)
    if uuid == NO_UUID:
        return (
            Unknown("grastate_contradiction") if number else Saved(uuid=None, seqno=None, safe_to_bootstrap=safe == "1")
        )
    return Saved(uuid=uuid, seqno=number, safe_to_bootstrap=safe == "1")


def gvwstate(text: str | None, size: int | None = None) -> SavedView | Unknown:
    """Return what gvwstate.dat is worth. Unknown: ``gvwstate_too_long``. Why a view is stale: ``garbage cut no_my_uuid
    bad_uuid no_view_id bad_view_id not_primary bad_bootstrap no_members repeated_member not_a_member``."""
    if text is None:
        return SavedView(state=ViewState.ABSENT)
    if _longer(text, size, GVWSTATE_BYTES):
        return Unknown("gvwstate_too_long")
    if not text.strip():
        return SavedView(state=ViewState.EMPTY)
    found = _view([line.strip() for line in text.splitlines() if line.strip()])
    return SavedView(state=ViewState.STALE, why=found) if isinstance(found, str) else found


def same_view(views: Sequence[SavedView]) -> bool:
    """Return whether `views` are those of all members of one last Primary component. A plain start of all of them then
    brings that component back by itself (`pc.recovery`, GB-1)."""
    if not views or any(one.state is not ViewState.WHOLE for one in views):
        return False
    first = views[0]
    alike = all(one.view == first.view and set(one.members) == set(first.members) for one in views)
    return alike and sorted(one.my_uuid or "" for one in views) == sorted(first.members)


def _longer(text: str, size: int | None, limit: int) -> bool:
    return len(text) > limit or (size is not None and size > limit)


def _grastate_fields(text: str, size: int | None) -> tuple[str | None, dict[str, str]]:
    """Return why the file is not whole, or None and its fields."""
    if _longer(text, size, GRASTATE_BYTES):
        return "too_long", {}
    body = text.replace("\r\n", "\n").rstrip(" ")
    if not body.strip():
        return "empty", {}
    if not all(char.isprintable() or char == "\n" for char in body.replace("\t", " ")) or "\ufffd" in body:
        return "garbage", {}
    lines = [line.strip() for line in body.split("\n")]
    if not lines[0].startswith("# GALERA saved state") or not body.endswith("\n"):
        return "half_written", {}
    fields: dict[str, str] = {}
    for line in lines[1:]:
        if not line or line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if not colon:
            return "garbage", {}
        if name in fields:
            return "repeated", {}
        fields[name] = value.strip()
    missing = next((name for name in KEYS if not fields.get(name)), None)
    return (None if missing is None else f"no_{missing}"), fields


def _view(lines: Sequence[str]) -> SavedView | str:
    """Return the view of whole `lines`, or why it is stale."""
    if any(not line.isascii() or not line.isprintable() for line in lines):
        return "garbage"
    if lines[-1] != "#vwend" or lines.count("#vwend") != 1 or lines.count("#vwbeg") != 1:
        return "cut"
    start = lines.index("#vwbeg")
    mine = [line.split() for line in lines[:start]]
    if len(mine) != 1 or mine[0][0] != "my_uuid:":
        return "no_my_uuid"
    inside = [line.split() for line in lines[start + 1 : -1]]
    heads = {
        name: [words[1:] for words in inside if words[0] == name] for name in ("view_id:", "bootstrap:", "member:")
    }
    if sum(len(found) for found in heads.values()) != len(inside):
        return "garbage"
    if len(heads["view_id:"]) != 1:
        return "no_view_id"
    view_id, members = heads["view_id:"][0], [words[0].lower() if words else "" for words in heads["member:"]]
    if len(view_id) != 3 or not UUID.fullmatch(view_id[1]) or not view_id[2].isdigit():
        return "bad_view_id"
    if view_id[0] != PRIMARY_VIEW:
        return "not_primary"
    if heads["bootstrap:"] not in ([["0"]], [["1"]]):
        return "bad_bootstrap"
    if not members:
        return "no_members"
    if len(mine[0]) != 2 or not all(UUID.fullmatch(uuid) for uuid in (mine[0][1], *members)):
        return "bad_uuid"
    my_uuid = mine[0][1].lower()
    if len(set(members)) != len(members):
        return "repeated_member"
    if my_uuid not in members:
        return "not_a_member"
    return SavedView(
        state=ViewState.WHOLE,
        my_uuid=my_uuid,
        view=f"{view_id[1].lower()}:{view_id[2]}",
        bootstrap=heads["bootstrap:"] == [["1"]],
        members=tuple(members),
    )
