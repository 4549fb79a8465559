"""The words a condition may use about OVN.

Invariant: a field listed here is in every result, known, absent (``null``) or UNKNOWN; nothing else is.
"""

from __future__ import annotations

from remediator.model.values import FieldType

UNIT = {
    "missing": FieldType.BOOL,  # its configuration is here, and no container of its name is
    "running": FieldType.BOOL,  # the engine says that its container runs
    "has_unit": FieldType.BOOL,
    "unit": FieldType.STRING,
    "unit_state": FieldType.STRING,
    "unit_failed": FieldType.BOOL,
    "start_limit_hit": FieldType.BOOL,
    "systemd_busy": FieldType.BOOL,
    "operator_stopped": FieldType.BOOL,
    "age_s": FieldType.FLOAT,
}
"""What the engine and systemd say of the daemon's container."""
DAEMON = {
    "answering": FieldType.STRING,  # answered wedged stopped unreached garbled
    "stopped": FieldType.BOOL,  # proven: nobody listens at its sockets, and no process of its name runs
    "wedged": FieldType.BOOL,  # its socket is there, and it gives no answer
    "way": FieldType.STRING,  # the socket it was asked at, or `exec CONTAINER`
    "reason": FieldType.STRING,  # why it did not answer; null when it did
    # of one that did not answer, by proc(5): T somebody stopped it, R it is busy; null: it answered, or has no process
    "process_state": FieldType.STRING,
    **UNIT,
}
SETTINGS = {
    "system_id": FieldType.STRING,
    "hostname": FieldType.STRING,
    "remote": FieldType.STRING,
    "encap_type": FieldType.STRING,
    "encap_ip": FieldType.STRING,
    "bridge_mappings": FieldType.STRING,
    "cms_options": FieldType.STRING,
    "missing_keys": FieldType.STRINGS,  # what a chassis needs, or a proof demands, and is not there
    "wrong_keys": FieldType.STRINGS,  # what is there with another value than the proof says, or one of no known form
    "wrong": FieldType.STRINGS,  # both
    "key": FieldType.STRING,  # the one key of both; null: none, or several
    "value_now": FieldType.STRING,  # of it; null: it is not there
    "value_right": FieldType.STRING,  # of it, where it is proven and may be set
    "source": FieldType.STRING,  # of it: where the proof stands; null: there is none
    "why_not": FieldType.STRING,  # of it: why it may not be set; null: it may
    "settable": FieldType.STRINGS,  # KEY=VALUE of those of both whose value is proven
    "why": FieldType.STRING,  # one sentence for each of them, with the proof; null: nothing is wrong
    "unproven": FieldType.STRINGS,  # keys of which nothing here says what they should be
    "encap_here": FieldType.BOOL,  # every address of the tunnels is one of this host's
    "bridges_missing": FieldType.STRINGS,  # bridges that are mapped, and are not in the switch
    "gateway": FieldType.BOOL,  # it offers itself as a gateway
    "gateway_group": FieldType.BOOL,  # it is one by the inventory
}
"""`ovn.settings`: HOST scope, target ``chassis/H``; hosts without an ovn-controller have none."""
CONTROLLER = {
    **DAEMON,
    "connected": FieldType.BOOL,  # by its own word, to the southbound database
    "remote": FieldType.STRING,
    # none of its remotes is one that kolla's files of this host name for the southbound database; null: it has no
    # remote, or nobody can tell and it is connected
    "misdirected": FieldType.BOOL,
    "version": FieldType.STRING,  # of OVN
    "wait_before_clear_known": FieldType.BOOL,  # its release heeds ovn-ofctrl-wait-before-clear
    "wait_before_clear_ms": FieldType.INT,
    "br_int": FieldType.BOOL,  # the integration bridge is there
    "switch_answers": FieldType.BOOL,  # the local ovsdb-server does
    "gateway": FieldType.BOOL,
    "stale_sockets": FieldType.INT,
}
"""`ovn.controller`: HOST scope, target ``chassis/H``."""
MEMBER = {
    **DAEMON,
    "model": FieldType.STRING,  # clustered standalone relay
    "standing": FieldType.STRING,  # line `Status` of cluster/status
    "role": FieldType.STRING,  # leader follower candidate
    "leader": FieldType.STRING,  # self, the first digits of a server id; null: it knows none
    "connected": FieldType.BOOL,  # to a majority, by its own word
    "term": FieldType.INT,
    "elections": FieldType.INT,  # how often the term rose within what is remembered (10 minutes)
    "cluster_id": FieldType.STRING,
    "server_id": FieldType.STRING,
    "address": FieldType.STRING,
    "not_committed": FieldType.INT,
    "not_applied": FieldType.INT,
    "servers": FieldType.INT,  # in its list
    "unheard": FieldType.STRINGS,  # addresses of servers in its list to which no connection of it is up
    "ghosts": FieldType.STRINGS,  # addresses that stand in its list twice or more, with the ids
    "group_size": FieldType.INT,  # by the inventory
    "others_connected": FieldType.INT,  # how many others are proven to be connected members of the same cluster
    "others_all_known": FieldType.BOOL,
    "quorum_without_me": FieldType.BOOL,  # those are a majority of all servers that any of them lists
}
"""`ovn.north_member` and `ovn.south_member`: GROUP scope, targets ``ovn_nb/H`` and ``ovn_sb/H``."""
CLUSTER = {
    "members": FieldType.INT,  # by the inventory
    "answered": FieldType.INT,
    "proven_connected": FieldType.INT,  # a lower bound
    "may_be_connected": FieldType.INT,  # an upper bound: those that nobody heard of count
    "proven_stopped": FieldType.INT,
    "leaders": FieldType.STRINGS,  # hosts that hold themselves for it
    "leader": FieldType.STRING,  # the one that a majority follows; null: none is proven
    "quorum": FieldType.BOOL,  # a majority follows one leader; false: proven that none can
    "cluster_ids": FieldType.STRINGS,
    "standalone": FieldType.STRINGS,  # hosts that serve it without a cluster
    "mixed": FieldType.BOOL,  # two cluster ids, or standalone and clustered servers side by side
    "joining": FieldType.STRINGS,
    "left": FieldType.STRINGS,  # by their word, or because they serve no database any more
    "failed": FieldType.STRINGS,
    "ghosts": FieldType.STRINGS,
    "elections": FieldType.INT,  # the most that one member saw within what is remembered
    "table": FieldType.STRING,  # what is known of each member, one line each
}
"""`ovn.north` and `ovn.south`: GROUP scope, one result, targets ``cluster/ovn_nb`` and ``cluster/ovn_sb``."""
NORTHD = {
    "hosts": FieldType.INT,
    "active": FieldType.STRINGS,
    "standby": FieldType.STRINGS,
    "paused": FieldType.STRINGS,
    "stopped": FieldType.STRINGS,
    "wedged": FieldType.STRINGS,
    "unknown": FieldType.STRINGS,  # hosts of which nobody knows what their northd does
    "none_active": FieldType.BOOL,  # proven: each one is known, and none is active
    "several_active": FieldType.BOOL,
    "disconnected": FieldType.STRINGS,  # hosts whose northd has no connection to a database
    "table": FieldType.STRING,
}
"""`ovn.northd`: GROUP scope, one result, target ``cluster/ovn_northd``."""
SOUTHBOUND = {
    "asked": FieldType.STRING,  # the host whose server told it
    "nb_cfg": FieldType.INT,
    "chassis": FieldType.INT,
    "alive": FieldType.INT,  # by neutron's rule
    "dead": FieldType.STRINGS,  # the first 20
    "unclear": FieldType.INT,  # of which nobody can tell
    "hosts": FieldType.INT,  # in the group ovn-controller
    "hosts_without": FieldType.INT,  # at least so many of those have no chassis
    "doubled": FieldType.STRINGS,  # host names with several chassis, with their names
    "orphans": FieldType.STRINGS,  # rows of Chassis_Private without a chassis
    "encap_twice": FieldType.STRINGS,  # addresses of tunnels that several chassis have
    "lone_gateways": FieldType.STRINGS,  # groups of gateways with fewer than two alive
}
"""`ovn.chassis`: GROUP scope, one result, target ``cluster/chassis``."""
