"""Can we trust our own view: samples since the start, and a clock that runs evenly."""

from __future__ import annotations

from remediator.model.content import Risk
from remediator.model.verdicts import Verdict
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse

STARTUP_SAMPLES = 2


def startup(case: Case) -> Verdict:
    """Every host that the plan depends on was sampled twice since the daemon started."""
    if not case.samples_since_start:
        return refuse("startup", "no host that the plan depends on has been sampled since the start")
    for host, samples in sorted(case.samples_since_start.items()):
        if samples < STARTUP_SAMPLES:
            return refuse(
                "startup",
                f"{host} has {samples} of {STARTUP_SAMPLES} samples since the start",
                host=host,
                samples=samples,
            )
    return allow("startup")


def clock(case: Case) -> Verdict:
    """The wall clock and CLOCK_BOOTTIME advance together, and the journal is not from the future."""
    if case.clock_held is not None and case.plan.risk is not Risk.R0:
        return refuse("clock", case.clock_held, until=case.clock_until)
    return allow("clock")


GUARDS = (
    Guard(
        id="startup",
        question="Have we seen everything the plan depends on twice since we started?",
        default="two samples of every host",
        floor="the same",
        ask=startup,
        every_step=True,
    ),
    Guard(
        id="clock",
        question="Does our clock run evenly, and is the journal not from the future?",
        default="steps above 5 s hold everything above R0 for 5 min",
        floor="the same",
        ask=clock,
        every_step=True,
    ),
)
