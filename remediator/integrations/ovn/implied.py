"""What a host's settings of OVN should be, each with its proof. Pure.

Invariant: a value is proven or it is not here. A proof is a file of kolla on that host, the inventory, our own config,
or what every release of kolla sets. What other hosts have proves nothing. Only a `settable` value is one that a cure
may set: one single value, and whole. It is never `system-id`, whose change is not supported while ovn-controller runs
(ovn-controller(8)).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.integrations.ovn.facts.host import OvnOnHost
from remediator.integrations.ovn.facts.kolla_files import Told
from remediator.integrations.ovn.settings import GATEWAYS
from remediator.integrations.ovs.facts import remotes
from remediator.integrations.ovs.facts import settings as local
from remediator.model.hosts import Host
from remediator.model.values import Unknown


class Proof(enum.Enum):
    """Which proof says a value."""

    KOLLA_FILE = "kolla_file"
    INVENTORY = "inventory"
    CONFIG = "config"
    RELEASE = "release"
    """Every release of kolla sets this very value, and has no variable for it."""
    HOST = "host"
    """The host's own name: kolla takes it unless somebody set a variable that leaves no trace, so it is no proof for a
    cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """What one key should be."""

    key: str
    accepted: tuple[str, ...]
    """The values that are right; several: nobody knows which one is meant."""
    whole: bool = True
    """False: the value must have these words, and may have others."""
    proof: Proof
    source: str
    """Where it stands, for people: the file and its option, the variable, the group."""

    @property
    def settable(self) -> str | None:
        """The value that a cure may set; None: the proof is not enough for that."""
        if self.proof is Proof.HOST or not self.whole or len(self.accepted) != 1 or self.key == "system-id":
            return None
        return self.accepted[0]

    def allows(self, value: str) -> bool:
        """Return whether `value` is right."""
        if self.key == local.REMOTE:
            return any(remotes.same(value, one) for one in self.accepted)
        if self.key == local.ENCAP_IP:
            return remotes.address(value) in {remotes.address(one) for one in self.accepted}
        words = {part.strip() for part in value.split(",") if part.strip()}
        if not self.whole:
            return set(self.accepted) <= words
        return any(words == {part.strip() for part in one.split(",")} for one in self.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What our own config says, where kolla leaves nothing on the hosts."""

    tunnel_interface: str | None = None
    bridge_mappings: str | None = None
    mapped_groups: Sequence[str] = (GATEWAYS,)


NOTHING = Named()


def implied(found: OvnOnHost, host: Host, named: Named = NOTHING) -> Mapping[str, Implied | Unknown]:
    """Return what each setting of the chassis on `host` should be; a key without any proof is not in it."""
    told = {
        local.REMOTE: _remote(found),
        local.ENCAP_TYPE: Implied(
            key=local.ENCAP_TYPE,
            accepted=("geneve",),
            proof=Proof.RELEASE,
            source="every release of kolla sets geneve (victoria to 2026.1)",
        ),
        local.ENCAP_IP: _encap_ip(found, host, named),
        local.BRIDGE_MAPPINGS: _mappings(host, named),
        local.CMS_OPTIONS: _gateway(host),
        local.HOSTNAME: _hostname(found),
        local.SYSTEM_ID: _system_id(found),
    }
    return {key: one for key, one in told.items() if one is not None}


def _remote(found: OvnOnHost) -> Implied | Unknown | None:
    told = found.files.agent_remote if found.files is not None and not isinstance(found.files, Unknown) else found.files
    if not isinstance(told, Told):
        return told
    if isinstance(remotes.remotes(told.value), Unknown):
        return Unknown(f"{told.file}: {told.option} lists no remotes")
    return Implied(
        key=local.REMOTE, accepted=(told.value,), proof=Proof.KOLLA_FILE, source=f"{told.file} {told.option}"
    )


def _encap_ip(found: OvnOnHost, host: Host, named: Named) -> Implied | Unknown | None:
    """Kolla's tunnel_interface_address: the first address of tunnel_interface, which only variables name."""
    own = _literal(host.vars.get("tunnel_interface"))
    interface, proof = (own, Proof.INVENTORY) if own else (named.tunnel_interface, Proof.CONFIG)
    if interface is None:
        return None
    if isinstance(found.addresses, Unknown):
        return found.addresses
    known = found.addresses.get(interface, ())
    if not known:
        return Unknown(f"tunnel_interface {interface} has no address here")
    four = [one for one in known if ":" not in one]
    where = "the inventory" if proof is Proof.INVENTORY else "integrations.ovn"
    source = f"tunnel_interface {interface} of {where}, and its address on the host"
    accepted = (four[0],) if four and len(four) == len(known) else (known if not four else (four[0], *known))
    return Implied(key=local.ENCAP_IP, accepted=tuple(dict.fromkeys(accepted)), proof=proof, source=source)


def _mappings(host: Host, named: Named) -> Implied | None:
    bridges = _literal(host.vars.get("neutron_bridge_name"))
    if bridges is not None and GATEWAYS in host.groups:
        names = bridges.split(",")
        networks = _literal(host.vars.get("neutron_physical_networks"))
        listed = networks.split(",") if networks else [f"physnet{number + 1}" for number in range(len(names))]
        if len(listed) == len(names):
            value = ",".join(f"{network}:{bridge}" for network, bridge in zip(listed, names, strict=True))
            return _of_mappings(value, Proof.INVENTORY, "neutron_bridge_name of the inventory")
    if named.bridge_mappings is not None and not set(named.mapped_groups).isdisjoint(host.groups):
        return _of_mappings(named.bridge_mappings, Proof.CONFIG, "integrations.ovn.bridge_mappings")
    return None


def _of_mappings(value: str, proof: Proof, source: str) -> Implied:
    return Implied(key=local.BRIDGE_MAPPINGS, accepted=(value,), proof=proof, source=source)


def _gateway(host: Host) -> Implied | None:
    """A gateway may have availability zones beside the word; which ones stands nowhere on the host."""
    if GATEWAYS not in host.groups:
        return None
    return Implied(
        key=local.CMS_OPTIONS,
        accepted=(local.GATEWAY,),
        whole=False,
        proof=Proof.INVENTORY,
        source=f"the host is in the group {GATEWAYS}",
    )


def _hostname(found: OvnOnHost) -> Implied | Unknown | None:
    nova = found.files.nova_host if found.files is not None and not isinstance(found.files, Unknown) else None
    if isinstance(nova, Unknown):
        return nova
    names = [nova.value if nova is not None else None, found.fqdn, found.hostname]
    known = tuple(dict.fromkeys(name for name in names if name))
    if not known:
        return None
    return Implied(key=local.HOSTNAME, accepted=known, proof=Proof.HOST, source="the host's own names, and nova's")


def _system_id(found: OvnOnHost) -> Implied | None:
    if found.hostname is None:
        return None
    short = found.hostname.split(".")[0]
    return Implied(key=local.SYSTEM_ID, accepted=(short,), proof=Proof.HOST, source="the host's own name")


def _literal(value: str | None) -> str | None:
    """Return `value`; None for a template, which only kolla's own run can fill in."""
    return value if value and "{{" not in value and "{%" not in value else None
