"""What the loop writes, inside one transaction: every change of a table and the audit entry that tells of it, together.

Invariant: no method commits. The caller's transaction makes the table row and the chain entry true in the same moment,
so a crash leaves either both or neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from remediator.model.messages.hooks import ForeignName
from remediator.model.messages.signs import Sign
from remediator.model.records.mutes import Accepted, Ack, OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records.records import Debt, Decision, Event, GroupKept, Incident, Run
from remediator.model.times import Instant, rfc3339
from remediator.safety.case import Downtime
from remediator.store import tables
from remediator.store.audit import chain, digests, readable
from remediator.store.stored import bodies, codec, meta

# Asked in every turn of the loop, or with every record: made once.
_META = sa.select(tables.meta.c.value).where(tables.meta.c.key == sa.bindparam("wanted"))
_FORGET_META = tables.meta.delete().where(tables.meta.c.key == sa.bindparam("wanted"))
_NOTE_META = tables.meta.insert()
_DUE = (
    sa.select(tables.outbox.c.n, tables.outbox.c.key, tables.outbox.c.tries, readable.OUTBOX_BODY)
    .where(tables.outbox.c.state == "due", tables.outbox.c.next_s <= sa.bindparam("now_s"))
    .order_by(tables.outbox.c.n)
    .limit(sa.bindparam("most"))
)
_WAITING = (
    sa.select(tables.outbox.c.n, tables.outbox.c.key, readable.OUTBOX_BODY)
    .where(tables.outbox.c.state == "due", tables.outbox.c.key.startswith(sa.bindparam("prefix", type_=sa.Text)))
    .order_by(tables.outbox.c.n)
    .limit(sa.bindparam("most"))
)


class Journal:
    """The writing half of the store, for one transaction at the instant `now`."""

    def __init__(self, connection: sa.Connection, now: Instant) -> None:
        self._db = connection
        self._now = now
        self.touched = digests.Touched()
        self.rows_accepted = False
        """A person has accepted the rows as they are, whatever the log says of them."""

    @property
    def connection(self) -> sa.Connection:
        """The transaction itself, for what is no word of the journal: retention."""
        return self._db

    # identity -------------------------------------------------------------------------------------------------

    def next_number(self, kind: str, first: Callable[[], int] = lambda: 1) -> int:
        """Return the next number of `kind`; ids are ``inc-7``, ``run-3``: short enough to say on the phone.

        `first` is asked for the number to begin with, in a store that has counted none yet.
        """
        key = meta.NUMBERS.key(kind)
        found = key.read(self._db.execute(_META, {"wanted": key.name}).scalar())
        number = found if found is not None else first()
        self.keep(key, number + 1)
        return number

    def keep(self, key: meta.Key[meta.Value], value: meta.Value | None) -> None:
        """Set the value of a key of `meta`; None: it has none."""
        if key.name in digests.BRAKES:
            self.touched.row("brakes", key.name)
        self._db.execute(_FORGET_META, {"wanted": key.name})
        self._db.execute(_NOTE_META, {"key": key.name, "value": key.write(value)})

    # chain ----------------------------------------------------------------------------------------------------

    def audit(
        self, kind: str, actor: str, body: dict[str, Any], *, run: str | None = None, incident: str | None = None
    ) -> int:
        return chain.append(self._db, at=self._now, actor=actor, kind=kind, body=body, run=run, incident=incident)

    # events and hints -----------------------------------------------------------------------------------------

    def event(self, record: Event, incident: str | None) -> None:
        self._db.execute(
            tables.events.insert().values(
                id=record.id,
                n=_number(record.id),
                at=rfc3339(record.at.wall),
                source=record.source,
                check_name=record.check,
                target=record.target.text,
                incident=incident,
                body=codec.of(Event).write(record),
            )
        )

    def hint_event(self, key: str) -> str | None:
        """Return the event that took this idempotency key before, if any."""
        return self._db.execute(sa.select(tables.hints.c.event).where(tables.hints.c.key == key)).scalar()

    def hint(self, key: str, event: str, source: str, target: str, body: dict[str, Any]) -> None:
        at = rfc3339(self._now.wall)
        self._db.execute(tables.hints.insert().values(key=key, event=event, at=at))
        self._db.execute(
            tables.events.insert().values(
                id=event,
                n=_number(event),
                at=at,
                source=source,
                check_name="",
                target=target,
                incident=None,
                body=bodies.dump(body),
            )
        )

    # incidents ------------------------------------------------------------------------------------------------

    def incident(self, record: Incident) -> None:
        """Insert or replace the incident."""
        values = {
            "state": record.state.value,
            "open": record.open,
            "at_s": (record.closed_at or record.opened_at).wall.timestamp(),
            "body": codec.of(Incident).write(record),
        }
        done = self._db.execute(tables.incidents.update().where(tables.incidents.c.id == record.id).values(**values))
        if done.rowcount == 0:
            number = _number(record.id)
            self._db.execute(tables.incidents.insert().values(id=record.id, n=number, key=record.key, **values))

    def timeline(
        self,
        incident: str,
        kind: str,
        text: str,
        *,
        run: str | None = None,
        rule: str | None = None,
        guard: str | None = None,
    ) -> None:
        self._db.execute(
            tables.timeline.insert().values(
                incident=incident,
                at=rfc3339(self._now.wall),
                kind=kind,
                text=bodies.storable(text[:1000]),
                run=run,
                rule=rule,
                guard=guard,
            )
        )

    # decisions and runs ---------------------------------------------------------------------------------------

    def decision(self, record: Decision) -> None:
        self._db.execute(
            tables.decisions.insert().values(
                id=record.id,
                n=_number(record.id),
                incident=record.incident,
                event=record.event,
                run=record.run,
                rule=record.rule,
                body=codec.of(Decision).write(record),
            )
        )

    def run(self, record: Run) -> None:
        """Insert or replace the run."""
        self.touched.row("runs", record.id)
        intent = record.intent_at
        values = {
            "state": record.state.value,
            "live": not record.state.ended,
            "at_s": (record.ended_at or record.created_at).wall.timestamp(),
            "intent_s": intent.wall.timestamp() if intent else None,
            "body": codec.of(Run).write(record),
        }
        done = self._db.execute(tables.runs.update().where(tables.runs.c.id == record.id).values(**values))
        if done.rowcount == 0:
            self._db.execute(
                tables.runs.insert().values(
                    id=record.id,
                    n=_number(record.id),
                    incident=record.incident,
                    target=record.plan.target.text,
                    runbook=record.plan.runbook,
                    **values,
                )
            )

    def stored_run(self, run: str) -> Run | None:
        """Return a run, live or ended; None when there is none of that id."""
        found = self._db.execute(sa.select(tables.runs.c.body).where(tables.runs.c.id == run)).scalar()
        return None if found is None else codec.of(Run).read(found, run)

    def debt(self, record: Debt) -> None:
        """Insert or replace the debt."""
        self.touched.row("debts", record.id)
        values = {"run": record.run, "open": record.open, "body": codec.of(Debt).write(record)}
        done = self._db.execute(tables.debts.update().where(tables.debts.c.id == record.id).values(**values))
        if done.rowcount == 0:
            number = _number(record.id)
            self._db.execute(tables.debts.insert().values(id=record.id, n=number, **values))

    def lock(self, scope: str, run: str) -> None:
        """Lock `scope`; the primary key refuses a second holder."""
        self.touched.row("locks", scope)
        self._db.execute(tables.locks.insert().values(scope=scope, run=run))

    def unlock(self, run: str) -> None:
        self.touched.every("locks")
        self._db.execute(tables.locks.delete().where(tables.locks.c.run == run))

    # mutes, baseline, signs -----------------------------------------------------------------------------------

    def downtime(self, record: Downtime) -> None:
        """Insert or replace what a sender told of the downtime of a host, or of its service."""
        self.end_downtime(record)
        host, service = record.host, record.service or ""
        body = codec.of(Downtime).write(record)
        self._db.execute(tables.downtimes.insert().values(host=host, service=service, body=body))

    def end_downtime(self, record: Downtime) -> None:
        host, service = record.host, record.service or ""
        self.touched.row("downtimes", host, service)
        known = tables.downtimes.c.host == host, tables.downtimes.c.service == service
        self._db.execute(tables.downtimes.delete().where(*known))

    def downtime_told(self, host: str, service: str) -> float:
        """Return when the sender told of the downtime that is known of (host, service), in epoch seconds; 0 when nobody
        said."""
        known = tables.downtimes.c.host == host, tables.downtimes.c.service == service
        found = self._db.execute(sa.select(tables.downtimes.c.body).where(*known)).scalar()
        return codec.of(Downtime).read(found, f"downtime of {host}").told_at if found is not None else 0.0

    def said(self, host: str, names: tuple[str, ...]) -> None:
        """Set by which names `host` calls itself; none removes it."""
        self._db.execute(tables.said_names.delete().where(tables.said_names.c.host == host))
        if names:
            self._db.execute(tables.said_names.insert().values(host=host, body=bodies.dump(list(names))))

    def foreign_name(self, record: ForeignName) -> None:
        self.forget_foreign_name(record.name)
        body = codec.of(ForeignName).write(record)
        self._db.execute(tables.foreign_names.insert().values(name=record.name, body=body))

    def forget_foreign_name(self, name: str) -> None:
        self._db.execute(tables.foreign_names.delete().where(tables.foreign_names.c.name == name))

    def next_pause(self) -> str:
        """Return the id of the next pause, which no pause of this store had before."""
        return f"pause-{self.next_number('pause', self._first_pause)}"

    def pause(self, record: Pause) -> None:
        number = _number(record.id)
        self.touched.row("pauses", number)
        row = tables.pauses.insert().values(n=number, reason=record.reason, author=record.author, at=record.at)
        self._db.execute(row)

    def _first_pause(self) -> int:
        """Return the first number that is free in a store whose pauses the database numbered: it gave numbers away
        again."""
        said = self._db.execute(sa.select(tables.audit.c.body).where(tables.audit.c.kind == "pause")).scalars()
        named = [name.rpartition("-")[2] for name in filter(None, map(_pause_named, said))]
        stand = self._db.execute(sa.select(tables.pauses.c.n)).scalars()
        given_away = [int(number) for number in named if number.isdigit()]
        return max((0, *given_away, *map(int, stand))) + 1

    def end_pause(self, pause: str) -> None:
        self.touched.row("pauses", _number(pause))
        self._db.execute(tables.pauses.delete().where(tables.pauses.c.n == _number(pause)))

    def silence(self, record: Silence) -> None:
        self.touched.row("silences", record.id)
        body = codec.of(Silence).write(record)
        self._db.execute(tables.silences.insert().values(id=record.id, until_s=record.until.timestamp(), body=body))

    def end_silence(self, silence: str) -> None:
        self.touched.row("silences", silence)
        self._db.execute(tables.silences.delete().where(tables.silences.c.id == silence))

    def own_downtime(self, record: OwnDowntime) -> None:
        self.touched.row("own_downtimes", record.id)
        body = codec.of(OwnDowntime).write(record)
        self._db.execute(
            tables.own_downtimes.insert().values(id=record.id, until_s=record.until.timestamp(), body=body)
        )

    def end_own_downtime(self, downtime: str) -> None:
        self.touched.row("own_downtimes", downtime)
        self._db.execute(tables.own_downtimes.delete().where(tables.own_downtimes.c.id == downtime))

    def wrap(self, record: Wrap) -> None:
        """Insert or replace a wrap."""
        self.forget_wrap(record.id)
        self._db.execute(tables.wraps.insert().values(id=record.id, body=codec.of(Wrap).write(record)))

    def forget_wrap(self, wrap: str) -> None:
        self.touched.row("wraps", wrap)
        self._db.execute(tables.wraps.delete().where(tables.wraps.c.id == wrap))

    def unacked(self, record: Unacked) -> None:
        """Remember that a ladder ended on a target without a cure; the newest counts."""
        self.touched.row("unacked", record.target)
        self._db.execute(tables.unacked.delete().where(tables.unacked.c.target == record.target))
        body = codec.of(Unacked).write(record)
        self._db.execute(tables.unacked.insert().values(target=record.target, body=body))

    def acked(self, record: Ack) -> None:
        """Remember the newest acknowledgement of a target; nothing on it waits for one any more."""
        target = record.target
        self.touched.row("unacked", target)
        self.touched.row("acks", target)
        self._db.execute(tables.unacked.delete().where(tables.unacked.c.target == target))
        self._db.execute(tables.acks.delete().where(tables.acks.c.target == target))
        row = tables.acks.insert().values(target=target, at=rfc3339(record.at), by=record.by, reason=record.reason)
        self._db.execute(row)

    def group(self, name: str, record: GroupKept) -> None:
        """Set what is kept of a failure-domain group."""
        self._db.execute(tables.groups.delete().where(tables.groups.c.name == name))
        self._db.execute(tables.groups.insert().values(name=name, body=codec.of(GroupKept).write(record)))

    def target_of(self, incident: str) -> tuple[str, str] | None:
        """Return (target, check) of an incident, open or closed; None when there is none of that id."""
        found = self._db.execute(sa.select(tables.incidents.c.body).where(tables.incidents.c.id == incident)).scalar()
        if found is None:
            return None
        record = codec.of(Incident).read(found, incident)
        return record.target.text, record.check

    def accept(self, record: Accepted) -> None:
        """Keep what a baseline has accepted, as of now."""
        said = {"scope": record.scope, "at": rfc3339(self._now.wall), "by": record.by, "reason": record.reason}
        for key in sorted(set(record.keys)):
            self._db.execute(tables.baseline.delete().where(tables.baseline.c.key == key))
            self._db.execute(tables.baseline.insert().values(key=key, **said))

    def sign(self, sign: Sign) -> None:
        body = codec.of(Sign).write(sign)
        self._db.execute(tables.signs.delete().where(tables.signs.c.key == sign.key))
        self._db.execute(tables.signs.insert().values(key=sign.key, at=rfc3339(sign.at), body=body))

    def forget_sign(self, key: str) -> None:
        self._db.execute(tables.signs.delete().where(tables.signs.c.key == key))

    # outbox ---------------------------------------------------------------------------------------------------

    def notify(self, key: str, body: dict[str, Any], next_s: float = 0.0) -> bool:
        """Queue a notification once per `key`, to be delivered from `next_s` (epoch seconds) on; return whether it is
        new."""
        if self._db.execute(sa.select(tables.outbox.c.n).where(tables.outbox.c.key == key)).first():
            return False
        self._db.execute(
            tables.outbox.insert().values(
                key=key, state="due", tries=0, next_s=next_s, body=bodies.dump(body), error=""
            )
        )
        return True

    def was_told(self, prefix: str) -> bool:
        """Return whether a notification was ever queued under a key with `prefix`."""
        keys = tables.outbox.c.key.startswith(prefix, autoescape=True)
        return self._db.execute(sa.select(tables.outbox.c.n).where(keys).limit(1)).first() is not None

    def due_notifications(self, now_s: float, limit: int) -> list[tuple[int, int, dict[str, Any]]]:
        """Return (n, tries, body) of what is due, oldest first."""
        found = self._db.execute(_DUE, {"now_s": now_s, "most": limit})
        return [(row.n, row.tries, readable.page(row.body, row.n, row.key)) for row in found]

    def waits_before(self, n: int, prefix: str) -> bool:
        """Return whether a notification under a key with `prefix` is queued that is older than `n`."""
        older = tables.outbox.c.state == "due", tables.outbox.c.n < n
        keys = tables.outbox.c.key.startswith(prefix, autoescape=True)
        return self._db.execute(sa.select(tables.outbox.c.n).where(*older, keys).limit(1)).first() is not None

    def notification_postponed(self, n: int, next_s: float) -> None:
        """Let a queued notification wait until `next_s` (epoch seconds); it is no failed delivery."""
        self._db.execute(tables.outbox.update().where(tables.outbox.c.n == n).values(next_s=next_s))

    def waiting_notifications(self, limit: int, prefix: str = "") -> list[tuple[int, str, dict[str, Any]]]:
        """Return (n, key, body) of what is queued under keys with `prefix`, whenever it is tried next, oldest first."""
        found = self._db.execute(_WAITING, {"prefix": prefix, "most": limit})
        return [(row.n, row.key, readable.page(row.body, row.n, row.key)) for row in found]

    def newest_sent(self, prefix: str) -> tuple[float, dict[str, Any]] | None:
        """Return (when it was due, body) of the newest delivered notification whose key has `prefix`."""
        found = self._db.execute(
            sa.select(tables.outbox.c.n, tables.outbox.c.key, tables.outbox.c.next_s, readable.OUTBOX_BODY)
            .where(tables.outbox.c.state == "sent", tables.outbox.c.key.startswith(prefix))
            .order_by(tables.outbox.c.n.desc())
            .limit(1)
        ).first()
        return (found.next_s, readable.page(found.body, found.n, found.key)) if found is not None else None

    def notification_folded(self, n: int, state: str, why: str) -> None:
        """Take a queued notification out of the queue: `state` is ``grouped`` or ``expired``, `why` is the sentence."""
        done = tables.outbox.update().where(tables.outbox.c.n == n, tables.outbox.c.state == "due")
        self._db.execute(done.values(state=state, error=bodies.storable(why[:500])))

    def tries(self, n: int) -> int:
        return int(self._db.execute(sa.select(tables.outbox.c.tries).where(tables.outbox.c.n == n)).scalar() or 0)

    def notification_sent(self, n: int) -> None:
        self._db.execute(tables.outbox.update().where(tables.outbox.c.n == n).values(state="sent"))

    def notification_failed(self, n: int, error: str, next_s: float | None) -> None:
        """Record a failed delivery; `next_s` None gives up."""
        state = "failed" if next_s is None else "due"
        self._db.execute(
            tables.outbox.update()
            .where(tables.outbox.c.n == n)
            .values(state=state, tries=tables.outbox.c.tries + 1, next_s=next_s or 0.0, error=error[:500])
        )


def _number(name: str) -> int:
    """Return the number in an id."""
    return int(name.rsplit("-", 1)[1])


def _pause_named(body: str) -> str:
    """Return which pause an entry of the log is about; empty when it cannot be read any more, for a pause is taken in
    any case."""
    try:
        return str(json.loads(body)["pause"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
