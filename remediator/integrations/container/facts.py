"""From the section `containers` of one reply to frozen facts about a host's containers and their units. Pure.

Invariant: a section of the wrong shape is UNKNOWN as a whole, and so is one with a time that no clock shows. A name
that no container can have costs its entry alone: it is left out and listed in `refused`. Docker and Podman come out
alike. Podman's ``stopped`` becomes ``exited``, and its ``configured`` and ``initialized`` become ``created``. Podman's
health keys are evened out on the host already.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from remediator.integrations import typed
from remediator.integrations.container.kolla import releases
from remediator.model import names
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

SAME_MOMENT_S = 10.0
LONGEST_TIME = 64
LONGEST_WHY = 200
STAMP = re.compile(r"[0-9]{1,20}")
STATUSES = {"stopped": "exited", "configured": "created", "initialized": "created", "stopping": "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What the engine says of one container; times are epoch seconds by the host's clock, None when never."""

    name: str
    id: str
    image: str | None
    image_id: str | None
    created_s: float | None
    status: str
    running: bool
    exit_code: int
    oom_killed: bool
    oom_before: bool
    """The container runs, and the kernel's out-of-memory killer ended its previous life."""
    error: str
    started_at: str | None
    started_s: float | None
    finished_s: float | None
    restart_count: int
    restart_policy: str
    health: str | None
    failing_streak: int | None
    health_output: str | None
    kolla_version: str | None
    short_lived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What systemd says of one unit. `busy`: systemd is at work on the unit, or will be without anybody's doing."""

    state: str
    substate: str
    result: str
    n_restarts: int
    invocation_id: str
    busy: bool
    start_limit_hit: bool
    """The unit failed because it was started too often: systemd will not start it again by itself."""
    stopped_before_exit: bool
    """The unit left `active` before its main process ended: somebody stopped it, it did not fall over by itself."""
    start_refused: bool = False
    """The unit is down because one of its assertions failed at its last start: a drop-in holds it."""

    @property
    def failed(self) -> bool:
        """systemd has given up the unit. A unit whose restart an assertion refused stays `inactive` (seen with systemd
        252)."""
        return self.state == "failed" or self.start_refused

    @property
    def operator_stopped(self) -> bool:
        """A stop job, also one after which the process had to be killed (``failed``, yet asked for).

        A unit that falls over ends in `failed` or starts again. It becomes `inactive` only because somebody wished so,
        or because its start was refused. Nobody who wants it stopped starts it after that: a refused start is of a
        recovery that holds it.
        """
        if self.state == "inactive":
            return not self.start_refused
        return self.failed and not self.start_limit_hit and self.stopped_before_exit and not self.start_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class HostContainers:
    """All of one host. `containers` is None when the engine did not answer; `engine_state`: ok missing hung down."""

    engine: str
    engine_state: str
    engine_reason: str
    containers: Mapping[str, Container] | None
    unit_files: frozenset[str]
    units: Mapping[str, Unit] | Unknown
    configs: frozenset[str]
    """Containers that are configured below /etc/kolla."""
    logs: Mapping[str, str]
    unread: Mapping[str, str] = field(default_factory=dict)
    """Containers that are there, and of which the engine gives no facts, each with why: everything about them is
    UNKNOWN."""
    refused: tuple[str, ...] = ()
    """Each name in the reply that no container can have, with what it was the name of."""

    @property
    def expected(self) -> frozenset[str]:
        """The containers that ought to be here: those with a unit file, and those with a configuration.

        Where kolla writes units (since 2023.1), a service that was taken out may leave its configuration behind. There
        a configuration without a unit counts only while its container exists.
        """
        if self.unit_files:
            return self.unit_files | (self.configs & frozenset((*(self.containers or {}), *self.unread)))
        return self.configs

    def release(self, name: str) -> str | None:
        """The release of kolla by the label of container `name`, else the one release that all others show; None
        otherwise."""
        known = self.containers or {}
        own = known[name].kolla_version if name in known else None
        shown = {own} if own else {each.kolla_version for each in known.values() if each.kolla_version}
        found = {releases.release(version) for version in shown}
        return next(iter(found)) if len(found) == 1 else None


def parse(data: Any) -> HostContainers | Unknown:
    """Return the facts in section `containers`, or `Unknown` with its reason."""
    return typed.read(data, "containers", _parsed)


def _parsed(data: Mapping[str, Any]) -> HostContainers:
    engine, units, refused = typed.table(data, "engine"), data["units"], list[str]()
    clock_s = typed.moment(data, "clock") if "clock" in data else typed.LAST_S
    said = typed.table(data, "logs")
    logs = {name: typed.text(said, name) for name in said if names.is_name(name)}
    found = None if data["containers"] is None else _named("container", typed.table(data, "containers"), refused)
    unread = _named("container", typed.table(data, "unread") if "unread" in data else {}, refused)
    known = None if units is None else _named("unit", typed.table(data, "units"), [])
    unit_files = frozenset(_named("unit file", dict.fromkeys(typed.texts(data, "unit_files")), refused))
    configs = frozenset(
        _configured(name, found)
        for name in _named("directory in /etc/kolla", dict.fromkeys(typed.texts(data, "configs")), refused)
    )
    return HostContainers(
        engine=typed.text(engine, "name"),
        engine_state=typed.text(engine, "state"),
        engine_reason=typed.text(engine, "reason"),
        containers=None if found is None else {name: _container(typed.table(found, name), clock_s) for name in found},
        unit_files=unit_files,
        units=Unknown(typed.text(data, "units_reason"))
        if known is None
        else {name: _unit(typed.table(known, name), logs.get(name, "")) for name in known},
        configs=unit_files if configs == unit_files else configs,
        logs=logs,
        unread={name: typed.text(unread, name)[:LONGEST_WHY] for name in unread if name not in (found or {})},
        refused=tuple(refused),
    )


def _named(what: str, found: Mapping[str, Any], refused: list[str]) -> dict[str, Any]:
    """Return `found` without the names that no container can have; what was left out is put into `refused`, one by
    one."""
    known = {sys.intern(name): value for name, value in found.items() if names.is_name(name)}
    if len(known) < len(found):
        refused.extend(f"{what} {ascii(name)[:80]}" for name in found if name not in known)
    return known


def _configured(directory: str, found: Any) -> str:
    """Return the container of a directory: of that very name where one is there, else as kolla names it."""
    return directory if directory in (found or ()) else releases.configured(directory)


def _container(item: Mapping[str, Any], clock_s: float) -> Container:
    status, started_s = typed.word(item, "status"), _when(item, "started_at", clock_s)
    return Container(
        name=typed.word(item, "name"),
        id=typed.text(item, "id"),
        image=typed.word_or_none(item, "image"),
        image_id=typed.word_or_none(item, "image_id"),
        created_s=_when(item, "created", clock_s),
        status=STATUSES.get(status, status),
        running=typed.flag(item, "running"),
        exit_code=typed.whole(item, "exit_code"),
        oom_killed=_oom_killed(item, clock_s),
        oom_before=item["running"] and _kernel_killed(item, clock_s),
        error=typed.text(item, "error"),
        started_at=None if started_s is None else typed.text(item, "started_at"),
        started_s=started_s,
        finished_s=_when(item, "finished_at", clock_s) if "finished_at" in item else None,
        restart_count=typed.whole(item, "restart_count"),
        restart_policy=typed.word(item, "restart_policy"),
        health=typed.word_or_none(item, "health"),
        failing_streak=typed.whole_or_none(item, "failing_streak"),
        health_output=typed.text_or_none(item, "health_output"),
        kolla_version=typed.word_or_none(item, "kolla_version"),
        short_lived=typed.flag(item, "short_lived"),
    )


def _oom_killed(item: Mapping[str, Any], clock_s: float) -> bool:
    """Return whether the last end of the container was an OOM kill.

    Docker's flag outlives the next start (seen with 20.10), and Podman's is not always set: the kernel's own words
    count, when they fit the time of the end.
    """
    flagged = typed.flag(item, "oom_killed")
    if item["running"] or item["exit_code"] != 137:
        return False
    return flagged or _kernel_killed(item, clock_s)


def _kernel_killed(item: Mapping[str, Any], clock_s: float) -> bool:
    """Return whether the kernel's log has an out-of-memory kill at the moment of the last end."""
    finished_s = _when(item, "finished_at", clock_s)
    if finished_s is None or "oom_ago_s" not in item:
        return False
    return abs(clock_s - finished_s - typed.age(item, "oom_ago_s")) < SAME_MOMENT_S


def _unit(item: Mapping[str, Any], log: str) -> Unit:
    for name, value in item.items():
        if not (isinstance(value, str) and len(value) <= typed.MOST_CHARS and value.isascii()):
            typed.text(item, name)  # systemd prints nothing else
    state, substate = item["ActiveState"], item["SubState"]
    moving = state in ("activating", "deactivating", "reloading", "refreshing") or substate.startswith("auto-restart")
    left, ended = _stamp(item, "ActiveExitTimestampMonotonic"), _stamp(item, "ExecMainExitTimestampMonotonic")
    stopped = 0 < left < ended
    return Unit(
        state=sys.intern(state),
        substate=sys.intern(substate),
        result=sys.intern(item["Result"]),
        n_restarts=typed.digits({"NRestarts": "0", **item}, "NRestarts"),
        invocation_id=item.get("InvocationID", ""),
        busy=moving or item.get("Job", "0") not in ("", "0"),
        start_limit_hit=state == "failed" and not stopped and _gave_up(item, log),
        stopped_before_exit=stopped,
        start_refused=_start_refused(item, state, ended),
    )


def _start_refused(item: Mapping[str, str], state: str, ended: int) -> bool:
    """Return whether an assertion refused the unit's last start. One that was killed by its stop stays ``failed`` then
    (seen with systemd 252): there the refused start must have come after that end."""
    refused_at = _stamp(item, "AssertTimestampMonotonic") if item.get("AssertResult") == "no" else 0
    return refused_at > 0 and (state == "inactive" or (state == "failed" and refused_at > ended))


def _gave_up(item: Mapping[str, str], log: str) -> bool:
    """Return whether a failed unit met its start limit.

    systemd (252, seen in a lab) keeps the Result of the last crash when a restart is refused for the limit: then only
    as many restarts as the limit allows, or its own words in the journal, tell.
    """
    if item["Result"] == "start-limit-hit" or 0 < _stamp(item, "StartLimitBurst") <= _stamp(item, "NRestarts"):
        return True
    return log.rfind("Start request repeated too quickly") > log.rfind("Started kolla-")


def _stamp(item: Mapping[str, str], name: str) -> int:
    text = item.get(name, "0")
    return int(text) if STAMP.fullmatch(text) else 0


def _when(item: Mapping[str, Any], key: str, clock_s: float) -> float | None:
    """Return the time at `key` in epoch seconds by the host's clock, None for "never". Raise ValueError for one that no
    clock shows."""
    found = epoch(None if item[key] is None else typed.text(item, key, LONGEST_TIME))
    return None if found is None else typed.known_moment(found, key, clock_s)


def epoch(text: str | None) -> float | None:
    """Return an engine's time as epoch seconds, None for "never" (nothing, or year 1). Raise ValueError for what is not
    a time."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.year < 1971:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


CONTAINERS = SectionKind(name="containers", facts=HostContainers, parse=parse)


def of(reply: HostReply) -> HostContainers | Unknown:
    """Return the facts in section `containers` of `reply`."""
    return reply.facts(CONTAINERS)
