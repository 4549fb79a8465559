"""Which technologies the lab has: what every lab has, and each folder of this package that has a `manifest`.

Nothing is loaded before it is asked for, so that a technology may import whatever of the lab it needs.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import lab
from lab import paths
from lab.cloud import shapes, topology
from lab.cloud.shapes import Shape
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from lab.cloud.technology import Technology
    from lab.cloud.topology import Host, Network

BASE = "lab.cloud.base"


@functools.cache
def found() -> tuple[Technology, ...]:
    """Return every technology that the lab has: the base first, each after those that it needs. Raise LabError when one
    is missing."""
    base = importlib.import_module(BASE).TECHNOLOGY
    known = {each.name: each for each in (importlib.import_module(name).TECHNOLOGY for name in _manifests())}
    for each in known.values():
        missing = [name for name in each.needs if name not in known]
        if missing:
            raise LabError(
                f"the lab's {each.name} needs {', '.join(missing)}, which is no folder of lab/ with a manifest"
            )
    order = TopologicalSorter({name: each.needs for name, each in known.items()}).static_order()
    return (base, *(known[name] for name in order))


def in_use() -> tuple[Technology, ...]:
    """Return the technologies of the lab that is there; without one, those with which it would come up."""
    shape, wanted = shapes.current(), asked()
    names: set[str] = set()
    for each in found():
        if (not each.optional or each.name in wanted) and _fit(each.name, shape):
            names.update(needed.name for needed in _with_needs(each.name))
    return tuple(each for each in found() if each.name in names)


def asked() -> frozenset[str]:
    """Return the names of the optional technologies that the lab was brought up with."""
    return frozenset(paths.ALSO.read_text().split()) if paths.ALSO.exists() else frozenset()


def remember(names: Sequence[str]) -> None:
    """Write down which optional technologies are asked for, beside those that were."""
    if names:
        paths.ALSO.write_text(" ".join(sorted(asked() | set(names))) + "\n")


def check(names: Sequence[str], shape: Shape) -> None:
    """Raise UsageError for a technology that there is not, or not in this shape."""
    known = {each.name: each for each in found()[1:]}
    for name in names:
        if name not in known:
            raise UsageError(f"unknown technology {name!r}; technologies are {', '.join(known) or 'none'}")
        if not _fit(name, shape):
            raise UsageError(f"the shape {shape.name} cannot have {name}")


def networks() -> tuple[Network, ...]:
    """Return every network that a lab can have, whether or not it is in use."""
    return (*topology.NETWORKS, *(network for each in found() for network in each.networks))


def networks_in_use() -> list[Network]:
    """Return the networks that the technologies in use bring."""
    return [network for each in in_use() for network in each.networks]


def owner(container: str) -> Technology | None:
    """Return the technology whose service runs in a container of this name."""
    return next((each for each in in_use() if container in {service.name for service in each.services}), None)


def on(host: Host) -> list[Technology]:
    """Return the technologies that have a container on a host."""
    return [each for each in in_use() if any(host.name in service.on for service in each.services)]


def _with_needs(name: str) -> list[Technology]:
    """Return a technology and all that it needs, however far."""
    known = {each.name: each for each in found()}
    names = [name]
    for each in names:
        names += [needed for needed in known[each].needs if needed not in names]
    return [known[each] for each in names]


def _fit(name: str, shape: Shape) -> bool:
    return all(each.fits(shape) for each in _with_needs(name))


def _manifests() -> list[str]:
    folders = sorted(each.name for each in pkgutil.iter_modules(lab.__path__) if each.ispkg)
    return [name for folder in folders if importlib.util.find_spec(name := f"lab.{folder}.manifest")]
