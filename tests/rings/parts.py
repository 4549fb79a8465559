"""The parts of the whole matrix (`make lab-full PART=NAME`): which shape of the lab each needs, and what is in it.

A test says beside itself which part it is of (`pytest.mark.part`), most by one line for their whole file. One without a
part is an
error of its collection: it would be in no part, and never run. So is a simulated one that `make test` leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.cloud.shapes import SHAPES

IN_A_LAB = ("lab", "e2e")
LIMIT_S = 3600.0
"""A part begins nothing new after this; what is left of it is run by the same command, said again."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """`shape`: of the lab (`lab up --shape`), None: the lab's own. `technologies`: what else it has (`lab up --with`).
    `rings`: those that have tests of it."""

    about: str
    shape: str | None = None
    technologies: tuple[str, ...] = ()
    rings: tuple[str, ...] = IN_A_LAB

    @property
    def needs_a_lab(self) -> bool:
        return any(ring in IN_A_LAB for ring in self.rings)


PARTS: Mapping[str, Part] = {
    "simulated": Part(about="the long simulated ones: more of what make test has one of; no lab", rings=("sim",)),
    "container": Part(about="faults of one container, on Docker and on Podman"),
    "host": Part(about="faults of a whole host, what its sudo lets through"),
    "gate": Part(about="storm, vantage, approval, maintenance"),
    "galera": Part(about="one member, and a whole cluster brought back"),
    "galera-killed": Part(about="the daemon dies at each step of a recovery"),
    "galera-refused": Part(about="clusters that no recovery may touch"),
    "galera-accidents": Part(about="what people and hardware do to a cluster while it is being recovered, or before"),
    "night": Part(about="seven faults one after the other under one daemon, and every page of it"),
    "galera-live": Part(about="members that run outside of a Primary component, ten-minute waits"),
    "galera-upgrade": Part(about="after an upgrade of MariaDB"),
    "doors": Part(about="Nagios, a killed daemon, a state directory that fails"),
    "shipped": Part(
        about="the daemon as it is installed: its unit, account, sudoers and wrapper on a systemd host",
        shape="deployer-is-controller",
    ),
    "ovn": Part(
        about="the network: its switches, both databases, northd, and what each fault costs on the wire",
        technologies=("ovn",),
        rings=("lab",),
    ),
    **{
        f"shape-{name}": Part(about=f"the container and Galera ways: {shape.summary}", shape=name)
        for name, shape in SHAPES.items()
    },
}
