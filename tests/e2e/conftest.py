"""End to end: the daemon and the command line on the real lab. Without the lab each test is skipped with the reason."""

from tests.lab.conftest import lab_status, scenario

__all__ = ["lab_status", "scenario"]
