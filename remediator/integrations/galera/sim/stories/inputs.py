"""Directed stories of a lost Galera cluster and bad input: who is Primary, files and positions that cannot be believed.

Invariant: the cloud (who bootstrapped, what is left on the hosts) and the pages that people got tell what came about.
The watch asks its invariants on the way. Rules are those of docs/galera-decision.md.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.integrations.galera.sim.data import UUID, ZERO, grastate
from remediator.integrations.galera.sim.happenings.expectations import bootstrapped_on
from remediator.integrations.galera.sim.happenings.faults import (
    data_of,
    grastate_is,
    position_is_old,
    prepared,
    sql_is,
    uuid_is,
)
from remediator.integrations.galera.sim.happenings.losses import cluster_killed, cluster_lost, two_killed
from remediator.integrations.galera.sim.stories.moments import (
    APPROVED,
    ASKED,
    CTL1,
    HEALTHY,
    HEARD,
    LEFT_LOST,
    LOST,
    SILENT,
    UNFLUSHED,
    WHOLE,
    ends_without,
    refused,
    refused_at,
)
from remediator.model.records.pager_keys import PageKind
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.expectations import nothing_leaves, until_idle, until_nothing_is_left, until_paged
from remediator.sim.happenings.faults.rare_faults import cancel, consent, disk_is, engine_is, ssh_is
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import Setup, then

OTHER_UUID = "5a2f8a3e-0000-11f0-8000-00000000beef"
HALF = f"# GALERA saved state\nversion: 2.1\nuuid:    {UUID}\nseqno:  "

SCENARIOS: tuple[Scenario, ...] = (
    # bad input: who is Primary is not known
    refused(
        "galera: the password is wrong, two are killed",
        HEALTHY,
        then(0, sql_is("ctl3", "denied")),
        then(0, two_killed()),
        why="ctl3 may be Primary",
    ),
    refused(
        "galera: TCP open and SQL silent, two are killed",
        HEALTHY,
        then(0, sql_is("ctl3", "timeout")),
        then(0, two_killed()),
        why="ctl3 may be Primary",
    ),
    refused(
        "galera: SQL up and the container engine down",
        *LOST,
        then(0, engine_is("ctl2", "down")),
        why="whether ctl2 runs is not known",
    ),
    refused(
        "galera: a host is not reached",
        *LOST,
        then(0, ssh_is("ctl2", "dropped")),
        why="ctl2 may be Primary",
    ),
    # bad input: files, and what lies in them
    refused(
        "galera: grastate half written",
        *LOST,
        then(0, grastate_is("ctl2", HALF)),
        page=replace(LEFT_LOST, says="GB-7"),
        why="the flag of ctl2 is not known",
    ),
    refused(
        "galera: two uuids",
        *LOST,
        then(0, data_of("ctl2", OTHER_UUID)),
        page=replace(LEFT_LOST, says="GB-5"),
        why="there are two histories",
        shows=("galera-any-uuid",),
    ),
    refused(
        "galera: all of another uuid",
        *LOST,
        *(then(0, data_of(host, OTHER_UUID)) for host in CONTROLLERS),
        page=replace(LEFT_LOST, says="GB-5"),
        why="it is not the recorded history",
    ),
    refused(
        "galera: two flags",
        *LOST,
        then(0, data_of("ctl1", UUID, True)),
        then(0, data_of("ctl2", UUID, True)),
        page=replace(LEFT_LOST, says="GB-7"),
        why="two are flagged",
    ),
    refused(
        "galera: all flagged but empty",
        *LOST,
        *(then(0, data_of(host, ZERO, True)) for host in CONTROLLERS),
        page=LEFT_LOST,
        why="nobody has a history",
    ),
    refused(
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
)
"""The scenarios, each by what happens in it."""
