"""The mistakes of a Galera recovery, caught by directed stories of `remediator/sim/recovering.py` or `recovering_live.py`, or by unit tests."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

GALERA_DIR = "remediator/integrations/galera/"
DAEMON = "remediator/daemon/"
HOLDING_TESTS = "tests/unit/integrations/test_galera_holding.py"


def _row(name: str, mistake: str, file: str, old: str, new: str, story: str) -> Mutant:
    return Mutant(name=f"galera-{name}", mistake=mistake, file=file, old=old, new=new, story=f"galera: {story}")


def _unseen(name: str, mistake: str, file: str, old: str, new: str) -> Mutant:
    """Whether the simulator sees it hangs on the moment in which a plan happens to leave."""
    return Mutant(name=f"galera-{name}", mistake=mistake, file=file, old=old, new=new, tests=HOLDING_TESTS)


GALERA = (
    _row(
        "the-file-is-believed",
        "A seqno in grastate.dat that its data does not have is taken for a history to start with.",
        GALERA_DIR + "contradiction.py",
        "    return isinstance(claimed, int) and not isinstance(read, Unknown) and claimed != read\n",
        "    return False\n",
        "a stale volume beside a grastate.dat that claims more",
    ),
    _row(
        "a-second-loss-waits",
        "A cluster that is lost again in the quiet period of its cure waits for the end of that run.",
        DAEMON + "running.py",
        "    return holds_group and hard and series.bad_since.after(run.verify_from)\n",
        "    return False\n",
        "lost again in the quiet period of its cure",
    ),
    _row(
        "first-and-not-furthest",
        "The first member is bootstrapped, and not the one with the highest position.",
        GALERA_DIR + "rules_evidence.py",
        "    equals = [seat for seat in case.seats if seat.witness and position(seat.member) == case.top]\n",
        "    equals = [seat for seat in case.seats if seat.witness]\n",
        "the furthest is not the first",
    ),
    _row(
        "any-uuid",
        "Nobody compares uuids: every member is taken for one of ours.",
        GALERA_DIR + "gather.py",
        "        uuid=_uuid(status, files, position, recorded),\n",
        '        uuid="5a2f8a3e-0000-11f0-8000-000000000001",\n',
        "two uuids",
    ),
    _row(
        "file-without-history",
        "A position that was read counts although grastate.dat names no history, or another one.",
        GALERA_DIR + "gather.py",
        "    if held is None or held == NIL:\n",
        "    if isinstance(read, str):\n        return read\n    if held is None or held == NIL:\n",
        "the zero uuid in a file, and its position",
    ),
    _row(
        "plan-covers-all",
        "The yes to the plan covers also what nobody knew when it was given: a member that proved to be empty.",
        GALERA_DIR + "choosing.py",
        "    return outlook(gather.picture(order.evidence)).alone_why == decision.alone_why\n",
        "    return True\n",
        "zero uuid, a person approves and says yes to it",
    ),
    _row(
        "mark-of-any-age",
        "A mark of any age proves that nothing is lost.",
        GALERA_DIR + "rules_evidence.py",
        "    elif unseen_s > unseen.LONGEST_S:\n",
        "    elif False:\n",
        "lost long after the newest sample",
    ),
    _row(
        "logs-unread",
        "What the members had received beyond the mark is not asked of their logs: a cluster that formed again by itself has lost nothing.",
        GALERA_DIR + "losses.py",
        "    if kept.formed is None or kept.flushes is True:\n",
        "    if True:\n",
        "all killed, the newest transactions are in no file",
    ),
    _row(
        "no-mark",
        "The high-water mark is not compared with the positions: nothing is ever called lost.",
        GALERA_DIR + "standing.py",
        "        return 0 if mark is None or self.top is None else max(0, mark - self.top)\n",
        "        return 0\n",
        "below the mark, nobody says yes",
    ),
    _row(
        "asks-nobody",
        "A loss that is known only after the approval is not asked about.",
        GALERA_DIR + "choosing.py",
        "_in_the_plan(order, decision) and order.consent != sentence:\n        raise AsksAgain(sentence)\n",
        "_in_the_plan(order, decision) and order.consent != sentence:\n        pass\n",
        "below the mark, nobody says yes",
    ),
    _row(
        "alone-without-all",
        "It acts alone although a member brings no position.",
        GALERA_DIR + "rules_bootstrap.py",
        '    return "; ".join(asks) or None\n',
        "    return None\n",
        "zero uuid, alone it asks",
    ),
    _row(
        "old-evidence",
        "It decides on what was known before the members were held, and looks no more before it bootstraps.",
        DAEMON + "resolving.py",
        "    if not planned(run, step).fresh or outcome is None:\n",
        "    if True:\n",
        "a host is lost during the run",
    ),
    _row(
        "no-hold",
        "Nothing keeps the stopped members from starting while positions are read.",
        GALERA_DIR + "holding.py",
        "    return (Command(host=order.host.name, argv=argv, timeout_s=HOLD_S),)\n",
        "    return ()\n",
        "all lost, unattended",
    ),
    _unseen(
        "held-and-not-waited-for",
        "A member that is held while it looks for a Primary component is not waited for until it has given up.",
        GALERA_DIR + "holding.py",
        '    return given.get("stopped") is not True\n',
        "    return False\n",
    ),
    _unseen(
        "held-and-primary",
        "A member that found a Primary component while it was held is waited for all the same.",
        GALERA_DIR + "holding.py",
        '    if one.primary is True:\n        return Settled(text=f"{host}: it is Primary by now: nothing is held", failed=True, given=given)\n',
        "",
    ),
    _row(
        "stopped-without-a-yes",
        "A member that runs and answers is stopped although nobody has said yes to it.",
        GALERA_DIR + "holding.py",
        "    if sentence not in order.shown and order.consent != sentence:\n",
        "    if False:\n",
        "one runs on alone, and nobody says yes to its stop",
    ),
    _unseen(
        "stopped-at-once",
        "A member that runs outside of a Primary component is to be stopped although nothing was waited for.",
        GALERA_DIR + "decision.py",
        "    return long and standing(member) is Standing.LIVE",
        "    return standing(member) is Standing.LIVE",
    ),
    _row(
        "log-is-not-read",
        "What a member's own log tells of the views that it was in is not believed.",
        GALERA_DIR + "lives.py",
        "        if life.outside:\n            return True\n",
        "",
        "shut down in turn and started again",
    ),
    _row(
        "prepared-transactions",
        "Prepared transactions in the output of the one-shot are not looked for.",
        GALERA_DIR + "positions.py",
        "    if causes.prepared(text):\n",
        "    if False:\n",
        "prepared transactions",
    ),
    _row(
        "sent-blindly",
        "A bootstrap whose outcome is lost counts as one that never arrived, whatever the host shows.",
        GALERA_DIR + "recovery.py",
        "    if helper is None:\n        return Probe.NOT_APPLIED\n",
        "    if True:\n        return Probe.NOT_APPLIED\n",
        "the answer to the bootstrap is lost",
    ),
    _row(
        "once-a-day",
        "A second bootstrap within a day is not known to be one.",
        GALERA_DIR + "past.py",
        '    return "recent" if ended else "none"\n',
        '    return "none"\n',
        "lost again within a day",
    ),
    _row(
        "joins-at-once",
        "A member joins while another one is on its way.",
        GALERA_DIR + "progress.py",
        '        if one.moving is not False:\n            why = "gives or takes a state transfer" if one.moving is True else f"does not say ({one.sql})"\n            raise Waits',
        '        if False:\n            why = "gives or takes a state transfer" if one.moving is True else f"does not say ({one.sql})"\n            raise Waits',
        "somebody starts a member beside it",
    ),
    _row(
        "only-copy-stopped",
        "The bootstrap container is taken back while its only companion is still joining.",
        GALERA_DIR + "undoing.py",
        "    stands_in_the_way=_only_copy,\n",
        "",
        "a joiner fails",
    ),
    _row(
        "hold-forgotten",
        "A hold of ours is not known as ours when it is to be taken back.",
        GALERA_DIR + "undoing.py",
        "    return isinstance(hold, Hold) and hold.exists and hold.line == f\"{scripts.HELD} {mark.get('run')}\"\n",
        "    return False\n",
        "a position of an older run",
    ),
    Mutant(
        name="galera-start-of-a-held-unit",
        mistake="A member is started although a hold of ours keeps its unit from starting.",
        file=GALERA_DIR + "assess.py",
        old="    if decision.procedure is not Procedure.START_MEMBERS or not held:\n",
        new="    if True:\n",
        tests="tests/unit/integrations/test_galera_held.py",
    ),
    _row(
        "said-unseen",
        "The member that is to be made Primary by the statement is not looked at again right before it is said.",
        GALERA_DIR + "live.py",
        "    host = choosing.still(order, Procedure.PC_BOOTSTRAP)\n",
        '    host = str(choosing.choice(order)["host"])\n',
        "they see each other before the statement",
    ),
    _row(
        "statement-sent-blindly",
        "A statement whose outcome is lost counts as one that never arrived, whatever the member says.",
        GALERA_DIR + "live.py",
        "    return Probe.APPLIED if primary else Probe.NOT_APPLIED\n",
        "    return Probe.NOT_APPLIED\n",
        "the answer to the statement is lost",
    ),
    _row(
        "said-further-back",
        "The statement is said although the member is not as far any more as it was when a person said yes.",
        GALERA_DIR + "live.py",
        "    if isinstance(status, Status) and status.last_committed < seqno:\n",
        "    if False:\n",
        "the furthest goes back before the statement",
    ),
    _row(
        "no-ten-minutes",
        "Members that lost each other a moment ago are given no time to find each other, because they have run for long.",
        GALERA_DIR + "gather.py",
        "            ours.append(min(known) if well_s is None else min(*known, well_s))\n",
        "            ours.append(min(known))\n",
        "cut from each other for a moment",
    ),
    _row(
        "its-own-work-pages",
        "The bootstrapped member's own container, which is down until the run puts it back, pages a person.",
        DAEMON + "deciding.py",
        '    return f"{holder} works on {group}; what is still so after it is told then"\n',
        "    return None\n",
        "all lost, unattended",
    ),
    _row(
        "cured-is-a-storm",
        "A cluster that comes back frees its members' problems while the run is still at them: three hosts at once.",
        DAEMON + "observing.py",
        " or incident.state in CURED_NOW):\n",
        "):\n",
        "all lost, unattended",
    ),
)
