"""Alembic's entry: runs the missing revisions in the transaction of the connection that `store/upgrade.py` hands
over."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
