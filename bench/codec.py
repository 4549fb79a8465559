"""`python -m bench.codec`: what it costs to read and write stored records, as a ratio against the bare JSON of the same
texts.

The records are those of the recorded stores (tests/golden/stores), brought to the form of today. 1.0 would be a codec
that does nothing but
parse, or print, the JSON. CPU time is counted, the median of some rounds, reading and writing in turn.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from remediator.model.records.records import Debt, Decision, Incident, Run
from remediator.store.migrations import first_form
from remediator.store.stored import codec

STORES = Path(__file__).parents[1] / "tests" / "golden" / "stores" / "2026-11"
KINDS = {"incidents": Incident, "runs": Run, "decisions": Decision, "debts": Debt}
RECORDS = 1000
ROUNDS = 5


def _bodies(table: str) -> list[str]:
    found = []
    for path in sorted(STORES.glob("*.sql")):
        store = sqlite3.connect(":memory:")
        store.executescript(path.read_text("utf-8"))
        found += [
            json.dumps(first_form.FORMS[table](json.loads(body)))
            for (body,) in store.execute(f"SELECT body FROM {table}")
        ]
        store.close()
    return (found * (RECORDS // len(found) + 1))[:RECORDS]


def _cpu_us(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) / RECORDS * 1e6


def _measured(table: str, kind: type[Any]) -> dict[str, float]:
    texts, one = _bodies(table), codec.of(kind)
    records = [one.read(text, table) for text in texts]
    plain = [json.loads(text) for text in texts]
    works: dict[str, Callable[[], object]] = {
        "load": lambda: [one.read(text, "") for text in texts],
        "loads": lambda: [json.loads(text) for text in texts],
        "save": lambda: [one.write(record) for record in records],
        "dumps": lambda: [json.dumps(each) for each in plain],
    }
    rounds = [{name: _cpu_us(work) for name, work in works.items()} for _ in range(ROUNDS)]
    cost = {name: sorted(each[name] for each in rounds)[ROUNDS // 2] for name in works}
    return {
        "load_us": round(cost["load"], 1),
        "load_to_json": round(cost["load"] / cost["loads"], 2),
        "save_us": round(cost["save"], 1),
        "save_to_json": round(cost["save"] / cost["dumps"], 2),
    }


def main() -> None:
    print(json.dumps({table: _measured(table, kind) for table, kind in KINDS.items()}))


if __name__ == "__main__":
    main()
