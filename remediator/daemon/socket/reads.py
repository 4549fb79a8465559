"""Questions of the control socket about the store: members of the group read through the daemon, whose files are its
own.

A thread and a read-only connection of their own, so that no question keeps the loop waiting. Each answer is a part: at
most so many rows, at most so many bytes, at most 5 s. The client asks again from behind the last row.

Invariant: nothing here writes, and only what stands in the tables below can be asked.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from remediator.config import Config
from remediator.model import times
from remediator.model.messages.control import Answer
from remediator.store import errors, reader
from remediator.store.audit import checkpoints, readable, verify

OP: Final = "read"
LIMIT_S: Final = 5.0
MOST_BYTES: Final = 1 << 20
"""Of one part. A single value (an incident with its story) may have `MOST_VALUE_BYTES`."""
MOST_VALUE_BYTES: Final = 16 << 20
MOST_ROWS: Final = 200
MOST_RUNS: Final = 50
"""A run has its whole plan with it."""
WAITING: Final = 16
ENDS: Final = "the daemon ends: ask again once it has started"
DONE, FAILED, USAGE = 0, 1, 64

Args = Mapping[str, Any]
Rows = Callable[[reader.Reader, Args], Iterable[Any]]
Value = Callable[[reader.Reader, Args], Any]

log = structlog.get_logger("remediator")


class Unfit(ValueError):
    """The question is not of the form that it must have."""


def _text(args: Args, name: str) -> str:
    if not isinstance(args.get(name), str):
        raise Unfit(f"{name} should be text")
    return str(args[name])


def _maybe(args: Args, name: str) -> str | None:
    return None if args.get(name) is None else _text(args, name)


def _number(args: Args, name: str) -> int:
    value = args.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Unfit(f"{name} should be a whole number from 0 on")
    return value


def _before(args: Args) -> int | None:
    return None if args.get("before") is None else _number(args, "before")


def _limit(args: Args) -> int:
    return max(1, min(_number(args, "limit"), MOST_ROWS))


def _texts(args: Args, name: str) -> list[str]:
    value = args.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unfit(f"{name} should be a list of texts")
    return value


def _time(args: Args, name: str) -> datetime:
    try:
        return times.parse_rfc3339(_text(args, name))
    except (ValueError, OverflowError):
        raise Unfit(f"{name} should be a time like 2026-11-23T03:10:00Z") from None


LISTS: Final[Mapping[str, Rows]] = {
    "incidents": lambda store, a: store.incidents(_maybe(a, "state"), _limit(a), _before(a)),
    "runs": lambda store, a: store.runs(_maybe(a, "state"), min(_limit(a), MOST_RUNS), _before(a)),
    "incident_keys": lambda store, a: store.incident_keys(_maybe(a, "after"), _limit(a)),
    "newest_incidents": lambda store, a: store.newest_incidents(_texts(a, "keys"), _limit(a)),
    "incidents_during": lambda store, a: store.incidents_during(
        _texts(a, "keys"), _time(a, "start"), _time(a, "end"), _limit(a)
    ),
    "events_between": lambda store, a: store.events_between(
        _time(a, "start"), _time(a, "end"), _limit(a), _number(a, "skip")
    ),
    "audit_until": lambda store, a: reversed(
        store.audit_until(_texts(a, "kinds"), _time(a, "moment"), _limit(a), _number(a, "skip"))
    ),
    "audit": lambda store, a: store.audit(
        _limit(a), _maybe(a, "kind"), _maybe(a, "incident"), _maybe(a, "run"), _before(a)
    ),
    "audit_rows": lambda store, a: store.audit_rows(_number(a, "start"), _limit(a)),
}
VALUES: Final[Mapping[str, Value]] = {
    "incident": lambda store, a: store.incident(_text(a, "id")),
    "run": lambda store, a: store.run(_text(a, "id")),
    "plan": lambda store, a: store.plan(_text(a, "id")),
    "explain": lambda store, a: store.explain(_text(a, "id")),
    "incident_before": lambda store, a: store.incident_before(_texts(a, "keys"), _time(a, "moment")),
    "incident_after": lambda store, a: store.incident_after(_texts(a, "keys"), _time(a, "moment")),
    "audit_entry": lambda store, a: store.audit_entry(_number(a, "seq")),
    "audit_head": lambda store, _: store.audit_head(),
    "rows_differ": lambda store, _: _rows_differ(store),
    "unreadable": lambda store, a: _unreadable(store, _text(a, "table"), _number(a, "after")),
}


class Reading:
    """Answers questions in a thread of its own, until stopped."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._questions: queue.Queue[tuple[Args, Future[Answer]] | None] = queue.Queue(WAITING)
        self._ending = False
        self._thread = threading.Thread(target=self._serve, name="reading", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the question under way; those that wait hear that the daemon ends."""
        self._ending = True
        with contextlib.suppress(queue.Empty):
            while True:
                waiting = self._questions.get_nowait()
                if waiting is not None:
                    waiting[1].set_result(Answer(exit=FAILED, error=ENDS))
        with contextlib.suppress(queue.Full):  # then it comes to its own look at `_ending`
            self._questions.put_nowait(None)
        if self._thread.ident is not None:
            self._thread.join(timeout=LIMIT_S + 1.0)

    def ask(self, args: Args) -> Future[Answer]:
        """Take a question ``{question, args}``; the answer is ``{rows, more}`` or ``{value}``."""
        answer: Future[Answer] = Future()
        if self._ending:
            answer.set_result(Answer(exit=FAILED, error=ENDS))
            return answer
        try:
            self._questions.put_nowait((args, answer))
        except queue.Full:
            answer.set_result(Answer(exit=FAILED, error="too many questions wait for the store: ask again in a moment"))
        return answer

    def _serve(self) -> None:
        store = reader.Reader(self._config)
        while (item := self._questions.get()) is not None:
            args, answer = item
            if self._ending:
                answer.set_result(Answer(exit=FAILED, error=ENDS))
                continue
            store.ends_within(LIMIT_S)
            try:
                answer.set_result(answered(store, self._config, args))
            except Exception as error:  # noqa: BLE001 - the asker must hear why, and the next one be answered
                log.error("question_failed", reason=f"{type(error).__name__}: {error}")
                answer.set_result(Answer(exit=FAILED, error=f"the question cannot be answered: {type(error).__name__}"))
        store.close()


def answered(store: reader.Reader, config: Config, asked: Args) -> Answer:
    """Return the answer to one question."""
    name, args = asked.get("question"), asked.get("args")
    if not isinstance(name, str) or not isinstance(args, dict):
        return Answer(exit=USAGE, error="a question has a name and args")
    try:
        if name in LISTS:
            return Answer(exit=DONE, data=_part(LISTS[name](store, args)))
        if name in VALUES:
            value: Any = VALUES[name](store, args)
        elif name == "checkpoints":
            value = _checkpoints(config)
        else:
            return Answer(
                exit=USAGE, error=f"there is no question {name[:60]!r}: is this program newer than the daemon?"
            )
    except Unfit as error:
        return Answer(exit=USAGE, error=f"{name}: {error}")
    except (errors.StoreError, OSError) as error:
        late = errors.failure_of(error) is errors.Failure.INTERRUPTED
        why = f"it took longer than {LIMIT_S:.0f} s: narrow the question" if late else str(error)
        return Answer(exit=FAILED, error=f"{name}: {why}")
    if len(json.dumps(value)) > MOST_VALUE_BYTES:
        return Answer(exit=FAILED, error=f"{name}: the answer is larger than {MOST_VALUE_BYTES >> 20} MiB; ask as root")
    return Answer(exit=DONE, data={"value": value})


def _part(rows: Iterable[Any]) -> dict[str, Any]:
    """Return as many of `rows` as fit; the first one in any case."""
    taken: list[Any] = []
    room = MOST_BYTES
    for row in rows:
        room -= len(json.dumps(row))
        if taken and room < 0:
            return {"rows": taken, "more": True}
        taken.append(row)
    return {"rows": taken, "more": False}


def _rows_differ(store: reader.Reader) -> str | None:
    """Return how the rows that decide are not as the log has them, which whoever verifies a copy of the log cannot
    see."""
    with store.connection() as connection:
        return verify.rows_differ(connection)


def _unreadable(store: reader.Reader, table: str, after: int) -> dict[str, Any]:
    """Return ``{after, bad}``: where the next question goes on (0: nowhere), and which row of `table` cannot be
    read."""
    known = {each.name: each for each in readable.BODIES}
    if table not in known:
        raise Unfit(f"table should be one of {', '.join(known)}")
    with store.connection() as connection:
        last = 0

        def look() -> str | None:
            nonlocal last
            last, bad = readable.unreadable(connection, known[table], after, readable.MOST_AT_ONCE)
            return bad

        found = verify.or_why(look)
    return {"after": last, "bad": found}


def _checkpoints(config: Config) -> dict[str, str]:
    """Return the file of checkpoints and the public key, for who verifies the log in a process of his own."""
    path = Path(config.audit.checkpoints)
    text = path.read_text("utf-8", "surrogateescape") if path.exists() else ""
    return {
        "path": str(path),
        "text": text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "key": checkpoints.public_text(checkpoints.load_public(config.audit.key_path)),
    }
