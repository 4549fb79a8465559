"""The ways to the hosts of the cloud in memory, in place of those of `reach`: bytes in, bytes out.

Invariant: `SimReach` keeps the contract of `reach.interface`. What takes time is told to the clock, never waited for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args

from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Reach
from remediator.reach.interface import RawReply
from remediator.runs import claims
from remediator.sim.cloud import hostile_plays, scripts
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.hosts import SimHost
from remediator.sim.technology import Endpoint

ROUND_TRIP_S = 0.2
COMMAND_S = scripts.MOMENT_S
CONNECT_S = 5.0
STUCK_S = 400.0
"""How long a call takes that keeps no deadline, against the contract: nothing may rest on every call coming back."""

MANGLES = ("cut", "noise", "banner", "not_json", "late", "busy", "stale", "section_late", "hang")
"""What may become of a reply. ``banner`` alone does no harm."""

LIES = ("says_well", "says_dead")
"""A reply that is whole and not true: everything runs; or the first container that has a unit and no data has given
up."""

End = Literal["ok", "refused", "lost", "never_left", "lost_before", "late", "hang"]
ENDS: tuple[End, ...] = get_args(End)
"""What may become of a command. It is carried out and answered, refused by the host (exit 1), or carried out and its
answer is lost. There never was a connection, or the command is lost on the way. It is carried out only later and its
answer is lost, or carried out and never answered."""

NEVER, NEVER_S = "never", 1e6
"""One more, which chance never draws: it is not carried out, and its thread never comes back."""


@dataclass
class Luck:
    """What becomes of the next replies of each host and of the next commands, first come first served."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    """Of the next claims: ``ok``, ``lost`` or ``never_left``."""
    rewrite: Callable[[str, bytes], bytes] | None = None
    """What a host that somebody else speaks for says in place of its own reply (`tests.fuzz`)."""
    lied_at: dict[str, float] = field(default_factory=dict)
    """When each host last gave an untrue answer."""

    def of_reply(self, host: str) -> str:
        waiting = self.replies.get(host)
        return waiting.pop(0) if waiting else ""

    def of_command(self) -> str:
        return self.commands.pop(0) if self.commands else "ok"


class SimReach:
    """One daemon's way to the cloud. `before` and `after` are called around every effect on a host."""

    def __init__(
        self,
        cloud: SimCloud,
        luck: Luck,
        leaving: Callable[[str, Command], None],
        before: Callable[[str], None],
        after: Callable[[str], None],
    ) -> None:
        self.token = ""
        self._cloud = cloud
        self._luck = luck
        self._leaving = leaving
        self._before, self._after = before, after
        self._claiming = ""
        """The word of the newest claim: of its hosts only the first one is a point to die at."""
        self._older: dict[str, bytes] = {}
        """The last good body of each host, for a reply that is stale."""

    def close(self) -> None:
        """There is nothing to end."""

    # replies ----------------------------------------------------------------------------------------------------------

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        found, clock = self._cloud.machine(host.name), self._cloud.clock
        failed = self._no_way(found, deadline_s)
        if failed is not None:
            return failed
        clock.lag_s += ROUND_TRIP_S / 2
        request = _request(stdin)
        mangle = self._luck.of_reply(host.name)
        if mangle in (*LIES, "stale"):
            self._luck.lied_at[host.name] = clock.elapsed_s
        body = self._body(found, [each["name"] for each in request["sections"]], mangle)
        if self._luck.rewrite is not None:
            body = self._luck.rewrite(host.name, body)
        clock.lag_s += ROUND_TRIP_S / 2 + found.says_after_s
        if found.plays:
            return self._hostile(found, request["sentinel"], body, deadline_s, max_bytes)
        return self._line(found, request["sentinel"], body, mangle, deadline_s)

    def _hostile(self, host: SimHost, sentinel: str, body: bytes, deadline_s: float, max_bytes: int) -> RawReply:
        """Answer as a host that lies; the bounds are those of the ways to real hosts."""
        host.played += 1
        said = hostile_plays.play(host.plays, json.loads(body), sentinel, host.played)
        if host.plays == hostile_plays.DRIPS:
            self._cloud.clock.lag_s += deadline_s
            return RawReply(reach=Reach.UNREACHABLE, reason=f"{host.name} did not answer within {deadline_s:.0f} s")
        if len(said) > max_bytes:
            return RawReply(reach=Reach.TOO_LARGE, reason=f"{host.name} sent more than {max_bytes} bytes")
        return RawReply(reach=Reach.OK, stdout=said, exit_code=0)

    def _no_way(self, host: SimHost, deadline_s: float) -> RawReply | None:
        clock = self._cloud.clock
        if host.name in self._cloud.cut_off or not host.power or host.ssh == "dropped":
            clock.lag_s += CONNECT_S
            return RawReply(reach=Reach.UNREACHABLE, reason=f"{host.name} gives no answer within {CONNECT_S:.0f} s")
        if host.ssh == "refused":
            return RawReply(reach=Reach.UNREACHABLE, reason=f"{host.name} refuses connections: start its sshd")
        if host.ssh in ("stuck", "gone"):
            clock.lag_s += STUCK_S if host.ssh == "stuck" else NEVER_S
            return RawReply(reach=Reach.UNREACHABLE, reason=f"a call to {host.name} was stuck in this process")
        if host.ssh == "silent":
            clock.lag_s += deadline_s
            return RawReply(reach=Reach.UNREACHABLE, reason=f"{host.name} accepts and then says nothing")
        return None

    def _body(self, host: SimHost, wanted: Sequence[str], mangle: str) -> bytes:
        if mangle == "stale" and host.name in self._older:
            return self._older[host.name]
        sections = host.sections(wanted)
        if mangle in LIES:
            _lie(sections["containers"]["data"], mangle == "says_well", self._cloud.stateful)
        if mangle == "section_late" and "containers" in sections:
            sections["containers"] = {"took": 8.0, "unknown": "timeout:containers"}
        said = {"v": 1, "boot_id": host.boot_id, "sections": sections, "took": 0.1, "clock": host.wall().timestamp()}
        if mangle == "busy":
            said |= {"busy": True, "sections": {}}
        body = json.dumps(said).encode()
        if not mangle:
            self._older[host.name] = body
        return body

    def _line(self, host: SimHost, sentinel: str, body: bytes, mangle: str, deadline_s: float) -> RawReply:
        line = b"\n" + sentinel.encode() + b" " + body + b"\n"
        if mangle in ("late", "hang"):
            self._cloud.clock.lag_s += deadline_s
            return RawReply(reach=Reach.UNREACHABLE, reason=f"{host.name} did not answer within {deadline_s:.0f} s")
        if mangle == "cut":
            line = line[: len(line) // 2]
        elif mangle == "noise":
            line = b"\xff\x00 no reply at all \n"
        elif mangle == "banner":
            line = b"Authorized use only.\n" + line
        elif mangle == "not_json":
            line = line.replace(b'"took"', b"took", 1)
        return RawReply(reach=Reach.OK, stdout=line, exit_code=0)

    # commands ---------------------------------------------------------------------------------------------------------

    def run(self, host: Host, command: Command) -> CommandDone:
        found, clock = self._cloud.machine(host.name), self._cloud.clock
        if scripts.name_of(command.argv) == claims.NAME:
            return self._claim(found, command)
        self._before("command")
        self._leaving(host.name, command)
        end = self._luck.of_command()
        if not found.answers or found.name in self._cloud.cut_off or end == "never_left":
            clock.lag_s += CONNECT_S
            return CommandDone.never_left(command.argv, "no answer", took_s=COMMAND_S)
        if not self._newest(found):
            return self._done(command, 126, "a newer daemon has acted here since")
        script = self._cloud.script_of(command.argv)
        clock.lag_s += COMMAND_S if script is None else script.takes_s
        if end == "refused":
            return self._done(command, 1, "")
        if end == "late":
            self._cloud.timeline.after(12.0, partial(self._obey_late, found, command))
        if end == NEVER:
            clock.lag_s += NEVER_S
        if end in ("lost_before", "late", NEVER):
            return self._done(command, None, "the connection was lost")
        code, output = self._obey(found, command)
        self._after("command")
        if end == "hang":
            clock.lag_s += command.timeout_s
        if end in ("lost", "hang"):
            return self._done(command, None, "the connection was lost")
        return self._done(command, code, "" if code == 0 else "Job failed", output)

    def _claim(self, host: SimHost, command: Command) -> CommandDone:
        """Claim one host: a command that changes nothing, so that no luck of those that do is used up for it."""
        clock, words = self._cloud.clock, command.argv[4:]
        first = words[4] != self._claiming
        self._claiming = words[4]
        if first:
            self._before("claim")
        end = self._luck.claims.pop(0) if self._luck.claims else "ok"
        if not host.answers or host.name in self._cloud.cut_off or end == "never_left":
            clock.lag_s += CONNECT_S
            return CommandDone.never_left(command.argv, "no answer", took_s=COMMAND_S)
        if host.wrapped and self._epoch < host.token:
            return self._done(command, 126, "a newer daemon has acted here since")
        clock.lag_s += ROUND_TRIP_S
        code, output = host.claims.lay(words, host.up_s)
        if first:
            self._after("claim")
        if end == "lost":
            return self._done(command, None, "the connection was lost")
        return self._done(command, code, "", output)

    def _newest(self, host: SimHost) -> bool:
        if not host.wrapped:
            return True
        if self._epoch < host.token:
            return False
        host.token = self._epoch
        return True

    @property
    def _epoch(self) -> int:
        return int(self.token.rpartition(":")[2] or 0)

    def _obey_late(self, host: SimHost, command: Command) -> None:
        self._obey(host, command)

    def _obey(self, host: SimHost, command: Command) -> tuple[int, str]:
        """Carry out `command` on `host`, and return its exit code and output."""
        if not host.power:
            return 255, ""
        output = ""
        for words in (command.first, command.argv):
            code, script = 0, self._cloud.script_of(words)
            if script is not None:
                code, output = script.obey(self._cloud, host, tuple(words[4:]))
            elif words:
                code = self._one(host, words)
            if code != 0:
                return code, output
        host.orders.append((self._cloud.clock.elapsed_s, command.argv))
        return 0, output

    @staticmethod
    def _one(host: SimHost, words: Sequence[str]) -> int:
        if words[0] in host.programs:
            return host.programs[words[0]](words[1:])
        name = words[-1].removeprefix("kolla-").removesuffix("-container.service")
        service = host.services.get(name)
        if service is None or not service.present:
            return 5
        if words[1] == "reset-failed":
            service.reset_failed()
            return 0
        return {"start": service.start, "restart": service.restart}[words[1]]()

    @staticmethod
    def _done(command: Command, code: int | None, error: str, output: str = "") -> CommandDone:
        return CommandDone(argv=command.argv, exit_code=code, output=output, took_s=COMMAND_S, error=error)

    # the others -------------------------------------------------------------------------------------------------------

    def dial(self, endpoint: Endpoint, host: Host) -> Any:
        """Answer as the service of `endpoint` would, over a connection of its own."""
        found = self._cloud.machine(host.name)
        if found.name in self._cloud.cut_off or not found.power:
            return endpoint.silent
        return endpoint.answers(self._cloud, found) if _listens(found, host) else endpoint.refused

    def references(self, addresses: Sequence[tuple[str, int]]) -> dict[str, bool]:
        return {f"{address}:{port}": not self._cloud.cut_off for address, port in addresses}


def _lie(data: dict[str, Any], well: bool, stateful: frozenset[str]) -> None:
    """Make the section `containers` say what is not so."""
    if data["containers"] is None:
        return
    names = [name for name in sorted(data["units"]) if name in data["containers"] and name not in stateful]
    for name in names if well else names[:1]:
        data["containers"][name] |= {
            "running": well, "status": "running" if well else "exited", "exit_code": 0 if well else 1, "health": None,
            "failing_streak": None,
        }  # fmt: skip
        state = ("active", "running", "success") if well else ("failed", "failed", "exit-code")
        data["units"][name] |= dict(zip(("ActiveState", "SubState", "Result"), state, strict=True))
        data["units"][name] |= {"NRestarts": "0" if well else "10", "ActiveExitTimestampMonotonic": "0"}


def _request(stdin: bytes) -> Mapping[str, Any]:
    """Return the request behind the compressed script (see `collect.assembly`)."""
    length, _, rest = stdin.partition(b"\n")
    found: Mapping[str, Any] = json.loads(rest[int(length) :])
    return found


def _listens(found: SimHost, dialled: Host) -> bool:
    """Services are bound to the host's service address: whoever dials another one of it is refused, whatever runs."""
    return (dialled.api_address or dialled.address) == found.service_address
