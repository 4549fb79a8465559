"""What is known of each member, one line each: for the page that a human reads when the Primary component is lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.galera.facts import Files, Member
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
    return "proven stopped" if one.stopped else "process runs"


def _saved(one: Member) -> str:
    if not isinstance(one.files, Files):
        return f"data directory UNKNOWN ({one.files.reason})" if isinstance(one.files, Unknown) else "no data directory"
    files = one.files
    safe = {True: "1", False: "0", None: "?"}[files.safe_to_bootstrap]
    text = f"grastate {files.uuid or '?'}:{'?' if files.seqno is None else files.seqno} safe_to_bootstrap {safe}"
    text += ", gvwstate.dat" if files.gvwstate else ""
    return text + (", SST in progress" if files.sst_in_progress else "")
