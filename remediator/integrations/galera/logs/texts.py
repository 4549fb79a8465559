"""What MariaDB, InnoDB and Galera's provider write when they end or refuse to start: one table, with cause, remedy and
where it was read. Pure.

Invariant: the first row that fits names the cause, and what harms the data stands before what only keeps a server from
starting. A row that `forbids` is one with which a start makes things worse, or helps nobody (GB-17): a person reads the
log first. The advice that InnoDB prints at every failed assertion ("there may be corruption in the InnoDB tablespace")
is no diagnosis and stands in no row.

Sources for Galera 3.x (25.3.37) and 4.x (26.4.18): the provider's code, and Launchpad bug 2161773. Sources for MariaDB
10.6 to 11.4: messages of the server and of its storage engines, and public reports of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROVIDER, SERVER = "Galera 25.3.37 and 26.4.18", "MariaDB 10.6 to 11.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    name: str
    """The word of the cause in checks, rules and pages."""
    pattern: str
    """Fits within one line, in any letters."""
    example: str
    read: str
    """Which program writes it, in which releases it was read."""
    says: str
    """What happened, behind "the log says that"."""
    remedy: str
    forbids: bool = True

    @property
    def sentence(self) -> str:
        return f"{self.says}: {self.remedy}"


WHOLE_COPY = (
    "save its data directory, compare it with the others, then let it take a whole copy (move its "
    "grastate.dat away and start its unit)"
)

TABLE = (
    Text(
        name="data_in_use",
        pattern=r"InnoDB: Unable to lock \S*ibdata1|Can't lock aria (?:aria )?control file|Could not get an "
        r"exclusive lock; file is probably in use",
        example="2026-11-23  6:50:00 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11",
        read=SERVER,
        says="another server holds the files of this data directory",
        remedy="do not start a second one; find the one that runs (docker|podman ps, and ps -C mariadbd), and "
        "let it be or stop it first",
    ),
    Text(
        name="innodb_corruption",
        pattern=r"Database page corruption|InnoDB: Corruption(?! in the InnoDB tablespace)|InnoDB: "
        r".*\b(?:is|are) corrupt(?:ed)?\b"
        r"|page corruption|Data structure corruption",
        example="2026-11-23  6:50:00 0 [ERROR] InnoDB: Database page corruption on disk or a failed read of "
        "file './ibdata1'",
        read=SERVER,
        says="InnoDB found damaged pages",
        remedy="check its disk and memory; while others are Primary let it take a whole copy, else restore a backup",
    ),
    Text(
        name="diverged",
        pattern=r"states diverged|greater than group seqno|Reversing history: -?\d+ -> -?\d+",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: gcs/src/gcs_group.cpp:group_post_state_exchange():424: "
        "Reversing history: 90 -> 80, "
        "this member has applied 10 more events than the primary component.Data loss is possible. Must abort.",
        read=f"{PROVIDER} (Reversing history), Galera 2.x (states diverged)",
        says="it holds transactions that the Primary component does not have",
        remedy=WHOLE_COPY,
    ),
    Text(
        name="inconsistent",
        pattern=r"Inconsistency detected|Node consistency compromi[sz]ed|Inconsistent by consensus",
        example="2026-11-23  6:50:00 2 [ERROR] WSREP: Inconsistency detected: Inconsistent by consensus on "
        "6c191011-e710-11f1-8064-067e3541b3e4:77",
        read=PROVIDER,
        says="it could not apply what the others did, and left the cluster",
        remedy="find out what differs (GRA_*.log beside its data), then let it take a whole copy (its "
        "grastate.dat has no history any more)",
    ),
    Text(
        name="evicted",
        pattern=r"this node has been evicted out of the cluster",
        example="terminate called after throwing 'gu::Exception': this node has been evicted out of the "
        "cluster, gcomm backend restart is required",
        read=PROVIDER,
        says="the others have evicted it for answering too slowly",
        remedy="look at its network, disk and CPU, then start its unit",
    ),
    Text(
        name="xa_prepared",
        pattern=r"Found \d+ prepared (?:XA )?transactions",
        example="2026-11-23  6:50:00 0 [Warning] Found 1 prepared XA transactions",
        read=SERVER,
        says="it holds prepared transactions that nobody has ended",
        remedy="a person commits or rolls them back (XA RECOVER)",
    ),
    Text(
        name="redo_of_another_version",
        pattern=r"Upgrade after a crash is not supported",
        example="2026-11-23  6:50:00 0 [ERROR] InnoDB: Upgrade after a crash is not supported. The redo log "
        "was created with MariaDB 10.6.16.",
        read=SERVER,
        says="it was not shut down cleanly before its MariaDB was exchanged for a newer one",
        remedy="while others are Primary let it take a whole copy; else start it once with the image it had, "
        "stop it cleanly, then upgrade",
    ),
    Text(
        name="tc_log",
        pattern=r"Can't init tc log|Bad magic header in tc log|Recovery failed! You must enable|Crash recovery "
        r"failed\. Either correct",
        example="2026-11-23  6:50:00 0 [ERROR] Can't init tc log",
        read=SERVER,
        says="its log of two-phase commits (tc.log or the binary log) cannot be recovered",
        remedy="while others are Primary let it take a whole copy; else a person looks at tc.log and at "
        "log_bin, and removes neither unread",
    ),
    Text(
        name="aria",
        pattern=r"Aria recovery failed|Failed to initialize plugin.*aria|Plugin 'Aria' (?:init function "
        r"returned error|registration as a STORAGE ENGINE failed)",
        example="2026-11-23  6:50:00 0 [ERROR] mariadbd: Aria recovery failed. Please run aria_chk -r on all "
        "Aria tables (*.MAI) and delete all aria_log.######## files",
        read=SERVER,
        says="Aria, which holds the system tables, cannot recover its log",
        remedy="while others are Primary let it take a whole copy; else save its data directory and run "
        "aria_chk -r as the log says",
    ),
    Text(
        name="assertion",
        pattern=r"Assertion failure in (?:file|thread)|InnoDB: Failing assertion|Assertion `.*' failed",
        example="2026-11-23 06:50:00 0x7f2b InnoDB: Assertion failure in file "
        "/src/storage/innobase/row/row0ins.cc line 218",
        read=SERVER,
        says="the server died at an assertion, which is a fault of the program and proves no damage to the data",
        remedy="look up the line with the file and number in MariaDB's bug tracker before it is started again",
    ),
    Text(
        name="provider_off",
        pattern=r"loading provider library 'none'|Loading provider none ",
        example="2026-11-23  6:50:00 0 [Note] WSREP: Loading provider none initial position: "
        "00000000-0000-0000-0000-000000000000:-1",
        read=SERVER,
        says="it last ran with its provider off, outside of the cluster, and may hold writes that no other member has",
        remedy="find out who set wsrep_provider or wsrep_on; save what was written there, then let it take a "
        "whole copy",
    ),
    Text(
        name="not_safe_to_bootstrap",
        pattern=r"may not be safe to bootstrap",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: It may not be safe to bootstrap the cluster from this node.",
        read=PROVIDER,
        says="it was asked to bootstrap, and was not the last to leave",
        remedy="remediator check galera-cluster says who holds the highest position",
    ),
    Text(
        name="restart_asked",
        pattern=r"restart required|IST didn't contain all write sets|must be restarted|backend restart is required",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: Receiving IST failed, node restart required: IST "
        "receiver reported failure: 71",
        read=PROVIDER,
        says="its provider gave up and asks for a restart",
        remedy="restart its unit; a whole copy may follow",
        forbids=False,
    ),
    Text(
        name="no_state",
        pattern=r"Will never receive state|(?:Faield|Failed) to receive state|SST request (?:was "
        r"cancelled|callback failed)|State transfer (?:request )?failed",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: gcs/src/gcs_group.cpp:gcs_group_handle_join_msg():1178: "
        "Will never receive state. Need to abort.",
        read=PROVIDER,
        says="its state transfer failed on the side of the donor, or on the way",
        remedy="look at the log of the donor in the same minute (ports 4444 and 4568, disk, mariabackup.backup.log)",
        forbids=False,
    ),
    Text(
        name="too_old",
        pattern=r"Upgrade the node before joining this group",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: Group requested gcs_proto_ver: 5, max supported by this "
        "node: 4. Upgrade the node before joining this group.Need to abort.",
        read=PROVIDER,
        says="its provider is older than the others' protocol",
        remedy="give it the image of the others (kolla-ansible upgrade --tags mariadb)",
        forbids=False,
    ),
    Text(
        name="no_primary",
        pattern=r"failed to reach primary view|failed to open gcomm backend connection: 110",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: failed to open gcomm backend connection: 110: failed to "
        "reach primary view (pc.wait_prim_timeout)",
        read=PROVIDER,
        says="it found no Primary component",
        remedy="look at the others, and at port 4567 between them",
        forbids=False,
    ),
    Text(
        name="no_provider",
        pattern=r"wsrep_load\(\): (?:dlopen|dlsym|failed)",
        example="2026-11-23  6:50:00 0 [ERROR] WSREP: wsrep_load(): dlopen(): "
        "/usr/lib/galera/libgalera_smm.so: cannot open shared object file",
        read=SERVER,
        says="the provider's library cannot be loaded",
        remedy="look at wsrep_provider in its galera.cnf and at its image",
        forbids=False,
    ),
)

BY_NAME = {text.name: text for text in TABLE}
FORBIDS = frozenset(text.name for text in TABLE if text.forbids)
_COMPILED = tuple((text, re.compile(text.pattern, re.I)) for text in TABLE)


def first(log: str, *, forbidding: bool = False, but: frozenset[str] = frozenset()) -> Text | None:
    """Return the first row whose text is in `log`, none of those named in `but`, and if asked so only one that forbids
    a start."""
    asked = (row for row in _COMPILED if row[0].name not in but and (row[0].forbids or not forbidding))
    return next((text for text, pattern in asked if pattern.search(log)), None)


def named(name: object) -> str:
    """Return the sentence of the cause `name`, with its remedy; empty for a word that is in no row."""
    found = BY_NAME.get(name) if isinstance(name, str) else None
    return "" if found is None else found.sentence
