"""What the server's own log lines name: causes with which a plain start does harm or does not help (GB-17), and signs of
what is wrong with a member that runs.

Sources: MariaDB's and Galera's own messages; the lines after an upgrade are those of tables that `mariadb-upgrade` has not
yet rewritten; of a transfer that ended one write set short (Launchpad bug 2161773) the server itself says that it has to be
restarted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LINES = (
    (
        "innodb_corruption",
        re.compile(
            r"InnoDB: (?:Database page corruption|Corruption|.*is corrupted)|page corruption|Data structure corruption",
            re.I,
        ),
    ),
    ("diverged", re.compile(r"states diverged|greater than group seqno")),
    ("inconsistent", re.compile(r"Inconsistency detected|evicted", re.I)),
    ("xa_prepared", re.compile(r"Found \d+ prepared (?:XA )?transactions")),
    ("not_safe_to_bootstrap", re.compile(r"may not be safe to bootstrap")),
)
"""What harms the data comes before what only keeps a server from starting. Not meant by `xa_prepared` is the note "Found 1
prepared transaction(s) in InnoDB": a server with a binary log writes it after a kill under load, and settles it by itself."""

SIGNS = (
    (
        "upgrade_needed",
        re.compile(r"Incorrect definition of table mysql\.\w+: expected column '.*' at position \d+ to have type"),
    ),
    ("statistics_outdated", re.compile(r"Column last_update in table .*mysql.*innodb_\w+_stats.* is BINARY")),
    ("ist_race", re.compile(r"IST didn't contain all write sets, expected last: \d+")),
)
"""`statistics_outdated` looks alike and is not cured by `mariadb-upgrade` (MDEV-30483)."""


def cause(log: str) -> str | None:
    """Return the cause that the log lines of a member name, or None."""
    return next((name for name, pattern in LINES if pattern.search(log)), None)


def prepared(log: str) -> bool:
    """Return whether `log` names prepared transactions that the server could not settle by itself (GB-4)."""
    return dict(LINES)["xa_prepared"].search(log) is not None


def corrupt(log: str) -> bool:
    """Return whether `log` has a line about damaged InnoDB pages."""
    return dict(LINES)["innodb_corruption"].search(log) is not None


def signs(lines: Iterable[str]) -> frozenset[str]:
    """Return the names in `SIGNS` whose line is among `lines`."""
    return frozenset(name for line in lines for name, pattern in SIGNS if pattern.search(line))
