"""A technology of tests alone: `relay`, whose group rebuilds its lost state from one member in late steps.

Its runbooks have what a step of several members may have. Members are taken side by side or one after the other, with
given values and a settling. An effect is had once, and a person is asked a question. A first step judges the group
before the plan is made.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from remediator.content import load_content
from remediator.integrations import registry
from remediator.model.content.actions import (
    ActionSpec,
    AtTurn,
    Built,
    Effect,
    Gives,
    Need,
    OnEachMember,
    PlanInput,
    Probe,
    ResultKind,
    Risk,
    Settled,
    Settling,
    StepInput,
)  # fmt: skip
from remediator.model.content.commands import Command
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Refused
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Content, Mistake
from remediator.model.hosts import Host, Inventory
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.together import Manifests
from remediator.model.records.records import Run, RunState
from remediator.model.targets import cluster
from remediator.model.values import Data, FieldType
from remediator.runs import machine
from remediator.runs.plans import planning
from tests.builders.declined import built
from tests.unit.safety import cases

HOSTS = ("ctl1", "ctl2", "ctl3")
TARGET = cluster("relay", HOSTS)
INVENTORY = Inventory(
    hosts={host: Host(name=host, address=host, groups=("relay",)) for host in HOSTS}, version="v", source="test"
)
JUDGED = {"relay-rebuild": "rebuild", "relay-start": "start"}
"""The judgement of the group that each runbook is for."""
CHECKS = """
checks:
  - name: relay-cluster
    assess: relay.cluster
    hosts: {group: relay}
    every: 15s
    critical: "!data.whole"
    output: "{{ data.why }}"
"""
RUNBOOKS = """
runbooks:
  - name: relay-rebuild
    summary: Rebuild the group from the member that has most
    target: cluster
    risk: R3
    steps:
      - {id: hold, do: relay.hold, timeout: 5m}
      - {id: stop, do: relay.stop, timeout: 10m}
      - {id: read, do: relay.read, timeout: 5m}
      - {id: choose, do: relay.choose, with: {positions: {from: read}}, timeout: 2m}
      - {id: copy, do: relay.copy, with: {choice: {from: choose}}, timeout: 1h}
      - {id: begin, do: relay.begin, with: {choice: {from: choose}, positions: {from: read}}, timeout: 15m}
      - {id: join, do: relay.join, with: {choice: {from: choose}}, timeout: 30m}
      - {id: finish, do: relay.finish, with: {choice: {from: choose}}, timeout: 5m}
    verify: {check: relay-cluster, within: 15m, hold: 2m}
    held_at_most: 12h

  - name: relay-start
    summary: Start every member as it is
    target: cluster
    risk: R2
    steps:
      - {id: start, do: relay.start, timeout: 3m}
    verify: {check: relay-cluster, within: 10m}
"""


def _json(said: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return said


POSITION: ResultKind[Any] = ResultKind("relay position", _json)
CHOICE: ResultKind[Any] = ResultKind("relay choice", _json)
CHOSEN: Need[Any] = Need("choice", CHOICE)
POSITIONS: Need[Any] = Need("positions", POSITION, of_members=True)


def _at_plan(judged: str) -> Any:
    def ask(order: PlanInput) -> Built:
        said = order.data.get("procedure")
        return () if said == judged else Refused(f"the judgement of this cluster is {said}")

    return ask


def _asked_beforehand(data: Data) -> Ask | None:
    stops = data.get("stops")
    if not isinstance(stops, list) or not stops:
        return None
    return Ask(f"stop {', '.join(stops)}, cut off from the others", Consent(stops=frozenset(stops)))


def _says(order: StepInput) -> Built:
    return (Command(host=order.host.name, argv=("relayctl", order.mark), timeout_s=10.0),)


def _gives(kind: ResultKind[Any]) -> Gives:
    return Gives(kind=kind, told=lambda _order, output: {"said": output})


def _judge(_evidence: Evidence) -> Sequence[Assessed]:
    return ()


def _action(name: str, risk: Risk, effect: Effect = Effect.IDEMPOTENT, **more: Any) -> ActionSpec:
    return ActionSpec(
        **{
            "name": f"relay.{name}",
            "summary": f"{name} a relay",
            "risk": risk,
            "effect": effect,
            "target_kinds": ("cluster",),
            "when": AtTurn(commands=_says),
            "probe": lambda _before, _reply, _target: Probe.UNKNOWN,
            **more,
        }
    )


ACTIONS = (
    _action(
        "hold", Risk.R2, when=AtTurn(commands=_says, at_plan=_at_plan("rebuild")), judges_group=True, holds_units=True,
        where=OnEachMember(side_by_side=True),
    ),
    _action(
        "stop", Risk.R3, when=AtTurn(commands=_says, asks_beforehand=_asked_beforehand), takes_away_healthy=True,
        where=OnEachMember(),
    ),
    _action("read", Risk.R2, Effect.OBSERVE, gives=_gives(POSITION), where=OnEachMember(side_by_side=True)),
    _action("choose", Risk.R0, Effect.OBSERVE, needs=(POSITIONS,), gives=_gives(CHOICE), judges_group=True),
    _action("copy", Risk.R1, needs=(CHOSEN,)),
    _action("begin", Risk.R3, Effect.ONCE, needs=(CHOSEN, POSITIONS), judges_group=True),
    _action(
        "join", Risk.R2, needs=(CHOSEN,), where=OnEachMember(),
        settle=Settling(seen=lambda _order, _kept: Settled(text="it joins")),
    ),
    _action("finish", Risk.R2, needs=(CHOSEN,)),
    _action("start", Risk.R2, when=AtTurn(commands=_says, at_plan=_at_plan("start")), judges_group=True),
)  # fmt: skip
RELAY = Integration(
    name="relay",
    sections=(),
    remote_source="",
    assessments=(
        AssessSpec(
            name="relay.cluster",
            scope=Scope.GROUP,
            sections=(),
            fields={"whole": FieldType.BOOL, "procedure": FieldType.STRING, "why": FieldType.STRING},
            judge=_judge,
            target_kind="cluster",
            summary="whether the relays are whole together",
        ),
    ),
    actions=ACTIONS,
    applies=lambda host: "relay" in host.groups,
    kinds=(cases.RELAY,),
)


def integrations() -> Manifests:
    """Return those that are always loaded, and this one."""
    return Manifests({**registry.load({}), "relay": RELAY})


def loaded(runbooks: str = RUNBOOKS) -> tuple[Content | None, list[Mistake]]:
    """Return the content of this technology, with `runbooks` in place of its own, or every mistake in it."""
    with tempfile.TemporaryDirectory() as made:
        for folder, text in (("checks", CHECKS), ("runbooks", runbooks)):
            path = Path(made) / folder / "relay.yaml"
            path.parent.mkdir()
            path.write_text(text, "utf-8")
            path.chmod(0o644)
        return load_content([Path(made)], integrations(), None)


@functools.cache
def content() -> Content:
    found, mistakes = loaded()
    assert found is not None, mistakes
    return found


def plan(runbook: str = "relay-rebuild", inventory: Inventory = INVENTORY, **data: Any) -> Plan:
    return built(
        planning.build(
            content().runbooks[runbook],
            target=TARGET,
            data={"procedure": JUDGED[runbook], "why": "w", **data},
            identity={},
            inventory=inventory,
            rule=None,
            check="relay-cluster",
            quiet_s=60.0,
            content_version="v",
        )
    )


def run() -> Run:
    """Return a run of the rebuild of which nothing has begun."""
    return replace(machine.planned("run-7", plan(), "inc-1", "remediator", cases.at(0)), state=RunState.RUNNING)
