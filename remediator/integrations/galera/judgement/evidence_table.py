"""What is known of each member, one line each: for the page that a human reads when the Primary component is lost.
Pure."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.galera.facts.member import Files, Member
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.values import Unknown


def render(members: Sequence[Member]) -> str:
    """Return one line per member: its SQL answer or why there is none, whether it runs, and its saved position."""
    return "\n".join(f"{one.host}: {_says(one)}; {_runs(one)}; {_saved(one)}" for one in members)


def _says(one: Member) -> str:
    if isinstance(one.status, Unknown):
        return f"SQL {one.sql}"
    status = one.status
    view = f"size {status.cluster_size}, conf {status.conf_id}, committed {status.last_committed}"
    return f"{status.cluster_status}/{status.local_state}, {view}, uuid {status.cluster_uuid}"


def _runs(one: Member) -> str:
    if isinstance(one.stopped, Unknown):
        return f"whether it runs is UNKNOWN ({one.stopped.reason})"
    if one.searching is True:
        return "looks for a Primary component" if one.stopped is False else "is started again and again"
    if one.stranded is True:
        return "began to join, lost the Primary component, and waits"
    if one.runs_own is False and isinstance(one.beside, tuple) and one.beside:
        return f"runs in {', '.join(one.beside)}, not in its own container"
    return "proven stopped" if one.stopped else "process runs"


def _saved(one: Member) -> str:
    if not isinstance(one.files, Files):
        return f"data directory UNKNOWN ({one.files.reason})" if isinstance(one.files, Unknown) else "no data directory"
    files = one.files
    safe = {True: "1", False: "0", None: "?"}[files.safe_to_bootstrap]
    text = f"grastate {files.uuid or '?'}:{'?' if files.seqno is None else files.seqno} safe_to_bootstrap {safe}"
    text += ", gvwstate.dat" if files.gvwstate else ""
    return text + (", SST in progress" if files.sst_in_progress else "")


def sample(picture: ClusterPicture) -> str:
    """Return in words what no figure counts: commits after the newest sample that the mark rests on."""
    return f"the mark's newest sample is of {_told(picture.mark_at)}, and what was committed after that is in no figure"


def positions(picture: ClusterPicture) -> str:
    """Return the evidence of a decision: the mark, then one line per member with its position, flag, view and unit."""
    mark = picture.mark
    if isinstance(mark, HighWaterMark):
        head = f"high-water mark {mark.uuid}:{mark.seqno}; {sample(picture)}"
    else:
        head = (
            f"high-water mark UNKNOWN ({mark.reason})"
            if isinstance(mark, Unknown)
            else "no high-water mark was ever stored"
        )
    return "\n".join((head, *(_position(one) for one in picture.members)))


def _position(one: MemberPicture) -> str:
    if not one.reached:
        return f"{one.host}: not reached, SQL {one.port}"
    uuid = "no history" if one.uuid in (None, NIL) else _told(one.uuid)
    where = "position" if one.position_read else "committed" if one.port == "answered" else "position not read:"
    flag = (
        {True: "1", False: "0", None: "-"}.get(one.safe_to_bootstrap)
        if not isinstance(one.safe_to_bootstrap, Unknown)
        else "?"
    )
    status = f"{_told(one.cluster_status)}/{_told(one.local_state)}" if one.port == "answered" else f"SQL {one.port}"
    parts = (
        f"{one.host}: {status}",
        f"{where} {uuid}:{_told(one.seqno)}",
        f"safe_to_bootstrap {flag}",
        f"view {_told(one.view)}",
        f"unit {_told(one.unit)}",
    )
    more = ", looks for a Primary component" if one.searching is True else ""
    more += ", began to join and lost the Primary component" if one.stranded is True else ""
    more += ", prepared transactions" if one.xa is True else ""
    return ", ".join(parts) + more


def _told(value: object) -> str:
    return f"UNKNOWN ({value.reason})" if isinstance(value, Unknown) else "-" if value is None else str(value)
