"""The names from outside that the config declares (``inventory.aliases``) against the hosts that there are. Pure.

Invariant: a declared name means one host of the inventory, and is neither the name nor an address of another one. Where
the
inventory gives it to several, the declaration says which is meant.
"""

from __future__ import annotations

from remediator.config import Config
from remediator.config.documents import mistakes
from remediator.inventory.naming import Names, canonical
from remediator.model.content.specs import Mistake
from remediator.model.hosts import Inventory


def check(config: Config, inventory: Inventory) -> list[Mistake]:
    """Return the mistakes in ``inventory.aliases``."""
    found: list[Mistake] = []
    document = config.origin.document
    names = Names(inventory.hosts)
    seen: dict[str, tuple[str, str]] = {}
    for alias, host in config.inventory.aliases.items():
        loc, key = ("inventory", "aliases", alias), canonical(alias)
        if host not in inventory.hosts:
            hint = mistakes.nearest(host, inventory.hosts)
            found.append(document.mistake(loc, "unknown_name", f"there is no host {host} in the inventory", hint))
            continue
        before = seen.setdefault(key, (alias, host))
        if before[1] != host:
            why = f"{alias} is declared for {host}, and as {before[0]} for {before[1]}: a name means one host"
            found.append(document.mistake(loc, "two_hosts", why, key=True))
        elif host not in (owners := names.owners(alias) or {host}):
            why = f"{alias} is declared for {host}, and is the name or an address of {', '.join(sorted(owners))}"
            found.append(document.mistake(loc, "two_hosts", why, key=True))
    return found
