"""What people and pages read: own read-only connections, answers in the shapes of docs/contracts.md, every query over
an index."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from remediator.config import Config
from remediator.config.essentials import Essentials
from remediator.model.records.records import Debt, Decision, Event, Incident, Run
from remediator.model.times import rfc3339
from remediator.store import database, errors, revision, tables
from remediator.store.stored import codec, shapes


def location(config: Config | Essentials) -> str:
    """Return the URL of the configured database. Raise SecretError when its secret cannot be read."""
    return database.url_of(Path(config.state_dir), config.database.resolve())


def other_form(config: Config | Essentials) -> errors.StoreError | None:
    """Return what is to be said of a store that another release wrote. None for a store of this release, and for one
    that is absent or not readable."""
    reader = Reader(config)
    try:
        reader.incidents(limit=1)
    except (errors.StoreOlder, errors.StoreNewer) as error:
        return error
    except errors.StoreError:
        return None
    finally:
        reader.close()
    return None


MOST_KEYS = 10_000
"""A question that matches more checks and targets than this is answered from the first of them."""


class Reader:
    """Opened per command or per page. Every method raises StoreUnavailable when the store cannot be read."""

    def __init__(self, config: Config | Essentials) -> None:
        self._url = location(config)
        self._cloud = config.cloud
        self._ends_at: float | None = None
        self._ours = False
        """The store was found to have the form of this release."""
        self._engine = database.reading(self._url, self._late)

    def ends_within(self, seconds: float) -> None:
        """Let every statement from now on end, as `interrupted`, when `seconds` are over."""
        self._ends_at = time.monotonic() + seconds

    def _late(self) -> bool:
        return self._ends_at is not None and time.monotonic() > self._ends_at

    @contextlib.contextmanager
    def _connection(self, older_too: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection. Raise StoreOlder or StoreNewer for a store of another form; the log alone has been the
        same in all of them."""
        try:
            with self._engine.connect() as connection:
                if not self._ours:
                    self._ours = revision.must_be_known(self._url, connection, older_too)
                yield connection
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            original = getattr(error, "orig", None) or error
            why = str(original).splitlines()[0]
            raise errors.StoreUnavailable(self._url, why, errors.failure_of(error)) from None

    def close(self) -> None:
        self._engine.dispose()

    # incidents ------------------------------------------------------------------------------------------------

    def incidents(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[dict[str, Any]]:
        """Return incidents, newest first, without their timelines; `state` ``open`` means every one that is not
        resolved. `before`: only those with a lower number."""
        statement = sa.select(tables.incidents.c.body).order_by(tables.incidents.c.n.desc()).limit(limit)
        if state == "open":
            statement = statement.where(tables.incidents.c.open.is_(True))
        elif state is not None:
            statement = statement.where(tables.incidents.c.state == state)
        if before is not None:
            statement = statement.where(tables.incidents.c.n < before)
        with self._connection() as connection:
            return [
                shapes.incident_json(codec.of(Incident).read(body, "incident"), [])
                for body in connection.execute(statement).scalars()
            ]

    def incident(self, incident: str) -> dict[str, Any] | None:
        with self._connection() as connection:
            body = connection.execute(
                sa.select(tables.incidents.c.body).where(tables.incidents.c.id == incident)
            ).scalar()
            if body is None:
                return None
            lines = connection.execute(
                sa.select(tables.timeline).where(tables.timeline.c.incident == incident).order_by(tables.timeline.c.n)
            ).mappings()
            timeline = [{name: line[name] for name in ("at", "kind", "text", "run", "rule", "guard")} for line in lines]
            return shapes.incident_json(codec.of(Incident).read(body, incident), timeline)

    # runs -----------------------------------------------------------------------------------------------------

    def runs(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[dict[str, Any]]:
        """Return runs, newest first; `state` ``live`` means every one that has not ended. `before`: only lower
        numbers."""
        statement = sa.select(tables.runs.c.body).order_by(tables.runs.c.n.desc()).limit(limit)
        if state == "live":
            statement = statement.where(tables.runs.c.live.is_(True))
        elif state is not None:
            statement = statement.where(tables.runs.c.state == state)
        if before is not None:
            statement = statement.where(tables.runs.c.n < before)
        with self._connection() as connection:
            return [
                shapes.run_json(codec.of(Run).read(body, "run")) for body in connection.execute(statement).scalars()
            ]

    def run(self, run: str) -> dict[str, Any] | None:
        with self._connection() as connection:
            body = connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run)).scalar()
            if body is None:
                return None
            owed = sa.select(tables.debts.c.body).where(tables.debts.c.run == run).order_by(tables.debts.c.n)
            debts = [
                shapes.debt_json(codec.of(Debt).read(each, f"debt of {run}"))
                for each in connection.execute(owed).scalars()
            ]
            return {**shapes.run_json(codec.of(Run).read(body, run)), "debts": debts}

    def plan(self, run: str) -> dict[str, Any] | None:
        """Return the stored plan of a run, whole: every step with its exact commands, risk and parameters."""
        with self._connection() as connection:
            body = connection.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run)).scalar()
            return codec.of(Run).read(body, run).plan.to_json() if body is not None else None

    # by name and time -----------------------------------------------------------------------------------------

    def incident_keys(self, after: str | None = None, limit: int = -1) -> list[str]:
        """Return every ``check:target`` that had an incident which is still kept, sorted: one step in the index for
        each. `after`: only those behind it; `limit`: at most so many (-1: all)."""
        key = tables.incidents.c.key
        first = sa.select(sa.func.min(key).label("key"))
        seen = (first if after is None else first.where(key > after)).cte("seen", recursive=True)
        following = sa.select(sa.func.min(key)).where(key > seen.c.key).scalar_subquery()
        seen = seen.union_all(sa.select(following).where(seen.c.key.is_not(None)))
        with self._connection() as connection:
            found = sa.select(seen.c.key).where(seen.c.key.is_not(None)).limit(limit)
            return list(connection.execute(found).scalars())

    def newest_incidents(self, keys: Sequence[str], limit: int) -> list[dict[str, Any]]:
        """Return the newest incidents of `keys`, the open ones first, without their timelines."""
        statement = (
            sa.select(tables.incidents.c.body)
            .where(tables.incidents.c.key.in_(keys[:MOST_KEYS]))
            .order_by(tables.incidents.c.open.desc(), tables.incidents.c.n.desc())
            .limit(limit)
        )
        return self._incidents(statement)

    def incidents_during(self, keys: Sequence[str], start: datetime, end: datetime, limit: int) -> list[dict[str, Any]]:
        """Return the incidents of `keys` that were open at some moment from `start` to `end`, oldest first."""
        table = tables.incidents.c
        statement = (
            sa.select(table.body)
            .where(table.key.in_(keys[:MOST_KEYS]), sa.or_(table.open.is_(True), table.at_s >= start.timestamp()))
            .order_by(table.n)
            .limit(limit)
        )
        return [each for each in self._incidents(statement) if each["opened_at"] <= rfc3339(end)]

    def incident_before(self, keys: Sequence[str], moment: datetime) -> dict[str, Any] | None:
        """Return the incident of `keys` that closed last before `moment`."""
        table = tables.incidents.c
        statement = (
            sa.select(table.body)
            .where(table.key.in_(keys[:MOST_KEYS]), table.open.is_(False), table.at_s < moment.timestamp())
            .order_by(table.at_s.desc())
            .limit(1)
        )
        return next(iter(self._incidents(statement)), None)

    def incident_after(self, keys: Sequence[str], moment: datetime) -> dict[str, Any] | None:
        """Return the incident of `keys` that opened first after `moment`."""
        table = tables.incidents.c
        statement = (
            sa.select(table.body)
            .where(table.key.in_(keys[:MOST_KEYS]), sa.or_(table.open.is_(True), table.at_s > moment.timestamp()))
            .order_by(table.n)
        )
        with self._connection() as connection:
            for body in connection.execute(statement).scalars():
                found = shapes.incident_json(codec.of(Incident).read(body, "incident"), [])
                if found["opened_at"] > rfc3339(moment):
                    return found
        return None

    def _incidents(self, statement: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._connection() as connection:
            return [
                shapes.incident_json(codec.of(Incident).read(body, "incident"), [])
                for body in connection.execute(statement).scalars()
            ]

    def events_between(self, start: datetime, end: datetime, limit: int, skip: int = 0) -> list[dict[str, Any]]:
        """Return events from `start` to `end`, oldest first, without the first `skip` of them."""
        statement = (
            sa.select(tables.events)
            .where(tables.events.c.at >= rfc3339(start), tables.events.c.at <= rfc3339(end))
            .order_by(tables.events.c.at, tables.events.c.id)
            .limit(limit)
            .offset(skip)
        )
        with self._connection() as connection:
            return [self._event_json(row) for row in connection.execute(statement).mappings()]

    def audit_until(self, kinds: Sequence[str], moment: datetime, limit: int, skip: int = 0) -> list[dict[str, Any]]:
        """Return the newest `limit` entries of `kinds` that are not later than `moment`, oldest first; without the
        newest `skip`."""
        statement = (
            sa.select(tables.audit)
            .where(tables.audit.c.kind.in_(kinds), tables.audit.c.at <= rfc3339(moment))
            .order_by(tables.audit.c.seq.desc())
            .limit(limit)
            .offset(skip)
        )
        with self._connection(older_too=True) as connection:
            return [_entry(row) for row in connection.execute(statement).mappings()][::-1]

    # explanations ---------------------------------------------------------------------------------------------

    def explain(self, identifier: str) -> dict[str, Any] | None:
        """Return the JSON of `explain` for an incident, a run or an event by its id; None when there is none such."""
        kinds = {"inc": "incident", "run": "run", "ev": "event"}
        kind = kinds.get(identifier.rsplit("-", 1)[0])
        if kind is None:
            return None
        return self._explain(kind, identifier)

    def _explain(self, kind: str, identifier: str) -> dict[str, Any] | None:
        with self._connection() as connection:
            subject: dict[str, Any] | None
            incident: str | None
            if kind == "run":
                subject = self.run(identifier)
                incident = connection.execute(
                    sa.select(tables.runs.c.incident).where(tables.runs.c.id == identifier)
                ).scalar()
            elif kind == "event":
                row = (
                    connection.execute(sa.select(tables.events).where(tables.events.c.id == identifier))
                    .mappings()
                    .first()
                )
                subject = self._event_json(row) if row is not None else None
                incident = row["incident"] if row is not None else None
            else:
                subject = self.incident(identifier)
                incident = identifier
            if subject is None:
                return None
            column = {
                "run": tables.decisions.c.run,
                "event": tables.decisions.c.incident,
                "incident": tables.decisions.c.incident,
            }[kind]
            value = identifier if kind == "run" else incident
            found = connection.execute(
                sa.select(tables.decisions.c.body).where(column == value).order_by(tables.decisions.c.n)
            ).scalars()
            decisions = (
                [shapes.decision_json(codec.of(Decision).read(body, "decision")) for body in found]
                if value is not None
                else []
            )
            if kind == "run":
                for decision in decisions:
                    decision["verdicts"] = subject["verdicts"] or decision["verdicts"]
        return {kind: subject, "decisions": decisions}

    @staticmethod
    def _event_json(row: sa.RowMapping) -> dict[str, Any]:
        """Return an event; what a webhook sent, and what the first releases stored of a check, is shown as it lies."""
        shown = json.loads(row["body"])
        if row["check_name"] and isinstance(shown.get("target"), dict):
            shown = shapes.event_json(codec.of(Event).read(row["body"], row["id"]))
        kept = {name: row[name] for name in ("id", "at", "source", "target", "incident")}
        return {**shown, **kept}

    # the audit ------------------------------------------------------------------------------------------------

    def audit(
        self,
        limit: int = 50,
        kind: str | None = None,
        incident: str | None = None,
        run: str | None = None,
        before: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return entries of the chain, newest first. `before`: only those with a lower number."""
        statement = sa.select(tables.audit).order_by(tables.audit.c.seq.desc()).limit(limit)
        if before is not None:
            statement = statement.where(tables.audit.c.seq < before)
        for column, value in (
            (tables.audit.c.kind, kind),
            (tables.audit.c.incident, incident),
            (tables.audit.c.run, run),
        ):
            if value is not None:
                statement = statement.where(column == value)
        with self._connection(older_too=True) as connection:
            return [_entry(row) for row in connection.execute(statement).mappings()]

    def audit_entry(self, seq: int) -> dict[str, Any] | None:
        with self._connection(older_too=True) as connection:
            row = connection.execute(sa.select(tables.audit).where(tables.audit.c.seq == seq)).mappings().first()
            return _entry(row) if row is not None else None

    def export(self, start: int = 1) -> Iterator[dict[str, Any]]:
        """Yield the chain from `start` on, oldest first, as `audit export` prints it."""
        with self._connection(older_too=True) as connection:
            statement = sa.select(tables.audit).where(tables.audit.c.seq >= start).order_by(tables.audit.c.seq)
            for row in connection.execute(statement).mappings():
                yield _entry(row)

    def audit_rows(self, start: int, limit: int) -> list[dict[str, Any]]:
        """Return entries from `start` on as they are stored, their bodies as text: for who verifies them elsewhere."""
        statement = sa.select(tables.audit).where(tables.audit.c.seq >= start).order_by(tables.audit.c.seq).limit(limit)
        with self._connection(older_too=True) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def audit_head(self) -> str | None:
        """Return what the store notes as the length of the log."""
        with self._connection(older_too=True) as connection:
            return connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "audit_head")).scalar()

    def connection(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Return a read-only connection, for the verification."""
        return self._connection(older_too=True)


def _entry(row: sa.RowMapping) -> dict[str, Any]:
    entry = dict(row)
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        entry["body"] = json.loads(entry["body"])
    return entry
