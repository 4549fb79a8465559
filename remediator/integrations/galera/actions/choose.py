"""Choosing the member that a cluster is brought back from: the decision on the newest evidence, and what a person must
say yes to. Pure.

Invariant: nothing is chosen but what `decide` names on evidence gathered after the last step, with positions that this
very run has read. Loss, and everything else that needs a person, is in the sentence that the person approves. A plan
that was approved before any of this was known is asked about again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations.galera.actions import choice
from remediator.integrations.galera.facts.recovered_position import Position
from remediator.integrations.galera.judgement import build_picture, member_state
from remediator.integrations.galera.judgement import evidence_table as table
from remediator.integrations.galera.judgement.decision import BOOTSTRAPS, Judgement, Procedure, decide, outlook
from remediator.integrations.galera.judgement.phrases import said
from remediator.integrations.galera.judgement.picture import ClusterPicture
from remediator.integrations.galera.steps import progress, read_position
from remediator.model.content.actions import Built, PlanInput, StepInput
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Declined, Refused
from remediator.model.values import Unknown


def unless(order: PlanInput, procedure: Procedure) -> Refused | None:
    """Refuse unless the check says `procedure`: what is asked before a run begins."""
    judged = order.data.get("procedure", Unknown("not_assessed"))
    if judged == procedure.value:
        return None
    why, known = order.data.get("why"), said(judged)
    return Refused(f"the judgement of this cluster is {known}, not {procedure.value}: {why}")


def only_for(procedure: Procedure) -> Callable[[PlanInput], Built]:
    """Return the question of `unless` as an action asks it before its run begins."""

    def at_plan(order: PlanInput) -> Built:
        return unless(order, procedure) or ()

    return at_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, and the picture that it rests on."""

    decision: Judgement
    picture: ClusterPicture

    @property
    def table(self) -> str:
        """All that the decision rests on, for people."""
        return table.positions(self.picture)

    @property
    def refusal(self) -> Refused:
        """The rule that refuses, with its reason and what it rests on."""
        return Refused(f"{self.decision.rule}: {self.decision.why}\n{self.table}")


def decided(order: StepInput) -> Decided:
    """Return the decision on the newest evidence with this run's positions."""
    picture = build_picture.picture(order.evidence, positions(order))
    return Decided(decision=decide(picture), picture=picture)


def positions(order: StepInput) -> dict[str, Position | Unknown]:
    """Return the positions that this run has read, by host; all UNKNOWN where its steps read none."""
    return dict(order.given_by_members(read_position.READ_BY_MEMBERS))


def candidate(order: StepInput, procedure: Procedure) -> str | Declined:
    """Return the member that the decision names for `procedure`. Refuse with the rule that refuses. Ask with what a
    person must know before: whoever approved the plan knew only what was seen before the positions were read."""
    found = decided(order)
    decision = found.decision
    if decision.procedure is not procedure or decision.candidate is None:
        return found.refusal
    ask = _ask(found)
    if not decision.alone and not _in_the_plan(order, decision) and not ask.covered_by(order.consent):
        return ask
    return decision.candidate


def _in_the_plan(order: StepInput, decision: Judgement) -> bool:
    """Return whether the approval of the plan covers `decision`: nothing is lost, and what asks for a person is exactly
    what the evidence without positions already shows. A member that proved to be without history, or short of space, is
    not."""
    if not order.approved or decision.possibly_lost:
        return False
    before = outlook(build_picture.picture(order.evidence))
    return before.procedure in BOOTSTRAPS and before.because == decision.because


def _ask(found: Decided) -> Ask:
    """Return what a person approves: the candidate, its position, and what that may cost. It stays the same while
    nothing changes (a time, and no age)."""
    decision = found.decision
    why = decision.why if decision.possibly_lost else f"{decision.why}; nothing known is lost"
    sentence = f"bootstrap {decision.candidate}: {why}; {table.sample(found.picture)}; {decision.alone_why}"
    consent = Consent(
        chosen=decision.candidate,
        position=decision.position,
        lost=decision.possibly_lost or 0,
        counted_to=found.picture.mark_at or "",
        because=decision.because,
    )
    return Ask(sentence, consent)


def chosen(order: StepInput, found: Decided, uuid: str, seqno: int) -> Mapping[str, Any]:
    """Return what later steps and people are told of the choice `found`: the candidate, which stands at `uuid` and
    `seqno`."""
    decision = found.decision
    return {
        "host": decision.candidate,
        "uuid": uuid,
        "seqno": seqno,
        "lost": decision.possibly_lost or 0,
        "why": decision.why,
        "alone_why": decision.alone_why,
        "because": [reason.to_json() for reason in sorted(decision.because)],
        "table": found.table,
        "unseen": progress.unseen(order),
    }


def still(order: StepInput, procedure: Procedure) -> str | Declined:
    """Return the chosen member after everything was looked at and decided once more (GB-2). Refuse unless the member is
    the same. Ask with what needs a person by now and did not when the member was chosen (a copy has taken the room,
    GB-14)."""
    then = order.given(choice.CHOSEN)
    if isinstance(then, Refused):
        return then
    found = decided(order)
    decision = found.decision
    if decision.procedure is not procedure or decision.candidate != then.host:
        return Refused(f"looked at again right before the bootstrap: {found.refusal.reason}")
    ask = _ask(found)
    known = decision.alone or _asked_then(then, decision)
    if (not known or (decision.possibly_lost or 0) > then.lost) and not ask.covered_by(order.consent):
        return ask
    return then.host


def _asked_then(then: choice.Choice, decision: Judgement) -> bool:
    """Return whether `decision` needs a person for what it needed one when it was chosen; a choice of an older release
    has the words alone."""
    if then.because is None:
        return decision.alone_why == then.alone_why
    return then.because == decision.because


# for a recovery of stopped members
# ----------------------------------------------------------------------------------------


def choose(order: StepInput) -> Built:
    """Choose among stopped members whose positions were read; no command is needed for it."""
    found = candidate(order, Procedure.BOOTSTRAP)
    return found if isinstance(found, Declined) else ()


def account(order: StepInput, _output: str) -> Mapping[str, Any] | Refused:
    """Return the choice among stopped members, with those that bring no position to it and join by a whole transfer.
    Whatever was read from them, they have the zero uuid, no grastate.dat, or a transfer that was cut (GB-6, GB-10)."""
    found = decided(order)
    decision = found.decision
    position = positions(order).get(decision.candidate or "")
    if not isinstance(position, Position) or position.known is None:
        return Refused(f"{decision.rule}: {decision.why}")
    missing = [seat.host for seat in member_state.seating(found.picture).seats if seat.missing]
    return {**chosen(order, found, *position.known), "sst": missing}


def engine(order: StepInput, host: str) -> str | Refused:
    """Return the container engine of `host`; refuse where the inventory has no such host."""
    found = order.evidence.inventory.hosts.get(host)
    return Refused(f"{host} is not in the inventory") if found is None else found.engine
