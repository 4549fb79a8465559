"""What lies in a member's data directory. Pure.

Invariant: `grastate` and `view` are judged as whole files (`state_files.py`). The loose fields beside them are for
people to read, and are empty when grastate.dat is not whole. A size that was not counted is UNKNOWN, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.galera.facts import state_files
from remediator.integrations.galera.facts.launch import truth
from remediator.integrations.galera.facts.state_files import Saved, SavedView
from remediator.integrations.galera.logs import gcache, transfer
from remediator.integrations.galera.logs import primary_views as lives
from remediator.integrations.galera.logs.gcache import Start
from remediator.integrations.galera.logs.primary_views import Life
from remediator.integrations.galera.logs.transfer import Transfer
from remediator.model.kleene import Truth, any_of
from remediator.model.values import Unknown

NOT_COLLECTED = Unknown("not_collected:galera")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The data directory: fields of grastate.dat (None: no or unreadable value), and what lies beside it."""

    uuid: str | None
    seqno: int | None
    safe_to_bootstrap: bool | None
    gvwstate: bool
    """gvwstate.dat is there, whatever is in it."""
    sst_in_progress: bool
    """The file of that name is there: a state transfer goes on, or was cut."""
    log_tail: str | None
    """What the server logged since its last start; None without a log."""
    grastate: Saved | Unknown | None = NOT_COLLECTED
    """None: there is no grastate.dat."""
    grastate_mtime_s: float | Unknown | None = NOT_COLLECTED
    """When grastate.dat was last written, by the host's clock, in seconds since 1970."""
    view: SavedView | Unknown = NOT_COLLECTED
    view_mtime_s: float | Unknown | None = NOT_COLLECTED
    sst_process: Truth = NOT_COLLECTED
    """A script of a state transfer (wsrep_sst_*) runs on the host."""
    data_bytes: int | Unknown = NOT_COLLECTED
    free_bytes: int | Unknown = NOT_COLLECTED
    """Of its file system, for others than root."""
    upgrade_info: str | Unknown | None = NOT_COLLECTED
    """The version for which `mariadb-upgrade` last ran, as written; None: there is no such file; may be empty."""
    starts: tuple[Start, ...] | Unknown = NOT_COLLECTED
    """How the newest lives of the server began by its log, oldest first."""
    lives: tuple[Life, ...] | Unknown = NOT_COLLECTED
    """When they began, and whether each was in a Primary component; those of mysqld_safe beside those of the server."""

    transfer: Transfer | Unknown = NOT_COLLECTED
    """How the member caught up in its newest life, by its log."""

    @property
    def in_sst(self) -> Truth:
        """A state transfer goes on, or was cut midway."""
        return any_of((self.sst_in_progress, self.sst_process))


def parse(data: Any) -> Files | Unknown | None:
    """Return the facts in section `galera`; None when the host has no such volume."""
    return typed.read(data, "galera", lambda section: _files(section) if typed.flag(section, "present") else None)


def _files(data: Mapping[str, Any]) -> Files:
    grastate = _grastate(data)
    broken = isinstance(grastate, Unknown) and "grastate_text" in data
    state = {} if data["grastate"] is None or broken else typed.table(data, "grastate")
    return Files(
        uuid=typed.text(state, "uuid") if "uuid" in state else None,
        seqno=typed.digits(state, "seqno") if "seqno" in state else None,
        safe_to_bootstrap={"0": False, "1": True}.get(state.get("safe_to_bootstrap", "")),
        gvwstate=data["gvwstate_bytes"] is not None,
        sst_in_progress=typed.flag(data, "sst_in_progress"),
        log_tail=typed.text(data, "log_tail") if data.get("log_tail") is not None else None,
        grastate=grastate,
        grastate_mtime_s=_time(data, "grastate_mtime"),
        view=_view(data),
        view_mtime_s=_time(data, "gvwstate_mtime"),
        sst_process=truth(data, "sst_process", "too_many_processes"),
        data_bytes=_bytes(data, "data_bytes", "too_many_files"),
        free_bytes=_bytes(data, "free_bytes", "not_told"),
        upgrade_info=_upgrade_info(data),
        starts=gcache.parse(data["starts"]) if "starts" in data else _missing("starts"),
        lives=lives.parse(data["lives"]) if "lives" in data else _missing("lives"),
        transfer=_transfer(data),
    )


def _transfer(data: Mapping[str, Any]) -> Transfer | Unknown:
    if "transfer" not in data:
        return _missing("transfer")
    return Unknown("no_log") if data.get("log_tail") is None else transfer.parse(data["transfer"])


def _missing(key: str) -> Unknown:
    return Unknown(f"not_collected:galera.{key}")


def _grastate(data: Mapping[str, Any]) -> Saved | Unknown | None:
    if "grastate_text" not in data:
        return _missing("grastate_text")
    return state_files.grastate(typed.text_or_none(data, "grastate_text"), typed.whole_or_none(data, "grastate_bytes"))


def _view(data: Mapping[str, Any]) -> SavedView | Unknown:
    if "gvwstate_text" not in data:
        return _missing("gvwstate_text")
    return state_files.gvwstate(typed.text_or_none(data, "gvwstate_text"), typed.whole_or_none(data, "gvwstate_bytes"))


def _time(data: Mapping[str, Any], key: str) -> float | Unknown | None:
    return typed.moment_or_none(data, key) if key in data else _missing(key)


def _bytes(data: Mapping[str, Any], key: str, why: str) -> int | Unknown:
    if key not in data:
        return _missing(key)
    return Unknown(why) if data[key] is None else typed.whole(data, key)


def _upgrade_info(data: Mapping[str, Any]) -> str | Unknown | None:
    if "upgrade_info" not in data:
        return _missing("upgrade_info")
    text = typed.text_or_none(data, "upgrade_info")
    return None if text is None else text.replace("\0", "").strip()
