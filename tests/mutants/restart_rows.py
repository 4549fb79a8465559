"""Mistakes about what a restart must not forget, and about the journal."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RESTARTS = (
    Mutant(
        name="pauses-forgotten",
        mistake="A pause is lost at a restart.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="dict(stored.pauses)",
        new="{}",
        story="paused, then a restart",
    ),
    Mutant(
        name="silences-forgotten",
        mistake="A silence is lost at a restart.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="{each.id: each for each in stored.silences}",
        new="{}",
        story="silenced, then a restart",
    ),
    Mutant(
        name="locks-forgotten",
        mistake="Locks are not taken over after a restart.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="dict(stored.locks)",
        new="{}",
        story="a host that was worked on before a restart",
    ),
    Mutant(
        name="budget-in-memory",
        mistake="Budgets count in memory: the runs before a restart are not read.",
        place="remediator.store.stored.loading:load",
        old="read(Run, tables.runs, sa.or_(runs.intent_s >= since_s, runs.incident.in_(of_open)))",
        new="()",
        story="fifth in ten minutes, after a restart",
    ),
    Mutant(
        name="storm-in-memory",
        mistake="What was cured before a restart does not count in a storm.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="{incident.id: incident for incident in stored.just_closed}",
        new="{}",
        story="third host, two cured, then a restart",
    ),
    Mutant(
        name="failures-forgotten",
        mistake="That a target could not be cured, and that nobody has acknowledged it, is forgotten at a restart.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="{each.target: each for each in stored.unacked}",
        new="{}",
        story="not cured the last time, then a restart",
    ),
    Mutant(
        name="acknowledgements-forgotten",
        mistake="An acknowledgement is forgotten at a restart: what it freed is held again.",
        place="remediator.daemon.state.durable:Durable.adopt",
        old="{target: times.parse_rfc3339(at) for target, at in stored.acked_at.items()}",
        new="{}",
        story="three cures undone, acknowledged, then a restart",
    ),
    Mutant(
        name="checkpoints-never-compared",
        mistake="The store is not held against its checkpoints when the daemon starts.",
        place="remediator.daemon.loop:Loop._checkpoint",
        old="file.disagreement(self._engine.audit_seq, self._engine.hash_of, self._engine.starts())",
        new="None",
        story="an old store put back",
    ),
)
JOURNAL = (
    Mutant(
        name="effect-before-commit",
        mistake="The effects of a turn leave although its commit failed: the command goes before its INTENT.",
        place="remediator.daemon.engine.engine:Engine._without_turn",
        old="return [] if alarm is None else [alarm]",
        new="return [*(turn.effects if turn is not None else ()), *(() if alarm is None else (alarm,))]",
        story="the disk fails at an INTENT",
    ),
    Mutant(
        name="intent-not-journalled",
        mistake="The INTENT changes the run and is not an entry of the journal.",
        place="remediator.runs.begin:begun",
        old="(*owed, said, follows, *leaves)",
        new="(*owed, follows, *leaves)",
        story="a yes",
    ),
    Mutant(
        name="hint-answered-before-commit",
        mistake="A webhook is answered with 202 before it is committed.",
        place="remediator.daemon.engine.engine:Engine._take",
        old="turn.answers.append((item.taken, intake.take(turn, item.hint)))",
        new="item.taken.set_result(intake.take(turn, item.hint))",
        story="killed before a hint is kept",
    ),
    Mutant(
        name="once-sent-again",
        mistake="A `once` step whose outcome was lost is sent again, and no probe is asked whether it arrived.",
        place="remediator.runs.outcome:taken",
        old="lost(after, step.id, step.result)",
        new="Transition(run=machine.probed(after, step.id, machine.Probe.NOT_APPLIED, now))",
        story="lost on its way",
    ),
    Mutant(
        name="lost-taken-for-unsent",
        mistake="A command of which nobody knows whether it ended counts as one that never left.",
        place="remediator.model.messages.replies:CommandDone.fate",
        old="Fate.LOST if self.exit_code is None else Fate.ENDED",
        new="Fate.NEVER_LEFT if self.exit_code is None else Fate.ENDED",
        tests="tests/unit/runs/test_machine.py",
    ),
    Mutant(
        name="restart-asks-no-probe",
        mistake="A step whose outcome was lost with the daemon is taken for one that did not arrive, and no "
        "probe is asked.",
        place="remediator.runs.doubt:supervised",
        old="outcome.lost(run, step.id, why)",
        new="Transition(run=machine.probed(run, step.id, Probe.NOT_APPLIED, now))",
        story="killed before the command",
    ),
    Mutant(
        name="probe-guesses",
        mistake="A probe that can learn nothing says that the command did not arrive.",
        place="remediator.integrations.container.start_commands:probe",
        old="""
            if isinstance(found, Unknown) or found.containers is None or reply.boot_id is None:
                return Probe.UNKNOWN
        """,
        new="""
            if isinstance(found, Unknown) or found.containers is None or reply.boot_id is None:
                return Probe.NOT_APPLIED
        """,
        story="arrived, and nothing can be learnt of it",
    ),
    Mutant(
        name="probe-in-a-hurry",
        mistake="`Not applied` is believed at once, although the command may still be on its way.",
        place="remediator.runs.doubt:GRACE_S",
        old="15.0",
        new="0.0",
        story="arrives late",
    ),
    Mutant(
        name="lock-expires",
        mistake="A lock has an expiry: after a minute another run may have the host.",
        place="remediator.daemon.decide.cases:build",
        old="scope in wanted",
        new="scope in wanted and turn.now.since(world.durable.runs[holder].created_at) < 60.0",
        story="a host that is worked on",
    ),
    Mutant(
        name="chain-leaves-the-actor-out",
        mistake="The hash of an entry does not cover who did it.",
        place="remediator.store.audit.chain:entry_hash",
        old="key != 'hash'",
        new="key not in ('hash', 'actor')",
        tests="tests/unit/store/test_chain.py",
    ),
    Mutant(
        name="nobody-is-paged",
        mistake="An incident that no runbook cured is marked as escalated, and nobody is told.",
        place="remediator.daemon.notify.pages:escalate",
        old="turn.page(key, subject, text, incident=incident)",
        new="by is None or bool(text or subject or key)",
        story="no cure",
    ),
)
