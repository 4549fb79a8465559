"""Mistakes about the order and the age of evidence, and about what was written and is read back."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

WHO_TESTS = "tests/sim/test_who_and_when.py"
MACHINE_TESTS = "tests/unit/runs/test_machine.py"
VERIFICATION_TESTS = "tests/unit/runs/test_verification.py"
FACTS_TESTS = "tests/unit/collect/test_facts.py"
SERIES_TESTS = "tests/unit/checks/test_series.py"
TIMES_TESTS = "tests/unit/model/test_times.py"
DIGESTS_TESTS = "tests/unit/store/test_digests.py"
COVERED_TESTS = "tests/sim/test_covered.py"
DEBTS_TESTS = "tests/sim/test_debts.py"

EVIDENCE = (
    Mutant(
        name="old-samples-verify",
        mistake="Samples that were asked for before the last step ended count for the verification.",
        place="remediator.runs.verification:sampled",
        old="started is None or (not result.asked_at.after(started))",
        new="started is None",
        tests=VERIFICATION_TESTS,
    ),
    Mutant(
        name="hold-by-the-clock",
        mistake="The hold of a cure runs to this moment, and not to its newest good sample.",
        place="remediator.runs.verification:judged",
        old="newest.asked_at.since(run.ok_since)",
        new="now.since(run.ok_since)",
        tests=VERIFICATION_TESTS,
    ),
    Mutant(
        name="hold-over-a-bad-sample",
        mistake="A bad sample does not break the hold of a cure.",
        place="remediator.runs.verification:sampled",
        old="replace(run, ok_since=None, ok_samples=0, bad_samples=run.bad_samples + 1)",
        new="replace(run, ok_samples=0, bad_samples=run.bad_samples + 1)",
        tests=VERIFICATION_TESTS,
    ),
    Mutant(
        name="sent-again-on-old-evidence",
        mistake="A step that did not arrive is sent again on evidence that is older than the answer of its probe.",
        place="remediator.runs.machine:probed",
        old="replace(_with_step(run, again), state=RunState.PLANNED, reason='', locked_at=now)",
        new="replace(_with_step(run, again), state=RunState.PLANNED, reason='')",
        tests=MACHINE_TESTS,
    ),
    Mutant(
        name="gated-again-on-old-evidence",
        mistake="A run that was held before its first step is gated again on the evidence that it was planned on.",
        place="remediator.runs.machine:planned_anew",
        old="replace(run, state=RunState.PLANNED, reason='', because=(), held_since=None, asks='', "
        "asks_for=None, locked_at=now)",
        new="replace(run, state=RunState.PLANNED, reason='', because=(), held_since=None, asks='', asks_for=None)",
        tests=MACHINE_TESTS,
    ),
    Mutant(
        name="late-answer-replaces-a-newer-one",
        mistake="The answer that comes last is the newest, whenever it was asked for.",
        place="remediator.collect.facts:FactStore.take",
        old="newest is not None and newest.asked_at.wall > reply.asked_at.wall and "
        "newest.asked_at.since(reply.asked_at) > 0",
        new="False",
        tests=FACTS_TESTS,
    ),
    Mutant(
        name="as-young-as-the-youngest",
        mistake="Evidence of several sections is as old as the youngest of them.",
        place="remediator.collect.facts:FactStore._view",
        old="min(used, key=lambda reply: reply.asked_at.wall)",
        new="max(used, key=lambda reply: reply.asked_at.wall)",
        tests=FACTS_TESTS,
    ),
    Mutant(
        name="last-answer-shown-as-now",
        mistake="When a host does not answer, its last good answer is shown as what is now.",
        place="remediator.collect.facts:FactStore._view",
        old="newest.reach is not Reach.OK or not used",
        new="not used",
        tests=FACTS_TESTS,
    ),
    Mutant(
        name="forced-sample-is-an-attempt",
        mistake="A sample that a hint asked for counts as an attempt before `retry` has passed.",
        place="remediator.checks.series:advance",
        old="at.since(series.counted_at) < retry_s - RETRY_SLACK_S",
        new="False",
        tests=SERIES_TESTS,
    ),
    Mutant(
        name="warning-persists-as-critical",
        mistake="A warning of long ago counts for the persistence of a critical problem.",
        place="remediator.checks.series:advance",
        old="series and series.bad_since and (series.state is new)",
        new="series and series.bad_since",
        tests=SERIES_TESTS,
    ),
    Mutant(
        name="a-debt-by-an-old-sample",
        mistake="Whether a mark is still there and ours is told by a sample from before its run had set it.",
        place="remediator.daemon.execute.janitor:_sample",
        old="since is not None and reply is not None and reply.asked_at.after(since)",
        new="since is not None and reply is not None",
        tests=f"{DEBTS_TESTS}::test_a_sample_from_before_the_end_of_its_run_proves_nothing",
    ),
    Mutant(
        name="age-by-the-shorter-clock",
        mistake="The age of evidence is the shorter of what two clocks say.",
        place="remediator.model.times:Instant.at_most_since",
        old="max(0.0, wall_s, self.boot_s - earlier.boot_s)",
        new="max(0.0, min(wall_s, self.boot_s - earlier.boot_s))",
        tests=TIMES_TESTS,
    ),
    Mutant(
        name="order-by-the-wall-clock",
        mistake="What came later is told by the wall clock, which can be set back.",
        place="remediator.model.times:Instant.after",
        old="self.boot_id == other.boot_id",
        new="False",
        tests=TIMES_TESTS,
    ),
)

READ_BACK = (
    Mutant(
        name="act-without-read-back",
        mistake="A command leaves although nobody has read its INTENT back from the file.",
        place="remediator.daemon.engine.engine:Engine._read_back",
        old="due or any((isinstance(effect, Act) for effect in turn.effects))",
        new="due",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="any-entry-is-read-back",
        mistake="Whatever entry is the newest in the file is taken for the one that was written.",
        place="remediator.store.database:Database.read_back",
        old="row != (seq, entry_hash)",
        new="row is None",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="read-back-by-its-number",
        mistake="An entry that is read back is compared by its number alone.",
        place="remediator.store.database:Database.read_back",
        old="row != (seq, entry_hash)",
        new="row[0] != seq",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="our-newest-entry-not-compared",
        mistake="That another entry stands in the place of our newest one is not seen.",
        place="remediator.daemon.engine.engine:Engine._other_hand",
        old="chain.hash_of(connection, seq) != entry_hash",
        new="chain.hash_of(connection, seq) is None",
        tests=WHO_TESTS,
    ),
    Mutant(
        name="rows-never-compared",
        mistake="The rows that decide are not held against the log at the start.",
        place="remediator.store.audit.digests:compare",
        old="name in told and told[name] != now[name]",
        new="False",
        tests=DIGESTS_TESTS,
    ),
    Mutant(
        name="rows-only-counted",
        mistake="The rows that decide are counted at the start, and not compared.",
        place="remediator.store.audit.digests:compare",
        old="told[name] != now[name]",
        new="told[name][0] != now[name][0]",
        tests=DIGESTS_TESTS,
    ),
    Mutant(
        name="digests-that-were-edited",
        mistake="An entry of digests that was edited to fit the rows is believed.",
        place="remediator.store.audit.digests:_broken",
        old="chain.entry_hash(whole) != entry['hash'] or not isinstance(whole['body']['digests'], dict)",
        new="False",
        tests=DIGESTS_TESTS,
    ),
    Mutant(
        name="a-row-without-its-columns",
        mistake="Only the body of a row is hashed, and not when it ends or whose it is.",
        place="remediator.store.audit.digests:_hash",
        old="for value in values: ...",
        new="for value in values[-1:]: ...",
        tests=DIGESTS_TESTS,
    ),
    Mutant(
        name="difference-forgotten",
        mistake="A difference that nobody has accepted is not in the entries after it: the next restart knows "
        "nothing of it.",
        place="remediator.daemon.turn.coverage:Coverage.note",
        old="digests.body(state, changed, self._differs, begins)",
        new="digests.body(state, changed, '', begins)",
        tests=COVERED_TESTS,
    ),
    Mutant(
        name="digest-of-what-was-undone",
        mistake="The digests of a turn that was undone are those of the next one.",
        place="remediator.daemon.turn.coverage:Coverage.read",
        old="self._state = digests.State.of(connection)",
        new="self._state = self._state if self._state is not UNREAD else digests.State.of(connection)",
        tests=COVERED_TESTS,
    ),
    Mutant(
        name="number-of-a-pause-again",
        mistake="The number of a pause that was lifted is given to the next one.",
        place="remediator.store.journal:Journal.next_pause",
        old="self.next_number('pause', self._first_pause)",
        new="self.next_number('pause')",
        tests=DIGESTS_TESTS,
    ),
)
