"""The clouds of the ring `sim`, for the tests of a technology in it."""

from tests.sim.conftest import cloud, looked_at, twice, walked

__all__ = ["cloud", "looked_at", "twice", "walked"]
