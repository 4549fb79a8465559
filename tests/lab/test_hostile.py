"""A real host lies as well as it can, while the crash of another host is cured.

The liar is paged, and is well again once it stops lying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from lab import api
from tests.lab.scenario import Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("host"), pytest.mark.timeout(420), pytest.mark.alone]

Make = Callable[[Sequence[str]], Scenario]
LIAR, HONEST = "cmp1", "ctl1"
BLINDING = ("containers-20000", "floats-for-objects", "drips")
KINDS = {"containers-20000": "too_large", "drips": "unreachable", "huge-numbers": "garbled"}
"""Why nothing of what the host says is taken; of the other plays the rest is."""
SEEN = ("created-in-9999", "empty-unit-name", "odd-names", "huge-numbers", "new-names")
FIRST = "containers-20000"
WHY = "one play is in make test; the others are played by the simulator there"


@pytest.mark.parametrize(
    "play",
    [pytest.param(name, marks=[] if name == FIRST else [pytest.mark.full(WHY)]) for name in (*BLINDING, *SEEN)],
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
    seen = running.results("host-reachable", f"host/{LIAR}")[0]
    assert seen["data"].get("kind") == KINDS.get(play, "ok"), seen
    if play in BLINDING:
        running.wait("a page about the liar", lambda: any(LIAR in page["subject"] for page in running.pages()), 400)
    running.heal("hostile-host", LIAR)
    running.wait("the liar to be well", lambda: running.results("container-state", target)[0]["state"] == "OK", 120)
    verified = running.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.full("sim plays it; here the unit files are real")
def test_a_unit_file_without_a_name_on_every_host_blinds_nobody(scenario: Make) -> None:
    nameless = "/etc/systemd/system/kolla--container.service"
    running = scenario([LIAR, HONEST])
    try:
        running.start()
        running.settle()
        for name in (LIAR, HONEST):
            api.host_shell(name, f"printf '[Service]\nExecStart=/bin/true\n' > {nameless}; systemctl daemon-reload")
            running.wait_incident(f"host/{name}", "host-names", ["escalated"], 90)
        running.break_("crash-once-limit", HONEST)
        running.wait_incident(f"container/{HONEST}/memcached", "container-state", ["resolved"], 180)
        assert {run["target"] for run in running.runs()} == {f"container/{HONEST}/memcached"}
    finally:
        for name in (LIAR, HONEST):
            api.host_shell(name, f"rm -f {nameless}; systemctl daemon-reload")
