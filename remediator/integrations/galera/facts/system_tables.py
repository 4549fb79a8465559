"""Whether a member's system tables belong to the server that runs on them, and what else an upgrade or a join left
behind. Pure.

Invariant: "needed" and "not needed" are both proven, never supposed. A member that does not answer, or whose data
directory or log was not read, leaves them UNKNOWN. None: the member is proven stopped, looks for a Primary component
and serves nobody, or tells no version, and there is nothing to compare.

Sources: MariaDB's client/mysql_upgrade.c: an upgrade is needed when the recorded version is missing, empty, or differs
in its first two numbers. A higher recorded version is a downgrade, which mysql_upgrade refuses. mariadb-install-db
writes the record, and no state transfer carries it along (wsrep_sst_rsync's filter, mariabackup's list of files). So
the record is missing on a member that joined by a whole transfer, although its tables are the donor's. Galera 26.4.27's
notes: a transfer of write sets that ends one short is a bug of what came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.launch import BOOTSTRAP_HELPER, Launch
from remediator.integrations.galera.facts.member import Member, Status
from remediator.integrations.galera.logs import causes
from remediator.integrations.galera.watermark import marks
from remediator.model.kleene import Truth, all_of, any_of, negate
from remediator.model.values import Unknown

PAUSED = 0.1
"""Share of the time that a component may stand still for flow control (Galera's documentation on monitoring)."""
NO_DIRECTORY = Unknown("no_data_directory")

Maybe = Truth | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """How the system tables of one member stand to its server."""

    needed: Maybe
    """mariadb-upgrade has to run on this member."""
    downgraded: Maybe
    """The tables were last rewritten for a newer server than the one that runs: MariaDB does not support that."""
    info: str | Unknown | None
    """The recorded version; empty as long as a first run has not ended; None: no record."""
    server: str | Unknown | None
    why: str | Unknown | None
    """Why it is needed, or not, in one sentence."""


def tables(me: Member, others: Sequence[Member]) -> Tables:
    """Return how the tables of `me` stand to its server, beside the other members of its cluster."""
    info, version = _info(me), _version(me)
    if version is None:
        return Tables(needed=None, downgraded=None, info=info, server=None, why=None)
    if isinstance(version, Unknown):
        return _unknown(version, info, version)
    server = marks.version_numbers(version)
    if server is None:
        return _unknown(Unknown("version"), info, version)
    if isinstance(info, Unknown):
        return _unknown(info, info, version)
    if not info:
        return _unrecorded(me, others, server[:2], info, version)
    recorded = marks.version_numbers(info)
    if recorded is None:
        return _unknown(Unknown("upgrade_info_garbled"), info, version)
    newer = recorded[:2] > server[:2]
    needed = recorded[:2] < server[:2]
    why = f"its tables are recorded as those of {info}, its server is {version}"
    return Tables(needed=needed, downgraded=newer, info=info, server=version, why=why)


def _unknown(unknown: Unknown, info: str | Unknown | None, server: str | Unknown) -> Tables:
    return Tables(needed=unknown, downgraded=unknown, info=info, server=server, why=unknown)


def _unrecorded(
    me: Member, others: Sequence[Member], server: tuple[int, ...], info: str | None, version: str
) -> Tables:
    """Judge a member without a record: by what its log says, and by what the members have recorded whose tables it may
    have."""
    logged = sign(me, "upgrade_needed")
    what = "an upgrade was begun, or asked for, and has not ended" if info == "" else "no upgrade is recorded"
    mates = [mate for mate in others if _same_history(me, mate)]
    same = any_of(_records(mate, server) for mate in mates)
    needed: Truth
    if logged is True:
        needed, why = True, f"{what}, and its log names system tables of an older server than {version}"
    elif info == "":
        needed, why = True, what
    elif same is not True and any(_records_older(mate, server) for mate in mates):
        needed, why = True, f"{what} here, and another member's tables are recorded as those of an older server"
    else:
        needed = logged
        where = (
            f"another member's tables are recorded as those of {version}" if same is True else "nor on any other member"
        )
        why = f"{what} here, as after any whole state transfer; {where}, and its log decides"
    return Tables(needed=needed, downgraded=False, info=info, server=version, why=why)


def _same_history(me: Member, mate: Member) -> bool:
    """Members of another cluster uuid prove nothing about this one; one that does not say which it has may be of
    this."""
    mine = me.status.cluster_uuid if isinstance(me.status, Status) else None
    if isinstance(mate.status, Status):
        return mate.status.cluster_uuid == mine
    return mate.stopped is not True or not isinstance(mate.files, Files) or mate.files.uuid == mine


def _records(mate: Member, server: tuple[int, ...]) -> Truth:
    """Return whether the tables of `mate` are recorded as those of `server`."""
    info = _info(mate)
    if isinstance(info, Unknown):
        return info
    recorded = marks.version_numbers(info) if info else None
    return recorded is not None and recorded[:2] == server


def _records_older(mate: Member, server: tuple[int, ...]) -> bool:
    """Return whether the tables of `mate` are known to be recorded as those of an older series."""
    info = _info(mate)
    recorded = marks.version_numbers(info) if isinstance(info, str) else None
    return recorded is not None and recorded[:2] < server


def _version(me: Member) -> str | Unknown | None:
    if isinstance(me.status, Status):
        return me.status.version
    return None if me.stopped is True or me.searching is True or me.stranded is True else me.status


def _info(me: Member) -> str | Unknown | None:
    if isinstance(me.files, Files):
        return me.files.upgrade_info
    return NO_DIRECTORY if me.files is None else me.files


# what the log says
# -------------------------------------------------------------------------------------------------------


def lines(me: Member) -> tuple[str, ...] | Unknown:
    """Return the lines since the server's last start that name a sign. UNKNOWN: no log, or nobody read it."""
    if isinstance(me.launch, Unknown):
        return me.launch
    return Unknown("no_log") if me.launch.signs is None else me.launch.signs


def sign(me: Member, name: str) -> Truth:
    """Return whether the sign `name` (`causes.SIGNS`) is in the log since the server's last start."""
    found = lines(me)
    return found if isinstance(found, Unknown) else name in causes.signs(found)


def named(found: Iterable[str], name: str) -> tuple[str, ...]:
    """Return those of the lines that are of the sign `name`."""
    return tuple(line for line in found if name in causes.signs((line,)))


# a bootstrap that nobody took back
# ---------------------------------------------------------------------------------------


def left_over(launch: Launch | Unknown, members: int) -> Truth:
    """Return whether something would make the member bootstrap at its next start, or its server was told so (GB-11).

    The server in the container of a recovery does not count: the debt of that run takes it back. Nor does the empty
    list of members that kolla gives the only member; in a group of several that list counts.
    """
    if isinstance(launch, Unknown):
        return launch
    told = launch.process_bootstrap
    if told is True:
        told = negate(_ours_runs(launch))
    alone = False if members == 1 else launch.names_nobody
    return any_of((launch.env_bootstrap, launch.args_bootstrap, told, launch.config_bootstrap, alone))


def _ours_runs(launch: Launch) -> Truth:
    if isinstance(launch.helpers, Unknown):
        return launch.helpers
    helper = launch.helpers.get(BOOTSTRAP_HELPER)
    return helper is not None and helper.running


# a joiner that was left out
# ----------------------------------------------------------------------------------------------


def ist_race(me: Member, others: Sequence[Member]) -> Truth:
    """Return whether a transfer of write sets ended one short and left this member out. The member runs and is in no
    Primary component, and another member is in one. The server says by itself that it has to be restarted, and nothing
    restarts it (Launchpad 2161773)."""
    return _left_out(me, others, "ist_race")


def restart_asked(me: Member, others: Sequence[Member]) -> Truth:
    """Return whether the provider of a member that runs has given up and asks for a restart, whatever its reason. The
    member is in no Primary component, and another member is in one. Nothing else restarts it."""
    return _left_out(me, others, "restart_asked")


def _left_out(me: Member, others: Sequence[Member], name: str) -> Truth:
    if me.stopped is True:
        return False
    primary = any_of(one.primary for one in others)
    return all_of((sign(me, name), negate(me.stopped), negate(me.primary), primary))


# who stops the others
# ----------------------------------------------------------------------------------------------------


def slow(me: Member, members: Sequence[Member]) -> Truth:
    """Return whether the component stands still for a tenth of the time, and this member asked for that more often than
    the others."""
    if me.stopped is True:
        return False
    if isinstance(me.status, Unknown):
        return me.status
    answered = [one.status for one in members if isinstance(one.status, Status)]
    if not any(status.flow_control_paused > PAUSED for status in answered):
        return False
    sent = me.status.flow_control_sent
    if sent is None:
        return Unknown("flow_control_sent")
    if sent == 0 or any((status.flow_control_sent or 0) > sent for status in answered):
        return False
    silent = next((one.status for one in members if isinstance(one.status, Unknown) and one.stopped is not True), None)
    return True if silent is None else silent
