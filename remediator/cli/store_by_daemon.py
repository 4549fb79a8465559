"""The store as a member of the group reads it: each of its `Queries` is asked of the daemon, in parts.

Invariant: what is printed is the same as when root reads the files. Without a daemon nothing is, and the error says so.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from remediator.cli import client
from remediator.cli.errors import FAILED, CliError
from remediator.model.times import rfc3339
from remediator.store import tables
from remediator.store.audit import readable
from remediator.store.queries import Row

PART: Final = 200
KEYS_BYTES: Final = 40_000
"""Of the keys in one question: a request has 64 KiB at most."""
Cursor = Callable[[Row, int], dict[str, Any]]


class AskedReader:
    """`Queries` over the control socket of the daemon of `state_dir`. Every method raises CliError when it does not
    answer."""

    def __init__(self, state_dir: str) -> None:
        self._state_dir = state_dir

    def close(self) -> None:
        """Nothing is held between questions."""

    # one question -------------------------------------------------------------------------------------------------

    def _ask(self, question: str, **args: Any) -> Mapping[str, Any]:
        data = client.demand(self._state_dir, "read", {"question": question, "args": args})
        if not isinstance(data, dict):
            raise CliError(f"the daemon's answer to {question!r} has no data; see its log", FAILED)
        return data

    def _value(self, question: str, **args: Any) -> Any:
        return self._ask(question, **args).get("value")

    def _rows(self, question: str, limit: int | None, behind: Cursor, **args: Any) -> Iterator[Row]:
        """Yield up to `limit` rows, part by part; `behind` gives the arguments that ask for what follows a row."""
        count = 0
        while limit is None or count < limit:
            wanted = PART if limit is None else min(PART, limit - count)
            part = self._ask(question, limit=wanted, **args)
            rows = part.get("rows") or []
            yield from rows
            count += len(rows)
            if not rows:
                return
            args = {**args, **behind(rows[-1], count)}

    # what both readers answer --------------------------------------------------------------------------------------

    def incidents(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[Row]:
        return list(self._rows("incidents", limit, _before_id, state=state, before=before))

    def incident(self, incident: str) -> Row | None:
        found: Row | None = self._value("incident", id=incident)
        return found

    def runs(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[Row]:
        return list(self._rows("runs", limit, _before_id, state=state, before=before))

    def run(self, run: str) -> Row | None:
        found: Row | None = self._value("run", id=run)
        return found

    def plan(self, run: str) -> Row | None:
        found: Row | None = self._value("plan", id=run)
        return found

    def incident_keys(self, after: str | None = None, limit: int = -1) -> list[str]:
        most = None if limit < 0 else limit
        found: Iterator[Any] = self._rows("incident_keys", most, lambda row, _: {"after": row}, after=after)
        return [str(each) for each in found]

    def newest_incidents(self, keys: Sequence[str], limit: int) -> list[Row]:
        found = [row for part in _parts(keys) for row in self._few("newest_incidents", limit, keys=part)]
        return sorted(found, key=lambda row: (row["state"] != "resolved", _number(row)), reverse=True)[:limit]

    def incidents_during(self, keys: Sequence[str], start: datetime, end: datetime, limit: int) -> list[Row]:
        when = {"start": rfc3339(start), "end": rfc3339(end)}
        found = [row for part in _parts(keys) for row in self._few("incidents_during", limit, keys=part, **when)]
        return sorted(found, key=_number)[:limit]

    def incident_before(self, keys: Sequence[str], moment: datetime) -> Row | None:
        found = [self._value("incident_before", keys=part, moment=rfc3339(moment)) for part in _parts(keys)]
        return max(filter(None, found), key=lambda row: str(row["closed_at"]), default=None)

    def incident_after(self, keys: Sequence[str], moment: datetime) -> Row | None:
        found = [self._value("incident_after", keys=part, moment=rfc3339(moment)) for part in _parts(keys)]
        return min(filter(None, found), key=_number, default=None)

    def events_between(self, start: datetime, end: datetime, limit: int, skip: int = 0) -> list[Row]:
        when = {"start": rfc3339(start), "end": rfc3339(end)}
        return list(self._rows("events_between", limit, lambda _, count: {"skip": skip + count}, skip=skip, **when))

    def audit_until(self, kinds: Sequence[str], moment: datetime, limit: int, skip: int = 0) -> list[Row]:
        args = {"kinds": list(kinds), "moment": rfc3339(moment)}
        found = self._rows("audit_until", limit, lambda _, count: {"skip": skip + count}, skip=skip, **args)
        return list(found)[::-1]

    def explain(self, identifier: str) -> Row | None:
        found: Row | None = self._value("explain", id=identifier)
        return found

    def audit(
        self,
        limit: int = 50,
        kind: str | None = None,
        incident: str | None = None,
        run: str | None = None,
        before: int | None = None,
    ) -> list[Row]:
        of = {"kind": kind, "incident": incident, "run": run}
        return list(self._rows("audit", limit, lambda row, _: {"before": row["seq"]}, before=before, **of))

    def audit_entry(self, seq: int) -> Row | None:
        found: Row | None = self._value("audit_entry", seq=seq)
        return found

    def export(self, start: int = 1) -> Iterator[Row]:
        for row in self._rows("audit_rows", None, lambda row, _: {"start": row["seq"] + 1}, start=start):
            with contextlib.suppress(ValueError, TypeError, RecursionError):
                row["body"] = json.loads(row["body"])
            yield row

    def audit_head(self) -> str | None:
        found: str | None = self._value("audit_head")
        return found

    def beside_the_log(self) -> str | None:
        """Return what the daemon finds wrong with the tables beside the log; their rows are read in parts, however many
        there are."""
        if (differs := self._value("rows_differ")) is not None:
            return str(differs)
        for table in readable.BODIES:
            after, bad = self._unreadable(table.name, 0)
            while bad is None and after:
                after, bad = self._unreadable(table.name, after)
            if bad is not None:
                return bad
        return None

    def _unreadable(self, table: str, after: int) -> tuple[int, str | None]:
        found = self._value("unreadable", table=table, after=after)
        return int(found["after"]), found["bad"]

    def checkpoints(self) -> Mapping[str, str]:
        """Return ``{path, text, key}``: the file of checkpoints and the public key."""
        found: Mapping[str, str] = self._value("checkpoints")
        return found

    def copy_log(self, target: sa.Connection) -> None:
        """Write the log into the empty database behind `target`: as long as the daemon says that it is now."""
        head = self.audit_head()
        tables.metadata.create_all(target)
        if head is not None:
            target.execute(tables.meta.insert().values(key="audit_head", value=head))
        last = int(head) if head is not None and head.isdigit() else None
        batch: list[Row] = []
        for row in self._rows("audit_rows", None, lambda row, _: {"start": row["seq"] + 1}, start=0):
            if last is not None and row["seq"] > last:
                break
            batch.append(row)
            if len(batch) == PART:
                target.execute(tables.audit.insert(), batch)
                batch = []
        if batch:
            target.execute(tables.audit.insert(), batch)

    def _few(self, question: str, limit: int, **args: Any) -> list[Row]:
        return list(self._ask(question, limit=limit, **args).get("rows") or [])


def _number(row: Row) -> int:
    return int(str(row["id"]).rsplit("-", 1)[1])


def _before_id(row: Row, _: int) -> dict[str, Any]:
    return {"before": _number(row)}


def _parts(keys: Sequence[str]) -> Iterator[list[str]]:
    """Yield `keys` in lists that fit into one question each; one empty list for none."""
    part: list[str] = []
    room = KEYS_BYTES
    for key in keys:
        size = len(json.dumps(key)) + 2
        if part and size > room:
            yield part
            part, room = [], KEYS_BYTES
        part.append(key)
        room -= size
    yield part
