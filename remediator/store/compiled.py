"""SQLite engines that share what was compiled: a statement is made into SQL once in a process, and not once for each
store.

SQLAlchemy keeps compiled statements by dialect, and makes a dialect for each engine. A process that opens many stores,
as the simulator does, or one store many times, compiles the same statements again and again. The text that reaches
SQLite is the same either way.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

KEPT = 500
"""Statements, as many as SQLAlchemy keeps for one engine: remediator has fewer."""


@functools.cache
def _first() -> sa.Engine:
    """Return an engine that has connected once: from then on its dialect knows which SQLite this is."""
    first = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with first.connect():
        pass
    first.dispose()
    return first


@functools.cache
def _statements() -> LRUCache[Any, Any]:
    return LRUCache(KEPT)


def engine(connect: Callable[[], Any], pool: type[sa.pool.Pool]) -> sa.Engine:
    """Return an engine over the connections that `connect` makes."""
    dialect = _first().dialect
    return sa.Engine(
        pool(connect, dialect=dialect),
        dialect,
        sa.make_url("sqlite://"),
        execution_options={"compiled_cache": _statements()},
    )


def connector(url: str) -> Callable[[], sqlite3.Connection]:
    """Return what connects to the SQLite database at `url`, from whatever thread."""
    arguments, options = _first().dialect.create_connect_args(sa.make_url(url))
    return functools.partial(sqlite3.connect, *arguments, **{**options, "check_same_thread": False})
