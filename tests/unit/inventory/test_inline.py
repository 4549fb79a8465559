"""The inventory that the config itself holds."""

from __future__ import annotations

import pytest

from remediator.config.connections import HostEntry
from remediator.inventory import inline

pytestmark = pytest.mark.unit


def test_hosts_come_out_as_they_were_written() -> None:
    entry = HostEntry(address="10.0.0.1", groups=("b", "a", "a"), engine="podman", api_address="10.1.0.1")
    found = inline.load({"ctl1": entry})
    host = found.hosts["ctl1"]
    assert (host.address, host.groups, host.engine, host.api_address) == ("10.0.0.1", ("a", "b"), "podman", "10.1.0.1")
    assert found.source == "inventory.hosts"


def test_the_order_does_not_change_the_version() -> None:
    hosts = {name: HostEntry(address=name) for name in ("a", "b")}
    again = dict(reversed(hosts.items()))
    assert inline.load(hosts).version == inline.load(again).version
    assert inline.load(hosts).version != inline.load({"a": hosts["a"]}).version
