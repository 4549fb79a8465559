"""The newest facts of every host, with their age, and each integration's memory.

Invariant: facts are replaced by newer ones only, section by section. A reply that failed makes the sections that it was
asked for UNKNOWN and forgets no target. Owned by the loop thread: no locks, no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.collect.judge import judge_check
from remediator.collect.same_machine import Machines
from remediator.model.content.judging import AssessSpec, CheckResult, CheckSpec
from remediator.model.hosts import Inventory
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.together import read_machine
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsOfHosts:
    """The evidence of one assessment at one moment, by value."""

    hosts: tuple[str, ...]
    inventory: Inventory
    now: Instant
    replies: Mapping[str, HostReply]
    memories: Mapping[str, Any]
    known: Mapping[str, Any] = field(default_factory=dict)
    named_twice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_reply(self, reply: HostReply) -> FactsOfHosts:
        """Return the same evidence with `reply` in place of its host's, and without a memory of that host."""
        return replace(self, replies={**self.replies, reply.host: reply}, memories={**self.memories, reply.host: None})

    def names(self, host: str) -> tuple[str, ...]:
        return self.named_twice.get(host, ())

    def reply(self, host: str) -> HostReply | None:
        return self.replies.get(host)

    def memory(self, host: str) -> Any:
        return self.memories.get(host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the fact store knew of one host at one moment."""

    newest: HostReply | None
    sections: Mapping[str, HostReply]
    memory: Mapping[str, Any]


class FactStore:
    """Takes replies, gives evidence."""

    def __init__(self, integrations: Mapping[str, Integration]) -> None:
        self._integrations = dict(integrations)
        self._owner = {spec.name: name for name, one in integrations.items() for spec in one.assessments}
        self._newest: dict[str, HostReply] = {}
        self._by_section: dict[str, dict[str, HostReply]] = {}
        self._memory: dict[tuple[str, str], Any] = {}
        self.machines = Machines(read_machine(integrations))

    def take(self, reply: HostReply) -> None:
        """Take one reply. A reply asked for before the newest one of its host changes nothing, nor does the newest one
        taken again.
        """
        newest = self._newest.get(reply.host)
        if newest is reply:
            return  # a turn that is played again counts no sample twice
        if (
            newest is not None
            and newest.asked_at.wall > reply.asked_at.wall
            and newest.asked_at.since(reply.asked_at) > 0
        ):
            return
        self._newest[reply.host] = reply
        self.machines.take(reply)
        sections = self._by_section.setdefault(reply.host, {})
        for name in reply.sections:
            sections[name] = reply
        for name, one in self._integrations.items():
            if one.remember is not None:
                self._memory[name, reply.host] = one.remember(self._memory.get((name, reply.host)), reply)

    def kept(self, host: str) -> Kept:
        """Return what is known of `host` now, for `put_back` after a reply that cannot be used."""
        return Kept(
            newest=self._newest.get(host),
            sections=dict(self._by_section.get(host, {})),
            memory={name: self._memory.get((name, host)) for name in self._integrations},
        )

    def put_back(self, host: str, before: Kept) -> None:
        """Restore what `kept` knew of `host`, and drop everything newer."""
        self._newest.pop(host, None)
        self._by_section.pop(host, None)
        if before.newest is not None:
            self._newest[host], self._by_section[host] = before.newest, dict(before.sections)
        for name, memory in before.memory.items():
            self._memory[name, host] = memory

    def reply(self, host: str) -> HostReply | None:
        """Return the newest reply of `host`, also when it failed; None if the host was never asked."""
        return self._newest.get(host)

    def whole(self, host: str) -> HostReply | None:
        """Return the newest of each section of `host` in one reply (for signs, probes and baselines)."""
        return self._view(host, tuple(self._by_section.get(host, {})))

    def memory(self, integration: str, host: str) -> Any:
        """Return what `integration` remembers of `host`; None before the first reply."""
        return self._memory.get((integration, host))

    def forget(self, hosts: Sequence[str]) -> None:
        """Drop all facts of hosts that left the inventory."""
        self.machines.forget(hosts)
        for host in hosts:
            self._newest.pop(host, None)
            self._by_section.pop(host, None)
            for name in self._integrations:
                self._memory.pop((name, host), None)

    def evidence(
        self,
        spec: AssessSpec,
        hosts: Sequence[str],
        inventory: Inventory,
        now: Instant,
        known: Mapping[str, Any] | None = None,
    ) -> FactsOfHosts:
        """Return the evidence of assessment `spec` for `hosts`: the sections that `spec` reads, from the newest reply
        of each host.

        `known`: facts of the journal that the assessment reads as well, where there are any.
        """
        owner = self._owner.get(spec.name, "")
        replies = {host: view for host in hosts if (view := self._view(host, spec.sections)) is not None}
        memories = {host: self._memory.get((owner, host)) for host in hosts}
        return FactsOfHosts(
            hosts=tuple(hosts),
            inventory=inventory,
            now=now,
            replies=replies,
            memories=memories,
            known=known or {},
            named_twice={host: names for host in hosts if (names := self.machines.names(host))},
        )

    def judge(self, check: CheckSpec, inventory: Inventory, now: Instant) -> list[CheckResult]:
        """Return the results of `check` on all its hosts, by the facts of now."""
        hosts = inventory.group(check.group) if check.group is not None else tuple(sorted(inventory.hosts))
        return judge_check(check, self.evidence(check.assess, hosts, inventory, now))

    def _view(self, host: str, sections: Sequence[str]) -> HostReply | None:
        """Return one reply with the newest of each of `sections`; as old as the oldest of them.

        When the newest round trip failed, the whole host is what that one says.
        """
        newest = self._newest.get(host)
        if newest is None:
            return None
        parts = self._by_section[host]
        used = [parts[name] for name in sections if name in parts]
        direct = {name: newest.sections[name] for name in sections if name in newest.sections}
        if newest.reach is not Reach.OK or not used:
            return replace(newest, sections=direct)
        oldest = min(used, key=lambda reply: reply.asked_at.wall)
        found = {name: parts[name].sections[name] for name in sections if name in parts}
        return replace(oldest, sections=found, reach=newest.reach, reason=newest.reason, boot_id=newest.boot_id)
