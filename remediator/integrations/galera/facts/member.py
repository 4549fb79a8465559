"""What is known of one Galera member: over SQL, from its container and unit, and from its data directory. Pure.

Invariant: `primary` is True or False only on proof. True: it said so over SQL. False: it said otherwise, or its engine
proves that it does not run. Everything else, a running member that does not answer first of all, is UNKNOWN. The SQL
answer is used also when SSH fails: it came over a connection of its own. `outside` believes the member's own log as
well.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.integrations.container import assess as container_assess
from remediator.integrations.container import facts as containers
from remediator.integrations.galera.facts.answer import SQL, Status
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.host import GALERA
from remediator.integrations.galera.facts.launch import Launch
from remediator.integrations.galera.logs import primary_views
from remediator.integrations.galera.membership.identity import Who
from remediator.model.kleene import Truth
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

__all__ = ["CONTAINER", "SQL", "Files", "Launch", "Member", "Status", "member", "running_s"]

CONTAINER = "mariadb"
NOT_ASKED = Unknown("not_asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    host: str
    sql: str
    """answered, or why not: refused timeout denied lost unreachable too_many shared error engine not_configured
    not_asked. engine: it took the password, and then every query failed; shared: another machine's answers are of the
    same process (`group.py`)."""
    status: Status | Unknown
    stopped: Truth
    """Proven: its container does not run, and no other container and no server outside of one uses its data
    directory."""
    files: Files | Unknown | None
    launch: Launch | Unknown = NOT_ASKED
    searching: Truth = NOT_ASKED
    """The member looks for a Primary component and serves nobody meanwhile. It runs and refuses SQL, or systemd is
    about to start it again. By its own log it has been in no Primary component since it was last started."""
    stranded: Truth = NOT_ASKED
    """The member began to join and its Primary component went. It runs, refuses SQL, and by its own log has been
    outside of one since. It does not give up."""
    boot_id: str | None = None
    who: Who | Unknown = NOT_ASKED
    runs_own: Truth = NOT_ASKED
    """The member's own container runs, by its engine."""
    beside: tuple[str, ...] | Unknown = NOT_ASKED
    """What else uses its data directory, in words: a container that bootstraps, one that reads, a server started by
    hand."""

    @property
    def outside(self) -> Truth:
        """The member is in no Primary component, by its own word: SQL, a stopped process, or its log."""
        if isinstance(self.primary, Unknown):
            return True if self.searching is True or self.stranded is True else self.primary
        return not self.primary

    @property
    def primary(self) -> Truth:
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary"
        return False if self.stopped is True else self.status

    @property
    def synced(self) -> Truth:
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary" and self.status.local_state == "Synced"
        return False if self.stopped is True else self.status

    @property
    def moving(self) -> Truth:
        """The member gives or takes a state transfer, or is on its way to Synced."""
        if not isinstance(self.status, Unknown):
            return self.status.cluster_status == "Primary" and self.status.local_state != "Synced"
        return False if self.stopped is True else self.status


def member(host: str, reply: HostReply | None) -> Member:
    """Return what `reply` says about the member on `host`."""
    if reply is None:
        return Member(host=host, sql=NOT_ASKED.reason, status=NOT_ASKED, stopped=NOT_ASKED, files=NOT_ASKED)
    status, told = reply.beside(SQL), reply.facts(GALERA)
    files = told if isinstance(told, Unknown) else told.files
    launched = told if isinstance(told, Unknown) else told.launch
    runs, beside = _runs(containers.of(reply)), launched if isinstance(launched, Unknown) else launched.users
    return Member(
        host=host,
        sql=_word(status),
        status=status,
        stopped=_stopped(runs, beside),
        files=files,
        launch=launched,
        searching=_searching(reply, _word(status), files),
        stranded=_stranded(reply, _word(status), files),
        boot_id=reply.boot_id,
        who=told if isinstance(told, Unknown) else told.who,
        runs_own=runs,
        beside=() if runs is True and isinstance(beside, Unknown) else beside,
    )


def _searching(reply: HostReply, sql: str, files: Files | Unknown | None) -> Truth:
    found = containers.of(reply)
    if sql != "refused" or files is None:
        return False
    if isinstance(found, Unknown):
        return found
    if isinstance(files, Unknown):
        return files
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    if view.running is True:
        since_s = running_s(reply)
        return Unknown("age_of_container") if since_s is None else primary_views.searching(files.lives, since_s)
    coming = view.busy is True or (view.has_unit and view.of_unit("state") == "active")
    return primary_views.searching(files.lives, None) if coming else False


def _stranded(reply: HostReply, sql: str, files: Files | Unknown | None) -> Truth:
    """Only one that runs in its own unit, which nothing is starting or stopping in this moment."""
    found = containers.of(reply)
    if sql != "refused" or files is None:
        return False
    if isinstance(found, Unknown):
        return found
    if isinstance(files, Unknown):
        return files
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    at_rest = view.running is True and view.busy is False and (not view.has_unit or view.of_unit("state") == "active")
    since_s = running_s(reply)
    if not at_rest or since_s is None:
        return False
    return primary_views.stranded(files.lives, since_s)


def _stopped(runs: Truth, beside: tuple[str, ...] | Unknown) -> Truth:
    """Only a data directory that nobody uses is that of a stopped member: a second server on it is the worst that can
    be done."""
    if runs is not False:
        return runs if isinstance(runs, Unknown) else False
    return beside if isinstance(beside, Unknown) else not beside


def _runs(found: containers.HostContainers | Unknown) -> Truth:
    if isinstance(found, Unknown):
        return found
    if found.containers is None:
        return Unknown(f"engine_{found.engine_state}")
    if CONTAINER in found.unread:
        return Unknown("not_inspected")
    container = found.containers.get(CONTAINER)
    return container is not None and (container.running or container.status == "restarting")


def running_s(reply: HostReply | None) -> float | None:
    """Return for how many seconds the member of `reply` has been running in its own container; None when it does not,
    or nobody knows."""
    found = Unknown("not_asked") if reply is None else containers.of(reply)
    if reply is None or isinstance(found, Unknown):
        return None
    view = container_assess.View(found, reply, CONTAINER, frozenset())
    return view.age_s if view.running is True and isinstance(view.age_s, float) else None


def _word(status: Status | Unknown) -> str:
    if not isinstance(status, Unknown):
        return "answered"
    if status.reason.startswith("sql_"):
        return status.reason.removeprefix("sql_").split(":")[0]
    return "not_asked"
