"""What the stories of a lost Galera cluster are told with: how they begin, what people are asked and told, and how they
end well."""

from __future__ import annotations

from remediator.integrations.galera.sim.happenings.expectations import bootstrapped_on, rows_are_there, until_whole
from remediator.integrations.galera.sim.happenings.faults import sql_is, unflushed
from remediator.integrations.galera.sim.happenings.losses import cluster_lost
from remediator.model.records.pager_keys import PageKind
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.acts import approve, people_let_go
from remediator.sim.happenings.expectations import (
    nothing_leaves,
    until_asked,
    until_idle,
    until_nothing_is_left,
    until_paged,
)
from remediator.sim.invariants.paged import Paged
from remediator.sim.stories.scenario import Scenario, scenario
from remediator.sim.stories.stories import Moment, Setup, then

LEFT_LOST = Paged(PageKind.RULE, about="galera-cluster-lost")
"""The cluster is lost, and nothing that is known cures it."""
FAILED = Paged(PageKind.RULE, about="galera-cluster-bootstrap")
"""A bootstrap by the daemon did not cure the cluster."""


def asks_before(step: str) -> Paged:
    """Return the page that asks for a yes to the step: its key is by the hash of the question."""
    return Paged(PageKind.ASKS, says=f"before {step}")


def refused_at(step: str, by: str, says: str = "") -> Paged:
    """Return the page of a run that ended early, since `step` was refused: its key has why, which begins with `by`."""
    return Paged(PageKind.EARLY, about=f"refused:{step}:{by}", says=says)


def refused(
    name: str,
    *before: Moment,
    page: Paged | None = None,
    why: str,
    setup: Setup = Setup.UNATTENDED,
    shows: tuple[str, ...] = (),
) -> Scenario:
    """Nothing leaves, and people get `page`."""
    told = (then(0, until_paged(page, 900.0)),) if page is not None else ()
    return scenario(
        name, *before, then(0, nothing_leaves(200.0, why)), *told, then(0, bootstrapped_on()), setup=setup, shows=shows
    )


def ends_without(
    name: str, *during: Moment, page: Paged, setup: Setup = Setup.UNATTENDED, shows: tuple[str, ...] = ()
) -> Scenario:
    """Return the scenario in which a run begins, and refuses: nothing is bootstrapped, the holds are taken back, and
    people get `page`."""
    return scenario(
        name, *during, then(0, until_paged(page, 400.0)), then(0, until_idle()),
        then(0, until_nothing_is_left(300.0)), then(0, bootstrapped_on()), setup=setup, shows=shows,
    )  # fmt: skip


HEALTHY = then(90, people_let_go())
"""Long enough for the mark to be kept."""
LOST = (HEALTHY, then(0, cluster_lost()))
APPROVED = (then(0, until_asked()), then(5, approve()))
ASKED = then(0, until_paged(Paged(PageKind.ASKS), 400.0))
UNFLUSHED = tuple(then(0, unflushed(host, 80)) for host in CONTROLLERS)
SILENT, HEARD = (tuple(then(0, sql_is(host, how)) for host in CONTROLLERS) for how in ("timeout", ""))
WHOLE = (then(0, until_whole(900.0)), then(0, rows_are_there()), then(0, until_idle()))
CTL1 = then(0, bootstrapped_on("ctl1"))
