"""Which integrations are installed: the packages in this folder, and those of the entry point group
``remediator.integrations``.

A package has two modules: ``manifest`` with ``build(settings) -> Integration``, and ``settings`` with the model
``Settings`` of its part of the config, where it has settings. An entry point names the integration, and as its value
the package.

Invariant: a package that is broken, or is there twice, is named with the reason, and costs itself alone.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from remediator import integrations
from remediator.config.connections import Section

if TYPE_CHECKING:
    from remediator.model.manifest.integration import Integration

GROUP = "remediator.integrations"


class NoSettings(Section):
    """An integration that is named in the config and has no settings."""


class CannotBeLoaded(Section):
    """Takes what the config says of an integration whose package is broken, and keeps nothing of it."""

    model_config = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Where an integration is. `origin` names what was installed, empty for an integration of this folder."""

    name: str
    module: str
    origin: str = ""

    def build(self, settings: Mapping[str, Any]) -> Integration:
        """Return the manifest of the package. Raise whatever is wrong with the package; ValueError is about its
        settings."""
        built: Integration = importlib.import_module(f"{self.module}.manifest").build(settings)
        return built

    def settings(self) -> type[Section]:
        """Return the model of its part of the config. Raise whatever is wrong with the package."""
        name = f"{self.module}.settings"
        try:
            found: type[Section] = importlib.import_module(name).Settings
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            return NoSettings
        return found

    def told(self, why: object) -> str:
        """Return the sentence that says what is wrong with it."""
        where = f" ({self.origin})" if self.origin else ""
        said = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else str(why)
        return f"integration {self.name}{where}: {said}; mend or remove its package, the others go on without it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The packages by name, and the sentences about those that cannot be used."""

    packages: Mapping[str, Package]
    broken: Mapping[str, str]


def own() -> dict[str, Package]:
    """Return the packages of this folder."""
    found = (each.name for each in pkgutil.iter_modules(integrations.__path__) if each.ispkg)
    return {name: Package(name=name, module=f"{integrations.__name__}.{name}") for name in sorted(found)}


def installed() -> Installed:
    """Return what can be found, without loading any of it."""
    from importlib import metadata  # takes its time, and most commands ask for ours alone

    packages, broken = own(), {}
    others: dict[str, set[Package]] = {}
    for point in metadata.entry_points(group=GROUP):
        dist = point.dist
        origin = f"{dist.name} {dist.version}" if dist is not None else point.value
        others.setdefault(point.name, set()).add(Package(name=point.name, module=point.value, origin=origin))
    for name, several in sorted(others.items()):
        first, *more = sorted(several, key=lambda each: each.origin)
        if name in packages:
            broken[f"{name} of {first.origin}"] = first.told("it has the name of one of ours")
        elif more:
            broken[name] = first.told(f"{', '.join(each.origin for each in more)} has one of the same name")
        else:
            packages[name] = first
    return Installed(packages=packages, broken=broken)


def sections(named: Iterable[str] | None = None) -> dict[str, type[Section]]:
    """Return the model of each integration's part of the config, of this folder alone where all of `named` are in this
    folder.

    An integration of this folder without settings has no part. Nothing but these models is loaded: most commands need
    no more.
    """
    ours = {name: package.settings() for name, package in own().items()}
    found = {name: section for name, section in ours.items() if section is not NoSettings}
    if named is not None and set(named) <= set(ours):
        return found
    known = installed()
    for name, package in known.packages.items():
        if not package.origin:
            continue
        try:
            found[name] = package.settings()
        except Exception:  # noqa: BLE001 - a package that is broken costs itself alone, and is named when it is loaded
            found[name] = CannotBeLoaded
    found.update({name: CannotBeLoaded for name in known.broken if name.isidentifier()})
    return found


def built(found: Installed, named: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Integration], dict[str, str]]:
    """Return every manifest that can be built, those of `named` with their settings, and why others cannot.

    Raise ValueError where the settings of one are wrong.
    """
    from remediator.integrations import conflicts  # most commands only ask for `sections`

    whole: dict[str, Integration] = {}
    broken = dict(found.broken)
    for name in sorted(found.packages, key=lambda each: (bool(found.packages[each].origin), each)):
        package = found.packages[name]
        try:
            package.settings()  # without its model nothing that the config says of it has been read
            one = package.build(named.get(name, {}))
        except ValueError as error:
            if named.get(name) or not package.origin:
                raise
            broken[name] = package.told(error)
        except Exception as error:
            if not package.origin:
                raise
            broken[name] = package.told(error)
        else:
            why = conflicts.of(name, one, whole.values())
            if why is None:
                whole[name] = one
            elif package.origin:
                broken[name] = package.told(why)
            else:
                raise ValueError(package.told(why))
    return whole, broken
