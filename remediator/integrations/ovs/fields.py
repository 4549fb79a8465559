"""The words a condition may use about a host's switch; target ``ovs/H`` in all of them.

Invariant: a field listed here is in every result, known, absent (``null``) or UNKNOWN; nothing else is.
"""

from __future__ import annotations

from remediator.model.values import FieldType

SWITCH = {
    "database": FieldType.STRING,  # how the local ovsdb-server answered: answered wedged stopped unreached garbled
    "vswitchd": FieldType.STRING,  # how ovs-vswitchd did
    "reason": FieldType.STRING,  # why one of them did not; null when both did
    "ovn": FieldType.BOOL,  # the switch is OVN's: it is told where a southbound database is
    "br_int": FieldType.BOOL,  # the integration bridge is there
    "bridges": FieldType.STRINGS,
    "errors": FieldType.STRINGS,  # INTERFACE: what it says, the first 20
    "errors_in_all": FieldType.INT,
    "applied": FieldType.BOOL,  # ovs-vswitchd has applied all that was asked of it
    "version": FieldType.STRING,  # of Open vSwitch
}
"""`ovs.switch`"""
PLATFORM = {
    "kernel": FieldType.STRING,
    "nat": FieldType.BOOL,  # the kernel is 4.6 or later: conntrack's NAT works in the datapath
    "datapath": FieldType.BOOL,  # the kernel's own datapath is loaded
    "geneve": FieldType.BOOL,  # loaded or built in; null where the datapath is not the kernel's, and none is needed
    "conntrack_used": FieldType.FLOAT,  # from 0 to 1; null: the kernel has no such table
    "conntrack": FieldType.INT,
    "conntrack_max": FieldType.INT,
    "denials": FieldType.STRINGS,  # mounts that AppArmor denied within an hour, the profile and what; at most 20
}
"""`ovs.platform`: facts that are collected at every tenth cycle."""
