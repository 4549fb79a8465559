"""A file whose name no container can have costs its entry alone.

Its host is judged and cured, and a person hears of the file once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.test_who_is_who import MINUTE_S, Story

pytestmark = [pytest.mark.sim, pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", ["", "a/b", "$(reboot)"])
def test_a_stray_unit_file_on_every_host_blinds_none(tmp_path: Path, name: str) -> None:
    story = Story(tmp_path)
    for host in story.told.cloud.hosts.values():
        host.stray_units.append(name)
    story.began()
    service = story.told.cloud.service("cmp1", "neutron_agent")
    service.crash()
    story.told.run(3 * MINUTE_S)
    assert service.running
    assert story.orders("cmp1") == 1
    said = {target: result for (check, target), result in story.world.samples.results.items() if check == "host-names"}
    assert {result.state.name for result in said.values()} == {"WARNING"}
    assert f"unit file {name!a}" in said["host/cmp1"].output
    assert len(story.pages("host/cmp1 needs a person")) == 1
    assert story.world.health.storms == {}, "nothing broke"
    for host in story.told.cloud.hosts.values():
        host.stray_units.clear()
    story.told.run(3 * MINUTE_S)
    assert {
        result.state.name for (check, _), result in story.world.samples.results.items() if check == "host-names"
    } == {"OK"}
    story.told.close()
