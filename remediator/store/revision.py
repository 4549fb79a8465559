"""Which form a store has: the revision that its migrations have brought it to (store/migrations).

Invariant: a store of another revision is never read or written as if it were of this one. The daemon upgrades an older
store when it starts. A newer store is refused, for this release would lose what it says.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import exc

from remediator.store import errors, tables

REVISIONS: Final = ("0001", "0002")
"""Oldest first, as in `migrations/versions`."""
HEAD: Final = REVISIONS[-1]
BEFORE: Final = "1"
"""What the releases that had no revisions note in `meta`."""
SINCE: Final = "2"
"""What has to stand there since, so that those releases refuse the store."""
NONE: Final = ""
"""A database in which remediator has written nothing yet."""
UNNUMBERED: Final = "0000"
"""A store of a release that had no revisions."""

_NUMBER = sa.select(tables.revision.c.version_num)
_WRITTEN = sa.select(tables.audit.c.seq).limit(1)
_NOTED = sa.select(tables.meta.c.value).where(tables.meta.c.key == "schema")


def revision(connection: sa.Connection) -> str:
    """Return the revision of a store, `NONE` or `UNNUMBERED`."""
    names = set(sa.inspect(connection).get_table_names())
    if tables.revision.name in names and (number := connection.execute(_NUMBER).scalar()) is not None:
        return str(number)
    noted = connection.execute(_NOTED).scalar() if tables.meta.name in names else None
    if noted is None:
        written = tables.audit.name in names and connection.execute(_WRITTEN).first() is not None
        return UNNUMBERED if written else NONE
    return UNNUMBERED if noted == BEFORE else f"schema {noted}"


def older(found: str) -> bool:
    """Return whether a store of the revision `found` can be upgraded to this release's."""
    return found == UNNUMBERED or found in REVISIONS[:-1]


def must_be_known(where: str, connection: sa.Connection, older_too: bool = False) -> bool:
    """Return whether a reader may read records of the store. False: it is of an older release, and `older_too` allows
    that.

    Raise StoreOlder or StoreNewer. A database that cannot be asked is left to who reads it.
    """
    try:
        found = revision(connection)
    except exc.SQLAlchemyError:
        return False
    if older(found) and not older_too:
        raise errors.StoreOlder(where, found, HEAD)
    if found not in (NONE, HEAD) and not older(found):
        raise errors.StoreNewer(where, found, HEAD)
    return found == HEAD


def stamp(connection: sa.Connection) -> None:
    """Note in a new store that it has this release's form. Older releases look at `meta`, and refuse it."""
    connection.execute(tables.revision.insert().values(version_num=HEAD))
    connection.execute(tables.meta.insert().values(key="schema", value=SINCE))
