"""kolla's containers on Docker and Podman: state, health, start and restart. See `fields.py` for what conditions may use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.container import actions, assess, memory
from remediator.model.integration import Integration, SectionSpec


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration; it has no settings of its own."""
    if config:
        raise ValueError(f"integrations.container: unknown setting {sorted(config)[0]!r}: it has none")
    return Integration(
        name="container",
        sections=(SectionSpec(name="containers", timeout_s=13.0),),
        remote_source=resources.files(__package__).joinpath("remote.py").read_text("utf-8"),
        assessments=assess.ASSESSMENTS,
        actions=actions.ACTIONS,
        remember=memory.remember,
    )
