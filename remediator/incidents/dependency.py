"""Which problem explains which: a host that is down explains its containers, a lost cluster its members.

Invariant: a child is suppressed only under a parent that is itself a problem right now (SOFT is enough), that stands on
all the hosts of the child, and that is not the child's own child. Suppression never closes an incident.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from remediator.model.targets import Target

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "host-reachable": ("*",),
    "host-engine": ("container-state", "container-health", "host-names"),
}
"""Checks whose problem explains the problems of other checks on the same host; ``*`` is every other check."""

MEMBER_CONTAINERS: Mapping[str, str] = {"galera": "mariadb"}
"""The kolla container that is a cluster's member: ``galera/H`` stands for ``container/H/mariadb``."""


DATABASE = "galera"
NEEDS_DATABASE = (
    "keystone", "glance_api", "placement_api", "nova_api", "nova_conductor", "nova_scheduler", "neutron_server", "cinder_api",
    "cinder_scheduler", "cinder_volume", "heat_api", "heat_engine", "barbican_api", "octavia_api", "octavia_worker",
    "designate_api", "magnum_api", "manila_api", "nova_metadata", "nova_super_conductor", "neutron_rpc_server",
    "neutron_periodic_worker", "neutron_ovn_maintenance_worker",
)  # fmt: skip
NEEDS_QUEUE = (
    "nova_conductor", "nova_scheduler", "nova_compute", "neutron_server", "cinder_scheduler", "cinder_volume", "heat_engine",
    "octavia_worker", "nova_super_conductor", "neutron_rpc_server", "neutron_periodic_worker",
)  # fmt: skip
"""What kolla configures with a database, or with a queue, of its own: restarted while that is broken it only fails again (KR-4)."""


def needs_of(container: str) -> tuple[str, ...]:
    """Return the services that kolla container `container` cannot do without: ``galera``, ``rabbitmq``, ``keystone``."""
    found = []
    if container in NEEDS_DATABASE:
        found.append(DATABASE)
    if container in NEEDS_QUEUE:
        found.append("rabbitmq")
    if container in NEEDS_DATABASE and container != "keystone":
        found.append("keystone")
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A (check, target) that is not OK now."""

    check: str
    target: Target
    incident: str


def accounts_for(parent: Target, child: Target) -> bool:
    """Return whether a problem of `parent` can be the cause of one of `child`: by what stands on what."""
    if parent.text == child.text:
        return True
    if not set(child.hosts) <= set(parent.hosts):
        return False
    if parent.kind == "host":
        return True
    if parent.kind == "cluster":
        member = MEMBER_CONTAINERS.get(parent.name)
        return child.kind == parent.name or (child.kind == "container" and child.name == member)
    member = MEMBER_CONTAINERS.get(parent.kind)
    return child.kind == "container" and child.name == member


def explains(parent_check: str, child_check: str, by_rules: Mapping[str, frozenset[str]]) -> bool:
    """Return whether problems of `parent_check` explain those of `child_check`, built in or by a rule's ``explains``."""
    if parent_check == child_check:
        return False
    known = BUILT_IN.get(parent_check, ())
    return "*" in known or child_check in known or child_check in by_rules.get(parent_check, frozenset())


def parent_of(
    check: str, target: Target, problems: Iterable[Problem], by_rules: Mapping[str, frozenset[str]]
) -> Problem | None:
    """Return the problem that explains (check, target), the widest first; None when nothing does."""
    found = [
        problem
        for problem in problems
        if explains(problem.check, check, by_rules)
        and accounts_for(problem.target, target)
        and not explains(check, problem.check, by_rules)
    ]
    return max(found, key=lambda p: (p.check == "host-reachable", len(p.target.hosts), p.incident), default=None)
