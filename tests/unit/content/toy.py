"""A small integration to write content against, and content files written for a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.config import Config
from remediator.config.documents import mistakes
from remediator.content import load_content
from remediator.integrations import registry
from remediator.model.content.actions import (
    ActionSpec,
    AtPlan,
    Effect,
    Gives,
    Need,
    OnEachMember,
    OnTarget,
    Probe,
    ResultKind,
    Risk,
)
from remediator.model.content.judging import AssessSpec, Scope
from remediator.model.content.specs import Content, Mistake
from remediator.model.hosts import Host, Inventory
from remediator.model.manifest.integration import Integration
from remediator.model.values import FieldType

FIELDS = {
    "up": FieldType.BOOL,
    "count": FieldType.INT,
    "ratio": FieldType.FLOAT,
    "state": FieldType.STRING,
    "tags": FieldType.STRINGS,
}


def _assess(name: str, scope: Scope, kind: str) -> AssessSpec:
    return AssessSpec(name=name, scope=scope, sections=(), fields=FIELDS, judge=lambda _: (), target_kind=kind)


def _action(
    name: str,
    risk: Risk,
    effect: Effect,
    needs: tuple[Need[Any], ...] = (),
    gives: ResultKind[Any] | None = None,
    where: OnTarget | OnEachMember = OnTarget(),  # noqa: B008 - frozen
) -> ActionSpec:
    return ActionSpec(
        name=name,
        summary=name,
        risk=risk,
        effect=effect,
        target_kinds=("container",),
        needs=needs,
        gives=None if gives is None else Gives(kind=gives, told=lambda *_: {}),
        where=where,
        when=AtPlan(commands=lambda _: ()),
        probe=lambda *_: Probe.UNKNOWN,
    )


POSITION = ResultKind("position", lambda given: given)
OWNER = ResultKind("owner", lambda given: given)

TOY = Integration(
    name="toy",
    sections=(),
    remote_source="",
    assessments=(
        _assess("toy.state", Scope.HOST, "container"),
        _assess("toy.host", Scope.HOST, "host"),
        _assess("toy.group", Scope.GROUP, "cluster"),
    ),
    actions=(
        _action("toy.read", Risk.R0, Effect.OBSERVE, gives=POSITION),
        _action("toy.read_all", Risk.R0, Effect.OBSERVE, gives=POSITION, where=OnEachMember()),
        _action("toy.who", Risk.R0, Effect.OBSERVE, gives=OWNER),
        _action("toy.start", Risk.R1, Effect.ONCE),
        _action(
            "toy.wipe", Risk.R3, Effect.ONCE, needs=(Need("pos", POSITION), Need("all", POSITION, of_members=True))
        ),
    ),
)

GOOD = {
    "checks/toy.yaml": """\
checks:
  - name: toy-state
    assess: toy.state
    every: 10s
    critical: "!data.up"
    output: "{{ data.state }}"
""",
    "rules/toy.yaml": """\
rules:
  - name: toy-down
    on: {check: toy-state, state: critical}
    when: data.count > 1
    run: [toy-start]
""",
    "runbooks/toy.yaml": """\
runbooks:
  - name: toy-start
    target: container
    risk: R1
    steps:
      - {id: start, do: toy.start}
    verify: {check: toy-state, within: 1m}
""",
}


def put(folder: Path, files: Mapping[str, str]) -> Path:
    """Write `files` under `folder`, safe from others."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    return folder


def load(
    *folders: Path, config: Config | None = None, inventory: Inventory | None = None
) -> tuple[Content | None, list[Mistake]]:
    return load_content(list(folders), registry.beside({"toy": TOY}), config, inventory)


def loaded(*folders: Path, config: Config | None = None) -> Content:
    """Return the content of `folders`; fail with its mistakes if there are any."""
    content, found = load(*folders, config=config)
    assert content is not None, [mistakes.to_text(mistake) for mistake in found]
    return content


def said(folder: Path, files: Mapping[str, str], inventory: Inventory | None = None) -> list[str]:
    """Return the mistakes of the good content with `files` put over it, without the folder."""
    _, found = load(put(folder, {**GOOD, **files}), inventory=inventory)
    return [mistakes.to_text(mistake).replace(f"{folder}/", "") for mistake in found]


def inventory_of(**groups: tuple[str, ...]) -> Inventory:
    """Return an inventory of hosts by group."""
    names = sorted({name for members in groups.values() for name in members})
    hosts = {
        name: Host(name=name, address="192.0.2.1", groups=tuple(g for g, members in groups.items() if name in members))
        for name in names
    }
    return Inventory(hosts=hosts, version="v", source="test")
