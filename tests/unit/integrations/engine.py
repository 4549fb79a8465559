"""An engine on a host, as it answers the collector: what `docker ps`, `inspect` and `logs` print of the containers that
it holds."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from remediator.integrations.container import remote


def stamp(ago_s: float) -> str:
    """Return a time as Docker writes it, before now."""
    return datetime.fromtimestamp(time.time() - ago_s, UTC).isoformat().replace("+00:00", "123Z")


def inspected(name: str = "glance_api", *, restarts: int = 44, started_s: float = 20.0, **state: Any) -> dict[str, Any]:
    """Return what `docker inspect` prints of a container that dies at once: Running and Restarting are both true."""
    return {
        "Id": "ab" * 32,
        "Name": f"/{name}",
        "Created": stamp(9e5),
        "Image": "sha256:a",
        "RestartCount": restarts,
        "State": {
            "Status": "restarting",
            "Running": True,
            "Paused": False,
            "Restarting": True,
            "OOMKilled": False,
            "Dead": False,
            "Pid": 0,
            "ExitCode": 1,
            "Error": "",
            "StartedAt": stamp(started_s),
            "FinishedAt": stamp(started_s - 1),
            **state,
        },
        "HostConfig": {"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}},
        "Config": {"Image": "kolla/glance-api:zed", "Labels": {"kolla_version": "15.2.0"}, "Env": ["PATH=/"]},
    }


class Host:
    """A host whose engine holds `items`; `said` is what it logged: (seconds ago, stream, line)."""

    def __init__(self, *items: dict[str, Any], said: Sequence[tuple[float, str, str]] = (), dmesg: str = "") -> None:
        self.items, self.said, self.dmesg, self.asked = items, said, dmesg, list[list[str]]()

    def run(self, argv: list[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        self.asked.append(argv)
        if argv == ["dmesg"]:
            return 0, self.dmesg, ""
        if argv[1] == "logs":
            stamped = argv[2] == "--timestamps"
            lines = {"out": "", "err": ""}
            for ago_s, stream, line in self.said:
                lines[stream] += f"{stamp(ago_s)} {line}\n" if stamped else f"{line}\n"
            return 0, lines["out"], lines["err"]
        return 0, {"ps": "ab" * 32, "inspect": json.dumps(self.items)}[argv[1]], ""

    def section(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        monkeypatch.setattr(remote, "UNITS", "/nonexistent/*")
        monkeypatch.setattr(remote, "CONFIGS", "/nonexistent/*")
        names = [item["Name"][1:] for item in self.items]
        return {**remote.collect_containers({"engine": "docker"}, self.run), "configs": names}


class Stuck(Host):
    """One of its containers can be neither ended nor removed: the engine lists it, and inspects all but it with exit
    code 1."""

    SAID = "Error response from daemon: layer does not exist"

    def __init__(self, *items: dict[str, Any], stuck: str, named: bool = True) -> None:
        super().__init__(*items)
        self.stuck, self.named = stuck, named

    def run(self, argv: list[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        if argv[1] == "inspect":
            return 1, json.dumps(self.items), self.SAID
        if argv[1] == "ps" and "--format" in argv:
            lines = [f"{item['Id']} {item['Name'][1:]}" for item in self.items]
            return (0, "\n".join([*lines, f"{'cd' * 32} {self.stuck}"]), "") if self.named else (1, "", "no more")
        return super().run(argv, timeout_s, limit)
