"""Tokens are kept as digests, found by value only, and scopes imply nothing."""

from __future__ import annotations

import pytest

from remediator.web import doorkeeper, tokens

pytestmark = pytest.mark.unit
KNOWN = (tokens.known("a", "first-value", ["ingest"]), tokens.known("b", "second-value", ["read", "operate"]))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Bearer first-value", "a"),
        ("bearer  second-value ", "b"),
        ("Bearer first-valu", None),
        ("Bearer FIRST-VALUE", None),
        ("Bearer ", None),
        ("Bearer", None),
        ("", None),
        ("Basic first-value", None),
        ("first-value", None),
        ("Bearer \udcff", None),
        ("Bearer ünïcode", None),
    ],
)
def test_identify(header: str, name: str | None) -> None:
    found = tokens.identify(KNOWN, header)
    assert (found.name if found else None) == name


def test_nobody_is_known_without_tokens() -> None:
    assert tokens.identify((), "Bearer ") is None


def test_a_token_does_not_show_its_secret() -> None:
    assert "first-value" not in repr(KNOWN)


@pytest.mark.parametrize("secret", ["", "  ", "\n"])
def test_an_empty_secret_is_no_token(secret: str) -> None:
    with pytest.raises(ValueError, match="'a' is empty"):
        tokens.known("a", secret, ["read"])


def test_only_healthz_is_open() -> None:
    assert {"/healthz"} == doorkeeper.OPEN
