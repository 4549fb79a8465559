"""Mistakes in how samples are judged, in what a plan may touch, in what a yes is good for, and in who is asked."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

JUDGEMENT = (
    Mutant(
        name="unknown-is-ok",
        mistake="A check whose critical condition is UNKNOWN is OK.",
        place="remediator.collect.judge:state_of",
        old="""
            if isinstance(critical, Unknown):
                return State.UNKNOWN
        """,
        new="""
            if isinstance(critical, Unknown):
                return State.OK
        """,
        story="silent after the command",
    ),
    Mutant(
        name="soft-is-hard",
        mistake="A SOFT problem is acted on: its attempts are not waited for.",
        place="remediator.daemon.decide.incidents:consider",
        old="series is None or series.state is State.OK or series.state_type is not StateType.HARD",
        new="series is None or series.state is State.OK",
        story="SOFT for longer than it takes",
    ),
    Mutant(
        name="hold-not-waited-for",
        mistake="A cure is verified by two OK samples, however soon they come: its hold is not waited for.",
        place="remediator.runs.verification:judged",
        old="newest.asked_at.since(run.ok_since) >= run.plan.verify_hold_s",
        new="newest.asked_at.since(run.ok_since) >= 0.0",
        story="up for nine seconds",
    ),
    Mutant(
        name="one-ok-sample",
        mistake="A cure is verified by one OK sample.",
        place="remediator.runs.verification:judged",
        old="run.ok_samples >= 2",
        new="run.ok_samples >= 1",
        tests="tests/unit/runs/test_verification.py",
    ),
    Mutant(
        name="unknown-verifies",
        mistake="An UNKNOWN sample counts for a cure.",
        place="remediator.runs.verification:sampled",
        old="result.state is State.OK",
        new="result.state in (State.OK, State.UNKNOWN)",
        story="seen once after a silence",
    ),
    Mutant(
        name="never-times-out",
        mistake="A verification has no end: a run that cures nothing lives for ever.",
        place="remediator.runs.verification:judged",
        old="now.since(started)",
        new="0.0",
        story="silent after the command",
    ),
    Mutant(
        name="budget-by-the-wall-clock",
        mistake="The wall clock alone says how long ago a run was: a clock set ahead frees the budget.",
        place="remediator.safety.guards.budget:budget",
        old="case.now.since(run.intent_at)",
        new="(case.now.wall - run.intent_at.wall).total_seconds()",
        story="fifth in ten minutes, by a wall clock that is an hour ahead",
    ),
    Mutant(
        name="waits-by-the-wall-clock",
        mistake="Every wait is counted by the wall clock alone: a clock set ahead shortens a cooldown.",
        place="remediator.model.times:Instant.since",
        old="min(wall_s, self.boot_s - earlier.boot_s)",
        new="wall_s",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="storm-forgets-the-cured",
        mistake="What was cured meanwhile does not count in a storm.",
        place="remediator.daemon.inhibit.storm:_fresh",
        old="(*world.durable.incidents.values(), *world.durable.just_closed.values())",
        new="world.durable.incidents.values()",
        story="third host, two cured",
    ),
)
EMPTY = (
    Mutant(
        name="empty-target",
        mistake="A target may name no host at all, and whoever loops over the hosts of an inventory then means "
        "every one.",
        place="remediator.model.targets:Target.__post_init__",
        old="not self.hosts",
        new="False",
        tests="tests/unit/mutants/test_empty_target.py",
    ),
    Mutant(
        name="empty-plan",
        mistake="The gate lets a plan pass that touches no host.",
        place="remediator.safety.guards.authority:target",
        old="not case.plan.touches",
        new="False",
        tests="tests/unit/mutants/test_empty_target.py",
    ),
)
APPROVALS = (
    Mutant(
        name="yes-to-another-plan",
        mistake="`approve --plan HASH` says yes to whatever waits, also when the hash is that of another plan.",
        place="remediator.daemon.requests.approvals:_refusal",
        old="wanted is not None and (not _names(wanted, approval.plan_hash))",
        new="False",
        story="a yes to another plan",
    ),
    Mutant(
        name="approval-not-bound",
        mistake="An approval is not bound to the hash of its plan.",
        place="remediator.safety.guards.authority:approval",
        old="said.plan_hash != case.plan.hash",
        new="False",
        tests="tests/unit/safety/test_authority.py",
    ),
    Mutant(
        name="plan-hash-without-commands",
        mistake="The hash of a plan covers no command: a yes to one is a yes to another.",
        place="remediator.model.content.plans:PlannedStep.bound",
        old="[] if self.late else [command.to_json() for command in self.commands]",
        new="[]",
        tests="tests/unit/model/test_plans.py",
    ),
    Mutant(
        name="yes-to-an-older-plan-goes-on",
        mistake="A run that was approved by the hash of an older release goes on under that yes.",
        place="remediator.runs.machine:approved_as_another",
        old="yes is None or yes.approved_by is None or (not run.asked_of_another_plan)",
        new="True",
        tests="tests/unit/runs/test_machine.py",
    ),
    Mutant(
        name="late-step-becomes-anything",
        mistake="A step that is built in its turn may run what is none of its action's programs, or on any host.",
        place="remediator.model.content.actions:ActionSpec.strays",
        old="command.host not in hosts or command.first or (not own)",
        new="False",
        tests="tests/unit/model/test_actions.py",
    ),
    Mutant(
        name="result-of-any-kind",
        mistake="A runbook may name a step for a parameter that gives another kind of result.",
        place="remediator.content.parameters:_source",
        old="step not in givers",
        new="False",
        tests="tests/unit/content/test_bad_content.py",
    ),
    Mutant(
        name="result-of-any-step",
        mistake="A step takes what any step of its run gave, and not the one that its runbook names.",
        place="remediator.runs.plans.planning:_named",
        old="source == (_of_member(each) if each.host else each.id)",
        new="True",
        tests="tests/unit/runs/test_late_steps.py",
    ),
    Mutant(
        name="approval-used-twice",
        mistake="An approval that another run has used is good again.",
        place="remediator.safety.guards.authority:approval",
        old="run is not None and said.run != run",
        new="False",
        tests="tests/unit/safety/test_authority.py",
    ),
    Mutant(
        name="approval-by-the-requester",
        mistake="Who asked for a plan may approve it.",
        place="remediator.safety.guards.authority:approval",
        old="said.approved_by == said.requested_by",
        new="False",
        tests="tests/unit/safety/test_authority.py",
    ),
    Mutant(
        name="evidence-older-than-the-yes",
        mistake="The gate takes evidence that is older than the approval.",
        place="remediator.safety.guards.authority:approval",
        old="case.rediagnosis is not None and (not case.rediagnosis.asked_at.after(said.approved_at))",
        new="False",
        tests="tests/unit/safety/test_authority.py",
    ),
    Mutant(
        name="evidence-not-gathered-again",
        mistake="After an approval no new evidence is waited for.",
        place="remediator.daemon.requests.approvals:approve",
        old="replace(run, state=RunState.PLANNED, locked_at=turn.now, reason=f'approved by {actor.name}; "
        "waits for evidence that is younger than the yes', approval=replace(run.approval, "
        "approved_by=actor.name, approved_at=turn.now, approved_as=actor.accounts))",
        new="replace(run, state=RunState.PLANNED, reason=f'approved by {actor.name}; waits for evidence "
        "that is younger than the yes', approval=replace(run.approval, approved_by=actor.name, "
        "approved_at=turn.now, approved_as=actor.accounts))",
        story="a yes to another plan",
    ),
)
LOOKING = (
    Mutant(
        name="parsed-replies-kept",
        mistake="What was parsed of each reply is kept for ever.",
        place="remediator.integrations.container.facts:of",
        old="return reply.facts(CONTAINERS)",
        new="""
            kept = globals().setdefault("_KEPT", [])
            kept.append(reply.facts(CONTAINERS))
            return kept[-1]
        """,
        tests="tests/unit/integrations/test_container_parsed.py",
    ),
    Mutant(
        name="one-lane-for-all",
        mistake="Hosts that failed wait among those that answer.",
        place="remediator.collect.places:lane_of",
        old="Lane.QUICK if quick else Lane.SLOW",
        new="Lane.QUICK",
        tests="tests/unit/collect/test_places.py",
    ),
    Mutant(
        name="dying-host-keeps-its-place",
        mistake="A host that dies holds a place among those that answer until its call has timed out.",
        place="remediator.collect.places:seated",
        old="call.lane is Lane.SLOW or now.since(call.since) > PATIENCE_S",
        new="call.lane is Lane.SLOW",
        tests="tests/unit/collect/test_places.py",
    ),
    Mutant(
        name="asked-without-a-place",
        mistake="Silent hosts are asked without a place, so their calls wait for threads and count as silence.",
        place="remediator.collect.places:seated",
        old="lane is Lane.SLOW and slow < each",
        new="lane is Lane.SLOW",
        tests="tests/unit/collect/test_places.py",
    ),
)
