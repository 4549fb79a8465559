"""A real Nagios drives a real container's cure, sees its recovery, and is listened to when it says downtime."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.lab.scenario import REMEDIATOR, Scenario
from tests.service.nagios import obtain
from tests.service.nagios.nagios import RealNagios, Service

pytestmark = [pytest.mark.e2e, pytest.mark.part("doors"), pytest.mark.timeout(420), pytest.mark.on("ctl2")]
TARGET = "container/ctl2/memcached"


def site(running: Scenario, directory: Path) -> RealNagios:
    command = (
        REMEDIATOR,
        "--config",
        str(running.written.config),
        "check",
        "container-state",
        "--target",
        TARGET,
        "--format",
        "nagios",
        "--cached",
    )
    service = Service(host="ctl2", name="memcached", command=command, event_handler=True)
    try:
        return RealNagios(
            directory, f"http://{running.written.http}/hooks/nagios", running.written.token_file, [service]
        )
    except obtain.NoNagios as reason:
        pytest.skip(f"no real Nagios 4: {reason}")


def slow(running: Scenario) -> None:
    """Let our own checks be rare, so that only a hint can make the cure quick."""
    path = running.written.config
    text = path.read_text().replace(
        "container-state: {every: 5s, retry: 5s}", "container-state: {every: 10m, retry: 5s}"
    )
    for name in (
        "container-health",
        "galera-mark",
        "galera-upgrade",
        "host-reachable",
        "host-disk",
        "host-clock",
        "host-engine",
        "host-names",
        "host-identity",
        "galera-node",
        "galera-cluster",
    ):
        text = text.replace(f"{name}: {{every: 5s, retry: 5s}}", f"{name}: {{every: 10m, retry: 5s}}")
    path.write_text(text)


def test_nagios_drives_the_cure_and_a_downtime_mutes_it(
    scenario: Callable[[Sequence[str]], Scenario], tmp_path: Path
) -> None:
    running = scenario(["ctl2"])
    running.start()
    running.settle()
    with site(running, tmp_path / "nagios") as nagios:
        nagios.wait_for(lambda: nagios.state("ctl2", "memcached") == "OK", 60)
        nagios.schedule_downtime("ctl2", "memcached", 45, "work on it")
        nagios.wait_for(lambda: nagios.downtime_depth("ctl2", "memcached") > 0, 30)
        running.break_("crash-once-limit", "ctl2")
        nagios.wait_for(lambda: nagios.state("ctl2", "memcached") == "CRITICAL", 60)

        def muted() -> bool:
            incident = running.incident(TARGET, "container-state")
            if incident is None:
                return False
            rows = running.decisions(incident["id"])
            return any(not v["allow"] and v["guard"] == "downtime" for row in rows for v in row["verdicts"])

        running.wait("the downtime to mute it", muted, 90, every_s=1.0)
        assert running.runs() == []
        assert running.json("status")["muted"][0]["kind"] == "downtime"
        running.wait_incident(TARGET, "container-state", ["resolved"], 180)
        nagios.wait_for(lambda: nagios.state("ctl2", "memcached") == "OK", 60)
        sent = nagios.sent()
        assert sent
        assert all(each["answer"].startswith("202") for each in sent)
    assert len(running.runs()) == 1


@pytest.mark.full("the other test has a real Nagios; a hint that makes a check due is in sim")
def test_a_hint_makes_a_rare_check_due_now(scenario: Callable[[Sequence[str]], Scenario], tmp_path: Path) -> None:
    running = scenario(["ctl2"])
    running.start()
    running.settle()
    running.stop()
    slow(running)
    running.start()
    running.wait("the first samples", lambda: len(running.results("container-state")) >= 4, 60)
    running.break_("crash-once-limit", "ctl2")
    time.sleep(3)
    assert running.incident(TARGET, "container-state") is None
    try:
        with RealNagios(
            tmp_path / "nagios",
            f"http://{running.written.http}/hooks/nagios",
            running.written.token_file,
            [Service(host="ctl2", name="memcached")],
        ) as nagios:
            nagios.submit_passive("ctl2", "memcached", "CRITICAL", "connection refused")
            running.wait_incident(TARGET, "container-state", ["resolved"], 180)
    except obtain.NoNagios as reason:
        pytest.skip(f"no real Nagios 4: {reason}")
    incident = running.incident(TARGET, "container-state")
    assert incident is not None
    assert json.dumps(incident["timeline"]).count('"intent"') == 1
