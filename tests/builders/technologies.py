"""What the tests of each technology bring to those of all: modules of one name in the folders below
`tests/integrations`."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from types import ModuleType

from tests import integrations


def named() -> tuple[str, ...]:
    """Return the technologies that have tests of their own."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(integrations.__path__) if found.ispkg))


def bringing(module: str) -> dict[str, ModuleType]:
    """Return what each of them brings as `module`, by technology; one that has none is left out."""
    places = {name: f"{integrations.__name__}.{name}.{module}" for name in named()}
    return {
        name: importlib.import_module(place)
        for name, place in places.items()
        if importlib.util.find_spec(place) is not None
    }
