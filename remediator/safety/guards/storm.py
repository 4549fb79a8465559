"""The storm breaker: too much is broken at once that nothing explains. The fault is then bigger than one target, and
acting on targets spreads it.

Invariant: in each scope at most max(storm_hosts, storm_percent of its hosts) hosts have a fresh problem that nothing
explains. A scope is the whole cloud, a group, or a service. R1 and R2 act again by themselves once that is true again.
R3 waits
until a person has closed the breaker.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from remediator.model.content.actions import Risk
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
from remediator.safety.case import Case, StormScope
from remediator.safety.guard import Guard, allow, refuse

NAMED = 5
"""Most hosts that a refusal names; it counts the rest."""


def too_many(scope: StormScope, most_hosts: int, most_percent: int) -> str | None:
    """Return the sentence that more of `scope` is broken than the larger of both limits; None when that is not so.

    The percentage is compared exactly: 34 % of 5 hosts is 1.7 hosts, and 2 are more.
    """
    troubled = sorted(set(scope.troubled))
    if len(troubled) <= most_hosts or len(troubled) * 100 <= most_percent * scope.hosts:
        return None
    named = ", ".join(troubled[:NAMED])
    more = f" and {len(troubled) - NAMED} more" if len(troubled) > NAMED else ""
    return (
        f"{len(troubled)} of {scope.hosts} hosts of {scope.name} broke at once and nothing explains it "
        f"({named}{more}): "
        f"the limit is the larger of {most_hosts} hosts and {most_percent} %"
    )


def ends_at(scope: StormScope, most_hosts: int, most_percent: int) -> datetime | None:
    """Return when `scope` is down to its limit of troubled hosts, if none is added. None: it is not above the limit, or
    nobody can tell.
    """
    hosts = sorted(set(scope.troubled))
    leaving = sorted(scope.fresh_until[host] for host in hosts if host in scope.fresh_until)
    if len(leaving) < len(hosts):
        return None
    for gone, moment in enumerate(leaving, 1):
        if too_many(replace(scope, troubled=tuple(hosts[gone:])), most_hosts, most_percent) is None:
            return moment if too_many(scope, most_hosts, most_percent) is not None else None
    return None


def storm(case: Case) -> Verdict:
    """In no scope are more hosts freshly broken, without an explanation, than the limit. For R3 the same is true of the
    time since a person last closed the breaker.
    """
    if isinstance(case.storm, Unknown):
        return refuse("storm", f"how much is broken at once is not known ({case.storm.reason})")
    for scope in case.storm:
        found = too_many(scope, case.brakes.storm_hosts, case.brakes.storm_percent)
        if found is not None:
            until = ends_at(scope, case.brakes.storm_hosts, case.brakes.storm_percent)
            if case.storm_latched is not None and case.plan.risk is Risk.R3:
                until = None  # a person ends it
            return refuse(
                "storm", found, until, scope=scope.name, hosts=scope.hosts, troubled=sorted(set(scope.troubled))
            )
    if case.storm_latched is not None and case.plan.risk is Risk.R3:
        return refuse(
            "storm",
            f"the storm breaker is open for R3 ({case.storm_latched}): remediator brakes close storm --reason R",
            latched=case.storm_latched,
        )
    return allow("storm", scopes=len(case.storm))


GUARDS = (
    Guard(
        id="storm",
        question="Are no more hosts broken at once, without an explanation, than a few?",
        default="at most max(2, 34 %) hosts of the cloud, of a group, of a service in 10 min; R3 until closed by hand",
        floor="at most max(2, 50 %)",
        ask=storm,
    ),
)
