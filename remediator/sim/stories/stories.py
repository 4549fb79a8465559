"""A story: a seed, what happens when, and what the daemon may do alone. Told once, it is the same story ever after.

Invariant: a story is data. It can be stored, read back, told again, and cut down.
"""

from __future__ import annotations

import enum
import json
import os
import random
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from remediator.sim.config import CONFIG
from remediator.sim.crash import watching
from remediator.sim.happenings import drawn
from remediator.sim.happenings.drawn import STATELESS
from remediator.sim.happenings.kinds import Happening, NotAHappening, Repertoire
from remediator.sim.happenings.people import People
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.watch import Violation, Watch
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.technology import technologies

GAPS = (1, 4, 9, 15, 25, 40, 70)
LENGTHS = (3, 5, 8, 12)
APPROVING = CONFIG.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: approve, R2: auto}")
A_DAY_S = 25 * 3600.0
CURED_WITHIN_S = 180.0
SETTLES_S = 65.0
"""Longer than the longest fault of the store: after it every fault is over."""
ALL_AUTO = "autonomy: {R1: auto, R2: auto}"
RECOVERING = CONFIG.replace(ALL_AUTO, "autonomy: {R1: auto, R2: auto, R3: approve}")
_RULES = tuple(name for each in technologies() for name in each.unattended)
UNATTENDED = CONFIG.replace(
    ALL_AUTO,
    f"i_accept_unattended_r3: [{', '.join(_RULES)}]\n"
    f"autonomy: {{R1: auto, R2: auto, R3: approve, rules: {{{', '.join(f'{name}: auto' for name in _RULES)}}}}}",
)
assert len({CONFIG, APPROVING, RECOVERING, UNATTENDED}) == 4


class Setup(enum.Enum):
    """What the daemon may do alone: the word in a stored story."""

    AUTO = "auto"
    """R1 and R2."""
    APPROVING = "approving"
    """R2; a person approves each R1."""
    RECOVERING = "recovering"
    """R1 and R2; a person approves each R3."""
    UNATTENDED = "unattended"
    """R1, R2, and the R3 that technologies name for it."""

    @property
    def config(self) -> str:
        return _CONFIGS[self]


_CONFIGS = {
    Setup.AUTO: CONFIG,
    Setup.APPROVING: APPROVING,
    Setup.RECOVERING: RECOVERING,
    Setup.UNATTENDED: UNATTENDED,
}


class NotAStory(ValueError):
    """A text that no story was written as; the text says where it is wrong."""


@dataclass(frozen=True)
class Moment:
    """`happening` comes `gap_s` after the one before."""

    gap_s: float
    happening: Happening


def then(gap_s: float, happening: Happening) -> Moment:
    return Moment(float(gap_s), happening)


@dataclass(frozen=True)
class Story:
    """`ends_well`: at its end everything is mended, a day goes by, and one more service must be cured."""

    seed: int
    setup: Setup
    ends_well: bool
    moments: tuple[Moment, ...]

    def to_json(self) -> str:
        return json.dumps(
            {
                "seed": self.seed, "setup": self.setup.value, "ends_well": self.ends_well,
                "happenings": [[each.gap_s, *each.happening.written()] for each in self.moments],
            }
        )  # fmt: skip


def story(*moments: Moment | tuple[Moment, ...], setup: Setup = Setup.AUTO) -> Story:
    """Return the story that somebody writes: of no seed, with no end but its own."""
    return Story(0, setup, False, flat(moments))


def flat(moments: Sequence[Moment | tuple[Moment, ...]]) -> tuple[Moment, ...]:
    return tuple(one for each in moments for one in (each if isinstance(each, tuple) else (each,)))


def from_json(text: str, repertoire: Repertoire) -> Story:
    """Reverse `to_json`. Raise NotAStory for what is no story, or has happenings that are not in `repertoire`."""
    try:
        body = json.loads(text)
        return Story(body["seed"], Setup(body["setup"]), body["ends_well"], tuple(
            then(gap_s, repertoire.read(name, words)) for gap_s, name, words in body["happenings"]
        ))  # fmt: skip
    except NotAHappening as error:
        raise NotAStory(str(error)) from error
    except KeyError as error:
        raise NotAStory(f"{error} is missing; take the JSON that a replay line shows") from error
    except (ValueError, TypeError) as error:
        raise NotAStory(f"{error}; take the JSON that a replay line shows") from error


def story_of(seed: int) -> Story:
    """Return the story of a seed."""
    chance = random.Random(seed)
    rows = drawn.choose(chance, chance.choice(LENGTHS))
    return Story(
        seed,
        setup=Setup.APPROVING if chance.random() < 0.25 else Setup.AUTO,
        ends_well=chance.random() < 0.25,
        moments=tuple(then(chance.choice(GAPS), row.draw(chance)) for row in rows),
    )


@dataclass(frozen=True)
class Told:
    """How a story went. `violation` None: every invariant held."""

    story: Story
    violation: Violation | None
    faults: Mapping[str, int]
    checked: Mapping[str, int]
    commands: int
    deaths: int
    virtual_s: float
    lines: Sequence[tuple[float, str]] = field(default_factory=tuple)


def tell(story: Story, place: Path | None = None) -> Told:
    """Let `story` happen and return how it went. `place`: where its state is kept while it lasts."""
    directory = Path(tempfile.mkdtemp(prefix="story-", dir=place or in_memory()))
    simulation = Simulation(directory, story.setup.config)
    watch = Watch(simulation, needs_approval=story.setup is Setup.APPROVING, unattended=story.setup is Setup.UNATTENDED)
    stage = Stage(simulation, watch, People(simulation, watch))
    tell_logs(simulation)
    violation: Violation | None = None
    try:
        with watching(simulation.dying):
            _happen(stage, story)
    except Violation as found:
        violation = found
    except Exception as error:  # noqa: BLE001 - whatever the daemon raises would have ended it
        violation = Violation("well", f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}")
    finally:
        watch.close()
        simulation.close()
        shutil.rmtree(directory, ignore_errors=True)
    return Told(
        story, violation, Counter(each.happening.kind.name for each in story.moments), watch.checked, watch.commands,
        simulation.deaths, simulation.clock.elapsed_s, tuple(simulation.story),
    )  # fmt: skip


def in_memory() -> Path:
    """Return a directory on a file system in memory where there is one: nothing here is to outlive the process."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) else Path(tempfile.gettempdir())


def _happen(stage: Stage, story: Story) -> None:
    simulation = stage.simulation
    simulation.start()
    simulation.run(20.0)
    stage.people.accept("all")
    for each in story.moments:
        simulation.run(each.gap_s)
        simulation.tell(f"## {each.happening.line()}")
        each.happening.happen(stage)
    simulation.run(30.0)
    simulation.dying.arm(0)
    simulation.dying.open = False
    simulation.run(300.0, lambda: simulation.daemon is not None and not simulation.store_is_broken)
    simulation.revive()
    simulation.run(5.0)
    stage.watch.finish()
    if story.ends_well:
        _end_well(stage, random.Random(story.seed))


def _end_well(stage: Stage, chance: random.Random) -> None:
    """All is mended and let go, and a day goes by without a daemon; then what breaks must be cured."""
    simulation, cloud = stage.simulation, stage.simulation.cloud
    simulation.tell("## all is mended")
    stage.people.let_go_of_the_file()
    stage.people.let_go()
    simulation.luck.replies.clear()
    simulation.luck.commands.clear()
    simulation.clock.wall_offset_s = max(0.0, simulation.clock.wall_offset_s)
    cloud.cut_off.clear()
    for host in cloud.hosts.values():
        host.mend()
    for part in cloud.parts.values():
        part.bring_back()
    simulation.run(SETTLES_S, stride=5.0)
    stage.people.resolve()
    stage.people.acknowledge()
    simulation.kill("a day without it")
    simulation.clock.elapsed_s += A_DAY_S
    simulation.timeline.happen_until(simulation.clock.elapsed_s)
    simulation.revive()
    simulation.run(30.0)
    host_name, service_name = chance.choice(STATELESS)
    simulation.tell(f"## crash {host_name} {service_name}, which must be cured")
    service = cloud.service(host_name, service_name)
    service.crash()

    def cured() -> bool:
        if stage.waits_for_a_yes:
            stage.people.approve()
        return service.running

    if not simulation.run(CURED_WITHIN_S, cured):
        stage.watch.not_cured(host_name, service_name)
    stage.watch.checked["progress"] += 1
    simulation.run(40.0)
    stage.watch.finish()
