"""Judgement-free results about Galera: each member beside what the others prove, and the cluster as a whole. Pure.

Invariant: counts are of proven facts (`others_primary`, `proven_x`: lower bounds) or of possible ones
(`may_be_primary`: an upper bound). A member nobody heard of counts in the upper bound only. `quorum_without_me` is true
only when the members proven Primary are a majority of the group by the inventory. `fields.py` says what each field
means.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from remediator.integrations.container import assess as containers
from remediator.integrations.container import facts as container_facts
from remediator.integrations.container.memory import Remembered
from remediator.integrations.galera import fields
from remediator.integrations.galera.cluster import GALERA
from remediator.integrations.galera.facts import system_tables
from remediator.integrations.galera.facts.answer import SQL
from remediator.integrations.galera.facts.canaries import CANARIES
from remediator.integrations.galera.facts.member import CONTAINER, Files, Member, Status
from remediator.integrations.galera.judgement import build_picture, evidence_table, rules_bootstrap, split
from remediator.integrations.galera.judgement.decision import Judgement, Procedure, outlook
from remediator.integrations.galera.judgement.picture import ClusterPicture
from remediator.integrations.galera.logs import causes
from remediator.integrations.galera.membership import group
from remediator.integrations.galera.membership.group import Group
from remediator.integrations.galera.watermark import losses, marks
from remediator.integrations.host import assess as host_assess
from remediator.integrations.host import disks
from remediator.model import targets, times
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.kleene import Truth, any_of
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

SECTIONS = ("containers", "galera", SQL.name, "disk")
OF_CLUSTER = (*SECTIONS, "host", CANARIES.name)
WSREP = ("cluster_status", "local_state", "cluster_size", "connected", "ready", "cluster_uuid", "conf_id")
WSREP_NUMBERS = ("last_committed", "flow_control_paused", "recv_queue_avg")
UNIT = ("has_unit", "unit", "unit_state", "unit_result", "unit_failed", "start_limit_hit", "systemd_busy")
NO_JOURNAL = "no_journal"
"""A command without a daemon keeps no mark: there is none, which is absent and not UNKNOWN, and judges no recovery."""
OF_CONTAINER = (*UNIT, "operator_stopped", "missing", "exit_code", "age_s", "last_log")


def nodes(evidence: Evidence) -> Sequence[Assessed]:
    """Return `galera.node` of each host of the evidence."""
    told = group.of(evidence)
    return [_node(host, evidence.reply(host), told) for host in evidence.hosts]


def cluster(evidence: Evidence) -> Sequence[Assessed]:
    """Return `galera.cluster`, one result for all hosts of the evidence; none for an empty group."""
    if not evidence.hosts:
        return []
    told = group.of(evidence)
    members = list(told.members.values())
    answered = [one.status for one in members if isinstance(one.status, Status)]
    primary = [status for status in answered if status.cluster_status == "Primary"]
    silent = next((one.primary for one in members if isinstance(one.primary, Unknown)), None)
    data = {
        "members": len(members),
        "proven_primary": len(primary),
        "may_be_primary": sum(one.outside is not True for one in members),
        "proven_synced": sum(one.synced is True for one in members),
        "proven_stopped": sum(one.stopped is True and isinstance(one.status, Unknown) for one in members),
        "searching": sum(one.searching is True for one in members),
        "stranded": sum(one.stranded is True for one in members),
        "all_members_known": silent is None,
        "uuids_agree": _agree([status.cluster_uuid for status in answered], silent),
        "conf_ids_agree": not split.doubled(primary) and _agree([status.conf_id for status in primary], silent),
        "split": split.split(primary, len(members)),
        "named_twice": "; ".join(map(group.sentence, told.named_twice)) or None,
        "table": evidence_table.render(members),
        **_judged(evidence, primary),
        "slowest": _slowest(members),
    }
    return [Assessed(target=targets.cluster(GALERA, evidence.hosts), data=data)]


def _judged(evidence: Evidence, primary: Sequence[Status]) -> dict[str, Any]:
    """Return what the judgement says of the cluster, before any position is read, and how it stands to the stored
    mark."""
    seen = build_picture.picture(evidence)
    decision = _after_inhibiting(outlook(seen), seen)
    kept = marks.parse(evidence.known.get("mark")) if "mark" in evidence.known else Unknown(NO_JOURNAL)
    data: dict[str, Any] = {
        "procedure": decision.procedure.value,
        "rule": decision.rule,
        "why": decision.why,
        "grace_until": _grace_until(evidence, decision, seen),
        "candidate": decision.candidate,
        "stops": list(decision.stops),
        "positions": evidence_table.positions(seen),
    }
    if not isinstance(kept, marks.Kept):
        unread = kept if isinstance(kept, Unknown) and kept.reason != NO_JOURNAL else None
        nothing = dict.fromkeys(("mark_seqno", "mark_uuid", "mark_age_s", "behind_mark", "reformed_at"), unread)
        return data | nothing | {"foreign_uuid": False if unread is None else unread}
    return data | {
        "mark_seqno": kept.mark.seqno,
        "mark_uuid": kept.mark.uuid,
        "mark_age_s": round(marks.age_s(kept, evidence.now), 1),
        "foreign_uuid": any(status.cluster_uuid != kept.mark.uuid for status in primary),
        "behind_mark": _behind(evidence, kept),
        "reformed_at": kept.loss.reformed_at if kept.loss is not None else None,
    }


def _grace_until(evidence: Evidence, decision: Judgement, seen: ClusterPicture) -> str | None:
    """Return by when the ten minutes of GB-1 and GB-3 have ended (``03:12 UTC``, the next whole minute), while they are
    what `decision` waits for."""
    given = seen.minutes_whole
    if decision.procedure is not Procedure.WAIT or decision.rule not in ("GB-1", "GB-3") or isinstance(given, Unknown):
        return None
    left = datetime.timedelta(minutes=max(0.0, rules_bootstrap.GRACE_MINUTES - given) + 1)
    return f"{evidence.now.wall + left:%H:%M} UTC"


def _behind(evidence: Evidence, kept: marks.Kept) -> int | None:
    """Return how far the component is behind the mark, or was seen behind it while nobody accepted that: the larger of
    both."""
    now = _behind_now(evidence, kept)
    if kept.loss is None:
        return now
    return max(kept.loss.behind, now or 0)


def _behind_now(evidence: Evidence, kept: marks.Kept) -> int | None:
    """Only Primary members count that were asked after the mark's newest sample: an older answer proves nothing."""
    since = times.parse_rfc3339(kept.at)
    members = group.of(evidence).members.values()
    newer = [one for one in members if one.primary is True and losses.asked_at(evidence, one).wall > since]
    committed = [one.status.last_committed for one in newer if isinstance(one.status, Status)]
    if not committed:
        return None
    return 0 if losses.unbroken(evidence, newer, kept) else max(0, (kept.mark.seqno or 0) - max(committed))


def _after_inhibiting(decision: Judgement, seen: ClusterPicture) -> Judgement:
    """A unit that our hold keeps from starting is not started before that is taken back: the start would only fail."""
    held = [one.host for one in seen.members if one.unit == "masked" and one.host in decision.joiners]
    if decision.procedure is not Procedure.START_MEMBERS or not held:
        return decision
    why = f"{', '.join(held)} is held by a run of ours and is started when that is taken back"
    return replace(decision, procedure=Procedure.WAIT, joiners=(), rule="GB-11", why=why)


def _slowest(members: Sequence[Member]) -> str | None:
    """Return the member that asked most often for a stop, while the component does stand still for a tenth of the
    time."""
    found = [
        (one.status.flow_control_sent, one.host)
        for one in members
        if isinstance(one.status, Status) and one.status.flow_control_sent
    ]
    paused = any(isinstance(one.status, Status) and one.status.flow_control_paused > 0.1 for one in members)
    return max(found)[1] if found and paused else None


def _agree(values: Sequence[Any], silent: Unknown | None) -> bool | Unknown | None:
    if len(set(values)) > 1:
        return False
    if silent is not None:
        return silent
    return True if values else None


def _node(host: str, reply: HostReply | None, told: Group) -> Assessed:
    me, others = told.every[host], told.others(host)
    view = _view(reply)
    unknown = view if isinstance(view, Unknown) else None
    data: dict[str, Any] = {"sql": me.sql, "stopped": me.stopped, "process_running": _negated(me.stopped)}
    data["searching"], data["stranded"] = me.searching, me.stranded
    data["beside"] = me.beside if isinstance(me.beside, Unknown) else ", ".join(me.beside) or None
    data["provider_off"] = _wsrep(me, "provider_off")
    for name in (*WSREP, *WSREP_NUMBERS):
        data[name] = _wsrep(me, name)
    if isinstance(view, Unknown):
        data.update(dict.fromkeys((*OF_CONTAINER, "cause", "advice"), view))
    else:
        state = containers.state_data(view, Remembered())
        data.update({name: state[name] for name in OF_CONTAINER})
        data["cause"] = _cause(view, me) if state["cause"] is None else state["cause"]
        data["advice"] = causes.told(_logs(view, me), nobody_else=me.stopped is True)
    data.update(_host(reply))
    data.update(_files(me))
    data.update(_others(me, others))
    data.update(_upgrade(me, others))
    data["named_twice"] = told.twins(host)
    identity = {} if unknown is not None or isinstance(view, Unknown) else view.identity()
    return Assessed(target=targets.member(GALERA, host), data=data, identity=identity)


def _cause(view: containers.View, me: Member) -> str | Unknown | None:
    """Return what the logs name. Of a stopped member without any log nobody knows whether a start would do harm."""
    text = _logs(view, me)
    if not text and me.stopped is True:
        return me.files if isinstance(me.files, Unknown) else Unknown("no_log")
    return causes.cause(text, nobody_else=me.stopped is True)


def _logs(view: containers.View, me: Member) -> str:
    """Return what the container printed and what the server logged since its last start."""
    tail = me.files.log_tail if isinstance(me.files, Files) else None
    return "\n".join(part for part in (view.log, tail) if part)


def _view(reply: HostReply | None) -> containers.View | Unknown:
    if reply is None:
        return Unknown("not_asked")
    found = container_facts.of(reply)
    if isinstance(found, Unknown):
        return found
    disk = disks.of(reply)
    return containers.View(found, reply, CONTAINER, frozenset() if isinstance(disk, Unknown) else disk.full)


def _negated(stopped: Truth) -> Truth:
    return stopped if isinstance(stopped, Unknown) else not stopped


def _wsrep(me: Member, name: str) -> Any:
    """A proven stop makes what only a running member has absent."""
    if isinstance(me.status, Unknown):
        return None if me.stopped is True else me.status
    return getattr(me.status, name)


def _host(reply: HostReply | None) -> dict[str, Any]:
    if reply is None:
        return dict.fromkeys(("disk_full", "abs_clock_offset_s"), Unknown("not_asked"))
    disk, offset_s = disks.of(reply), host_assess.clock_offset_s(reply)
    return {
        "disk_full": disk if isinstance(disk, Unknown) else bool(disk.full),
        "abs_clock_offset_s": offset_s if isinstance(offset_s, Unknown) else abs(offset_s),
    }


def _files(me: Member) -> dict[str, Any]:
    names = ("grastate_uuid", "grastate_seqno", "safe_to_bootstrap", "gvwstate", "sst_in_progress")
    if isinstance(me.files, Unknown) or me.files is None:
        return dict.fromkeys(names, me.files)
    files = me.files
    values = (files.uuid, files.seqno, files.safe_to_bootstrap, files.gvwstate, files.sst_in_progress)
    return dict(zip(names, values, strict=True))


def _others(me: Member, others: Sequence[Member]) -> dict[str, Any]:
    proven = sum(one.primary is True for one in others)
    may_be = sum(one.primary is not False for one in others)
    size = len(others) + 1
    majority = size // 2 + 1
    if proven >= majority:
        quorum: Truth = True
    elif may_be < majority:
        quorum = False
    else:
        quorum = next(one.primary for one in others if isinstance(one.primary, Unknown))
    statuses = [one.status for one in (me, *others) if isinstance(one.status, Status)]
    return {
        "group_size": size,
        "others_primary": proven,
        "others_synced": sum(one.synced is True for one in others),
        "others_all_known": not any(isinstance(one.primary, Unknown) for one in others),
        "any_donor_or_joiner": any_of(one.moving for one in others),
        "quorum_without_me": quorum,
        "split": split.split([status for status in statuses if status.cluster_status == "Primary"], size),
    }


def _upgrade(me: Member, others: Sequence[Member]) -> dict[str, Any]:
    """Return what an upgrade, a join or a bootstrap left behind on this member, and who is slow."""
    tables, lines = system_tables.tables(me, others), system_tables.lines(me)
    signs = lines if isinstance(lines, Unknown) else "\n".join(system_tables.named(lines, "upgrade_needed")) or None
    silent = me.stopped is True or me.searching is True or me.stranded is True
    stopped = silent and isinstance(me.status, Unknown)
    return {
        "upgrade_needed": tables.needed,
        "upgrade_info": tables.info,
        "upgrade_why": tables.why,
        "upgrade_signs": None if stopped else signs,
        "server_version": tables.server,
        "downgraded": tables.downgraded,
        "statistics_outdated": None if stopped else system_tables.sign(me, "statistics_outdated"),
        "bootstrap_left_over": system_tables.left_over(me.launch, len(others) + 1),
        "ist_race": system_tables.ist_race(me, others),
        "restart_asked": system_tables.restart_asked(me, others),
        "slow": system_tables.slow(me, (me, *others)),
        "slowest": _slowest((me, *others)),
    }


ASSESSMENTS = (
    AssessSpec(
        name="galera.node",
        scope=Scope.GROUP,
        sections=SECTIONS,
        fields=fields.NODE,
        judge=nodes,
        target_kind="galera",
        summary="each member: what it says over SQL, what its unit and files say, and what the others prove",
    ),
    AssessSpec(
        name="galera.cluster",
        scope=Scope.GROUP,
        sections=OF_CLUSTER,
        fields=fields.CLUSTER,
        judge=cluster,
        target_kind="cluster",
        summary="how many members are, or may be, in a Primary component, and whether they agree",
    ),
)
