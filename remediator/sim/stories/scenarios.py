"""Directed stories: for each guard, and for each promise of journal and probes, a moment in which it alone holds.

Invariant: a story here fails when the one thing that it is named after is taken away, and holds when nothing is.
`tests/mutants` takes these things away one by one. What only these stories need is in `rare_faults` and `expectations`:
chance never draws it.
"""

from __future__ import annotations

from remediator.model.records.pager_keys import PageKind
from remediator.sim.cloud.cloud import NAMES
from remediator.sim.happenings.acts import (
    acknowledge,
    downtime,
    execute,
    nagios,
    pause,
    pause_file,
    people_let_go,
    resume,
    silence,
    wrap,
    wraps_end,
)
from remediator.sim.happenings.expectations import (
    arrived_once,
    must_be_cured,
    no_success,
    nobody_was_called,
    nothing_leaves,
    people_were_paged,
    probes_are_right,
    until_asked,
    until_command,
    until_doubt,
    until_idle,
    until_intent,
    until_planned,
    was_hard,
)
from remediator.sim.happenings.faults.daemon_faults import daemon_dies_at_point, daemon_killed, wall_clock_steps
from remediator.sim.happenings.faults.host_faults import (
    ansible_works,
    cut_off,
    disk_fills,
    engine_fails,
    host_clock_off,
    reboot,
)
from remediator.sim.happenings.faults.rare_faults import (
    acknowledge_newest,
    approve_another_plan,
    commits_of_intents_fail,
    copy_put_back,
    store_copied,
)
from remediator.sim.happenings.faults.service_faults import (
    crash,
    crash_and_the_command_meets,
    kolla_recreates,
    loop,
    operator_starts,
    operator_stops,
)
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import Moment, Setup, then


def cured(host: str, name: str) -> tuple[Moment, ...]:
    """Something breaks and is cured, to the end of its run."""
    return (then(1, crash(host, name)), then(0, must_be_cured(host, name)), then(0, until_idle()))


def _not_cured(host: str, name: str) -> tuple[Moment, ...]:
    """Something breaks, its cure is refused by the host, a person starts it, and the cooldown goes by."""
    return (
        then(1, crash_and_the_command_meets(host, name, "refused")),
        then(0, until_command()),
        then(0, until_idle()),
        then(5, operator_starts(host, name)),
        then(70, people_let_go()),
    )


def _all_clocks_step(seconds: int) -> tuple[Moment, ...]:
    """Somebody sets the time of the whole cloud: no host's clock is off from the daemon's."""
    hosts = tuple(then(0, host_clock_off(name, seconds, 900)) for name in NAMES)
    return (then(1, people_let_go()), *hosts, then(0, wall_clock_steps(seconds)))


RESTART = (then(1, daemon_killed()), then(15, people_let_go()))
FOUR_CURES = (
    *cured("ctl1", "memcached"),
    *cured("cmp2", "cron"),
    *cured("ctl1", "keystone"),
    *cured("cmp2", "neutron_agent"),
)
"""As many as the simulation's config allows in ten minutes, on two hosts."""
ONE = ("ctl1", "memcached")
COOLED = then(60, people_let_go())

SCENARIOS: tuple[Scenario, ...] = (
    # guards
    scenario(
        "paused",
        then(5, crash(*ONE)), then(1, pause()), then(60, resume()), then(0, must_be_cured(*ONE)),
        shows=("guard-pause",),
    ),
    scenario(
        "pause file that cannot be read",
        then(5, pause_file("unreadable", 90)), then(1, crash(*ONE)), then(95, must_be_cured(*ONE)),
        shows=("unreadable-pause-file",),
    ),
    scenario(
        "silenced",
        then(5, silence(*ONE, 90)), then(1, crash(*ONE)), then(95, must_be_cured(*ONE)),
        shows=("guard-silence", "refusal-without-a-sentence"),
    ),
    scenario(
        "downtime of ours",
        then(5, downtime(*ONE, 90)), then(1, crash(*ONE)), then(95, must_be_cured(*ONE)),
        shows=("guard-downtime",),
    ),
    scenario(
        "downtime of Nagios",
        then(5, nagios(*ONE, 1)), then(1, crash(*ONE)), then(60, people_let_go()),
        shows=("nagios-downtime-ignored",),
    ),
    scenario(
        "wrapped command",
        then(5, wrap("all")), then(1, crash(*ONE)), then(60, wraps_end()),
        shows=("guard-maintenance",),
    ),
    scenario(
        "ansible at work",
        then(5, ansible_works("ctl1", 30)), then(20, crash(*ONE)), then(60, people_let_go())
    ),
    scenario(
        "clock stepped",
        _all_clocks_step(60), then(3, crash(*ONE)), then(60, people_let_go()),
        shows=("guard-clock",),
    ),
    scenario(
        "just started",
        then(5, crash(*ONE)), then(0, until_planned()), then(0, daemon_killed()), then(15, people_let_go()),
        shows=("guard-startup",),
    ),
    scenario(
        "cut off",
        then(5, cut_off(("cmp1", "ctl2", "ctl3"), 200)), then(60, crash(*ONE)), then(80, people_let_go()),
        shows=("guard-self-vantage",),
    ),
    scenario(
        "three hosts at once",
        then(5, crash(*ONE)), then(0, crash("cmp1", "cron")), then(0, crash("cmp2", "cron")),
        shows=("guard-storm",),
    ),
    scenario(
        "third host, two cured",
        cured(*ONE), cured("cmp1", "cron"), then(1, crash("cmp2", "cron")), then(60, people_let_go()),
        shows=("storm-forgets-the-cured", "all-clear-of-what-nobody-was-told"),
    ),
    scenario(
        "third host, two cured, then a restart",
        cured(*ONE), cured("cmp1", "cron"), RESTART, then(1, crash("cmp2", "cron")), then(60, people_let_go()),
        shows=("storm-in-memory",),
    ),
    scenario(
        "fifth in ten minutes",
        FOUR_CURES, then(60, crash(*ONE)), then(60, people_let_go()),
        shows=("guard-budget",),
    ),
    scenario(
        "fifth in ten minutes, after a restart",
        FOUR_CURES, RESTART, then(45, crash(*ONE)), then(60, people_let_go()),
        shows=("budget-in-memory",),
    ),
    scenario(
        "fifth in ten minutes, by a wall clock that is an hour ahead",
        FOUR_CURES, _all_clocks_step(4000), then(290, crash(*ONE)), then(60, people_let_go()),
        shows=("budget-by-the-wall-clock",),
    ),
    scenario(
        "again at once",
        cured(*ONE), then(1, crash(*ONE)), then(40, people_let_go()),
        shows=("guard-cooldown",),
    ),
    scenario(
        "not cured the last time",
        _not_cured(*ONE), then(1, crash(*ONE)), then(60, acknowledge()), then(0, must_be_cured(*ONE)),
        shows=("guard-ack",),
    ),
    scenario(
        "not cured the last time, then a restart",
        _not_cured(*ONE), RESTART, then(1, crash(*ONE)), then(60, acknowledge()), then(0, must_be_cured(*ONE)),
        shows=("failures-forgotten",),
    ),
    scenario(
        "three cures undone",
        cured(*ONE), COOLED, cured(*ONE), COOLED, cured(*ONE), COOLED, then(200, crash(*ONE)),
        then(60, people_let_go()),
        shows=("guard-undone",),
    ),
    scenario(
        "three cures undone, acknowledged, then a restart",
        cured(*ONE), COOLED, cured(*ONE), COOLED, cured(*ONE), COOLED, then(1, crash(*ONE)),
        then(30, acknowledge_newest(*ONE)), RESTART, then(0, must_be_cured(*ONE)),
        shows=("acknowledgements-forgotten",),
    ),
    scenario(
        "booted just now",
        then(5, reboot("ctl1")), then(20, crash(*ONE)), then(60, people_let_go()),
        shows=("guard-host-boot",),
    ),
    scenario(
        "stopped on purpose",
        then(5, operator_stops(*ONE)), then(30, execute(*ONE, "container-start")), then(20, people_let_go()),
        shows=("guard-operator-intent",),
    ),
    scenario(
        "nothing to mend",
        then(5, execute(*ONE, "container-restart")), then(20, people_let_go()),
        shows=("guard-already-fixed",),
    ),
    scenario(
        "another instance crashed meanwhile",
        then(5, crash(*ONE)), then(0, until_planned()), then(0, operator_starts(*ONE)), then(0, crash(*ONE)),
        then(0, nothing_leaves(20.0, "it is not the instance that the plan was made for")),
        shows=("guard-changed",),
    ),
    scenario(
        "another cause meanwhile",
        then(5, crash(*ONE)), then(0, until_planned()), then(0, disk_fills("ctl1", 100.0, 60)),
        then(0, nothing_leaves(20.0, "the rule's condition does not hold any more")),
        shows=("guard-rediagnosis",),
    ),
    scenario(
        "a host that is worked on",
        then(5, crash_and_the_command_meets(*ONE, "lost")), then(0, until_command()),
        then(0, kolla_recreates(*ONE)), then(0, until_doubt()), then(1, crash("ctl1", "keystone")),
        then(60, people_let_go()),
        shows=("guard-lock", "lock-expires"),
    ),
    scenario(
        "a host that was worked on before a restart",
        then(5, crash_and_the_command_meets(*ONE, "lost")), then(0, until_command()),
        then(0, kolla_recreates(*ONE)), then(0, until_doubt()), RESTART, then(1, crash("ctl1", "keystone")),
        then(60, people_let_go()),
        shows=("locks-forgotten",),
    ),
    scenario(
        "an old store put back",
        then(5, store_copied()), cured(*ONE), then(1, copy_put_back()), then(30, crash("cmp2", "cron")),
        then(0, nothing_leaves(60.0, "the store is an old copy of itself")),
        shows=("guard-restored", "checkpoints-never-compared"),
    ),
    # attempts, verification, ends
    scenario(
        "SOFT for longer than it takes",
        then(5, crash("cmp2", "cron")), *(then(4, nagios("cmp2", "cron", 0)) for _ in range(5)),
        then(30, was_hard()),
        shows=("soft-is-hard",),
    ),
    scenario(
        "up for nine seconds",
        then(5, crash(*ONE)), then(0, until_planned()), then(0, loop(*ONE, 9.0)), then(0, until_command()),
        then(30, no_success("it ran for nine seconds")),
        shows=("hold-not-waited-for",),
    ),
    scenario(
        "never up again",
        then(5, crash(*ONE)), then(0, until_planned()), then(0, loop(*ONE, 0.7)), then(0, until_command()),
        then(20, no_success("it never ran")),
    ),
    scenario(
        "silent after the command",
        then(5, crash(*ONE)), then(0, until_command()), then(0, engine_fails("ctl1", "hung", 900)),
        then(60, no_success("nobody has seen it run since")), then(0, until_idle()),
        shows=("unknown-is-ok", "never-times-out"),
    ),
    scenario(
        "seen once after a silence",
        then(5, crash(*ONE)), then(0, until_command()), then(0, engine_fails("ctl1", "hung", 60)),
        then(70, no_success("it was seen to run for ten seconds")),
        shows=("unknown-verifies",),
    ),
    scenario(
        "no cure",
        _not_cured(*ONE), then(0, people_were_paged(Paged(PageKind.RULE))),
        shows=("nobody-is-paged",),
    ),
    # approvals
    scenario(
        "nobody said yes",
        then(5, crash(*ONE)), then(60, people_let_go()),
        setup=Setup.APPROVING, shows=("guard-approval",),
    ),
    scenario(
        "a yes to another plan",
        then(5, crash(*ONE)), then(0, until_asked()), then(1, approve_another_plan()), then(20, people_let_go()),
        then(0, must_be_cured(*ONE)),
        setup=Setup.APPROVING, shows=("yes-to-another-plan", "evidence-not-gathered-again"),
    ),
    scenario(
        "a yes",
        then(5, crash(*ONE)), then(0, must_be_cured(*ONE)),
        setup=Setup.APPROVING, shows=("intent-not-journalled",),
    ),
    # journal, probes, restarts
    scenario(
        "the disk fails at an INTENT",
        then(5, commits_of_intents_fail(60)), then(0, crash(*ONE)), then(65, must_be_cured(*ONE)),
        shows=("effect-before-commit",),
    ),
    scenario(
        "paused between INTENT and command",
        then(5, crash(*ONE)), then(0, until_intent()), then(0, pause_file("there", 60)),
        then(0, nothing_leaves(20.0, "it was paused before its command left")),
        shows=("pause-after-intent",),
    ),
    scenario(
        "killed before the command",
        then(5, crash(*ONE)), then(0, until_intent()), then(0, daemon_killed()), then(15, must_be_cured(*ONE)),
        then(0, until_idle()), then(0, nobody_was_called()),
        shows=("restart-asks-no-probe",),
    ),
    scenario(
        "lost on its way",
        then(5, crash_and_the_command_meets(*ONE, "lost_before")), then(0, must_be_cured(*ONE)), then(0, until_idle()),
        shows=("once-sent-again",),
    ),
    scenario(
        "arrived, and nothing can be learnt of it",
        then(5, crash_and_the_command_meets(*ONE, "lost")), then(0, until_command()),
        then(0, engine_fails("ctl1", "hung", 120)), then(100, probes_are_right("ctl1")),
        shows=("probe-guesses",),
    ),
    scenario(
        "arrives late",
        then(5, crash_and_the_command_meets(*ONE, "late")), then(0, until_command()), then(60, arrived_once("ctl1")),
        shows=("probe-in-a-hurry",),
    ),
    scenario(
        "paused, then a restart",
        then(5, pause()), RESTART[0], then(15, crash(*ONE)), then(60, resume()), then(0, must_be_cured(*ONE)),
        shows=("pauses-forgotten",),
    ),
    scenario(
        "silenced, then a restart",
        then(5, silence(*ONE, 120)), RESTART[0], then(15, crash(*ONE)), then(60, wraps_end()),
        shows=("silences-forgotten",),
    ),
    scenario(
        "killed before a hint is kept",
        then(5, daemon_dies_at_point(1)), then(0, nagios(*ONE, 1)), then(20, people_let_go()),
        shows=("hint-answered-before-commit",),
    ),
)  # fmt: skip
"""The scenarios, each by what happens in it."""
