"""A reload that says yes must be true: what a running daemon cannot change has to be refused."""

from __future__ import annotations

import pytest

from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pause_file", "/pausing/PAUSE", "/pausing/OTHER"),
        ("notify", "cloud: sim", "cloud: sim\nnotify: [{type: command, name: x, argv: [/bin/true]}]"),
    ],
)
def test_a_reload_refuses_what_it_does_not_carry_out(cloud: Walked, name: str, before: str, after: str) -> None:
    file = cloud.simulation.write_config()
    cloud.simulation.reload()
    assert cloud.daemon.world.loaded.config.origin.document.file == str(file), "what has not changed is taken"
    in_force = cloud.world.loaded.config
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    cloud.simulation.reload()
    cloud.run(10)
    assert cloud.world.loaded.config is in_force
    (page,) = cloud.simulation.mail.taken
    assert page["subject"] == "remediator does nothing: reload refused"
    assert f"{name} changed: that needs a restart of the daemon; the old config stays" in page["text"]
