"""The settings of OVN that a host keeps in its own switch: ``external_ids`` of its one row of Open_vSwitch. Pure.

Invariant: a key that is not there is absent, and one whose value is no text or too long is UNKNOWN by itself. Keys that
are nobody's business here never left the host. Sources: ovn-controller(8), "CONFIGURATION"; what kolla sets:
kolla-ansible roles/openvswitch/tasks/post-config.yml and roles/ovn-controller/tasks/setup-ovs.yml, in xena (2021) to
2026.1; before that roles/ovn/tasks/bootstrap.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import remotes
from remediator.integrations.ovs.facts.remotes import Remote
from remediator.model.values import Unknown

SYSTEM_ID, HOSTNAME, REMOTE = "system-id", "hostname", "ovn-remote"
ENCAP_TYPE, ENCAP_IP = "ovn-encap-type", "ovn-encap-ip"
BRIDGE_MAPPINGS, CMS_OPTIONS = "ovn-bridge-mappings", "ovn-cms-options"
MONITOR_ALL, REMOTE_PROBE, OPENFLOW_PROBE = (
    "ovn-monitor-all",
    "ovn-remote-probe-interval",
    "ovn-openflow-probe-interval",
)
WAIT_BEFORE_CLEAR = "ovn-ofctrl-wait-before-clear"
GATEWAY = "enable-chassis-as-gw"
MOST_KEYS = 64
MOST_VALUE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``external_ids``, as they stand. `values` has the keys that are known, `unread` those that are there with a value
    that cannot be used."""

    values: Mapping[str, str]
    unread: Mapping[str, Unknown]

    def of(self, key: str) -> str | Unknown | None:
        """Return the value of `key`; None: the key is not there. Newer releases of OVN take ``KEY-SYSTEM_ID`` before
        ``KEY`` (a host with several chassis): where it says something else, nobody can tell which one holds."""
        if key in self.unread:
            return self.unread[key]
        value, own = self.values.get(key), self.values.get(f"{key}-{self.values.get(SYSTEM_ID)}")
        return (
            value if own is None or own == value else Unknown(f"{key}: this chassis has a value of its own beside it")
        )

    @property
    def remotes(self) -> tuple[Remote, ...] | Unknown | None:
        """Where ovn-controller looks for the southbound database, one after the other; None: nowhere."""
        value = self.of(REMOTE)
        return value if value is None or isinstance(value, Unknown) else remotes.remotes(value)

    @property
    def encap_addresses(self) -> tuple[str, ...] | Unknown | None:
        """The addresses of the tunnels, each in its one spelling; several are separated by commas
        (ovn-controller(8))."""
        value = self.of(ENCAP_IP)
        if value is None or isinstance(value, Unknown):
            return value
        found = [remotes.address(part) for part in value.split(",", MOST_KEYS)]
        known = tuple(one for one in found if one is not None)
        return known if len(known) == len(found) else Unknown("ovn-encap-ip: no address")

    @property
    def encap_types(self) -> tuple[str, ...] | Unknown | None:
        """The kinds of tunnel: ``geneve``, ``vxlan``."""
        return self._words(ENCAP_TYPE)

    @property
    def bridge_mappings(self) -> Mapping[str, str] | Unknown | None:
        """Physical network to bridge."""
        found = self._words(BRIDGE_MAPPINGS)
        if found is None or isinstance(found, Unknown):
            return found
        pairs = [word.partition(":") for word in found]
        if not all(network and bridge for network, _, bridge in pairs) or len({one[0] for one in pairs}) < len(pairs):
            return Unknown("ovn-bridge-mappings: not of the form NETWORK:BRIDGE,...")
        return {network: bridge for network, _, bridge in pairs}

    @property
    def cms_options(self) -> frozenset[str] | Unknown | None:
        """Words for the cloud's own use: ``enable-chassis-as-gw``, ``availability-zones=a:b``."""
        found = self._words(CMS_OPTIONS)
        return found if found is None or isinstance(found, Unknown) else frozenset(found)

    @property
    def remote_probe_ms(self) -> int | Unknown | None:
        return self._number(REMOTE_PROBE)

    @property
    def openflow_probe_s(self) -> int | Unknown | None:
        return self._number(OPENFLOW_PROBE)

    @property
    def wait_before_clear_ms(self) -> int | Unknown | None:
        return self._number(WAIT_BEFORE_CLEAR)

    @property
    def monitor_all(self) -> bool | Unknown | None:
        value = self.of(MONITOR_ALL)
        if value is None or isinstance(value, Unknown):
            return value
        return value.lower() == "true"

    def _words(self, key: str) -> tuple[str, ...] | Unknown | None:
        value = self.of(key)
        if value is None or isinstance(value, Unknown):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    def _number(self, key: str) -> int | Unknown | None:
        value = self.of(key)
        if value is None or isinstance(value, Unknown):
            return value
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else Unknown(f"{key}: no number")


def parse(item: Mapping[str, Any]) -> Settings:
    """Return the settings in the map `item`. Raise as `typed` does when it has more keys than one may have."""
    typed.table({"external_ids": item}, "external_ids", MOST_KEYS)
    good = {key: value for key, value in item.items() if _usable(value)}
    return Settings(
        values=good,
        unread={key: Unknown(f"{key[:40]}: no text that can be used") for key in item if key not in good},
    )


def _usable(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MOST_VALUE and value.isprintable()
