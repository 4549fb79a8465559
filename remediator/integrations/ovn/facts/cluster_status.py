"""What a member of a raft cluster says of it: the text of ``cluster/status``. Pure.

Invariant: a text that lacks what every member says, says something twice, or was cut in the middle is UNKNOWN as a
whole. A line that nobody knows is passed over: newer servers print more. Source: openvswitch ovsdb/raft.c,
raft_unixctl_status(), of branches 2.12 to 3.5, which print these lines in this order.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.integrations import typed
from remediator.integrations.ovs.facts import remotes
from remediator.integrations.ovs.facts.remotes import Remote
from remediator.model.values import Unknown

MOST_SERVERS = 64
MOST_TEXT = 65_536
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")
_ADDRESS = re.compile(r"[A-Za-z0-9_.:%\[\]/-]{1,200}")
_ID = re.compile(r"([0-9a-f]{4}) \(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)")
_SID = re.compile(r"self|[0-9a-f]{4,8}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_LOG = re.compile(r"\[([0-9]{1,20}), ([0-9]{1,20})\]")
_ELECTION = re.compile(r"Last Election (started|won):? (\d{1,20}) ms ago(?:, reason: (\w{1,40}))?")
_CONNECTION = re.compile(r"(\(?)(->|<-)([0-9a-f]{4,8})(\)?)")
_SERVER = re.compile(r" {4}[0-9a-f]{4,8} \(([0-9a-f]{4}) at ([A-Za-z0-9_.:%\[\]/-]{1,200})\)(.{0,200})")
_INDEX = re.compile(r" (next_index|match_index)=([0-9]{1,20})")
_LAST = re.compile(r" last msg ([0-9]{1,20}) ms ago")


class Standing(enum.Enum):
    """How the server stands to its cluster (line ``Status``)."""

    MEMBER = "cluster member"
    JOINING = "joining cluster"
    LEAVING = "leaving cluster"
    LEFT = "left cluster"
    FAILED = "failed"
    DISCONNECTED = "disconnected from the cluster (election timeout)"


class Role(enum.Enum):
    LEADER = "leader"
    FOLLOWER = "follower"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One line below ``Servers``: a member by the word of the one that was asked."""

    sid: str
    """The first four hexadecimal digits of its server id."""
    address: str
    """As it was written: ``tcp:10.0.0.1:6644``."""
    remote: Remote | Unknown
    is_self: bool
    next_index: int | None
    match_index: int | None
    """What the leader knows the server to have; both None on a follower."""
    last_msg_ms: int | None
    """Since its last word; None: it never spoke, or the server is of a release that does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection to another member; `up` False: it is being made (its line has it in parentheses)."""

    sid: str
    outgoing: bool
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterStatus:
    """One member's word on its cluster."""

    name: str
    """Of the database: ``OVN_Southbound``."""
    cluster_id: str | None
    """The whole UUID; None: it has none yet (it is joining for the first time)."""
    server_id: str
    """The whole UUID; its first four digits are what others call it."""
    address: str
    remote: Remote | Unknown
    standing: Standing
    joining_by: tuple[str, ...]
    """The remotes that a joining server knows."""
    role: Role | None
    """None: it does not say, for it is no member (yet, or any more)."""
    term: int | None
    leader: str | None
    """``self``, the first four digits of a server id, or None: it knows none."""
    vote: str | None
    election_timer_ms: int | None
    log_from: int | None
    log_to: int | None
    not_committed: int | None
    not_applied: int | None
    connections: tuple[Connection, ...]
    disconnections: int | None
    """How often a connection broke since the server started; None: its release does not say it."""
    servers: tuple[Server, ...]
    election_started_ms: int | None
    election_reason: str | None
    election_won_ms: int | None

    @property
    def sid(self) -> str:
        """The first four digits of its own server id."""
        return self.server_id[:4]

    @property
    def is_leader(self) -> bool:
        """It holds itself for the leader, in role and in name."""
        return self.role is Role.LEADER and self.leader == "self"

    @property
    def leader_sid(self) -> str | None:
        return self.sid if self.leader == "self" else self.leader

    @property
    def doubled_addresses(self) -> Mapping[str, tuple[str, ...]]:
        """Addresses that two servers or more have, with their ids: all but one of them are ghosts."""
        by_address: dict[str, list[str]] = {}
        for one in self.servers:
            place = one.address if isinstance(one.remote, Unknown) else one.remote.text
            by_address.setdefault(place, []).append(one.sid)
        return {address: tuple(sids) for address, sids in by_address.items() if len(sids) > 1}


def parse(text: str) -> ClusterStatus | Unknown:
    """Return what the text of ``cluster/status`` says."""
    if len(text) > MOST_TEXT:
        return Unknown("cluster_status: too long")
    head, marked, tail = text.partition("\nServers:\n")
    if not marked or not text.endswith("\n"):
        return Unknown("cluster_status: cut")
    try:
        return _parsed(_lines(head), tail.splitlines())
    except (KeyError, ValueError) as error:
        return Unknown(f"cluster_status: {type(error).__name__}: {ascii(str(error)[:60])[1:-1]}")


def _lines(head: str) -> Mapping[str, str]:
    """Return the values by their names. Raise ValueError for a name that stands there twice."""
    found: dict[str, str] = {}
    for line in head.splitlines()[1:]:
        name, colon, value = line.partition(":")
        if not colon or _ELECTION.match(line) or line.startswith(("Adding server ", "Removing server ")):
            continue
        if name in found:
            raise ValueError(f"{name[:30]} stands there twice")
        found[name] = value.strip()
    elections = [match for match in map(_ELECTION.match, head.splitlines()) if match]
    found.update({f"election {match.group(1)}": match.group(2) for match in elections})
    reasons = [match.group(3) for match in elections if match.group(3)]
    return {**found, "election reason": reasons[-1]} if reasons else found


def _parsed(lines: Mapping[str, str], servers: Sequence[str]) -> ClusterStatus:
    standing, log = Standing(lines["Status"]), _LOG.fullmatch(lines.get("Log", ""))
    if len(servers) > MOST_SERVERS:
        raise ValueError("too many servers")
    return ClusterStatus(
        name=_matched(_WORD, lines["Name"]),
        cluster_id=None if lines["Cluster ID"] == "not yet known" else _id(lines["Cluster ID"]),
        server_id=_id(lines["Server ID"]),
        address=_matched(_ADDRESS, lines["Address"]),
        remote=_remote(lines["Address"]),
        standing=standing,
        joining_by=tuple(lines.get("Remotes for joining", "").split()[:MOST_SERVERS]),
        role=Role(lines["Role"]) if "Role" in lines else None,
        term=_number(lines, "Term"),
        leader=_leader(lines["Leader"]),
        vote=_leader(lines.get("Vote", "unknown")),
        election_timer_ms=_number({"timer": lines.get("Election timer", "").split(" ")[0]}, "timer"),
        log_from=None if log is None else _whole(log.group(1)),
        log_to=None if log is None else _whole(log.group(2)),
        not_committed=_number(lines, "Entries not yet committed"),
        not_applied=_number(lines, "Entries not yet applied"),
        connections=tuple(_connection(word) for word in lines["Connections"].split()[: 4 * MOST_SERVERS]),
        disconnections=_number(lines, "Disconnections"),
        servers=tuple(_server(line) for line in servers),
        election_started_ms=_number(lines, "election started"),
        election_reason=lines.get("election reason"),
        election_won_ms=_number(lines, "election won"),
    )


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise ValueError(f"not of the known form: {text[:40]}")
    return text


def _id(text: str) -> str:
    """Return the UUID in ``1a2b (1a2b3555-...)``."""
    found = _ID.fullmatch(text)
    if found is None or not found.group(2).startswith(found.group(1)):
        raise ValueError(f"no id: {text[:40]}")
    return found.group(2)


def _remote(text: str) -> Remote | Unknown:
    found = remotes.remote(text)
    return Unknown("address: not of a known form") if found is None else found


def _leader(text: str) -> str | None:
    return None if text == "unknown" else _matched(_SID, text)


def _number(lines: Mapping[str, str], name: str) -> int | None:
    """Return the number that stands there; None where the server does not say it."""
    return _whole(lines[name]) if lines.get(name) else None


def _whole(text: str) -> int:
    number = int(_matched(_DIGITS, text))
    return min(number, typed.WHOLE - 1)


def _connection(word: str) -> Connection:
    found = _CONNECTION.fullmatch(word)
    if found is None or (found.group(1) == "(") != (found.group(4) == ")"):
        raise ValueError(f"no connection: {word[:20]}")
    return Connection(sid=found.group(3), outgoing=found.group(2) == "->", up=not found.group(1))


def _server(line: str) -> Server:
    found = _SERVER.fullmatch(line)
    if found is None:
        raise ValueError(f"no server: {line[:40]}")
    rest = found.group(3)
    numbers = {name: _whole(value) for name, value in _INDEX.findall(rest)}
    last = _LAST.search(rest)
    return Server(
        sid=found.group(1),
        address=found.group(2),
        remote=_remote(found.group(2)),
        is_self="(self)" in rest,
        next_index=numbers.get("next_index"),
        match_index=numbers.get("match_index"),
        last_msg_ms=None if last is None else _whole(last.group(1)),
    )
