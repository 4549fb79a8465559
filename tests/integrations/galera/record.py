"""Record what a lab's Galera members answer over SQL.

    python -m tests.integrations.galera.record PASSWORD_FILE CASE ADDRESS...

writes ``tests/integrations/galera/golden/CASE.json``: provenance, and per address the variables or the reason why there
are none.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from remediator.integrations.galera import sql
from remediator.model.values import as_json

FOLDER = Path(__file__).parent / "golden"


def main(password_file: str, case: str, *addresses: str) -> None:
    password = Path(password_file).read_text().strip()
    answers = {address: as_json(sql.wsrep_status(address, 3306, "monitor", password)) for address in addresses}
    versions = sorted({answer["version"] for answer in answers.values() if "version" in answer})
    body = {
        "provenance": {
            "kind": "recorded",
            "on": datetime.now(UTC).date().isoformat(),
            "from": "a lab's members",
            "versions": versions,
            "command": f"python -m tests.integrations.galera.record PASSWORD_FILE {case} {' '.join(addresses)}",
            "queries": [sql.VARIABLES, sql.STATUS],
        },
        "answers": answers,
    }
    (FOLDER / f"{case}.json").write_text(json.dumps(body, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
