"""The tag under which kolla-ansible knows a container's service: for remedies that people read, never for a command."""

from __future__ import annotations

from collections.abc import Mapping

EXCEPTIONS: Mapping[str, str] = {
    "kolla_toolbox": "common",
    "cron": "common",
    "fluentd": "common",
    "haproxy": "loadbalancer",
    "proxysql": "loadbalancer",
    "keepalived": "loadbalancer",
    "iscsid": "iscsi",
    "tgtd": "iscsi",
}
"""What is not simply the part before the first underscore [kolla-ansible site.yml]."""


def tag(container: str) -> str:
    """Return the tag for container `container`: ``nova`` for ``nova_compute``."""
    return EXCEPTIONS.get(container, container.split("_", 1)[0])
