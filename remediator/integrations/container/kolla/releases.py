"""What kolla-ansible deploys, release by release, where a name alone does not tell: tags, directories, and what holds
state.

One table. `read` of each row names the place in kolla-ansible it was read from (below `ansible/`), and RELEASES the tag
of its repository for each release. A container that is in no row has the tag before its first underscore, a directory
of its own name, and no state. Before 2023.1 kolla wrote no units: the engine starts a container again by
`unless-stopped` (group_vars/all.yml).
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

RELEASES: Mapping[int, tuple[str, str]] = {
    13: ("xena", "xena-em"),
    14: ("yoga", "14.11.0"),
    15: ("zed", "15.6.0"),
    16: ("2023.1", "16.7.0"),
    17: ("2023.2", "17.9.0"),
    18: ("2024.1", "18.8.0"),
    19: ("2024.2", "19.8.0"),
    20: ("2025.1", "20.5.0"),
    21: ("2025.2", "21.2.0"),
    22: ("2026.1", "22.1.0"),
}
"""Major version of kolla (its label `kolla_version`) to the release, and the tag of kolla-ansible that was read for
it."""

NEWEST = max(RELEASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`names` is a regular expression over whole container names. `tags` maps the first major version to the tag from
    then on."""

    names: str
    read: str
    tags: Mapping[int, str] = field(default_factory=dict)
    state: str = ""
    """Why a generic start or restart is no cure for the container; empty where it is one."""
    directory: str = ""
    """The container's directory below /etc/kolla, where that is not its name with dashes."""
    last: int = NEWEST
    """The last major version with a play that deploys it; the container may be left over on later ones."""


TABLE: tuple[Row, ...] = (
    # databases, queues and their coordinators
    Row(names="mariadb", read="roles/mariadb/defaults", state="a database of a group with a quorum"),
    Row(names="rabbitmq", read="roles/rabbitmq/defaults", state="queues of a cluster"),
    Row(
        names="outward_rabbitmq",
        read="site.yml, role rabbitmq (outward)",
        state="queues of a cluster",
        tags={13: "rabbitmq"},
        last=13,
    ),
    Row(names="redis(_sentinel)?", read="roles/redis/defaults", state="a database and its election", last=20),
    Row(names="valkey_(server|sentinel)", read="roles/valkey/defaults", state="a database and its election"),
    Row(names="etcd", read="roles/etcd/defaults, volume kolla_etcd", state="a database of a raft group"),
    Row(names="opensearch", read="roles/opensearch/defaults", state="shards of an index"),
    Row(names="elasticsearch", read="roles/elasticsearch/defaults", state="shards of an index", last=14),
    Row(names="influxdb", read="roles/influxdb/defaults, influxdb_datadir_volume", state="a database", last=21),
    Row(names="mongodb", read="roles/mongodb/defaults at ussuri-eol", state="a database", last=10),
    Row(names="zookeeper", read="roles/zookeeper/defaults, volume zookeeper", state="a quorum's log", last=14),
    Row(names="kafka", read="roles/kafka/defaults, kafka_datadir_volume", state="a log of messages", last=14),
    Row(
        names="swift_(rsyncd|(account|container|object)_.*)",
        read="roles/swift/templates/object.conf.j2: mount_check = false",
        state="objects on disks: with one not mounted a start writes to the root file system",
        last=19,
    ),
    Row(names="ceph.*", read="roles/ceph of the releases up to stein; cephadm today", state="data of a Ceph cluster"),
    # switches, and what instances hang on
    Row(names="ovn_[ns]b_db", read="roles/ovn-db/defaults", state="a database of a raft group"),
    Row(
        names="ovn_controller", read="roles/ovn-controller/defaults", state="the flows of br-int, which its start wipes"
    ),
    Row(
        names="openvswitch_db",
        read="roles/openvswitch/defaults: service openvswitch-db-server",
        state="the switch's database",
        directory="openvswitch-db-server",
    ),
    Row(names="openvswitch_vswitchd", read="roles/openvswitch/defaults", state="the data path of all guests"),
    Row(
        names="ovsdpdk_(db|vswitchd)",
        read="site.yml, role ovs-dpdk",
        state="the data path of all guests",
        tags={13: "ovs-dpdk"},
    ),
    Row(names="nova_libvirt", read="roles/nova-cell/defaults, volume nova_libvirt_qemu", state="running guests"),
    Row(
        names="tgtd",
        read="site.yml, role iscsi; roles/iscsi/defaults",
        state="iSCSI targets: disks of running guests",
        tags={13: "iscsi"},
    ),
    Row(
        names="hacluster_(corosync|pacemaker|pacemaker_remote)",
        read="roles/hacluster/defaults",
        state="membership in a cluster whose changes evacuate guests",
    ),
    # none of kolla's
    Row(
        names="remediator_.*",
        read="none of them: a recovery of ours makes them",
        state="a recovery of ours has it in its hands",
    ),
    # tags that are not the first word of the name
    Row(names="iscsid", read="site.yml, role iscsi", tags={13: "iscsi"}),
    Row(names="kolla_toolbox", read="site.yml, role common; kolla_toolbox since 22", tags={13: "common"}),
    Row(names="cron", read="site.yml, role common; a role of its own since 21", tags={13: "common", 21: "cron"}),
    Row(names="fluentd", read="site.yml, role common; a role of its own since 21", tags={13: "common", 21: "fluentd"}),
    Row(
        names="haproxy|haproxy_ssh|keepalived|proxysql",
        read="site.yml, role loadbalancer",
        tags={13: "loadbalancer"},
    ),
    Row(
        names="ironic_neutron_agent", read="roles/neutron/defaults: service ironic-neutron-agent", tags={13: "neutron"}
    ),
)

STATEFUL_NAMES = tuple(row.names for row in TABLE if row.state)
"""Expressions for the names of the containers that hold state."""
STATEFUL = "|".join(STATEFUL_NAMES)
DIRECTORIES: Mapping[str, str] = {row.directory.replace("-", "_"): row.names for row in TABLE if row.directory}
"""A directory below /etc/kolla, with underscores, to the container that is configured there, where the two differ."""


@functools.lru_cache(maxsize=512)
def row_of(container: str) -> Row | None:
    """Return what the table says of `container`; None when it has no row."""
    return next((row for row in TABLE if re.fullmatch(row.names, container)), None)


def major(kolla_version: str | None) -> int | None:
    """Return the major version in a label `kolla_version` (``20.1.1.dev35``); None when there is none to read."""
    found = re.match(r"(\d{1,3})(?:\.|$)", kolla_version or "")
    return int(found.group(1)) if found else None


def release(kolla_version: str | None) -> str | None:
    """Return the release of a label `kolla_version`: ``2025.1`` of ``20.0.0``; None for one that was never read."""
    known = RELEASES.get(major(kolla_version) or 0)
    return known[0] if known else None


def tags(container: str, release: str | None = None) -> tuple[str, ...]:
    """Return the tags under which kolla-ansible of `release` knows `container`; of every release that was read, without
    one."""
    row = row_of(container)
    if row is None or not row.tags:
        return (container.split("_", 1)[0],)
    number = next((number for number, (name, _) in RELEASES.items() if name == release), None)
    if number is None:
        return tuple(dict.fromkeys(row.tags.values()))
    return (row.tags[max(first for first in row.tags if first <= number)],)


def tag_words(container: str, release: str | None = None) -> str:
    """Return what to write behind ``--tags`` for `container`: of `release`, or the tags of all releases where they
    differ.

    kolla-ansible passes over a tag that it does not know, so naming both chooses the right role everywhere.
    """
    return ",".join(tags(container, release))


def directory(container: str) -> str:
    """Return the directory of the configuration of `container`."""
    row = row_of(container)
    return sys.intern(f"/etc/kolla/{row.directory if row and row.directory else container.replace('_', '-')}")


def configured(directory: str) -> str:
    """Return the container that is configured in `directory`, a name below /etc/kolla with underscores for dashes."""
    return DIRECTORIES.get(directory, directory)
