"""A dead host is tried ever more rarely, up to the cap, and at once again after it worked."""

from __future__ import annotations

import pytest

from remediator.reach.backoff import Backoff

pytestmark = pytest.mark.unit


def test_it_waits_longer_after_each_failure_up_to_the_cap() -> None:
    for failures, most_s in ((1, 1.0), (2, 2.0), (4, 8.0), (40, 30.0)):
        backoff = Backoff(30.0)
        for _ in range(failures):
            backoff.failed(100.0)
        assert backoff.waits(100.0 + most_s / 2 - 0.01)
        assert not backoff.waits(100.0 + most_s)


def test_success_ends_the_wait() -> None:
    backoff = Backoff(30.0)
    backoff.failed(100.0)
    assert (backoff.waits(100.1), backoff.since_s(103.0)) == (True, 3.0)
    backoff.worked()
    assert not backoff.waits(100.1)
