"""What commands read of the store: one contract, met by its files (`store.reader.Reader`) and by the daemon
(`cli.store_by_daemon.AskedReader`).

Invariant: both give the same answer to the same question, in the shapes of docs/contracts.md. Lists are bounded by
their `limit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

Row = dict[str, Any]


class Queries(Protocol):
    """Opened per command. A method raises an error that is a sentence when the store cannot be read."""

    def close(self) -> None:
        """Give back what is held between questions."""

    def incidents(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[Row]:
        """Return incidents, newest first, without their timelines; `state` ``open`` means every one that is not
        resolved.
        `before`: only those with a lower number."""

    def incident(self, incident: str) -> Row | None:
        """Return one incident with its timeline."""

    def runs(self, state: str | None = None, limit: int = 50, before: int | None = None) -> list[Row]:
        """Return runs, newest first; `state` ``live`` means every one that has not ended. `before`: only lower
        numbers."""

    def run(self, run: str) -> Row | None:
        """Return one run with its debts."""

    def plan(self, run: str) -> Row | None:
        """Return the stored plan of a run, whole: every step with its exact commands, risk and parameters."""

    def incident_keys(self, after: str | None = None, limit: int = -1) -> list[str]:
        """Return every ``check:target`` that had an incident which is still kept, sorted.
        `after`: only those behind it; `limit`: at most so many (-1: all)."""

    def newest_incidents(self, keys: Sequence[str], limit: int) -> list[Row]:
        """Return the newest incidents of `keys`, the open ones first, without their timelines."""

    def incidents_during(self, keys: Sequence[str], start: datetime, end: datetime, limit: int) -> list[Row]:
        """Return the incidents of `keys` that were open at some moment from `start` to `end`, oldest first."""

    def incident_before(self, keys: Sequence[str], moment: datetime) -> Row | None:
        """Return the incident of `keys` that closed last before `moment`."""

    def incident_after(self, keys: Sequence[str], moment: datetime) -> Row | None:
        """Return the incident of `keys` that opened first after `moment`."""

    def events_between(self, start: datetime, end: datetime, limit: int, skip: int = 0) -> list[Row]:
        """Return events from `start` to `end`, oldest first, without the first `skip` of them."""

    def audit_until(self, kinds: Sequence[str], moment: datetime, limit: int, skip: int = 0) -> list[Row]:
        """Return the newest `limit` entries of `kinds` that are not later than `moment`, oldest first; without the
        newest `skip`."""

    def explain(self, identifier: str) -> Row | None:
        """Return the JSON of `explain` for an incident, a run or an event by its id; None when there is none such."""

    def audit(
        self,
        limit: int = 50,
        kind: str | None = None,
        incident: str | None = None,
        run: str | None = None,
        before: int | None = None,
    ) -> list[Row]:
        """Return entries of the chain, newest first. `before`: only those with a lower number."""

    def audit_entry(self, seq: int) -> Row | None:
        """Return one entry of the chain."""

    def audit_head(self) -> str | None:
        """Return what the store notes as the length of the log."""

    def export(self, start: int = 1) -> Iterator[Row]:
        """Yield the chain from `start` on, oldest first, as `audit export` prints it."""
