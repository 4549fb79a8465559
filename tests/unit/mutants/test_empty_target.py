"""An empty list of hosts never means all of them: not as a target, and not to the gate, should one get that far."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.targets import BadTarget, Target
from remediator.safety.guards import authority
from tests.unit.safety.cases import a_case, a_plan


def test_a_target_without_a_host_cannot_be_made() -> None:
    with pytest.raises(BadTarget, match="it names no host"):
        Target("cluster/relay", ())


def test_a_plan_that_touches_no_host_is_refused() -> None:
    plan = a_plan()
    emptied = Target("container/ctl2/memcached", ("ctl2",))
    object.__setattr__(emptied, "hosts", ())
    object.__setattr__(plan, "target", emptied)
    object.__setattr__(plan, "steps", ())
    assert plan.touches == ()
    verdict = authority.target(replace(a_case(), plan=plan))
    assert not verdict.allow
    assert verdict.reason == "the plan for container/ctl2/memcached names no host"
