"""What an action is: what it needs and gives, when its commands are known, how its effect settles, what it leaves
behind. Frozen records."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from remediator.model.content.commands import Command, Script
from remediator.model.content.consent import NOTHING_MORE, Ask, Consent
from remediator.model.content.declined import Declined, Refused
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown


class Risk(enum.Enum):
    """R0 reads; R1 reversible, one stateless unit; R2 disruptive but bounded; R3 can lose data or many VMs."""

    R0 = 0
    R1 = 1
    R2 = 2
    R3 = 3


class Effect(enum.Enum):
    """`once` is never repeated after an unknown outcome."""

    OBSERVE = "observe"
    IDEMPOTENT = "idempotent"
    ONCE = "once"


class Probe(enum.Enum):
    """What a probe can prove about an effect whose outcome was lost."""

    APPLIED = "applied"
    NOT_APPLIED = "not-applied"
    UNKNOWN = "unknown"


Built = tuple[Command, ...] | Declined
"""What an action answers when it is asked for its commands."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResultKind(Generic[T]):
    """One kind of what steps give, by name, and how its JSON in the journal is read.

    `read` is given None where no such step gave anything. It may raise ValueError with a sentence: nothing can be done
    without.
    """

    name: str
    read: Callable[[Mapping[str, Any] | None], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """What a step gives to later ones, for their needs, from the output of its commands."""

    kind: ResultKind[Any]
    told: Callable[[StepInput, str], Mapping[str, Any] | Refused]
    """Refused when it cannot be told, which fails the step."""


@dataclass(frozen=True, slots=True)
class Need(Generic[T]):
    """A parameter of an action: what an earlier step of its run gave. A runbook says which one: ``with: {NAME: {from:
    STEP}}``."""

    name: str
    kind: ResultKind[T]
    of_members: bool = False
    """What a step for each member gave: one for each host."""

    @property
    def text(self) -> str:
        """What a step must give to be named for it."""
        return f"a {self.kind.name} of each member" if self.of_members else f"a {self.kind.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """What an action finds when its run is planned: its target, its host, and the data of the check that asked for
    it."""

    target: Target
    host: Host
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput(PlanInput):
    """What an action finds in its run: also the newest evidence of the check, what earlier steps gave, and what people
    said yes to."""

    evidence: Evidence
    run: str
    """The run as the journal calls it."""
    mark: str
    """What this run leaves on hosts: unlike `run` it is unique in the world (model/identity.py)."""
    older_marks: Mapping[str, str] = field(default_factory=dict)
    """Host to what this run has left there already, where that is not `mark`. The release before this one left the bare
    run. A store that was given another id since left its former id."""
    approved: bool = False
    """A person said yes to this very plan."""
    covers: Consent = NOTHING_MORE
    """What that yes covers beyond the plan."""
    consent: Consent | None = None
    """What an `Ask` wanted that a person has approved since."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """The name of each need of the action to the JSON that the step gave which the runbook names for it, by host for
    `of_members`."""

    def given(self, need: Need[T]) -> T:
        """Return what the step gave that `need` is bound to."""
        return need.kind.read(self.bound.get(need.name))

    def given_by_members(self, need: Need[T]) -> Mapping[str, T]:
        """Return what the steps gave that `need` is bound to, for each host of the target."""
        found = self.bound.get(need.name) or {}
        return {host: need.kind.read(found.get(host)) for host in self.target.hosts}

    def mark_on(self, host: str) -> str:
        """Return what the run leaves, or has left, on `host`."""
        return self.older_marks.get(host, self.mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a step stands whose commands have ended and whose effect takes its time: `done`, `failed` with the reason, or
    neither.

    `text` is one sentence of progress for people; `given` is kept with the step until it is asked again.
    """

    text: str
    done: bool = False
    failed: bool = False
    stage: str = ""
    """What of `text` is told as news when it changes: figures only go on. Empty: all of it."""
    again: bool = False
    """It will not come about by itself, and the step's commands, built anew, may be sent once more."""
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtSpec:
    """The temporary state that an action leaves behind (a masked unit, a disabled service), and how it is taken back.

    `undo` is pure and is asked before the action runs: its commands are stored with the debt, and they are all that
    ever runs. Where `undo` refuses, the action is not carried out either. `privileges` of the action name its commands
    as well.

    `still_ours(mark, reply, target)` is pure and says whether what is set now is what this run set. `mark` was recorded
    with the INTENT: the identity of the check's newest result before the effect, with ``run``, ``step`` and
    ``intent_at``. `reply` is a fresh whole reply of the debt's host. The answer is False when nothing is set, when
    somebody else set it, or when `mark` shows that it was set before. The answer is UNKNOWN whenever the reply cannot
    prove it either way.
    """

    describe: str
    """What is set, as people read it: ``the unit is masked``."""
    lifetime_s: float
    """How long it may stand before people are told."""
    undo: Callable[[StepInput], tuple[Command, ...] | Refused]
    still_ours: Callable[[Mapping[str, str], HostReply, Target], bool | Unknown]
    stands_in_the_way: Callable[[Evidence, str], str | None] | None = None
    """Given fresh evidence of the debt's check and the debt's host, the sentence that says why it is not taken back
    now."""
    releases: tuple[str, ...] = ()
    """Actions whose debts of the same run on the same host the undo takes back as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPlan:
    """The commands are known with the plan: they stand in it and under its hash, and they are what runs."""

    commands: Callable[[PlanInput], Built]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTurn:
    """The commands depend on what earlier steps gave: they are built, from the newest evidence, when the INTENT is
    written.

    There may be none: then there is nothing to do, and the step is done. `Refused` ends the run, `Wait` and `Ask` hold
    it.
    """

    commands: Callable[[StepInput], Built]
    at_plan: Callable[[PlanInput], Built] | None = None
    """Asked before the run begins as well: whatever it declines then refuses the plan. Its commands are shown, and bind
    nothing."""
    fresh: bool = False
    """It is built only from evidence of all members that is younger than the last command of the run."""
    asks_beforehand: Callable[[Data], Ask | None] | None = None
    """What the approver of its plan says yes to as well, as far as the data that the plan is made from shows it. The
    question is told beside the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTarget:
    """A step of the action stays one step, on the first host of the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEachMember:
    """A step of the action becomes one step for each host of the target, in their order."""

    side_by_side: bool = False
    """The steps of all members begin together, where they follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How an effect is waited for that takes its time after the commands have ended."""

    seen: Callable[[StepInput, Mapping[str, Any]], Settled]
    """Whether the effect has come about by the newest evidence (gathered after the OUTCOME), given what was kept last
    time."""
    begins: Callable[[Mapping[str, Any]], bool] | None = None
    """Given what the commands gave, whether there is anything to wait for; None: always."""
    limit_s: Callable[[StepInput], float] | None = None
    """How long it may take, where that depends on what is found (the size of the data); never shorter than the
    step's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """A typed action. Its functions are pure and deterministic: `plan` shows exactly what would run.

    `probe(before, reply, target)` is pure: given the identity recorded with the INTENT and a fresh reply of the host,
    say whether the effect took place. It must answer UNKNOWN whenever the reply cannot prove it either way. `when`
    refuses when the data does not allow the action (e.g. UNKNOWN unit). An exception of any of its functions is a bug.
    """

    name: str
    summary: str
    risk: Risk
    effect: Effect
    target_kinds: tuple[str, ...]
    when: AtPlan | AtTurn
    probe: Callable[[Mapping[str, str], HostReply, Target], Probe]
    privileges: tuple[str, ...] = ()
    """Command patterns for the documentation of what root is needed for."""
    takes_away_healthy: bool = False
    """True when it stops or restarts a unit that runs (a quorum question)."""
    needs: tuple[Need[Any], ...] = ()
    """Its parameters: all of them are bound in a runbook, and there are no others."""
    gives: Gives | None = None
    debt: DebtSpec | None = None
    """What it leaves behind until its run has ended."""
    where: OnTarget | OnEachMember = OnTarget()
    settle: Settling | None = None
    """How its effect comes about, where that takes its time after the commands."""
    releases: tuple[str, ...] = ()
    """The actions whose debts on its host this one takes back as part of its own effect."""
    judges_group: bool = False
    """It decides by itself, on evidence of all members, what may be done to their group (a bootstrap)."""
    holds_units: bool = False
    """It keeps the units of its target from being started: that systemd is about to start one again is what it is there
    for."""
    scripts: tuple[Script, ...] = ()
    """The fixed programs that its commands run."""
    programs: tuple[tuple[str, ...], ...] = ()
    """Argvs of the config that its commands run, each with one word appended: the mark of the run."""
    arrives_s: float = 0.0
    """For so long after its INTENT a command that was cut off may still take effect on its host, where nothing ends it.
    Until then a probe that says NOT_APPLIED is not believed."""

    @property
    def late(self) -> bool:
        """Whether its commands are built in its turn."""
        return isinstance(self.when, AtTurn)

    @property
    def on_each_member(self) -> bool:
        """Whether a step of it becomes one for each host of the target."""
        return isinstance(self.where, OnEachMember)

    def with_plan(self, order: PlanInput) -> Built:
        """Return its commands as far as they are known with the plan, or what it declines; none where it is asked in
        its turn alone."""
        ask = self.when.commands if isinstance(self.when, AtPlan) else self.when.at_plan
        return ask(order) if ask is not None else ()

    def strays(self, commands: Sequence[Command], hosts: Sequence[str]) -> Command | None:
        """Return the first of `commands` that a step of this action may not become when it is built in its turn; None:
        all may be.

        It may become its own programs on `hosts`, those of the plan's target: that is what a yes to the plan covers of
        it.
        """
        for command in commands:
            own = any(script.made(command.argv) for script in self.scripts) or command.argv[:-1] in self.programs
            if command.host not in hosts or command.first or not own:
                return command
        return None
