"""What an action declines, for tests: `built` gives what it built, `declines` wants exactly this kind of no."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TypeVar

import pytest

from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Declined

T = TypeVar("T")


class Declines(Exception):
    """The action declined; `str` is the reason."""

    def __init__(self, declined: Declined) -> None:
        super().__init__(declined.reason)
        self.declined = declined


def built(found: T | Declined) -> T:
    """Return `found`. Raise Declines when it is what an action declines with."""
    if isinstance(found, Declined):
        raise Declines(found)
    return found


@contextlib.contextmanager
def declines(kind: type[Declined], match: str | None = None) -> Iterator[pytest.ExceptionInfo[Declines]]:
    """Fail unless what is `built` inside is declined with `kind` itself, for a reason that matches `match`."""
    with pytest.raises(Declines, match=match) as caught:
        yield caught
    assert type(caught.value.declined) is kind, caught.value.declined


def consent_to(asked: pytest.ExceptionInfo[Declines]) -> Consent:
    """Return the yes to what was `asked`."""
    assert isinstance(asked.value.declined, Ask)
    return asked.value.declined.consent
