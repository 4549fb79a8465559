"""Two hosts of one address are said, however the address is spelt; two of one machine at two ports are two."""

from __future__ import annotations

import pytest

from remediator.inventory import sameness
from remediator.inventory.snapshot import snapshot
from remediator.model.hosts import Host

pytestmark = pytest.mark.unit


def said(*hosts: tuple[str, str, int | None, str | None]) -> tuple[str, ...]:
    made = [Host(name=name, address=at, groups=(), port=port, api_address=api) for name, at, port, api in hosts]
    return sameness.notes(snapshot(made, "inv"), 22)


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("ctl1", "CTL1.", "ctl1"),
        ("2001:db8::1", "2001:DB8:0::0:1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:a00:1", "10.0.0.1"),
    ],
)
def test_one_address_in_two_spellings(one: str, other: str, place: str) -> None:
    assert said(("a", one, None, None), ("b", other, 22, None), ("c", "10.9.9.9", None, None)) == (
        f"a and b have one address, {place} port 22: one machine would count as 2; take all but one out",
    )


def test_other_ports_are_other_hosts() -> None:
    assert said(("a", "10.0.0.1", None, None), ("b", "10.0.0.1", 2222, None)) == ()


def test_two_of_this_very_machine() -> None:
    assert said(("a", "local", None, None), ("b", "local", 1, None), ("c", "local", None, None)) == (
        "a, b and c have one address, local: one machine would count as 3; take all but one out",
    )


def test_one_service_address_for_two_hosts() -> None:
    assert said(("a", "10.0.0.1", None, "10.1.0.1"), ("b", "10.0.0.2", None, "::ffff:10.1.0.1")) == (
        "a and b have one address for their services, 10.1.0.1: give each its own",
    )
