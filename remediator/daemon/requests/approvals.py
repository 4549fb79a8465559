"""Approvals: a plan that waits for a person's yes, bound to its hash, for 15 minutes, once.

Invariant: a yes only lets the run go to the gate; the whole gate is then asked on evidence gathered after it. The one
who asked for the plan is never the one who approves it, and only root and the group remediator-approve may. The two are
told apart by their accounts (model/people.py), never by their names: where that cannot be told, they are not two.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.daemon.decide import cases
from remediator.daemon.execute import transitions
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.answers import DONE, REFUSED, USAGE, text, wants_reason
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.control import Actor, Answer
from remediator.model.people import ENGINE
from remediator.model.records.records import Run, RunState
from remediator.model.records.verdicts import refusals
from remediator.runs import ends, entries
from remediator.runs.transition import Lock, Refresh, Transition
from remediator.safety import gate

LEAST_OF_A_HASH = 8
"""Fewer characters of a hash name nothing: a yes that is bound to them is a yes to whatever waits."""
MAY_NOT = "only root and members of the group remediator-approve may approve"


def may_approve(actor: Actor) -> bool:
    return actor.uid == 0 or actor.may_approve


def not_two(actor: Actor, asker: str, asked_as: tuple[int, ...], run: str) -> str | None:
    """Return why `actor` may not say yes to what `asker` asked for: they are one person, or may be. None: they are
    two."""
    if actor.name == asker or set(actor.accounts) & set(asked_as):
        return f"{actor.name} asked for {run} and may not approve it: somebody else must"
    if not asked_as:
        return (
            f"nobody can tell who asked for {run} as {asker}: let it be asked for again by an account of "
            f"its own, not root's"
        )
    if not actor.accounts:
        return f"nobody can tell that {actor.name} is not {asker}: approve from an account of your own, not root's"
    return None


def approve(turn: Turn, asked: Asked) -> Answer:
    """Approve a waiting run, or the question of a held run, which is always named by its hash.

    Exit 4 with `expired`, `used` or `changed`, or with what else the gate says already now.
    """
    world, actor = turn.world, asked.actor
    name, wanted = text(asked.args, "run"), _wanted(asked)
    run = world.durable.runs.get(name)
    if run is None:
        return _ended(turn, name)
    if run.state is RunState.HELD and run.asks:
        return _consent(turn, run, asked, wanted)
    if run.approval is None or run.state is not RunState.WAITING_APPROVAL:
        return Answer(exit=REFUSED, error=f"used: {run.id} is {run.state.value} and waits for nobody")
    refused = _refusal(turn, run, actor, wanted)
    if refused is not None:
        turn.journal.audit("approval_refused", actor.name, {"why": refused}, run=run.id, incident=run.incident)
        return Answer(exit=REFUSED, error=refused)
    approved = replace(
        run,
        state=RunState.PLANNED,
        locked_at=turn.now,
        reason=f"approved by {actor.name}; waits for evidence that is younger than the yes",
        approval=replace(run.approval, approved_by=actor.name, approved_at=turn.now, approved_as=actor.accounts),
    )
    case = cases.build(
        turn, run.plan, incident=run.incident, actor=run.actor, by_person=run.actor != ENGINE, run=approved
    )
    no = refusals(gate.ask_before_lock(case))
    if no:
        said = "; ".join(f"{verdict.guard}: {verdict.reason}" for verdict in no)
        turn.journal.audit("approval_refused", actor.name, {"why": said}, run=run.id, incident=run.incident)
        return Answer(exit=REFUSED, data={"verdicts": [verdict.to_json() for verdict in no]}, error=said)
    yes = entries.Approved(reason=text(asked.args, "reason"), actor=actor.name)
    turn.apply(Transition(run=approved, then=(Lock(scopes=cases.scopes(turn.world, run.plan)), yes, Refresh())))
    return Answer(exit=DONE, data={"run": run.id, "state": approved.state.value})


def _wanted(asked: Asked) -> str | None:
    """Return the hash that the yes is for; None when none was given, which is not the same as an empty one."""
    return None if asked.args.get("plan") is None else text(asked.args, "plan")


def _names(wanted: str, whole: str) -> bool:
    return len(wanted) >= LEAST_OF_A_HASH and whole.startswith(wanted)


def _consent(turn: Turn, run: Run, asked: Asked, wanted: str | None) -> Answer:
    """Give the yes to the sentence that a held run asks about; the guards and the action are asked again after it."""
    actor = asked.actor
    refused = None
    if not may_approve(actor):
        refused = MAY_NOT
    elif run.actor != ENGINE and (same := not_two(actor, run.actor, run.asked_as, run.id)) is not None:
        refused = same
    elif not _names(wanted or "", run.asks_hash):
        refused = (
            f"changed: what {run.id} asks about now is {run.asks_hash[:12]}; look at it: remediator approve {run.id}"
        )
    if refused is not None:
        turn.journal.audit("approval_refused", actor.name, {"why": refused}, run=run.id, incident=run.incident)
        return Answer(exit=REFUSED, error=refused)
    said = entries.Approved(reason=text(asked.args, "reason"), to=run.asks, actor=actor.name)
    turn.apply(Transition(run=replace(run, consent=run.asks_for), then=(said,)))
    return Answer(exit=DONE, data={"run": run.id, "state": run.state.value, "approved": run.asks})


def _ended(turn: Turn, name: str) -> Answer:
    run = turn.journal.stored_run(name)
    if run is None:
        return Answer(exit=USAGE, error=f"there is no run {name!r}")
    word = "expired" if run.expired else "changed" if run.asked_of_another_plan else "used"
    return Answer(exit=REFUSED, error=f"{word}: {name} has ended {run.state.value} ({run.reason})")


def _refusal(turn: Turn, run: Run, actor: Actor, wanted: str | None) -> str | None:
    approval = run.approval
    if approval is None or turn.now.after(approval.expires_at):
        return f"expired: {run.id} waited for 15 minutes, look at the new plan"
    if not may_approve(actor):
        return MAY_NOT
    if approval.requested_by != ENGINE:
        same = not_two(actor, approval.requested_by, approval.requested_as, run.id)
        if same is not None:
            return same
    if wanted is not None and not _names(wanted, approval.plan_hash):
        return f"changed: the plan of {run.id} is {approval.plan_hash}"
    return None


def deny(turn: Turn, asked: Asked) -> Answer:
    """Say no to a waiting run: whoever denies has the incident."""
    if (wrong := wants_reason(asked)) is not None:
        return wrong
    run = turn.world.durable.runs.get(text(asked.args, "run"))
    if run is None or run.state is not RunState.WAITING_APPROVAL:
        return Answer(exit=USAGE, error=f"no run {text(asked.args, 'run')!r} waits for an approval")
    reason = f"denied by {asked.actor.name}: {text(asked.args, 'reason')}"
    transitions.apply(turn, ends.ended(run, RunState.CANCELLED, reason, turn.now, actor=asked.actor.name))
    return Answer(exit=DONE, data={"run": run.id, "state": "cancelled"})
