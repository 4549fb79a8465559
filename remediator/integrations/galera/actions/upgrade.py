"""The typed actions for a member that runs: see whether it lets the daemon in, and rewrite its system tables after an
upgrade. `restart_left_out` has the restart of a member that a transfer has left out.

Invariant: nothing touches a member before everything that the action asks for is proven of that member and of all
others. The evidence is looked at again when the INTENT of the action is written. No password is used anywhere. Where
the member lets none of its own system users in over its socket, the run ends with kolla's command for the upgrade.
Sources: GB-14, GB-16, GB-17; MariaDB's unix_socket plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from remediator.integrations.galera.actions import restart_left_out
from remediator.integrations.galera.facts import system_tables
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.member import Member, member
from remediator.integrations.galera.judgement.phrases import said
from remediator.integrations.galera.steps import read_position, scripts
from remediator.integrations.galera.steps.preconditions import harm, refused
from remediator.model import times
from remediator.model.content.actions import (
    ActionSpec,
    AtTurn,
    Built,
    Effect,
    Gives,
    Need,
    PlanInput,
    Probe,
    ResultKind,
    Risk,
    Settled,
    Settling,
    StepInput,
)
from remediator.model.content.commands import Command, Script
from remediator.model.content.declined import Declined, Refused
from remediator.model.content.judging import Evidence
from remediator.model.manifest.integration import MarkSpec
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown

RUNBOOK = "galera-mariadb-upgrade"
LOGIN_ACTION, UPGRADE_ACTION = "galera.login", "galera.upgrade_tables"
LOGIN_S, UPGRADE_S = 60.0, 3600.0
WATCH_S = 120.0
"""For so long after the tables were rewritten the log must name none of them again."""
SAID = "remediator-login "
BY_KOLLA = "kolla-ansible upgrade --tags mariadb"
NO_LOGIN = (
    "MariaDB on {host} lets neither mysql nor root in over its own socket without a password (kolla "
    "gives root one and takes "
    f"unix_socket away): run `{BY_KOLLA}`, or its one-shot container on this host as docs/galera-upgrade.md has it"
)


def _nothing(*_seen: Any) -> None:
    """Keep nothing."""


NOTHING_KEPT = MarkSpec(fold=_nothing, accept=_nothing)
"""A mark that is never stored: with it the evidence of a member knows the past runs of its group."""


# the upgrade
# -------------------------------------------------------------------------------------------------------------


def upgrade_refusal(data: Data, host: str) -> str | None:
    """Return why the system tables of the member on `host` may not be rewritten now, or None. What is not known
    refuses."""
    size = data.get("group_size")
    others = size - 1 if isinstance(size, int) else -1
    asked = (
        (
            "downgraded",
            False,
            f"the tables of {host} are those of a newer server, or that is not known ({{}}): a person decides",
        ),
        ("upgrade_needed", True, f"it is not proven that mariadb-upgrade has to run on {host} ({{}})"),
        (
            "bootstrap_left_over",
            False,
            f"{host} has, or may have, a bootstrap argument left over ({{}}): recreate it first",
        ),
        ("cluster_status", "Primary", f"{host} is in a {{}} component: it is upgraded when it is Primary"),
        ("local_state", "Synced", f"{host} is {{}}: it is upgraded when it is Synced"),
        (
            "cluster_size",
            size,
            f"the component of {host} has {{}} members, the group {said(size)}: it is upgraded when all are there",
        ),
        (
            "others_synced",
            others,
            f"of the other members {{}} are proven Synced, of {others}: it is upgraded when all are",
        ),
        (
            "any_donor_or_joiner",
            False,
            f"another member gives or takes a state transfer, or that is not known: {host} waits",
        ),
        ("split", False, "two Primary components exist, or that is not known ({})"),
    )
    if not isinstance(size, int) or isinstance(size, bool):
        return "how many members the group has is not known"
    return refused(data, asked) or harm(data, host)


def _by_data(script: Script, timeout_s: float) -> Callable[[PlanInput], Built]:
    """Return what builds the command of `script` where the data of the check allows it: all that decides before a run
    begins."""

    def at_plan(order: PlanInput) -> Built:
        why = upgrade_refusal(order.data, order.host.name)
        if why is not None:
            return Refused(why)
        return (Command(host=order.host.name, argv=script.argv(order.host.engine), timeout_s=timeout_s),)

    return at_plan


def _upgrading(script: Script, timeout_s: float, *, fresh: bool = False) -> AtTurn:
    """Return when the command of `script` is built: in its run the newest evidence of every member decides as well."""
    at_plan = _by_data(script, timeout_s)

    def commands(order: StepInput) -> Built:
        built = at_plan(order)
        if isinstance(built, Declined) or (why := _others_refuse(order)) is None:
            return built
        return Refused(why)

    return AtTurn(commands=commands, at_plan=at_plan, fresh=fresh)


def _others_refuse(order: StepInput) -> str | None:
    """Return why the others forbid it: one is not Synced, or an upgrade of one was begun and has not ended well."""
    evidence = order.evidence
    others = [member(host, evidence.reply(host)) for host in evidence.hosts if host != order.host.name]
    for one in others:
        if one.synced is not True:
            return f"{one.host} is not proven Synced: {order.host.name} waits"
        if isinstance(one.files, Files) and one.files.upgrade_info == "":
            return (
                f"an upgrade of {one.host} was begun, or asked for, and has not ended: finish it by hand "
                f"({BY_KOLLA}) first"
            )
    return _failed_before(evidence, order.run, others)


def _failed_before(evidence: Evidence, own: str, others: Sequence[Member]) -> str | None:
    """Return which earlier run failed, while any other member may be the one that it has left behind.

    The journal says which run, and not on which member; once all others are proven in order it can have been this one
    only.
    """
    runs: Sequence[Mapping[str, Any]] | None = evidence.known.get("runs")
    if runs is None:
        return "what became of earlier upgrades is not known: there is no journal to ask"
    past = [run for run in runs if run["runbook"] == RUNBOOK and run["run"] != own and UPGRADE_ACTION in run["done"]]
    last = min(past, key=lambda run: float(run["age_s"]), default=None)
    if last is None or last["state"] == "succeeded":
        return None
    for one in others:
        mates = [mate for mate in others if mate is not one]
        if system_tables.tables(one, mates).needed is not False:
            return (
                f"{last['run']}, the last upgrade, is {last['state']}, and {one.host} may be what it left behind: "
                f"finish that one by hand ({BY_KOLLA})"
            )
    return None


def account(output: str) -> str | None:
    """Return as which of its own system users the member lets the daemon in, by what `scripts.LOGIN` printed; None: as
    none of them."""
    words = [line.removeprefix(SAID).strip() for line in output.splitlines() if line.startswith(SAID)]
    return words[0] if words in (["mysql"], ["root"]) else None


def _account(order: StepInput, output: str) -> Mapping[str, Any] | Refused:
    """Return as whom the member lets the daemon in, and what its log said of its tables before they were touched."""
    user = account(output)
    if user is None:
        return Refused(NO_LOGIN.format(host=order.host.name))
    lines = _lines(order)
    if isinstance(lines, Unknown):
        return Refused(f"what the log of {order.host.name} says of its tables is not known ({lines.reason})")
    return {"account": user, "signs": list(lines)}


def _signs(given: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return what the log said of the tables before they were touched."""
    return tuple((given or {}).get("signs", ()))


LOGIN = ResultKind("login", _signs)
LOGGED_IN = Need("login", LOGIN)


def _lines(order: StepInput) -> tuple[str, ...] | Unknown:
    found = system_tables.lines(_me(order))
    return found if isinstance(found, Unknown) else system_tables.named(found, "upgrade_needed")


def _me(order: StepInput) -> Member:
    reply = order.evidence.reply(order.host.name)
    return member(order.host.name, reply)


def upgraded(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """Done when the member has recorded the version of its server, and its log names no such table again for a while
    after."""
    host = order.host.name
    tables, lines = system_tables.tables(_me(order), ()), _lines(order)
    if tables.downgraded is not False or tables.needed is not False or not tables.info:
        return Settled(text=f"{host}: recorded {said(tables.info)}, server {said(tables.server)}", given=given)
    if isinstance(lines, Unknown):
        return Settled(text=f"{host}: what its log says is not known ({lines.reason})", given=given)
    before = order.given(LOGGED_IN)
    new = [line for line in lines if line not in before]
    if new:
        return Settled(
            text=f"{host}: recorded {tables.info}, and its log still names a table: {new[-1]}", failed=True, given=given
        )
    now_s = order.evidence.now.wall.timestamp()
    since_s = float(given.get("since_s", now_s))
    text = f"{host}: recorded {tables.info}"
    if now_s - since_s < WATCH_S:
        return Settled(text=f"{text}; its log is watched", given={**given, "since_s": since_s})
    return Settled(text=f"{text}, and its log names no such table any more", done=True, given=given)


def _rewritten(before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    """Applied once it is recorded. The tool goes on when its caller is gone: only after its time is it proven not to
    have been."""
    tables = system_tables.tables(member(reply.host, reply), ())
    if tables.needed is False and tables.downgraded is False:
        return Probe.APPLIED
    if tables.needed is not True or "intent_at" not in before:
        return Probe.UNKNOWN
    since_s = (reply.asked_at.wall - times.parse_rfc3339(before["intent_at"])).total_seconds()
    return Probe.NOT_APPLIED if since_s > UPGRADE_S else Probe.UNKNOWN


ACTIONS = (
    ActionSpec(
        name=LOGIN_ACTION,
        summary="see whether the member lets one of its own system users in over its socket, without a password",
        risk=Risk.R0,
        effect=Effect.OBSERVE,
        target_kinds=("galera",),
        when=_upgrading(scripts.LOGIN, LOGIN_S),
        probe=read_position.again,
        gives=Gives(kind=LOGIN, told=_account),
        scripts=(scripts.LOGIN,),
    ),
    ActionSpec(
        name=UPGRADE_ACTION,
        summary="run mariadb-upgrade on this one member, without a password, and see that it is recorded",
        risk=Risk.R2,
        effect=Effect.IDEMPOTENT,
        target_kinds=("galera",),
        needs=(LOGGED_IN,),
        when=_upgrading(scripts.UPGRADE, UPGRADE_S, fresh=True),
        probe=_rewritten,
        settle=Settling(seen=upgraded),
        judges_group=True,
        scripts=(scripts.UPGRADE,),
    ),
    restart_left_out.ACTION,
)
