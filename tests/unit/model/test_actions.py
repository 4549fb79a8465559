"""What a step may become that is built in its turn: the programs of its action, on the hosts of its plan, and nothing
else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model.content.actions import ActionSpec
from remediator.model.content.commands import Command, Script
from tests.builders import relay

pytestmark = pytest.mark.unit

HOSTS = ("ctl1", "ctl2")
HOOK = ("/usr/local/bin/snapshot", "--all")
MARK = "lab.3f2a.run-7"
COPY = Script(name="relay-copy", text='cp -a -- "$1" "$1.$2"', args=("/[a-z/_]+", "[a-z0-9.-]+"))
ENDED = Script(name="toy", text="true", args=("[a-z]+",))


def copy() -> ActionSpec:
    (found,) = [action for action in relay.ACTIONS if action.name == "relay.copy"]
    return replace(found, scripts=(COPY, ENDED), programs=(HOOK,))


def command(*argv: str, host: str = "ctl1", first: tuple[str, ...] = ()) -> Command:
    return Command(host=host, argv=argv, timeout_s=1.0, first=first)


def test_its_own_programs_and_the_one_of_the_config_are_covered() -> None:
    own = command(*COPY.argv("/var/lib/docker/volumes/relayd/_data", MARK))
    assert copy().strays((own, command(*HOOK, MARK), command(*ENDED.argv("x"), host="ctl2")), HOSTS) is None
    assert copy().strays((), HOSTS) is None


@pytest.mark.parametrize(
    "strange",
    [
        command(*ENDED.argv("x"), host="ctl3"),
        command(*ENDED.argv("x"), first=("true",)),
        command("sh", "-c", "true; reboot", "toy", "x"),
        command("sh", "-c", "true", "other", "x"),
        command("sh", "-c", "true", "toy", "X"),
        command("sh", "-c", "true", "toy"),
        command("sh", "-c", "true", "toy", "x", "y"),
        command("bash", "-c", "true", "toy", "x"),
        command(*HOOK),
        command(*HOOK, MARK, MARK),
        command("systemctl", "stop", "--", "kolla-relayd-container.service"),
    ],
)
def test_anything_else_is_not(strange: Command) -> None:
    assert copy().strays((command(*ENDED.argv("x")), strange), HOSTS) is strange
