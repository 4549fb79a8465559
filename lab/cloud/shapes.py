"""The shapes of the cloud: which hosts there are, over which network they are reached, and what the deployer's
inventory says of them.

One lab has one shape from `up` to `down`; it is written down in the run directory, and whoever asks later follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab import paths
from lab.cloud import topology
from lab.cloud.topology import Host
from lab.errors import LabError, UsageError

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`inventory`: `inline` in the daemon's config, or kolla's INI form that calls the hosts by `names`."""

    name: str
    summary: str
    hosts: tuple[str, ...] = topology.NAMES
    management: bool = True
    """SSH goes over a network of its own, and sshd listens nowhere else; services are on the other network alone."""
    inventory: str = "names"
    daemon_on: str | None = None
    """The host on which the daemon runs, and which the inventory calls `localhost`; without one it runs on this
    machine."""

    def address(self, host: Host) -> str:
        """Return where SSH reaches a host."""
        return host.management if self.management else host.address


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            name="default",
            summary="kolla's INI inventory with names and groups of groups, a management and a service "
            "network, a deploying account",
        ),
        Shape(
            name="addresses",
            summary="every host by one address in the daemon's own config, one network",
            management=False,
            inventory="inline",
        ),
        Shape(
            name="one-controller",
            summary="the default shape with one controller and one compute: every group of controllers has one member",
            hosts=("ctl1", "cmp1"),
        ),
        Shape(
            name="deployer-is-controller",
            summary="kolla was run on ctl1, which its inventory calls localhost: the daemon runs there; names, "
            "one network",
            management=False,
            daemon_on="ctl1",
        ),
    )
}
LATER = ("podman", "cephadm")
"""Shapes that the contract names and that are not built."""


def find(name: str) -> Shape:
    """Return the shape called `name`. Raise UsageError when there is none."""
    if name in LATER:
        raise UsageError(f"the shape {name} is not built yet; shapes are {', '.join(SHAPES)}")
    if name not in SHAPES:
        raise UsageError(f"unknown shape {name!r}; shapes are {', '.join(SHAPES)}")
    return SHAPES[name]


def current() -> Shape:
    """Return the shape of the lab that is there; without one, that in which it would come up."""
    try:
        return SHAPES[paths.SHAPE.read_text().strip()]
    except (OSError, KeyError):
        return SHAPES[DEFAULT]


def choose(name: str | None) -> Shape:
    """Return the shape to come up in: the wanted one, else that of the lab that is there. Raise LabError when they
    differ."""
    there = current()
    wanted = there if name is None else find(name)
    if paths.SHAPE.exists() and wanted != there:
        raise LabError(f"the lab is there in the shape {there.name}; take it away first: python -m lab down")
    return wanted


def remember(shape: Shape) -> None:
    paths.SHAPE.parent.mkdir(parents=True, exist_ok=True)
    paths.SHAPE.write_text(f"{shape.name}\n")


def hosts(names: Sequence[str] | None = None) -> list[Host]:
    """Return the named hosts of the current shape, by default all. Raise UsageError for one that it has not."""
    shape = current()
    chosen = [topology.host(name) for name in (shape.hosts if names is None else names)]
    for host in chosen:
        if host.name not in shape.hosts:
            raise UsageError(f"the shape {shape.name} has no host {host.name}; it has {', '.join(shape.hosts)}")
    return chosen
