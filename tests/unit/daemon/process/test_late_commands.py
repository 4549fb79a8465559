"""A command leaves only while what it rests on holds: no pause, its claim young, the command before it well ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from remediator.daemon.process.departures import Departures
from remediator.daemon.state.wire import Act
from remediator.daemon.state.world import World
from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Unsent
from remediator.model.records.mutes import Pause
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.runs.claims import Claim, Known
from tests.unit.runs.test_claims import KNOWN, OTHER, at, says, silent

pytestmark = pytest.mark.unit

HOSTS = {"ctl1": Host(name="ctl1", address="192.0.2.1", groups=())}
STOP, START = (Command(host="ctl1", argv=("systemctl", verb, "x"), timeout_s=30) for verb in ("stop", "start"))
CLAIM = Claim(subject="run-7", number=1, began=at(100), hosts=("ctl1",), must=frozenset({"ctl1"}), groups={})
CLAIMING = "remediator-claim"


@dataclass
class Ground:
    """The time, the pauses, and what the host answers: the claim first, then each command. Commands take `takes_s`."""

    now_s: float = 105.0
    boot_id: str = "boot"
    pauses: tuple[str, ...] | Unknown = ()
    stored: dict[str, Pause] = field(default_factory=dict)
    claim: CommandDone = field(default_factory=lambda: says())
    codes: tuple[int, ...] = (0, 0)
    takes_s: float = 1.0
    left: list[Command] = field(default_factory=list)
    claimed: int = 0

    def now(self) -> Instant:
        return replace(at(self.now_s), boot_id=self.boot_id)

    def run(self, _host: Host, command: Command) -> CommandDone:
        if command.argv[:2] != STOP.argv[:2] and command.argv[:2] != START.argv[:2]:
            self.claimed += 1
            return self.claim
        self.left.append(command)
        self.now_s += self.takes_s
        return CommandDone(argv=command.argv, exit_code=self.codes[len(self.left) - 1], output="", took_s=0.1)


def act(
    ground: Ground,
    not_after: Instant | None = None,
    known: Known = KNOWN,
    commands: tuple[Command, ...] = (STOP, START),
) -> tuple[CommandDone, ...]:
    world = SimpleNamespace(
        setup=SimpleNamespace(read_pause=lambda: ground.pauses),
        durable=SimpleNamespace(pauses=ground.stored),
        loaded=SimpleNamespace(config=SimpleNamespace(cloud="lab")),
    )
    departures = Departures(cast(World, world), ground, ground, str, lambda: False)
    effect = Act(
        run="run-7", step="restart", commands=commands, not_after=not_after or at(110), claim=CLAIM, known=known
    )
    return departures.act(effect, HOSTS).done


def left(ground: Ground) -> list[str]:
    return [command.argv[1] for command in ground.left]


def test_in_time_both_leave_each_with_the_time_that_is_left() -> None:
    ground = Ground()
    done = act(ground)
    assert [each.exit_code for each in done] == [0, 0]
    assert [command.leaves_within_s for command in ground.left] == [5.0, 4.0]
    assert ground.claimed == 0


def test_a_command_that_waited_for_too_long_does_not_leave() -> None:
    ground = Ground(now_s=110.1)
    done = act(ground)
    assert left(ground) == []
    assert [(each.unsent, each.error) for each in done] == [
        (Unsent.LATE, "not started: it waited for too long to leave")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"pauses": ("hands off",)},
        {"pauses": Unknown("/etc/remediator/PAUSE: Input/output error")},
        {"stored": {"pause-1": Pause(id="pause-1", reason="hands off", author="alice", at="2026-01-05T03:00:00Z")}},
    ],
    ids=["pause-file", "pause-file-unreadable", "pause-in-the-store"],
)
def test_a_pause_that_came_after_the_intent_holds_the_command(changes: dict[str, Any]) -> None:
    ground = Ground(**changes)
    done = act(ground)
    assert left(ground) == []
    assert done[0].unsent is Unsent.PREVENTED
    assert done[0].error.startswith("not started: paused: ")


def test_a_command_of_another_boot_has_no_time_left() -> None:
    ground = Ground(boot_id="another")
    act(ground, not_after=at(110))
    assert [command.leaves_within_s for command in ground.left[:1]] == [0.0]


def test_after_a_command_that_failed_the_next_one_does_not_leave() -> None:
    ground = Ground(codes=(1, 0))
    assert [each.exit_code for each in act(ground)] == [1]
    assert left(ground) == ["stop"]


def test_a_later_command_of_a_step_is_claimed_anew_once_its_claim_is_old() -> None:
    ground = Ground(takes_s=20.0)
    assert [each.exit_code for each in act(ground)] == [0, 0]
    assert ground.claimed == 1


@pytest.mark.parametrize(
    ("claim", "words"),
    [(says((OTHER, 5.0)), "another remediator claimed ctl1"), (silent(), "could not claim ctl1")],
    ids=["a-rival", "no-answer"],
)
def test_a_later_command_without_a_good_claim_does_not_leave(claim: CommandDone, words: str) -> None:
    ground = Ground(takes_s=20.0, claim=claim)
    done = act(ground)
    assert left(ground) == ["stop"]
    assert done[1].unsent is Unsent.UNCLAIMED
    assert done[1].error.startswith("not started: not claimed: ")
    assert words in done[1].error


@pytest.mark.parametrize("before", [(), (STOP,)], ids=["the-first", "a-later-one"])
def test_a_command_to_a_host_that_left_the_inventory_never_left(before: tuple[Command, ...]) -> None:
    ground = Ground()
    done = act(ground, commands=(*before, replace(START, host="ctl9")))
    assert ground.left == [replace(each, leaves_within_s=5.0) for each in before]
    assert (done[-1].unsent, done[-1].error) == (Unsent.PREVENTED, "not started: ctl9 left the inventory")
