"""One real host lies as well as it can, and another one's crash is cured meanwhile; who lies is paged, and well again once it stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.lab.scenario import Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("host"), pytest.mark.timeout(420), pytest.mark.alone]

Make = Callable[[Sequence[str]], Scenario]
LIAR, HONEST = "cmp1", "ctl1"
BLINDING = ("containers-20000", "floats-for-objects", "drips")
SEEN = ("created-in-9999", "empty-unit-name", "odd-names", "huge-numbers", "new-names")
WHY = "one play is in make test; the others are played by the simulator there"


@pytest.mark.parametrize(
    "play",
    [pytest.param(name, marks=[] if name == BLINDING[0] else [pytest.mark.full(WHY)]) for name in (*BLINDING, *SEEN)],
)
def test_a_healthy_host_is_cured_while_another_lies(scenario: Make, play: str) -> None:
    running = scenario([LIAR, HONEST])
    running.start()
    running.settle()
    running.break_("hostile-host", LIAR, play=play)
    target = f"container/{LIAR}/memcached"
    if play in BLINDING:
        running.wait(
            "the liar to be UNKNOWN", lambda: running.results("container-state", target)[0]["state"] == "UNKNOWN", 120
        )
    running.break_("crash-once-limit", HONEST)
    running.wait_incident(f"container/{HONEST}/memcached", "container-state", ["resolved"], 180)
    assert {run["target"] for run in running.runs()} == {f"container/{HONEST}/memcached"}
    assert running.json("status")["failing"] == []
    if play == "containers-20000":
        seen = running.results("host-reachable", f"host/{LIAR}")[0]
        assert seen["data"]["kind"] == "too_large", seen
    if play in BLINDING:
        running.wait("a page about the liar", lambda: any(LIAR in page["subject"] for page in running.pages()), 400)
    running.heal("hostile-host", LIAR)
    running.wait("the liar to be well", lambda: running.results("container-state", target)[0]["state"] == "OK", 120)
    verified = running.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
