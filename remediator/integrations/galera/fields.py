"""The words a condition may use about Galera: one member (`galera.node`) and the whole (`galera.cluster`).

Invariant: a field listed here is in every result, known, absent (``null``) or UNKNOWN; nothing else is. A member that
is proven stopped has its wsrep fields absent; one that runs but does not answer has them UNKNOWN. Actions:
`galera.start_member` (R2, once, target ``galera/H``), and those of the other modules of `actions`.
"""

from __future__ import annotations

from remediator.model.values import FieldType

NODE = {
    # answered refused timeout denied lost unreachable too_many shared error engine not_configured not_asked
    "sql": FieldType.STRING,
    "cluster_status": FieldType.STRING,  # Primary non-Primary Disconnected
    "local_state": FieldType.STRING,  # Synced Donor/Desynced Joining Joined Initialized ...
    "cluster_size": FieldType.INT,
    "connected": FieldType.BOOL,
    # wsrep_on is OFF or no provider is loaded: it serves clients outside of the cluster
    "provider_off": FieldType.BOOL,
    "ready": FieldType.BOOL,
    "cluster_uuid": FieldType.STRING,
    "conf_id": FieldType.INT,
    "last_committed": FieldType.INT,
    "flow_control_paused": FieldType.FLOAT,
    "recv_queue_avg": FieldType.FLOAT,
    "process_running": FieldType.BOOL,  # its container runs, or something else uses its data directory
    # proven: its container does not run or is not there, and nobody else uses its data directory
    "stopped": FieldType.BOOL,
    "beside": FieldType.STRING,  # what uses its data directory besides its own container, in words; null: nobody
    # by its own log it looks for a Primary component, over and over, and serves nobody meanwhile
    "searching": FieldType.BOOL,
    # by its own log it began to join and lost the Primary component; it waits for ever, with its SQL port closed
    "stranded": FieldType.BOOL,
    "missing": FieldType.BOOL,
    "has_unit": FieldType.BOOL,
    "unit": FieldType.STRING,
    "unit_state": FieldType.STRING,
    "unit_result": FieldType.STRING,
    "unit_failed": FieldType.BOOL,
    "start_limit_hit": FieldType.BOOL,
    "systemd_busy": FieldType.BOOL,
    "operator_stopped": FieldType.BOOL,
    "exit_code": FieldType.INT,
    "age_s": FieldType.FLOAT,
    # as of containers, and innodb_corruption xa_prepared diverged inconsistent not_safe_to_bootstrap
    "cause": FieldType.STRING,
    "last_log": FieldType.STRING,
    "disk_full": FieldType.BOOL,  # a file system of this host has no room or no inode left
    "abs_clock_offset_s": FieldType.FLOAT,
    "grastate_uuid": FieldType.STRING,
    "grastate_seqno": FieldType.INT,
    "safe_to_bootstrap": FieldType.BOOL,
    "gvwstate": FieldType.BOOL,  # gvwstate.dat is there
    "sst_in_progress": FieldType.BOOL,
    "group_size": FieldType.INT,  # members by the inventory, this one included, each machine once
    "others_primary": FieldType.INT,  # how many others are proven Primary (a lower bound, never UNKNOWN)
    "others_synced": FieldType.INT,  # how many others are proven Primary and Synced
    "others_all_known": FieldType.BOOL,  # of each other member it is known whether it is Primary
    "any_donor_or_joiner": FieldType.BOOL,  # among the others; true when one is proven, UNKNOWN while one is not known
    "quorum_without_me": FieldType.BOOL,  # the others that are proven Primary are a majority of group_size
    # two different Primary components are proven: by their uuids, or by views that exclude each other
    "split": FieldType.BOOL,
    # what its log says, with the remedy, whether it forbids a start or not; null: no text that is known
    "advice": FieldType.STRING,
    # mariadb-upgrade has to run on this member; null: stopped, or it tells no version
    "upgrade_needed": FieldType.BOOL,
    # the version whose tables it has, as recorded; empty: begun and not ended; null: no record
    "upgrade_info": FieldType.STRING,
    "upgrade_why": FieldType.STRING,  # why it is needed, or not, in one sentence
    "upgrade_signs": FieldType.STRING,  # lines since the last start about system tables of another version; null: none
    "server_version": FieldType.STRING,
    "downgraded": FieldType.BOOL,  # the tables are those of a newer server than the one that runs
    "statistics_outdated": FieldType.BOOL,  # looks alike, and mariadb-upgrade does not mend it (MDEV-30483)
    # container, process or configuration bootstraps; not the container of our own run
    "bootstrap_left_over": FieldType.BOOL,
    # a transfer ended one write set short and left it outside, while another member is Primary
    "ist_race": FieldType.BOOL,
    # its provider gave up, for whatever reason, and asks for a restart, while another member is Primary
    "restart_asked": FieldType.BOOL,
    "slow": FieldType.BOOL,  # this member stops the others by flow control
    "slowest": FieldType.STRING,  # the member that does, if one does
    # the inventory has another name for this machine, in one sentence; null: it has not
    "named_twice": FieldType.STRING,
}
"""`galera.node`: GROUP scope, one result per host of the group, target ``galera/H``."""

CLUSTER = {
    "members": FieldType.INT,  # by the inventory, each machine once
    "proven_primary": FieldType.INT,
    # proven, or not known; one that by its own log looks for a Primary component, or lost it, is in none
    "may_be_primary": FieldType.INT,
    "proven_synced": FieldType.INT,
    "proven_stopped": FieldType.INT,
    "searching": FieldType.INT,  # how many look for a Primary component over and over, by their own logs
    "stranded": FieldType.INT,  # how many began to join and lost the Primary component, by their own logs
    "all_members_known": FieldType.BOOL,
    "uuids_agree": FieldType.BOOL,  # of the members that answer; null when none does; UNKNOWN while one is not known
    # of the members that are Primary; same; false as well when one conf id is of two components
    "conf_ids_agree": FieldType.BOOL,
    # two different Primary components are proven: by their uuids, or by views that exclude each other
    "split": FieldType.BOOL,
    "named_twice": FieldType.STRING,  # machines that the inventory has two names for, in one sentence each; null: none
    "table": FieldType.STRING,  # what is known of each member, one line each
    # what the judgement says: wait start_members start_one pc_bootstrap bootstrap page nothing
    "procedure": FieldType.STRING,
    "rule": FieldType.STRING,  # the rule that decides, GB-1 to GB-19
    "why": FieldType.STRING,  # in one sentence
    # until when members are given time to find each other; null: none is, or since when is not known
    "grace_until": FieldType.STRING,
    "candidate": FieldType.STRING,  # of pc_bootstrap and start_one; a bootstrap's is chosen once positions are read
    # of a bootstrap: the members that run outside of a Primary component and are stopped first
    "stops": FieldType.STRINGS,
    "positions": FieldType.STRING,  # what the judgement rests on, one line each
    "mark_seqno": FieldType.INT,  # the stored high-water mark; null when none was ever stored
    "mark_uuid": FieldType.STRING,
    "mark_age_s": FieldType.FLOAT,
    "foreign_uuid": FieldType.BOOL,  # proven: the Primary component is not of the recorded uuid
    # how far it is behind the mark, or formed behind the furthest known and nobody accepted it; 0: neither
    "behind_mark": FieldType.INT,
    # where it formed again, or was seen behind the mark, at the lowest, while nobody has accepted that; else null
    "reformed_at": FieldType.INT,
    "slowest": FieldType.STRING,  # the member that stops the others by flow control, if one does
}
"""`galera.cluster`: GROUP scope, one result, target ``cluster/galera``."""
