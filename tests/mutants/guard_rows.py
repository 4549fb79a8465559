"""A guard that agrees whatever the case says: one row for each guard of the gate."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

GUARDS = (
    Mutant(
        name="guard-pause",
        mistake="The guard `pause` always agrees.",
        place="remediator.safety.guards.mutes:pause",
        old="""
            if isinstance(case.pauses, Unknown):
                ...
        """,
        new="""
            if True:
                return allow('pause')
            if isinstance(case.pauses, Unknown):
                ...
        """,
        story="paused",
    ),
    Mutant(
        name="guard-silence",
        mistake="The guard `silence` always agrees.",
        place="remediator.safety.guards.mutes:silence",
        old="matching = [each for each in case.silences if _silences(each, case)]",
        new="matching: list[Silence] = []",
        story="silenced",
    ),
    Mutant(
        name="guard-downtime",
        mistake="The guard `downtime` always agrees.",
        place="remediator.safety.guards.mutes:downtime",
        old="ours is not None",
        new="False and ours is not None",
        story="downtime of ours",
    ),
    Mutant(
        name="guard-maintenance",
        mistake="The guard `maintenance` always agrees.",
        place="remediator.safety.guards.others:maintenance",
        old="""
            if covering:
                ...
        """,
        new="""
            if False and covering:
                ...
        """,
        story="wrapped command",
    ),
    Mutant(
        name="guard-storm",
        mistake="The guard `storm` always agrees.",
        place="remediator.safety.guards.storm:storm",
        old="""
            for scope in case.storm:
                ...
        """,
        new="""
            for scope in case.storm[:0]:
                ...
        """,
        story="three hosts at once",
    ),
    Mutant(
        name="guard-budget",
        mistake="The guard `budget` always agrees.",
        place="remediator.safety.guards.budget:budget",
        old="len(inside) >= limit",
        new="False and len(inside) >= limit",
        story="fifth in ten minutes",
    ),
    Mutant(
        name="beginning-runs-uncounted",
        mistake="A run that is past the gate and has no INTENT yet uses up no budget: two of one moment pass "
        "where one may.",
        place="remediator.daemon.decide.cases:_beginning",
        old="past_the_gate and run.intent_at is None and not debts.is_release(run)",
        new="False",
        story="two approved in one moment, and room for one",
    ),
    Mutant(
        name="guard-early-for-ever",
        mistake="An R3 that acts unattended is tried again for ever, whatever refuses it each time.",
        place="remediator.safety.guards.budget:_r3",
        old="len(early) >= EARLY_LIMIT",
        new="False",
        tests="tests/unit/safety/test_budget.py",
    ),
    Mutant(
        name="guard-cooldown",
        mistake="The guard `cooldown` always agrees.",
        place="remediator.safety.guards.budget:cooldown",
        old="left > 0",
        new="False and left > 0",
        story="again at once",
    ),
    Mutant(
        name="guard-ack",
        mistake="The guard `ack` always agrees.",
        place="remediator.safety.guards.budget:ack",
        old="open_end.target == case.plan.target.text and open_end.incident != case.incident",
        new="False and (open_end.target == case.plan.target.text and open_end.incident != case.incident)",
        story="not cured the last time",
    ),
    Mutant(
        name="guard-undone",
        mistake="The guard `undone` always agrees.",
        place="remediator.safety.guards.budget:undone",
        old="count >= UNDONE_LIMIT",
        new="False and count >= UNDONE_LIMIT",
        story="three cures undone",
    ),
    Mutant(
        name="guard-clock",
        mistake="The guard `clock` always agrees.",
        place="remediator.safety.guards.vantage:clock",
        old="case.clock_brake is not None and case.plan.risk is not Risk.R0",
        new="False and (case.clock_brake is not None and case.plan.risk is not Risk.R0)",
        story="clock stepped",
    ),
    Mutant(
        name="guard-startup",
        mistake="The guard `startup` always agrees.",
        place="remediator.safety.guards.vantage:startup",
        old="samples < STARTUP_SAMPLES",
        new="False and samples < STARTUP_SAMPLES",
        story="just started",
    ),
    Mutant(
        name="guard-self-vantage",
        mistake="The guard `self_vantage` always agrees.",
        place="remediator.safety.guards.vantage:self_vantage",
        old="seen.answering * 2 < seen.hosts",
        new="False and seen.answering * 2 < seen.hosts",
        story="cut off",
    ),
    Mutant(
        name="guard-restored",
        mistake="The guard `restored` always agrees.",
        place="remediator.safety.guards.vantage:restored",
        old="case.restored is not None and case.plan.risk is not Risk.R0",
        new="False and (case.restored is not None and case.plan.risk is not Risk.R0)",
        story="an old store put back",
    ),
    Mutant(
        name="guard-evidence-age",
        mistake="The guard `evidence_age` always agrees.",
        place="remediator.safety.guards.evidence:evidence_age",
        old="age > limit",
        new="False and age > limit",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-rediagnosis",
        mistake="The guard `rediagnosis` always agrees.",
        place="remediator.safety.guards.evidence:rediagnosis",
        old="again.state in (State.WARNING, State.CRITICAL) and (not again.still_matches)",
        new="False and (again.state in (State.WARNING, State.CRITICAL) and (not again.still_matches))",
        story="another cause meanwhile",
    ),
    Mutant(
        name="guard-already-fixed",
        mistake="The guard `already_fixed` always agrees.",
        place="remediator.safety.guards.evidence:already_fixed",
        old="case.rediagnosis is not None and case.rediagnosis.state is State.OK",
        new="False and (case.rediagnosis is not None and case.rediagnosis.state is State.OK)",
        story="nothing to mend",
    ),
    Mutant(
        name="guard-changed",
        mistake="The guard `changed` always agrees.",
        place="remediator.safety.guards.evidence:changed",
        old="after != before",
        new="False and after != before",
        story="another instance crashed meanwhile",
    ),
    Mutant(
        name="guard-approval",
        mistake="The guard `approval` always agrees.",
        place="remediator.safety.guards.authority:approval",
        old="not _needs_approval(case)",
        new="True",
        story="nobody said yes",
    ),
    Mutant(
        name="guard-host-boot",
        mistake="The guard `host_boot` always agrees.",
        place="remediator.safety.guards.quorum:host_boot",
        old="boot is not None and boot.age_s < limit",
        new="False and (boot is not None and boot.age_s < limit)",
        story="booted just now",
    ),
    Mutant(
        name="guard-lock",
        mistake="The guard `lock` always agrees.",
        place="remediator.safety.guards.quorum:lock",
        old="run != case.own_run",
        new="False and run != case.own_run",
        story="a host that is worked on",
    ),
    Mutant(
        name="guard-quorum",
        mistake="The guard `quorum` always agrees.",
        place="remediator.safety.guards.quorum:quorum",
        old="found is not None",
        new="False and found is not None",
        tests="tests/unit/safety/test_quorum.py",
    ),
    Mutant(
        name="guard-operator-intent",
        mistake="The guard `operator_intent` always agrees.",
        place="remediator.safety.guards.others:operator_intent",
        old="""
            if stopped:
                ...
        """,
        new="""
            if False and stopped:
                ...
        """,
        story="stopped on purpose",
    ),
    Mutant(
        name="guard-target",
        mistake="The guard `target` always agrees.",
        place="remediator.safety.guards.authority:target",
        old="""
            if not case.plan.touches:
                ...
        """,
        new="""
            if text:
                return allow('target')
            if not case.plan.touches:
                ...
        """,
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-mode",
        mistake="The guard `mode` always agrees.",
        place="remediator.safety.guards.authority:mode",
        old="case.mode.value < Mode.APPROVE.value",
        new="False and case.mode.value < Mode.APPROVE.value",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-autonomy",
        mistake="The guard `autonomy` always agrees.",
        place="remediator.safety.guards.authority:autonomy",
        old="risk is Risk.R3 and case.plan.rule not in case.unattended_r3",
        new="False and (risk is Risk.R3 and case.plan.rule not in case.unattended_r3)",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-hours",
        mistake="The guard `hours` always agrees.",
        place="remediator.safety.guards.authority:hours",
        old="case.hours is None or case.hours.open(case.now.wall)",
        new="True",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-stateful",
        mistake="The guard `stateful` always agrees.",
        place="remediator.safety.guards.others:stateful",
        old="""
            if found:
                ...
        """,
        new="""
            if False and found:
                ...
        """,
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-competing",
        mistake="The guard `competing` always agrees.",
        place="remediator.safety.guards.others:competing",
        old="busy and (not (takes_over and data.get('unit_substate') == WAITS_FOR_RESTART))",
        new="False and (busy and (not (takes_over and data.get('unit_substate') == WAITS_FOR_RESTART)))",
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-ourselves",
        mistake="The guard `ourselves` always agrees.",
        place="remediator.safety.guards.others:ourselves",
        old="""
            if ours:
                ...
        """,
        new="""
            if False and ours:
                ...
        """,
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-dependency",
        mistake="The guard `dependency` always agrees.",
        place="remediator.safety.guards.others:dependency",
        old="""
            if case.below:
                ...
        """,
        new="""
            if False and case.below:
                ...
        """,
        tests="tests/unit/safety/test_guards.py",
    ),
    Mutant(
        name="guard-baseline",
        mistake="The guard `baseline` always agrees.",
        place="remediator.safety.guards.others:baseline",
        old="case.group.baseline is not None",
        new="False and case.group.baseline is not None",
        tests="tests/unit/safety/test_guards.py",
    ),
)
MUTES = (
    Mutant(
        name="nagios-downtime-ignored",
        mistake="Nagios' downtime depth is heard and not minded, as by Nagios' own event handlers.",
        place="remediator.safety.guards.mutes:downtime",
        old="_mutes(known, case)",
        new="False",
        story="downtime of Nagios",
    ),
    Mutant(
        name="unreadable-pause-file",
        mistake="A pause file about which nothing can be learnt is taken for no pause.",
        place="remediator.daemon.inhibit.inhibitors:Refrain.__call__",
        old="""
            try:
                os.lstat(self._pause_file)
            except FileNotFoundError:
                pass
            except OSError as error:
                return Unknown(f'{self._pause_file}: {error.strerror}')
            else:
                reasons.append(f'{self._pause_file} is there{_first_line(self._pause_file)}')
        """,
        new="""
            try:
                os.lstat(self._pause_file)
            except OSError:
                pass
            except ValueError as error:
                return Unknown(f'{self._pause_file}: {error.strerror}')
            else:
                reasons.append(f'{self._pause_file} is there{_first_line(self._pause_file)}')
        """,
        story="pause file that cannot be read",
    ),
    Mutant(
        name="pause-after-intent",
        mistake="A pause that comes between INTENT and command does not stop the command.",
        place="remediator.daemon.process.departures:Departures._too_late",
        old="reasons and (not (self._ends() and (not first)))",
        new="False",
        story="paused between INTENT and command",
    ),
    Mutant(
        name="refusal-without-a-sentence",
        mistake="A guard refuses with a word of its own in place of a sentence for people.",
        place="remediator.safety.guards.mutes:silence",
        old="f'silenced by {last.author} ({last.id}: {text}): {last.reason}'",
        new="'silenced'",
        story="silenced",
    ),
)
