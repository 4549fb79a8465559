"""The one typed action of Galera so far: start one stopped member, without any option (GB-16).

Invariant: it starts through the unit, never with bootstrap options, and whoever asks for it, a rule or a person, it is
refused unless all that GB-16 and GB-17 (safety.md b.1) ask for is proven: the member failed and was not stopped, the
others are a Primary majority, none of them gives or takes a state transfer, and nothing is known that a start makes worse.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import units
from remediator.integrations.galera.facts import CONTAINER
from remediator.model.content import ActionInput, ActionSpec, Command, Effect, Probe, Risk
from remediator.model.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown

CLOCK_S = 2.0
HARMFUL = frozenset(
    ("innodb_corruption", "xa_prepared", "diverged", "inconsistent", "not_safe_to_bootstrap", "disk_full", "inode_full")
)


def _refusal(data: Data, host: str) -> str | None:
    """Return why the member on `host` may not be started, or None. What is not known refuses."""
    cause, offset_s = data.get("cause", Unknown("no_data")), data.get("abs_clock_offset_s")
    if data.get("missing") is True:
        return f"there is no container {CONTAINER} on {host}: deploy it with kolla-ansible"
    if data.get("stopped") is not True:
        return f"it is not proven that MariaDB on {host} is stopped: only a stopped member is started"
    if data.get("operator_stopped") is not False:
        return f"MariaDB on {host} was, or may have been, stopped by an operator: it is left alone"
    if isinstance(cause, Unknown) or cause in HARMFUL:
        known = f"UNKNOWN ({cause.reason})" if isinstance(cause, Unknown) else cause
        return f"why MariaDB on {host} failed is {known}: a start could make that worse (GB-17)"
    if data.get("disk_full") is not False:
        return f"a file system of {host} is full, or that is not known: make room first (GB-17)"
    if not isinstance(offset_s, (int, float)) or offset_s > CLOCK_S:
        return f"the clock of {host} is more than {CLOCK_S:.0f} s off, or that is not known (GB-17)"
    if data.get("quorum_without_me") is not True:
        return f"it is not proven that the members besides {host} are a Primary majority (GB-16)"
    if data.get("any_donor_or_joiner") is not False:
        return f"another member gives or takes a state transfer, or that is not known: {host} waits (GB-16)"
    return None


def _start(order: ActionInput) -> tuple[Command, ...]:
    refusal = _refusal(order.data, order.host.name)
    if refusal is not None:
        raise ValueError(refusal)
    if not units.has_unit(order.data, CONTAINER):
        raise ValueError(f"MariaDB on {order.host.name} has no systemd unit: it is never started past one")
    return units.start(order, CONTAINER)


def _probe(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    return units.probe(before, reply, CONTAINER)


ACTIONS = (
    ActionSpec(
        name="galera.start_member",
        summary="start one stopped MariaDB member: reset-failed and start of its unit, without any bootstrap option",
        risk=Risk.R2,
        effect=Effect.ONCE,
        target_kinds=("galera",),
        params={},
        commands=_start,
        probe=_probe,
        privileges=(
            "systemctl reset-failed kolla-mariadb-container.service",
            "systemctl start kolla-mariadb-container.service",
        ),
    ),
)
