"""Mistakes in what the storm breaker counts and who closes it, and in what people are told."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

BRAKES = (
    Mutant(
        name="storm-counts-what-an-operator-stopped",
        mistake="What an operator stopped counts in a storm.",
        place="remediator.daemon.inhibit.accounts:_stopped",
        old="'an operator has stopped it' if stopped else ''",
        new="str(stopped or 0)[:0]",
        story="third host, stopped by an operator",
    ),
    Mutant(
        name="storm-counts-what-is-in-a-downtime",
        mistake="What is in a downtime counts in a storm.",
        place="remediator.daemon.inhibit.accounts:_muted",
        old="own.until > wall",
        new="own.until <= wall",
        story="third host, in a downtime",
    ),
    Mutant(
        name="storm-forgets-what-accounted",
        mistake="What accounted for a problem is not kept once it is over.",
        place="remediator.store.journal:Journal.incident",
        old="codec.of(Incident).write(record)",
        new="codec.of(Incident).write(__import__('dataclasses').replace(record, accounted=None))",
        story="third host, stopped by an operator, then a restart",
    ),
    Mutant(
        name="storm-closed-over-the-sick",
        mistake="The storm breaker is closed by hand while its hosts are broken.",
        place="remediator.daemon.requests.brakes:_storm",
        old="""
            if sick:
                ...
        """,
        new="""
            if sick and (not was):
                ...
        """,
        story="a storm closed over what is broken",
    ),
    Mutant(
        name="storm-counts-on-after-it-was-closed",
        mistake="What a person has closed the storm breaker over is counted again.",
        place="remediator.daemon.inhibit.storm:_fresh",
        old="incident.bad_at.after(world.durable.storm_closed_at)",
        new="not incident.bad_at.after(now)",
        story="a storm closed once all are well",
    ),
    Mutant(
        name="advice-of-a-cure-that-never-was",
        mistake="A page says what a rule says after its cure, though none was tried.",
        place="remediator.daemon.notify.pages:escalate",
        old="not rule.run or (advise and incident.acted_at is not None)",
        new="advise or rule is not None",
        story="no, before anything began",
    ),
    Mutant(
        name="no-all-clear-after-a-run",
        mistake="What a run cured is never told as over.",
        place="remediator.daemon.notify.all_clear:tell",
        old="not turn.journal.was_told(pager_keys.about(incident.id))",
        new="incident.acted_at is not None or not turn.journal.was_told(pager_keys.about(incident.id))",
        story="a yes, and its end",
    ),
    Mutant(
        name="all-clear-of-what-nobody-was-told",
        mistake="Each incident that closes is told as over, also one of which nobody has heard.",
        place="remediator.daemon.notify.all_clear:tell",
        old="not turn.journal.was_told(pager_keys.about(incident.id))",
        new="not incident.id and (not turn.journal.was_told(pager_keys.about(incident.id)))",
        story="third host, two cured",
    ),
)
