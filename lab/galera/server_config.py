"""The configuration of one member of the Galera cluster, small enough for three of them on one machine."""

from __future__ import annotations

from lab.cloud import shapes
from lab.cloud.topology import Host
from lab.galera import mariadb


def text(host: Host) -> str:
    """Return galera.cnf for a host; of a group of one kolla names no member.

    Shorter evs timeouts than these made the group communication fail to connect.
    """
    group = mariadb.members(shapes.current())
    members = ",".join(h.address for h in group) if len(group) > 1 else ""
    options = {
        "gmcast.listen_addr": f"tcp://{host.address}:4567",
        "ist.recv_addr": f"{host.address}:4568",
        "gcache.size": "32M",
        "evs.suspect_timeout": "PT3S",
        "evs.inactive_timeout": "PT6S",
        "evs.inactive_check_period": "PT0.5S",
    }
    return f"""[mysqld]
user = mysql
datadir = /var/lib/mysql/
bind-address = {host.address}
port = 3306
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid
log-error = /var/log/kolla/mariadb/mariadb.log
skip-name-resolve
binlog_format = ROW
default-storage-engine = innodb
innodb_autoinc_lock_mode = 2
innodb_buffer_pool_size = 64M
innodb_log_file_size = 16M
performance_schema = OFF
max_connections = 100
wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_cluster_name = openstack
wsrep_cluster_address = gcomm://{members}
wsrep_node_name = {host.name}
wsrep_node_address = {host.address}
wsrep_sst_method = rsync
wsrep_sst_receive_address = {host.address}:4444
wsrep_slave_threads = 2
wsrep_provider_options = "{";".join(f"{k}={v}" for k, v in options.items())}"
"""
