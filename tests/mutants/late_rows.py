"""Mistakes about how late something may be: a command, a claim, a yes."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

LATE_TESTS = "tests/unit/daemon/process/test_late_commands.py"
AUTHORITY_TESTS = "tests/unit/safety/test_authority.py"
WHO_TESTS = "tests/sim/test_who_and_when.py"

LATE = (
    Mutant(
        name="late-command-leaves",
        mistake="A command leaves however long it waited for its place.",
        place="remediator.daemon.process.departures:Departures._too_late",
        old="first and self._clock.now().after(effect.not_after)",
        new="False",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="pause-after-the-intent-ignored",
        mistake="A pause that came between the INTENT and the command does not hold the command.",
        place="remediator.daemon.process.departures:Departures._too_late",
        old="reasons and not (self._ends() and not first)",
        new="False",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="unreadable-pause-lets-leave",
        mistake="A pause file that cannot be read lets a command leave.",
        place="remediator.daemon.process.departures:Departures._too_late",
        old="(paused.reason,)",
        new="()",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="stored-pause-lets-leave",
        mistake="Only the pause file is looked at before a command leaves, and not the pauses in the store.",
        place="remediator.daemon.process.departures:Departures._too_late",
        old="(*paused, *(each.text for each in tuple(self._world.durable.pauses.values())))",
        new="(*paused,)",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="time-left-over-a-boot",
        mistake="The time that a command has left is counted by the clock of another boot.",
        place="remediator.daemon.process.departures:Departures._left_s",
        old="effect.not_after.boot_id == now.boot_id",
        new="True",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="command-without-a-deadline",
        mistake="A command is handed over without the time by which it must have left.",
        place="remediator.daemon.process.departures:Departures.act",
        old="replace(command, leaves_within_s=left_s)",
        new="command",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="later-command-on-an-old-claim",
        mistake="A later command of a step leaves on the claim of its first one, however old that is.",
        place="remediator.daemon.process.departures:Departures.act",
        old="refused is None and done and self._clock.now().after(effect.not_after)",
        new="False",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="claimed-again-beside-a-rival",
        mistake="A claim that is renewed between two commands is not looked through for another remediator.",
        place="remediator.daemon.process.departures:Departures._claimed_again",
        old="claims.rival(claim, effect.known) or claims.fading(claim, effect.known) or claims.missing(claim)",
        new="claims.fading(claim, effect.known) or claims.missing(claim)",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="claimed-again-by-nobody",
        mistake="A claim that is renewed between two commands need not be answered.",
        place="remediator.daemon.process.departures:Departures._claimed_again",
        old="claims.rival(claim, effect.known) or claims.fading(claim, effect.known) or claims.missing(claim)",
        new="claims.rival(claim, effect.known) or claims.fading(claim, effect.known)",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="goes-on-after-a-failed-command",
        mistake="The next command of a step leaves although the one before it failed.",
        place="remediator.daemon.process.departures:Departures.act",
        old="result.exit_code != 0",
        new="False",
        tests=LATE_TESTS,
    ),
    Mutant(
        name="claim-holds-from-its-answers",
        mistake="A claim holds from when it was answered, and not from when it was asked.",
        place="remediator.runs.claims:Claim.ends",
        old="self.began.later(VALID_S)",
        new="max((each.came_at for each in self.answers.values()), key=lambda at: at.boot_s, "
        "default=self.began).later(VALID_S)",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="answer-to-another-claim",
        mistake="The answer to an earlier claim is taken for one to this claim.",
        place="remediator.runs.claims:parsed",
        old="text.startswith(f'{NAME} {nonce} ')",
        new="text.startswith(f'{NAME} ')",
        tests="tests/unit/runs/test_claims.py",
    ),
    Mutant(
        name="late-yes-is-in-time",
        mistake="A yes that came after the deadline is good.",
        place="remediator.safety.guards.authority:approval",
        old="said.approved_at is None or said.approved_at.after(said.expires_at)",
        new="said.approved_at is None",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="yes-of-an-unknown-moment",
        mistake="A yes of which nobody knows when it was given is good.",
        place="remediator.safety.guards.authority:approval",
        old="said.approved_at is None or said.approved_at.after(said.expires_at)",
        new="said.approved_at is not None and said.approved_at.after(said.expires_at)",
        tests=AUTHORITY_TESTS,
    ),
    Mutant(
        name="late-yes-taken-at-the-door",
        mistake="A yes is taken after the deadline of its plan.",
        place="remediator.daemon.requests.approvals:_refusal",
        old="approval is None or turn.now.after(approval.expires_at)",
        new="approval is None",
        tests=WHO_TESTS,
    ),
)
