"""The short form of the proof: crash points of every shipped runbook, and stories from a fixed seed on."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

import remediator
from remediator.daemon import assembly, loop
from remediator.daemon.engine import engine
from remediator.sim import simulation
from remediator.sim.happenings import drawn
from remediator.sim.happenings.acts import nagios, resume, silence
from remediator.sim.happenings.faults.host_faults import replies_meet
from remediator.sim.happenings.faults.service_faults import crash
from remediator.sim.happenings.happenings import FAULTS
from remediator.sim.invariants import watch
from remediator.sim.proof import crash_points, prove
from remediator.sim.stories import registry, shrink, stories
from remediator.sim.stories.stories import then
from remediator.store import database

pytestmark = [pytest.mark.sim, pytest.mark.timeout(3600)]

SEED, STORIES, POINTS = 1, 40, 12
"""`POINTS`: of each way about so many crash points at most; `make prove` dies at all of them."""
SIM = Path(remediator.__file__).parent / "sim"
REPLACED = {
    "clock",
    "pools",
    "reach_of",
    "try_references",
    "process_alive",
    "new_id",
    "notifiers_of",
    "read_anew",
    "reads_slowly",
    "act_files",
}
"""Parts of a daemon that the simulator brings:

- `clock`, `process_alive`: time, and the machine's own processes.
- `pools`: who makes the blocking calls.
- `reach_of`, `try_references`, `notifiers_of`: the ways to the hosts, to the references and to people.
- `new_id`: where ids come from.
- `read_anew`: what a reload finds in place of files.
- `reads_slowly`: whether a thread beside the loop reads the store in quiet time.
- `act_files`: what `remediator-act` is to find on hosts; in memory no host has it.
"""


def test_the_short_form_of_the_proof_holds_and_proves_something() -> None:
    """One test, since processes that share the tests out would each tell the whole proof for theirs.

    No invariant is broken. Every shipped runbook is killed at all crash points of the short form. A proof over stories
    in which nothing leaves, and nobody dies, would prove nothing.
    """
    proof = prove.prove(SEED, seconds=float("inf"), scenarios=STORIES, most=POINTS)
    assert proof.violations == []
    assert proof.scenarios >= STORIES
    assert crash_points.uncovered() == frozenset()
    assert proof.covered == proof.total
    assert proof.total >= 10 * len(crash_points.WAYS)
    assert proof.commands >= STORIES / 3
    assert proof.deaths >= STORIES / 3
    assert len(proof.faults) >= len(FAULTS) * 0.8
    assert {name for name in watch.INVARIANTS if not proof.checked[name]} == set()


@pytest.mark.parametrize("found", [1, 11, 12, 13, 27, 45, 164, 288])
def test_points_are_taken_evenly_from_the_first_to_the_last(found: int) -> None:
    few = prove.points_of(found, 1, SEED, twice=False, most=POINTS)
    assert few
    assert min(found, POINTS / 2) <= len(few) <= POINTS
    assert few[0] <= few.step
    assert few[-1] > found - few.step
    every = {point for seed in range(few.step) for point in prove.points_of(found, 1, seed, twice=False, most=POINTS)}
    assert every == set(range(1, found + 1)), "no point is out of reach of all seeds"
    assert list(prove.points_of(found, 32, SEED, twice=True, most=None)) == list(range(1, found + 1))


def test_a_runbook_without_a_way_is_reported() -> None:
    some = tuple(way for way in crash_points.WAYS if way.runbook != "galera-start-member")
    assert crash_points.uncovered(some) == {"galera-start-member"}


def test_a_story_is_told_twice_in_the_same_words() -> None:
    story = stories.story_of(7)
    first, second = stories.tell(story), stories.tell(stories.from_json(story.to_json(), registry.REPERTOIRE))
    assert first.lines == second.lines
    assert len(first.lines) > 20


def test_of_the_daemon_only_its_ground_is_replaced(tmp_path: Path) -> None:
    """Engine, loop, store and journal are the ones that are shipped; what differs comes in by the one door there is."""
    assert {field.name for field in dataclasses.fields(assembly.Ground)} == REPLACED
    told = simulation.Simulation(tmp_path)
    told.start()
    assert told.daemon is not None
    parts = (told.daemon, told.daemon.engine, told.daemon.loop, told.daemon.database)
    assert [type(part) for part in parts] == [assembly.Daemon, engine.Engine, loop.Loop, database.Database]
    told.close()


@pytest.mark.parametrize("file", sorted(SIM.rglob("*.py")), ids=lambda path: str(path.relative_to(SIM)))
def test_the_simulator_puts_nothing_into_a_module_or_a_class_of_ours(file: Path) -> None:
    """It could replace more behind the door's back: by assigning to a module, or by a patch. No file of it does."""
    tree = ast.parse(file.read_text())
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("remediator"):
            imported |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            assert not {alias.name for alias in node.names} & {"mock", "unittest", "monkeypatch"}
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        for target in targets:
            base = target
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            replaced = base is not target and isinstance(base, ast.Name) and base.id in imported
            assert not replaced, f"{file.name}:{node.lineno} assigns into {ast.unparse(target)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            first = node.args[0]
            assert not (isinstance(first, ast.Name) and first.id in imported), f"{file.name}:{node.lineno} setattr"


def test_a_violation_is_cut_down_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch that objects to every command: of a long story only the crash is left that made one leave."""
    original = watch.Watch.leaves

    def object_to_everything(self: watch.Watch, host: str, command: object) -> None:
        original(self, host, command)  # type: ignore[arg-type]
        raise watch.Violation("held", "for the sake of this test nothing may leave")

    monkeypatch.setattr(watch.Watch, "leaves", object_to_everything)
    noise = [
        then(5, silence("cmp2", None, 30)),
        then(5, replies_meet("ctl1", ("cut",))),
        then(5, nagios("ctl3", "keystone", 0)),
    ]
    needed = then(5, crash("cmp1", "neutron_agent"))
    told = stories.tell(stories.story(*noise, needed, *noise, then(60, resume())))
    assert told.violation is not None
    short = shrink.shrink(told)
    assert [each.happening for each in short.story.moments] == [needed.happening]
    text = shrink.readable(short)
    assert "for the sake of this test" in text
    assert stories.from_json(short.story.to_json(), registry.REPERTOIRE) == short.story


def test_every_kind_of_happening_can_be_told() -> None:
    """No kind is only there by name: each is drawn from seeds that are near."""
    told = {moment.happening.kind for seed in range(400) for moment in stories.story_of(seed).moments}
    assert told == {row.kind for row in drawn.DRAWN}
