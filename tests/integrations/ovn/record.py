"""Record what the sections of OVS and OVN say on a host, through the very text that the collector runs there.

    python -m tests.integrations.ovn.record CASE WHAT [ROOT [PROC]]

writes ``tests/integrations/ovn/golden/CASE.json``: provenance, and what each section says. Run it as root on the host.
Where daemons were started by hand, run it in their namespaces, with the folder that stands for their root, and the one
with their processes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from remediator.integrations.ovn import manifest as ovn
from remediator.integrations.ovs import manifest as ovs

FOLDER = Path(__file__).parent / "golden"
VERSIONS = ("ovsdb-server", "ovn-controller")


def main(case: str, what: str, root: str = "", proc: str = "/proc") -> None:
    request = {"ovs_root": root, "ovn_root": root, "ovs_proc": proc, "ovn_proc": proc, "ovn_hostname": case_host(root)}
    said: dict[str, Any] = {}
    for built in (ovs.build({}), ovn.build({})):
        space: dict[str, Any] = {}
        exec(compile(built.remote_source, built.name, "exec"), space)
        for spec in built.sections:
            said[spec.name] = space[f"collect_{spec.name}"](request, no_engine)
    body = {
        "provenance": {
            "kind": "recorded",
            "on": datetime.now(UTC).date().isoformat(),
            "state": what,
            "versions": [version(name) for name in VERSIONS],
            "command": f"python -m tests.integrations.ovn.record {case} ...",
        },
        "sections": json.loads(json.dumps(said).replace(root, "") if root else json.dumps(said)),
    }
    text = re.sub(r"\n\s{8,}", " ", json.dumps(body, indent=1, sort_keys=True))
    (FOLDER / f"{case}.json").write_text(text + "\n")


def case_host(root: str) -> str:
    return os.path.basename(root) or os.uname().nodename


def no_engine(argv: list[str], timeout_s: float, limit: int = 0) -> Any:
    raise FileNotFoundError("no engine where this was recorded")


def version(name: str) -> str:
    try:
        printed = subprocess.run([name, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return f"{name}: not on the path"
    return printed.splitlines()[0] if printed else name


if __name__ == "__main__":
    main(*sys.argv[1:])
