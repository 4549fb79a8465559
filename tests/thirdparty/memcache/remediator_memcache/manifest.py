"""The manifest: one section, one check, one action, and the failure domain of its hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from remediator.model import targets
from remediator.model.content.actions import ActionSpec, AtPlan, Effect, PlanInput, Probe, Risk
from remediator.model.content.commands import Command
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.sections import SectionKind
from remediator.model.manifest.services import Service
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import FieldType, Unknown
from remediator_memcache.settings import Settings

CONTAINER = "memcached"
UNIT = f"kolla-{CONTAINER}-container.service"


@dataclass(frozen=True, slots=True)
class Memcache:
    """What a host says of its memcached."""

    answers: bool


def parse(said: Any) -> Memcache | Unknown:
    """Return the facts in what the section said."""
    found = said.get("answers") if isinstance(said, dict) else None
    return Memcache(answers=found) if isinstance(found, bool) else Unknown("garbled")


MEMCACHE = SectionKind(name="memcache", facts=Memcache, parse=parse)


def _answers(reply: HostReply | None) -> bool | Unknown:
    found = Unknown("not_asked") if reply is None else reply.facts(MEMCACHE)
    return found if isinstance(found, Unknown) else found.answers


def judge(evidence: Evidence) -> Sequence[Assessed]:
    """Return whether memcached answers on each host."""
    found = []
    for host in evidence.hosts:
        reply = evidence.reply(host)
        answers = _answers(reply)
        identity = {} if reply is None or reply.boot_id is None else {"boot_id": reply.boot_id}
        found.append(Assessed(target=targets.member("memcache", host), data={"answers": answers}, identity=identity))
    return found


def restart(order: PlanInput) -> tuple[Command, ...]:
    """Return the restart of its unit."""
    return (Command(host=order.host.name, argv=("systemctl", "restart", "--", UNIT), timeout_s=90.0),)


def probe(_before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    """Say that it took place where it answers: nothing else is known to help."""
    return Probe.APPLIED if _answers(reply) is True else Probe.UNKNOWN


def simulation() -> object:
    """Return what plays it in the cloud in memory."""
    from remediator_memcache.simulated import TECHNOLOGY

    return TECHNOLOGY


def build(settings: Mapping[str, Any]) -> Integration:
    """Return the manifest with these settings."""
    group = settings.get("group", "control")
    return Integration(
        name="memcache",
        settings=Settings,
        sections=(SectionSpec(kind=MEMCACHE, timeout_s=4.0),),
        remote_source=resources.files(__package__).joinpath("remote.py").read_text("utf-8"),
        request={"memcache_port": settings.get("port", 11211)},
        applies=lambda host: group in host.groups,
        assessments=(
            AssessSpec(
                name="memcache.answers",
                scope=Scope.HOST,
                sections=("memcache",),
                fields={"answers": FieldType.BOOL},
                judge=judge,
                target_kind="memcache",
                summary="whether memcached answers",
            ),
        ),
        actions=(
            ActionSpec(
                name="memcache.restart",
                summary="restart memcached through its unit",
                risk=Risk.R1,
                effect=Effect.IDEMPOTENT,
                target_kinds=("memcache",),
                when=AtPlan(commands=restart),
                probe=probe,
                privileges=(f"systemctl restart -- {UNIT}",),
                takes_away_healthy=True,
            ),
        ),
        kinds=(Kind(name="memcache", member=CONTAINER, aliases=("cache",)),),
        domains=(
            Domain(
                name="memcache",
                containers=frozenset({CONTAINER}),
                settle_s=10.0,
                own_kind="memcache",
                own_check="memcache-answers",
            ),
        ),
        services=(Service(name=CONTAINER, needed_by=("horizon",), check="container-state"),),
        simulation=simulation,
        content=Path(str(resources.files(__package__))) / "content",
    )
