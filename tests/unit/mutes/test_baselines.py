"""What speaks against calling a scope settled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.content.judging import State
from remediator.mutes.baselines import CheckSeen, HostSeen, Objections, objections

pytestmark = pytest.mark.unit

HOST = HostSeen(host="ctl1", sampled=True)
CHECK = CheckSeen(
    check="container-state",
    target="container/ctl1/keystone",
    state=State.OK,
    output="running",
    ok_samples=2,
    every_s=15.0,
)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (HOST, []),
        (replace(HOST, sampled=False), ["host/ctl1: not sampled"]),
        (replace(HOST, sampled=False, ansible=True), ["host/ctl1: not sampled"]),
        (replace(HOST, ansible=True), ["host/ctl1: ansible is at work"]),
        (replace(HOST, wrapped=("mira runs 'deploy'",)), ["host/ctl1: mira runs 'deploy'"]),
        (
            replace(HOST, sampled=False, wrapped=("mira runs 'deploy'",)),
            ["host/ctl1: mira runs 'deploy'", "host/ctl1: not sampled"],
        ),
    ],
)
def test_a_host_must_be_seen_and_left_alone(host: HostSeen, said: list[str]) -> None:
    assert objections([host], []) == Objections(whole=said, young=[], checks=0, again_s=0.0)


@pytest.mark.parametrize(
    ("check", "said", "again_s"),
    [
        (CHECK, None, 0.0),
        (replace(CHECK, ok_samples=1), "has 1 of 2 OK samples since the daemon started", 15.0),
        (replace(CHECK, ok_samples=0), "has 0 of 2 OK samples since the daemon started", 30.0),
        (replace(CHECK, state=State.WARNING, output="slow"), "is WARNING: slow", 0.0),
        (replace(CHECK, state=State.UNKNOWN, output="no answer"), "is UNKNOWN: no answer", 0.0),
        (replace(CHECK, state=State.CRITICAL, ok_samples=0), "is CRITICAL: running", 0.0),
    ],
)
def test_a_check_must_be_ok_for_two_samples(check: CheckSeen, said: str | None, again_s: float) -> None:
    found = objections([HOST], [check])
    assert found.whole == ([] if said is None else [f"container/ctl1/keystone: container-state {said}"])
    assert (found.checks, found.again_s) == (1, again_s)
    assert found.young == (found.whole if again_s else [])


def test_what_a_person_can_mend_is_said_before_what_time_mends() -> None:
    young = replace(CHECK, target="container/ctl1/a", ok_samples=0)
    bad = replace(CHECK, target="container/ctl1/z", state=State.CRITICAL)
    found = objections([HOST], [young, bad])
    assert found.summary() == "container/ctl1/z: container-state is CRITICAL: running (and 1 more)"
    only = objections([HOST], [young])
    assert only.summary().endswith("has 0 of 2 OK samples since the daemon started; try again in 30 s, or add --wait")
    two = objections([HOST], [young, replace(young, target="container/ctl1/b", every_s=60.0), CHECK])
    assert two.summary() == (
        "2 of 3 checks have less than 2 OK samples since the daemon started; try again in 2 min, or add --wait"
    )
