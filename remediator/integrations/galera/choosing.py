"""Choosing the member that a cluster is brought back from: the decision on the newest evidence, and what a person must say yes to. Pure.

Invariant: nothing is chosen but what `decide` names on evidence gathered after the last step, with positions that this very run has
read. Loss, and everything else that needs a person, is in the sentence that the person approves; a plan that was approved before it
was known is asked about again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.galera import gather, progress, reading, standing, table
from remediator.integrations.galera.decision import Decision, Procedure, decide, outlook
from remediator.integrations.galera.picture import ClusterPicture
from remediator.integrations.galera.positions import Position
from remediator.model.content import ActionInput, AsksAgain, Command
from remediator.model.values import Unknown

READS = "read_"
CHOSEN = "choose"


def must_be(order: ActionInput, procedure: Procedure) -> None:
    """Raise ValueError unless the check says `procedure`: what is asked before a run begins."""
    said = order.data.get("procedure", Unknown("not_assessed"))
    if said != procedure.value:
        why = order.data.get("why")
        known = f"UNKNOWN ({said.reason})" if isinstance(said, Unknown) else said
        raise ValueError(f"the judgement of this cluster is {known}, not {procedure.value}: {why}")


def decided(order: ActionInput) -> tuple[Decision, str]:
    """Return the decision on the newest evidence with this run's positions, and the table of what it rests on."""
    picture = seen(order)
    return decide(picture), table.positions(picture)


def seen(order: ActionInput) -> ClusterPicture:
    """Return the newest evidence with this run's positions. Raise ValueError without any."""
    if order.evidence is None:
        raise ValueError("there is no evidence to decide on")
    return gather.picture(order.evidence, positions(order))


def positions(order: ActionInput) -> dict[str, Position | Unknown]:
    """Return the positions that this run has read, by host."""
    return {host: reading.position(order.results.get(f"{READS}{host}") or None) for host in order.target.hosts}


def candidate(order: ActionInput, procedure: Procedure) -> str:
    """Return the member that the decision names for `procedure`. Raise ValueError with the rule that refuses, AsksAgain with what a
    person must know before: whoever approved the plan knew what was seen before the positions were read, and no more."""
    decision, told = decided(order)
    if decision.procedure is not procedure or decision.candidate is None:
        raise ValueError(f"{decision.rule}: {decision.why}\n{told}")
    sentence = _sentence(decision, seen(order))
    if not decision.alone and not _in_the_plan(order, decision) and order.consent != sentence:
        raise AsksAgain(sentence)
    return decision.candidate


def _in_the_plan(order: ActionInput, decision: Decision) -> bool:
    """Return whether the approval of the plan covers `decision`: nothing is lost, and what asks for a person is, word for word, what
    the evidence without positions already shows. A member that proved to be without history, or short of space, is not."""
    if not order.approved or decision.possibly_lost or order.evidence is None:
        return False
    return outlook(gather.picture(order.evidence)).alone_why == decision.alone_why


def _sentence(decision: Decision, picture: ClusterPicture) -> str:
    """Return what a person approves: the candidate, its position, and what that may cost. It stays the same while nothing changes
    (a time, and no age), for the yes is bound to its words."""
    why = decision.why if decision.possibly_lost else f"{decision.why}; nothing known is lost"
    return f"bootstrap {decision.candidate}: {why}; {table.sample(picture)}; {decision.alone_why}"


def chosen(order: ActionInput, uuid: str, seqno: int) -> Mapping[str, Any]:
    """Return what later steps and people are told of the choice: the candidate, which stands at `uuid` and `seqno`."""
    decision, told = decided(order)
    return {
        "host": decision.candidate,
        "uuid": uuid,
        "seqno": seqno,
        "lost": decision.possibly_lost or 0,
        "why": decision.why,
        "alone_why": decision.alone_why,
        "table": told,
        "unseen": progress.unseen(order),
    }


def choice(order: ActionInput) -> Mapping[str, Any]:
    """Return what this run has chosen. Raise ValueError where it has chosen nothing."""
    found = order.results.get(CHOSEN)
    if found is None:
        raise ValueError("no candidate was chosen in this run")
    return found


def still(order: ActionInput, procedure: Procedure) -> str:
    """Return the chosen member after everything was looked at and decided once more (GB-2). Raise ValueError unless it is the same,
    AsksAgain with what needs a person by now and did not when it was chosen (a copy has taken the room, GB-14)."""
    then = choice(order)
    decision, told = decided(order)
    if decision.procedure is not procedure or decision.candidate != then["host"]:
        raise ValueError(f"looked at again right before the bootstrap: {decision.rule}: {decision.why}\n{told}")
    sentence = _sentence(decision, seen(order))
    known = decision.alone or decision.alone_why == then["alone_why"]
    if (not known or (decision.possibly_lost or 0) > then["lost"]) and order.consent != sentence:
        raise AsksAgain(sentence)
    return str(then["host"])


# for a recovery of stopped members ----------------------------------------------------------------------------------------


def choose(order: ActionInput) -> tuple[Command, ...]:
    """Choose among stopped members whose positions were read; no command is needed for it."""
    candidate(order, Procedure.BOOTSTRAP)
    return ()


def account(order: ActionInput, _output: str) -> Mapping[str, Any]:
    """Return the choice among stopped members, with those that bring no position to it and join by a whole transfer, whatever was
    read from them: the zero uuid or no grastate.dat, a transfer that was cut (GB-6, GB-10)."""
    decision, _ = decided(order)
    found = positions(order).get(decision.candidate or "")
    if not isinstance(found, Position) or found.known is None:
        raise ValueError(f"{decision.rule}: {decision.why}")
    missing = [seat.host for seat in standing.case(seen(order)).seats if seat.missing]
    return {**chosen(order, *found.known), "sst": missing}


def engine(order: ActionInput, host: str) -> str:
    """Return the container engine of `host`. Raise ValueError where the inventory has no such host."""
    found = order.evidence.inventory.hosts.get(host) if order.evidence is not None else None
    if found is None:
        raise ValueError(f"{host} is not in the inventory")
    return found.engine
