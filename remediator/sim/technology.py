"""What an integration adds to the cloud in memory: one frozen record, so that the simulator knows no technology by
name.

A manifest gives it by `Integration.simulation`, a function that imports it only when it is called, and no daemon calls
it. Fields that are functions without arguments import in the same way, since stories stand on the cloud, and not the
other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from remediator.integrations import registry
from remediator.model.manifest.sections import SectionKind

if TYPE_CHECKING:
    from remediator.sim.cloud.cloud import SimCloud
    from remediator.sim.cloud.hosts import SimHost
    from remediator.sim.cloud.scripts import Script
    from remediator.sim.cloud.shapes import Shape
    from remediator.sim.happenings.happens import Happens
    from remediator.sim.happenings.kinds import Happening
    from remediator.sim.part import Ledger, Part
    from remediator.sim.proof.breaks import Break
    from remediator.sim.proof.pages import Night
    from remediator.sim.proof.ways import Way
    from remediator.sim.stories.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A service that the daemon dials itself, for a section beside those of the collector."""

    kind: SectionKind[Any]
    answers: Callable[[SimCloud, SimHost], Any]
    silent: Any
    """What the daemon's client says when nothing comes back."""
    refused: Any
    """What it says when nothing listens at the address that was dialled."""


@dataclass(frozen=True, kw_only=True)
class Technology:
    """`part` plays it in one cloud; `ledger` is what one daemon may not do to it there. Everything else has a plain
    default."""

    name: str
    part: Callable[[SimCloud], Part]
    """Also says on which hosts it is: `SimHost.parts`, `more` (its sections) and `programs`."""
    ledger: Callable[[SimCloud], Ledger]
    hosts: Callable[[Shape], tuple[str, ...]]
    """The hosts of a shape that it stands on; where there are none, nobody watches it."""
    settings: str = ""
    """The technology's line in the part ``integrations`` of the config."""
    checks: tuple[str, ...] = ()
    """The technology's checks that are asked as often as the others of a story."""
    containers: Callable[[Shape, str], tuple[str, ...]] = lambda _shape, _host: ()
    """The technology's containers on a host of a shape; they stand before those that every cloud has."""
    groups: Callable[[Shape, str], tuple[str, ...]] = lambda _shape, _host: ()
    """The groups of the inventory that a host of a shape is in for its sake."""
    stateful: tuple[str, ...] = ()
    """The technology's containers that hold state: no plain crash is drawn of them, and no reply lies about them."""
    endpoints: tuple[Endpoint, ...] = ()
    scripts: Mapping[str, Script] = field(default_factory=dict)
    """By name."""
    invariants: Mapping[str, str] = field(default_factory=dict)
    """The technology's own invariants, each with a sentence."""
    unattended: tuple[str, ...] = ()
    """The technology's R3 rules that run without a yes where a story says so."""
    happens: Callable[[], Happens | None] = lambda: None
    """Kinds of what may happen to it, and how often chance draws them."""
    scenarios: Callable[[], Sequence[Scenario]] = lambda: ()
    """Directed stories."""
    ways: Callable[[], Sequence[Way]] = lambda: ()
    """How its runbooks come to run; the daemon dies at each point of each."""
    breaks: Callable[[], Sequence[Break]] = lambda: ()
    """What the demo breaks of it."""
    nights: Callable[[], Sequence[Callable[[Night], None]]] = lambda: ()
    """What the night of all pages has of it."""
    rivalry: Callable[[], Mapping[str, tuple[str, Happening]]] = lambda: {}
    """What breaks under two daemons, and the config with which it is cured without a person."""


@cache
def technologies() -> tuple[Technology, ...]:
    """Return those of all installed integrations that say how they are played, in the order of their names. Raise
    TypeError for what is none."""
    installed = registry.load({}).installed
    return tuple(
        _played(name, one.simulation()) for name, one in sorted(installed.items()) if one.simulation is not None
    )


def _played(name: str, given: object) -> Technology:
    if not isinstance(given, Technology) or given.name != name:
        raise TypeError(f"integration {name}: its simulation gives {given!r}; let it give a Technology of that name")
    return given
