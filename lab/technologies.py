"""Which technologies the lab has: what every lab has, and each folder of this package that has a `manifest`.

Nothing is loaded before it is asked for, so that a technology may import whatever of the lab it needs.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING

import lab

if TYPE_CHECKING:
    from lab.technology import Technology
    from lab.topology import Host

BASE = "lab.base"


@functools.cache
def found() -> tuple[Technology, ...]:
    """Return every technology that the lab has, the base first, the others by name."""
    return tuple(importlib.import_module(module).TECHNOLOGY for module in (BASE, *_manifests()))


def in_use() -> tuple[Technology, ...]:
    """Return the technologies of the lab that is there; without one, those with which it would come up."""
    return found()


def owner(container: str) -> Technology | None:
    """Return the technology whose service runs in a container of this name."""
    return next((each for each in in_use() if container in {service.name for service in each.services}), None)


def on(host: Host) -> list[Technology]:
    """Return the technologies that have a container on a host."""
    return [each for each in in_use() if any(host.name in service.on for service in each.services)]


def _manifests() -> list[str]:
    folders = sorted(each.name for each in pkgutil.iter_modules(lab.__path__) if each.ispkg)
    return [name for folder in folders if importlib.util.find_spec(name := f"lab.{folder}.manifest")]
