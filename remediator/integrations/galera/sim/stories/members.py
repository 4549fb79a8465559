"""Directed stories of a member whose start a person asks for, while the others cannot take it in."""

from __future__ import annotations

from remediator.integrations.galera.sim.happenings.losses import (
    crash_member,
    execute_member,
    member_cut,
    member_transfers,
)
from remediator.sim.happenings.acts import people_let_go
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import then

SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "no majority any more",
        then(5, crash_member("ctl3")), then(15, execute_member("ctl3")), then(0, member_cut("ctl2", 120)),
        then(10, people_let_go()),
    ),
    scenario(
        "another member transfers",
        then(5, crash_member("ctl3")), then(15, execute_member("ctl3")), then(0, member_transfers("ctl2", 60.0)),
        then(10, people_let_go()),
    ),
    scenario(
        "no quorum to join",
        then(5, crash_member("ctl2")), then(1, crash_member("ctl3")), then(20, execute_member("ctl3")),
        then(10, people_let_go()),
    ),
)  # fmt: skip
