"""What becomes of a debt: its new record, what the journal says of it, and what people are told. Pure.

`Turn.debt` alone carries a move out; `debts` says what each record becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.model.people import JANITOR
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Debt, DebtState, Run
from remediator.runs.debts import debts
from remediator.runs.entries import Owed
from remediator.runs.transition import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A debt was taken back, or left to people, or its release did not succeed."""

    debt: Debt
    actor: str = JANITOR

    @property
    def kind(self) -> str:
        """What audit and log call it."""
        return f"debt_{self.debt.state.value}"

    def body(self) -> Mapping[str, Any]:
        """Return what the audit keeps of it."""
        return {
            "debt": self.debt.id,
            "what": self.debt.what,
            "host": self.debt.host,
            "target": self.debt.target.text,
            "release": self.debt.release,
            "reason": self.debt.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """The entry of the run that owes a debt from now on."""

    run: Run
    entry: Owed


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtMoved:
    """A debt after one move. `said`: what the journal says of that, if it says anything; `page`: what people are
    told."""

    debt: Debt
    said: Owing | Settled | None = None
    page: Page | None = None


def owed(run: Run, debt: Debt, known: Iterable[Debt]) -> DebtMoved:
    """Return the debt that a step of `run` leaves behind. One of `known` that is the same state of the same host is
    taken over by its run."""
    before = next((each for each in known if debts.same(each, debt)), None)
    after = debts.taken_over(before, debt) if before is not None else debt
    return DebtMoved(debt=after, said=Owing(run=run, entry=Owed(debt=after, step=debt.step)))


def took_effect(debt: Debt) -> DebtMoved:
    """Return the debt once the OUTCOME of its step says that it took effect. Only the record changes."""
    return DebtMoved(debt=debts.applied(debt))


def release_began(debt: Debt, run: str) -> DebtMoved:
    """Return the debt once its release, which is `run`, has begun: what is said of that is said of the run."""
    return DebtMoved(debt=debts.releasing(debt, run))


def settled(debt: Debt) -> DebtMoved:
    """Return that `debt` is settled as its record says; people hear of one that is left to them."""
    left = debt.state is DebtState.REPORTED
    told = page(debt, PageKind.REPORTED, f"{debt.what} on {debt.host} is left to you", debt.reason) if left else None
    return DebtMoved(debt=debt, said=Settled(debt=debt), page=told)


def overdue(debt: Debt, why: str) -> Page:
    """Return what people are told of a debt that should have been taken back by now."""
    return page(
        debt, PageKind.OVERDUE, f"{debt.what} on {debt.host} is still set", f"It should have been undone: {why}"
    )


def page(debt: Debt, kind: PageKind, subject: str, text: str) -> Page:
    """Return a page about `debt`, with the commands by which a person takes it back."""
    commands = "\n".join(f"{command.host}: {command.line()}" for command in debt.undo.commands)
    hand = "once that is over, by hand" if kind is PageKind.OVERDUE else "by hand"
    told = f"{text}\n{debt.id} of {debt.run} on {debt.target}; {hand}:\n{commands}\nremediator runs show {debt.run}"
    return Page(key=PageKey(kind, debt.id), subject=f"{debt.target}: {subject}", text=told)
