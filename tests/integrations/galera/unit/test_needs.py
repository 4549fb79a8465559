"""What needs the database, beside what else it needs, under the names that each release gives it."""

from __future__ import annotations

import pytest

from remediator.integrations import registry

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("container", "needs"),
    [
        ("keystone", ("galera",)),
        ("nova_api", ("galera", "keystone")),
        ("nova_metadata", ("galera", "keystone")),  # apart from nova_api since 2025.1
        ("nova_super_conductor", ("galera", "rabbitmq", "keystone")),
        ("neutron_server", ("galera", "rabbitmq", "keystone")),
        (
            "neutron_rpc_server",
            ("galera", "rabbitmq", "keystone"),
        ),  # these three apart from neutron_server since 2025.2
        ("neutron_periodic_worker", ("galera", "rabbitmq", "keystone")),
        ("neutron_ovn_maintenance_worker", ("galera", "keystone")),
        ("nova_compute", ("rabbitmq",)),
        ("memcached", ()),
    ],
)
def test_a_container_needs_what_kolla_configures_it_with(container: str, needs: tuple[str, ...]) -> None:
    assert tuple(service.name for service in registry.load({}).needs_of(container)) == needs
