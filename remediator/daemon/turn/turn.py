"""One turn of the loop: a transaction, the instant it happens at, and the effects that leave once it is committed.

Every change of the durable state goes through here, so that the mirror in the world, the table row and the audit entry
cannot
part. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog

from remediator.collect import places
from remediator.daemon.state.asides import About, Aside
from remediator.daemon.state.wire import Collect, Effect
from remediator.daemon.state.world import World
from remediator.incidents import lifecycle
from remediator.incidents.lifecycle import Moved
from remediator.model.people import ENGINE
from remediator.model.records.pager_keys import PageKey
from remediator.model.records.records import Decision, Event, Incident, Run
from remediator.model.times import Instant, rfc3339
from remediator.model.values import as_json
from remediator.runs.debts import debts, moves
from remediator.runs.debts.moves import DebtMoved
from remediator.runs.transition import (
    Entry,
    IncidentFollows,
    Lock,
    Look,
    Page,
    Refresh,
    Releasing,
    Searches,
    Transition,
    Wish,
)
from remediator.safety.case import StormScope, Vantage
from remediator.store.journal import Journal

log = structlog.get_logger("remediator")


@dataclass
class Turn:
    world: World
    journal: Journal
    now: Instant
    effects: list[Effect] = field(default_factory=list)
    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[Future[Any], Any]] = field(default_factory=list)
    """Who waits for an answer, and which: given once the turn is committed."""
    storm_scopes: Mapping[str, StormScope] | None = None
    vantage: Vantage | None = None
    """Both made when first asked for, and good for this turn."""
    work_of_others: dict[str, str] = field(default_factory=dict)
    """Group to the sign that somebody else works on it, empty without one; looked for when first asked for."""
    closed: list[tuple[Incident, str]] = field(default_factory=list)
    """The incidents that this turn has closed, each with the sentence how."""
    went_well: list[About] = field(default_factory=list)
    """What had been set aside and was handled in this turn."""
    told_asides: list[Aside] = field(default_factory=list)
    """What was set aside and this turn tells people of."""

    def say(self, level: str, event: str, **fields: Any) -> None:
        """Log `event` once the turn is committed."""
        self.said.append((level, event, {name: value for name, value in fields.items() if value is not None}))

    def speak(self) -> None:
        for level, event, fields in self.said:
            getattr(log, level)(event, cloud=self.world.loaded.config.cloud, **fields)

    def count(self, name: str, **labels: str) -> None:
        """Count one more of `name` in the metrics, whatever becomes of the turn."""
        self.world.health.count(name, 1.0, **labels)

    def collect(self, host: str) -> None:
        """Ask for a fresh sample of `host` as soon as its current one, if any, is back."""
        if host not in self.world.loaded.inventory.hosts:
            return
        self.world.pending.wish(host)

    def refresh(self, run: Run, older_than_s: float | None = None) -> None:
        """Ask for fresh samples of every host that the check of `run` reads, and that its plan touches.

        `older_than_s`: only of those that the check reads, and whose newest reply is older.
        """
        hosts = self.world.loaded.hosts_read_for(run.plan)
        if older_than_s is not None:
            self.look(hosts, older_than_s)
            return
        for host in sorted(set(hosts) | set(run.plan.touches)):
            self.collect(host)

    def look(self, hosts: Sequence[str], older_than_s: float) -> None:
        """Ask for a fresh sample of each of `hosts` whose newest reply is older than `older_than_s`."""
        for host in hosts:
            reply = self.world.samples.facts.reply(host)
            if reply is None or self.now.since(reply.asked_at) > older_than_s:
                self.collect(host)

    def dispatch_collections(self, due: list[str]) -> None:
        """Turn wishes and due hosts into effects as far as there are places, who waits longest first; the others wait
        on."""
        world = self.world
        world.pending.keep_wishes(world.loaded.inventory.hosts)
        waiting = places.in_order(due, world.pending.forced, world.pending.due_at, world.loaded.every_s)
        lanes = {
            host: places.lane_of(world.samples.facts.reply(host))
            for host in waiting
            if host not in world.pending.in_flight
        }
        each = places.of_each(len(world.loaded.inventory.hosts))
        for host in places.seated(list(lanes.items()), world.pending.in_flight.values(), each, self.now):
            self.effects.append(Collect(host=host, forced=host in world.pending.forced))
            world.pending.left(host, lanes[host], self.now)

    def number(self, kind: str, prefix: str) -> str:
        return f"{prefix}-{self.journal.next_number(kind)}"

    def event(self, record: Event, incident: str | None) -> None:
        self.journal.event(record, incident)
        self.count("events", source=record.source, result="state_change")
        self.say(
            "info",
            "state_changed",
            check=record.check,
            target=record.target.text,
            state=record.state.name,
            state_type=record.state_type.value,
            attempt=record.attempt,
            incident=incident,
            output=record.output,
        )

    def incident(self, moved: Moved) -> Incident:
        """Store an incident that has moved, with the line of its timeline, and return it."""
        record, run, text = moved.incident, moved.run, moved.text
        before = self.world.durable.incidents.get(record.id)
        self.world.samples.correlate_again()
        self.journal.incident(record)
        self.journal.timeline(record.id, moved.kind, text, run=run, rule=moved.rule)
        if record.open:
            self.world.durable.incidents[record.id] = record
            self.world.durable.by_key[(record.check, record.target.text)] = record.id
        else:
            self.world.durable.just_closed[record.id] = record
            self.closed.append((record, text))
            self.world.durable.incidents.pop(record.id, None)
            self.world.durable.by_key.pop((record.check, record.target.text), None)
            self.world.waits.incident_over(record.id)
            self.world.samples.incident_over(record.id)
            for key in [key for key in self.world.durable.decisions if key[0] == record.id]:
                del self.world.durable.decisions[key]
        if before is None or before.state is not record.state:
            body = {"target": record.target.text, "check": record.check, "state": record.state.value, "text": text}
            self.journal.audit("incident", ENGINE, body, run=run, incident=record.id)
            self.say(
                "info",
                "incident",
                incident=record.id,
                target=record.target.text,
                state=record.state.value,
                text=text,
                run=run,
            )
        return record

    def accounted(self, record: Incident) -> None:
        """Store what accounts for an open incident now: nothing happened to it."""
        self.journal.incident(record)
        self.world.durable.incidents[record.id] = record

    def decision(self, record: Decision) -> None:
        self.journal.decision(record)
        self.world.durable.decisions[(record.incident, record.rule)] = record
        body: dict[str, Any] = {
            "decision": record.id,
            "rule": record.rule,
            "outcome": record.outcome.value,
            "reason": record.reason,
            "condition": record.condition,
            "values": as_json(record.values),
            "verdicts": [verdict.to_json() for verdict in record.verdicts],
            "plan_hash": record.plan.hash if record.plan else None,
            "content_version": record.content_version,
        }
        self.journal.audit("decision", ENGINE, body, run=record.run, incident=record.incident)
        for verdict in record.verdicts:
            if not verdict.allow:
                self.count("refusals", guard=verdict.guard)
        self.say(
            "info",
            "decision",
            incident=record.incident,
            rule=record.rule,
            outcome=record.outcome.value,
            reason=record.reason,
            run=record.run,
        )

    def apply(self, transition: Transition) -> None:
        """Store the run of `transition`, and carry out what follows, in its order. Raise TypeError for a wish that is
        not the turn's own."""
        self.store(transition.run)
        for item in transition.then:
            self.carry_out(transition.run, item)

    def store(self, run: Run) -> None:
        """Store `run`, unless it is what is stored already."""
        if self.world.durable.runs.get(run.id) is not run:
            self.run(run)

    def carry_out(self, run: Run, item: Entry | Wish) -> None:
        """Write one entry of a transition of `run`, or do what it wishes."""
        match item:
            case Entry():
                self._enter(run, item)
            case Refresh(older_than_s=older_than_s):
                self.refresh(run, older_than_s)
            case Look(hosts=hosts, older_than_s=older_than_s):
                self.look(hosts, older_than_s)
            case Page(key=key, subject=subject, text=text):
                self.page(key, subject, text, run=run)
            case Lock(scopes=scopes):
                self.lock(scopes, run.id)
            case Releasing(debt=debt):
                self.debt(moves.release_began(debt, run.id))
            case Searches(ends=False, lost=step):
                self.world.pending.step_lost(run.id, step)
                self.world.pending.searches_anew(run.id, self.now)
            case Searches():
                self.world.pending.found(run.id)
            case IncidentFollows(text=text):
                self._incident_follows(run, text)
            case _:
                raise TypeError(f"{type(item).__name__} is carried out by daemon.execute.transitions alone")

    def _enter(self, run: Run, entry: Entry) -> None:
        if entry.kind:
            self.audit_run(entry.kind, run, entry.body(), actor=entry.actor or ENGINE)
        if run.incident is None:
            return
        for line in entry.lines():
            rule = run.plan.rule if line.ruled else None
            self.journal.timeline(run.incident, line.kind, line.text, run=run.id, rule=rule, guard=line.guard)

    def _incident_follows(self, run: Run, text: str) -> None:
        incident = self.world.durable.incidents.get(run.incident) if run.incident is not None else None
        if incident is not None:
            self.incident(lifecycle.follows(incident, run, text, self.now))

    def run(self, record: Run) -> None:
        """Store `record`; locks go when it has ended."""
        self.journal.run(record)
        if record.intent_at is not None and not debts.is_release(record):
            self.world.durable.past_runs[record.id] = record
        if record.state.ended:
            self.journal.unlock(record.id)
            self.world.durable.locks = {
                scope: run for scope, run in self.world.durable.locks.items() if run != record.id
            }
            self.world.durable.runs.pop(record.id, None)
            self.world.pending.found(record.id)
            self.count("runs", runbook=record.plan.runbook, outcome=record.state.value)
        else:
            self.world.durable.runs[record.id] = record

    def forget_runs(self, before_s: float) -> None:
        """Let go of past runs whose INTENT was before (epoch seconds), unless they or their incidents are open. Their
        rows stay."""
        self.world.durable.past_runs = {
            run.id: run
            for run in self.world.durable.past_runs.values()
            if run.id in self.world.durable.runs
            or run.incident in self.world.durable.incidents
            or (run.intent_at is not None and run.intent_at.wall.timestamp() >= before_s)
        }

    def no_longer_fresh(self, incident: str) -> None:
        """A closed incident counts in no storm any more; its row stays."""
        self.world.durable.just_closed.pop(incident, None)

    def debt(self, moved: DebtMoved) -> None:
        """Store a debt that has moved, with its entry and its page; once it is not open any more, nothing waits for
        it."""
        record, page = moved.debt, moved.page
        self.journal.debt(record)
        if record.open:
            self.world.durable.debts[record.id] = record
        else:
            self.world.durable.debts.pop(record.id, None)
            self.world.waits.debt_over(record.id)
        match moved.said:
            case moves.Owing(run=run, entry=entry):
                self._enter(run, entry)
            case moves.Settled(kind=kind, actor=actor) as settled:
                self.journal.audit(kind, actor, dict(settled.body()), run=record.run)
                target, reason = record.target.text, record.reason
                self.say("info", kind, debt=record.id, run=record.run, target=target, reason=reason)
        if page is not None:
            self.page(page.key, page.subject, page.text)

    def lock(self, scopes: tuple[str, ...], run: str) -> None:
        for scope in scopes:
            self.journal.lock(scope, run)
            self.world.durable.locks[scope] = run

    def audit_run(self, kind: str, run: Run, body: Mapping[str, Any], actor: str = ENGINE) -> None:
        """Append what happened to `run` to the chain."""
        head = {"runbook": run.plan.runbook, "target": run.plan.target.text, "plan_hash": run.plan.hash}
        self.journal.audit(kind, actor, {**head, **body}, run=run.id, incident=run.incident)
        self.say(
            "info",
            kind,
            run=run.id,
            incident=run.incident,
            target=run.plan.target.text,
            **{k: v for k, v in body.items() if isinstance(v, (str, int, float))},
        )

    def page(
        self, key: PageKey, subject: str, text: str, *, incident: Incident | None = None, run: Run | None = None
    ) -> bool:
        """Queue a notification to people, once per `key`; return whether it is new."""
        body = {
            "cloud": self.world.loaded.config.cloud,
            "at": rfc3339(self.now.wall),
            "subject": subject,
            "text": text,
            "incident": incident.id if incident else None,
            "target": incident.target.text if incident else run.plan.target.text if run else None,
            "check": incident.check if incident else None,
            "state": incident.state.value if incident else run.state.value if run else None,
            "run": run.id if run else None,
        }
        if not self.journal.notify(key.text, body):
            return False
        self.journal.audit(
            "page",
            ENGINE,
            {"key": key.text, "subject": subject},
            run=run.id if run else None,
            incident=incident.id if incident else None,
        )
        self.say("warning", "page", incident=body["incident"], target=body["target"], subject=subject)
        return True
