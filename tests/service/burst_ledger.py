"""What was answered 202, held against what the store holds.

Invariant: an answered post is in the store exactly once, under the event that its answer named, with its idempotency
key. A post without an answer is there once or not at all. The ledger reads the store read-only: it mends nothing that a
restart would have to mend.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from remediator.store import database, tables
from remediator.store.audit import chain, verify

POSTED = sa.text(
    "SELECT n, id, CAST(json_extract(body, '$.raw.event_id') AS INTEGER) FROM events"
    " WHERE source = 'nagios' AND n > :after ORDER BY n"
)
UNPAIRED = sa.text(
    "SELECT (SELECT count(*) FROM events WHERE source = 'nagios' AND id NOT IN (SELECT event FROM hints)),"
    " (SELECT count(*) FROM hints WHERE event NOT IN (SELECT id FROM events))"
)


@dataclass
class Ledger:
    """`note` what was answered, `compare` after each kill, `compare_all` at the end."""

    state_dir: Path
    answered: dict[int, str] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    """Number to what is missing, as a sentence."""
    twice: dict[int, str] = field(default_factory=dict)
    audit_wrong: str | None = None
    """Why the chain is not intact; None while it is."""
    _stored: dict[int, str] = field(default_factory=dict)
    _last_n: int = 0
    _seq: int = 0
    _hash: str = chain.GENESIS

    def note(self, answers: Iterable[tuple[int, str]]) -> set[int]:
        """Take the 202s of one round; a number answered again must name the same event. Return the numbers."""
        noted: set[int] = set()
        for number, event in answers:
            noted.add(number)
            before = self.answered.setdefault(number, event)
            if before != event:
                self.twice[number] = f"post {number} was answered with {before} and, sent again, with {event}"
        return noted

    def stored_in_silence(self, numbers: Iterable[int]) -> int:
        """Return how many of `numbers` the store held at the last look although no 202 ever came for them."""
        return sum(number in self._stored and number not in self.answered for number in numbers)

    def compare(self, fresh: Iterable[int]) -> None:
        """Read what the store and the chain have won since the last look, and find the `fresh` numbers in it."""
        with self._reading() as connection:
            self._read(connection)
            self._walk(connection)
        self._find(fresh)

    def compare_all(self) -> None:
        """Read the whole store anew, with nothing remembered, and find every number that was ever answered."""
        self._stored, self._last_n, self._seq, self._hash = {}, 0, 0, chain.GENESIS
        with self._reading() as connection:
            self._read(connection)
            self._walk(connection)
            keyless, eventless = connection.execute(UNPAIRED).one()
        if keyless:
            self.twice[-1] = f"{keyless} events have no idempotency key: sent again, they would be stored again"
        if eventless:
            self.lost[-1] = f"{eventless} idempotency keys have no event"
        self._find(self.answered)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """Yield a connection of its own, and close it: one left open would spare the next daemon its recovery of the
        WAL."""
        engine = database.reading(f"sqlite:///{self.state_dir / 'remediator.db'}")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _read(self, connection: sa.Connection) -> None:
        for n, event, number in connection.execute(POSTED, {"after": self._last_n}):
            self._last_n = n
            before = self._stored.setdefault(number, event)
            if before != event:
                self.twice[number] = f"post {number} is stored as {before} and as {event}"

    def _find(self, wanted: Iterable[int]) -> None:
        for number in wanted:
            event, found = self.answered[number], self._stored.get(number)
            if found != event and number not in self.twice:
                self.lost[number] = f"post {number} was answered with {event}, the store has {found or 'nothing'}"

    def _walk(self, connection: sa.Connection) -> None:
        """Verify the entries after the last one verified: number, link, hash of the body, hash of the entry."""
        for entry in verify.entries(connection, self._seq + 1):
            text = entry.pop("_text")
            good = (
                entry["seq"] == self._seq + 1
                and entry["prev"] == self._hash
                and hashlib.sha256(text.encode()).hexdigest() == entry["body_sha256"]
                and chain.entry_hash(entry) == entry["hash"]
            )
            if not good:
                self.audit_wrong = self.audit_wrong or f"entry {entry['seq']} does not follow entry {self._seq}"
            self._seq, self._hash = entry["seq"], entry["hash"]
        claimed = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "audit_head")).scalar()
        if int(claimed or 0) != self._seq:
            self.audit_wrong = (
                self.audit_wrong or f"the head is said to be entry {claimed}, the last one is {self._seq}"
            )
