"""The inventory that Kolla-Ansible deploys from, as ``ansible-inventory --list`` understands it.

Invariant: a snapshot comes from one whole, valid answer or not at all; a failure raises InventoryUnreadable and changes
nothing. Of the host variables only the few named here are taken: the rest may hold passwords.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from remediator.inventory.errors import InventoryUnreadable
from remediator.inventory.snapshot import snapshot
from remediator.model.hosts import Host, Inventory

TIMEOUT_S = 60.0
MOST_BYTES = 64 << 20
KEPT_VARS = ("kolla_container_engine", "api_interface", "neutron_external_interface")
INSTALL = "install ansible-core (the extra `kolla`) or give the hosts under inventory.hosts"


def load(path: Path, *, timeout_s: float = TIMEOUT_S, tool: str | None = None) -> Inventory:
    """Return the snapshot of the inventory file or directory `path`. Raise InventoryUnreadable.

    `tool` is the ``ansible-inventory`` to run; by default the one beside this interpreter, else the one on PATH.
    """
    source = str(path)
    if not path.exists():
        raise InventoryUnreadable(source, "there is no such file", "see inventory.kolla in the config")
    body = _listing(source, _tool(source) if tool is None else tool, timeout_s)
    return parse(body, source, default_engine=_engine_of_globals(path))


def parse(body: Any, source: str, default_engine: str = "docker") -> Inventory:
    """Return the snapshot in the JSON that ``ansible-inventory --list`` printed. Pure. Raise InventoryUnreadable."""
    try:
        variables: Mapping[str, Mapping[str, Any]] = body["_meta"]["hostvars"]
        groups = {name: item for name, item in body.items() if name != "_meta"}
        members = {name: _members(groups, name) for name in groups if name not in ("all", "ungrouped")}
        names = sorted({host for name in groups for host in _members(groups, name)} | set(variables))
    except (KeyError, TypeError, AttributeError) as error:
        why = f"ansible-inventory printed JSON of another shape ({type(error).__name__}: {error})"
        raise InventoryUnreadable(source, why, "check it with: ansible-inventory --list -i " + source) from None
    hosts = [
        _host(name, variables.get(name, {}), members, default_engine, source)
        for name in names
        if not _is_deployer(name, variables.get(name, {}))
    ]
    if not hosts:
        remedy = (
            "name the hosts by an address that can be reached over SSH (an all-in-one inventory has only localhost)"
        )
        raise InventoryUnreadable(source, "it names no host but the local one", remedy)
    return snapshot(hosts, source)


def _tool(source: str) -> str:
    beside = Path(sys.executable).with_name("ansible-inventory")
    found = str(beside) if beside.exists() else shutil.which("ansible-inventory")
    if found is None:
        raise InventoryUnreadable(source, "there is no ansible-inventory beside this Python or on PATH", INSTALL)
    return found


def _listing(source: str, tool: str, timeout_s: float) -> Any:
    env = {
        **os.environ,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    check = f"check it with: ansible-inventory --list -i {source}"
    try:
        done = subprocess.run(
            [tool, "-i", source, "--list"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env=env,
            cwd="/",  # an ansible.cfg in whatever directory we were started from is not ours
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InventoryUnreadable(source, f"ansible-inventory did not end within {timeout_s:.0f} s", check) from None
    except OSError as error:
        raise InventoryUnreadable(source, f"{tool} cannot be run: {error.strerror}", INSTALL) from None
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[-300:]
        raise InventoryUnreadable(source, f"ansible-inventory ended with {done.returncode}: {said}", check)
    if len(done.stdout) > MOST_BYTES:
        raise InventoryUnreadable(source, "ansible-inventory printed more than 64 MiB", check)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise InventoryUnreadable(source, "ansible-inventory did not print JSON", check) from None


def _members(groups: Mapping[str, Any], name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the hosts of a group and of all its children, however deep."""
    if name in seen:
        return set()
    group = groups.get(name, {})
    found = set(group.get("hosts", []))
    for child in group.get("children", []):
        found |= _members(groups, child, seen | {name})
    return found


def _is_deployer(name: str, variables: Mapping[str, Any]) -> bool:
    return name in ("localhost", "127.0.0.1") and variables.get("ansible_connection") == "local"


def _host(
    name: str, variables: Mapping[str, Any], members: Mapping[str, set[str]], default_engine: str, source: str
) -> Host:
    address = str(variables.get("ansible_host") or variables.get("ansible_ssh_host") or name)
    engine = str(variables.get("kolla_container_engine") or default_engine)
    api_address = variables.get("api_interface_address") or variables.get("ansible_host")
    port = variables.get("ansible_port") or variables.get("ansible_ssh_port")
    user = variables.get("ansible_user") or variables.get("ansible_ssh_user")
    for key, value in (("ansible_host", address), ("ansible_port", port), ("ansible_user", user), ("engine", engine)):
        if "{{" in str(value):
            why = f"{key} of {name} is a template ({value}), which only a playbook can fill in"
            raise InventoryUnreadable(source, why, "write its value into the inventory")
    if engine not in ("docker", "podman"):
        why = f"kolla_container_engine of {name} is {engine!r}"
        raise InventoryUnreadable(source, why, "it must be docker or podman")
    try:
        number = None if port is None else int(port)
    except (TypeError, ValueError):
        raise InventoryUnreadable(source, f"ansible_port of {name} is {port!r}", "it must be a number") from None
    return Host(
        name=name,
        address=address,
        groups=tuple(sorted(group for group, hosts in members.items() if name in hosts)),
        engine=engine,
        port=number,
        user=None if user is None else str(user),
        api_address=None if api_address is None or "{{" in str(api_address) else str(api_address),
        vars={key: str(variables[key]) for key in KEPT_VARS if key in variables},
    )


def _engine_of_globals(path: Path) -> str:
    """Return ``kolla_container_engine`` of globals.yml, which kolla hands to its playbooks beside the inventory."""
    for file in (path.parent / "globals.yml", Path("/etc/kolla/globals.yml")):
        try:
            found = YAML(typ="safe").load(file)
        except (OSError, YAMLError):
            continue
        if isinstance(found, dict):
            return str(found.get("kolla_container_engine") or "docker")
    return "docker"
