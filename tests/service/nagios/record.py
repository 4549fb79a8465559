"""Record again what a real Nagios posts: ``python -m tests.service.nagios.record
tests/golden/nagios/nagios-4.4.6.json``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.service.hook_server import INGEST, door
from tests.service.nagios import obtain
from tests.service.nagios.nagios import RealNagios, Service

SERVICE = Service(host="ctl2", name="memcached", event_handler=True)


def main(into: Path) -> None:
    with tempfile.TemporaryDirectory() as name, door() as running:
        directory = Path(name)
        token_file = directory / "token"
        token_file.write_text(INGEST, "utf-8")
        with RealNagios(directory, f"http://{running.address}/hooks/nagios", token_file, [SERVICE]) as site:
            site.submit_passive("ctl2", "memcached", "CRITICAL", "memcached 'process' \"not\" running C:\\tmp|pid=0")
            site.wait_for(lambda: site.sent("PROBLEM"))
            site.acknowledge("ctl2", "memcached", "looking at it")
            site.wait_for(lambda: site.sent("ACKNOWLEDGEMENT"))
            site.submit_passive("ctl2", "memcached", "OK", "running\\nsince today\\nall is well")
            site.wait_for(lambda: site.sent("RECOVERY"))
            site.schedule_downtime("ctl2", "memcached", 8, "planned work")
            site.wait_for(lambda: site.sent("DOWNTIMESTART"))
            site.wait_for(lambda: site.downtime_depth("ctl2", "memcached") == 1)
            before = len(site.sent("event_handler"))
            site.submit_passive("ctl2", "memcached", "WARNING", "stopped on purpose")
            site.wait_for(lambda: len(site.sent("event_handler")) > before)
            site.wait_for(lambda: site.sent("DOWNTIMEEND"), 60)
            site.submit_host("ctl2", "DOWN", "no answer")
            site.wait_for(lambda: any("service" not in each["body"] for each in site.sent("PROBLEM")))
            site.submit_host("ctl2", "UP", "answers")
            site.wait_for(lambda: any("service" not in each["body"] for each in site.sent("RECOVERY")))
            bodies = [each["body"] for each in site.sent()]
    version = subprocess.run(
        [str(obtain.nagios4()), "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    golden = {
        "provenance": "recorded",
        "tool": next(line for line in version.stdout.splitlines() if line.strip()),
        "command": "python -m tests.service.nagios.record tests/golden/nagios/nagios-4.4.6.json",
        "bodies": bodies,
    }
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
