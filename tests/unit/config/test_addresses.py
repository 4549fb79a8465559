"""One spelling of an address, and what may be one."""

from __future__ import annotations

import pytest

from remediator.config import addresses

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "2001:db8::1",
        "fe80::1%eth0",
        "ctl1",
        "ctl_1",
        "node01.os.example.org",
        "local",
        "10-0-0-1.example.org.",
    ],
)
def test_addresses_and_names_of_hosts(text: str) -> None:
    assert addresses.address(text) == text


@pytest.mark.parametrize("text", ["", "a b", "-a", "a/b", "a\nb", "10.0.0.256", "ctl[1:3]", "x" * 254, "a..b", "$(id)"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|neither|empty"):
        addresses.address(text)


@pytest.mark.parametrize("text", ["remediator", "kolla-1", "_svc", "DOMAIN\\svc", "svc@example.org", "host$"])
def test_accounts(text: str) -> None:
    assert addresses.account(text) == text


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("CTL1.Example.ORG.", "ctl1.example.org"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_one_spelling(text: str, one: str) -> None:
    assert addresses.canonical(text) == one
