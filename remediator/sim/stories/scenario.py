"""A scenario: a directed story with its name, and with the mistakes that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from remediator.sim.stories.stories import Moment, Setup, Story, flat


@dataclass(frozen=True)
class Scenario:
    """`shows`: the mutants that break it, by name: of a guard ``guard-…``. Without any it shows an end that is
    documented."""

    name: str
    shows: tuple[str, ...]
    setup: Setup
    moments: tuple[Moment, ...]

    @property
    def story(self) -> Story:
        return Story(0, self.setup, False, self.moments)


def scenario(
    name: str, *moments: Moment | tuple[Moment, ...], setup: Setup = Setup.AUTO, shows: tuple[str, ...] = ()
) -> Scenario:
    return Scenario(name, shows, setup, flat(moments))


def by_name(scenarios: Iterable[Scenario]) -> Mapping[str, Scenario]:
    """Return them by name. Raise ValueError when two have one name."""
    found: dict[str, Scenario] = {}
    for each in scenarios:
        if found.setdefault(each.name, each) is not each:
            raise ValueError(f"two scenarios are called {each.name!r}: rename one of them")
    return MappingProxyType(found)
