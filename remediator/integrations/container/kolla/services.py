"""What kolla's services are to each other, where no integration of their own declares it: groups, needs, kinds of
targets.

One place for all of them. What a technology's own integration declares leaves this file.
"""

from __future__ import annotations

from remediator.model.manifest.domains import Domain
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.services import Service

USERS_OF_DATABASE = (
    "keystone",
    "glance_api",
    "placement_api",
    "nova_api",
    "nova_conductor",
    "nova_scheduler",
    "neutron_server",
    "cinder_api",
    "cinder_scheduler",
    "cinder_volume",
    "heat_api",
    "heat_engine",
    "barbican_api",
    "octavia_api",
    "octavia_worker",
    "designate_api",
    "magnum_api",
    "manila_api",
    "nova_metadata",
    "nova_super_conductor",
    "neutron_rpc_server",
    "neutron_periodic_worker",
    "neutron_ovn_maintenance_worker",
)
"""What kolla configures with a database of its own: whoever owns the database declares that they need it."""
USERS_OF_QUEUE = (
    "nova_conductor",
    "nova_scheduler",
    "nova_compute",
    "neutron_server",
    "cinder_scheduler",
    "cinder_volume",
    "heat_engine",
    "octavia_worker",
    "nova_super_conductor",
    "neutron_rpc_server",
    "neutron_periodic_worker",
)
"""What kolla configures with a queue of its own."""

SERVICES = (
    Service(name="rabbitmq", needed_by=USERS_OF_QUEUE, check="container-state"),
    Service(
        name="keystone",
        needed_by=tuple(name for name in USERS_OF_DATABASE if name != "keystone"),
        check="container-state",
    ),
)

DOMAINS = (
    Domain(name="rabbitmq", containers=frozenset({"rabbitmq"}), settle_s=60.0),
    Domain(name="ceph_mon", containers=frozenset({"ceph_mon"}), settle_s=600.0),
    Domain(name="loadbalancer", containers=frozenset({"haproxy", "proxysql", "keepalived"}), settle_s=30.0),
)
"""Settle times: reference values of the services' own operators' guides (an election, a resynchronisation, a mon's ten
minutes)."""

KINDS = (Kind(name="compute"),)
"""``compute/H``: a host as the cloud's own services call it."""
