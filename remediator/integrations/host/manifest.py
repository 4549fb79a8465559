"""The host itself: reach, disks, clock, engine, and who works on it. See `fields.py` for what conditions may use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.host import assess, disks, facts, signs
from remediator.integrations.host.settings import Settings
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.manifest.signs import SignSource

MOUNTS = ("/", "/boot", "/var", "/var/log", "/var/log/kolla", "/var/lib/docker", "/var/lib/containers", "/var/lib/nova")

EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "host-reachable": ("*",),
    "host-engine": ("container-state", "container-health", "host-names"),
}
SIGNS = SignSource(
    read=signs.signs,
    sections=("host",),
    lasting=frozenset({"etc_kolla", "ansible_log"}),
    momentary=frozenset({"ansible_process"}),
)


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Config: ``mounts``, the mount points to watch beside the usual ones (absolute paths), and
    ``act_lists``, where the hosts have the files of remediator-act."""
    extra, act_lists = config.get("mounts", []), config.get("act_lists")
    unknown = sorted(set(config) - {"mounts", "act_lists"})
    if unknown:
        raise ValueError(f"integrations.host: unknown setting {unknown[0]!r}: it has `mounts` and `act_lists`")
    if act_lists is not None and not (isinstance(act_lists, str) and act_lists.startswith("/")):
        raise ValueError("integrations.host.act_lists: expected an absolute path")
    if not isinstance(extra, list) or not all(isinstance(path, str) and path.startswith("/") for path in extra):
        raise ValueError("integrations.host.mounts: expected a list of absolute paths")
    return Integration(
        name="host",
        basic=True,
        settings=Settings,
        sections=(SectionSpec(kind=facts.HOST, timeout_s=12.0), SectionSpec(kind=disks.DISK, timeout_s=5.0)),
        remote_source=resources.files(__package__).joinpath("remote.py").read_text("utf-8"),
        assessments=assess.ASSESSMENTS,
        actions=(),
        request={"disk_mounts": sorted({*MOUNTS, *extra}), **({"act_lists": act_lists} if act_lists else {})},
        explains=EXPLAINS,
        machine=facts.machine,
        signs=SIGNS,
    )
