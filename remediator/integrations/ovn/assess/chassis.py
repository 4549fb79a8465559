"""Judgement-free results about a chassis: its settings beside what is proven of them, and its ovn-controller. Pure.

Invariant: a host that has no ovn-controller gives no result. A value is wrong only where a proof says another one, or
where nobody could use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from remediator.integrations.ovn import cluster, fields, implied
from remediator.integrations.ovn.assess import daemon
from remediator.integrations.ovn.facts import host as ovn_facts
from remediator.integrations.ovn.facts.controller import Controller
from remediator.integrations.ovn.facts.host import OvnOnHost
from remediator.integrations.ovn.facts.kolla_files import KollaFiles, Told
from remediator.integrations.ovn.implied import Implied, Named
from remediator.integrations.ovn.settings import GATEWAYS
from remediator.integrations.ovs.facts import remotes
from remediator.integrations.ovs.facts import settings as local
from remediator.integrations.ovs.facts import switch as ovs_facts
from remediator.integrations.ovs.facts.settings import Settings
from remediator.integrations.ovs.facts.switch import Switch
from remediator.model import targets
from remediator.model.content.judging import Assessed, Evidence
from remediator.model.hosts import Host
from remediator.model.kleene import Truth
from remediator.model.messages.replies import HostReply
from remediator.model.values import Data, Unknown

NEEDED = (local.SYSTEM_ID, local.REMOTE, local.ENCAP_TYPE, local.ENCAP_IP)
"""Without one of them no chassis works (ovn-controller(8))."""
VALUES = {
    "system_id": local.SYSTEM_ID,
    "hostname": local.HOSTNAME,
    "remote": local.REMOTE,
    "encap_type": local.ENCAP_TYPE,
    "encap_ip": local.ENCAP_IP,
    "bridge_mappings": local.BRIDGE_MAPPINGS,
    "cms_options": local.CMS_OPTIONS,
}


def settings(named: Named) -> Callable[[Evidence], Sequence[Assessed]]:
    """Return what judges the settings, with what our own config says of them."""

    def judge(evidence: Evidence) -> Sequence[Assessed]:
        return [
            Assessed(target=targets.member(cluster.CHASSIS, name), data=_settings(reply, host, named))
            for name, reply, host in _chassis(evidence)
        ]

    return judge


def controllers(evidence: Evidence) -> Sequence[Assessed]:
    """Return `ovn.controller` of each chassis."""
    found = []
    members = _members(evidence)
    for name, reply, _ in _chassis(evidence):
        unit, identity = daemon.unit(reply, cluster.CONTROLLER)
        data = {**unit, **_controller(reply, members)}
        found.append(Assessed(target=targets.member(cluster.CHASSIS, name), data=data, identity=identity))
    return found


def _chassis(evidence: Evidence) -> Sequence[tuple[str, HostReply, Host]]:
    """Return the hosts that have an ovn-controller, or of which nobody can tell."""
    found = []
    for name in evidence.hosts:
        reply, host = evidence.reply(name), evidence.inventory.hosts.get(name)
        if reply is None or host is None:
            continue
        told = ovn_facts.of(reply)
        if isinstance(told, Unknown) or told.controller is not None:
            found.append((name, reply, host))
    return found


def _settings(reply: HostReply, host: Host, named: Named) -> Data:
    told, switch = ovn_facts.of(reply), ovs_facts.of(reply)
    own = switch if isinstance(switch, Unknown) else switch.settings
    if isinstance(own, Unknown) or isinstance(told, Unknown):
        unknown = own if isinstance(own, Unknown) else told
        return {**dict.fromkeys(fields.SETTINGS, unknown), "gateway_group": GATEWAYS in host.groups}
    proven = implied.implied(told, host, named)
    missing, wrong = _missing(own, proven), _wrong(own, proven, host)
    return {
        **{name: own.of(key) for name, key in VALUES.items()},
        "missing_keys": missing,
        "wrong_keys": sorted(wrong),
        "wrong": [*missing, *sorted(wrong)],
        **_only(own, [*missing, *sorted(wrong)], proven),
        "settable": [text for key in (*missing, *sorted(wrong)) if (text := _settable(proven.get(key))) is not None],
        "why": _why(missing, wrong, proven),
        "unproven": [key for key in VALUES.values() if not isinstance(proven.get(key), Implied)],
        "encap_here": _encap_here(own, told),
        "bridges_missing": _bridges_missing(own, switch),
        "gateway": _gateway(own),
        "gateway_group": GATEWAYS in host.groups,
    }


def _missing(own: Settings, proven: Mapping[str, Implied | Unknown]) -> list[str]:
    demanded = [key for key, one in proven.items() if isinstance(one, Implied) and key != local.HOSTNAME]
    return [key for key in dict.fromkeys((*NEEDED, *demanded)) if own.of(key) in (None, "")]


def _wrong(own: Settings, proven: Mapping[str, Implied | Unknown], host: Host) -> dict[str, str]:
    """Return why each wrong key is wrong."""
    found = {}
    for key, one in proven.items():
        value = own.of(key)
        if key == local.SYSTEM_ID or not isinstance(one, Implied) or not isinstance(value, str) or not value:
            continue
        if not one.allows(value):
            found[key] = f"{key} is {value}, and not {' or '.join(one.accepted)} ({one.source})"
    for key, form in ((local.REMOTE, own.remotes), (local.ENCAP_IP, own.encap_addresses)):
        if isinstance(form, Unknown) and own.of(key) not in (None, "") and key not in found:
            found[key] = f"{key} is of no form that can be used"
    if own.of(local.CMS_OPTIONS) is not None and _gateway(own) is True and GATEWAYS not in host.groups:
        found[local.CMS_OPTIONS] = f"{local.CMS_OPTIONS} offers a gateway, and the host is not in {GATEWAYS}"
    return found


def _only(own: Settings, keys: Sequence[str], proven: Mapping[str, Implied | Unknown]) -> dict[str, Any]:
    """Return what is known of the one key in `keys`; all of it absent where there is none, or where there are
    several."""
    names = ("key", "value_now", "value_right", "source", "why_not")
    if len(keys) != 1:
        return dict.fromkeys(names)
    key = keys[0]
    one = proven.get(key)
    known = one if isinstance(one, Implied) else None
    right = None if known is None else known.settable
    if right is not None and own.of(key) is not None and known is not None and known.allows(str(own.of(key))):
        right = None  # it has the proven value, and is wrong for another reason
    return {
        "key": key,
        "value_now": own.of(key),
        "value_right": right,
        "source": None if known is None else known.source,
        "why_not": None if right is not None else _why_not(key, one),
    }


def _why_not(key: str, one: Implied | Unknown | None) -> str:
    if key == local.SYSTEM_ID:
        return "system-id is never set by itself: another one would leave the old chassis behind"
    if isinstance(one, Unknown):
        return f"its value is not known: {one.reason}"
    if one is None:
        return "nothing on this host, in the inventory or in the config says what it should be"
    if not one.whole:
        return f"the proof says only that it has {', '.join(one.accepted)}, and not what else"
    if len(one.accepted) > 1:
        return f"several values would be right: {', '.join(one.accepted)}"
    return "the host's own name is no proof: a variable of kolla may say another one"


def _settable(one: Implied | Unknown | None) -> str | None:
    value = one.settable if isinstance(one, Implied) else None
    return None if one is None or isinstance(one, Unknown) or value is None else f"{one.key}={value}"


def _why(missing: Sequence[str], wrong: Mapping[str, str], proven: Mapping[str, Implied | Unknown]) -> str | None:
    told = []
    for key in missing:
        one = proven.get(key)
        told.append(f"{key} is not there" + (f": {one.accepted[0]} ({one.source})" if isinstance(one, Implied) else ""))
    return "; ".join((*told, *(wrong[key] for key in sorted(wrong)))) or None


def _encap_here(own: Settings, told: OvnOnHost) -> Truth | None:
    wanted, here = own.encap_addresses, told.every_address
    if wanted is None or isinstance(wanted, Unknown):
        return wanted
    return here if isinstance(here, Unknown) else set(wanted) <= here


def _bridges_missing(own: Settings, switch: Switch | Unknown) -> list[str] | Unknown:
    mapped, bridges = own.bridge_mappings, switch if isinstance(switch, Unknown) else switch.bridges
    if isinstance(mapped, Unknown):
        return mapped
    if isinstance(bridges, Unknown):
        return bridges
    return sorted(set((mapped or {}).values()) - set(bridges))


def _gateway(own: Settings | Unknown) -> Truth:
    if isinstance(own, Unknown):
        return own
    options = own.cms_options
    return options if isinstance(options, Unknown) else local.GATEWAY in (options or ())


def _members(evidence: Evidence) -> frozenset[str]:
    """Return the addresses and names that the inventory has for the hosts of the southbound database."""
    hosts = (evidence.inventory.hosts[name] for name in evidence.inventory.group(cluster.SOUTH.group))
    said = (text for host in hosts for text in (host.address, host.api_address, host.name) if text)
    return frozenset(remotes.address(text) or text.lower() for text in said)


def _controller(reply: HostReply, members: frozenset[str]) -> Data:
    told, switch = ovn_facts.of(reply), ovs_facts.of(reply)
    own = switch if isinstance(switch, Unknown) else switch.settings
    found = told if isinstance(told, Unknown) else told.controller
    one = found if isinstance(found, Controller) else None
    unknown = found if isinstance(found, Unknown) else Unknown("no_controller")
    connected = unknown if one is None else one.connected
    return {
        **daemon.reached(unknown if one is None else one.control),
        "connected": connected,
        "version": unknown if one is None else one.version,
        "wait_before_clear_known": unknown if one is None else one.wait_before_clear_known,
        "stale_sockets": unknown if one is None else one.stale_sockets,
        "remote": own if isinstance(own, Unknown) else own.of(local.REMOTE),
        "wait_before_clear_ms": own if isinstance(own, Unknown) else own.wait_before_clear_ms,
        "misdirected": _misdirected(own, told, members, connected),
        "br_int": switch if isinstance(switch, Unknown) else switch.has_br_int,
        "switch_answers": switch if isinstance(switch, Unknown) else switch.database.answers,
        "gateway": _gateway(own),
    }


def _misdirected(
    own: Settings | Unknown, told: OvnOnHost | Unknown, members: frozenset[str], connected: Truth
) -> Truth | None:
    """Return whether none of its remotes is a place of the southbound database, by the files of its host. The inventory
    proves the contrary alone: what it does not have may be another network of the same hosts.

    None: nobody can tell, and it is connected all the same, or has no remote.
    """
    mine = own if isinstance(own, Unknown) else own.remotes
    if mine is None or isinstance(mine, Unknown):
        return mine
    if any(one.host in members for one in mine):
        return False
    known = told if isinstance(told, Unknown) else _named_by_files(told)
    if isinstance(known, Unknown):
        return None if connected is True else known
    return set(mine).isdisjoint(known)


def _named_by_files(told: OvnOnHost) -> frozenset[remotes.Remote] | Unknown:
    files = told.files
    if not isinstance(files, KollaFiles):
        return Unknown("kolla_files")
    found = frozenset[remotes.Remote]()
    for one in (files.agent_remote, files.south_members):
        if isinstance(one, Unknown):
            return one
        if isinstance(one, Told):
            listed = remotes.remotes(one.value)
            if isinstance(listed, Unknown):
                return listed
            found |= frozenset(listed)
    return found or Unknown("no file of kolla names the southbound database")
