"""What a real Nagios posted, recorded, and what we must read from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remediator.web.hooks import hints

pytestmark = pytest.mark.unit
GOLDEN = Path(__file__).parents[2] / "golden" / "nagios" / "nagios-4.4.6.json"
EXPECTED = [
    ("PROBLEM", "memcached", "CRITICAL", 0, "1"),
    ("EVENTHANDLER", "memcached", "CRITICAL", 0, "1"),
    ("ACKNOWLEDGEMENT", "memcached", "CRITICAL", 0, "1"),
    ("RECOVERY", "memcached", "OK", 0, "1"),
    ("EVENTHANDLER", "memcached", "OK", 0, "1"),
    ("DOWNTIMESTART", "memcached", "OK", 1, "1"),
    ("EVENTHANDLER", "memcached", "WARNING", 1, "2"),
    ("DOWNTIMEEND", "memcached", "WARNING", 0, "2"),
    ("PROBLEM", None, "DOWN", 0, "3"),
    ("RECOVERY", None, "UP", 0, "3"),
]


def test_recorded_bodies() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert golden["provenance"] == "recorded"
    found = [hints.from_nagios(body, sender="nagios", now_s=0.0) for body in golden["bodies"]]
    read = [(each.notification_type, each.service, each.state, each.downtime_depth, each.problem_id) for each in found]
    assert sorted(read, key=str) == sorted(EXPECTED, key=str)
    assert len({each.key for each in found}) == len(found)
    assert {each.state_type for each in found} == {"HARD"}
    recovery = next(each for each in found if each.notification_type == "RECOVERY" and each.service)
    assert recovery.output == "running\nsince today\nall is well"
