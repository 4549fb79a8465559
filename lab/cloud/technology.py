"""What a technology declares to the lab, so that the lab knows none by name: its folder `lab/NAME/` has a `manifest`
with `TECHNOLOGY`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cloud.service import Service
from lab.cloud.topology import Host, Network

if TYPE_CHECKING:
    from lab.cloud.shapes import Shape
    from lab.faults.model import Broken, Fault
    from lab.stage import Story


def _everywhere(shape: Shape) -> bool:
    return True


def _no_settings(hosts: Sequence[Host]) -> str:
    return ""


def _comes_by_itself(fresh: Sequence[Host], broken: Set[str]) -> None:
    """Nothing is left to do once the units are started."""


def _heals_by_itself(broken: Broken) -> None:
    """Nothing is left to do once the containers run."""


@dataclass(frozen=True, kw_only=True)
class Technology:
    """One technology of the lab. What is left out, it does not need."""

    name: str
    needs: tuple[str, ...] = ()
    """Technologies that come up before it, and whenever it comes up."""
    optional: bool = False
    """It comes up only where it is asked for (`up --with NAME`), or needed."""
    fits: Callable[[Shape], bool] = _everywhere
    """Whether a lab of this shape can have it."""
    networks: tuple[Network, ...] = ()
    """Networks beside the lab's own. Every host hangs on each with the last number of its address, after the lab's own
    devices."""
    services: tuple[Service, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups that it adds to kolla's inventory, each with the groups that it holds."""
    secrets: tuple[Path, ...] = ()
    """Files of a random password each, made before any host."""
    image: Path | None = None
    """A folder with `host/` and `service/`, which `lab.outer.build_context` adds to the images."""
    made_from: str = ""
    """What its data are made from beside its containers: a host that was made from something else is made anew."""

    checks: tuple[str, ...] = ()
    """The checks that the config of a daemon asks for at the lab's pace."""
    settings: Callable[[Sequence[Host]], str] = _no_settings
    """Its lines below `integrations:` in the config of a daemon that watches these hosts."""

    faults: tuple[Fault, ...] = ()
    up: Callable[[Sequence[Host], Set[str]], None] = _comes_by_itself
    """Bring it up: given the hosts that are new, whose other units run, and the names of those with active faults."""
    heal: Callable[[Broken], None] = _heals_by_itself
    """Return once it is well again, after the fault of one of its containers, or of a host that has one, was undone."""
    demo: Story | None = None
    """What it shows in `make demo`."""
