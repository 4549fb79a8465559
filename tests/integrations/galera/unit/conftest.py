"""The shapes of the lab, for what Galera brings to it."""

from tests.unit.lab.conftest import be

__all__ = ["be"]
