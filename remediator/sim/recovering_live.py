"""Directed stories of a Galera cluster whose members all run and of which none is Primary: when the statement is said, on whom, how often.

Invariant: as in `recovering`; that a member was made Primary is told by the cloud, and that nobody was, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.sim.cloud import CONTROLLERS
from remediator.sim.directed import broken, never, then
from remediator.sim.happenings import Stage, kind
from remediator.sim.recovering import APPROVED, ASKED, HEALTHY, WHOLE, ends_without, story
from remediator.sim.stories import Story, story_needs_a_yes

STATEMENT = "SET GLOBAL wsrep_provider_options='pc.bootstrap=YES';"


@kind(0, never)
def nobody_is_asked(stage: Stage, seconds: float, why: str) -> None:
    """For so long no run waits for a yes."""
    if story_needs_a_yes(stage) or stage.simulation.run(seconds, lambda: story_needs_a_yes(stage)):
        broken(stage, "bootstrap", f"a person is asked for a yes: {why}")


@kind(0, never)
def behind(stage: Stage, number: int) -> None:
    """Each of them has so much less than it had told: what it had not flushed is gone."""
    for member in stage.simulation.cloud.galera.members.values():
        member.data.committed -= number


@kind(0, never)
def network_back(stage: Stage, at_once: bool = False) -> None:
    """The members see each other again. `at_once`: what forms by itself has formed in the same moment."""
    stage.simulation.cloud.galera.see_again(at_once)


@kind(0, never)
def is_alone(stage: Stage, host: str) -> None:
    """That member is Primary, and no other one is."""
    if (primary := stage.simulation.cloud.galera.primary) != [host]:
        broken(stage, "bootstrap", f"{primary} is Primary, and it should be {host} alone")


APART = (HEALTHY, then(0, "cut-apart", "ctl2"))
"""The furthest is neither the first nor the last of them."""
WAITED = then(0, "nobody-is-asked", 540.0, "they may yet find each other (GB-1)")
LONG_APART = (*APART, WAITED, *APPROVED)
SAID, NOT_SAID = then(0, "bootstrapped-on", "ctl2"), then(0, "bootstrapped-on")
BACK, BACK_AT_ONCE = then(0, "network-back"), then(0, "network-back", True)
CURED = (BACK, *WHOLE, SAID)
LET_NOBODY_IN = tuple(then(0, "member-is", host, "lets_in", False) for host in CONTROLLERS)

NAMED: Mapping[str, Story] = {
    "galera: cut from each other, a person approves": story(
        "approve", LONG_APART, then(0, "until-step", "bootstrap", "done"), then(30, "is-alone", "ctl2"), SAID, CURED,
    ),
    "galera: cut from each other, nobody approves": story(
        "approve", APART, WAITED, then(0, "until-asked"), then(0, "nothing-leaves", 300.0, "nobody has approved it"), NOT_SAID,
        BACK, WHOLE, NOT_SAID,
    ),
    "galera: cut from each other for a moment": story(
        "approve", APART, then(300, "network-back"), WHOLE, NOT_SAID, then(60, "not-paged", "waits for an approval"),
    ),
    "galera: made Primary, and the network stays away": story(
        "approve", LONG_APART, then(0, "until-step", "bootstrap", "done"),
        then(0, "until-paged", "Look at the network between them", 900.0), then(0, "until-idle"), then(0, "is-alone", "ctl2"), SAID, CURED,
    ),
    "galera: cut from each other, and nobody is let in": ends_without(
        *LET_NOBODY_IN, *LONG_APART, words=STATEMENT, config="approve",
    ),
    "galera: cut from each other, below the mark": story(
        "approve", APART, then(0, "behind", 80), WAITED, APPROVED, ASKED, NOT_SAID,
        then(0, "until-paged", "transactions below the high-water mark are possibly lost", 10.0),
        then(0, "nothing-leaves", 120.0, "the loss is not accepted"), then(0, "consent"), then(0, "until-step", "bootstrap", "done"), CURED,
    ),
    "galera: they see each other right after the yes": story(
        "approve", LONG_APART, BACK_AT_ONCE, WHOLE, NOT_SAID, then(60, "nothing-leaves", 200.0, "it is whole"), NOT_SAID,
    ),
    "galera: they see each other before the statement": story(
        "approve", LONG_APART, then(0, "until-step", "choose", "done"), BACK_AT_ONCE, WHOLE, NOT_SAID,
        then(0, "nothing-leaves", 200.0, "it is whole"), NOT_SAID,
    ),
    "galera: a member falls before the statement": story(
        "approve", LONG_APART, then(0, "until-step", "choose", "done"), then(0, "crash-member", "ctl3"), then(0, "until-idle"), NOT_SAID,
    ),
    "galera: the furthest goes back before the statement": story(
        "approve", LONG_APART, then(0, "until-step", "choose", "done"), then(0, "behind", 80), then(0, "until-paged", "was chosen at", 60.0),
        then(0, "until-idle"), NOT_SAID,
    ),
    "galera: the answer to the statement is lost": story(
        "approve", LONG_APART, then(0, "until-step", "choose", "done"), then(0, "commands-meet", ("lost",)),
        then(0, "until-step", "bootstrap", "done"), CURED,
    ),
    "galera: the statement never arrives": story(
        "approve", LONG_APART, then(0, "until-step", "choose", "done"), then(0, "commands-meet", ("lost_before",)),
        then(0, "until-step", "bootstrap", "done"), CURED,
    ),
    "galera: killed before the statement leaves": story(
        "approve", LONG_APART, then(0, "until-step", "bootstrap", "intent"), then(0, "daemon-killed"),
        then(0, "until-step", "bootstrap", "done"), CURED,
    ),
    "galera: killed before the statement leaves, and they see each other": story(
        "approve", LONG_APART, then(0, "until-step", "bootstrap", "intent"), then(0, "daemon-killed"), BACK_AT_ONCE, WHOLE, NOT_SAID,
        then(0, "nothing-leaves", 200.0, "it is whole"), NOT_SAID,
    ),
}  # fmt: skip
"""Each by what happens in it."""
