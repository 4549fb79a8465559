"""What the fixed programs of a Galera recovery do on a host in memory: told by their name, with the refusals that their
texts have.

Invariant: each program has the exit codes of its text (`integrations/galera/steps/scripts.py`). A program that this
file does not know is an error of the simulator, never a success.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from remediator.integrations.galera.cluster import MARIADB
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.data import VERSION, recovered
from remediator.integrations.galera.sim.member import Member
from remediator.integrations.galera.sim.part import galera_of
from remediator.integrations.galera.steps import scripts
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.hosts import SimHost
from remediator.sim.cloud.scripts import Ended, Script

NOT_STOPPED: Ended = (4, "mariadb is not proven stopped")
NO_LOGIN: Ended = (4, "no login without a password")


def _stopped(galera: Galera, host: SimHost) -> bool:
    """The engine says so, and nobody else uses its data: an engine that is down or hung says nothing."""
    helper = galera.members[host.name].helper
    alone = helper is None or not helper.running
    return host.engine_state == "ok" and not host.services[MARIADB].running and alone


def _may_start(galera: Galera, host: SimHost) -> bool:
    """It runs, and a start changes nothing, or nobody uses its data."""
    return _runs(host) or _stopped(galera, host)


def _runs(host: SimHost) -> bool:
    return host.engine_state == "ok" and host.services[MARIADB].running


def _store(mark: str) -> str:
    """Return what of a mark names its store."""
    return mark.rpartition("run-")[0]


def _others(member: Member, run: str) -> Ended | None:
    if member.hold is not None and member.hold != f"{scripts.HELD} {run}":
        return 3, f"held by another: {member.hold}"
    return None


def _hold(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    member = galera.members[host.name]
    if host.engine_state != "ok" or (words[2] != "running" and not _stopped(galera, host)):
        return NOT_STOPPED
    refused = _others(member, words[0])
    if refused is None:
        member.hold, member.service.held = f"{scripts.HELD} {words[0]}", True
    ended = _stopped(galera, host) and member.service.state in ("inactive", "failed")
    return refused or (0, f"held: {'stopped' if ended else 'running'}")


def _stop(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    member, service = galera.members[host.name], host.services[MARIADB]
    if member.hold != f"{scripts.HELD} {words[0]}":
        return 3, "not held by this run"
    if member.in_primary:
        return 4, "its log does not tell that it is outside of a Primary component"
    if host.engine_state != "ok":
        return 0, "held: running"
    if service.running:
        if galera.primary:
            galera.wrongs.append(f"{host.name} is stopped while {', '.join(galera.primary)} is Primary")
        service.stop(killed=not member.opened)  # one that waits for a donor does not hear the stop
    service.start()  # refused by the hold
    return 0, "held: stopped"


def _release(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    member = galera.members[host.name]
    refused = _others(member, words[0])
    if refused is None:
        member.hold, member.service.held = None, False
    return refused or (0, "")


def _save(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    data = galera.members[host.name].data
    if host.used_percent >= 100.0:
        return 5, "mkdir: cannot create directory: No space left on device"
    there = {"grastate.dat": data.grastate, "gvwstate.dat": data.saved_view}
    data.copies.setdefault(words[1], tuple(name for name, text in there.items() if text is not None))
    return 0, "\n".join(data.copies[words[1]])


def _copy(_galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    return (1, "cp: No space left on device") if host.used_percent >= 90.0 else (0, "10G")


def _read(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    nonce, member = words[0], galera.members[host.name]
    if not _stopped(galera, host):
        return NOT_STOPPED
    if member.old_position:
        nonce = "run-0-an-older-position"
    begin, end = f"remediator-position {nonce} begin", f"remediator-position {nonce} end 0"
    return 0, "\n".join((begin, *recovered(member.data), "", end))


def _bootstrap(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    member = galera.members[host.name]
    if member.helper is not None and _store(member.helper.run) != _store(words[1]):
        return 6, "not our remediator_galera_bootstrap"
    if member.helper is not None and not member.helper.running:
        member.helper = None
    if member.helper is not None:
        return 6, "a bootstrap container runs already"
    if not _stopped(galera, host):
        return NOT_STOPPED
    if member.data.grastate is None:
        return 5, "sed: can't read grastate.dat: No such file or directory"
    member.data.grastate = member.data.grastate.replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1")
    galera.run_helper(host.name, words[1], host.clock.true().isoformat())
    return 0, f"container of {words[1]}"


def _start_unit(host: SimHost) -> Ended:
    service = host.services[MARIADB]
    service.reset_failed()
    code = service.start()
    return code, "" if code == 0 else "Job for kolla-mariadb-container.service failed."


def _join(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    run, _, how, _ = words
    if not _may_start(galera, host):
        return NOT_STOPPED
    code, said = _release(galera, host, (run,))
    if code:
        return code, said
    data = galera.members[host.name].data
    if data.view_text == "":
        data.view_text = None
    if how == "sst" and data.grastate is not None:
        if host.engine_state != "ok":
            return NOT_STOPPED
        if not host.services[MARIADB].running:
            data.grastate = None
    return _start_unit(host)


def _finish(galera: Galera, host: SimHost, words: tuple[str, ...]) -> Ended:
    member = galera.members[host.name]
    if host.engine_state != "ok":
        return 5, "cannot connect to the engine"
    if member.helper is not None:
        if member.helper.run != words[0]:
            return 6, "the bootstrap container is not of this run"
        galera.stop_helper(host.name)
        member.helper = None
    if not _may_start(galera, host):
        return NOT_STOPPED
    code, said = _release(galera, host, (words[0],))
    return (code, said) if code else _start_unit(host)


def _start(galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    return _start_unit(host) if _may_start(galera, host) else NOT_STOPPED


def _lets_in(galera: Galera, host: SimHost) -> bool:
    """Over its socket, in its own container: the network and the password of other users are nothing to it."""
    return _runs(host) and galera.members[host.name].lets_in


def _login(galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    return 0, f"remediator-login {'mysql' if _lets_in(galera, host) else 'none'}"


def _upgrade(galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    if not _lets_in(galera, host):
        return NO_LOGIN
    galera.members[host.name].data.upgraded_for = VERSION
    return 0, "OK"


def _restart(_galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    if not _runs(host):
        return 4, "mariadb is not proven running"
    return host.services[MARIADB].restart(), ""


def _pc_bootstrap(galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    if not _lets_in(galera, host):
        return NO_LOGIN
    member = galera.members[host.name]
    if member.in_primary:
        return 0, "Primary already"
    if member.sql == "timeout":
        return 4, "not proven non-Primary: "
    galera.say_bootstrap(host.name)
    return 0, ""


def _alone(galera: Galera, host: SimHost, _words: tuple[str, ...]) -> Ended:
    return (0, "") if _may_start(galera, host) else NOT_STOPPED


Do = Callable[[Galera, SimHost, tuple[str, ...]], Ended]


def _script(do: Do, **more: Any) -> Script:
    def obey(cloud: SimCloud, host: SimHost, words: tuple[str, ...]) -> Ended:
        return do(galera_of(cloud), host, words)

    return Script(obey=obey, service=MARIADB, **more)


SCRIPTS: Mapping[str, Script] = {
    "galera-alone": _script(_alone, only_reads=True, goes_before=True),
    "galera-hold": _script(_hold),
    "galera-stop": _script(_stop),
    "galera-release": _script(_release),
    "galera-save": _script(_save),
    "galera-copy": _script(_copy, takes_s=60.0),
    "galera-read-position": _script(_read, takes_s=20.0, only_reads=True),
    "galera-bootstrap": _script(_bootstrap, takes_s=3.0),
    "galera-join": _script(_join),
    "galera-finish": _script(_finish, takes_s=8.0),
    "galera-start": _script(_start),
    "galera-login": _script(_login, only_reads=True, asks_only=True),
    "galera-upgrade": _script(_upgrade),
    "galera-restart-left-out": _script(_restart),
    "galera-pc-bootstrap": _script(_pc_bootstrap),
}
