"""What needs the queue and the identity service, under the names that each release gives it."""

from __future__ import annotations

import pytest

from remediator.integrations import registry
from remediator.model.manifest.together import Manifests

pytestmark = pytest.mark.unit
KOLLA = Manifests({"container": registry.load({})["container"]})
"""What is known of kolla's containers without any technology that declares its own needs."""


@pytest.mark.parametrize(
    ("container", "needs"),
    [
        ("keystone", ()),
        ("nova_api", ("keystone",)),
        ("nova_metadata", ("keystone",)),  # apart from nova_api since 2025.1
        ("nova_super_conductor", ("rabbitmq", "keystone")),
        ("neutron_server", ("rabbitmq", "keystone")),
        (
            "neutron_rpc_server",
            ("rabbitmq", "keystone"),
        ),  # these three apart from neutron_server since 2025.2
        ("neutron_periodic_worker", ("rabbitmq", "keystone")),
        ("neutron_ovn_maintenance_worker", ("keystone",)),
        ("nova_compute", ("rabbitmq",)),
        ("memcached", ()),
    ],
)
def test_a_container_needs_what_kolla_configures_it_with(container: str, needs: tuple[str, ...]) -> None:
    assert tuple(service.name for service in KOLLA.needs_of(container)) == needs
