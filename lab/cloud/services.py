"""The services of the cloud, whichever technology brings them: which there are, where they run, what kolla writes for
them."""

from __future__ import annotations

import json

from lab.cloud import technologies
from lab.cloud.service import Service
from lab.cloud.topology import Host


def all_of_them() -> dict[str, Service]:
    """Return each service of the lab by the name of its container."""
    return {service.name: service for each in technologies.in_use() for service in each.services}


def find(container: str) -> Service:
    """Return the service that runs in a container of this name. Raise KeyError when there is none."""
    return all_of_them()[container]


def of(host: Host) -> list[Service]:
    """Return the services of a host."""
    return [service for service in all_of_them().values() if host.name in service.on]


def names(host: Host) -> list[str]:
    """Return the names of the containers of a host."""
    return [service.name for service in of(host)]


def config_files(host: Host) -> dict[str, str]:
    """Return what /etc/kolla holds on a host, by path: one directory a container, and these define the expected set."""
    files: dict[str, str] = {}
    for service in of(host):
        body = {"command": service.command(host), "config_files": []}
        files[f"/etc/kolla/{service.dashed}/config.json"] = json.dumps(body, indent=4) + "\n"
        for name, text in service.files(host).items():
            files[f"/etc/kolla/{service.dashed}/{name}"] = text
    return files
