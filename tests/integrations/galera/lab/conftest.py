"""The scenarios of the ring `lab`, for the tests of a technology in it."""

from tests.lab.conftest import lab_status, scenario

__all__ = ["lab_status", "scenario"]
