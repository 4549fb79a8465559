"""A grastate.dat whose seqno is another one than that of the data beside it. Pure.

The provider believes the file. It takes a position that was read from the data only where the file has none (seqno -1).
Source: Galera 26.4.18, galera/src/replicator_smm.cpp. A volume that was put back beside a newer grastate.dat would be
started as if it held what it lacks. That member would differ from the others in silence.

Invariant: such a member brings no history to start with. It takes a whole copy of the others, or a person decides.
"""

from __future__ import annotations

from remediator.integrations.galera.facts.member import Files, member
from remediator.integrations.galera.facts.state_files import Saved
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown


def saved_seqno(files: Files | Unknown | None) -> int | Unknown | None:
    """Return the position that grastate.dat claims; None: it claims none, or there is no such file."""
    if isinstance(files, Unknown) or files is None:
        return files
    return files.grastate.seqno if isinstance(files.grastate, Saved) else files.grastate


def saved(reply: HostReply | None) -> int | Unknown | None:
    """Return the position that grastate.dat on the host of `reply` claims."""
    return Unknown("not_asked") if reply is None else saved_seqno(member(reply.host, reply).files)


def of(claimed: int | Unknown | None, read: int | Unknown | None) -> bool:
    """Return whether grastate.dat claims a position and the one that was read from the data is another one, or none."""
    return isinstance(claimed, int) and not isinstance(read, Unknown) and claimed != read


def sentence(host: str, claimed: int | Unknown | None, read: int | Unknown | None) -> str:
    """Return what is wrong with the member, and the remedy."""
    return (
        f"grastate.dat of {host} says {claimed}, and its data goes to "
        f"{'no position' if read is None else read}: Galera would believe the "
        f"file and start it as it is (GB-6). Save its data directory, then let it take a whole copy "
        f"(move its grastate.dat away and start "
        "its unit), or find out who wrote that file"
    )
