"""What a fault is: a name, where it can be, its parameters, what it does, how it is undone, and what is wanted of
it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.cloud import topology
from lab.cloud.shapes import Shape
from lab.cloud.topology import Host
from lab.errors import UsageError

Params = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Param:
    """One `--name value` of a fault; a switch takes no value."""

    help: str
    default: str = ""
    switch: bool = False
    number: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One active fault on one host: given to `start` and to `undo`."""

    host: Host
    params: Params

    @property
    def container(self) -> str:
        return self.params["container"]

    @property
    def unit(self) -> str:
        return topology.unit(self.container)


@dataclass(frozen=True, kw_only=True)
class Needs:
    """How many of its hosts a shape must have for a fault to be possible, and what the fault calls them."""

    hosts: int = 1
    called: str = "host"

    def __str__(self) -> str:
        return f"{self.hosts} {self.called}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`start` returns when the fault is visible from outside, with the lines that say what it did; `undo` returns when
    all is well."""

    name: str
    summary: str
    hosts: tuple[str, ...]
    default: str
    check: str
    outcome: str
    heals: str
    start: Callable[[Broken], list[str]]
    undo: Callable[[Broken], None]
    params: Mapping[str, Param] = field(default_factory=dict)
    needs: Needs = Needs()
    rebooted: bool = False  # its heal boots or recreates something, so that a baseline must be accepted anew

    @property
    def technology(self) -> str:
        return self.check.partition("-")[0]

    def where(self, shape: Shape) -> tuple[str, ...]:
        """Return the hosts of a shape on which the fault can be: none where the shape has too few of them."""
        there = self.among(shape)
        return there if len(there) >= self.needs.hosts else ()

    def among(self, shape: Shape) -> tuple[str, ...]:
        """Return those of the fault's hosts that a shape has."""
        return tuple(name for name in self.hosts if name in shape.hosts)

    def default_in(self, shape: Shape) -> str:
        where = self.where(shape)
        return self.default if self.default in where or not where else where[0]

    def described(self, shape: Shape) -> dict[str, Any]:
        """Return the fault as `faults --format json` shows it for a lab of this shape."""
        return {
            "name": self.name,
            "summary": self.summary,
            "technology": self.technology,
            "shape": shape.name,
            "hosts": list(self.where(shape)),
            "default_host": self.default_in(shape),
            "params": {
                name: {"help": p.help, "default": p.default, "switch": p.switch} for name, p in self.params.items()
            },
            "heals": self.heals,
            "expected": {"check": self.check, "outcome": self.outcome},
        }

    def accept(self, given: Params) -> dict[str, str]:
        """Return the parameters with defaults filled in. Raise UsageError for an unknown or impossible one."""
        for name in given:
            if name not in self.params:
                known = ", ".join(f"--{p}" for p in self.params) or "none"
                raise UsageError(f"{self.name} has no parameter --{name}; it has {known}")
        values = {name: given.get(name, p.default) for name, p in self.params.items()}
        for name, param in self.params.items():
            value = values[name]
            if param.number and not value.lstrip("-").isdigit():
                raise UsageError(f"--{name} of {self.name} is a whole number, not {value!r}")
            if param.choices and value not in param.choices:
                raise UsageError(f"--{name} of {self.name} is one of {', '.join(param.choices)}, not {value!r}")
        return values
