"""Tokens that are read anew: what was withdrawn opens nothing, and each change has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.config import load_config
from remediator.integrations import registry
from remediator.web import settings, tokens
from tests.unit.config.writing import MINIMAL, written

pytestmark = pytest.mark.unit


def token(name: str, secret: str, scope: str = "ingest") -> tokens.Token:
    return tokens.known(name, secret, [scope])


def test_what_was_withdrawn_opens_nothing_and_every_change_is_told() -> None:
    ring = tokens.Ring([token("a", "1"), token("b", "2"), token("c", "3"), token("d", "4"), token("e", "5")])
    changes = ring.renew([token("a", "1"), token("b", "22"), token("d", "4", "read"), token("f", "6")], {"e": "gone"})
    assert {change["token"]: (change["what"], change["reason"]) for change in changes} == {
        "b": ("changed", ""),
        "c": ("withdrawn", ""),
        "d": ("changed", ""),
        "e": ("unreadable", "gone"),
        "f": ("added", ""),
    }
    opens = {
        secret for secret in ("1", "2", "22", "3", "4", "5", "6") if tokens.identify(ring.tokens, f"Bearer {secret}")
    }
    assert opens == {"1", "22", "4", "6"}
    assert ring.renew(ring.tokens, {}) == ()


def test_a_token_that_cannot_be_read_costs_no_other_one(tmp_path: Path) -> None:
    for name in ("good", "empty"):
        (tmp_path / name).write_text("secret\n" if name == "good" else "")
        (tmp_path / name).chmod(0o600)
    entries = ", ".join(
        f"{{name: {n}, scopes: [read], token: {{file: {tmp_path}/{n}}}}}" for n in ("good", "empty", "no")
    )
    found, unreadable = settings.readable(
        load_config(written(tmp_path, f"{MINIMAL}tokens: [{entries}]\n"), {}, registry.sections)
    )
    assert [each.name for each in found] == ["good"]
    assert sorted(unreadable) == ["empty", "no"]
