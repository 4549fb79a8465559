"""The invariants, asked after every turn and of every command that leaves. One that does not hold raises `Violation`.

Invariant: of the daemon the watch reads bookkeeping only (which runs and incidents exist, what the audit says was
written). The watch works out from the account alone whether something may be done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.daemon.state.wire import Collected, Input
from remediator.model.content.actions import Effect
from remediator.model.content.commands import Command
from remediator.model.records.records import Outcome, Run, RunState, StepState
from remediator.model.times import Instant
from remediator.runs import claims
from remediator.runs.debts import debts
from remediator.sim.cloud import scripts
from remediator.sim.cloud.scripts import Script
from remediator.sim.invariants.ledger import ENGINE, Account, Left
from remediator.sim.invariants.paged import Paged
from remediator.sim.part import Sent, Wrong
from remediator.sim.simulation import Simulation
from remediator.sim.technology import technologies
from remediator.store import database, tables
from remediator.store.audit import checkpoints, verify

INVARIANTS = {
    "claim": "every command acts on a host that was claimed less than 30 s before, and that no other remediator "
    "has claimed",
    "held": "no step while paused, silenced, in downtime, in startup grace, or held by anything else that is known",
    "storm": "no run starts behind an open breaker",
    "once": "no `once` effect twice",
    "budget": "no budget exceeded, across restarts too",
    "quorum": "quorum kept by every action",
    "locks": "a lock belongs to a live or in-doubt run, and one run alone works on a host",
    "debts": "every debt is released or reported",
    "explained": "every refusal explained",
    "intent": "every effect has its INTENT before it",
    "chain": "the chain verifies",
    "ends": "every run ends or is in doubt",
    "kept": "what was acknowledged is not lost",
    "noticed": "what was bad three times has an incident",
    "well": "no turn of the daemon fails, and nothing but a host is set aside",
    "progress": "an incident that can be cured is cured",
    "told": "whoever was told of a problem hears once how it ended, and nobody hears of the end of what he was "
    "not told of",
    "left": "no hold and no container of a recovery outlives its run, unless it is owed or reported",
    **{name: sentence for each in technologies() for name, sentence in each.invariants.items()},
}
WAITS = (RunState.IN_DOUBT, RunState.HELD, RunState.WAITING_APPROVAL)
BY_WORD = {"storm": "storm", "budget": "budget", "quorum": "quorum", "ladder": "budget", "cooldown": "budget"}
SETTLES_S = 900.0
GRACE_S = 60.0
CLAIM_S = claims.VALID_S + 1.0


class Violation(BaseException):
    """An invariant does not hold: its name, and one sentence. No Exception: the daemon takes none of these for a
    trouble of its own."""

    def __init__(self, invariant: str, text: str) -> None:
        assert invariant in INVARIANTS
        self.invariant, self.text = invariant, text
        super().__init__(f"{invariant}: {text}")


class Watch:
    """Looks on at one simulation. `needs_approval`: R1 is in mode approve. `unattended`: R3 needs nobody's yes."""

    def __init__(self, simulation: Simulation, needs_approval: bool = False, unattended: bool = False) -> None:
        cloud = simulation.cloud
        self.simulation = simulation
        self._unattended = unattended
        ledgers = tuple(each.ledger(cloud) for each in technologies())
        self.account = Account(simulation.clock.now, cloud.shape, ledgers)
        self.checked: Counter[str] = Counter()
        self.commands = 0
        self.mistaken = False
        """The daemon was given a planted mistake, or an input that its doors would have refused: what fails of that is
        no violation."""
        self.needs_approval = needs_approval
        self._newly_hard: list[tuple[str, str, Instant]] = []
        self._reading: sa.Engine | None = None
        simulation.watch = self

    def started(self) -> None:
        newest = self._scalar(sa.select(tables.audit.c.at).order_by(tables.audit.c.seq.desc()).limit(1))
        self.account.started(datetime.fromisoformat(newest) if newest else None)
        self._newly_hard = []

    def seen(self, item: Input) -> None:
        if isinstance(item, Collected):
            self._newly_hard += self.account.replied(item.reply)

    def ticks(self) -> None:
        self.account.paused_by_file = self.simulation.paused_by_file
        self.account.tick()

    # what leaves ------------------------------------------------------------------------------------------------------

    def leaves(self, host: str, command: Command) -> None:
        """Raise Violation unless nothing that is known holds `command`."""
        self.commands += 1
        run, step = self._of(host, command)
        script = self.simulation.cloud.script_of(command.argv)
        service = command.argv[-1].removeprefix("kolla-").removesuffix("-container.service")
        if script is not None:
            service = script.service
        if command.argv[0] in self.simulation.cloud.hosts[host].programs:
            service = run.plan.target.text.rpartition("/")[2]
        left = self.account.left.get(run.id) or Left(
            run.id, run.plan.target.text, run.plan.runbook, run.plan.risk.name, run.incident, run.actor,
            self.simulation.clock.now(), self.simulation.clock.elapsed_s,
        )  # fmt: skip
        for why in self._holding(left, run, step, script, host, service):
            word = why.partition(":")[0]
            self._broken(BY_WORD.get(word, "held"), f"{run.id} on {left.target}: {why}")
        ledger = None if script is None else self.account.ledger_of(service)
        if ledger is not None:
            self._none(ledger.forbids(self._sent(run, host, command)))
        if script is None:
            self._seen_since_its_locks(run, host)
            for each in self.account.ledgers:
                self._none(each.forbids_plain(run.id, service, command))
        if script is None or not script.asks_only:
            self._claimed(run, host)
        self._journalled(run, step, left, host, command)
        self._approved(run, host)
        if script is None or not script.goes_before:
            left.steps.setdefault(step, []).append(self.simulation.clock.elapsed_s)
        left.risked |= any(each.id == step and each.risk is run.plan.risk for each in run.plan.steps)
        self.account.left[run.id] = left
        for name in (
            "claim",
            "held",
            "storm",
            "once",
            "budget",
            "quorum",
            "intent",
            *(() if ledger is None else ledger.asked),
        ):
            self.checked[name] += 1

    def _claimed(self, run: Run, host: str) -> None:
        """On its host lies our own line, younger than a claim may be, and none of another one that is young."""
        daemon, cloud = self.simulation.daemon, self.simulation.cloud
        at_s = cloud.hosts[host].up_s
        if daemon is None or at_s < CLAIM_S:
            return
        us = daemon.world.health.identity
        ages = {line[0]: at_s - line[4] for line in cloud.hosts[host].claims.lines}
        if ages.get(us.instance, CLAIM_S + 1.0) > CLAIM_S:
            self._broken("claim", f"{run.id} acts on {host}, which is not claimed: {ages}")
        others = [start for start, age_s in ages.items() if age_s < claims.RIVAL_S and start != us.instance]
        if set(others) - us.former:
            self._broken("claim", f"{run.id} acts on {host}, which {others} have claimed")

    def _holding(self, left: Left, run: Run, step: str, script: Script | None, host: str, service: str) -> list[str]:
        if script is None:
            # past its first step what a run cures may be well, and a release cures nothing
            goes_on = debts.is_release(run) or any(each != step for each in left.steps)
            return (self.account.holding_a_step if goes_on else self.account.holding)(left, host, service)
        if left.steps or debts.is_release(run):
            return self.account.holding_a_step(left, host, service)
        return self.account.holding_a_recovery(left, host, service)

    def _sent(self, run: Run, host: str, command: Command) -> Sent:
        daemon, name = self.simulation.daemon, scripts.name_of(command.argv) or ""
        mark = "" if daemon is None else daemon.world.health.identity.mark(run.id)
        return Sent(run.id, mark, name, host, debts.is_release(run), run.id in self.account.consented)

    def _none(self, wrongs: Sequence[Wrong]) -> None:
        for invariant, why in wrongs:
            self._broken(invariant, why)

    def _of(self, host: str, command: Command) -> tuple[Run, str]:
        """Return the run, and its step, whose command this is: the one with an INTENT and no outcome."""
        daemon = self.simulation.daemon
        if daemon is None:
            raise Violation("intent", f"{command.line()} leaves and there is no daemon")
        for run in daemon.world.durable.runs.values():
            for record in run.steps:
                planned = next((each for each in run.plan.steps if each.id == record.id), None)
                if planned is not None and record.state is StepState.INTENT and command in planned.commands:
                    return run, record.id
        raise Violation("intent", f"{command.line()} on {host} belongs to no live run with an INTENT")

    def _journalled(self, run: Run, step: str, left: Left, host: str, command: Command) -> None:
        before = left.steps.get(step, [])
        kinds = self._entries(run.id, step)
        if not kinds or kinds[-1] != "intent" or kinds.count("intent") <= len(before):
            self._broken("intent", f"{run.id}: command number {len(before) + 1}, and the journal says {kinds}")
        earlier = [place for place, kind in enumerate(kinds[:-1]) if kind == "intent"]
        unproven = [place for place in earlier if "not-applied" not in kinds[place + 1 : place + 3]]
        if unproven:
            self._broken("once", f"{run.id} is sent again without a proof that it did not arrive: {kinds}")
        planned = next(each for each in run.plan.steps if each.id == step)
        if not before or planned.effect is not Effect.ONCE:
            return
        if self.simulation.luck.lied_at.get(host, -1.0) >= before[0]:
            return  # a probe can only be as true as the host's answer
        orders = self.simulation.cloud.hosts[host].orders
        if any(at >= before[0] and argv == command.argv for at, argv in orders):
            self._broken("once", f"{run.id} is sent again, and it had arrived")

    def _entries(self, run: str, step: str) -> list[str]:
        """Return what the audit says about a step: ``intent``, and the answers of its probes."""
        query = (
            sa.select(tables.audit.c.kind, tables.audit.c.body)
            .where(tables.audit.c.run == run, tables.audit.c.kind.in_(("intent", "probed")))
            .order_by(tables.audit.c.seq)
        )
        found = [(kind, json.loads(body)) for kind, body in self._rows(query)]
        return ["intent" if kind == "intent" else body["answer"] for kind, body in found if body["step"] == step]

    def _seen_since_its_locks(self, run: Run, host: str) -> None:
        """The newest evidence of its host was asked for after the run had its locks: nobody else was at work in
        between.

        A release rests on what was asked for after the end of the run that owes it.
        """
        reply = self.account.last.get(host)
        since: Instant | None = run.locked_at
        what = "its locks"
        if debts.is_release(run):
            since, what = self._owed_since(run), "the end of the run that owes it"
        if since is None or reply is None or not reply.asked_at.after(since):
            self._broken("held", f"{run.id}: its evidence is older than {what}")

    def _owed_since(self, release: Run) -> Instant | None:
        """Return when the run ended whose debt `release` pays; None while it lives."""
        assert self.simulation.daemon is not None
        known = self.simulation.daemon.world.durable.debts.values()
        owing = next((each.run for each in known if each.release == release.id), "")
        left = self.account.left.get(owing)
        return None if left is None else left.ended

    def _approved(self, run: Run, host: str) -> None:
        wanted = {"R1": self.needs_approval, "R3": not self._unattended}.get(run.plan.risk.name, False)
        if not wanted or run.id in self.account.executed or debts.is_release(run):
            return
        yes, reply = self.account.approved.get(run.id), self.account.last.get(host)
        if yes is None:
            self._broken("held", f"{run.id}: nobody has approved it")
        elif reply is None or not reply.asked_at.after(yes):
            self._broken("held", f"{run.id}: its evidence is older than its approval")

    # after every turn -------------------------------------------------------------------------------------------------

    def turned(self) -> None:
        daemon = self.simulation.daemon
        if daemon is None:
            return
        if daemon.engine.store_error is not None:
            if not self.simulation.store_is_broken:
                self._broken("well", f"a turn failed: {daemon.engine.store_error}")
            self.account.series.clear()  # what such a turn was told counts for nothing
            self._newly_hard = []
            return
        world = daemon.world
        if world.health.counters["failed_inputs"] and not self.mistaken:
            self._broken("well", f"an input failed: {dict(world.health.counters['failed_inputs'])}")
        aside = [f"{each.about}: {each.why}" for each in world.health.asides.all() if each.about.kind != "host"]
        if aside and not self.mistaken:
            self._broken("well", f"what no host and no sender can break was set aside: {aside[0]}")
        for check, target, at in self._newly_hard:
            incident = world.durable.incident_of((check, target))
            if incident is None:
                self._broken("noticed", f"{check} on {target} was bad three times and has no incident")
            elif self._is_accounted_for(check, target, at):
                self.account.excused.add(incident.id)
            elif incident.id not in self.account.excused:
                self.account.hard.setdefault(incident.id, (target.split("/")[1], check, at))
        self.account.excuse()
        self._newly_hard = []
        for part in self.simulation.cloud.parts.values():
            self._none(part.wrongs())
        self._note_ends()
        self._books()
        for name in ("locks", "explained", "noticed", "well", "debts"):
            self.checked[name] += 1

    def _is_accounted_for(self, check: str, target: str, at: Instant) -> bool:
        """Return whether a problem may count for nothing: a member's of a group, our own blindness, an operator's stop,
        a silence's."""
        if check == "host-reachable":
            return self.account.cut_off
        known = self.account.series.get((check, target))
        stopped = known is not None and known.kind == "warning"
        of_a_group = self.account.ledger_of(target.rpartition("/")[2]) is not None
        return of_a_group or stopped or self.account.follows_a_silence(target.split("/")[1], at)

    def _note_ends(self) -> None:
        assert self.simulation.daemon is not None
        live = self.simulation.daemon.world.durable.runs
        for left in self.account.left.values():
            if left.ended is None and left.run not in live:
                left.ended = self.simulation.clock.now()
                left.end = self._scalar(sa.select(tables.runs.c.state).where(tables.runs.c.id == left.run))
                if left.end == "failed" and left.actor == ENGINE:
                    self.account.unacked[left.target] = left.incident or ""

    def _books(self) -> None:
        """The daemon's own books agree with each other."""
        assert self.simulation.daemon is not None
        world = self.simulation.daemon.world
        for decision in world.durable.decisions.values():
            silent = [verdict.guard for verdict in decision.verdicts if not verdict.allow and " " not in verdict.reason]
            if silent or (decision.outcome is Outcome.REFUSED and " " not in decision.reason):
                self._broken("explained", f"{decision.id} refuses without a sentence: {silent}")
        busy: dict[str, str] = {}
        for run in world.durable.runs.values():
            empty = [each.id for each in run.plan.steps if not each.commands and _is_intended(run, each.id)]
            if empty:
                self._broken("intent", f"{run.id} has an INTENT without a command: {empty}")
            if run.state is RunState.WAITING_APPROVAL:
                continue
            for host in run.plan.touches:
                if busy.setdefault(host, run.id) != run.id or world.durable.locks.get(f"host:{host}") != run.id:
                    self._broken(
                        "locks", f"{run.id} works on {host} and does not hold its lock alone: {world.durable.locks}"
                    )
        strangers = set(world.durable.locks.values()) - set(world.durable.runs)
        if strangers and world.health.restored is None:  # another hand may have put one in, and then all is held
            self._broken("locks", f"locks of ended runs: {strangers}")
        for debt in world.durable.debts.values():
            overdue = self.simulation.clock.now().since(debt.expires_at) > GRACE_S
            if debt.run not in world.durable.runs and overdue and not self._paged(f"{debt.id}:"):
                self._broken("debts", f"{debt.id} of an ended run is overdue, and neither released nor reported")

    # at the end -------------------------------------------------------------------------------------------------------

    def finish(self, sign: bool = True) -> None:
        """Let what is under way come to its end, then verify the log and what was acknowledged. The daemon must be up.

        `sign`: up to its last entry, with a checkpoint that the daemon did not write; it would not act on, had it to go
        on.
        """
        simulation, daemon = self.simulation, self.simulation.daemon
        under_way = set(daemon.world.durable.runs) if daemon is not None else set()
        if under_way:
            simulation.run(SETTLES_S, lambda: not self._stuck(under_way), stride=2.0)
        stuck = self._stuck(under_way)
        if stuck:
            self._broken("ends", f"neither ended nor waiting after {SETTLES_S:.0f} s: {stuck}")
        self.checked["ends"] += 1
        self._kept()
        self._told()
        self._nothing_left()
        self._verified(sign)

    def not_cured(self, host: str, service: str) -> None:
        """Raise Violation: a service broke while nothing held anything, and it was not cured."""
        daemon = self.simulation.daemon
        incident = (
            daemon.world.durable.incident_of(("container-state", f"container/{host}/{service}")) if daemon else None
        )
        said = [
            f"{each.rule} {each.outcome.value}: {each.reason} {[v.reason for v in each.verdicts if not v.allow]}"
            for each in (daemon.world.durable.decisions.values() if daemon else ())
            if incident is not None and each.incident == incident.id
        ]
        self._broken("progress", f"{service} on {host} was not cured while nothing held it: {said or incident}")

    def _stuck(self, under_way: set[str]) -> list[str]:
        daemon = self.simulation.daemon
        if daemon is None:
            return ["there is no daemon"]
        now = self.simulation.clock.now()
        return [
            f"{run.id} is {run.state.value}"
            for run in daemon.world.durable.runs.values()
            if run.id in under_way and run.state not in WAITS and not _may_still_verify(run, now)
        ]

    def _kept(self) -> None:
        stored = {row[0] for row in self._rows(sa.select(tables.hints.c.key))}
        lost = [key for key in self.account.taken if key not in stored]
        if lost:
            self._broken("kept", f"hints that were answered 202 and are gone: {lost}")
        daemon = self.simulation.daemon
        gone = [name for name in self.account.pauses if daemon is not None and name not in daemon.world.durable.pauses]
        if gone:
            self._broken("kept", f"pauses that were acknowledged and are gone: {gone}")
        self.checked["kept"] += 1

    def _told(self) -> None:
        """Each closed incident that has a page has one all-clear, and no other one has any."""
        pages: dict[str, list[str]] = {}
        for (key,) in self._rows(sa.select(tables.outbox.c.key).where(tables.outbox.c.key.startswith("inc-"))):
            name, _, about = key.partition(":")
            pages.setdefault(name, []).append(about)
        closed = {
            name for (name,) in self._rows(sa.select(tables.incidents.c.id).where(tables.incidents.c.open.is_(False)))
        }
        for name, about in sorted(pages.items()):
            overs = about.count("over")
            if overs != (1 if name in closed else 0) or overs == len(about):
                self._broken("told", f"{name}, {'closed' if name in closed else 'open'}, has the pages {about}")
        self.checked["told"] += 1

    def _nothing_left(self) -> None:
        daemon = self.simulation.daemon
        assert daemon is not None
        owed = {debt.host for debt in daemon.world.durable.debts.values()}
        live = {host for run in daemon.world.durable.runs.values() for host in run.plan.touches}
        for host, what in self.simulation.cloud.leftovers().items():
            if host not in owed | live and not self._paged("debt"):
                self._broken("left", f"{host}: {what}, which nobody owes, and nobody was told of")
        self.checked["left"] += 1

    def _verified(self, sign: bool) -> None:
        daemon, config = self.simulation.daemon, self.simulation.config
        assert daemon is not None
        if daemon.world.health.restored is not None:
            return
        if sign:
            key = checkpoints.load_key(config.audit.key_path)
            file = checkpoints.CheckpointFile(Path(config.audit.checkpoints), key)
            file.write(daemon.engine.audit_seq, daemon.engine.audit_hash, self.simulation.clock.now())
        code, body = verify.verify(config)
        if code != verify.INTACT:
            self._broken("chain", f"the log is not whole: {body}")
        self.checked["chain"] += 1

    def was_paged(self, *pages: Paged) -> bool:
        """Return whether one of `pages` is in the outbox."""
        rows = self._rows(sa.select(tables.outbox.c.key, tables.outbox.c.body))
        return any(page.is_one(key, body) for key, body in rows for page in pages)

    # helpers ----------------------------------------------------------------------------------------------------------

    def _broken(self, invariant: str, text: str) -> None:
        self.simulation.tell(f"!! {invariant}: {text}")
        raise Violation(invariant, text)

    def _paged(self, key: str) -> bool:
        return (
            self._scalar(sa.select(tables.outbox.c.n).where(tables.outbox.c.key.startswith(key)).limit(1)) is not None
        )

    def _scalar(self, query: Any) -> Any:
        rows = self._rows(query)
        return rows[0][0] if rows else None

    def _rows(self, query: Any) -> list[Any]:
        """Read on a connection of our own: the daemon's may be locked out."""
        if self._reading is None:
            self._reading = database.reading(database.url_of(Path(self.simulation.config.state_dir), None))
        with self._reading.connect() as connection:
            return list(connection.execute(query).all())

    def close(self) -> None:
        if self._reading is not None:
            self._reading.dispose()
            self._reading = None


def _is_intended(run: Run, step: str) -> bool:
    return any(record.id == step and record.state is StepState.INTENT for record in run.steps)


def _may_still_verify(run: Run, now: Instant) -> bool:
    """Return whether `run` waits for a proof of its cure that its own plan gives it time for (a state transfer takes
    hours)."""
    if run.state is not RunState.VERIFYING or run.verify_from is None:
        return False
    return now.since(run.verify_from) <= run.plan.verify_within_s + 2 * run.plan.verify_hold_s + GRACE_S
