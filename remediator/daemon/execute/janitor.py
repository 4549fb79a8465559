"""The janitor: takes back what the steps of runs left behind, and only while it is still this store's.

A debt that is due is taken back under four conditions. The locks of its hosts are free, a sample asked for since then
shows it, and `still_ours` says yes. The guards that stand before every step allow it. Then, in the same turn, a release
begins: a run of one step (see `runs.debts.debts` for why), whose INTENT the caller writes at once. A debt that waits
has no lock and stops nothing. Invariant: a release exists only from the turn in which all of this was answered; no
release waits.

A release whose outcome is lost is probed by the same question: `still_ours` true is "not applied", false is "applied".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from remediator.daemon.decide import cases, leavings
from remediator.daemon.inhibit import claims
from remediator.daemon.observe import marks
from remediator.daemon.state import asides
from remediator.daemon.turn import poison
from remediator.daemon.turn.turn import Turn
from remediator.model.content.actions import Probe, StepInput
from remediator.model.content.declined import Refused
from remediator.model.content.plans import PlannedStep
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.people import JANITOR
from remediator.model.records.records import Debt, DebtState, Run, StepRecord
from remediator.model.records.verdicts import refusals
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.runs import entries, machine
from remediator.runs.debts import debts, moves
from remediator.runs.transition import Lock, Releasing, Transition
from remediator.safety import gate

FRESH_S = 30.0
"""What is known of the host is asked anew when it is older than this."""


def owed(turn: Turn, run: Run, step: PlannedStep, mark: Mapping[str, str]) -> Debt | Refused | None:
    """Return the debt that `step` would leave behind; None when it leaves none. Refused: the step may not be carried
    out without one."""
    world = turn.world
    action = world.loaded.content.actions.get(step.action)
    if action is None or action.debt is None or not step.commands:
        return None
    name = step.commands[0].host
    host = world.loaded.inventory.hosts.get(name)
    if host is None:
        return Refused(f"{step.action} leaves a debt behind, and {name} is not in the inventory")
    result = world.samples.results.get((run.plan.check, run.plan.target.text))
    data = result.data if result is not None else {}
    order = StepInput(
        evidence=marks.evidence_of(world, run.plan.check, world.loaded.hosts_read_for(run.plan), turn.now),
        target=run.plan.target,
        host=host,
        data=data,
        run=run.id,
        mark=world.health.identity.mark(run.id),
        older_marks=leavings.older_marks(world, run.id),
    )
    try:
        left = {**mark, leavings.RUN: order.mark_on(name)}
        debt = debts.owed(turn.number("debt", "debt"), run, step, action.debt, order, left, turn.now)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        debt = Refused(poison.action_failed(turn, step.action, "undo", error, run.id))
    if isinstance(debt, Refused):
        why = debt.reason
        return Refused(f"{step.action} leaves a debt behind on {name} that could not be taken back: {why}")
    return debt


def took_effect(turn: Turn, run: Run, step: StepRecord) -> None:
    """Note that the OUTCOME of `step` says that it took effect, and that what it took back on its host is owed no
    more."""
    action = turn.world.loaded.content.actions.get(step.action)
    releases = action.releases if action is not None else ()
    commands = next((each.commands for each in run.plan.steps if each.id == step.id), ())
    hosts = {command.host for command in commands}
    for debt in list(turn.world.durable.debts.values()):
        if (debt.run, debt.step) == (run.id, step.id):
            turn.debt(moves.took_effect(debt))
        elif debt.run == run.id and debt.action in releases and debt.host in hosts:
            _settled(turn, debts.taken_back(debt, step.id))


def begin(turn: Turn) -> list[Run]:
    """Return the releases that begin now; the caller writes their INTENT in this same turn."""
    world = turn.world
    if not world.setup.decides:
        return []
    begun: list[Run] = []
    for debt in list(world.durable.debts.values()):
        live = world.durable.runs.get(debt.run)
        if live is not None and debts.overdue(debt, turn.now):
            _waits(turn, debt, f"{live.id} has not ended, it is {live.state.value}")
    due = debts.due(list(world.durable.debts.values()), world.durable.runs.keys())
    for debt in list(world.durable.debts.values()):
        if (
            debt.state is DebtState.OPEN
            and debt.run not in world.durable.runs
            and debt not in due
            and debts.overdue(debt, turn.now)
        ):
            _waits(turn, debt, f"what {debt.run} set there later comes first")
    for debt in due:
        poison.bound(turn, asides.About(kind="debt", name=debt.id), partial(_begin_or_wait, turn, debt, begun))
    return begun


def _begin_or_wait(turn: Turn, debt: Debt, begun: list[Run]) -> None:
    found = _release(turn, debt)
    if isinstance(found, Run):
        begun.append(found)
    elif found is not None:
        _waits(turn, debt, found)


def _waits(turn: Turn, debt: Debt, why: str) -> None:
    """Remember why `debt` is not released yet; tell people once when it should have been."""
    turn.world.waits.debt(debt.id, why)
    if debts.overdue(debt, turn.now):
        page = moves.overdue(debt, why)
        turn.page(page.key, page.subject, page.text)


def _release(turn: Turn, debt: Debt) -> Run | str | None:
    """Return the release of `debt` if it begins now, else why it waits; None when nothing is owed any more."""
    world = turn.world
    plan = debts.plan_of(debt, world.loaded.content.version)
    scopes = cases.scopes(world, plan)
    waits = debts.too_early(debt, turn.now) or _stands_in_the_way(turn, plan.touches, scopes)
    if waits is not None:
        world.waits.looks_no_more(debt.id)
        return waits
    reply = _sample(turn, debt)
    if reply is None:
        return world.waits.debt_waits.get(debt.id, f"waits for a sample of {debt.host}")
    ours = _still_ours(turn, debt, reply)
    if isinstance(ours, Unknown):
        return f"whether it is still ours is not known ({ours.reason})"
    if not ours:
        _settled(turn, debts.not_ours(debt))
        return None
    since = world.waits.looking[debt.id]
    if (why := _not_now(turn, debt, since)) is not None:
        return why
    asked = machine.planned(debt.id, plan, None, JANITOR, since)
    case = cases.build(turn, plan, incident=None, actor=JANITOR, by_person=False, run=asked)
    verdicts = gate.ask_again(case)
    if not gate.allowed(verdicts):
        return refusals(verdicts)[0].reason
    claim = claims.granted(turn, debt.id, plan, plan.steps)
    if isinstance(claim, claims.Wanting):
        return claim.reason
    run = machine.gated(machine.planned(turn.number("run", "run"), plan, None, JANITOR, turn.now), verdicts, turn.now)
    world.waits.debt_over(debt.id)
    said = entries.ReleasePlanned(plan=plan, locks=scopes, debt=debt.id, verdicts=verdicts, actor=JANITOR)
    turn.apply(Transition(run=run, then=(Lock(scopes=scopes), Releasing(debt=debt), said)))
    return run


def _stands_in_the_way(turn: Turn, hosts: tuple[str, ...], scopes: tuple[str, ...]) -> str | None:
    gone = [host for host in hosts if host not in turn.world.loaded.inventory.hosts]
    if gone:
        return f"{gone[0]} is not in the inventory"
    taken = [scope for scope in scopes if scope in turn.world.durable.locks]
    return f"{taken[0]} is locked by run {turn.world.durable.locks[taken[0]]}" if taken else None


def _sample(turn: Turn, debt: Debt) -> HostReply | None:
    """Return a reply of the debt's host that was asked for since its hosts are free of runs, and lately; else ask for
    one."""
    world = turn.world
    since = world.waits.looking.get(debt.id)
    reply = world.samples.facts.reply(debt.host)
    if since is not None and reply is not None and reply.asked_at.after(since):
        if turn.now.at_most_since(reply.asked_at) <= FRESH_S:
            return reply
        since = None
    if since is None:
        world.waits.looks(debt.id, turn.now)
        check = world.loaded.content.checks.get(debt.check)
        for host in world.loaded.evidence_hosts(check, debt.target) if check is not None else debt.target.hosts:
            turn.collect(host)
    if debt.host not in world.pending.in_flight:
        turn.collect(debt.host)
    return None


def _still_ours(turn: Turn, debt: Debt, reply: HostReply) -> bool | Unknown:
    action = turn.world.loaded.content.actions.get(debt.action)
    if action is None or action.debt is None:
        return Unknown(f"the action {debt.action} is not there any more")
    if reply.reach is not Reach.OK:
        return Unknown(f"{debt.host} is {reply.reach.value}: {reply.reason}")
    try:
        return action.debt.still_ours(debt.mark, reply, debt.target)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        return Unknown(poison.action_failed(turn, debt.action, "still_ours", error, debt.id))


def _not_now(turn: Turn, debt: Debt, since: Instant) -> str | None:
    """Return what the action says against undoing it now, on evidence of every host of its check from after `since`."""
    action, check = turn.world.loaded.content.actions.get(debt.action), turn.world.loaded.content.checks.get(debt.check)
    ask = action.debt.stands_in_the_way if action is not None and action.debt is not None else None
    if ask is None:
        return None
    if check is None:
        return f"the check {debt.check} is not there any more"
    hosts = turn.world.loaded.evidence_hosts(check, debt.target)
    for host in hosts:
        reply = turn.world.samples.facts.reply(host)
        if reply is None or not reply.asked_at.after(since):
            return f"waits for a sample of {host}"
    try:
        return ask(marks.evidence(turn.world, check, hosts, turn.now), debt.host)
    except Exception as error:  # noqa: BLE001 - see poison.action_failed
        return poison.action_failed(turn, debt.action, "stands_in_the_way", error, debt.id)


def of_release(turn: Turn, run: Run) -> Debt | None:
    """Return the debt that `run` releases."""
    return next((debt for debt in turn.world.durable.debts.values() if debt.release == run.id), None)


def claimed_as(turn: Turn, run: Run) -> str:
    """Return by what name the claim of `run` goes: a release is claimed before it exists, by its debt."""
    debt = of_release(turn, run) if debts.is_release(run) else None
    return run.id if debt is None else debt.id


def probe(turn: Turn, run: Run, reply: HostReply) -> Probe:
    """Return what a fresh `reply` proves about a release whose outcome was lost."""
    debt = of_release(turn, run)
    ours = _still_ours(turn, debt, reply) if debt is not None else Unknown("its debt is not there any more")
    if isinstance(ours, Unknown):
        return Probe.UNKNOWN
    return Probe.NOT_APPLIED if ours else Probe.APPLIED


def release_ended(turn: Turn, run: Run) -> None:
    """Let the debt of the ended release `run` follow: released, open again, or handed to people."""
    debt = of_release(turn, run)
    if debt is None:
        return
    after = debts.after_release(debt, run, turn.now)
    _settled(turn, after)
    action = turn.world.loaded.content.actions.get(debt.action)
    if after.state is not DebtState.RELEASED or action is None or action.debt is None:
        return
    for other in list(turn.world.durable.debts.values()):
        if (other.run, other.host) == (debt.run, debt.host) and other.action in action.debt.releases and other.open:
            _settled(turn, debts.taken_back(other, run.id))


def _settled(turn: Turn, debt: Debt) -> None:
    """Note what became of `debt`; its claim on hosts is over."""
    claims.used(turn, debt.id)
    turn.debt(moves.settled(debt))
