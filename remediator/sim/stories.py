"""A story: a seed, what happens when, and whether R1 waits for approvals. Told once, it is the same story ever after."""

from __future__ import annotations

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
from typing import Any

from remediator.sim import happenings
from remediator.sim.dying import watching
from remediator.sim.happenings import KINDS, STATELESS, Stage
from remediator.sim.people import People
from remediator.sim.simulation import CONFIG, Simulation, tell_logs
from remediator.sim.watch import Violation, Watch

GAPS = (1, 4, 9, 15, 25, 40, 70)
LENGTHS = (3, 5, 8, 12)
APPROVING = CONFIG.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: approve, R2: auto}")
A_DAY_S = 25 * 3600.0
CURED_WITHIN_S = 180.0
SETTLES_S = 65.0
"""Longer than the longest fault of the store: after it every fault is over."""
ALL_AUTO = "autonomy: {R1: auto, R2: auto}"
RECOVERING = CONFIG.replace(ALL_AUTO, "autonomy: {R1: auto, R2: auto, R3: approve}")
UNATTENDED = CONFIG.replace(
    ALL_AUTO,
    "i_accept_unattended_r3: [galera-cluster-bootstrap]\n"
    "autonomy: {R1: auto, R2: auto, R3: approve, rules: {galera-cluster-bootstrap: auto}}",
)
assert len({CONFIG, APPROVING, RECOVERING, UNATTENDED}) == 4
CONFIGS = {"": CONFIG, "approve": RECOVERING, "unattended": UNATTENDED}
"""By how a lost Galera cluster may be bootstrapped: not at all, with a person's yes, alone."""


@dataclass(frozen=True)
class Happening:
    """`gap_s` after the one before."""

    gap_s: float
    kind: str
    words: tuple[Any, ...]

    def line(self) -> str:
        said = " ".join(
            " ".join(map(str, each)) if isinstance(each, (tuple, list)) else str(each) for each in self.words
        )
        return f"{self.kind} {said}".rstrip()


@dataclass(frozen=True)
class Story:
    """`ends_well`: at its end everything is mended, a day goes by, and one more service must be cured. `bootstraps`: one of CONFIGS."""

    seed: int
    approving: bool
    ends_well: bool
    happenings: tuple[Happening, ...]
    bootstraps: str = ""

    @property
    def config(self) -> str:
        return APPROVING if self.approving else CONFIGS[self.bootstraps]

    def to_json(self) -> str:
        return json.dumps(
            {
                "seed": self.seed, "approving": self.approving, "ends_well": self.ends_well,
                "happenings": [[each.gap_s, each.kind, each.words] for each in self.happenings],
                "bootstraps": self.bootstraps,
            }
        )  # fmt: skip


def from_json(text: str) -> Story:
    """Reverse `to_json`. Raise ValueError or KeyError for what is no story."""
    body = json.loads(text)
    return Story(
        body["seed"], body["approving"], body["ends_well"],
        tuple(Happening(float(gap), kind, _tuples(words)) for gap, kind, words in body["happenings"]),
        body.get("bootstraps", ""),
    )  # fmt: skip


def _tuples(words: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in words)


def story_of(seed: int) -> Story:
    """Return the story of a seed."""
    chance = random.Random(seed)
    weights = happenings.weights()
    kinds = chance.choices(list(weights), list(weights.values()), k=chance.choice(LENGTHS))
    return Story(
        seed,
        approving=chance.random() < 0.25,
        ends_well=chance.random() < 0.25,
        happenings=tuple(
            Happening(float(chance.choice(GAPS)), kind, tuple(KINDS[kind].draw(chance))) for kind in kinds
        ),
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
    simulation = Simulation(directory, story.config)
    watch = Watch(simulation, needs_approval=story.approving, unattended=story.bootstraps == "unattended")
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
        story, violation, Counter(each.kind for each in story.happenings), watch.checked, watch.commands,
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
    for each in story.happenings:
        simulation.run(each.gap_s)
        simulation.tell(f"## {each.line()}")
        KINDS[each.kind].happen(stage, *each.words)
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
    cloud.galera.bootstrap()
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
        if story_needs_a_yes(stage):
            stage.people.approve()
        return service.running

    if not simulation.run(CURED_WITHIN_S, cured):
        stage.watch.not_cured(host_name, service_name)
    stage.watch.checked["progress"] += 1
    simulation.run(40.0)
    stage.watch.finish()


def story_needs_a_yes(stage: Stage) -> bool:
    """Return whether a run waits for an approval."""
    daemon = stage.simulation.daemon
    return daemon is not None and any(
        run.state.value == "waiting_approval" for run in daemon.world.durable.runs.values()
    )
