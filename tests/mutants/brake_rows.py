"""Mistakes in what the storm breaker counts and who closes it, and in what people are told."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

DAEMON = "remediator/daemon/"

BRAKES = (
    Mutant(
        name="storm-counts-what-an-operator-stopped",
        mistake="What an operator stopped counts in a storm.",
        file=DAEMON + "accounted.py",
        old='    return "an operator has stopped it" if stopped else ""\n',
        new="    return str(stopped or 0)[:0]\n",
        story="third host, stopped by an operator",
    ),
    Mutant(
        name="storm-counts-what-is-in-a-downtime",
        mistake="What is in a downtime counts in a storm.",
        file=DAEMON + "accounted.py",
        old="        if own.until > wall and _covers(world, own, incident.target):\n",
        new="        if own.until <= wall and _covers(world, own, incident.target):\n",
        story="third host, in a downtime",
    ),
    Mutant(
        name="storm-forgets-what-accounted",
        mistake="What accounted for a problem is not kept once it is over.",
        file="remediator/store/rows.py",
        old='        accounted=row.get("accounted", ""),\n',
        new='        accounted=row.get("accounted", "")[:0],\n',
        story="third host, stopped by an operator, then a restart",
    ),
    Mutant(
        name="storm-closed-over-the-sick",
        mistake="The storm breaker is closed by hand while its hosts are broken.",
        file=DAEMON + "brakes.py",
        old="    if sick:\n",
        new="    if sick and not was:\n",
        story="a storm closed over what is broken",
    ),
    Mutant(
        name="storm-counts-on-after-it-was-closed",
        mistake="What a person has closed the storm breaker over is counted again.",
        file=DAEMON + "storming.py",
        old="        and (world.storm_closed_at is None or incident.bad_at.after(world.storm_closed_at))\n",
        new="        and (world.storm_closed_at is None or not incident.bad_at.after(now))\n",
        story="a storm closed once all are well",
    ),
    Mutant(
        name="advice-of-a-cure-that-never-was",
        mistake="A page says what a rule says after its cure, though none was tried.",
        file=DAEMON + "deciding.py",
        old="        tried = rule is not None and (not rule.run or (advise and incident.acted_at is not None))\n",
        new="        tried = rule is not None and (advise or rule is not None)\n",
        story="no, before anything began",
    ),
    Mutant(
        name="no-all-clear-after-a-run",
        mistake="What a run cured is never told as over.",
        file=DAEMON + "all_clear.py",
        old='        if not turn.journal.was_told(f"{incident.id}:"):\n',
        new='        if incident.acted_at is not None or not turn.journal.was_told(f"{incident.id}:"):\n',
        story="a yes, and its end",
    ),
    Mutant(
        name="all-clear-of-what-nobody-was-told",
        mistake="Each incident that closes is told as over, also one of which nobody has heard.",
        file=DAEMON + "all_clear.py",
        old='        if not turn.journal.was_told(f"{incident.id}:"):\n',
        new='        if not incident.id and not turn.journal.was_told(f"{incident.id}:"):\n',
        story="third host, two cured",
    ),
)
