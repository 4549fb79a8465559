"""Debts of a recovery, and the proof that each is still the daemon's own: the hold of a unit, and the container that
bootstrapped. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediator.integrations.galera.facts.host import GALERA, MOST_PATH
from remediator.integrations.galera.facts.launch import Inhibitor, Launch
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.steps import scripts
from remediator.integrations.galera.steps.scripts import BOOTSTRAP_CONTAINER
from remediator.model.content.actions import DebtSpec, StepInput
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused
from remediator.model.content.judging import Evidence
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Unknown

VOLUMES = {
    "docker": "/var/lib/docker/volumes/mariadb/_data",
    "podman": "/var/lib/containers/storage/volumes/mariadb/_data",
}
LIFETIME_S = 8 * 3600.0


def data_directory(order: StepInput, host: str | None = None) -> str | Refused:
    """Return the data directory on `host` (the order's own): what its collector says, else where kolla puts it.

    It becomes part of a command: what can be no data directory (another directory above it, a word that is none) is
    refused.
    """
    name = order.host.name if host is None else host
    reply = order.evidence.reply(name)
    told = reply.facts(GALERA) if reply is not None else Unknown("not_asked")
    said = None if isinstance(told, Unknown) else told.volume
    if said is not None:
        if len(said) > MOST_PATH or re.fullmatch(scripts.PATH, said) is None:
            return Refused(
                f"{name} says that its data directory is {ascii(said)[:80]}, which can be none: nothing is done there"
            )
        return said
    found = order.host if name == order.host.name else order.evidence.inventory.hosts.get(name)
    return VOLUMES.get(found.engine if found is not None else "docker", VOLUMES["docker"])


def _release(order: StepInput) -> tuple[Command, ...]:
    return (Command(host=order.host.name, argv=scripts.RELEASE.argv(order.mark_on(order.host.name)), timeout_s=30.0),)


def _still_inhibited(mark: Mapping[str, str], reply: HostReply, _target: Target) -> bool | Unknown:
    launch = member(reply.host, reply).launch
    if isinstance(launch, Unknown):
        return launch
    inhibitor = launch.inhibitor
    if isinstance(inhibitor, Unknown):
        return inhibitor
    return (
        isinstance(inhibitor, Inhibitor) and inhibitor.exists and inhibitor.line == f"{scripts.HELD} {mark.get('run')}"
    )


def _finish(order: StepInput) -> tuple[Command, ...]:
    return (
        Command(
            host=order.host.name,
            argv=scripts.FINISH.argv(order.mark_on(order.host.name), order.host.engine),
            timeout_s=240.0,
        ),
    )


def _still_bootstrapped(mark: Mapping[str, str], reply: HostReply, _target: Target) -> bool | Unknown:
    """Ours while the container of this run is there. While it is the only Primary member it is not taken back: that
    would be the outage again, and a person hears of it when it is overdue."""
    one = member(reply.host, reply)
    launch = one.launch
    if isinstance(launch, Unknown) or not isinstance(launch, Launch):
        return launch if isinstance(launch, Unknown) else Unknown("not_collected")
    if isinstance(launch.helpers, Unknown):
        return launch.helpers
    helper = launch.helpers.get(BOOTSTRAP_CONTAINER)
    if helper is None or helper.run != mark.get("run"):
        return False
    if not helper.running:
        return True
    if isinstance(one.status, Unknown):
        return Unknown(f"the bootstrap container on {reply.host} runs, and its SQL says nothing ({one.sql})")
    if one.status.cluster_size < 2:
        return Unknown(f"{reply.host} is the only Primary member, in its bootstrap container: let another join first")
    return True


def _only_copy(evidence: Evidence, host: str) -> str | None:
    """The container that bootstrapped ends only beside another member that is Synced, and while nobody is on its way
    (GB-14): a member that is still joining counts in wsrep_cluster_size, and may hold nothing yet."""
    launch = member(host, evidence.reply(host)).launch
    helpers = launch.helpers if isinstance(launch, Launch) else Unknown("not_collected")
    helper = None if isinstance(helpers, Unknown) else helpers.get(BOOTSTRAP_CONTAINER)
    if helper is not None and not helper.running:
        return None
    seen = [member(name, evidence.reply(name)) for name in evidence.hosts]
    for one in seen:
        if one.moving is not False:
            why = "gives or takes a state transfer" if one.moving is True else f"does not say ({one.sql})"
            return f"{one.host} {why}: the bootstrap container on {host} stays until that is over"
    if not any(one.synced is True for one in seen if one.host != host):
        return f"{host} is the only Synced member, in its bootstrap container: let another join first"
    return None


HOLD_DEBT = DebtSpec(
    describe="the unit of MariaDB is kept from starting (remediator-hold.conf)",
    lifetime_s=LIFETIME_S,
    undo=_release,
    still_ours=_still_inhibited,
)
BOOTSTRAP_DEBT = DebtSpec(
    describe=f"MariaDB runs in the container {BOOTSTRAP_CONTAINER}, not in its unit",
    lifetime_s=LIFETIME_S,
    undo=_finish,
    still_ours=_still_bootstrapped,
    stands_in_the_way=_only_copy,
    releases=("galera.hold",),
)
