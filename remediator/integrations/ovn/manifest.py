"""The manifest of OVN under kolla. See `fields.py` for what conditions may use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.ovn import cluster, memory
from remediator.integrations.ovn.assess import assessments
from remediator.integrations.ovn.facts import host, southbound
from remediator.integrations.ovn.implied import Named
from remediator.integrations.ovn.settings import GATEWAYS, Settings
from remediator.integrations.ovs import manifest as ovs
from remediator.integrations.ovs.facts import remotes
from remediator.model.manifest.integration import Integration, SectionSpec

GROUPS = frozenset({"ovn-controller", "ovn-northd", "ovn-nb-db", "ovn-sb-db", "ovn-sb-db-relay"})
"""The groups of kolla's inventory whose hosts have a daemon of OVN (ussuri, 2020, to 2026.1). Every inventory of kolla
has them, also that of a cloud without OVN: so nothing is said where the config does not name it."""
SOMETIMES = 4
"""At every how many collections the chassis are read from the southbound database."""


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Every setting is optional: ``tunnel_interface``, ``bridge_mappings``,
    ``mapped_groups``.

    Raise ValueError with the setting and the remedy.
    """
    unknown = sorted(set(config) - set(Settings.model_fields))
    if unknown:
        raise ValueError(f"integrations.ovn: unknown setting {unknown[0]!r}; known: {', '.join(Settings.model_fields)}")
    own = resources.files(__package__).joinpath("remote.py").read_text("utf-8")
    return Integration(
        name="ovn",
        sections=(
            SectionSpec(kind=host.OVN, timeout_s=10.0, memory_mb=128),
            SectionSpec(kind=southbound.SOUTHBOUND, timeout_s=8.0, memory_mb=256, every=SOMETIMES),
        ),
        remote_source=f"{ovs.text_of('remote_rpc.py')}\n\n{own}",
        assessments=assessments(_named(config)),
        actions=(),
        remember=memory.remember,
        applies=lambda host: not GROUPS.isdisjoint(host.groups),
        needs=("ovs",),
        settings=Settings,
        kinds=cluster.KINDS,
        domains=cluster.DOMAINS,
        containers=cluster.CONTAINERS,
    )


def _named(config: Mapping[str, Any]) -> Named:
    mappings = config.get("bridge_mappings")
    pairs = [part.partition(":") for part in str(mappings).split(",")] if mappings is not None else []
    if not all(network and bridge for network, _, bridge in pairs):
        raise ValueError(f"integrations.ovn.bridge_mappings is NETWORK:BRIDGE,..., not {mappings!r}")
    interface = config.get("tunnel_interface")
    if interface is not None and (not str(interface) or remotes.address(str(interface)) is not None):
        raise ValueError(f"integrations.ovn.tunnel_interface is the name of an interface, not {interface!r}")
    return Named(
        tunnel_interface=interface,
        bridge_mappings=mappings,
        mapped_groups=tuple(config.get("mapped_groups") or (GATEWAYS,)),
    )
