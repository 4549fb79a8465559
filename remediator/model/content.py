"""Rules, runbooks and actions as loaded and cross-checked: what operators write, as frozen records."""

from __future__ import annotations

import enum
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from remediator.model.consent import NOTHING_MORE, Ask, Consent
from remediator.model.declined import Declined, Refused
from remediator.model.hosts import Host
from remediator.model.identity import LeftOnHost
from remediator.model.judging import AssessSpec, CheckSpec, Condition, Evidence
from remediator.model.replies import HostReply
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


class Mode(enum.Enum):
    """off < observe < shadow < approve < auto."""

    OFF = 0
    OBSERVE = 1
    SHADOW = 2
    APPROVE = 3
    AUTO = 4


class Probe(enum.Enum):
    """What a probe can prove about an effect whose outcome was lost."""

    APPLIED = "applied"
    NOT_APPLIED = "not-applied"
    UNKNOWN = "unknown"


SUDO = ("sudo", "-n", "--")
SCRIPT = ("sh", "-c")


def brief(argv: Sequence[str]) -> str:
    """Return `argv` in one line; of a fixed script only its name and its words."""
    words = argv[3:] if tuple(argv[:2]) == SCRIPT else argv
    return shlex.join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One exact argv on one host. `privileged` commands run under ``sudo -n`` where the config says so.

    `first` is run right before it and must succeed; the host gets both at once (``first && argv``), so that nothing that
    happens to us can come between them. `timeout_s` is for both.
    """

    host: str
    argv: tuple[str, ...]
    timeout_s: float
    privileged: bool = True
    first: tuple[str, ...] = ()
    leaves_within_s: float | None = field(default=None, compare=False)
    """Set when it is sent: what it rests on is too old after that, and it must not leave any more. No part of any plan."""

    def line(self, sudo: bool = False) -> str:
        """Return the command as a shell takes it, every word quoted that needs it."""
        prefix = SUDO if sudo and self.privileged else ()
        return " && ".join(shlex.join((*prefix, *each)) for each in (self.first, self.argv) if each)

    @property
    def brief(self) -> str:
        """The command in one short line: of a fixed script its name and words, whose text is in the plan and in the audit."""
        return brief(self.argv) if not self.first else f"{brief(self.first)} && {brief(self.argv)}"

    def to_json(self) -> dict[str, Any]:
        """Return what the journal, the plan and every output say of it."""
        first = {"first": list(self.first)} if self.first else {}
        return {"host": self.host, **first, "argv": list(self.argv), "privileged": self.privileged}


Built = tuple[Command, ...] | Declined
"""What an action answers when it is asked for its commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A fixed one-line POSIX shell program that a step runs on a host, with words as its arguments and nothing pasted into it.

    It is part of the product, never of a config: the plan, the journal and the sudoers file show it in full.
    `args` has one regular expression per argument, which the argument matches as a whole.
    """

    name: str
    text: str
    args: tuple[str, ...]

    def argv(self, *words: str) -> tuple[str, ...]:
        """Return the argv that runs it with `words`. Raise ValueError when one of them is not what it may be."""
        if len(words) != len(self.args):
            raise ValueError(f"{self.name} takes {len(self.args)} words, not {len(words)}")
        for word, pattern in zip(words, self.args, strict=True):
            if re.fullmatch(pattern, word) is None:
                raise ValueError(f"{self.name}: {word!r} is not one of {pattern}")
        return ("sh", "-c", self.text, self.name, *words)

    def made(self, argv: tuple[str, ...]) -> bool:
        """Return whether `argv` is what this program is run as."""
        head, words = argv[: len(SCRIPT) + 2], argv[len(SCRIPT) + 2 :]
        return (
            head == (*SCRIPT, self.text, self.name)
            and len(words) == len(self.args)
            and all(re.fullmatch(pattern, word) for word, pattern in zip(words, self.args, strict=True))
        )


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResultKind(Generic[T]):
    """One kind of what steps give, by name, and how its JSON in the journal is read.

    `read` is given None where no such step gave anything. It may raise ValueError with a sentence: nothing can be done without.
    """

    name: str
    read: Callable[[Mapping[str, Any] | None], T]


@dataclass(frozen=True, slots=True)
class Need(Generic[T]):
    """A parameter of an action: what an earlier step of its run gave. A runbook says which one: ``with: {NAME: {from: STEP}}``."""

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
    """What an action finds when its run is planned: its target, its host, and the data of the check that asked for it."""

    target: Target
    host: Host
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput(PlanInput):
    """What an action finds in its run: also the newest evidence of the check, what earlier steps gave, and what people said yes to."""

    evidence: Evidence
    run: str
    """The run as our journal calls it."""
    mark: str
    """What this run leaves on hosts: unlike `run` it is unique in the world (model/identity.py)."""
    older_marks: Mapping[str, str] = field(default_factory=dict)
    """Host to what this run has left there already, where that is not `mark`: the release before this one left the bare run, and a store
    that was given another id since left its former one."""
    approved: bool = False
    """A person said yes to this very plan."""
    covers: Consent = NOTHING_MORE
    """What that yes covers beyond the plan."""
    consent: Consent | None = None
    """What an `Ask` wanted that a person has approved since."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """The name of each need of the action to the JSON that the step gave which the runbook names for it, by host for `of_members`."""

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
    """How a step stands whose commands have ended and whose effect takes its time: `done`, `failed` with the reason, or neither.

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

    `undo` is pure and is asked before the action runs: its commands are stored with the debt, and they are all that ever
    runs. Where it refuses, the action is not carried out either. `privileges` of the action
    name its commands as well.

    `still_ours(mark, reply, target)` is pure: given what was recorded with the INTENT (the identity of the check's newest
    result before the effect, with ``run``, ``step`` and ``intent_at``) and a fresh whole reply of the debt's host, say whether what is set
    now is what we set. False when it is not set, when somebody else set it, or when `mark` shows that it was set before us;
    UNKNOWN whenever the reply cannot prove it either way.
    """

    describe: str
    """What is set, as people read it: ``the unit is masked``."""
    lifetime_s: float
    """How long it may stand before people are told."""
    undo: Callable[[StepInput], tuple[Command, ...] | Refused]
    still_ours: Callable[[Mapping[str, str], HostReply, Target], bool | Unknown]
    stands_in_the_way: Callable[[Evidence, str], str | None] | None = None
    """Given fresh evidence of the debt's check and the debt's host, the sentence that says why it is not taken back now."""
    releases: tuple[str, ...] = ()
    """Actions whose debts of the same run on the same host the undo takes back as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPlan:
    """The commands are known with the plan: they stand in it and under its hash, and they are what runs."""

    commands: Callable[[PlanInput], Built]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTurn:
    """The commands depend on what earlier steps gave: they are built, from the newest evidence, when the INTENT is written.

    There may be none: then there is nothing to do, and the step is done. `Refused` ends the run, `Wait` and `Ask` hold it.
    """

    commands: Callable[[StepInput], Built]
    at_plan: Callable[[PlanInput], Built] | None = None
    """Asked before the run begins as well: whatever it declines then refuses the plan. Its commands are shown, and bind nothing."""
    fresh: bool = False
    """It is built only from evidence of all members that is younger than the last command of the run."""
    asks_beforehand: Callable[[Data], Ask | None] | None = None
    """What the approver of its plan says yes to as well, as far as the data that the plan is made from shows it. It is told beside the plan."""


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
    """Whether the effect has come about by the newest evidence (gathered after the OUTCOME), given what was kept last time."""
    begins: Callable[[Mapping[str, Any]], bool] | None = None
    """Given what the commands gave, whether there is anything to wait for; None: always."""
    limit_s: Callable[[StepInput], float] | None = None
    """How long it may take, where that depends on what is found (the size of the data); never shorter than the step's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """A typed action. Its functions are pure and deterministic: `plan` shows exactly what would run.

    `probe(before, reply, target)` is pure: given the identity recorded with the INTENT and a fresh reply of the host,
    say whether the effect took place. It must answer UNKNOWN whenever the reply cannot prove it either way.
    `when` refuses when the data does not allow the action (e.g. UNKNOWN unit). An exception of any of its functions is a bug.
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
    gives: ResultKind[Any] | None = None
    """What its `result` is, for the needs of later steps."""
    debt: DebtSpec | None = None
    """What it leaves behind until its run has ended."""
    where: OnTarget | OnEachMember = OnTarget()
    result: Callable[[StepInput, str], Mapping[str, Any] | Refused] | None = None
    """What the step gives, from the output of its commands; refused when that cannot be told, which fails the step."""
    settle: Settling | None = None
    """How its effect comes about, where that takes its time after the commands."""
    releases: tuple[str, ...] = ()
    """The actions whose debts on its host this one takes back as part of its own effect."""
    judges_group: bool = False
    """It decides by itself, on evidence of all members, what may be done to their group (a bootstrap)."""
    holds_units: bool = False
    """It keeps the units of its target from being started: that systemd is about to start one again is what it is there for."""
    scripts: tuple[Script, ...] = ()
    """The fixed programs that its commands run."""
    programs: tuple[tuple[str, ...], ...] = ()
    """Argvs of the config that its commands run, each with one word appended: the mark of the run."""
    arrives_s: float = 0.0
    """For so long after its INTENT a command that was cut off may still take effect on its host, where nothing ends it: until then
    a probe that says NOT_APPLIED is not believed."""

    @property
    def late(self) -> bool:
        """Whether its commands are built in its turn."""
        return isinstance(self.when, AtTurn)

    @property
    def on_each_member(self) -> bool:
        """Whether a step of it becomes one for each host of the target."""
        return isinstance(self.where, OnEachMember)

    def with_plan(self, order: PlanInput) -> Built:
        """Return its commands as far as they are known with the plan, or what it declines; none where it is asked in its turn alone."""
        ask = self.when.commands if isinstance(self.when, AtPlan) else self.when.at_plan
        return ask(order) if ask is not None else ()

    def strays(self, commands: Sequence[Command], hosts: Sequence[str]) -> Command | None:
        """Return the first of `commands` that a step of this action may not become when it is built in its turn; None: all may be.

        It may become its own programs on `hosts`, those of the plan's target: that is what a yes to the plan covers of it.
        """
        for command in commands:
            own = any(script.made(command.argv) for script in self.scripts) or command.argv[:-1] in self.programs
            if command.host not in hosts or command.first or not own:
                return command
        return None


@dataclass(frozen=True, slots=True)
class FromStep:
    """Which earlier step gives what an action needs: ``{from: STEP}``."""

    step: str

    def to_json(self) -> dict[str, str]:
        return {"from": self.step}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """Which events start which runbooks: the ladder `run` goes rung by rung."""

    name: str
    check: str
    states: tuple[str, ...]
    when: Condition | None
    settle_s: float
    run: tuple[str, ...]
    priority: int = 0
    explains: tuple[str, ...] = ()
    notify: str | None = None
    """Text for the escalation when the rule has no runbook: what the operator should do."""
    evidence: str | None = None
    """Text for whoever is asked to approve a run of this rule: what it rests on."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    id: str
    action: ActionSpec
    params: Mapping[str, FromStep]
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySpec:
    """The check that must be OK again within `within_s` and hold for `hold_s` (which only lengthens the limit).

    `failed_when` is true of data that shows that it will not be OK by itself any more.
    """

    check: str
    within_s: float
    hold_s: float
    failed_when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookSpec:
    name: str
    summary: str
    target_kind: str
    risk: Risk
    steps: tuple[StepSpec, ...]
    verify: VerifySpec
    held_at_most_s: float
    on_failure: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """A section of the collector: the remote function's file and its limits on the host."""

    name: str
    timeout_s: float
    memory_mb: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSpec:
    """What an integration keeps of an assessment across restarts, as JSON; None: nothing yet. Both functions are pure."""

    fold: Callable[[Any, Evidence], Any]
    """``(kept, evidence) -> kept``, after every judgement."""
    accept: Callable[[Evidence], Any]
    """What is kept once a person has said that the group is whole as it stands; None when the evidence does not show it whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What we know about one technology. `remember(memory, reply)` folds each reply of a host into the memory (pure)."""

    name: str
    sections: Sequence[SectionSpec]
    remote_source: str
    """The text of `remote.py`: one function ``collect_<section>(request, run) -> JSON value`` per section (collect/assembly.py)."""
    assessments: Sequence[AssessSpec]
    actions: Sequence[ActionSpec]
    remember: Callable[[Any, HostReply], Any] | None = None
    direct: Mapping[str, Callable[[Host], Any]] = field(default_factory=dict)
    """Sections fetched from the daemon itself (SQL to a member) beside the round trip: blocking, bounded, never raising."""
    dials: Callable[[HostReply], str | None] | None = None
    """Where the host itself says that its service listens, for `direct`; None: it does not say, and the inventory's way is taken."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Constants that its sections find in their request beside ``engine`` and ``host``."""
    applies: Callable[[Host], bool] | None = None
    """Which hosts have its sections; None: all of them."""
    left: Callable[[HostReply], Sequence[LeftOnHost]] | None = None
    """What runs of any remediator have left on a host, as its reply shows it (pure); None: its actions leave nothing."""
    marks: Mapping[str, MarkSpec] = field(default_factory=dict)
    """Assessment of GROUP scope to what is kept of it across restarts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All content, cross-checked; `version` is one SHA-256 over everything that was loaded."""

    checks: Mapping[str, CheckSpec]
    rules: Mapping[str, RuleSpec]
    runbooks: Mapping[str, RunbookSpec]
    actions: Mapping[str, ActionSpec]
    assessments: Mapping[str, AssessSpec]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a config or content file, as `validate` reports it. `line` and `col` count from 1."""

    file: str
    line: int
    col: int
    path: str
    code: str
    message: str
    hint: str = ""
