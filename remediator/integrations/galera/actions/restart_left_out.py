"""The typed action for a member that a failed transfer has left outside the Primary component: one restart of its unit.

Invariant: the member is restarted only when its provider asks for it in its log, whatever the reason that stands
before. It must be proven that the member runs and gives nothing to anybody. It must be proven that the others are a
Primary majority at rest (GB-14, GB-16, GB-17). All of it is looked at again when the INTENT is written. Galera's
provider closes itself after such a transfer, and nothing else restarts it (one write set short: Launchpad bug 2161773).
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import start_commands
from remediator.integrations.galera.facts.member import CONTAINER
from remediator.integrations.galera.judgement.phrases import said
from remediator.integrations.galera.steps import scripts
from remediator.integrations.galera.steps.preconditions import harm, refused
from remediator.model.content.actions import ActionSpec, AtTurn, Built, Effect, PlanInput, Probe, Risk
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown

LEFT_OUT = ("Initialized", "Joining: State Transfer request failed", "Joining: State Transfer failed")
"""What Galera's provider says of its state after it has closed itself."""


def refusal(data: Data, host: str) -> str | None:
    """Return why the member on `host` may not be restarted, or None. What is not known refuses."""
    asked = (
        ("restart_asked", True, f"it is not proven that {host} was left out and asks for a restart ({{}})"),
        ("process_running", True, f"it is not proven that MariaDB on {host} runs ({{}})"),
        ("operator_stopped", False, f"MariaDB on {host} was, or may have been, stopped by an operator ({{}})"),
        ("systemd_busy", False, f"systemd is, or may be, at work on MariaDB of {host} ({{}})"),
        ("unit_state", "active", f"the unit of MariaDB on {host} is {{}}, not active"),
        ("sst_in_progress", False, f"{host} is, or may be, in a state transfer ({{}}): it is left alone (GB-14)"),
        (
            "bootstrap_left_over",
            False,
            f"{host} has, or may have, a bootstrap argument left over ({{}}): it could start a second cluster",
        ),
        ("others_all_known", True, f"not of every other member is it known whether it is Primary: {host} waits"),
        ("quorum_without_me", True, f"it is not proven that the members besides {host} are a Primary majority (GB-16)"),
        (
            "any_donor_or_joiner",
            False,
            f"another member gives or takes a state transfer, or that is not known: {host} waits (GB-14)",
        ),
        ("split", False, "two Primary components exist, or that is not known ({})"),
    )
    why = refused(data, asked)
    if why is not None:
        return why
    status, state = data.get("cluster_status", Unknown("no_data")), data.get("local_state", Unknown("no_data"))
    if status not in ("non-Primary", "Disconnected") or state not in LEFT_OUT:
        return f"{host} is {said(state)} in a {said(status)} component: only a member that has left is restarted"
    return harm(data, host)


def _restart(order: PlanInput) -> Built:
    why = refusal(order.data, order.host.name)
    if why is not None:
        return Refused(why)
    owned = start_commands.has_unit(order.data, CONTAINER)
    if isinstance(owned, Refused):
        return owned
    if not owned:
        return Refused(f"MariaDB on {order.host.name} has no systemd unit: it is never restarted past one")
    argv = scripts.RESTART.argv(order.host.engine)
    return (Command(host=order.host.name, argv=argv, timeout_s=start_commands.RESTART_S),)


def _restarted(before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    return start_commands.probe(before, reply, CONTAINER)


ACTION = ActionSpec(
    name="galera.restart_left_out",
    summary="restart the unit of a member that a failed transfer has left outside the Primary component, and "
    "that asks for it",
    risk=Risk.R2,
    effect=Effect.ONCE,
    target_kinds=("galera",),
    when=AtTurn(commands=_restart, at_plan=_restart),
    probe=_restarted,
    takes_away_healthy=True,
    scripts=(scripts.RESTART,),
)
