"""The manifest of kolla's containers on Docker and Podman. See `fields.py` for what conditions may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from remediator.integrations.container import actions, assess, facts, maintenance_signs, memory
from remediator.integrations.container.kolla import releases, services
from remediator.integrations.container.kolla.catalogue import Catalogue
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.manifest.signs import SignSource

SIGNS = SignSource(
    read=maintenance_signs.signs,
    sections=("containers",),
    lasting=frozenset({"container", "kolla_job"}),
    together=maintenance_signs.mixed_versions,
)


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration; it has no settings of its own."""
    if config:
        raise ValueError(f"integrations.container: unknown setting {sorted(config)[0]!r}: it has none")
    return knowing(())


def knowing(own: Sequence[OwnContainer]) -> Integration:
    """Return the integration that knows, beside kolla's table, the containers `own` of other integrations."""
    known = Catalogue(tuple(own))
    return Integration(
        name="container",
        basic=True,
        sections=(SectionSpec(kind=facts.CONTAINERS, timeout_s=13.0),),
        remote_source=resources.files(__package__).joinpath("remote.py").read_text("utf-8"),
        assessments=assess.assessments(known),
        actions=actions.actions(known),
        remember=memory.remember,
        kinds=services.KINDS,
        domains=services.DOMAINS,
        services=services.SERVICES,
        signs=SIGNS,
        stateful=releases.STATEFUL_NAMES,
        remedies={"kolla_tag": releases.tag_words},
        knowing=knowing,
    )
