"""The config of a cloud in memory, where what stands on the hosts of a shape is watched, and the parts made of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

from remediator import inventory as inventories
from remediator.config import Config, load_config
from remediator.daemon.process import composition
from remediator.daemon.process.composition import Parts
from remediator.integrations import registry
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.together import Manifests
from remediator.sim.cloud.shapes import DEFAULT, Shape
from remediator.sim.technology import Technology, technologies

PASSWORD = "REMEDIATOR_SIM_PASSWORD"  # the name of a variable; nothing in memory asks for what is in it


def _settings(those: Sequence[Technology]) -> str:
    """Return the part ``integrations`` of a config for `those` technologies."""
    return "".join(("integrations:\n" if those else "", *(each.settings for each in those)))


SETTINGS = _settings(technologies())
"""That part, as CONFIG has it."""
CONFIG = (
    "cloud: sim\n"
    + DEFAULT.inventory
    + "\n"
    + SETTINGS
    + """autonomy: {R1: auto, R2: auto}
limits:
  persistence: {R1: 10s, R2: 30s, R3: 60s}
  cooldown: {R1: 60s, R2: 2m, R3: 1h}
  rate: {per_10min: 4, per_day: 12}
  hold: {R1: 20s, R2: 30s, R3: 60s}
  maintenance: 15m
  host_boot: 3m
checks:
"""
    + "".join(
        f"  {name}: {{every: 15s, retry: 5s}}\n"
        for name in (
            "container-state",
            "container-health",
            "host-reachable",
            "host-disk",
            "host-clock",
            "host-engine",
            "host-names",
            "host-identity",
            *(name for each in technologies() for name in each.checks),
        )
    )
)


def config_of(shape: Shape, config: str = CONFIG) -> str:
    """Return `config` for a cloud of `shape`: what stands on no host of it is not watched."""
    found = config.replace(DEFAULT.inventory, shape.inventory)
    here = [each for each in technologies() if each.hosts(shape)]
    if len(here) == len(technologies()):
        return found
    off = {name for each in technologies() if each not in here for name in each.checks}
    lines = found.replace(SETTINGS, _settings(here)).splitlines(keepends=True)
    return "".join(line for line in lines if line.partition(":")[0].strip() not in off)


_LOADED: dict[tuple[str, ...], Parts] = {}


def parts_of(text: str, also: Sequence[Integration] = ()) -> Parts:
    """Load config and content once: they are the same for every story. `also`: integrations that no config can name."""
    key = (text, *(each.name for each in also))
    if key not in _LOADED:
        os.environ.setdefault(PASSWORD, "in-memory")
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            config = load_config(file.name, os.environ, registry.sections)
            _LOADED[key] = _with(config, also) if also else composition.load(config)
    return _LOADED[key]


def _with(config: Config, also: Sequence[Integration]) -> Parts:
    inventory = inventories.load(config)
    loaded = registry.load(config)
    integrations = Manifests({**loaded, **{each.name: each for each in also}}, loaded.installed, loaded.broken)
    content, _ = composition.content_of(config, inventory, integrations)
    return Parts(config=config, inventory=inventory, integrations=integrations, content=content)
