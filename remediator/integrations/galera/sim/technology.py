"""What Galera adds to the cloud in memory. See `remediator.sim.technology` for the fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from remediator.integrations.galera.cluster import GALERA, MARIADB
from remediator.integrations.galera.facts.answer import SQL
from remediator.integrations.galera.facts.canaries import CANARIES
from remediator.integrations.galera.sim import ledger, scripts, view
from remediator.integrations.galera.sim.part import GaleraPart, galera_of
from remediator.model.values import Unknown
from remediator.sim.technology import Endpoint, Technology

if TYPE_CHECKING:
    from remediator.sim.cloud.shapes import Shape
    from remediator.sim.happenings.happens import Happens
    from remediator.sim.happenings.kinds import Happening
    from remediator.sim.proof.breaks import Break
    from remediator.sim.proof.pages import Night
    from remediator.sim.proof.ways import Way
    from remediator.sim.stories.scenario import Scenario


def _on_controllers(shape: Shape, host: str) -> tuple[str, ...]:
    """The container, and the group of the inventory, are called the same."""
    return (MARIADB,) if host in shape.controllers else ()


def _happens() -> Happens:
    from remediator.integrations.galera.sim.happenings.happens import HAPPENS

    return HAPPENS


def _scenarios() -> Sequence[Scenario]:
    from remediator.integrations.galera.sim.stories import accidents, cures, inputs, live, members

    return tuple(one for part in (members, cures, inputs, accidents, live) for one in part.SCENARIOS)


def _ways() -> Sequence[Way]:
    from remediator.integrations.galera.sim.ways import WAYS

    return WAYS


def _breaks() -> Sequence[Break]:
    from remediator.integrations.galera.sim.shown import BREAKS

    return BREAKS


def _nights() -> Sequence[Callable[[Night], None]]:
    from remediator.integrations.galera.sim.shown import NIGHTS

    return NIGHTS


def _rivalry() -> Mapping[str, tuple[str, Happening]]:
    from remediator.integrations.galera.sim.shown import RIVALRY

    return RIVALRY


TECHNOLOGY = Technology(
    name=GALERA,
    part=GaleraPart,
    ledger=lambda cloud: ledger.GaleraLedger(galera_of(cloud)),
    hosts=lambda shape: shape.controllers,
    settings=f"  {GALERA}: {{password: {{env: REMEDIATOR_SIM_PASSWORD}}}}\n",
    checks=("galera-node", "galera-cluster"),
    containers=_on_controllers,
    groups=_on_controllers,
    stateful=(MARIADB,),
    endpoints=(
        Endpoint(
            kind=SQL,
            answers=lambda cloud, host: view.sql(galera_of(cloud), host.name),
            silent=Unknown("sql_timeout"),
            refused=Unknown("sql_refused"),
        ),
        Endpoint(
            kind=CANARIES,
            answers=lambda cloud, host: view.canaries(galera_of(cloud), host.name),
            silent={view.COUNTED: Unknown("sql_timeout")},
            refused={view.COUNTED: Unknown("sql_refused")},
        ),
    ),
    scripts=scripts.SCRIPTS,
    invariants=ledger.INVARIANTS,
    unattended=("galera-cluster-bootstrap",),
    happens=_happens,
    scenarios=_scenarios,
    ways=_ways,
    breaks=_breaks,
    nights=_nights,
    rivalry=_rivalry,
)
