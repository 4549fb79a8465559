"""Members that could form their last view again, while a run of ours inhibits one of them.

Nothing is started until that member is free.
"""

from __future__ import annotations

import pytest

from remediator.integrations.galera import assess
from tests.integrations.galera.unit import world

pytestmark = pytest.mark.unit

IDS = (
    "aaaaaaaa-0000-11f0-8000-000000000001",
    "bbbbbbbb-0000-11f0-8000-000000000002",
    "cccccccc-0000-11f0-8000-000000000003",
)


def view(own: str) -> str:
    """Return gvwstate.dat of a member of the last view of all three."""
    members = "".join(f"member: {each} 0\n" for each in IDS)
    return f"my_uuid: {own}\n#vwbeg\nview_id: 3 {IDS[0]} 57\nbootstrap: 0\n{members}#vwend\n"


def procedure(**changes: object) -> tuple[str, str]:
    replies = [
        world.stopped(
            host, gvwstate_text=view(own), gvwstate_bytes=len(view(own)), **(changes if host == "ctl2" else {})
        )
        for host, own in zip(world.HOSTS, IDS, strict=True)
    ]
    (found,) = assess.cluster(world.evidence(*replies))
    return found.data["procedure"], found.data["why"]


def test_all_that_are_free_are_started() -> None:
    assert procedure()[0] == "start_members"


def test_while_one_is_held_it_is_waited() -> None:
    said, why = procedure(hold=world.held())
    assert said == "wait"
    assert "ctl2 is held" in why
