"""Directed stories: for each guard, and for each promise of journal and probes, a moment in which it alone holds.

Invariant: a story here fails when the one thing that it is named after is taken away, and holds when nothing is; `tests/mutants`
takes them away one by one. What only these stories need is registered with weight 0: chance never draws it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import sqlalchemy as sa

from remediator.model.records import Incident, Run, RunState
from remediator.sim.cloud import NAMES
from remediator.sim.happenings import Stage, Words, kind
from remediator.sim.people import OTHER, ROOT
from remediator.sim.stories import Happening, Story, story_needs_a_yes
from remediator.sim.watch import Violation
from remediator.store import codec, tables

Record = TypeVar("Record")

HOLD_S = 20.0
"""The verification hold of R1 in the simulation's config."""


def never(_random: Random) -> Words:
    return ()


def broken(stage: Stage, invariant: str, text: str) -> None:
    stage.simulation.tell(f"!! {invariant}: {text}")
    raise Violation(invariant, text)


def run_until(stage: Stage, seconds: float, come: Callable[[], bool], what: str, invariant: str = "progress") -> None:
    """Let time pass until `come`. Raise Violation when it does not within `seconds`: the story would show nothing."""
    if not come() and not stage.simulation.run(seconds, come):
        broken(stage, invariant, f"after {seconds:.0f} s there is still no {what}")


def _states(stage: Stage) -> list[RunState]:
    daemon = stage.simulation.daemon
    return [] if daemon is None else [run.state for run in daemon.world.durable.runs.values()]


# waits ------------------------------------------------------------------------------------------------------------


@kind(0, never)
def until_planned(stage: Stage) -> None:
    """A run holds its locks, and waits for evidence that is younger than they are."""
    run_until(stage, 120.0, lambda: RunState.PLANNED in _states(stage), "run that is planned")


@kind(0, never)
def until_intent(stage: Stage) -> None:
    """An INTENT is committed, and its command has not left yet."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    run_until(stage, 120.0, lambda: bool(daemon.world.pending.under_way), "INTENT")


@kind(0, never)
def until_command(stage: Stage) -> None:
    before = stage.watch.commands
    run_until(stage, 180.0, lambda: stage.watch.commands > before, "command")


@kind(0, never)
def until_doubt(stage: Stage) -> None:
    run_until(stage, 180.0, lambda: RunState.IN_DOUBT in _states(stage), "run in doubt")


@kind(0, never)
def until_asked(stage: Stage) -> None:
    run_until(stage, 120.0, lambda: story_needs_a_yes(stage), "run that waits for an approval")


@kind(0, never)
def until_idle(stage: Stage) -> None:
    def idle() -> bool:
        return stage.simulation.daemon is not None and not _states(stage)

    run_until(stage, 400.0, idle, "end of the runs", "ends")


# what must be so --------------------------------------------------------------------------------------------------


@kind(0, never)
def must_be_cured(stage: Stage, host: str, name: str) -> None:
    """Within three minutes, with a yes from a person where one is needed."""
    service = stage.service(host, name)

    def cured() -> bool:
        if story_needs_a_yes(stage):
            stage.people.approve()
        return service.running and not service.sick

    if not cured() and not stage.simulation.run(180.0, cured):
        stage.watch.not_cured(host, name)


@kind(0, never)
def nothing_leaves(stage: Stage, seconds: float, why: str) -> None:
    """No command leaves for so long."""
    before = stage.watch.commands
    if stage.simulation.run(seconds, lambda: stage.watch.commands > before):
        broken(stage, "held", f"a command left: {why}")


@kind(0, never)
def arrived_once(stage: Stage, host: str) -> None:
    orders = stage.simulation.cloud.hosts[host].orders
    if len(orders) != 1:
        broken(stage, "once", f"{len(orders)} commands took effect on {host}: {orders}")


@kind(0, never)
def no_success(stage: Stage, why: str) -> None:
    """No run has ended as a success."""
    if succeeded := rows_of(stage, sa.select(tables.runs.c.id).where(tables.runs.c.state == "succeeded")):
        broken(stage, "progress", f"{succeeded} is called a success: {why}")


@kind(0, never)
def was_hard(stage: Stage) -> None:
    """Every run that there was began when its incident was HARD."""
    incidents = {each.id: each for each in _records(stage, Incident, tables.incidents.c.body)}
    for run in _records(stage, Run, tables.runs.c.body):
        incident = incidents.get(run.incident or "")
        if incident is not None and (incident.hard_at is None or incident.hard_at.after(run.created_at)):
            broken(stage, "held", f"{run.id} began while {run.plan.target} was SOFT")


@kind(0, never)
def probes_are_right(stage: Stage, host: str) -> None:
    """No probe said that nothing had arrived on a host where something had."""
    query = sa.select(tables.audit.c.run).where(
        tables.audit.c.kind == "probed", tables.audit.c.body.like('%"answer":"not-applied"%')
    )
    wrong = rows_of(stage, query)
    if wrong and stage.simulation.cloud.hosts[host].orders:
        broken(stage, "once", f"a probe of {wrong} said that its command had not arrived, and it had")


@kind(0, never)
def people_were_paged(stage: Stage, words: str) -> None:
    if not rows_of(stage, sa.select(tables.outbox.c.n).where(tables.outbox.c.body.contains(words))):
        broken(stage, "debts", f"nobody was told: there is no page with {words!r}")


@kind(0, never)
def nobody_was_called(stage: Stage) -> None:
    """No page says that something needs a person: it could be cured without one."""
    if rows_of(stage, sa.select(tables.outbox.c.n).where(tables.outbox.c.body.contains("needs a person"))):
        broken(stage, "progress", "a person was called for what could be cured without one")


def _records(stage: Stage, kind: type[Record], column: sa.Column[Any]) -> list[Record]:
    return [codec.of(kind).read(body, column.table.name) for body in rows_of(stage, sa.select(column))]


def rows_of(stage: Stage, query: sa.Select[Any]) -> list[Any]:
    daemon = stage.simulation.daemon
    assert daemon is not None
    with daemon.database.transaction() as connection:
        return [row[0] for row in connection.execute(query)]


# what happens -----------------------------------------------------------------------------------------------------


@kind(0, never)
def approve_another_plan(stage: Stage) -> None:
    """Somebody says yes to a plan that is not the one that waits: no yes to what waits."""
    daemon = stage.simulation.daemon
    for run in list(daemon.world.durable.runs) if daemon is not None else []:
        stage.simulation.ask("approve", OTHER, run=run, plan="0" * 64)


@kind(0, never)
def acknowledge_newest(stage: Stage, host: str, name: str) -> None:
    """A person acknowledges the incident of a container that is open now."""
    daemon, target = stage.simulation.daemon, f"container/{host}/{name}"
    incident = daemon.world.durable.incident_of(("container-state", target)) if daemon is not None else None
    if incident is not None:
        stage.watch.account.acked[target] = stage.simulation.clock.now()
        stage.simulation.ask("ack", ROOT, incident=incident.id)


@kind(0, never)
def member_transfers(stage: Stage, host: str, seconds: float) -> None:
    """A synced member gives or takes a state transfer for a while."""
    member = stage.simulation.cloud.galera.members[host]
    member.state = "joining"

    def over() -> None:
        if member.state == "joining":
            member.state = "synced"

    stage.simulation.timeline.after(seconds, over)


@kind(0, never)
def commits_of_intents_fail(stage: Stage, seconds: float) -> None:
    """The disk fails whenever an INTENT is to become durable: every statement has worked, and the COMMIT does not."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    fails = [True]

    def fail(
        connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        if statement != "COMMIT" or not fails or stage.simulation.daemon is not daemon:
            return
        raw: Any = connection.connection.dbapi_connection
        newest = raw.execute("SELECT kind FROM audit ORDER BY seq DESC LIMIT 3").fetchall()
        if ("intent",) in newest:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise sa.exc.OperationalError(statement, None, full)

    sa.event.listen(sa.Engine, "before_cursor_execute", fail)

    def mend() -> None:
        if fails:
            fails.clear()
            sa.event.remove(sa.Engine, "before_cursor_execute", fail)

    stage.simulation.break_store(mend, seconds)


@kind(0, never)
def store_copied(stage: Stage) -> None:
    """The daemon is stopped, its store copied, and it is started again."""
    stage.simulation.stop()
    shutil.copytree(_state(stage), stage.simulation.directory / "copy")
    stage.simulation.revive()


@kind(0, never)
def copy_put_back(stage: Stage) -> None:
    stage.simulation.stop()
    shutil.rmtree(_state(stage))
    shutil.copytree(stage.simulation.directory / "copy", _state(stage))
    stage.simulation.revive()


def _state(stage: Stage) -> Path:
    return Path(stage.simulation.config.state_dir)


# stories ----------------------------------------------------------------------------------------------------------


def then(gap_s: float, name: str, *words: Any) -> Happening:
    return Happening(gap_s, name, words)


def story(*happenings: Happening | tuple[Happening, ...], approving: bool = False) -> Story:
    flat: list[Happening] = []
    for each in happenings:
        flat.extend(each if isinstance(each, tuple) else (each,))
    return Story(0, approving, False, tuple(flat))


def cured(host: str, name: str) -> tuple[Happening, ...]:
    """Something breaks and is cured, to the end of its run."""
    return (then(1, "crash", host, name), then(0, "must-be-cured", host, name), then(0, "until-idle"))


def _not_cured(host: str, name: str) -> tuple[Happening, ...]:
    """Something breaks, its cure is refused by the host, a person starts it, and the cooldown goes by."""
    return (
        then(1, "crash-and-the-command-meets", host, name, "refused"),
        then(0, "until-command"),
        then(0, "until-idle"),
        then(5, "operator-starts", host, name),
        then(70, "people-let-go"),
    )


def _all_clocks_step(seconds: float) -> tuple[Happening, ...]:
    """Somebody sets the time of the whole cloud: no host's clock is off from ours."""
    hosts = tuple(then(0, "host-clock-off", name, seconds, 900) for name in NAMES)
    return (then(1, "people-let-go"), *hosts, then(0, "wall-clock-steps", seconds))


RESTART = (then(1, "daemon-killed"), then(15, "people-let-go"))
FOUR_CURES = (
    *cured("ctl1", "memcached"),
    *cured("cmp2", "cron"),
    *cured("ctl1", "keystone"),
    *cured("cmp2", "neutron_agent"),
)
"""As many as the simulation's config allows in ten minutes, on two hosts."""
ONE = ("ctl1", "memcached")
COOLED = then(60, "people-let-go")

NAMED: Mapping[str, Story] = {
    # guards
    "paused": story(
        then(5, "crash", *ONE), then(1, "pause"), then(60, "resume"), then(0, "must-be-cured", *ONE)
    ),
    "pause file that cannot be read": story(
        then(5, "pause-file", "unreadable", 90), then(1, "crash", *ONE), then(95, "must-be-cured", *ONE)
    ),
    "silenced": story(then(5, "silence", *ONE, 90), then(1, "crash", *ONE), then(95, "must-be-cured", *ONE)),
    "downtime of ours": story(
        then(5, "downtime", *ONE, 90), then(1, "crash", *ONE), then(95, "must-be-cured", *ONE)
    ),
    "downtime of Nagios": story(then(5, "nagios", *ONE, 1), then(1, "crash", *ONE), then(60, "people-let-go")),
    "no majority any more": story(
        then(5, "crash-member", "ctl3"), then(15, "execute-member", "ctl3"), then(0, "member-cut", "ctl2", 120),
        then(10, "people-let-go"),
    ),
    "wrapped command": story(then(5, "wrap", "all"), then(1, "crash", *ONE), then(60, "wraps-end")),
    "ansible at work": story(
        then(5, "ansible-works", "ctl1", 30), then(20, "crash", *ONE), then(60, "people-let-go")
    ),
    "clock stepped": story(_all_clocks_step(60), then(3, "crash", *ONE), then(60, "people-let-go")),
    "just started": story(
        then(5, "crash", *ONE), then(0, "until-planned"), then(0, "daemon-killed"), then(15, "people-let-go")
    ),
    "cut off": story(
        then(5, "cut-off", ("cmp1", "ctl2", "ctl3"), 200), then(60, "crash", *ONE), then(80, "people-let-go")
    ),
    "three hosts at once": story(
        then(5, "crash", *ONE), then(0, "crash", "cmp1", "cron"), then(0, "crash", "cmp2", "cron"),
    ),
    "third host, two cured": story(
        cured(*ONE), cured("cmp1", "cron"), then(1, "crash", "cmp2", "cron"), then(60, "people-let-go")
    ),
    "third host, two cured, then a restart": story(
        cured(*ONE), cured("cmp1", "cron"), RESTART, then(1, "crash", "cmp2", "cron"), then(60, "people-let-go")
    ),
    "fifth in ten minutes": story(
        FOUR_CURES, then(60, "crash", *ONE), then(60, "people-let-go")
    ),
    "fifth in ten minutes, after a restart": story(
        FOUR_CURES, RESTART, then(45, "crash", *ONE), then(60, "people-let-go")
    ),
    "fifth in ten minutes, by a wall clock that is an hour ahead": story(
        FOUR_CURES, _all_clocks_step(4000), then(290, "crash", *ONE), then(60, "people-let-go")
    ),
    "again at once": story(cured(*ONE), then(1, "crash", *ONE), then(40, "people-let-go")),
    "not cured the last time": story(
        _not_cured(*ONE), then(1, "crash", *ONE), then(60, "acknowledge"), then(0, "must-be-cured", *ONE)
    ),
    "not cured the last time, then a restart": story(
        _not_cured(*ONE), RESTART, then(1, "crash", *ONE), then(60, "acknowledge"), then(0, "must-be-cured", *ONE)
    ),
    "three cures undone": story(
        cured(*ONE), COOLED, cured(*ONE), COOLED, cured(*ONE), COOLED, then(200, "crash", *ONE),
        then(60, "people-let-go"),
    ),
    "three cures undone, acknowledged, then a restart": story(
        cured(*ONE), COOLED, cured(*ONE), COOLED, cured(*ONE), COOLED, then(1, "crash", *ONE),
        then(30, "acknowledge-newest", *ONE), RESTART, then(0, "must-be-cured", *ONE),
    ),
    "booted just now": story(then(5, "reboot", "ctl1"), then(20, "crash", *ONE), then(60, "people-let-go")),
    "stopped on purpose": story(
        then(5, "operator-stops", *ONE), then(30, "execute", *ONE, "container-start"), then(20, "people-let-go")
    ),
    "nothing to mend": story(then(5, "execute", *ONE, "container-restart"), then(20, "people-let-go")),
    "another instance crashed meanwhile": story(
        then(5, "crash", *ONE), then(0, "until-planned"), then(0, "operator-starts", *ONE), then(0, "crash", *ONE),
        then(0, "nothing-leaves", 20.0, "it is not the instance that the plan was made for"),
    ),
    "another cause meanwhile": story(
        then(5, "crash", *ONE), then(0, "until-planned"), then(0, "disk-fills", "ctl1", 100.0, 60),
        then(0, "nothing-leaves", 20.0, "the rule's condition does not hold any more"),
    ),
    "a host that is worked on": story(
        then(5, "crash-and-the-command-meets", *ONE, "lost"), then(0, "until-command"),
        then(0, "kolla-recreates", *ONE), then(0, "until-doubt"), then(1, "crash", "ctl1", "keystone"),
        then(60, "people-let-go"),
    ),
    "a host that was worked on before a restart": story(
        then(5, "crash-and-the-command-meets", *ONE, "lost"), then(0, "until-command"),
        then(0, "kolla-recreates", *ONE), then(0, "until-doubt"), RESTART, then(1, "crash", "ctl1", "keystone"),
        then(60, "people-let-go"),
    ),
    "another member transfers": story(
        then(5, "crash-member", "ctl3"), then(15, "execute-member", "ctl3"), then(0, "member-transfers", "ctl2", 60.0),
        then(10, "people-let-go"),
    ),
    "no quorum to join": story(
        then(5, "crash-member", "ctl2"), then(1, "crash-member", "ctl3"), then(20, "execute-member", "ctl3"),
        then(10, "people-let-go"),
    ),
    "an old store put back": story(
        then(5, "store-copied"), cured(*ONE), then(1, "copy-put-back"), then(30, "crash", "cmp2", "cron"),
        then(0, "nothing-leaves", 60.0, "the store is an old copy of itself"),
    ),
    # attempts, verification, ends
    "SOFT for longer than it takes": story(
        then(5, "crash", "cmp2", "cron"), *(then(4, "nagios", "cmp2", "cron", 0) for _ in range(5)),
        then(30, "was-hard"),
    ),
    "up for nine seconds": story(
        then(5, "crash", *ONE), then(0, "until-planned"), then(0, "loop", *ONE, 9.0), then(0, "until-command"),
        then(30, "no-success", "it ran for nine seconds"),
    ),
    "never up again": story(
        then(5, "crash", *ONE), then(0, "until-planned"), then(0, "loop", *ONE, 0.7), then(0, "until-command"),
        then(20, "no-success", "it never ran"),
    ),
    "silent after the command": story(
        then(5, "crash", *ONE), then(0, "until-command"), then(0, "engine-fails", "ctl1", "hung", 900),
        then(60, "no-success", "nobody has seen it run since"), then(0, "until-idle"),
    ),
    "seen once after a silence": story(
        then(5, "crash", *ONE), then(0, "until-command"), then(0, "engine-fails", "ctl1", "hung", 60),
        then(70, "no-success", "it was seen to run for ten seconds"),
    ),
    "no cure": story(
        _not_cured(*ONE), then(0, "people-were-paged", "did not cure it"),
    ),
    # approvals
    "nobody said yes": story(then(5, "crash", *ONE), then(60, "people-let-go"), approving=True),
    "a yes to another plan": story(
        then(5, "crash", *ONE), then(0, "until-asked"), then(1, "approve-another-plan"), then(20, "people-let-go"),
        then(0, "must-be-cured", *ONE), approving=True,
    ),
    "a yes": story(then(5, "crash", *ONE), then(0, "must-be-cured", *ONE), approving=True),
    # journal, probes, restarts
    "the disk fails at an INTENT": story(then(5, "commits-of-intents-fail", 60), then(0, "crash", *ONE), then(65, "must-be-cured", *ONE)),
    "paused between INTENT and command": story(
        then(5, "crash", *ONE), then(0, "until-intent"), then(0, "pause-file", "there", 60),
        then(0, "nothing-leaves", 20.0, "it was paused before its command left"),
    ),
    "killed before the command": story(
        then(5, "crash", *ONE), then(0, "until-intent"), then(0, "daemon-killed"), then(15, "must-be-cured", *ONE), then(0, "until-idle"), then(0, "nobody-was-called"),
    ),
    "lost on its way": story(
        then(5, "crash-and-the-command-meets", *ONE, "lost_before"), then(0, "must-be-cured", *ONE), then(0, "until-idle"),
    ),
    "arrived, and nothing can be learnt of it": story(
        then(5, "crash-and-the-command-meets", *ONE, "lost"), then(0, "until-command"),
        then(0, "engine-fails", "ctl1", "hung", 120), then(100, "probes-are-right", "ctl1"),
    ),
    "arrives late": story(
        then(5, "crash-and-the-command-meets", *ONE, "late"), then(0, "until-command"), then(60, "arrived-once", "ctl1"),
    ),
    "paused, then a restart": story(then(5, "pause"), RESTART[0], then(15, "crash", *ONE), then(60, "resume"), then(0, "must-be-cured", *ONE)),
    "silenced, then a restart": story(then(5, "silence", *ONE, 120), RESTART[0], then(15, "crash", *ONE), then(60, "wraps-end")),
    "killed before a hint is kept": story(then(5, "daemon-dies-at-point", 1), then(0, "nagios", *ONE, 1), then(20, "people-let-go")),
}  # fmt: skip
"""Each by what happens in it."""

DIRECTED: tuple[Story, ...] = tuple(NAMED.values())
