"""`/metrics`: the loop's numbers in Prometheus' text form, from a registry of our own.

Invariant: a metric that the loop cannot tell is left out, not written as 0. Names and labels are those of
docs/contracts.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Metric, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from starlette.responses import Response

from remediator.model.messages.hooks import EnginePort

PREFIX: Final = "remediator_"
HELP: Final[Mapping[str, str]] = {
    "remediator_incidents_open": "Open incidents by check",
    "remediator_runs_total": "Runs that ended, by runbook and outcome",
    "remediator_refusals_total": "Plans refused, by guard",
    "remediator_paused": "1 while the pause holds everything",
    "remediator_brakes_open": "1 for each guard that holds everything back at this moment",
    "remediator_checks_total": "Results of checks by state",
    "remediator_unknown_total": "Facts that could not be observed, by reason",
    "remediator_loop_age_seconds": "Seconds since the loop finished a tick",
    "remediator_events_total": "Events by source and result",
    "remediator_audit_seq": "Number of the newest audit entry",
    "remediator_debts_open": "Temporary states created by remediator and not yet undone",
}


class LoopMetrics:
    """A collector over `EnginePort.metrics`: a name that ends in `_total` is a counter, all others are gauges."""

    def __init__(self, port: EnginePort) -> None:
        self._port = port

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        for given, samples in self._port.metrics().items():
            name = given if given.startswith(PREFIX) else PREFIX + given.removeprefix("_")
            labels = sorted({label for named, _ in samples for label in named})
            family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            metric = family(name, HELP.get(name, name), labels=labels)
            for named, value in samples:
                metric.add_metric([str(named.get(label, "")) for label in labels], value)
            yield metric


def router(port: EnginePort) -> APIRouter:
    routes = APIRouter()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(LoopMetrics(port))

    @routes.get("/metrics", summary="Prometheus' text exposition")
    def metrics() -> Response:
        return Response(exposition.generate_latest(registry), media_type=exposition.CONTENT_TYPE_LATEST)

    return routes
