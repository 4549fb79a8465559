"""The mistakes of a Galera recovery, caught by directed stories of `remediator/integrations/galera/sim/stories/`, or
by unit tests."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

TOLD_TESTS = "tests/integrations/galera/sim/test_given_time.py"

MUTANTS = (
    Mutant(
        name="storm-counts-what-is-accounted-for",
        mistake="What is accounted for counts in a storm: the three members of a lost cluster are three hosts at once.",
        place="remediator.daemon.inhibit.accounts:counts",
        old="incident.accounted is None or (not incident.open and incident.accounted.broke_first)",
        new="True",
        story="galera: all lost, unattended",
    ),
    Mutant(
        name="galera-start-without-a-quorum",
        mistake="A Galera member is started although the others are no Primary majority.",
        place="remediator.integrations.galera.actions.start:_refusal",
        old="data.get('quorum_without_me') is not True",
        new="data.get('group_size') is None",
        tests="tests/integrations/galera/unit/test_refusals.py",
    ),
    Mutant(
        name="mark-is-the-run",
        mistake="Another store's container is put away when its run has the name of ours.",
        place="remediator.integrations.galera.steps.scripts:_OURS",
        old='""|"${R%run-*}"run-*) ;; *)',
        new='""|*run-*) ;; *)',
        tests="tests/integrations/galera/unit/test_scripts.py",
        within_text=True,
    ),
    Mutant(
        name="galera-the-file-is-believed",
        mistake="A seqno in grastate.dat that its data does not have is taken for a history to start with.",
        place="remediator.integrations.galera.facts.contradiction:of",
        old="isinstance(claimed, int) and (not isinstance(read, Unknown)) and (claimed != read)",
        new="False",
        story="galera: a stale volume beside a grastate.dat that claims more",
    ),
    Mutant(
        name="galera-a-second-loss-waits",
        mistake="A cluster that is lost again in the quiet period of its cure waits for the end of that run.",
        place="remediator.runs.verification:_lost_again",
        old="seen.in_group and hard and series.bad_since.after(run.verify_from)",
        new="False",
        story="galera: lost again in the quiet period of its cure",
    ),
    Mutant(
        name="galera-first-and-not-furthest",
        mistake="The first member is bootstrapped, and not the one with the highest position.",
        place="remediator.integrations.galera.judgement.rules_evidence:candidate",
        old="seat.witness and position(seat.member) == case.top",
        new="seat.witness",
        story="galera: the furthest is not the first",
    ),
    Mutant(
        name="galera-any-uuid",
        mistake="Nobody compares uuids: every member is taken for one of ours.",
        place="remediator.integrations.galera.judgement.build_picture:_member",
        old="_uuid(status, files, position, recorded)",
        new="'5a2f8a3e-0000-11f0-8000-000000000001'",
        story="galera: two uuids",
    ),
    Mutant(
        name="galera-file-without-history",
        mistake="A position that was read counts although grastate.dat names no history, or another one.",
        place="remediator.integrations.galera.judgement.build_picture:_uuid",
        old="""
            if held is None or held == NIL:
                ...
        """,
        new="""
            if isinstance(read, str):
                return read
            if held is None or held == NIL:
                ...
        """,
        story="galera: the zero uuid in a file, and its position",
    ),
    Mutant(
        name="galera-plan-covers-all",
        mistake="The yes to the plan covers also what nobody knew when it was given: a member that proved to be empty.",
        place="remediator.integrations.galera.actions.choose:_in_the_plan",
        old="before.procedure in BOOTSTRAPS and before.because == decision.because",
        new="True",
        story="galera: zero uuid, a person approves and says yes to it",
    ),
    Mutant(
        name="galera-mark-of-any-age",
        mistake="A mark of any age proves that nothing is lost.",
        place="remediator.integrations.galera.judgement.rules_evidence:person_gb_8",
        old="unseen_s > staleness.LONGEST_S",
        new="False",
        story="galera: lost long after the newest sample",
    ),
    Mutant(
        name="galera-logs-unread",
        mistake="What the members had received beyond the mark is not asked of their logs: a cluster that "
        "formed again by itself has lost nothing.",
        place="remediator.integrations.galera.watermark.losses:_unheard",
        old="kept.formed is None or kept.flushes is True",
        new="True",
        story="galera: all killed, the newest transactions are in no file",
    ),
    Mutant(
        name="galera-no-mark",
        mistake="The high-water mark is not compared with the positions: nothing is ever called lost.",
        place="remediator.integrations.galera.judgement.member_state:Seating.lost",
        old="0 if mark is None or self.top is None else max(0, mark - self.top)",
        new="0",
        story="galera: below the mark, nobody says yes",
    ),
    Mutant(
        name="galera-asks-nobody",
        mistake="A loss that is known only after the approval is not asked about.",
        place="remediator.integrations.galera.actions.choose:candidate",
        old="return ask",
        new="pass",
        story="galera: below the mark, nobody says yes",
    ),
    Mutant(
        name="galera-alone-without-all",
        mistake="It acts alone although a member brings no position.",
        place="remediator.integrations.galera.judgement.rules_bootstrap:asks",
        old="(concern := judge(case)) is not None",
        new="(concern := judge(case)) is not None and rule != 'GB-9'",
        story="galera: zero uuid, alone it asks",
    ),
    Mutant(
        name="galera-old-evidence",
        mistake="It decides on what was known before the members were held, and looks no more before it bootstraps.",
        place="remediator.daemon.execute.actions:waits_for_evidence",
        old="not machine.planned_of(run, step).fresh or outcome is None",
        new="True",
        story="galera: a member is Primary again between the last look and the choice",
    ),
    Mutant(
        name="galera-no-hold",
        mistake="Nothing keeps the stopped members from starting while positions are read.",
        place="remediator.integrations.galera.actions.hold:_hold",
        old="(Command(host=order.host.name, argv=argv, timeout_s=HOLD_S),)",
        new="()",
        story="galera: all lost, unattended",
    ),
    Mutant(
        name="galera-held-and-not-waited-for",
        mistake="A member that is held while it looks for a Primary component is not waited for until it has given up.",
        place="remediator.integrations.galera.actions.hold:_still_runs",
        old="given.get('stopped') is not True",
        new="False",
        tests="tests/integrations/galera/unit/test_holding.py",
    ),
    Mutant(
        name="galera-held-and-primary",
        mistake="A member that found a Primary component while it was held is waited for all the same.",
        place="remediator.integrations.galera.actions.hold:ended",
        old="""
            if one.primary is True:
                return Settled(text=f'{host}: it is Primary by now: nothing is held', failed=True, given=given)
        """,
        new="pass",
        tests="tests/integrations/galera/unit/test_holding.py",
    ),
    Mutant(
        name="galera-stopped-without-a-yes",
        mistake="A member that runs and answers is stopped although nobody has said yes to it.",
        place="remediator.integrations.galera.actions.hold:_stop",
        old="order.covers.stops != ask.consent.stops and (not ask.covered_by(order.consent))",
        new="False",
        story="galera: one runs on alone, and nobody says yes to its stop",
    ),
    Mutant(
        name="galera-stopped-at-once",
        mistake="A member that runs outside of a Primary component is to be stopped although nothing was waited for.",
        place="remediator.integrations.galera.judgement.decision:_lives_outside",
        old="long and lives and (member.unit == 'active') and (in_transfer(member) is False)",
        new="lives and member.unit == 'active' and (in_transfer(member) is False)",
        tests="tests/integrations/galera/unit/test_holding.py",
    ),
    Mutant(
        name="galera-log-is-not-read",
        mistake="What a member's own log tells of the views that it was in is not believed.",
        place="remediator.integrations.galera.logs.primary_views:searching",
        old="""
            if life.outside:
                return True
        """,
        new="pass",
        story="galera: shut down in turn and started again",
    ),
    Mutant(
        name="galera-stranded-is-not-read",
        mistake="A member whose own log tells that it lost the Primary component while it joined is not believed.",
        place="remediator.integrations.galera.logs.primary_views:stranded",
        old="newest.primary and newest.last == OUTSIDE",
        new="False",
        story="galera: one is stranded while it joins",
    ),
    Mutant(
        name="galera-prepared-transactions",
        mistake="Prepared transactions in the output of the one-shot are not looked for.",
        place="remediator.integrations.galera.facts.recovered_position:parse",
        old="causes.prepared(text)",
        new="False",
        story="galera: prepared transactions",
    ),
    Mutant(
        name="galera-sent-blindly",
        mistake="A bootstrap whose outcome is lost counts as one that never arrived, whatever the host shows.",
        place="remediator.integrations.galera.actions.recover:_bootstrapped",
        old="helper is None",
        new="True",
        story="galera: the answer to the bootstrap is lost",
    ),
    Mutant(
        name="galera-once-a-day",
        mistake="A second bootstrap within a day is not known to be one.",
        place="remediator.integrations.galera.watermark.history:last_bootstrap",
        old="'recent' if ended else 'none'",
        new="'none'",
        story="galera: lost again within a day",
    ),
    Mutant(
        name="galera-joins-at-once",
        mistake="A member joins while another one is on its way.",
        place="remediator.integrations.galera.steps.progress:until_calm",
        old="one.moving is not False",
        new="False",
        story="galera: somebody starts a member beside it",
    ),
    Mutant(
        name="galera-only-copy-stopped",
        mistake="The bootstrap container is taken back while its only companion is still joining.",
        place="remediator.integrations.galera.actions.undo:BOOTSTRAP_DEBT",
        old="DebtSpec(describe=f'MariaDB runs in the container {BOOTSTRAP_CONTAINER}, not in its unit', "
        "lifetime_s=LIFETIME_S, undo=_finish, still_ours=_still_bootstrapped, "
        "stands_in_the_way=_only_copy, releases=('galera.hold',))",
        new="DebtSpec(describe=f'MariaDB runs in the container {BOOTSTRAP_CONTAINER}, not in its unit', "
        "lifetime_s=LIFETIME_S, undo=_finish, still_ours=_still_bootstrapped, "
        "releases=('galera.hold',))",
        story="galera: cancelled after the bootstrap",
    ),
    Mutant(
        name="galera-hold-forgotten",
        mistake="A hold of ours is not known as ours when it is to be taken back.",
        place="remediator.integrations.galera.actions.undo:_still_inhibited",
        old="isinstance(inhibitor, Inhibitor) and inhibitor.exists and (inhibitor.line == "
        "f\"{scripts.HELD} {mark.get('run')}\")",
        new="False",
        story="galera: a position of an older run",
    ),
    Mutant(
        name="galera-start-of-a-held-unit",
        mistake="A member is started although a hold of ours keeps its unit from starting.",
        place="remediator.integrations.galera.assess:_after_inhibiting",
        old="decision.procedure is not Procedure.START_MEMBERS or not held",
        new="True",
        tests="tests/integrations/galera/unit/test_held.py",
    ),
    Mutant(
        name="galera-said-unseen",
        mistake="The member that is to be made Primary by the statement is not looked at again right before it "
        "is said.",
        place="remediator.integrations.galera.actions.pc_bootstrap:_bootstrap",
        old="choose.still(order, Procedure.PC_BOOTSTRAP)",
        new="str(choose.choice(order)['host'])",
        story="galera: they see each other before the statement",
    ),
    Mutant(
        name="galera-statement-sent-blindly",
        mistake="A statement whose outcome is lost counts as one that never arrived, whatever the member says.",
        place="remediator.integrations.galera.actions.pc_bootstrap:_said",
        old="Probe.APPLIED if primary else Probe.NOT_APPLIED",
        new="Probe.NOT_APPLIED",
        story="galera: the answer to the statement is lost",
    ),
    Mutant(
        name="galera-said-further-back",
        mistake="The statement is said although the member is not as far any more as it was when a person said yes.",
        place="remediator.integrations.galera.actions.pc_bootstrap:_bootstrap",
        old="isinstance(status, Status) and status.last_committed < then.seqno",
        new="False",
        story="galera: the furthest goes back before the statement",
    ),
    Mutant(
        name="galera-no-ten-minutes",
        mistake="Members that lost each other a moment ago are given no time to find each other, because they "
        "have run for long.",
        place="remediator.integrations.galera.judgement.build_picture:_minutes_whole",
        old="min(known) if well_s is None else min(*known, well_s)",
        new="min(known)",
        story="galera: cut from each other for a moment",
    ),
    Mutant(
        name="galera-its-own-work-pages",
        mistake="The bootstrapped member's own container, which is down until the run puts it back, pages a person.",
        place="remediator.daemon.decide.decisions:our_own_work",
        old="f'{holder} works on {group}; what is still so after it is told then'",
        new="None",
        story="galera: all lost, unattended",
    ),
    Mutant(
        name="galera-a-cure-under-way-explains-nothing",
        mistake="A cluster that is Primary again frees its members' problems while its cure is in its quiet "
        "period: a person is called.",
        place="remediator.daemon.observe.incidents:correlate",
        old="series.state in (State.WARNING, State.CRITICAL) or incident.state in CURED_NOW",
        new="series.state in (State.WARNING, State.CRITICAL)",
        story="galera: made Primary, and the network is back in its quiet period",
    ),
    Mutant(
        name="a-lost-cluster-waits-in-silence",
        mistake="A lost cluster that is given ten minutes is told to nobody before they are over.",
        place="remediator.daemon.decide.incidents:_tell_meanwhile",
        old="rule.meanwhile is None",
        new="True",
        tests=TOLD_TESTS,
    ),
    Mutant(
        name="freed-by-an-old-sample",
        mistake="What its parent accounted for is decided about by a sample from before its parent was well.",
        place="remediator.daemon.decide.incidents:consider",
        old="not result.asked_at.after(freed_at) and turn.now.since(freed_at) < FREED_WAIT_S",
        new="False",
        tests=TOLD_TESTS,
    ),
    Mutant(
        name="freed-waits-for-ever",
        mistake="What its parent accounted for waits for a younger sample for as long as none comes.",
        place="remediator.daemon.decide.incidents:consider",
        old="not result.asked_at.after(freed_at) and turn.now.since(freed_at) < FREED_WAIT_S",
        new="not result.asked_at.after(freed_at)",
        tests=f"{TOLD_TESTS}::test_a_member_whose_parent_is_over_waits_two_minutes_at_most_for_a_younger_sample",
    ),
    Mutant(
        name="a-mode-hides-a-lost-cluster",
        mistake="A lost cluster whose cure the mode does not allow is paged after an hour only.",
        place="remediator.daemon.notify.pages:blocked",
        old="not REFUSED_BY_OTHERS.isdisjoint(refusing)",
        new="not (REFUSED_BY_OTHERS - {'mode', 'autonomy'}).isdisjoint(refusing)",
        tests=TOLD_TESTS,
    ),
)
