"""Directed stories of a lost Galera cluster: each bad input and each interruption of its recovery, with the outcome
that is documented.

Invariant: the cloud (who bootstrapped, what is left on the hosts) and the pages that people got tell what came about.
The watch asks its invariants on the way. Rules are those of docs/galera-decision.md.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.integrations.galera.sim.data import UUID, ZERO, grastate
from remediator.integrations.galera.sim.expectations import (
    bootstrap_container_runs,
    bootstrapped_on,
    loss_is_told,
    rows_are_there,
    until_whole,
)
from remediator.integrations.galera.sim.faults import (
    data_of,
    dies_of,
    grastate_is,
    position_is_old,
    prepared,
    sql_is,
    started_by_hand,
    stopped_in_turn,
    unflushed,
    uuid_is,
)
from remediator.integrations.galera.sim.losses import cluster_killed, cluster_lost, one_stranded, shut_down, two_killed
from remediator.model.records.page_keys import PageKind
from remediator.model.records.records import StepState
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.acts import accept, approve, pause, people_let_go, resume
from remediator.sim.happenings.daemon_faults import daemon_killed
from remediator.sim.happenings.expectations import (
    nobody_was_called,
    not_paged,
    nothing_leaves,
    people_were_paged,
    until_asked,
    until_idle,
    until_nothing_is_left,
    until_paged,
    until_step,
)
from remediator.sim.happenings.host_faults import commands_meet, ssh_fails
from remediator.sim.happenings.rare_faults import cancel, consent, disk_is, engine_is, ssh_is
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import Moment, Setup, then

OTHER_UUID = "5a2f8a3e-0000-11f0-8000-00000000beef"
HALF = f"# GALERA saved state\nversion: 2.1\nuuid:    {UUID}\nseqno:  "


LEFT_LOST = Paged(PageKind.RULE, about="galera-cluster-lost")
"""The cluster is lost, and nothing that is known cures it."""
FAILED = Paged(PageKind.RULE, about="galera-cluster-bootstrap")
"""A bootstrap by the daemon did not cure the cluster."""


def asks_before(step: str) -> Paged:
    """Return the page that asks for a yes to the step: its key is by the hash of the question."""
    return Paged(PageKind.ASKS, says=f"before {step}")


def refused_at(step: str, by: str, says: str = "") -> Paged:
    """Return the page of a run that ended early, since `step` was refused: its key has why, which begins with `by`."""
    return Paged(PageKind.EARLY, about=f"refused:{step}:{by}", says=says)


def _refused(
    name: str,
    *before: Moment,
    page: Paged | None = None,
    why: str,
    setup: Setup = Setup.UNATTENDED,
    shows: tuple[str, ...] = (),
) -> Scenario:
    """Nothing leaves, and people get `page`."""
    told = (then(0, until_paged(page, 900.0)),) if page is not None else ()
    return scenario(
        name, *before, then(0, nothing_leaves(200.0, why)), *told, then(0, bootstrapped_on()), setup=setup, shows=shows
    )


def ends_without(
    name: str, *during: Moment, page: Paged, setup: Setup = Setup.UNATTENDED, shows: tuple[str, ...] = ()
) -> Scenario:
    """Return the scenario in which a run begins, and refuses: nothing is bootstrapped, the holds are taken back, and
    people get `page`."""
    return scenario(
        name, *during, then(0, until_paged(page, 400.0)), then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)), then(0, bootstrapped_on()), setup=setup, shows=shows,
    )  # fmt: skip


HEALTHY = then(90, people_let_go())
"""Long enough for the mark to be kept."""
LOST = (HEALTHY, then(0, cluster_lost()))
APPROVED = (then(0, until_asked()), then(5, approve()))
ASKED = then(0, until_paged(Paged(PageKind.ASKS), 400.0))
UNFLUSHED = tuple(then(0, unflushed(host, 80)) for host in CONTROLLERS)
SILENT, HEARD = (tuple(then(0, sql_is(host, how)) for host in CONTROLLERS) for how in ("timeout", ""))
WHOLE = (then(0, until_whole(900.0)), then(0, rows_are_there()), then(0, until_idle()))
CTL1 = then(0, bootstrapped_on("ctl1"))

SCENARIOS: tuple[Scenario, ...] = (
    # what heals, and what is bootstrapped
    scenario(
        "galera: all killed, views complete",
        HEALTHY,
        then(0, cluster_killed()),
        WHOLE,
        then(0, bootstrapped_on()),
        then(60, not_paged(Paged(PageKind.STORM))),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: all killed, the newest transactions are in no file",
        *(then(0, unflushed(host, 8)) for host in CONTROLLERS),
        HEALTHY,
        then(0, cluster_killed()),
        WHOLE,
        then(0, bootstrapped_on()),
        then(20, loss_is_told(8)),
        then(0, until_paged(Paged(PageKind.RULE, about="galera-behind-mark", says="8 transactions"), 60.0)),
        then(600, loss_is_told(8)),
        then(0, accept("group/galera")),
        then(60, loss_is_told(0)),
        setup=Setup.UNATTENDED,
        shows=("galera-logs-unread",),
    ),
    scenario(
        "galera: all lost, a person approves",
        LOST,
        APPROVED,
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    _refused(
        "galera: all lost, nobody approves",
        *LOST,
        page=Paged(PageKind.APPROVAL),
        why="nobody has approved it",
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: all lost, unattended",
        LOST,
        WHOLE,
        CTL1,
        then(60, not_paged(Paged(PageKind.STORM))),
        then(0, nobody_was_called()),
        setup=Setup.UNATTENDED,
        shows=("galera-no-hold", "galera-its-own-work-pages", "storm-counts-what-is-accounted-for"),
    ),
    scenario(
        "galera: stopped in turn, the last one is ahead",
        HEALTHY,
        then(0, stopped_in_turn()),
        WHOLE,
        then(0, bootstrapped_on("ctl3")),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: shut down in turn and started again",
        HEALTHY,
        then(0, shut_down()),
        WHOLE,
        then(0, bootstrapped_on("ctl3")),
        then(60, not_paged(Paged(PageKind.STORM))),
        then(0, nobody_was_called()),
        setup=Setup.UNATTENDED,
        shows=("galera-log-is-not-read",),
    ),
    scenario(
        "galera: shut down and started again, a person approves",
        HEALTHY,
        then(0, shut_down()),
        APPROVED,
        WHOLE,
        then(0, bootstrapped_on("ctl3")),
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: shut down and started again, and Primary again while they are held",
        HEALTHY,
        then(0, shut_down()),
        then(0, until_step("hold_ctl1", StepState.SETTLING)),
        then(26, started_by_hand("ctl3", True)),
        then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
        then(0, until_paged(Paged(PageKind.RULE, target="galera/ctl1"), 60.0)),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: shut down and started again, killed while they are held",
        HEALTHY,
        then(0, shut_down()),
        then(0, until_step("hold_ctl1", StepState.SETTLING)),
        then(0, daemon_killed()),
        WHOLE,
        then(0, bootstrapped_on("ctl3")),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: one runs on alone, and the others look for it for ever",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(Paged(PageKind.APPROVAL), 1800.0)),
        then(5, approve()),
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: one runs on alone, and nobody says yes to its stop",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(asks_before("stop_ctl3"), 1800.0)),
        then(0, nothing_leaves(300.0, "nobody has said yes")),
        then(0, bootstrapped_on()),
        then(0, consent()),
        then(0, until_paged(asks_before("choose"), 200.0)),
        then(0, bootstrapped_on()),
        then(0, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-stopped-without-a-yes",),
    ),
    scenario(
        "galera: one runs on alone, and the answer to its stop is lost",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(asks_before("stop_ctl3"), 1800.0)),
        then(0, commands_meet(("lost",))),
        then(0, consent()),
        then(0, until_paged(asks_before("choose"), 300.0)),
        then(0, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: one runs on alone, and its stop arrives late",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(asks_before("stop_ctl3"), 1800.0)),
        then(0, commands_meet(("late",))),
        then(0, consent()),
        then(0, until_paged(asks_before("choose"), 300.0)),
        then(0, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: one runs on alone, and is Primary again before it is stopped",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(asks_before("stop_ctl3"), 1800.0)),
        then(0, started_by_hand("ctl3", True)),
        then(0, consent()),
        then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: one runs on alone, killed while it is stopped",
        HEALTHY,
        then(0, two_killed()),
        then(0, until_paged(Paged(PageKind.APPROVAL), 1800.0)),
        then(5, approve()),
        then(0, until_step("stop_ctl3", StepState.INTENT)),
        then(0, daemon_killed()),
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: one is stranded while it joins",
        HEALTHY,
        then(0, one_stranded()),
        then(0, until_paged(Paged(PageKind.APPROVAL), 1800.0)),
        then(0, not_paged(Paged(says="GB-2"))),
        then(5, approve()),
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
        shows=("galera-stranded-is-not-read",),
    ),
    scenario(
        "galera: one is stranded while it joins, and the answer to its stop is lost",
        HEALTHY,
        then(0, one_stranded()),
        then(0, until_paged(asks_before("stop_ctl1"), 1800.0)),
        then(0, commands_meet(("lost",))),
        then(0, consent()),
        then(0, until_paged(asks_before("choose"), 300.0)),
        then(0, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: the furthest is not the first",
        HEALTHY,
        then(0, unflushed("ctl1", 1)),
        then(0, unflushed("ctl2", 2)),
        then(0, cluster_lost()),
        WHOLE,
        then(0, bootstrapped_on("ctl3")),
        setup=Setup.UNATTENDED,
        shows=("galera-first-and-not-furthest",),
    ),
    # bad input: who is Primary is not known
    _refused(
        "galera: the password is wrong, two are killed",
        HEALTHY,
        then(0, sql_is("ctl3", "denied")),
        then(0, two_killed()),
        why="ctl3 may be Primary",
    ),
    _refused(
        "galera: TCP open and SQL silent, two are killed",
        HEALTHY,
        then(0, sql_is("ctl3", "timeout")),
        then(0, two_killed()),
        why="ctl3 may be Primary",
    ),
    _refused(
        "galera: SQL up and the container engine down",
        *LOST,
        then(0, engine_is("ctl2", "down")),
        why="whether ctl2 runs is not known",
    ),
    _refused(
        "galera: a host is not reached",
        *LOST,
        then(0, ssh_is("ctl2", "dropped")),
        why="ctl2 may be Primary",
    ),
    # bad input: files, and what lies in them
    _refused(
        "galera: grastate half written",
        *LOST,
        then(0, grastate_is("ctl2", HALF)),
        page=replace(LEFT_LOST, says="GB-7"),
        why="the flag of ctl2 is not known",
    ),
    _refused(
        "galera: two uuids",
        *LOST,
        then(0, data_of("ctl2", OTHER_UUID)),
        page=replace(LEFT_LOST, says="GB-5"),
        why="there are two histories",
        shows=("galera-any-uuid",),
    ),
    _refused(
        "galera: all of another uuid",
        *LOST,
        *(then(0, data_of(host, OTHER_UUID)) for host in CONTROLLERS),
        page=replace(LEFT_LOST, says="GB-5"),
        why="it is not the recorded history",
    ),
    _refused(
        "galera: two flags",
        *LOST,
        then(0, data_of("ctl1", UUID, True)),
        then(0, data_of("ctl2", UUID, True)),
        page=replace(LEFT_LOST, says="GB-7"),
        why="two are flagged",
    ),
    _refused(
        "galera: all flagged but empty",
        *LOST,
        *(then(0, data_of(host, ZERO, True)) for host in CONTROLLERS),
        page=LEFT_LOST,
        why="nobody has a history",
    ),
    _refused(
        "galera: disk full",
        *LOST,
        then(0, disk_is("ctl2", 100.0)),
        page=replace(LEFT_LOST, says="GB-17"),
        why="the disk of ctl2 is full",
    ),
    scenario(
        "galera: zero uuid, a person approves and says yes to it",
        LOST,
        then(0, data_of("ctl1", ZERO)),
        APPROVED,
        ASKED,
        then(0, bootstrapped_on()),
        then(5, consent()),
        WHOLE,
        then(0, bootstrapped_on("ctl2")),
        setup=Setup.RECOVERING,
        shows=("galera-plan-covers-all",),
    ),
    scenario(
        "galera: zero uuid, alone it asks",
        LOST,
        then(0, data_of("ctl1", ZERO)),
        ASKED,
        then(0, nothing_leaves(60.0, "nobody has said yes")),
        then(0, bootstrapped_on()),
        then(0, consent()),
        WHOLE,
        then(0, bootstrapped_on("ctl2")),
        setup=Setup.UNATTENDED,
        shows=("galera-alone-without-all",),
    ),
    scenario(
        "galera: the zero uuid in a file, and its position",
        LOST,
        then(0, grastate_is("ctl1", grastate(ZERO, -1, False))),
        ASKED,
        then(0, nothing_leaves(60.0, "nobody has said yes")),
        then(0, bootstrapped_on()),
        then(0, consent()),
        WHOLE,
        then(0, bootstrapped_on("ctl2")),
        setup=Setup.UNATTENDED,
        shows=("galera-file-without-history",),
    ),
    scenario(
        "galera: no grastate.dat",
        LOST,
        then(0, grastate_is("ctl1", None)),
        ASKED,
        then(0, consent()),
        WHOLE,
        then(0, bootstrapped_on("ctl2")),
        setup=Setup.UNATTENDED,
    ),
    ends_without(
        "galera: a grastate.dat of another history than its data",
        *LOST,
        then(0, uuid_is("ctl3", OTHER_UUID)),
        page=refused_at("choose", "GB-5", says="grastate_contradicts"),
    ),
    scenario(
        "galera: a stale volume beside a grastate.dat that claims more",
        LOST,
        then(0, grastate_is("ctl1", grastate(UUID, 9_000_000, False))),
        then(0, until_paged(Paged(PageKind.ASKS, says="9000000"), 400.0)),
        then(0, nothing_leaves(60.0, "nobody has said yes")),
        then(0, bootstrapped_on()),
        then(0, consent()),
        WHOLE,
        then(0, bootstrapped_on("ctl2")),
        setup=Setup.UNATTENDED,
        shows=("galera-the-file-is-believed",),
    ),
    scenario(
        "galera: all killed, and one of them claims more than it has",
        HEALTHY,
        then(0, cluster_killed()),
        then(0, grastate_is("ctl1", grastate(UUID, 9_000_000, False))),
        then(0, until_paged(Paged(PageKind.RULE, target="galera/ctl1", says="9000000"), 1200.0)),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: a recovery that ended before what can lose data is asked about again",
        LOST,
        then(0, uuid_is("ctl3", OTHER_UUID)),
        APPROVED,
        then(0, until_paged(Paged(PageKind.EARLY), 400.0)),
        then(0, bootstrapped_on()),
        then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)),
        then(100, uuid_is("ctl3", UUID)),
        APPROVED,
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    # bad input: positions
    ends_without(
        "galera: a position of an older run",
        *LOST,
        then(0, position_is_old("ctl2")),
        page=refused_at("choose", "GB-4"),
        shows=("galera-hold-forgotten",),
    ),
    ends_without(
        "galera: prepared transactions",
        *LOST,
        then(0, prepared("ctl2", 1)),
        page=refused_at("choose", "GB-4"),
        shows=("galera-prepared-transactions",),
    ),
    scenario(
        "galera: prepared transactions, tried twice and then left to a person",
        *LOST,
        then(0, prepared("ctl2", 1)),
        then(0, until_paged(Paged(PageKind.EARLY, about="last"), 900.0)),
        then(0, until_nothing_is_left(300.0)),
        then(0, nothing_leaves(900.0, "it ended twice before what can lose data")),
        then(0, bootstrapped_on()),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: below the mark, a person says yes",
        HEALTHY,
        UNFLUSHED,
        then(0, cluster_lost()),
        APPROVED,
        ASKED,
        then(0, bootstrapped_on()),
        then(0, until_paged(Paged(PageKind.ASKS, says="65 transactions"), 10.0)),
        then(5, consent()),
        WHOLE,
        CTL1,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: below the mark, nobody says yes",
        HEALTHY,
        UNFLUSHED,
        then(0, cluster_lost()),
        ASKED,
        then(0, nothing_leaves(300.0, "the loss is not accepted")),
        then(0, bootstrapped_on()),
        then(0, cancel()),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
        setup=Setup.UNATTENDED,
        shows=("galera-no-mark", "galera-asks-nobody"),
    ),
    scenario(
        "galera: lost long after the newest sample",
        HEALTHY,
        *SILENT,
        then(130, cluster_lost()),
        *HEARD,
        ASKED,
        then(0, bootstrapped_on()),
        then(0, until_paged(Paged(PageKind.ASKS, says="the newest sample of the high-water mark"), 10.0)),
        then(0, nothing_leaves(60.0, "nobody has said yes")),
        then(5, consent()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-mark-of-any-age",),
    ),
    # what happens meanwhile
    ends_without(
        "galera: a member runs again during the run",
        *LOST,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(1, started_by_hand("ctl2", False)),
        page=refused_at("choose", "GB-2"),
    ),
    scenario(
        "galera: a member is Primary again during the run",
        LOST,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(1, started_by_hand("ctl2", True)),
        then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)),
        then(0, bootstrapped_on()),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: a host is lost during the run",
        LOST,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(1, ssh_fails("ctl2", "dropped", 300)),
        then(25, nothing_leaves(200.0, "ctl2 may be Primary")),
        then(0, bootstrapped_on()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-old-evidence",),
    ),
    scenario(
        "galera: its container ends at once",
        LOST,
        then(0, until_step("read_ctl1", StepState.INTENT)),
        then(0, dies_of("ctl1", "[ERROR] Can't open shared library")),
        then(0, until_paged(replace(FAILED, says="has ended with 0"), 300.0)),
        then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)),
        CTL1,
        then(0, not_paged(Paged(PageKind.REPORTED))),
        then(0, until_paged(replace(LEFT_LOST, says="GB-13"), 900.0)),
        then(0, nothing_leaves(300.0, "it was bootstrapped today, and nobody knows its rows")),
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: a joiner fails",
        LOST,
        then(0, until_step("bootstrap", StepState.SETTLING)),
        then(0, dies_of("ctl2", "[ERROR] Can't open shared library")),
        then(0, until_paged(replace(FAILED, says="did not stay up"), 300.0)),
        then(200, bootstrap_container_runs("ctl1", True)),
        CTL1,
        then(0, started_by_hand("ctl3", False)),
        then(0, until_whole(400.0, "ctl1", "ctl3")),
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: cancelled after the bootstrap",
        LOST,
        then(0, until_step("join_ctl2", StepState.SETTLING)),
        then(0, cancel()),
        then(0, until_whole(400.0, "ctl1", "ctl2")),
        then(0, until_nothing_is_left(300.0)),
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-only-copy-stopped",),
    ),
    scenario(
        "galera: cancelled while it is the only one",
        LOST,
        then(0, until_step("bootstrap", StepState.SETTLING)),
        then(0, cancel()),
        then(200, bootstrap_container_runs("ctl1", True)),
        then(0, started_by_hand("ctl2", False)),
        then(0, until_whole(400.0, "ctl1", "ctl2")),
        then(0, until_nothing_is_left(300.0)),
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: paused in the middle",
        LOST,
        then(0, until_step("read_ctl2", StepState.INTENT)),
        then(1, pause()),
        then(25, nothing_leaves(130.0, "it is paused")),
        then(0, people_were_paged(Paged(PageKind.HELD))),
        then(0, bootstrapped_on()),
        then(0, resume()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: all killed, the daemon dies before the starts leave",
        HEALTHY,
        then(0, cluster_killed()),
        then(0, until_step("start_ctl1", StepState.INTENT)),
        then(0, daemon_killed()),
        WHOLE,
        then(0, bootstrapped_on()),
        then(0, nobody_was_called()),
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: somebody starts a member beside it",
        LOST,
        then(0, until_step("bootstrap", StepState.SETTLING)),
        then(0, started_by_hand("ctl3", False)),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-joins-at-once",),
    ),
    scenario(
        "galera: killed before the bootstrap leaves",
        LOST,
        then(0, until_step("bootstrap", StepState.INTENT)),
        then(0, daemon_killed()),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
    ),
    scenario(
        "galera: the answer to the bootstrap is lost",
        LOST,
        then(0, until_step("choose", StepState.DONE)),
        then(0, commands_meet(("lost",))),
        WHOLE,
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-sent-blindly",),
    ),
    scenario(
        "galera: somebody bootstraps by hand while the yes is waited for",
        LOST,
        then(0, until_asked()),
        then(0, started_by_hand("ctl3", True)),
        then(0, nothing_leaves(120.0, "ctl3 is Primary")),
        then(0, bootstrapped_on()),
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: lost again in the quiet period of its cure",
        LOST,
        then(0, until_whole(900.0)),
        then(25, cluster_lost()),
        then(0, until_paged(replace(FAILED, says="which is another loss"), 300.0)),
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-a-second-loss-waits",),
    ),
    scenario(
        "galera: lost again within a day",
        LOST,
        WHOLE,
        CTL1,
        then(600, cluster_lost()),
        then(0, until_paged(replace(LEFT_LOST, says="GB-18"), 900.0)),
        then(0, nothing_leaves(300.0, "it was bootstrapped today")),
        CTL1,
        setup=Setup.UNATTENDED,
        shows=("galera-once-a-day",),
    ),
)
"""The scenarios, each by what happens in it."""
