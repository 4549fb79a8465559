"""One round trip to one host, from the sections wanted to a `HostReply`.

Invariant: a reply is trusted whole or not at all. A reply that is cut, late, not JSON, of the wrong
shape or without this request's own sentinel is GARBLED or UNREACHABLE. No part of it is used. Every section asked for
is in the
reply, if only as UNKNOWN. Blocking, bounded by the deadline, never raising: call it in a thread of the pool.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from remediator.collect import assembly, parsing
from remediator.model.hosts import LOCAL, Host
from remediator.model.manifest.integration import DirectSpec, Integration, SectionSpec
from remediator.model.messages.replies import HostReply, Reach, Section
from remediator.model.times import Clock
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply, Reacher

DEADLINE_S = 20.0
BESIDE_BYTES = 64 << 10
"""Bytes that may stand around the reply: a login banner, a last message."""
MOST_READ = parsing.MOST_BYTES + BESIDE_BYTES

log = logging.getLogger(__name__)


class Collector:
    """Asks hosts over `reach` for the sections of `integrations`.

    `sudo`: the collector runs under ``sudo -n`` where it is not root already. `user`: the account for hosts without one
    of their own.
    """

    def __init__(
        self,
        reach: Reacher,
        integrations: Mapping[str, Integration],
        clock: Clock,
        sudo: bool,
        user: str = "",
        deadline_s: float = DEADLINE_S,
        lock: assembly.Lock | None = None,
    ) -> None:
        self._reach = reach
        self._clock = clock
        self._sudo, self._user = sudo, user
        self._deadline_s = deadline_s
        self._lock = lock or assembly.Lock()
        self._scripts: dict[frozenset[str], bytes] = {}
        """By the integrations that a host is asked for."""
        self._integrations = dict(integrations)
        self._turns: dict[str, _Turn] = {}
        self._sections = {spec.name: (name, spec) for name, one in integrations.items() for spec in one.sections}
        self._direct = {spec.name: spec for one in integrations.values() for spec in one.direct}
        self._owner = {spec.name: one for one in integrations.values() for spec in one.direct}
        self._told: dict[tuple[str, str], str | None] = {}
        """By host and integration: where the host said last that its service listens; one that was never asked is not
        in it."""

    def renew(self, integrations: Mapping[str, Integration]) -> None:
        """Ask members directly by `integrations` from now on: the same settings, with their secrets read anew."""
        self._direct = {spec.name: spec for one in integrations.values() for spec in one.direct}

    def collect(self, host: Host, sections: Sequence[str], forced: bool = False) -> HostReply:
        """Return what `host` says about `sections` (none named: all). Sections that do not apply to the host are left
        out.

        A reply that failed has each wanted section as UNKNOWN (``host_unreachable``, ...), except the direct ones.
        """
        asked_at = self._clock.now()
        remote, direct = self._wanted(host, sections)
        if not sections and not forced:
            remote = self._due(host, remote)
        fetched = self._fetched(direct, host) if self._knows_where(direct, host) else None
        sentinel = f"remediator-reply:{secrets.token_hex(16)}"
        raw = self._exchange(host, remote, sentinel, forced)
        received_at = self._clock.now()
        reply = parsing.parse(raw, host.name, sentinel, [spec.kind for _, spec in remote])
        answered = HostReply(
            host=host.name,
            asked_at=asked_at,
            received_at=received_at,
            reach=reply.reach,
            reason=reply.reason,
            sections=reply.sections,
            host_clock_s=reply.clock_s,
            boot_id=reply.boot_id,
            host_took_s=reply.took_s,
            forced=forced,
        )
        self._hear(direct, answered)
        self._count(answered)
        results = (fetched or self._fetched(direct, host)).results(self._deadline_s)
        return dataclasses.replace(answered, sections={**answered.sections, **results})

    def _knows_where(self, direct: Sequence[str], host: Host) -> bool:
        """The first time a host says where its service listens before that is dialled; from then on both happen side by
        side."""
        return all((host.name, one.name) in self._told for one in self._dialling(direct))

    def _dialling(self, direct: Sequence[str]) -> list[Integration]:
        return [self._owner[name] for name in direct if self._owner[name].dials is not None]

    def _hear(self, direct: Sequence[str], reply: HostReply) -> None:
        for one in self._dialling(direct):
            told = one.dials(reply) if one.dials is not None and reply.reach is Reach.OK else None
            key = reply.host, one.name
            self._told[key] = told or self._told.get(key)

    def _fetched(self, direct: Sequence[str], host: Host) -> _Direct:
        return _Direct([(self._direct[name], self._dialled(name, host)) for name in direct])

    def _dialled(self, name: str, host: Host) -> Host:
        """Return `host` as it is asked: at the address that it told itself; the inventory's way to it is the second
        one."""
        told = self._told.get((host.name, self._owner[name].name))
        if told is None:
            return host
        return dataclasses.replace(host, api_address=told, address=host.api_address or host.address)

    def _wanted(self, host: Host, sections: Sequence[str]) -> tuple[list[tuple[str, SectionSpec]], list[str]]:
        def applies(one: Integration) -> bool:
            return one.applies is None or one.applies(host)

        known = [*self._sections, *self._direct]
        names = [name for name in (sections or known) if name in known]
        remote = [self._sections[name] for name in names if name in self._sections]
        return (
            [(owner, spec) for owner, spec in remote if applies(self._integrations[owner])],
            [name for name in names if name in self._direct and applies(self._owner[name])],
        )

    def _due(self, host: Host, remote: list[tuple[str, SectionSpec]]) -> list[tuple[str, SectionSpec]]:
        """Return the sections of this collection: a slow one is left out but for each of its turns."""
        turn = self._turns.get(host.name)
        return [(owner, spec) for owner, spec in remote if turn is None or turn.number % spec.every == 0]

    def _count(self, reply: HostReply) -> None:
        """Go on to the host's next turn. It begins anew after a boot; without a reply it stays where it is."""
        turn = self._turns.get(reply.host)
        if reply.reach is not Reach.OK:
            return
        fresh = turn is None or turn.boot_id != reply.boot_id
        number = 1 if turn is None else 0 if fresh else turn.number + 1
        self._turns[reply.host] = _Turn(number=number, boot_id=reply.boot_id)

    def _text(self, owners: frozenset[str]) -> bytes:
        """Return the script with the texts of `owners`, as it is sent."""
        if owners not in self._scripts:
            wanted = {name: one for name, one in self._integrations.items() if name in owners}
            self._scripts[owners] = assembly.packed(assembly.script(wanted))
        return self._scripts[owners]

    def _is_root(self, host: Host) -> bool:
        """Whether we are root there by our login; on this very machine we are who runs this process."""
        return os.geteuid() == 0 if host.address == LOCAL else (host.user or self._user) == "root"

    def _exchange(self, host: Host, remote: list[tuple[str, SectionSpec]], sentinel: str, forced: bool) -> RawReply:
        constants: dict[str, Any] = {}
        for owner, _ in remote:
            constants.update(self._integrations[owner].request)
        constants |= {"engine": host.engine, "host": host.name}
        request = assembly.request_line(remote, constants, sentinel, self._deadline_s, self._lock)
        script = self._text(frozenset(owner for owner, _ in remote))
        argv = assembly.argv(self._sudo and not self._is_root(host))
        try:
            return self._reach.exchange(host, argv, script + request, self._deadline_s, MOST_READ, forced)
        except Exception as error:
            log.exception("reaching %s failed", host.name)
            return RawReply(reach=Reach.GARBLED, reason=f"reaching {host.name} failed here: {type(error).__name__}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Where a host stands in the round of its slow sections."""

    number: int
    boot_id: str | None


class _Direct:
    """The direct sections of one collection, each in a thread of its own while the round trip is under way."""

    def __init__(self, asked: Sequence[tuple[DirectSpec, Host]]) -> None:
        self._found: dict[str, Section] = {}
        self._names = tuple(spec.name for spec, _ in asked)
        self._threads = [
            threading.Thread(target=self._fetch, args=(spec, host), name=f"direct-{spec.name}", daemon=True)
            for spec, host in asked
        ]
        for thread in self._threads:
            thread.start()

    def _fetch(self, spec: DirectSpec, host: Host) -> None:
        try:
            self._found[spec.name] = Section(data=spec.kind.facts_in(spec.fetch(host)))
        except Exception as error:  # noqa: BLE001 (it should never raise; when it does, that is one UNKNOWN section)
            self._found[spec.name] = Section(data=Unknown(f"error:{spec.name}: {type(error).__name__}"))

    def results(self, deadline_s: float) -> dict[str, Section]:
        for thread in self._threads:
            thread.join(deadline_s)
        return {name: self._found.get(name, Section(data=Unknown(f"timeout:{name}"))) for name in self._names}
