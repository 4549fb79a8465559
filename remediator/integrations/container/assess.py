"""Judgement-free results about a host's containers: `container.state` and `container.health`. Pure.

Invariant: every expected container gives one result with every declared field. What the engine did not say is UNKNOWN
with the engine's own reason, and what systemd did not say with systemd's reason. An unreachable host gives each
remembered container with all fields UNKNOWN. `fields.py` says what each field means.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from remediator.integrations.container import causes, facts, fields
from remediator.integrations.container.kolla import catalogue, releases
from remediator.integrations.container.kolla.catalogue import Catalogue
from remediator.integrations.container.memory import ContainerMemory, Remembered
from remediator.integrations.host import disks
from remediator.model import targets
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.kleene import Truth, all_of, negate
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

ENGINE_LOST_IT = 255
"""What Docker says of a container that ran when Docker itself went down hard; some are not started again."""
LOOP_STARTS = 3
LOOP_SETTLES_S = 120.0
"""systemd's StartLimitInterval of kolla: what runs for longer than this after three starts is not looping any more."""


def state(evidence: Evidence, known: Catalogue = catalogue.OF_KOLLA) -> Sequence[Assessed]:
    """Return `container.state` of each expected container of the evidence's hosts."""
    return [one for host in evidence.hosts for one in _host(evidence, host, state_data, tuple(fields.STATE), known)]


def health(evidence: Evidence, known: Catalogue = catalogue.OF_KOLLA) -> Sequence[Assessed]:
    """Return `container.health` of each expected container of the evidence's hosts."""
    return [one for host in evidence.hosts for one in _host(evidence, host, _health, tuple(fields.HEALTH), known)]


class View:
    """One container as one reply shows it: the facts that both assessments start from."""

    def __init__(
        self,
        found: facts.HostContainers,
        reply: HostReply,
        name: str,
        full: frozenset[str],
        known: Catalogue = catalogue.OF_KOLLA,
    ) -> None:
        self.name = name
        self.catalogue = known
        self.engine = found.engine
        containers = found.containers
        self.unknown = Unknown(f"engine_{found.engine_state}") if containers is None else None
        if name in found.unread:
            self.unknown = Unknown(f"not_inspected: {found.unread[name]}")
        self.container = None if containers is None else containers.get(name)
        self.has_unit = name in found.unit_files
        self.service = sys.intern(f"kolla-{name}-container.service") if self.has_unit else None
        self.units = found.units
        self.unit = found.units.get(name) if self.has_unit and not isinstance(found.units, Unknown) else None
        self.log = found.logs.get(name)
        self.release = self.unknown if self.unknown is not None else found.release(name)
        self.full = full
        self.clock_s = reply.host_clock_s
        self.boot_id = reply.boot_id

    def of_container(self, attribute: str) -> Any:
        """The engine's value; absent without a container; UNKNOWN when the engine did not answer."""
        if self.unknown is not None:
            return self.unknown
        return None if self.container is None else getattr(self.container, attribute)

    def of_unit(self, attribute: str, without: Any = None) -> Any:
        """systemd's value; `without` when there is no unit; UNKNOWN when systemd did not answer."""
        if not self.has_unit:
            return without
        if isinstance(self.units, Unknown):
            return self.units
        return Unknown("unit_not_listed") if self.unit is None else getattr(self.unit, attribute)

    def flag(self, attribute: str) -> Truth:
        """As `of_container` for a yes or no that is no without a container."""
        found = self.of_container(attribute)
        return False if found is None else found

    @property
    def running(self) -> Truth:
        return self.flag("running")

    @property
    def missing(self) -> Truth:
        return self.unknown if self.unknown is not None else self.container is None

    @property
    def age_s(self) -> Any:
        started_s = self.of_container("started_s")
        if started_s is None or isinstance(started_s, Unknown):
            return started_s
        return Unknown("no_host_clock") if self.clock_s is None else round(max(0.0, self.clock_s - started_s), 1)

    @property
    def operator_stopped(self) -> Truth:
        if self.has_unit:
            return all_of((negate(self.running), self.of_unit("operator_stopped")))
        if self.unknown is not None or self.container is None:
            return False if self.unknown is None else self.unknown
        container = self.container
        if container.running or container.error or container.status not in ("exited", "dead"):
            return False  # one that the engine could not start was stopped by nobody
        if container.restart_policy in ("unless-stopped", "always"):
            if container.exit_code == ENGINE_LOST_IT:
                return Unknown("engine_lost_it")
            return True  # the engine would have started it again if it had fallen over by itself
        if container.restart_policy == "on-failure":
            return container.exit_code == 0
        return Unknown("no_unit_no_policy") if container.exit_code in (0, 137, 143) else False

    @property
    def crashed(self) -> Truth:
        if self.has_unit:
            down = (negate(self.running), negate(self.missing), self.of_unit("failed"))
            return all_of((*down, negate(self.operator_stopped)))
        if self.unknown is not None:
            return self.unknown
        container = self.container
        gone = container is not None and container.status in (
            "exited",
            "dead",
            *(["created"] if container.error else ()),
        )
        return all_of((gone, negate(self.operator_stopped)))

    @property
    def busy(self) -> Truth:
        if self.has_unit:
            found: Truth = self.of_unit("busy")
            return found
        status = self.of_container("status")
        return status if isinstance(status, Unknown) else status in ("restarting", "removing")

    @property
    def error(self) -> Any:
        found = self.of_container("error")
        return None if found == "" else found

    @property
    def cause(self) -> Any:
        if self.unknown is not None:
            return self.unknown
        return causes.cause(self.container, self.unit, self.log, self.full)

    def looping(self, seen: Remembered) -> Truth:
        age_s = self.age_s
        if isinstance(age_s, Unknown) or isinstance(self.running, Unknown):
            return age_s if isinstance(age_s, Unknown) else self.running
        if self.of_unit("failed", without=False) is True or age_s is None:
            return False
        short = not self.running or age_s < LOOP_SETTLES_S
        return (len(seen.starts) >= LOOP_STARTS and short) or seen.restarting_polls >= 2

    def base(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "engine": self.engine,
            "status": self.of_container("status"),
            "running": self.running,
            "missing": self.missing,
            "has_unit": self.has_unit,
            "unit": self.service,
            "unit_state": self.of_unit("state"),
            "unit_substate": self.of_unit("substate"),
            "unit_result": self.of_unit("result"),
            "unit_failed": self.of_unit("failed", without=False),
            "start_limit_hit": self.of_unit("start_limit_hit", without=False),
            "systemd_busy": self.busy,
            "operator_stopped": self.operator_stopped,
            "stateful": self.catalogue.is_stateful(self.name),
            "short_lived": self.flag("short_lived"),
            "oom_killed": self.flag("oom_killed"),
            "image": self.of_container("image"),
            "kolla_version": self.of_container("kolla_version"),
            "kolla_release": self.release,
            "config_directory": releases.directory(self.name),
            "started_at": self.of_container("started_at"),
            "age_s": self.age_s,
            "last_log": self.log,
            "cause": self.cause,
        }

    def identity(self) -> dict[str, str]:
        """What tells this instance from its successor: only what is known."""
        found = {"boot_id": self.boot_id, "unit": self.service or ""}
        if self.container is not None:
            found |= {"container_id": self.container.id, "started_at": self.container.started_at or ""}
        if self.unit is not None:
            found["invocation_id"] = self.unit.invocation_id
        return {key: value for key, value in found.items() if value is not None}


def _host(evidence: Evidence, host: str, build: Any, names: tuple[str, ...], known: Catalogue) -> list[Assessed]:
    reply, memory = evidence.reply(host), evidence.memory(host)
    remembered = memory.containers if isinstance(memory, ContainerMemory) else {}
    if reply is None:
        return []
    found = facts.of(reply)
    if isinstance(found, Unknown):
        return [_unknown(host, name, names, found, known) for name in sorted(remembered)]
    disk = disks.of(reply)
    full = frozenset[str]() if isinstance(disk, Unknown) else disk.full
    expected = found.expected if found.containers is not None else found.expected | frozenset(remembered)
    results = []
    for name in sorted(expected):
        view = View(found, reply, name, full, known)
        data = build(view, remembered.get(name, Remembered()))
        results.append(Assessed(target=targets.container(host, name), data=data, identity=view.identity()))
    return results


def state_data(view: View, seen: Remembered) -> dict[str, Any]:
    exit_code = view.of_container("exit_code")
    return {
        **view.base(),
        "exit_code": None if view.running is True else exit_code,
        "n_restarts": view.of_unit("n_restarts"),
        "restart_count": view.of_container("restart_count"),
        "distinct_starts": len(seen.starts),
        "looping": view.looping(seen),
        "crashed": view.crashed,
        "restart_policy": view.of_container("restart_policy"),
        "error": view.error,
    }


def _health(view: View, seen: Remembered) -> dict[str, Any]:
    status = view.of_container("health")
    if isinstance(status, Unknown):
        checked: Truth = status
    else:
        checked = status is not None
    age_s = view.age_s
    return {
        **view.base(),
        "has_healthcheck": checked,
        "health": status if isinstance(status, Unknown) or view.running is True else None,
        "failing_streak": view.of_container("failing_streak"),
        "false_alarm": view.catalogue.is_false_alarm(view.name, None if isinstance(age_s, Unknown) else age_s),
        "last_health_output": view.of_container("health_output"),
    }


def _unknown(host: str, name: str, names: tuple[str, ...], reason: Unknown, known: Catalogue) -> Assessed:
    own = {"name": name, "stateful": known.is_stateful(name)}
    return Assessed(target=targets.container(host, name), data={**dict.fromkeys(names, reason), **own})


def assessments(known: Catalogue) -> tuple[AssessSpec, ...]:
    """Return the assessments of containers of which `known` is known by name."""
    return (
        AssessSpec(
            name="container.state",
            scope=Scope.HOST,
            sections=("containers", "disk"),
            fields=fields.STATE,
            judge=partial(state, known=known),
            target_kind="container",
            summary="whether each expected container runs, and if not, who stopped it and why",
        ),
        AssessSpec(
            name="container.health",
            scope=Scope.HOST,
            sections=("containers", "disk"),
            fields=fields.HEALTH,
            judge=partial(health, known=known),
            target_kind="container",
            summary="what the container's own health check says",
        ),
    )
