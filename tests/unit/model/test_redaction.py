"""Secrets are replaced by their form, in whatever text, in time linear in its length."""

from __future__ import annotations

import time

import pytest

from remediator.model import redaction

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("password=hunter2 next", "password=*** next"),
        ("MYSQL_ROOT_PASSWORD = hunter2", "MYSQL_ROOT_PASSWORD = ***"),
        ("db.api-key: 'a b', x", "db.api-key: 'a b', x"),
        ("db.api_key: 'a b', x", "db.api_key: ***, x"),
        ('{"password": "hunter2", "a": 1}', '{"password": ***, "a": 1}'),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("https://ann:hunter2@example.org/", "https://ann:***@example.org/"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nx", "-----BEGIN PRIVATE KEY-----***\nx"),
        ("the tokens are gone: 3", "the tokens are gone: 3"),
        ("passwords: 3", "passwords: 3"),
    ],
)
def test_what_is_replaced_and_what_is_not(text: str, kept: str) -> None:
    assert redaction.text(text) == kept


@pytest.mark.parametrize(
    "piece",
    [
        "aA0-_",
        "a.b-",
        "password ",
        "token=",
        "token='",
        "://a:b",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "Bearer ",
    ],
)
def test_an_output_of_the_greatest_length_costs_nothing_to_speak_of(piece: str) -> None:
    """What a host prints and what a sender writes goes through here, while nothing else runs in this process."""
    began = time.process_time()
    redaction.text((piece * 65536)[:65536])
    assert time.process_time() - began < 2.0
