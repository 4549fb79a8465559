"""Values of OVSDB: a set or a map where a scalar is usual is UNKNOWN, and an empty set is absent."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.ovs.facts import settings, values
from remediator.model.values import Unknown

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (["set", []], None), (["set", ["a"]], "a")],
)
def test_a_scalar_stands_alone_or_in_a_set(value: Any, expected: Any) -> None:
    assert values.scalar(value, str) == expected


@pytest.mark.parametrize(
    "value",
    [["set", ["a", "b"]], ["map", [["a", "b"]]], 7, None, True, {}, ["uuid", "x"], ["set", [["uuid", "x"]]], "a\ud800"],
)
def test_anything_else_is_no_text(value: Any) -> None:
    assert isinstance(values.scalar(value, str), Unknown)


def test_yes_is_no_number_and_a_number_no_yes() -> None:
    assert isinstance(values.scalar(True, int), Unknown)
    assert isinstance(values.scalar(1, bool), Unknown)
    assert isinstance(values.scalar(10**30, int), Unknown)


@pytest.mark.parametrize(
    "value",
    [
        ["set", []],
        ["map", [["a"]]],
        ["map", [["a", "b"], ["a", "c"]]],
        ["map", [[1, "b"]]],
        ["map", "x"],
        {"a": "b"},
        None,
    ],
)
def test_what_is_no_map_is_unknown(value: Any) -> None:
    assert isinstance(values.mapping(value, 8), Unknown)


def test_a_value_of_a_key_that_is_no_text_costs_that_key_alone() -> None:
    found = settings.parse({"system-id": "h1", "ovn-remote": ["set", ["a"]], "ovn-encap-ip": "192.0.2.1"})
    assert found.of("system-id") == "h1"
    assert isinstance(found.of("ovn-remote"), Unknown)
    assert isinstance(found.remotes, Unknown)
    assert found.of("ovn-bridge-mappings") is None
    assert found.bridge_mappings is None
    assert found.encap_addresses == ("192.0.2.1",)


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("ovn-encap-ip", "eth0", "encap_addresses"),
        ("ovn-bridge-mappings", "br-ex", "bridge_mappings"),
        ("ovn-bridge-mappings", "a:b,a:c", "bridge_mappings"),
        ("ovn-remote", "br-ex", "remotes"),
        ("ovn-remote-probe-interval", "1e3", "remote_probe_ms"),
        ("ovn-ofctrl-wait-before-clear", "²", "wait_before_clear_ms"),
    ],
)
def test_a_value_of_no_known_form_is_unknown(key: str, value: str, name: str) -> None:
    assert isinstance(getattr(settings.parse({key: value}), name), Unknown)


def test_several_tunnel_addresses_are_read_each() -> None:
    found = settings.parse(
        {"ovn-encap-ip": "192.0.2.1,2001:DB8::1", "ovn-cms-options": "enable-chassis-as-gw,availability-zones=a:b"}
    )
    assert found.encap_addresses == ("192.0.2.1", "2001:db8::1")
    assert found.cms_options == {"enable-chassis-as-gw", "availability-zones=a:b"}
