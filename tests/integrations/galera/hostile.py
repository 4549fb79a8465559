"""What a member of a Galera group says in its own sections, for the tests of whatever a host may say
(`tests/unit/integrations/hostile.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from remediator.integrations.galera.facts import canaries, launch
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.watermark import marks
from remediator.model.messages.replies import HostReply
from remediator.model.values import from_json
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

RECORDED = Path(__file__).parent / "golden"
PARSERS_OF_PARTS = frozenset({launch.__name__})
"""Modules whose `parse` reads a part of a section, at the call of the section's own parser."""


def sections() -> dict[str, Any]:
    """Return each section of a member, with something in each place of it."""
    return {
        "galera": world.files(
            who=world.who("ctl1", resolved={"ctl2": ["192.0.2.12"]}),
            lives=[{"age_s": 50.0, "primary": False, "outside": True, "last": "outside"}],
            starts=[
                {
                    "uuid": world.UUID, "position": 5, "received": 7, "cache_uuid": world.UUID,
                    "formed": {"act_id": 5, "exchange": world.OTHER, "uuid": world.UUID, "conf_id": 0},
                }
            ],
            transfer={"local_at": 3, "from": 4, "local_uuid": world.UUID, "group_uuid": world.UUID, "write_sets": 2},
            gvwstate_text="", gvwstate_bytes=0, gvwstate_mtime=make.NOW_S,
        ),
        "galera_sql": world.sql(wsrep_desync_count="0", wsrep_incoming_addresses="192.0.2.11:3306"),
        "galera_canaries": {"nova.instances": 7, "keystone.project": 2},
    }  # fmt: skip


def grown(size: int) -> dict[str, Any]:
    """Return the sections whose lists and texts can be longer, `size` times what they were."""
    names = [f"service{number}" for number in range(size)]
    tail = "WSREP: [ERROR] Recovered position no state \n" * size
    return {"galera": {**sections()["galera"], "log_tail": tail, "users": names}}


def recorded() -> Iterator[Mapping[str, Any]]:
    """Yield what real members have answered over SQL."""
    for path in sorted(RECORDED.glob("*.json")):
        yield from ({"galera_sql": from_json(answer)} for answer in json.loads(path.read_text())["answers"].values())


def looked_at(reply: HostReply) -> None:
    """Read `reply` in the ways of an action and of the marks, which no assessment takes."""
    canaries.of(reply), marks.pc_recovery(reply), member("ctl1", reply)
