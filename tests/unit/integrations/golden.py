"""Recorded answers of the real tools, given to the collector's own code in the order in which it asks."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from remediator.integrations.container import assess, memory
from remediator.model.content.judging import Assessed
from remediator.model.messages.replies import HostReply, Reach
from tests.builders import replies
from tests.unit.integrations import section as make

FOLDER = Path(__file__).parents[2] / "golden" / "container"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@functools.cache
def recording(case: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{case}.json").read_text()))


@functools.cache
def remote() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "remote"}
    exec(resources.files("remediator.integrations.container").joinpath("remote.py").read_text("utf-8"), space)
    return space


def section_of(case: str, answers: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Return the section that remote.py makes of the recorded answers (or of `answers`, changed ones)."""
    recorded = recording(case)
    left = list(recorded["answers"] if answers is None else answers)

    def run(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        answer = next((item for item in left if item["argv"][:2] == list(argv[:2])), None)
        if answer is None:
            return None, "", ""  # nobody answers what was not recorded
        left.remove(answer)
        return answer["code"], answer["out"], answer["err"]

    engine, name = recorded["engine"], recorded["container"]
    state, reason, found, unread = remote()["_containers"](engine, run)
    units, units_reason = remote()["_units"]([f"kolla-{name}-container.service"], run)
    remote()["_add_oom"](found or {}, units or {}, recorded.get("monotonic_s", 0.0), run)
    return {
        "clock": recorded["host_clock_s"],
        "engine": {"name": engine, "state": state, "reason": reason},
        "containers": found,
        "unread": unread,
        "unit_files": [name],
        "units": units,
        "units_reason": units_reason,
        "configs": [name],
        "logs": remote()["_logs"](engine, found or {}, units or {}, run),
    }


def reply_of(case: str, section: Any = None) -> HostReply:
    recorded = recording(case)
    data = section_of(case) if section is None else section
    return HostReply(
        host="ctl1",
        asked_at=make.at(0),
        received_at=make.at(1),
        reach=Reach.OK,
        sections=replies.sections({"containers": data}),
        host_clock_s=recorded["host_clock_s"],
        boot_id="boot-1",
    )


def judged(case: str, judge: Any = assess.state) -> Assessed:
    one = reply_of(case)
    (found,) = judge(make.evidence(one, memories={"ctl1": memory.remember(None, one)}))
    return found  # type: ignore[no-any-return]
