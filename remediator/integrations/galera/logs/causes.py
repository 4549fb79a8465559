"""Causes in the server's log with which a plain start does harm or does not help (GB-17), and signs of trouble of a
running member. The texts of causes are in one table, `texts.py`.

Sources: MariaDB's and Galera's own messages. The lines after an upgrade are those of tables that `mariadb-upgrade` has
not yet rewritten. After a failed transfer, whatever the reason, the provider itself says that it has to be restarted
(one write set short: Launchpad bug 2161773).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from remediator.integrations.galera.logs import texts

SIGNS = (
    (
        "upgrade_needed",
        re.compile(r"Incorrect definition of table mysql\.\w+: expected column '.*' at position \d+ to have type"),
    ),
    ("statistics_outdated", re.compile(r"Column last_update in table .*mysql.*innodb_\w+_stats.* is BINARY")),
    ("ist_race", re.compile(r"IST didn't contain all write sets, expected last: \d+")),
    ("restart_asked", re.compile(texts.BY_NAME["restart_asked"].pattern, re.I)),
)
"""`statistics_outdated` looks alike and is not cured by `mariadb-upgrade` (MDEV-30483)."""

LOCKS = frozenset(("data_in_use",))
"""Causes that are over once nobody else uses the data."""


def cause(log: str, *, nobody_else: bool = False) -> str | None:
    """Return the cause that the log lines of a member name and that forbids its start, or None.

    `nobody_else`: it is proven that nobody uses its data now, so that a lock of its files is over. `xa_prepared` does
    not mean the note "Found 1 prepared transaction(s) in InnoDB". A server with a binary log writes that note after a
    kill under load, and settles the transaction by itself.
    """
    found = texts.first(log, forbidding=True, but=LOCKS if nobody_else else frozenset())
    return None if found is None else found.name


def told(log: str, *, nobody_else: bool = False) -> str | None:
    """Return in a sentence what the log lines of a member say, with its remedy, whether it forbids a start or not. None
    for nothing known."""
    found = texts.first(log, but=LOCKS if nobody_else else frozenset())
    return None if found is None else found.sentence


def prepared(log: str) -> bool:
    """Return whether `log` names prepared transactions that the server could not settle by itself (GB-4)."""
    return re.search(texts.BY_NAME["xa_prepared"].pattern, log, re.I) is not None


def corrupt(log: str) -> bool:
    """Return whether `log` has a line about damaged InnoDB pages."""
    return re.search(texts.BY_NAME["innodb_corruption"].pattern, log, re.I) is not None


def signs(lines: Iterable[str]) -> frozenset[str]:
    """Return the names in `SIGNS` whose line is among `lines`."""
    return frozenset(name for line in lines for name, pattern in SIGNS if pattern.search(line))
