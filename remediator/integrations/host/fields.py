"""The words a condition may use about a host: reach, disk, clock, engine, said and identity; target ``host/H`` in all
of them.

Invariant: a field listed here is in every result, known, absent (``null``) or UNKNOWN; nothing else is.
"""

from __future__ import annotations

from remediator.model.values import FieldType

REACH = {
    "reachable": FieldType.BOOL,  # SSH works and the host answers (ok, busy, garbled, too_large)
    "kind": FieldType.STRING,  # ok unreachable untrusted garbled busy too_large
    "reason": FieldType.STRING,  # one sentence with the remedy; null when ok
    "took_s": FieldType.FLOAT,
}
"""`host.reach`: never UNKNOWN once the host was asked."""

DISK = {
    "used_percent": FieldType.FLOAT,  # of the fullest mount that answered (as df: used / (used + available))
    "worst_mount": FieldType.STRING,
    "free_bytes": FieldType.INT,  # available on worst_mount
    "inode_percent": FieldType.FLOAT,  # of the mount with the most inodes used; null where no mount counts inodes
    "worst_inode_mount": FieldType.STRING,
    "dead_mounts": FieldType.STRINGS,  # mounts that gave no answer in time
    "mounts": FieldType.INT,  # how many answered
}
"""`host.disk`"""

CLOCK = {
    "offset_s": FieldType.FLOAT,  # the host's clock minus ours; UNKNOWN when the round trip took 5 s or more
    "abs_offset_s": FieldType.FLOAT,
    "round_trip_s": FieldType.FLOAT,
    "synchronised": FieldType.BOOL,  # timedatectl's NTPSynchronized; null where the host does not say
}
"""`host.clock`"""

ENGINE = {
    "engine": FieldType.STRING,  # docker | podman
    "answers": FieldType.BOOL,
    "state": FieldType.STRING,  # ok missing hung down
    "reason": FieldType.STRING,  # null when it answers
    "unit_state": FieldType.STRING,  # ActiveState of docker.service; null for podman
    "started_at": FieldType.STRING,  # when that unit became active, RFC 3339; null for podman
    "age_s": FieldType.FLOAT,  # since then; null for podman
    "host_booted_at": FieldType.STRING,
    "host_age_s": FieldType.FLOAT,  # since systemd's UserspaceTimestamp
}
"""`host.engine`"""

SAID = {
    "refused": FieldType.INT,  # names in the reply that no container, unit or configuration of kolla can have
    "entries": FieldType.STRINGS,  # the first 20 of them, each with what it is the name of
}
"""`host.said`"""

IDENTITY = {
    "named_twice": FieldType.BOOL,  # the inventory has this machine under another name as well
    "speaks": FieldType.BOOL,  # this is the first of its names: one of them tells people
    "names": FieldType.STRINGS,  # all of its names, at most 20; empty when it has one
    "sentence": FieldType.STRING,  # what to do about it; null when it has one name
    "machine_known": FieldType.BOOL,  # boot id and machine id are known: without them a second name is not noticed
}
"""`host.identity`"""
