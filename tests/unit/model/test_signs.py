"""The keys of signs: as they are stored, and read back as what they name."""

from __future__ import annotations

import pytest

from remediator.daemon.observe import boots
from remediator.model.messages.signs import SignKey
from remediator.mutes import wraps

pytestmark = pytest.mark.unit

STORED = [
    ("container:ctl1:memcached:4f2a:sha256:9e", SignKey("container", "ctl1", "memcached:4f2a:sha256:9e")),
    ("kolla_job:ctl1:keystone:4f2a", SignKey("kolla_job", "ctl1", "keystone:4f2a")),
    ("etc_kolla:ctl1:memcached:77ab", SignKey("etc_kolla", "ctl1", "memcached:77ab")),
    ("ansible:ctl1:boot-1:812:99", SignKey("ansible", "ctl1", "boot-1:812:99")),
    ("ansible_log:ctl1:1767582000.250000", SignKey("ansible_log", "ctl1", "1767582000.250000")),
    ("wrap:wrap-3:ctl1", wraps.key("wrap-3", "ctl1")),
    ("start:ctl1:host:1767582000", boots.start_key("ctl1", "host", 1767582000.4)),
    ("start:ctl1:engine:1767582000", boots.start_key("ctl1", "engine", 1767582000.0)),
]


@pytest.mark.parametrize(("text", "key"), STORED)
def test_a_key_is_read_as_it_was_stored(text: str, key: SignKey) -> None:
    assert key.text == text
    assert SignKey.read(text) == key


@pytest.mark.parametrize(
    ("text", "started"),
    [
        ("start:ctl1:host:1767582000", ("host", 1767582000.0)),
        ("start:ctl1:host:soon", None),
        ("start:ctl1:1767582000", None),
        ("start:ctl1", None),
        ("wrap:wrap-3:1767582000", None),
        ("", None),
    ],
)
def test_when_something_started_is_in_its_key_or_nowhere(text: str, started: tuple[str, float] | None) -> None:
    assert boots.started_at(SignKey.read(text)) == started
