"""From the section `ovs_platform` of one reply to frozen facts about the kernel below the switch. Pure.

Invariant: each fact is UNKNOWN by itself. None means that the host has no such thing: no conntrack, no kernel datapath.
These facts change slowly, and are asked for at every tenth collection. Sources: Open vSwitch's documentation
(faq/releases: conntrack NAT needs Linux 4.6, geneve over IPv6 4.4); nf_conntrack-sysctl in the kernel's documentation;
AppArmor's audit records (``apparmor="DENIED" operation="mount"``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.kleene import Truth
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

NAT_SINCE = (4, 6)
MOST_DENIALS = 20
MOST_RELEASE = 128
MOST_WORD = 256
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A mount that AppArmor denied, as the kernel's log has it."""

    profile: str
    what: str
    """The mount point of it, or what was to be mounted."""
    ago_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One reply's section `ovs_platform`."""

    present: bool
    """Open vSwitch is on this host; without it the rest is empty."""
    release: str
    """Of the kernel, as uname(2) has it."""
    datapath: Truth
    """The kernel's own datapath is there: its module is loaded or built in, or its device ``ovs-system`` exists."""
    geneve: Truth
    """The kernel knows geneve: module loaded, or built in."""
    conntrack: int | Unknown | None
    conntrack_max: int | Unknown | None
    denials: tuple[Denial, ...] | Unknown
    """Within the last hour, oldest first, at most 20."""

    @property
    def version(self) -> tuple[int, int] | Unknown:
        found = _RELEASE.match(self.release)
        return Unknown("kernel_release") if found is None else (int(found.group(1)), int(found.group(2)))

    @property
    def nat(self) -> Truth:
        """Whether the kernel is new enough for conntrack's NAT in the datapath."""
        return self.version if isinstance(self.version, Unknown) else self.version >= NAT_SINCE

    @property
    def conntrack_used(self) -> float | Unknown | None:
        """How much of conntrack's table is in use, from 0 to 1."""
        for value in (self.conntrack, self.conntrack_max):
            if value is None or isinstance(value, Unknown):
                return value
        assert isinstance(self.conntrack, int)
        assert isinstance(self.conntrack_max, int)
        return self.conntrack / self.conntrack_max if self.conntrack_max > 0 else None


def parse(data: Any) -> Platform | Unknown:
    """Return the facts in section `ovs_platform`, or `Unknown` with its reason."""
    return typed.read(data, "ovs_platform", _parsed)


def _parsed(data: Mapping[str, Any]) -> Platform:
    if not typed.flag(data, "present"):
        return ABSENT
    kernel = typed.flag_or_none(data, "datapath")
    return Platform(
        present=True,
        release=typed.text(data, "release", MOST_RELEASE),
        datapath=Unknown("modules") if kernel is None else kernel,
        geneve=Unknown("modules") if data["geneve"] is None else typed.flag(data, "geneve"),
        conntrack=typed.whole_or_none(data, "conntrack"),
        conntrack_max=typed.whole_or_none(data, "conntrack_max"),
        denials=_denials(data),
    )


def _denials(data: Mapping[str, Any]) -> tuple[Denial, ...] | Unknown:
    if not typed.flag(data, "apparmor"):
        return ()
    if data["denials"] is None:
        return Unknown("kernel_log")
    rows = (typed.table({"denial": one}, "denial") for one in typed.items(data, "denials", MOST_DENIALS))
    return tuple(
        Denial(
            profile=typed.text(row, "profile", MOST_WORD),
            what=typed.text(row, "what", MOST_WORD),
            ago_s=typed.age(row, "ago_s"),
        )
        for row in rows
    )


ABSENT = Platform(
    present=False, release="", datapath=False, geneve=False, conntrack=None, conntrack_max=None, denials=()
)
"""What a host without Open vSwitch says."""


PLATFORM = SectionKind(name="ovs_platform", facts=Platform, parse=parse)


def of(reply: HostReply) -> Platform | Unknown:
    """Return the facts in section `ovs_platform` of `reply`."""
    return reply.facts(PLATFORM)
