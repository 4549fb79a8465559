"""A real Nagios 4 drives the hook: what it really sends is taken, once, and means what it should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.model.messages.hooks import Hint
from tests.service.hook_server import INGEST, Door, door
from tests.service.nagios import obtain
from tests.service.nagios.nagios import RealNagios, Service

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]
PASSIVE = Service(host="ctl2", name="memcached", event_handler=True)


@pytest.fixture
def running() -> Iterator[Door]:
    with door() as each:
        yield each


def site(running: Door, directory: Path, *services: Service, form: bool = False) -> RealNagios:
    secret = directory / "secret"
    secret.mkdir()
    token_file = secret / "token"
    token_file.write_text(INGEST + "\n", "utf-8")
    token_file.chmod(0o600)
    try:
        return RealNagios(directory, f"http://{running.address}/hooks/nagios", token_file, services, form=form)
    except obtain.NoNagios as reason:
        pytest.skip(f"no real Nagios 4: {reason}")


def hints(running: Door, kind: str) -> list[Hint]:
    return [hint for hint in running.loop.taken if hint.notification_type == kind]


def test_problem_acknowledgement_and_recovery(running: Door, tmp_path: Path) -> None:
    with site(running, tmp_path, PASSIVE) as nagios:
        nagios.submit_passive("ctl2", "memcached", "CRITICAL", "memcached 'process' \"not\" running|pid=0")
        problem = nagios.wait_for(lambda: hints(running, "PROBLEM"))[0]
        assert (problem.host, problem.service, problem.state, problem.state_type) == (
            "ctl2",
            "memcached",
            "CRITICAL",
            "HARD",
        )
        assert (problem.attempt, problem.downtime_depth, problem.problem_id) == (1, 0, "1")
        assert problem.output == "memcached process not running"
        nagios.acknowledge("ctl2", "memcached", "looking at it")
        assert nagios.wait_for(lambda: hints(running, "ACKNOWLEDGEMENT"))[0].problem_id == "1"
        nagios.submit_passive("ctl2", "memcached", "OK", "running again")
        recovery = nagios.wait_for(lambda: hints(running, "RECOVERY"))[0]
        assert (recovery.state, recovery.problem_id) == ("OK", "1")
        nagios.wait_for(lambda: nagios.state("ctl2", "memcached") == "OK")
        assert all(each["answer"].startswith("202") for each in nagios.sent())
        assert INGEST not in (tmp_path / "objects.cfg").read_text() + (tmp_path / "send.sh").read_text()


def test_in_a_downtime_only_the_event_handler_speaks_and_says_so(running: Door, tmp_path: Path) -> None:
    with site(running, tmp_path, PASSIVE) as nagios:
        nagios.submit_passive("ctl2", "memcached", "OK", "runs")
        nagios.wait_for(lambda: nagios.state("ctl2", "memcached") == "OK")
        nagios.schedule_downtime("ctl2", "memcached", 60, "planned work")
        start = nagios.wait_for(lambda: hints(running, "DOWNTIMESTART"))[0]
        assert start.downtime_depth == 1, "Nagios says 0 here: it counts after it has told"
        nagios.wait_for(lambda: nagios.downtime_depth("ctl2", "memcached") == 1)
        nagios.submit_passive("ctl2", "memcached", "CRITICAL", "stopped on purpose")
        handled = nagios.wait_for(lambda: hints(running, "EVENTHANDLER"))[0]
        assert (handled.state, handled.state_type, handled.downtime_depth) == ("CRITICAL", "HARD", 1)
        assert hints(running, "PROBLEM") == []


def test_a_host_and_its_downtime(running: Door, tmp_path: Path) -> None:
    with site(running, tmp_path, PASSIVE) as nagios:
        nagios.submit_host("ctl2", "DOWN", "no answer")
        down = nagios.wait_for(lambda: hints(running, "PROBLEM"))[0]
        assert (down.host, down.service, down.state, down.state_type) == ("ctl2", None, "DOWN", "HARD")
        nagios.submit_host("ctl2", "UP", "answers")
        assert nagios.wait_for(lambda: hints(running, "RECOVERY"))[0].state == "UP"
        nagios.schedule_downtime("ctl2", None, 60, "planned work")
        nagios.wait_for(lambda: hints(running, "DOWNTIMESTART"))
        nagios.submit_passive("ctl2", "memcached", "CRITICAL", "stopped on purpose")
        handled = nagios.wait_for(lambda: hints(running, "EVENTHANDLER"))[0]
        assert (handled.downtime_depth, handled.host_downtime_depth) == (0, 1), "a host's downtime is the host's"


def test_an_active_check_goes_soft_soft_hard_and_back(running: Door, tmp_path: Path) -> None:
    state_file = tmp_path / "state"
    state_file.write_text("0")
    check = Service(
        host="cmp1",
        name="nova-compute",
        event_handler=True,
        command=("/bin/sh", "-c", f"echo text; exit $(cat {state_file})"),
    )
    with site(running, tmp_path, check, form=True) as nagios:
        nagios.wait_for(lambda: nagios.state("cmp1", "nova-compute") == "OK", 60)
        state_file.write_text("2")
        nagios.wait_for(lambda: hints(running, "PROBLEM"), 60)
        nagios.wait_for(lambda: len(hints(running, "EVENTHANDLER")) == 3)
        # Nagios runs its commands side by side, so they arrive in any order.
        steps = {(hint.attempt, hint.state_type) for hint in hints(running, "EVENTHANDLER")}
        assert steps == {(1, "SOFT"), (2, "SOFT"), (3, "HARD")}
        state_file.write_text("0")
        nagios.wait_for(lambda: hints(running, "RECOVERY"), 60)


def test_the_same_notification_twice_changes_nothing(running: Door, tmp_path: Path) -> None:
    with site(running, tmp_path, PASSIVE) as nagios:
        nagios.submit_passive("ctl2", "memcached", "CRITICAL", "down")
        sent = nagios.wait_for(lambda: nagios.sent("PROBLEM"))[0]
        answer = running.post(sent["body"])
        assert (answer.status, answer.json["duplicate"]) == (202, True)
        assert len(hints(running, "PROBLEM")) == 1
