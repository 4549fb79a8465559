"""Which faults are active now: one file a fault and host in the run directory, written before anything is broken."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import paths
from lab.cloud.keys import write_private


@dataclass(frozen=True, kw_only=True)
class Record:
    """A fault that was switched on and not yet healed."""

    fault: str
    host: str
    params: dict[str, str]
    at: float

    @property
    def path(self) -> Path:
        container = self.params.get("container", "")
        return paths.FAULTS / f"{self.fault}--{self.host}--{container}.json"


def remember(fault: str, host: str, params: dict[str, str]) -> Record:
    record = Record(fault=fault, host=host, params=params, at=time.time())
    body = {"fault": fault, "host": host, "params": params, "at": record.at}
    write_private(record.path, json.dumps(body) + "\n")
    return record


def forget(record: Record) -> None:
    record.path.unlink(missing_ok=True)


def active() -> list[Record]:
    """Return the active faults, the latest first: they are healed in that order."""
    found = []
    for file in paths.FAULTS.glob("*.json"):
        body: dict[str, Any] = json.loads(file.read_text())
        found.append(Record(**body))
    return sorted(found, key=lambda r: r.at, reverse=True)
