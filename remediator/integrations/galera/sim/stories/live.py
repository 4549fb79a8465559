"""Directed stories of a Galera cluster whose members all run and of which none is Primary: when the statement is said,
on whom, how often.

Invariant (as in `cures`): the cloud tells that a member was made Primary, or that no member was.
"""

from __future__ import annotations

from remediator.integrations.galera.sim.happenings.expectations import bootstrapped_on, is_alone, nobody_is_asked
from remediator.integrations.galera.sim.happenings.faults import behind, lets_nobody_in, network_back
from remediator.integrations.galera.sim.happenings.losses import crash_member, cut_apart
from remediator.integrations.galera.sim.stories.moments import APPROVED, ASKED, HEALTHY, WHOLE, ends_without, refused_at
from remediator.model.records.pager_keys import PageKind
from remediator.model.records.records import StepState
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.expectations import (
    nobody_was_called,
    not_paged,
    nothing_leaves,
    until_asked,
    until_idle,
    until_paged,
    until_step,
)
from remediator.sim.happenings.faults.daemon_faults import daemon_killed
from remediator.sim.happenings.faults.host_faults import commands_meet
from remediator.sim.happenings.faults.rare_faults import consent
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import Setup, then

STATEMENT = "SET GLOBAL wsrep_provider_options='pc.bootstrap=YES';"


APART = (HEALTHY, then(0, cut_apart("ctl2")))
"""The furthest is neither the first nor the last of them."""
WAITED = then(0, nobody_is_asked(540.0, "they may yet find each other (GB-1)"))
LONG_APART = (*APART, WAITED, *APPROVED)
SAID, NOT_SAID = then(0, bootstrapped_on("ctl2")), then(0, bootstrapped_on())
BACK, BACK_AT_ONCE = then(0, network_back()), then(0, network_back(True))
CURED = (BACK, *WHOLE, SAID)
LET_NOBODY_IN = tuple(then(0, lets_nobody_in(host)) for host in CONTROLLERS)

SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "galera: cut from each other, a person approves",
        LONG_APART,
        then(0, until_step("bootstrap", StepState.DONE)),
        then(30, is_alone("ctl2")),
        SAID,
        CURED,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: cut from each other, nobody approves",
        APART,
        WAITED,
        then(0, until_asked()),
        then(0, nothing_leaves(300.0, "nobody has approved it")),
        NOT_SAID,
        BACK,
        WHOLE,
        NOT_SAID,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: cut from each other for a moment",
        APART,
        then(300, network_back()),
        WHOLE,
        NOT_SAID,
        then(60, not_paged(Paged(PageKind.APPROVAL))),
        setup=Setup.RECOVERING,
        shows=("galera-no-ten-minutes",),
    ),
    scenario(
        "galera: made Primary, and the network stays away",
        LONG_APART,
        then(0, until_step("bootstrap", StepState.DONE)),
        then(0, until_paged(Paged(PageKind.RULE, about="galera-member-not-primary"), 900.0)),
        then(0, until_idle()),
        then(0, is_alone("ctl2")),
        SAID,
        CURED,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: made Primary, and the network is back in its quiet period",
        LONG_APART,
        then(0, until_step("bootstrap", StepState.DONE)),
        then(45, network_back()),
        WHOLE,
        SAID,
        then(60, nobody_was_called()),
        setup=Setup.RECOVERING,
        shows=("galera-a-cure-under-way-explains-nothing",),
    ),
    ends_without(
        "galera: cut from each other, and nobody is let in",
        *LET_NOBODY_IN,
        *LONG_APART,
        page=Paged(PageKind.EARLY, about="step:choose", says=STATEMENT),
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: cut from each other, below the mark",
        APART,
        then(0, behind(80)),
        WAITED,
        APPROVED,
        ASKED,
        NOT_SAID,
        then(0, until_paged(Paged(PageKind.ASKS, says="65 transactions"), 10.0)),
        then(0, nothing_leaves(120.0, "the loss is not accepted")),
        then(0, consent()),
        then(0, until_step("bootstrap", StepState.DONE)),
        CURED,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: they see each other right after the yes",
        LONG_APART,
        BACK_AT_ONCE,
        WHOLE,
        NOT_SAID,
        then(60, nothing_leaves(200.0, "it is whole")),
        NOT_SAID,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: they see each other before the statement",
        LONG_APART,
        then(0, until_step("choose", StepState.DONE)),
        BACK_AT_ONCE,
        WHOLE,
        NOT_SAID,
        then(0, nothing_leaves(200.0, "it is whole")),
        NOT_SAID,
        setup=Setup.RECOVERING,
        shows=("galera-said-unseen",),
    ),
    scenario(
        "galera: a member falls before the statement",
        LONG_APART,
        then(0, until_step("choose", StepState.DONE)),
        then(0, crash_member("ctl3")),
        then(0, until_idle()),
        NOT_SAID,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: the furthest goes back before the statement",
        LONG_APART,
        then(0, until_step("choose", StepState.DONE)),
        then(0, behind(80)),
        then(0, until_paged(refused_at("bootstrap", "ctl2"), 60.0)),
        then(0, until_idle()),
        NOT_SAID,
        setup=Setup.RECOVERING,
        shows=("galera-said-further-back",),
    ),
    scenario(
        "galera: the answer to the statement is lost",
        LONG_APART,
        then(0, until_step("choose", StepState.DONE)),
        then(0, commands_meet(("lost",))),
        then(0, until_step("bootstrap", StepState.DONE)),
        CURED,
        setup=Setup.RECOVERING,
        shows=("galera-statement-sent-blindly",),
    ),
    scenario(
        "galera: the statement never arrives",
        LONG_APART,
        then(0, until_step("choose", StepState.DONE)),
        then(0, commands_meet(("lost_before",))),
        then(0, until_step("bootstrap", StepState.DONE)),
        CURED,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: killed before the statement leaves",
        LONG_APART,
        then(0, until_step("bootstrap", StepState.INTENT)),
        then(0, daemon_killed()),
        then(0, until_step("bootstrap", StepState.DONE)),
        CURED,
        setup=Setup.RECOVERING,
    ),
    scenario(
        "galera: killed before the statement leaves, and they see each other",
        LONG_APART,
        then(0, until_step("bootstrap", StepState.INTENT)),
        then(0, daemon_killed()),
        BACK_AT_ONCE,
        WHOLE,
        NOT_SAID,
        then(0, nothing_leaves(200.0, "it is whole")),
        NOT_SAID,
        setup=Setup.RECOVERING,
    ),
)
"""The scenarios, each by what happens in it."""
