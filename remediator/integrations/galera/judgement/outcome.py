"""What the judgement returns: one procedure, by which rule, and why in one sentence. Frozen records."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from remediator.model.content.consent import Reason


class Procedure(enum.Enum):
    """The one thing to do."""

    WAIT = "wait"  # nothing is done, and the cluster is looked at again
    START_MEMBERS = "start_members"  # every stopped member unchanged, without any option
    START_ONE = "start_one"  # the candidate, unchanged: beside a Primary, or the only member of a group of one
    PC_BOOTSTRAP = "pc_bootstrap"  # SET GLOBAL wsrep_provider_options on the candidate, which lives
    BOOTSTRAP = "bootstrap"  # --wsrep-new-cluster on the candidate, all others stopped
    PAGE = "page"  # a person
    NOTHING = "nothing"  # nothing is to be done


BOOTSTRAPS = frozenset((Procedure.PC_BOOTSTRAP, Procedure.BOOTSTRAP))
NO_BOOTSTRAP = "this is no bootstrap: it stands under the ordinary rules for its risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    procedure: Procedure
    candidate: str | None = None
    """The host to bootstrap, or to start (START_ONE). None beside BOOTSTRAP (`outlook` only): positions come first."""
    joiners: tuple[str, ...] = ()
    """The hosts that are started (START_MEMBERS), or that join after the bootstrap, in this order."""
    absent: tuple[str, ...] = ()
    """The hosts that a bootstrap leaves out and that must be, or stay, in quarantine (GB-10)."""
    rule: str
    why: str
    alone: bool = False
    """A bootstrap that the evidence lets happen without a person's approval. False for everything else."""
    alone_why: str = NO_BOOTSTRAP
    """Why it may, or every rule that asks for a person, each with its sentence."""
    because: frozenset[Reason] = frozenset()
    """What these sentences rest on: two decisions ask for the same yes only where this is equal."""
    position: int | None = None
    """Of a bootstrap: how far the data of the candidate goes."""
    stops: tuple[str, ...] = ()
    """The hosts whose members run outside of a Primary component and have to be stopped first (`outlook` only)."""
    possibly_lost: int | None = None
    """Of a bootstrap: the transactions between the candidate and the high-water mark. The data of a member that is left
    aside stands in the mark's place where that data goes further. None where no candidate is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not: the rule, and a sentence that names the member and the remedy."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Why a rule asks for a person: its sentence, and the facts that are in it."""

    why: str
    facts: tuple[str, ...]


def page(refusal: Refusal) -> Judgement:
    return Judgement(procedure=Procedure.PAGE, rule=refusal.rule, why=refusal.why)
