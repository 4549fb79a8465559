"""Guards about the group: a majority stays, nothing booted a moment ago, no other run has the lock.

Invariant, for a group of n members from which a plan takes the set T away. Of the members outside T at least
floor(n/2)+1 are proven healthy. Every member outside T is proven healthy, proven settled, and proven not to be joining.
UNKNOWN counts as the worse of both answers, everywhere.

A plan that only starts members proven stopped takes nothing away. It needs every other member proven not to be joining:
a second state transfer at once takes a second donor away.

A lock has no expiry; it ends with its run.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
from remediator.safety.case import Case, Group, Member
from remediator.safety.guard import Guard, allow, refuse, seconds, settled_by


def _proven_stopped(host: str, case: Case) -> bool:
    """Return whether every unit that the plan touches on `host` is known not to run; none known is not proven."""
    units = [data for unit, data in case.units.items() if unit.split("/")[1] == host]
    return bool(units) and all(not isinstance(data, Unknown) and data.get("running") is False for data in units)


def _takes_away(case: Case, group: Group) -> bool:
    """Return whether the plan stops or restarts a member, or acts on one that may run: a running bad member counts as
    well."""
    if not group.touched or any(step.takes_away_healthy for step in case.plan.steps):
        return True
    return not all(_proven_stopped(host, case) for host in group.touched)


def _joining(others: Mapping[str, Member]) -> tuple[str, str] | None:
    for host, member in sorted(others.items()):
        if isinstance(member.joining, Unknown):
            return host, f"whether it is joining is not known ({member.joining.reason})"
        if member.joining:
            return host, "it is joining, or gives a state transfer"
    return None


def _bad(others: Mapping[str, Member]) -> tuple[str, str] | None:
    for host, member in sorted(others.items()):
        if isinstance(member.healthy, Unknown):
            return host, f"whether it is healthy is not known ({member.healthy.reason})"
        if not member.healthy:
            return host, "it is not healthy"
        if isinstance(member.settled, Unknown):
            return host, f"whether it has settled is not known ({member.settled.reason})"
        if not member.settled:
            return host, "it has not settled yet"
    return None


def quorum(case: Case) -> Verdict:
    """The group that the plan touches keeps a majority, and no other member of the group is down, joining or
    settling."""
    group = case.group
    if group is None:
        return allow("quorum", group=None)
    if any(step.judges_group for step in case.plan.steps):
        return allow("quorum", judged_by="its own decision on evidence of every member")
    if isinstance(group, Unknown):
        return refuse(
            "quorum", f"which failure-domain group it belongs to, and how it stands, is not known ({group.reason})"
        )
    strangers = sorted(set(group.touched) - set(group.members))
    if strangers:
        return refuse("quorum", f"{', '.join(strangers)} is not a known member of {group.name}", group=group.name)
    others = {host: member for host, member in group.members.items() if host not in group.touched}
    taken = _takes_away(case, group)
    found = _joining(others) or (_bad(others) if taken else None)
    if found is not None:
        host, why = found
        act = "take a member away" if taken else "start a member"
        return refuse(
            "quorum",
            f"may not {act} of {group.name} now: of its other members {host} stands in the way, {why}",
            group=group.name,
            member=host,
        )
    majority = len(group.members) // 2 + 1
    if taken and len(others) < majority:
        return refuse(
            "quorum",
            f"it would leave {len(others)} of {len(group.members)} members of {group.name}, {majority} are a majority",
            group=group.name,
            left=len(others),
            majority=majority,
        )
    return allow("quorum", group=group.name, takes_away=taken, left=len(others))


def host_boot(case: Case) -> Verdict:
    """No host that the plan touches, and no container engine on it, has started within the limit, except by this
    run."""
    limit = case.brakes.host_boot_s
    young = []
    for host in case.plan.touches:
        boot = case.boots.get(host, Unknown("never_asked"))
        if isinstance(boot, Unknown):
            return refuse("host_boot", f"when {host} booted is not known ({boot.reason})", host=host)
        if boot is not None and boot.age_s < limit:
            young.append((boot.age_s, host, boot))
    if young:
        age, host, boot = min(young, key=lambda each: each[:2])
        return refuse(
            "host_boot",
            f"{boot.what} {seconds(age)} ago: {seconds(limit)} is the wait; {settled_by(host)}",
            until=case.utc(limit - age),
            host=host,
            age_s=age,
        )
    return allow("host_boot")


def lock(case: Case) -> Verdict:
    """No other run has taken a host or a group that this plan touches."""
    for scope, run in sorted(case.locks.items()):
        if run != case.own_run:
            return refuse("lock", f"{scope} is locked by run {run}", scope=scope, run=run)
    return allow("lock")


GUARDS = (
    Guard(
        id="quorum",
        question="Does its group keep a majority, with no other member down, joining or settling?",
        default="floor(n/2)+1 of all n members left healthy, all others settled; a start: none joining",
        floor="cannot be switched off",
        ask=quorum,
    ),
    Guard(
        id="host_boot",
        question="Has no host or container engine of the plan started a moment ago?",
        default="10 min, except by this run or in a baseline",
        floor="3 min",
        ask=host_boot,
    ),
    Guard(
        id="lock",
        question="Is every host and group of the plan free of other runs?",
        default="host:<h> for each host touched, group:<g> for each failure-domain group",
        floor="cannot be switched off; a lock has no expiry",
        ask=lock,
        every_step=True,
    ),
)
