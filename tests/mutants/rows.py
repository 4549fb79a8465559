"""The mistakes: each a patch of one shipped file, and where it is expected to be caught."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutants.brake_rows import BRAKES
from tests.mutants.claim_rows import CLAIMS
from tests.mutants.galera_rows import GALERA
from tests.mutants.mutant import ROOT, Mutant, OutOfDate

__all__ = ["BY_NAME", "MUTANTS", "ROOT", "Mutant", "OutOfDate"]

SAFETY = "remediator/safety/"
DAEMON = "remediator/daemon/"
GUARD_TESTS = "tests/unit/safety/test_guards.py"
AUTHORITY_TESTS = "tests/unit/safety/test_authority.py"
EMPTY_TESTS = "tests/unit/mutants/test_empty_target.py"
PLACES_TESTS = "tests/unit/daemon/test_places.py"
MACHINE_TESTS = "tests/unit/runs/test_machine.py"


def _blind(guard: str, file: str, old: str, new: str, story: str = "", tests: str = "", what: str = "") -> Mutant:
    """A guard that agrees whatever the case says."""
    mistake = f"The guard `{guard}` always agrees{f': {what}' if what else ''}."
    name = f"guard-{guard.replace('_', '-')}"
    return Mutant(name=name, mistake=mistake, file=SAFETY + file, old=old, new=new, story=story, tests=tests)


def _never(condition: str) -> tuple[str, str]:
    """Return the patch that makes the line ``if condition:`` never true."""
    return f"if {condition}:\n", f"if False and ({condition}):\n"


GUARDS = (
    _blind(
        "pause",
        "mutes.py",
        "    if isinstance(case.pauses, Unknown):\n",
        '    if True:\n        return allow("pause")\n    if isinstance(case.pauses, Unknown):\n',
        story="paused",
    ),
    _blind(
        "silence",
        "mutes.py",
        "    holding = [each for each in case.silences if _silences(each, case)]\n",
        "    holding: list[Silence] = []\n",
        story="silenced",
    ),
    _blind("downtime", "mutes.py", *_never("ours is not None"), story="downtime of ours"),
    _blind("maintenance", "others.py", *_never("holding"), story="wrapped command"),
    _blind("storm", "storm.py", "    for scope in case.storm:\n", "    for scope in case.storm[:0]:\n", story="three hosts at once"),
    _blind("budget", "budget.py", *_never("len(inside) >= limit"), story="fifth in ten minutes"),
    _blind("cooldown", "budget.py", *_never("left > 0"), story="again at once"),
    _blind("ack", "budget.py", *_never("open_end.target == case.plan.target.text and open_end.incident != case.incident"), story="not cured the last time"),
    _blind("undone", "budget.py", *_never("count >= UNDONE_LIMIT"), story="three cures undone"),
    _blind("clock", "vantage.py", *_never("case.clock_held is not None and case.plan.risk is not Risk.R0"), story="clock stepped"),
    _blind("startup", "vantage.py", *_never("samples < STARTUP_SAMPLES"), story="just started"),
    _blind("self_vantage", "vantage.py", *_never("seen.answering * 2 < seen.hosts"), story="cut off"),
    _blind("restored", "vantage.py", *_never("case.restored is not None and case.plan.risk is not Risk.R0"), story="an old store put back"),
    _blind("evidence_age", "evidence.py", *_never("age > limit"), tests=GUARD_TESTS),
    _blind("rediagnosis", "evidence.py", *_never("again.state in (State.WARNING, State.CRITICAL) and not again.still_matches"), story="another cause meanwhile"),
    _blind("already_fixed", "evidence.py", *_never("case.rediagnosis is not None and case.rediagnosis.state is State.OK"), story="nothing to mend"),
    _blind("changed", "evidence.py", *_never("after != before"), story="another instance crashed meanwhile"),
    _blind("approval", "authority.py", "    if not _needs_approval(case):\n", "    if True:\n", story="nobody said yes"),
    _blind("host_boot", "quorum.py", *_never("boot is not None and boot.age_s < limit"), story="booted just now"),
    _blind("lock", "quorum.py", *_never("run != case.own_run"), story="a host that is worked on"),
    _blind("quorum", "quorum.py", *_never("found is not None"), tests="tests/unit/safety/test_quorum.py"),
    _blind("operator_intent", "others.py", *_never("stopped"), story="stopped on purpose"),
    _blind("target", "authority.py", "    text = case.plan.target.text\n", '    text = case.plan.target.text\n    if text:\n        return allow("target")\n', tests=GUARD_TESTS),
    _blind("mode", "authority.py", *_never("case.mode.value < Mode.APPROVE.value"), tests=GUARD_TESTS),
    _blind("autonomy", "authority.py", *_never("risk is Risk.R3 and case.plan.rule not in case.unattended_r3"), tests=GUARD_TESTS),
    _blind("hours", "authority.py", "    if case.hours is None or case.hours.open(case.now.wall):\n", "    if True:\n", tests=GUARD_TESTS),
    _blind("stateful", "others.py", *_never("found"), tests=GUARD_TESTS),
    _blind("competing", "others.py", *_never('busy and not (takes_over and data.get("unit_substate") == WAITS_FOR_RESTART)'), tests=GUARD_TESTS),
    _blind("ourselves", "others.py", *_never("ours"), tests=GUARD_TESTS),
    _blind("dependency", "others.py", *_never("case.below"), tests=GUARD_TESTS),
    _blind("baseline", "others.py", *_never("case.group.baseline is not None"), tests=GUARD_TESTS),
)  # fmt: skip

MUTES = (
    Mutant(
        name="nagios-downtime-ignored",
        mistake="Nagios' downtime depth is heard and not minded, as by Nagios' own event handlers.",
        file=SAFETY + "mutes.py",
        old="        if _mutes(known, case):\n",
        new="        if False:\n",
        story="downtime of Nagios",
    ),
    Mutant(
        name="unreadable-pause-file",
        mistake="A pause file about which nothing can be learnt is taken for no pause.",
        file=DAEMON + "refraining.py",
        old="        except FileNotFoundError:\n            pass\n        except OSError as error:\n",
        new="        except OSError:\n            pass\n        except ValueError as error:\n",
        story="pause file that cannot be read",
    ),
    Mutant(
        name="pause-after-intent",
        mistake="A pause that comes between INTENT and command does not stop the command.",
        file=DAEMON + "loop.py",
        old="        if reasons and not (self._stop and not first):\n",
        new="        if False:\n",
        story="paused between INTENT and command",
    ),
    Mutant(
        name="refusal-without-a-sentence",
        mistake="A guard refuses with a word of its own in place of a sentence for people.",
        file=SAFETY + "mutes.py",
        old='f"silenced by {last.author} ({last.id}: {text}): {last.reason}"',
        new='"silenced"',
        story="silenced",
    ),
)
RESTARTS = (
    Mutant(
        name="pauses-forgotten",
        mistake="A pause is lost at a restart.",
        file=DAEMON + "world.py",
        old="        self.pauses = dict(stored.pauses)\n",
        new="        self.pauses = {}\n",
        story="paused, then a restart",
    ),
    Mutant(
        name="silences-forgotten",
        mistake="A silence is lost at a restart.",
        file=DAEMON + "world.py",
        old="        self.silences = {each.id: each for each in stored.silences}\n",
        new="        self.silences = {}\n",
        story="silenced, then a restart",
    ),
    Mutant(
        name="locks-forgotten",
        mistake="Locks are not taken over after a restart.",
        file=DAEMON + "world.py",
        old="        self.locks = dict(stored.locks)\n",
        new="        self.locks = {}\n",
        story="a host that was worked on before a restart",
    ),
    Mutant(
        name="budget-in-memory",
        mistake="Budgets count in memory: the runs before a restart are not read.",
        file="remediator/store/loading.py",
        old="        past_runs=tuple(past),\n",
        new="        past_runs=(),\n",
        story="fifth in ten minutes, after a restart",
    ),
    Mutant(
        name="storm-in-memory",
        mistake="What was cured before a restart does not count in a storm.",
        file=DAEMON + "world.py",
        old="        self.just_closed = {incident.id: incident for incident in stored.just_closed}\n",
        new="        self.just_closed = {}\n",
        story="third host, two cured, then a restart",
    ),
    Mutant(
        name="failures-forgotten",
        mistake="That a target could not be cured, and that nobody has acknowledged it, is forgotten at a restart.",
        file=DAEMON + "world.py",
        old="        self.unacked = {each.target: each for each in stored.unacked}\n",
        new="        self.unacked = {}\n",
        story="not cured the last time, then a restart",
    ),
    Mutant(
        name="acknowledgements-forgotten",
        mistake="An acknowledgement is forgotten at a restart: what it freed is held again.",
        file=DAEMON + "world.py",
        old="        self.acked_at = {target: times.parse_rfc3339(at) for target, at in stored.acked_at.items()}\n",
        new="        self.acked_at = {}\n",
        story="three cures undone, acknowledged, then a restart",
    ),
    Mutant(
        name="checkpoints-never-compared",
        mistake="The store is not held against its checkpoints when the daemon starts.",
        file=DAEMON + "loop.py",
        old="            world.restored = file.disagreement(",
        new="            _ = file.disagreement(",
        story="an old store put back",
    ),
)
JOURNAL = (
    Mutant(
        name="effect-before-commit",
        mistake="The effects of a turn leave although its commit failed: the command goes before its INTENT.",
        file=DAEMON + "engine.py",
        old="        except errors.StoreUnavailable as error:\n"
        "            return self._without_turn(str(error), inputs, turn, now, alarming.OF_THE_STORE)\n",
        new="        except errors.StoreUnavailable as error:\n"
        "            gone = self._without_turn(str(error), inputs, turn, now, alarming.OF_THE_STORE)\n"
        "            return [*(turn.effects if turn is not None else ()), *gone]\n",
        story="the disk fails at an INTENT",
    ),
    Mutant(
        name="intent-not-journalled",
        mistake="The INTENT changes the run and is not an entry of the journal.",
        file=DAEMON + "stepping.py",
        old='    turn.audit_run("intent", run, {**body, "before": before, **claimed})\n',
        new='    _ = ("intent", run, {**body, "before": before, **claimed})\n',
        story="a yes",
    ),
    Mutant(
        name="hint-answered-before-commit",
        mistake="A webhook is answered with 202 before it is committed.",
        file=DAEMON + "engine.py",
        old="            return [(item.taken, hinting.take(turn, item.hint))]\n",
        new="            item.taken.set_result(hinting.take(turn, item.hint))\n",
        story="killed before a hint is kept",
    ),
    Mutant(
        name="once-sent-again",
        mistake="A `once` step whose outcome was lost is sent again, and no probe is asked whether it arrived.",
        file=DAEMON + "stepping.py",
        old="        _doubt(turn, run, after.result)\n",
        new="        turn.run(machine.probed(run, step.id, Probe.NOT_APPLIED, turn.now))\n",
        story="lost on its way",
    ),
    Mutant(
        name="restart-asks-no-probe",
        mistake="A step whose outcome was lost with the daemon is taken for one that did not arrive, and no probe is asked.",
        file=DAEMON + "stepping.py",
        old="    run = machine.in_doubt(run, step.id, why)\n",
        new="    run = machine.probed(run, step.id, Probe.NOT_APPLIED, turn.now)\n",
        story="killed before the command",
    ),
    Mutant(
        name="probe-guesses",
        mistake="A probe that can learn nothing says that the command did not arrive.",
        file="remediator/integrations/container/units.py",
        old="    if isinstance(found, Unknown) or found.containers is None or reply.boot_id is None:\n"
        "        return Probe.UNKNOWN\n",
        new="    if isinstance(found, Unknown) or found.containers is None or reply.boot_id is None:\n"
        "        return Probe.NOT_APPLIED\n",
        story="arrived, and nothing can be learnt of it",
    ),
    Mutant(
        name="probe-in-a-hurry",
        mistake="`Not applied` is believed at once, although the command may still be on its way.",
        file=DAEMON + "stepping.py",
        old="PROBE_GRACE_S = 15.0\n",
        new="PROBE_GRACE_S = 0.0\n",
        story="arrives late",
    ),
    Mutant(
        name="lock-expires",
        mistake="A lock has an expiry: after a minute another run may have the host.",
        file=DAEMON + "casing.py",
        old="        locks={scope: holder for scope, holder in world.locks.items() if scope in wanted},\n",
        new="        locks={\n            scope: holder\n            for scope, holder in world.locks.items()\n"
        "            if scope in wanted and turn.now.since(world.runs[holder].created_at) < 60.0\n        },\n",
        story="a host that is worked on",
    ),
    Mutant(
        name="chain-leaves-the-actor-out",
        mistake="The hash of an entry does not cover who did it.",
        file="remediator/store/chain.py",
        old='if key != "hash"}',
        new='if key not in ("hash", "actor")}',
        tests="tests/unit/store/test_chain.py",
    ),
    Mutant(
        name="nobody-is-paged",
        mistake="An incident that no runbook cured is marked as escalated, and nobody is told.",
        file=DAEMON + "deciding.py",
        old='    return turn.page(f"{incident.id}:{told or by}", subject, text, incident=incident)\n',
        new="    return by is None or bool(text or subject)\n",
        story="no cure",
    ),
)
JUDGEMENT = (
    Mutant(
        name="unknown-is-ok",
        mistake="A check whose critical condition is UNKNOWN is OK.",
        file="remediator/collect/judge.py",
        old="    if isinstance(critical, Unknown):\n        return State.UNKNOWN\n",
        new="    if isinstance(critical, Unknown):\n        return State.OK\n",
        story="silent after the command",
    ),
    Mutant(
        name="soft-is-hard",
        mistake="A SOFT problem is acted on: its attempts are not waited for.",
        file=DAEMON + "deciding.py",
        old="    if series is None or series.state is State.OK or series.state_type is not StateType.HARD:\n",
        new="    if series is None or series.state is State.OK:\n",
        story="SOFT for longer than it takes",
    ),
    Mutant(
        name="hold-not-waited-for",
        mistake="A cure is verified by two OK samples, however soon they come: its hold is not waited for.",
        file="remediator/runs/machine.py",
        old="        and newest.asked_at.since(run.ok_since) >= run.plan.verify_hold_s\n",
        new="        and newest.asked_at.since(run.ok_since) >= 0.0\n",
        story="up for nine seconds",
    ),
    Mutant(
        name="one-ok-sample",
        mistake="A cure is verified by one OK sample.",
        file="remediator/runs/machine.py",
        old="run.ok_samples >= 2\n",
        new="run.ok_samples >= 1\n",
        tests=MACHINE_TESTS,
    ),
    Mutant(
        name="unknown-verifies",
        mistake="An UNKNOWN sample counts for a cure.",
        file="remediator/runs/machine.py",
        old="    if result.state is State.OK:\n        return replace(",
        new="    if result.state in (State.OK, State.UNKNOWN):\n        return replace(",
        story="seen once after a silence",
    ),
    Mutant(
        name="never-times-out",
        mistake="A verification has no end: a run that cures nothing lives for ever.",
        file="remediator/runs/machine.py",
        old="    waited = now.since(started)\n",
        new="    waited = 0.0\n",
        story="silent after the command",
    ),
    Mutant(
        name="budget-by-the-wall-clock",
        mistake="The wall clock alone says how long ago a run was: a clock set ahead frees the budget.",
        file=SAFETY + "budget.py",
        old="        ages = sorted(case.now.since(run.intent_at) for run in others)\n",
        new="        ages = sorted((case.now.wall - run.intent_at.wall).total_seconds() for run in others)\n",
        story="fifth in ten minutes, by a wall clock that is an hour ahead",
    ),
    Mutant(
        name="waits-by-the-wall-clock",
        mistake="Every wait is counted by the wall clock alone: a clock set ahead shortens a cooldown.",
        file="remediator/model/times.py",
        old="        return max(0.0, min(wall_s, self.boot_s - earlier.boot_s))\n",
        new="        return max(0.0, wall_s)\n",
        tests=GUARD_TESTS,
    ),
    Mutant(
        name="storm-forgets-the-cured",
        mistake="What was cured meanwhile does not count in a storm.",
        file=DAEMON + "storming.py",
        old="        for incident in (*world.incidents.values(), *world.just_closed.values())\n",
        new="        for incident in world.incidents.values()\n",
        story="third host, two cured",
    ),
    Mutant(
        name="galera-start-without-a-quorum",
        mistake="A Galera member is started although the others are no Primary majority.",
        file="remediator/integrations/galera/actions.py",
        old='    if data.get("quorum_without_me") is not True:\n',
        new='    if data.get("group_size") is None:\n',
        tests="tests/unit/integrations/test_container_actions.py",
    ),
)
EMPTY = (
    Mutant(
        name="empty-target",
        mistake="A target may name no host at all, and whoever loops over the hosts of an inventory then means every one.",
        file="remediator/model/targets.py",
        old="        if not self.hosts:\n",
        new="        if False:\n",
        tests=EMPTY_TESTS,
    ),
    Mutant(
        name="empty-plan",
        mistake="The gate lets a plan pass that touches no host.",
        file=SAFETY + "authority.py",
        old="    if not case.plan.touches:\n",
        new="    if False:\n",
        tests=EMPTY_TESTS,
    ),
)
APPROVALS = (
    Mutant(
        name="yes-to-another-plan",
        mistake="`approve --plan HASH` says yes to whatever waits, also when the hash is that of another plan.",
        file=DAEMON + "approving.py",
        old="    if wanted is not None and not _names(wanted, approval.plan_hash):\n",
        new="    if False:\n",
        story="a yes to another plan",
    ),
    Mutant(
        name="approval-not-bound",
        mistake="An approval is not bound to the hash of its plan.",
        file=SAFETY + "authority.py",
        old="    if said.plan_hash != case.plan.hash:\n",
        new="    if False:\n",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="approval-used-twice",
        mistake="An approval that another run has used is good again.",
        file=SAFETY + "authority.py",
        old="    if run is not None and said.run != run:\n",
        new="    if False:\n",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="approval-by-the-requester",
        mistake="Who asked for a plan may approve it.",
        file=SAFETY + "authority.py",
        old="    if said.approved_by == said.requested_by:\n",
        new="    if False:\n",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="evidence-older-than-the-yes",
        mistake="The gate takes evidence that is older than the approval.",
        file=SAFETY + "authority.py",
        old="    if case.rediagnosis is not None and not case.rediagnosis.asked_at.after(said.approved_at):\n",
        new="    if False:\n",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="evidence-not-gathered-again",
        mistake="After an approval no new evidence is waited for.",
        file=DAEMON + "approving.py",
        old="        locked_at=turn.now,\n",
        new="",
        story="a yes to another plan",
    ),
)

LOOKING = (
    Mutant(
        name="parsed-replies-kept",
        mistake="What was parsed of each reply is kept for ever.",
        file="remediator/integrations/container/facts.py",
        old='    return reply.read("containers", parse)\n',
        new='    _KEPT.append(reply.read("containers", parse))\n    return _KEPT[-1]\n\n\n_KEPT: list[Any] = []\n',
        tests="tests/unit/integrations/test_container_parsed.py",
    ),
    Mutant(
        name="one-lane-for-all",
        mistake="Hosts that failed wait among those that answer.",
        file=DAEMON + "places.py",
        old="    return Lane.QUICK if quick else Lane.SLOW\n",
        new="    return Lane.QUICK\n",
        tests=PLACES_TESTS,
    ),
    Mutant(
        name="dying-host-keeps-its-place",
        mistake="A host that dies holds a place among those that answer until its call has timed out.",
        file=DAEMON + "places.py",
        old=" or now.since(call.since) > PATIENCE_S)",
        new=")",
        tests=PLACES_TESTS,
    ),
    Mutant(
        name="asked-without-a-place",
        mistake="Silent hosts are asked without a place, so their calls wait for threads and count as silence.",
        file=DAEMON + "places.py",
        old="        if lane is Lane.SLOW and slow < each:\n",
        new="        if lane is Lane.SLOW:\n",
        tests=PLACES_TESTS,
    ),
)

MUTANTS: tuple[Mutant, ...] = (
    *GUARDS,
    *MUTES,
    *RESTARTS,
    *JOURNAL,
    *JUDGEMENT,
    *EMPTY,
    *APPROVALS,
    *LOOKING,
    *BRAKES,
    *CLAIMS,
    *GALERA,
)
BY_NAME: Mapping[str, Mutant] = {each.name: each for each in MUTANTS}
