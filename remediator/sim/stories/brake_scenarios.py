"""Directed stories about brakes and pages: what the storm breaker counts, who closes it, and what people hear at the
end.

Invariant (as in `scenarios`): a story here fails when the one thing that it is named after is taken away, and holds
when nothing is.
"""

from __future__ import annotations

from remediator.model.records.pager_keys import PageKind
from remediator.sim.happenings.acts import approve, close_brake, deny, downtime, pause, people_let_go, resume
from remediator.sim.happenings.expectations import (
    commands_left,
    must_be_cured,
    not_paged,
    nothing_leaves,
    page_says,
    until_asked,
    until_command,
    until_idle,
)
from remediator.sim.happenings.faults.daemon_faults import daemon_killed
from remediator.sim.happenings.faults.service_faults import (
    crash,
    crash_and_the_command_meets,
    operator_starts,
    operator_stops,
    out_of_memory,
)
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.scenarios import ONE, RESTART, cured
from remediator.sim.stories.stories import Setup, then

OTHER, THIRD, FOURTH = ("cmp1", "neutron_agent"), ("cmp2", "neutron_agent"), ("ctl1", "keystone")
"""Two other hosts, and a second service of the first one: it breaks no further host."""
TWO_CURED = (*cured(*ONE), *cured(*OTHER))
THREE_BREAK = (then(5, crash(*ONE)), then(0, crash(*OTHER)), then(0, crash(*THIRD)))


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "third host, stopped by an operator",
        TWO_CURED,
        then(1, operator_stops(*THIRD)),
        then(40, crash(*FOURTH)),
        then(0, must_be_cured(*FOURTH)),
        shows=("storm-counts-what-an-operator-stopped",),
    ),
    scenario(
        "third host, stopped by an operator, then a restart",
        then(5, operator_stops(*THIRD)),
        then(40, operator_starts(*THIRD)),
        then(60, daemon_killed()),
        then(15, people_let_go()),
        TWO_CURED,
        shows=("storm-forgets-what-accounted",),
    ),
    scenario(
        "third host, in a downtime",
        TWO_CURED,
        then(1, downtime(*THIRD, 600)),
        then(1, crash(*THIRD)),
        then(40, crash(*FOURTH)),
        then(0, must_be_cured(*FOURTH)),
        shows=("storm-counts-what-is-in-a-downtime",),
    ),
    scenario(
        "a storm closed over what is broken",
        THREE_BREAK,
        then(30, close_brake()),
        then(0, nothing_leaves(60.0, "three hosts are broken")),
        then(0, people_let_go()),
        shows=("storm-closed-over-the-sick",),
    ),
    scenario(
        "a storm closed once all are well",
        then(5, pause()),
        THREE_BREAK,
        then(40, operator_starts(*ONE)),
        then(0, operator_starts(*OTHER)),
        then(0, operator_starts(*THIRD)),
        then(30, resume()),
        then(0, close_brake()),
        RESTART,
        then(30, crash(*FOURTH)),
        then(0, must_be_cured(*FOURTH)),
        shows=("storm-counts-on-after-it-was-closed",),
    ),
    scenario(
        "two approved in one moment, and room for one",
        cured(*ONE),
        cured(*FOURTH),
        cured(*OTHER),
        then(70, crash(*ONE)),
        then(0, crash(*OTHER)),
        then(50, approve()),
        then(60, approve()),
        then(30, commands_left(4)),
        setup=Setup.APPROVING,
        shows=("beginning-runs-uncounted",),
    ),
    scenario(
        "no, before anything began",
        then(5, crash(*ONE)),
        then(0, until_asked()),
        then(1, deny()),
        then(30, page_says(Paged(PageKind.RULE), "was denied by operator-1001: a story. Nothing was done")),
        then(0, not_paged(Paged(says="did not help"))),
        then(0, not_paged(Paged(says="nothing cured it"))),
        setup=Setup.APPROVING,
        shows=("advice-of-a-cure-that-never-was",),
    ),
    scenario(
        "told, then started by hand",
        then(5, crash_and_the_command_meets(*ONE, "refused")),
        then(0, until_command()),
        then(0, until_idle()),
        then(10, operator_starts(*ONE)),
        then(90, page_says(Paged(PageKind.OVER), "no run was at work")),
    ),
    scenario(
        "an all-clear in a downtime",
        then(5, out_of_memory(*ONE)),
        then(40, downtime(*ONE, 600)),
        then(5, operator_starts(*ONE)),
        then(90, page_says(Paged(PageKind.OVER), "no run was at work")),
    ),
    scenario(
        "a yes, and its end",
        then(5, crash(*ONE)),
        then(0, must_be_cured(*ONE)),
        then(0, until_idle()),
        then(5, page_says(Paged(PageKind.OVER), "approved by")),
        setup=Setup.APPROVING,
        shows=("no-all-clear-after-a-run",),
    ),
)
