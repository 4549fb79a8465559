"""What the inventory says and we do not use, or does not say and we assume: a note for each kind. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from remediator.inventory.known import Known
from remediator.inventory.kolla import globals, variables
from remediator.inventory.kolla.variables import Unusable

SSH_ARGUMENTS = ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args")
JUMPS = ("proxyjump", "proxycommand", "-j ")


def about(given: Mapping[str, Mapping[str, Any]], known: Known) -> list[str]:
    """Return a sentence for each kind of value that the variables of some hosts have and that is not used, or is not
    there."""
    return [note for note in (_users(given, known), _engines(given, known), _jumps(given, known)) if note]


def _users(given: Mapping[str, Mapping[str, Any]], known: Known) -> str:
    """Say who else the inventory would log in as: it names the account that deploys, and ours is in our config."""
    others: Counter[str] = Counter()
    for mine in given.values():
        user = variables.read(mine, "ansible_user", "ansible_ssh_user")
        if user is not None and user != known.user:
            others[user.kind.value if isinstance(user, Unusable) else str(user)] += 1
    if not others:
        return ""
    count = others.total()
    listed = ", ".join(f"{user} ({number})" for user, number in sorted(others.items()))
    return (
        f"{count} host{'s are' if count > 1 else ' is'} logged in to as {known.user} (ssh.user),"
        f" and not as the inventory's ansible_user: {listed}"
    )


def _engines(given: Mapping[str, Mapping[str, Any]], known: Known) -> str:
    said = {name: variables.read(mine, globals.KEY) for name, mine in given.items()}
    if known.globals.engine is not None:
        other = sorted(name for name, engine in said.items() if engine not in (None, known.globals.engine))
        if not other:
            return ""
        return (
            f"{globals.KEY} of {names(other)} in the inventory is not used:"
            f" {known.globals.file} says {known.globals.engine}, and kolla lets that go before"
        )
    silent = sorted(name for name, engine in said.items() if engine is None)
    if not silent or known.engine is not None or known.globals.folder is not None:
        return ""
    return (
        f"{names(silent)} {'are' if len(silent) > 1 else 'is'} taken to run docker, kolla's default: "
        f"there is no globals.yml"
        f" beside the inventory or in {globals.STANDARD}; inventory.engine says it for certain"
    )


def _jumps(given: Mapping[str, Mapping[str, Any]], known: Known) -> str:
    """Say that the inventory goes through another host: its arguments for ssh are Ansible's alone."""
    if known.jump:
        return ""
    found = sorted(
        name
        for name, mine in given.items()
        if any(word in str(mine.get(key, "")).lower() for key in SSH_ARGUMENTS for word in JUMPS)
    )
    if not found:
        return ""
    return (
        f"{names(found)}: the inventory goes through another host, and its arguments for ssh are not read; set ssh.jump"
    )


def names(hosts: list[str], most: int = 3) -> str:
    """Return the first names of some hosts, and how many there are beside them."""
    more = f" and {len(hosts) - most} more" if len(hosts) > most else ""
    return f"{', '.join(hosts[:most])}{more}"
