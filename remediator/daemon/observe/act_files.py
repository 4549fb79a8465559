"""Whether the files that say what `remediator-act` takes on a host are those of this release, as the host's newest
reply shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remediator import __version__
from remediator.daemon.turn.turn import Turn
from remediator.model.manifest.host_identity import ActFile
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown

MOST_TOLD = 3
REMEDY = "install what `remediator actions --format act` prints"


def note(turn: Turn, reply: HostReply) -> None:
    """Keep what is wrong with the files of the host of `reply`; a host that shows nothing leaves what it showed
    before."""
    wanted, stale = turn.world.setup.act_files, turn.world.others.act_files
    if not wanted or reply.reach is not Reach.OK:
        return
    machine = turn.world.loaded.integrations.machine(reply)
    if isinstance(machine, Unknown):
        return
    wrong = "" if machine.act_files is None else sentence(machine.act_files, wanted)
    if not wrong:
        stale.pop(reply.host, None)
    elif stale.get(reply.host) != wrong:
        stale[reply.host] = wrong


def sentence(files: Iterable[ActFile], wanted: Mapping[str, str]) -> str:
    """Return what is wrong with `files` beside those `wanted` (name to digest), and the remedy; empty where nothing
    is."""
    there = {each.name: each for each in files}
    if not there:
        return f"remediator-act has no file that says what it takes: {REMEDY}"
    wrong = [f"{name} lists nothing" for name, each in there.items() if each.sha256 is None]
    for name, digest in wanted.items():
        known = there.get(name)
        if known is None:
            wrong.append(f"{name} is missing")
        elif known.sha256 not in (None, digest):
            release = known.release or "no release"
            wrong.append(f"{name} is of {release}" + (", with another text" if release == __version__ else ""))
    if not wrong:
        return ""
    more = f" and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
    return f"{', '.join(wrong[:MOST_TOLD])}{more}; this is {__version__}: {REMEDY}"
