"""Each body is its record by the types of its own fields (store/stored/codec.py). What a sentence stood for becomes a
value for good.

The digests that the log has of rows are of their bytes: the new ones are noted in the log with the same transaction. A
difference that was
there before stays told.
"""

from __future__ import annotations

import functools
from typing import Any

from alembic import context, op

from remediator.store.migrations import first_form, noting
from remediator.store.migrations.rewriting import Rewritten

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection, given = op.get_bind(), context.config.attributes
    noted = noting.Noted.before(connection)
    rewritten = Rewritten()
    for table, form in first_form.FORMS.items():
        rewritten.table(connection, table, functools.partial(_by_body, form), progress=given["progress"])
    rewritten.table(connection, "signs", _sign, also=("key", "at"), progress=given["progress"])
    op.execute(
        "UPDATE meta SET value = '2' WHERE key = 'schema'"
    )  # the releases before revisions look here, and refuse it
    noted.after(connection, given["at"], {"rows": rewritten.rows, "unreadable": rewritten.unreadable}, revision)


def _by_body(form: Any, body: dict[str, Any], _more: tuple[Any, ...]) -> dict[str, Any]:
    made: dict[str, Any] = form(body)
    return made


def _sign(body: dict[str, Any], more: tuple[Any, ...]) -> dict[str, Any]:
    key, at = more
    return {**body, "key": key, "at": at}
