"""Addresses and remotes, however somebody wrote them: one spelling for one place, and UNKNOWN for what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.integrations.ovs.facts import remotes
from remediator.model.values import Unknown

pytestmark = pytest.mark.unit

SPELLINGS = {
    "tcp:10.0.0.1:6642": "tcp:10.0.0.1:6642",
    " ssl:10.0.0.1:6642 ": "ssl:10.0.0.1:6642",
    "tcp:[2001:db8::1]:6642": "tcp:[2001:db8::1]:6642",
    "tcp:[2001:DB8:0:0:0:0:0:1]:6642": "tcp:[2001:db8::1]:6642",
    "tcp:[2001:0db8::0001]:6642": "tcp:[2001:db8::1]:6642",
    "tcp:[::ffff:10.0.0.1]:6642": "tcp:10.0.0.1:6642",
    "tcp:[fe80::1%eth0]:6642": "tcp:[fe80::1%eth0]:6642",
    "tcp:[2001:db8::1]": "tcp:[2001:db8::1]:6640",
    "tcp:10.0.0.1": "tcp:10.0.0.1:6640",
    "tcp:Ctl1.Example.NET:6642": "tcp:ctl1.example.net:6642",
    "unix:/run/openvswitch/db.sock": "unix:/run/openvswitch/db.sock",
    "ptcp:6642:[::]": "ptcp:6642:[::]",
    "ptcp:6642:0.0.0.0": "ptcp:6642:0.0.0.0",
    "pssl:6642": "pssl:6642",
    "punix:/run/ovn/ovnsb_db.sock": "punix:/run/ovn/ovnsb_db.sock",
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_has_one_form_which_is_read_again(text: str) -> None:
    found = remotes.remote(text)
    assert found is not None
    assert found.text == SPELLINGS[text]
    assert remotes.remote(found.text) == found


NONE = (
    "",
    "tcp:",
    "tcp:[2001:db8::1:6642",
    "tcp:2001:db8::1:6642",
    "tcp:2001:db8::1]:6642",
    "tcp:[2001:db8::1]x:6642",
    "tcp:[10.0.0.1]:66420",
    "tcp:10.0.0.1:-1",
    "tcp:10.0.0.1:6642:7",
    "tcp:a b:6642",
    "udp:10.0.0.1:6642",
    "6642",
    "tcp:[fe80::1%]:6642",
    "tcp:[fe80::1%a/b]:6642",
    "unix:",
    "ptcp:x:10.0.0.1",
    "tcp:10.0.0.1:²",
)


@pytest.mark.parametrize("text", NONE, ids=ascii)
def test_what_is_no_remote_is_none_and_makes_the_list_unknown(text: str) -> None:
    assert remotes.remote(text) is None
    assert isinstance(remotes.remotes(f"tcp:10.0.0.1:6642,{text}"), Unknown)


def test_a_list_is_the_same_in_another_order_and_spelling() -> None:
    mine = "tcp:[2001:db8::1]:6642,tcp:[2001:db8::2]:6642"
    assert remotes.same(mine, "tcp:[2001:0db8::2]:6642, tcp:[2001:db8:0::1]:6642")
    assert not remotes.same(mine, "tcp:[2001:db8::1]:6642")
    assert not remotes.same(mine, mine.replace("tcp", "ssl"))
    assert not remotes.same("tcp:[fe80::1%eth0]:6642", "tcp:[fe80::1%eth1]:6642")


def test_more_than_anybody_has_is_unknown() -> None:
    assert isinstance(remotes.remotes(",".join(["tcp:10.0.0.1:6642"] * 65)), Unknown)
    assert isinstance(remotes.remotes("tcp:10.0.0.1:6642," * 10_000), Unknown)


@given(st.text(max_size=60) | st.from_regex(r"(tcp|ssl|unix|ptcp):[\[\]0-9a-f:%.]{0,30}", fullmatch=True))
def test_any_text_is_read_without_an_exception_and_its_form_is_stable(text: str) -> None:
    found = remotes.remote(text)
    if found is not None:
        assert remotes.remote(found.text) == found
    remotes.remotes(text), remotes.address(text)


@given(st.ip_addresses())
def test_every_address_has_one_spelling(address: object) -> None:
    found = remotes.address(str(address))
    assert found is not None
    assert remotes.address(f"[{found}]") == found
    assert remotes.address(found.upper()) == found
