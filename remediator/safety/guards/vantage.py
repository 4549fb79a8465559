"""Guards about our own view: is the daemon cut off, has it enough samples since its start, is its clock even, is its
store current?

Invariant: a daemon that reaches less than half of the world, or cannot tell, takes itself for the broken part.
"""

from __future__ import annotations

from remediator.model.content.actions import Risk
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
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
    if case.clock_brake is not None and case.plan.risk is not Risk.R0:
        return refuse("clock", case.clock_brake, until=case.clock_until)
    return allow("clock")


def self_vantage(case: Case) -> Verdict:
    """At least half of the other hosts answer, and at least half of the references that the config names.

    Where there is no other host, a reference must answer, or the plan touches nothing but our own host.
    """
    seen = case.vantage
    if isinstance(seen, Unknown):
        return refuse("self_vantage", f"whether it is me who is cut off is not known ({seen.reason})")
    if seen.answering * 2 < seen.hosts:
        return refuse(
            "self_vantage",
            f"I reach only {seen.answering} of {seen.hosts} hosts: it may be me who is cut off",
            hosts=seen.hosts,
            answering=seen.answering,
        )
    proven = sum(1 for answers in seen.references.values() if answers is True)
    if proven * 2 < len(seen.references):
        missing = sorted(name for name, answers in seen.references.items() if answers is not True)
        return refuse(
            "self_vantage",
            f"only {proven} of {len(seen.references)} references of `vantage` answer (not {', '.join(missing)}): "
            "it may be me who is cut off",
            missing=missing,
        )
    if seen.hosts == 0 and not seen.references and not _only_our_own_host(case):
        return refuse(
            "self_vantage",
            "there is no other host to compare with: name references under `vantage` in the config",
        )
    return allow("self_vantage", hosts=seen.hosts, answering=seen.answering, references=proven)


def _only_our_own_host(case: Case) -> bool:
    return not isinstance(case.own_hosts, Unknown) and set(case.plan.touches) <= case.own_hosts


def restored(case: Case) -> Verdict:
    """The store is not an old copy of itself, and nobody else changed its pauses, locks and runs."""
    if case.restored is not None and case.plan.risk is not Risk.R0:
        return refuse("restored", f"{case.restored}: R0 only until `remediator audit accept-restore --reason TEXT`")
    return allow("restored")


GUARDS = (
    Guard(
        id="self_vantage",
        question="Do we see enough of the world not to be the one who is cut off?",
        default="half of the other hosts, and half of the references under `vantage`",
        floor="the same",
        ask=self_vantage,
        every_step=True,
    ),
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
    Guard(
        id="restored",
        question="Is the store not older than its newest checkpoint, and are the rows that decide as the log has them?",
        default="R0 only until `remediator audit accept-restore --reason TEXT`",
        floor="the same",
        ask=restored,
        every_step=True,
    ),
)
