"""Directed stories of a lost Galera cluster: each bad input and each interruption of its recovery, with the outcome that is documented.

Invariant: what must come about is told by the cloud (who bootstrapped, what is left on the hosts) and by the pages that people got;
the watch asks its invariants on the way. Rules are those of docs/galera-decision.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from remediator.model.records import StepState
from remediator.sim import galera_account
from remediator.sim.cloud import CONTROLLERS
from remediator.sim.directed import broken, never, rows_of, run_until, then
from remediator.sim.galera import Galera
from remediator.sim.galera_data import UUID, ZERO, grastate
from remediator.sim.happenings import Stage, kind
from remediator.sim.stories import Happening, Story
from remediator.store import tables

OTHER_UUID = "5a2f8a3e-0000-11f0-8000-00000000beef"
HALF = f"# GALERA saved state\nversion: 2.1\nuuid:    {UUID}\nseqno:  "


def _galera(stage: Stage) -> Galera:
    return stage.simulation.cloud.galera


# waits ----------------------------------------------------------------------------------------------------------------


@kind(0, never)
def until_step(stage: Stage, step: str, state: str) -> None:
    """The step `step` of a live run is in `state`."""

    def come() -> bool:
        daemon = stage.simulation.daemon
        runs = daemon.world.durable.runs.values() if daemon is not None else ()
        return any(each.id == step and each.state is StepState(state) for run in runs for each in run.steps)

    run_until(stage, 300.0, come, f"step {step} that is {state}")


@kind(0, never)
def until_paged(stage: Stage, words: str, seconds: float) -> None:
    query = sa.select(tables.outbox.c.n).where(tables.outbox.c.body.contains(words))
    run_until(stage, seconds, lambda: bool(rows_of(stage, query)), f"page with {words!r}", "explained")


@kind(0, never)
def until_whole(stage: Stage, seconds: float, *hosts: str) -> None:
    """`hosts` (all members) are Synced, each in its own unit, and nothing of a recovery is left on them."""
    galera, wanted = _galera(stage), hosts or CONTROLLERS

    def whole() -> bool:
        well = all(galera.members[host].state == "synced" and galera.members[host].process == "unit" for host in wanted)
        return well and not set(galera_account.leftovers(galera)) & set(wanted)

    run_until(stage, seconds, whole, f"whole cluster of {', '.join(wanted)}")


@kind(0, never)
def until_nothing_is_left(stage: Stage, seconds: float) -> None:
    galera = _galera(stage)
    run_until(
        stage,
        seconds,
        lambda: not galera_account.leftovers(galera),
        "host without a hold or a container of ours",
        "left",
    )


# what must be so ------------------------------------------------------------------------------------------------------


@kind(0, never)
def bootstrapped_on(stage: Stage, *hosts: str) -> None:
    """Those and no others were bootstrapped, in this order."""
    done = tuple(host for _, host, _ in _galera(stage).bootstraps)
    if done != hosts:
        broken(stage, "bootstrap", f"bootstrapped: {done or 'none'}, and it should be {hosts or 'none'}")


@kind(0, never)
def bootstrap_container_runs(stage: Stage, host: str, runs: bool) -> None:
    helper = _galera(stage).members[host].helper
    if (helper is not None and helper.running) is not runs:
        broken(stage, "debts", f"the bootstrap container on {host} {'does not run any more' if runs else 'runs still'}")


@kind(0, never)
def rows_are_there(stage: Stage) -> None:
    galera = _galera(stage)
    if galera.uuid != UUID or not galera.rows:
        broken(stage, "bootstrap", f"the cluster is of {galera.uuid} with {galera.rows} rows")


@kind(0, never)
def loss_is_told(stage: Stage, lost: int) -> None:
    """The mark says that so many transactions are possibly lost, and has not been accepted."""
    query = sa.select(tables.meta.c.value).where(tables.meta.c.key == "mark:galera.cluster")
    told = [json.loads(value).get("behind") for value in rows_of(stage, query)]
    if told != [lost or None]:
        broken(stage, "explained", f"{lost} transactions are lost, and told is {told}")


@kind(0, never)
def not_paged(stage: Stage, words: str) -> None:
    if rows_of(stage, sa.select(tables.outbox.c.n).where(tables.outbox.c.body.contains(words))):
        broken(stage, "explained", f"people were paged with {words!r}, and nothing was for them to do")


# what happens ---------------------------------------------------------------------------------------------------------


@kind(0, never)
def member_is(stage: Stage, host: str, name: str, value: Any) -> None:
    """Set a property of the member: sql, dies_of, unflushed, old_position, lets_in."""
    setattr(_galera(stage).members[host], name, value)


@kind(0, never)
def data_is(stage: Stage, host: str, name: str, value: Any) -> None:
    """Set a property of its data directory: grastate, xa, sst."""
    setattr(_galera(stage).members[host].data, name, value)


@kind(0, never)
def data_of(stage: Stage, host: str, uuid: str, flagged: bool = False) -> None:
    """Its data directory is of the history `uuid`, flagged as safe to bootstrap or not."""
    data = _galera(stage).members[host].data
    if uuid == ZERO:
        data.wipe()
        data.sst = False
    data.uuid = uuid
    data.save(-1, flagged)


@kind(0, never)
def stopped_in_turn(stage: Stage) -> None:
    """Somebody stops all members cleanly, one after the other; the last one is flagged, and the units are failed since."""
    for host in CONTROLLERS:
        service = stage.service(host, "mariadb")
        service.stop()
        service.state, service.substate, service.result = "failed", "failed", "exit-code"
        service.stopped_by_job = False


@kind(0, never)
def started_by_hand(stage: Stage, host: str, primary: bool) -> None:
    """A person takes away the hold and starts a member; `primary`: with a bootstrap of their own."""
    galera, service = _galera(stage), stage.service(host, "mariadb")
    galera.members[host].hold, service.held = None, False
    service.reset_failed()
    service.start()
    if primary:
        galera.bootstrap()


@kind(0, never)
def host_is(stage: Stage, host: str, name: str, value: Any) -> None:
    """Set a property of the host: ssh, engine_state, used_percent."""
    setattr(stage.simulation.cloud.hosts[host], name, value)


@kind(0, never)
def consent(stage: Stage) -> None:
    """A person says yes to what a run that is held asks about."""
    stage.people.consent()


@kind(0, never)
def cancel(stage: Stage) -> None:
    stage.people.cancel()


# stories --------------------------------------------------------------------------------------------------------------


def story(bootstraps: str, *happenings: Happening | tuple[Happening, ...]) -> Story:
    """Return the story of `happenings`; `bootstraps` is one of `stories.CONFIGS`."""
    flat: list[Happening] = []
    for each in happenings:
        flat.extend(each if isinstance(each, tuple) else (each,))
    return Story(0, False, False, tuple(flat), bootstraps)


def _refused(*before: Happening, words: str = "", why: str = "", config: str = "unattended") -> Story:
    """Nothing leaves, and people are told `words`."""
    told = (then(0, "until-paged", words, 900.0),) if words else ()
    return story(config, *before, then(0, "nothing-leaves", 200.0, why), *told, then(0, "bootstrapped-on"))


def ends_without(*during: Happening, words: str, config: str = "unattended") -> Story:
    """Return the story in which a run begins, and refuses: nothing is bootstrapped, the holds are taken back, and people are told `words`."""
    return story(
        config, *during, then(0, "until-paged", words, 400.0), then(0, "until-idle"),
        then(0, "until-nothing-is-left", 300.0), then(0, "bootstrapped-on"),
    )  # fmt: skip


HEALTHY = then(90, "people-let-go")
"""Long enough for the mark to be kept."""
LOST = (HEALTHY, then(0, "cluster-lost"))
APPROVED = (then(0, "until-asked"), then(5, "approve"))
ASKED = then(0, "until-paged", "needs a person's yes", 400.0)
UNFLUSHED = tuple(then(0, "member-is", host, "unflushed", 80) for host in CONTROLLERS)
SILENT, HEARD = (tuple(then(0, "member-is", host, "sql", how) for host in CONTROLLERS) for how in ("timeout", ""))
WHOLE = (then(0, "until-whole", 900.0), then(0, "rows-are-there"), then(0, "until-idle"))
CTL1 = then(0, "bootstrapped-on", "ctl1")

NAMED: Mapping[str, Story] = {
    # what heals, and what is bootstrapped
    "galera: all killed, views complete": story(
        "unattended", HEALTHY, then(0, "cluster-killed"), WHOLE, then(0, "bootstrapped-on"), then(60, "not-paged", "storm"),
    ),
    "galera: all killed, the newest transactions are in no file": story(
        "unattended", *(then(0, "member-is", host, "unflushed", 8) for host in CONTROLLERS), HEALTHY, then(0, "cluster-killed"),
        WHOLE, then(0, "bootstrapped-on"), then(20, "loss-is-told", 8), then(0, "until-paged", "8 transactions", 60.0),
        then(600, "loss-is-told", 8), then(0, "accept", "group/galera"), then(60, "loss-is-told", 0),
    ),
    "galera: all lost, a person approves": story("approve", LOST, APPROVED, WHOLE, CTL1),
    "galera: all lost, nobody approves": _refused(*LOST, words="waits for an approval", why="nobody has approved it", config="approve"),
    "galera: all lost, unattended": story(
        "unattended", LOST, WHOLE, CTL1, then(60, "not-paged", "storm"), then(0, "nobody-was-called"),
    ),
    "galera: stopped in turn, the last one is ahead": story(
        "unattended", HEALTHY, then(0, "stopped-in-turn"), WHOLE, then(0, "bootstrapped-on", "ctl3"),
    ),
    "galera: shut down in turn and started again": story(
        "unattended", HEALTHY, then(0, "shut-down"), WHOLE, then(0, "bootstrapped-on", "ctl3"), then(60, "not-paged", "storm"),
        then(0, "nobody-was-called"),
    ),
    "galera: shut down and started again, a person approves": story(
        "approve", HEALTHY, then(0, "shut-down"), APPROVED, WHOLE, then(0, "bootstrapped-on", "ctl3"),
    ),
    "galera: shut down and started again, and Primary again while they are held": story(
        "unattended", HEALTHY, then(0, "shut-down"), then(0, "until-step", "hold_ctl1", "settling"),
        then(26, "started-by-hand", "ctl3", True), then(0, "until-idle"), then(0, "until-nothing-is-left", 300.0), then(0, "bootstrapped-on"),
        then(0, "until-paged", "galera/ctl1 needs a person", 60.0),
    ),
    "galera: shut down and started again, killed while they are held": story(
        "unattended", HEALTHY, then(0, "shut-down"), then(0, "until-step", "hold_ctl1", "settling"), then(0, "daemon-killed"),
        WHOLE, then(0, "bootstrapped-on", "ctl3"),
    ),
    "galera: one runs on alone, and the others look for it for ever": story(
        "approve", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "running outside of a Primary component", 1800.0), then(5, "approve"), WHOLE,
        CTL1,
    ),
    "galera: one runs on alone, and nobody says yes to its stop": story(
        "unattended", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "yes before stop_ctl3", 1800.0),
        then(0, "nothing-leaves", 300.0, "nobody has said yes"), then(0, "bootstrapped-on"), then(0, "consent"),
        then(0, "until-paged", "yes before choose", 200.0), then(0, "bootstrapped-on"), then(0, "consent"), WHOLE, CTL1,
    ),
    "galera: one runs on alone, and the answer to its stop is lost": story(
        "unattended", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "yes before stop_ctl3", 1800.0),
        then(0, "commands-meet", ("lost",)), then(0, "consent"), then(0, "until-paged", "yes before choose", 300.0), then(0, "consent"), WHOLE, CTL1,
    ),
    "galera: one runs on alone, and its stop arrives late": story(
        "unattended", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "yes before stop_ctl3", 1800.0),
        then(0, "commands-meet", ("late",)), then(0, "consent"), then(0, "until-paged", "yes before choose", 300.0), then(0, "consent"), WHOLE, CTL1,
    ),
    "galera: one runs on alone, and is Primary again before it is stopped": story(
        "unattended", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "yes before stop_ctl3", 1800.0),
        then(0, "started-by-hand", "ctl3", True), then(0, "consent"), then(0, "until-idle"), then(0, "until-nothing-is-left", 300.0),
        then(0, "bootstrapped-on"),
    ),
    "galera: one runs on alone, killed while it is stopped": story(
        "approve", HEALTHY, then(0, "two-killed"), then(0, "until-paged", "running outside of a Primary component", 1800.0), then(5, "approve"),
        then(0, "until-step", "stop_ctl3", "intent"), then(0, "daemon-killed"), WHOLE, CTL1,
    ),
    "galera: one is stranded while it joins": story(
        "approve", HEALTHY, then(0, "one-stranded"), then(0, "until-paged", "running outside of a Primary component", 1800.0),
        then(0, "not-paged", "is not proven to be outside"), then(5, "approve"), WHOLE, CTL1,
    ),
    "galera: one is stranded while it joins, and the answer to its stop is lost": story(
        "unattended", HEALTHY, then(0, "one-stranded"), then(0, "until-paged", "yes before stop_ctl1", 1800.0),
        then(0, "commands-meet", ("lost",)), then(0, "consent"), then(0, "until-paged", "yes before choose", 300.0), then(0, "consent"), WHOLE, CTL1,
    ),
    "galera: the furthest is not the first": story(
        "unattended", HEALTHY, then(0, "member-is", "ctl1", "unflushed", 1), then(0, "member-is", "ctl2", "unflushed", 2),
        then(0, "cluster-lost"), WHOLE, then(0, "bootstrapped-on", "ctl3"),
    ),
    # bad input: who is Primary is not known
    "galera: the password is wrong, two are killed": _refused(
        HEALTHY, then(0, "member-is", "ctl3", "sql", "denied"), then(0, "two-killed"), why="ctl3 may be Primary",
    ),
    "galera: TCP open and SQL silent, two are killed": _refused(
        HEALTHY, then(0, "member-is", "ctl3", "sql", "timeout"), then(0, "two-killed"), why="ctl3 may be Primary",
    ),
    "galera: SQL up and the container engine down": _refused(
        *LOST, then(0, "host-is", "ctl2", "engine_state", "down"), why="whether ctl2 runs is not known",
    ),
    "galera: a host is not reached": _refused(*LOST, then(0, "host-is", "ctl2", "ssh", "dropped"), why="ctl2 may be Primary"),
    # bad input: files, and what lies in them
    "galera: grastate half written": _refused(
        *LOST, then(0, "data-is", "ctl2", "grastate", HALF), words="GB-7", why="the flag of ctl2 is not known",
    ),
    "galera: two uuids": _refused(*LOST, then(0, "data-of", "ctl2", OTHER_UUID), words="GB-5", why="there are two histories"),
    "galera: all of another uuid": _refused(
        *LOST, *(then(0, "data-of", host, OTHER_UUID) for host in CONTROLLERS), words="GB-5", why="it is not the recorded history",
    ),
    "galera: two flags": _refused(
        *LOST, then(0, "data-of", "ctl1", UUID, True), then(0, "data-of", "ctl2", UUID, True), words="GB-7", why="two are flagged",
    ),
    "galera: all flagged but empty": _refused(
        *LOST, *(then(0, "data-of", host, ZERO, True) for host in CONTROLLERS), words="galera", why="nobody has a history",
    ),
    "galera: disk full": _refused(*LOST, then(0, "host-is", "ctl2", "used_percent", 100.0), words="GB-17", why="the disk of ctl2 is full"),
    "galera: zero uuid, a person approves and says yes to it": story(
        "approve", LOST, then(0, "data-of", "ctl1", ZERO), APPROVED, ASKED, then(0, "bootstrapped-on"), then(5, "consent"), WHOLE,
        then(0, "bootstrapped-on", "ctl2"),
    ),
    "galera: zero uuid, alone it asks": story(
        "unattended", LOST, then(0, "data-of", "ctl1", ZERO), ASKED, then(0, "nothing-leaves", 60.0, "nobody has said yes"),
        then(0, "bootstrapped-on"), then(0, "consent"), WHOLE, then(0, "bootstrapped-on", "ctl2"),
    ),
    "galera: the zero uuid in a file, and its position": story(
        "unattended", LOST, then(0, "data-is", "ctl1", "grastate", grastate(ZERO, -1, False)), ASKED,
        then(0, "nothing-leaves", 60.0, "nobody has said yes"), then(0, "bootstrapped-on"), then(0, "consent"), WHOLE,
        then(0, "bootstrapped-on", "ctl2"),
    ),
    "galera: no grastate.dat": story(
        "unattended", LOST, then(0, "data-is", "ctl1", "grastate", None), ASKED, then(0, "consent"), WHOLE,
        then(0, "bootstrapped-on", "ctl2"),
    ),
    "galera: a grastate.dat of another history than its data": ends_without(
        *LOST, then(0, "data-is", "ctl3", "uuid", OTHER_UUID), words="grastate_contradicts",
    ),
    "galera: a stale volume beside a grastate.dat that claims more": story(
        "unattended", LOST, then(0, "data-is", "ctl1", "grastate", grastate(UUID, 9_000_000, False)),
        then(0, "until-paged", "Galera would believe the file", 400.0), then(0, "nothing-leaves", 60.0, "nobody has said yes"),
        then(0, "bootstrapped-on"), then(0, "consent"), WHOLE, then(0, "bootstrapped-on", "ctl2"),
    ),
    "galera: all killed, and one of them claims more than it has": story(
        "unattended", HEALTHY, then(0, "cluster-killed"), then(0, "data-is", "ctl1", "grastate", grastate(UUID, 9_000_000, False)),
        then(0, "until-paged", "Galera would believe the file", 1200.0),
    ),
    "galera: a recovery that ended before what can lose data is asked about again": story(
        "approve", LOST, then(0, "data-is", "ctl3", "uuid", OTHER_UUID), APPROVED,
        then(0, "until-paged", "ended before anything that can lose data", 400.0), then(0, "bootstrapped-on"), then(0, "until-idle"),
        then(0, "until-nothing-is-left", 300.0), then(100, "data-is", "ctl3", "uuid", UUID), APPROVED, WHOLE, CTL1,
    ),
    # bad input: positions
    "galera: a position of an older run": ends_without(*LOST, then(0, "member-is", "ctl2", "old_position", True), words="GB-4"),
    "galera: prepared transactions": ends_without(*LOST, then(0, "data-is", "ctl2", "xa", 1), words="GB-4"),
    "galera: prepared transactions, tried twice and then left to a person": story(
        "unattended", *LOST, then(0, "data-is", "ctl2", "xa", 1), then(0, "until-paged", "is not tried again unattended", 900.0),
        then(0, "until-nothing-is-left", 300.0), then(0, "nothing-leaves", 900.0, "it ended twice before what can lose data"),
        then(0, "bootstrapped-on"),
    ),
    "galera: below the mark, a person says yes": story(
        "approve", HEALTHY, UNFLUSHED, then(0, "cluster-lost"), APPROVED, ASKED, then(0, "bootstrapped-on"),
        then(0, "until-paged", "transactions below the high-water mark are possibly lost", 10.0), then(5, "consent"), WHOLE, CTL1,
    ),
    "galera: below the mark, nobody says yes": story(
        "unattended", HEALTHY, UNFLUSHED, then(0, "cluster-lost"), ASKED, then(0, "nothing-leaves", 300.0, "the loss is not accepted"),
        then(0, "bootstrapped-on"), then(0, "cancel"), then(0, "until-nothing-is-left", 300.0), then(0, "bootstrapped-on"),
    ),
    "galera: lost long after the newest sample": story(
        "unattended", HEALTHY, *SILENT, then(130, "cluster-lost"), *HEARD, ASKED, then(0, "bootstrapped-on"),
        then(0, "until-paged", "the newest sample of the high-water mark", 10.0), then(0, "nothing-leaves", 60.0, "nobody has said yes"),
        then(5, "consent"), WHOLE, CTL1,
    ),
    # what happens meanwhile
    "galera: a member runs again during the run": ends_without(
        *LOST, then(0, "until-step", "read_ctl2", "intent"), then(1, "started-by-hand", "ctl2", False), words="GB-",
    ),
    "galera: a member is Primary again during the run": story(
        "unattended", LOST, then(0, "until-step", "read_ctl2", "intent"), then(1, "started-by-hand", "ctl2", True),
        then(0, "until-idle"), then(0, "until-nothing-is-left", 300.0), then(0, "bootstrapped-on"),
    ),
    "galera: a host is lost during the run": story(
        "unattended", LOST, then(0, "until-step", "read_ctl2", "intent"), then(1, "ssh-fails", "ctl2", "dropped", 300),
        then(25, "nothing-leaves", 200.0, "ctl2 may be Primary"), then(0, "bootstrapped-on"), WHOLE, CTL1,
    ),
    "galera: its container ends at once": story(
        "unattended", LOST, then(0, "until-step", "read_ctl1", "intent"),
        then(0, "member-is", "ctl1", "dies_of", "[ERROR] Can't open shared library"),
        then(0, "until-paged", "has ended with 0", 300.0), then(0, "until-idle"), then(0, "until-nothing-is-left", 300.0), CTL1,
        then(0, "not-paged", "is left to you"), then(0, "until-paged", "GB-13", 900.0),
        then(0, "nothing-leaves", 300.0, "it was bootstrapped today, and nobody knows its rows"), CTL1,
    ),
    "galera: a joiner fails": story(
        "unattended", LOST, then(0, "until-step", "bootstrap", "settling"),
        then(0, "member-is", "ctl2", "dies_of", "[ERROR] Can't open shared library"),
        then(0, "until-paged", "did not stay up", 300.0), then(200, "bootstrap-container-runs", "ctl1", True), CTL1,
        then(0, "started-by-hand", "ctl3", False), then(0, "until-whole", 400.0, "ctl1", "ctl3"), CTL1,
    ),
    "galera: cancelled after the bootstrap": story(
        "unattended", LOST, then(0, "until-step", "join_ctl2", "settling"), then(0, "cancel"),
        then(0, "until-whole", 400.0, "ctl1", "ctl2"), then(0, "until-nothing-is-left", 300.0), CTL1,
    ),
    "galera: cancelled while it is the only one": story(
        "unattended", LOST, then(0, "until-step", "bootstrap", "settling"), then(0, "cancel"),
        then(200, "bootstrap-container-runs", "ctl1", True), then(0, "started-by-hand", "ctl2", False),
        then(0, "until-whole", 400.0, "ctl1", "ctl2"), then(0, "until-nothing-is-left", 300.0), CTL1,
    ),
    "galera: paused in the middle": story(
        "unattended", LOST, then(0, "until-step", "read_ctl2", "intent"), then(1, "pause"),
        then(25, "nothing-leaves", 130.0, "it is paused"), then(0, "people-were-paged", "is held"), then(0, "bootstrapped-on"),
        then(0, "resume"), WHOLE, CTL1,
    ),
    "galera: all killed, the daemon dies before the starts leave": story(
        "unattended", HEALTHY, then(0, "cluster-killed"), then(0, "until-step", "start_ctl1", "intent"), then(0, "daemon-killed"),
        WHOLE, then(0, "bootstrapped-on"), then(0, "nobody-was-called"),
    ),
    "galera: somebody starts a member beside it": story(
        "unattended", LOST, then(0, "until-step", "bootstrap", "settling"), then(0, "started-by-hand", "ctl3", False), WHOLE, CTL1,
    ),
    "galera: killed before the bootstrap leaves": story(
        "unattended", LOST, then(0, "until-step", "bootstrap", "intent"), then(0, "daemon-killed"), WHOLE, CTL1,
    ),
    "galera: the answer to the bootstrap is lost": story(
        "unattended", LOST, then(0, "until-step", "choose", "done"), then(0, "commands-meet", ("lost",)), WHOLE, CTL1,
    ),
    "galera: somebody bootstraps by hand while the yes is waited for": story(
        "approve", LOST, then(0, "until-asked"), then(0, "started-by-hand", "ctl3", True), then(0, "nothing-leaves", 120.0, "ctl3 is Primary"),
        then(0, "bootstrapped-on"),
    ),
    "galera: lost again in the quiet period of its cure": story(
        "unattended", LOST, then(0, "until-whole", 900.0), then(25, "cluster-lost"), then(0, "until-paged", "which is another loss", 300.0),
        CTL1,
    ),
    "galera: lost again within a day": story(
        "unattended", LOST, WHOLE, CTL1, then(600, "cluster-lost"), then(0, "until-paged", "GB-18", 900.0),
        then(0, "nothing-leaves", 300.0, "it was bootstrapped today"), CTL1,
    ),
}  # fmt: skip
"""Each by what happens in it."""
