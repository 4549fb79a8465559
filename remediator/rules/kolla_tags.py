"""The tag under which kolla-ansible knows a container's service: for remedies that people read, never for a command."""

from __future__ import annotations

from remediator.integrations.container.kolla import releases


def tag(container: str) -> str:
    """Return the tag for container `container` in the newest release: ``nova`` for ``nova_compute``."""
    return releases.tags(container)[-1]


def tags(container: str, release: str | None = None) -> str:
    """Return what to write behind ``--tags`` for `container`: of `release`, or the tags of all releases where they differ.

    kolla-ansible passes over a tag that it does not know, so naming both chooses the right role everywhere.
    """
    return ",".join(releases.tags(container, release))
