"""Replies and evidence of a Galera cluster in the shape that hosts send them; what a test leaves out is a stopped
member at rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from remediator.integrations import registry
from remediator.integrations.galera import assess
from remediator.integrations.galera.facts.canaries import CANARIES
from remediator.integrations.galera.judgement.decision import ALONE
from remediator.integrations.galera.steps import scripts
from remediator.model import targets, times
from remediator.model.content.actions import ActionSpec, PlanInput, StepInput
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.builders.asked import asked
from tests.builders.declined import built
from tests.unit.integrations import section as make

HOSTS = ("ctl1", "ctl2", "ctl3")
UUID = "6c191011-e710-11f1-8064-067e3541b3e4"
OTHER = "11111111-e710-11f1-8064-067e3541b3e4"
VOLUME = "/var/lib/docker/volumes/mariadb/_data"
RUN = "run-7"
STORE = "00c0ffee00c0ffee"
MARK = f"lab.{STORE}.{RUN}"
"""What that run leaves on hosts."""
REFUSED = Unknown("sql_refused")
TARGET = targets.cluster("galera", HOSTS)
ACTIONS: Mapping[str, ActionSpec] = {one.name: one for one in registry.load({"galera": {}})["galera"].actions}


def grastate(uuid: str = UUID, seqno: int = -1, safe: int = 0) -> str:
    return f"# GALERA saved state\nversion: 2.1\nuuid:    {uuid}\nseqno:   {seqno}\nsafe_to_bootstrap: {safe}\n"


def files(**changes: Any) -> dict[str, Any]:
    """Return section `galera` of a stopped member that was killed."""
    text = changes.pop("grastate_text", grastate())
    return {
        "volume": VOLUME,
        "present": True,
        "grastate": {"uuid": UUID, "seqno": "-1", "safe_to_bootstrap": "0"},
        "grastate_text": text,
        "grastate_bytes": None if text is None else len(text),
        "grastate_mtime": 1.0,
        "gvwstate_text": None,
        "gvwstate_bytes": None,
        "gvwstate_mtime": None,
        "sst_in_progress": False,
        "data_bytes": 10 << 20,
        "free_bytes": 10 << 30,
        "upgrade_info": None,
        "log_tail": "mariadbd: Normal shutdown\n",
        "signs": [],
        "starts": [],
        "config": {"bootstrap": False, "addresses": list(HOSTS)},
        "hold": {"exists": False, "line": None},
        "group_port": {"listening": False, "peers": []},
        "sst_process": False,
        "process_bootstrap": False,
        "users": [],
        "transfer": None,
        "container": {"env_names": ["PATH"], "env_bootstrap": False, "args_bootstrap": False},
        "helpers": {"remediator_galera_bootstrap": None, "remediator_galera_recover": None},
        "engine_reason": None,
        **changes,
    }


def who(host: str, **changes: Any) -> dict[str, Any]:
    """Return who the member on `host` says that it is: ctl1 has 192.0.2.11, and its member is reached at 127.0.0.11."""
    number = "".join(filter(str.isdigit, host)) or "0"
    return {
        "machine": f"machine-of-{host.lower()}",
        "addresses": [f"192.0.2.1{number}"],
        "names": [host.lower()],
        "configured": {"wsrep_node_address": [f"127.0.0.1{number}"]},
        "resolved": {},
        **changes,
    }


def held(run: str = MARK) -> dict[str, Any]:
    return {"exists": True, "line": f"# remediator {run}"}


def helper(run: str = MARK, **changes: Any) -> dict[str, Any]:
    """Return the helpers of a host whose bootstrap container runs."""
    one = {"running": True, "status": "running", "exit_code": 0, "started_at": "2026-11-23T06:59:00Z", "run": run}
    return {"remediator_galera_bootstrap": {**one, **changes}, "remediator_galera_recover": None}


def sql(
    status: str = "Primary",
    state: str = "Synced",
    *,
    size: int = 3,
    conf: int = 5,
    uuid: str = UUID,
    at: int = 77,
    **more: str,
) -> dict[str, str]:
    """Return the variables that MariaDB 10.11 answers."""
    return {
        "wsrep_cluster_status": status,
        "wsrep_local_state_comment": state,
        "wsrep_cluster_size": str(size),
        "wsrep_connected": "ON",
        "wsrep_ready": "ON" if status == "Primary" else "OFF",
        "wsrep_cluster_state_uuid": uuid,
        "wsrep_cluster_conf_id": str(conf),
        "wsrep_last_committed": str(at),
        "wsrep_received_bytes": "0",
        "version": "10.11.19-MariaDB-0+deb12u1",
        "wsrep_provider_options_pc": "pc.recovery = true",
        **more,
    }


def stopped(host: str, *, unit: dict[str, str] | None = None, asked_s: float = 3600.0, **changes: Any) -> HostReply:
    """Return a member whose container does not run; `changes` are of section `galera`, or whole other sections."""
    item = make.down("mariadb", exit_code=137)
    return _member(host, item, unit or make.CRASHED, REFUSED, asked_s, changes)


def running(host: str, answer: Any = None, *, asked_s: float = 3600.0, **changes: Any) -> HostReply:
    """Return a member whose container runs and answers `answer` (Synced)."""
    item = make.container("mariadb", health=None)
    return _member(host, item, make.unit(), sql() if answer is None else answer, asked_s, changes)


def started(ago_s: float, asked_s: float = 3600.0) -> dict[str, Any]:
    """Return the section `containers` of a member that was started so long before it was asked."""
    item = make.container("mariadb", health=None, started_at=make.stamp(ago_s, make.NOW_S + asked_s - 3600.0))
    return {"containers": make.containers(item, units={"mariadb": make.unit()})}


def _member(
    host: str, item: Any, unit: dict[str, str], answer: Any, asked_s: float, changes: dict[str, Any]
) -> HostReply:
    whole = {name: changes.pop(name) for name in ("containers", "disk", "galera", CANARIES.name) if name in changes}
    beside = changes.pop("host_section", make.host())
    sections: dict[str, Any] = {
        "containers": make.containers(item, units={"mariadb": unit}),
        "galera": files(**{"who": who(host), **changes}),
        "galera_sql": answer,
        "disk": {},
        "host": beside,
        **whole,
    }
    return make.reply(host, asked_s=asked_s, **sections)


def mark(seqno: int | None = 77, *, age_s: float = 100.0, now_s: float = 3601.0, **changes: Any) -> dict[str, Any]:
    """Return a kept mark as the store has it, `age_s` old at `now_s`."""
    return {
        "uuid": UUID,
        "seqno": seqno,
        "conf_id": 5,
        "members": list(HOSTS),
        "at": times.rfc3339(make.at(now_s - age_s).wall),
        "size": 3,
        "version": "10.11.19-MariaDB-0+deb12u1",
        "pc_recovery": True,
        "canaries": {},
        "data_bytes": 10 << 20,
        **changes,
    }


def past(**changes: Any) -> dict[str, Any]:
    """Return what is told of a past run."""
    return {
        "run": "run-3",
        "runbook": "galera-bootstrap",
        "state": "succeeded",
        "age_s": 60.0,
        "ended_s": 30.0,
        "done": (),
        **changes,
    }


def evidence(*replies: HostReply | None, now_s: float = 3601.0, **known: Any) -> Evidence:
    """Return the evidence of HOSTS with a journal that knows `mark` (a young one) and `runs` (none)."""
    found = make.evidence(*replies, hosts=HOSTS)
    assert dataclasses.is_dataclass(found)
    told = {"mark": mark(), "runs": (), **known}
    return dataclasses.replace(found, now=make.at(now_s), known=told)  # type: ignore[type-var]


def order(
    host: str = "ctl1",
    *replies: HostReply | None,
    run: str = RUN,
    bound: Mapping[str, Any] | None = None,
    **changes: Any,
) -> StepInput:
    """Return what an action is built from on `host`, with the evidence of `replies` (three stopped members)."""
    known = {name: changes.pop(name) for name in ("mark", "runs") if name in changes}
    seen = evidence(*(replies or [stopped(name) for name in HOSTS]), **known)
    return StepInput(
        target=TARGET,
        host=Host(name=host, address=host, groups=("mariadb",), engine=changes.pop("engine", "docker")),
        data=changes.pop("data", {}),
        run=run,
        mark=f"lab.{STORE}.{run}",
        bound=bound or {},
        evidence=seen,
        **changes,
    )


def planned(host: str = "ctl1", **data: Any) -> PlanInput:
    """Return what an action is asked with before its run begins."""
    return PlanInput(target=TARGET, host=Host(name=host, address=host, groups=("mariadb",)), data=data)


def argvs(action: str, order: PlanInput) -> list[tuple[str, tuple[str, ...]]]:
    """Return (host, argv) of each command that `action` builds."""
    commands = built(asked(ACTIONS[action], order))
    assert all(command.privileged and not command.first for command in commands)
    return [(command.host, command.argv) for command in commands if command.argv[3] != scripts.ALONE.name]


def asks_first(action: str, order: PlanInput) -> bool:
    """Return whether `action` asks first who uses the data, on the same host."""
    commands = built(asked(ACTIONS[action], order))
    first = commands[0]
    return len(commands) == 2 and first.argv[3] == scripts.ALONE.name and first.host == commands[1].host


def read(seqno: int = 77, uuid: str = UUID, **changes: Any) -> dict[str, Any]:
    """Return what a position step gives."""
    return {"uuid": uuid, "seqno": seqno, "xa": False, **changes}


def reads(*seqnos: int, **others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the positions that the members gave, with `others` in place of some."""
    return {"positions": {**{host: read(seqno) for host, seqno in zip(HOSTS, seqnos, strict=True)}, **others}}


CHOICE = {
    "host": "ctl2",
    "uuid": UUID,
    "seqno": 77,
    "lost": 0,
    "why": "w",
    "alone_why": ALONE,
    "sst": [],
    "table": "t",
    "unseen": "u",
}
CHOSEN = {"choice": CHOICE}


WAITS = make.unit(ActiveState="activating", SubState="auto-restart")


def said(*found: tuple[float, bool, bool], last: str | None = None) -> dict[str, Any]:
    """Return lives; `last` is what the newest one tells last, where that is more than it tells at all."""
    told = [
        {
            "age_s": age_s,
            "primary": primary,
            "outside": outside,
            "last": "primary" if primary else "outside" if outside else None,
        }
        for age_s, primary, outside in found
    ]
    if last is not None:
        told[-1]["last"] = last
    return {"lives": told}


VAIN = (
    (500.0, True, True),
    (110.0, False, True),
    (66.0, False, False),
    (65.0, False, True),
    (21.0, False, False),
    (20.0, False, True),
)
"""It was in a component until about two minutes ago, and looks for one since. Every other one is mysqld_safe's."""


def looks(host: str, since_s: float = 21.0, **changes: Any) -> HostReply:
    """Return a member that was started `since_s` ago and looks for a Primary component."""
    return running(host, REFUSED, **{**started(since_s), **said(*VAIN), **changes})


def between(host: str, **changes: Any) -> HostReply:
    """Return a member that gave up a moment ago, and that systemd starts again in a moment."""
    return stopped(host, unit=WAITS, **{**said(*VAIN), **changes})


def stranded(host: str, since_s: float = 3000.0, **changes: Any) -> HostReply:
    """Return a member that was started `since_s` ago, began to join, and lost the Primary component."""
    lives = said((since_s + 1.0, False, False), (since_s, True, True), last="outside")
    return running(host, REFUSED, **{**started(since_s), **lives, **changes})


OUTSIDE = sql("non-Primary", "Initialized", size=1)


def lone(host: str = "ctl3", answer: Any = None, **more: Any) -> HostReply:
    """Return a member that has been running for long and answers from outside of a Primary component."""
    return running(host, OUTSIDE if answer is None else answer, asked_s=3600.0, **{**started(3000.0), **more})


LONG = said((3000.0, True, True), (700.0, False, True), (21.0, False, False), (20.0, False, True))
WELL = mark(age_s=3000.0)


def judged(*replies: HostReply, **known: Any) -> dict[str, Any]:
    """Return `galera.cluster` of `replies`."""
    (found,) = assess.cluster(evidence(*replies, **known))
    return dict(found.data)
