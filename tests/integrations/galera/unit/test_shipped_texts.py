"""What people are told of a lost cluster."""

from __future__ import annotations

import pytest

from remediator.rules import advice
from tests.builders.shipped import shipped
from tests.integrations.galera.shipped import CLUSTER, LOST, SHIPPED

pytestmark = pytest.mark.unit


def test_a_lost_cluster_that_is_given_time_is_told_with_its_end() -> None:
    rule = shipped().rules["galera-cluster-waits"]
    data = {**CLUSTER, **LOST, "procedure": "wait", "rule": "GB-1", "why": "they may"}
    given = advice.meanwhile(rule, SHIPPED.targets["cluster"], {**data, "grace_until": "03:12 UTC"})
    assert "At 03:12 UTC it is judged anew:\na bootstrap is asked for then" in given
    open_ended = advice.meanwhile(rule, SHIPPED.targets["cluster"], {**data, "grace_until": None})
    assert "you are called when it has lasted for 15 minutes" in open_ended
    assert "none" not in given + open_ended
