"""The way to the hosts that a config describes. Loads little, connects nothing: whoever is in a hurry starts here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from remediator.collect.collector import Collector
from remediator.config import Config
from remediator.model.manifest.integration import Integration
from remediator.model.times import Clock
from remediator.reach.interface import Reacher
from remediator.reach.ssh import SshReach


def reach_of(config: Config) -> Reacher:
    """Return the way to the hosts; it connects when it is first used."""
    ssh = config.ssh
    return SshReach(
        user=ssh.user,
        read_key=Path(ssh.read),
        act_key=Path(ssh.act),
        known_hosts=Path(ssh.known_hosts),
        port=ssh.port,
        sudo=ssh.sudo,
        jump=ssh.jump,
    )


def collector_of(config: Config, integrations: Mapping[str, Integration], reach: Reacher, time: Clock) -> Collector:
    return Collector(reach, integrations, time, sudo=config.ssh.sudo, user=config.ssh.user)
