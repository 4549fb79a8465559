"""What no command of a Galera recovery may do, asked of the cloud itself, and not of what the daemon was told of it.

Invariant: nothing here asks a guard, a decision or a picture: positions, processes, holds and consents are the cloud's
and people's. What a healthy cluster has told is noted here a second time, so that a loss can be told without the
daemon's own mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remediator.integrations.galera.cluster import MARIADB
from remediator.integrations.galera.facts.answer import SQL, Status
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.member import Member
from remediator.integrations.galera.steps import scripts
from remediator.model.content.commands import Command
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from remediator.sim.part import Ledger, Sent, Wrong

INVARIANTS = {
    "bootstrap": "one bootstrap, of the recorded history, from its furthest member, beside no Primary and, unless "
    "all run, nothing that runs, its loss told",
    "joins": "members join one at a time, and nothing acts on a donor or joiner",
}
BETWEEN_S = 30.0
"""A healthy sample counts once another one has come so much later: the daemon may keep its mark a moment later than it
sees it."""


@dataclass
class Seen:
    """The history that a healthy majority has told of, and how far it was: `sure` is what the daemon must have kept."""

    uuid: str = ""
    sure: int = -1
    newest: int = -1
    newest_s: float = 0.0
    told: dict[str, tuple[float, Status]] = field(default_factory=dict)

    def replied(self, reply: HostReply, answer: Status | Unknown, members: int) -> None:
        """Take what the member of `reply` said over SQL."""
        at_s = reply.asked_at.boot_s
        if isinstance(answer, Unknown) or answer.local_state != "Synced":
            self.told.pop(reply.host, None)
            return
        self.told[reply.host] = (at_s, answer)
        fresh = [said for when_s, said in self.told.values() if at_s - when_s < BETWEEN_S]
        if len(fresh) * 2 <= members or len({said.cluster_uuid for said in fresh}) != 1:
            return
        uuid = fresh[0].cluster_uuid
        if self.uuid not in ("", uuid):
            return
        self.uuid = uuid
        if at_s - self.newest_s >= BETWEEN_S:
            self.sure = self.newest
            self.newest = max(said.last_committed for said in fresh)
            self.newest_s = at_s


class GaleraLedger(Ledger):
    """`seen`: what the members have told one daemon."""

    services = (MARIADB,)
    asked = tuple(INVARIANTS)

    def __init__(self, galera: Galera) -> None:
        self.galera = galera
        self.seen = Seen()

    def replied(self, reply: HostReply) -> None:
        if SQL.name in reply.sections:
            self.seen.replied(reply, reply.beside(SQL), len(self.galera.members))

    def holds(self, host: str, last: Mapping[str, HostReply]) -> list[str]:
        """GB-16 as the members themselves have said: the others a Primary majority, nobody joining or donating."""
        answers = [reply.beside(SQL) for name, reply in last.items() if name != host]
        primary = [one for one in answers if not isinstance(one, Unknown) and one.cluster_status == "Primary"]
        found = []
        if len(primary) < 2:
            found.append(f"quorum: only {len(primary)} other members said that they are Primary")
        moving = [one.local_state for one in primary if one.local_state != "Synced"]
        if moving:
            found.append(f"quorum: another member is {moving}")
        return found

    def forbids(self, sent: Sent) -> list[Wrong]:
        return objections(self.galera, self.seen, sent)

    def forbids_plain(self, run: str, service: str, command: Command) -> list[Wrong]:
        if service != MARIADB or command.argv[1] == "start":
            return []
        return [("quorum", f"{run} does more than start a database: {command.line()}")]


def objections(galera: Galera, seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    """Return (invariant, sentence) of everything that forbids `sent`."""
    member = galera.members[sent.host]
    asked = {
        "galera-hold": _hold, "galera-read-position": _read, "galera-bootstrap": _bootstrap, "galera-join": _join,
        "galera-start": _start, "galera-finish": _finish, "galera-release": _release,
        "galera-restart-left-out": _restart, "galera-pc-bootstrap": _pc_bootstrap,
    }.get(sent.script)  # fmt: skip
    found = [] if asked is None else asked(galera, member, seen, sent)
    if member.state in ("joining", "donor") and sent.script != "galera-release":
        found.append(("joins", f"{sent.script} acts on {sent.host}, which is {member.state}"))
    return found


def _hold(galera: Galera, member: Member, seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    """One that runs is held only while it is outside of a Primary component."""
    outside = member.state in ("waiting", "cut") and member.process == "unit"
    return [] if outside else _read(galera, member, seen, sent)


def _read(_galera: Galera, member: Member, _seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    return [("bootstrap", f"{sent.script} on {sent.host}, which runs")] if member.process else []


def _release(_galera: Galera, _member: Member, _seen: Seen, _sent: Sent) -> list[tuple[str, str]]:
    return []


def _bootstrap(galera: Galera, member: Member, seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    why = []
    running = sorted(host for host, one in galera.members.items() if one.process)
    if galera.primary or running:
        why.append(f"{running} runs, Primary is {galera.primary}")
    loose = sorted(host for host, one in galera.members.items() if one.hold != f"{scripts.HELD} {sent.mark}")
    if loose:
        why.append(f"nothing keeps {loose} from starting")
    if any(one.data.xa for one in galera.members.values()):
        why.append("a member has prepared transactions")
    why += _not_to_be_chosen(galera, member, seen, sent)
    return [("bootstrap", f"{sent.run} bootstraps {sent.host}: {one}") for one in why]


def _pc_bootstrap(galera: Galera, member: Member, seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    """By a statement, of a member that runs: every other one must run too, so that nobody's position is a file's."""
    why = []
    if galera.primary:
        why.append(f"{galera.primary} is Primary")
    down = sorted(host for host, one in galera.members.items() if one.process != "unit")
    if down:
        why.append(f"{down} does not run")
    why += _not_to_be_chosen(galera, member, seen, sent)
    return [("bootstrap", f"{sent.run} makes {sent.host} Primary: {one}") for one in why]


def _not_to_be_chosen(galera: Galera, member: Member, seen: Seen, sent: Sent) -> list[str]:
    """Return why the cluster may not go on from `member`, whichever way it is made Primary."""
    data, why = member.data, []
    if galera.bootstraps:
        why.append(f"there was a bootstrap already: {galera.bootstraps}")
    if data.empty or seen.uuid not in ("", data.uuid):
        why.append(f"{sent.host} is of {data.uuid}, and the cluster was {seen.uuid}")
    other = [host for host, one in galera.members.items() if not one.data.empty and one.data.uuid != data.uuid]
    if other:
        why.append(f"{other} holds another history")
    ahead = [host for host, one in galera.members.items() if not one.data.empty and one.data.committed > data.committed]
    if ahead:
        why.append(f"{ahead} is ahead of {sent.host} at {data.committed}")
    if data.committed < seen.sure and not sent.consented:
        why.append(f"{seen.sure - data.committed} transactions are lost, and nobody has said yes to that")
    return why


def _transferring(galera: Galera) -> list[str]:
    return sorted(host for host, one in galera.members.items() if one.state in ("joining", "donor"))


def _join(galera: Galera, member: Member, _seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    found = []
    if _transferring(galera):
        found.append(("joins", f"{sent.host} is to join while {_transferring(galera)} is on its way"))
    if not galera.primary and not member.process:
        found.append(("joins", f"{sent.host} is to join, and nothing is Primary"))
    return found


def _start(galera: Galera, member: Member, _seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    """Without an option: it loses nothing unless what it holds would be overwritten by those that are Primary."""
    data = member.data
    if galera.primary and not data.empty and data.uuid != galera.uuid:
        return [("bootstrap", f"{sent.host} is of {data.uuid} and would be overwritten by {galera.uuid}")]
    return []


def _finish(galera: Galera, member: Member, _seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    if member.process != "bootstrap" or not member.in_primary:
        return []
    others = [one for host, one in galera.members.items() if host != sent.host]
    if not any(one.state == "synced" for one in others):
        return [("quorum", f"{sent.host} is the only Primary member, and its container is to end")]
    if not sent.release and any(one.state != "synced" for one in others):
        return [("joins", f"the container of {sent.host} is to end, and not all others are Synced")]
    return []


def _restart(galera: Galera, member: Member, _seen: Seen, sent: Sent) -> list[tuple[str, str]]:
    if member.in_primary or len(galera.primary) * 2 <= len(galera.members):
        return [("quorum", f"{sent.host} is {member.state} and restarted, while {galera.primary} is Primary")]
    return []


def leftovers(galera: Galera) -> dict[str, str]:
    """Return host to what a run of the daemon has left there."""
    found = {}
    for host, one in galera.members.items():
        if one.hold is not None:
            found[host] = f"its unit is held: {one.hold}"
        elif one.helper is not None:
            found[host] = f"a container of {one.helper.run}"
    return found
