"""The claim that a remediator lays on hosts before it changes anything there, and what it learns of others by it. Pure
but for its program.

On each host lies one file with a line for each daemon that claimed it: start, store, cloud, epoch, and a time. The time
is that host's own since its boot, which nobody sets. One command takes the file's lock, puts this daemon's line there,
and returns all others.

Invariant: of two daemons that both ask one host, or a majority of one group, at least one sees the other's line. A
daemon that sees a line of the last 30 minutes does nothing above R0. A host that did not answer, or whose answer cannot
be read, was not claimed. A claim is good for commands that leave within 30 s of its beginning. So two never both act,
whatever their clouds are called.

A line of an earlier start of this very store is no other daemon's, if it is older than this start. A younger line is of
a copy of the store. A line about as old may have been on its way when that start was killed. It is waited out until no
command can leave on it any more. If that start lives all the same, its next claim sees this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from remediator.model import identity
from remediator.model.content.actions import ActionSpec, AtTurn, Effect, Probe, Risk, StepInput
from remediator.model.content.commands import Command, Script
from remediator.model.identity import Identity
from remediator.model.messages.replies import CommandDone, HostReply
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.safety.guard import seconds

NAME: Final = "remediator-claim"
RIVAL_S: Final = 1800.0
"""For so long a line of another daemon stops what is above R0."""
VALID_S: Final = 30.0
"""A command that has not left so long after its claim began is claimed again."""
FRESH_S: Final = 15.0
"""An INTENT rests on a claim that began no longer ago: its command still has the time to leave."""
ANSWERS_S: Final = 20.0
"""A host that has not answered by then has not."""
EARLY_S: Final = 2.0
"""Once enough hosts answered, the others are waited for only so long."""
TIMEOUT_S: Final = 10.0
MOST_LINES: Final = 256
LONGEST_LINE: Final = 160
LATE_S: Final = 20.0
"""A claim of a daemon that was killed may reach its host so long after the next one started."""
CLOCK_S: Final = 0.05
"""How exactly two times of one host can be compared."""

SCRIPT: Final = Script(
    name=NAME,
    text=(
        f'[ "$0:$#" = {NAME}:5 ] || exit 2; D=/run/remediator; F=$D/claims; umask 077; mkdir -p $D && '
        f"exec 9<$D && flock -w 5 9 || "
        '{ echo "$D: no lock"; exit 5; }; [ ! -L $F ] && { [ ! -e $F ] || [ -f $F -a -O $F ]; } || { '
        'echo "$F is not ours"; exit 3; }; '
        'read N X </proc/uptime; T=$(mktemp -d /run/remediator-XXXXXX) || exit 5; trap "rm -rf $T" EXIT; '
        "L=$(head -c 65536 $F 2>/dev/null | tail -n 200 | cut -c-160 | "
        "awk -v n=$N -v i=$1 'NF==5&&$1!=i&&$5<=n&&n-$5<86400'); "
        'printf "%s\\n%s\\n" "$L" "$1 $2 $3 $4 $N" >$T/c && mv -T $T/c $F || exit 5; '
        'echo "remediator-claim $5 $N"; echo "$L"; echo "remediator-claim $5 end"'
    ),
    args=(identity.ID, identity.ID, identity.CLOUD, r"[0-9]{1,18}", r"[A-Za-z0-9][A-Za-z0-9-]{7,63}"),
)
"""Arguments: start, store, cloud, epoch, nonce. The lock is that of the directory. The new file is made where root
alone may write, and then replaces the old file. Lines older than a day, and all but the newest 200, are dropped."""


def _nothing(_order: StepInput) -> tuple[Command, ...]:
    return ()


def _again(_before: Mapping[str, str], _reply: HostReply, _target: Target) -> Probe:
    return Probe.NOT_APPLIED


ACTION: Final = ActionSpec(
    name="remediator.claim",
    summary="before each step that changes something: say on every host of the run, and of each group that it "
    "touches, that this store is at work, and see who else is",
    risk=Risk.R0,
    effect=Effect.OBSERVE,
    target_kinds=("host",),
    when=AtTurn(commands=_nothing),
    probe=_again,
    scripts=(SCRIPT,),
)
"""How `remediator actions` shows it. No runbook names it: the daemon lays a claim by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What another one has claimed a host by. `age_s`: seconds ago, by the host."""

    instance: str
    store: str
    cloud: str
    epoch: int
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from one host: the lines of others, or UNKNOWN with the sentence why it was not claimed."""

    lines: tuple[Line, ...] | Unknown
    came_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim for one step, under way or answered. `must` all have to answer, and of each group a majority."""

    subject: str
    number: int
    began: Instant
    hosts: tuple[str, ...]
    must: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def nonce(self) -> str:
        """A word of its own, so that no other output is taken for its answer."""
        return f"{self.subject}-claim-{self.number}"

    @property
    def answered(self) -> tuple[str, ...]:
        """The hosts that are claimed."""
        return tuple(
            host for host in self.hosts if host in self.answers and not isinstance(self.answers[host].lines, Unknown)
        )

    def ends(self) -> Instant:
        """Return until when a command that rests on it may leave."""
        return self.began.later(VALID_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What tells other daemons from this one: its identity, its start, and until when a person has closed the brake."""

    us: Identity
    started_at: Instant
    closed_at: Instant | None = None


def nothing(now: Instant) -> Claim:
    """Return the claim of a step that changes nothing."""
    return Claim(subject="", number=0, began=now, hosts=(), must=frozenset(), groups={})


def command(claim: Claim, us: Identity, host: str) -> Command:
    """Return the command that lays `claim` on `host`. Raise ValueError without a store to claim it for."""
    argv = SCRIPT.argv(us.instance, us.store, us.cloud, str(us.epoch), claim.nonce)
    return Command(host=host, argv=argv, timeout_s=TIMEOUT_S)


_LINE = re.compile(
    rf"({identity.ID}) ({identity.ID}) ({identity.CLOUD}) ([0-9]{{1,18}}) ([0-9]{{1,10}}(?:\.[0-9]{{1,2}})?)"
)


def parsed(done: CommandDone, nonce: str) -> tuple[Line, ...] | Unknown:
    """Return the lines of others in the output of the command; UNKNOWN with the sentence why the host is not claimed by
    it.

    Whatever stands before and behind the answer is not part of it. Inside it every line must be whole, or the answer is
    worth nothing.
    """
    if done.exit_code != 0:
        said = done.error or _last(done.output) or f"it ended with {done.exit_code}"
        return Unknown(said[:200])
    lines = done.output.splitlines()
    head = next((at for at, text in enumerate(lines) if text.startswith(f"{NAME} {nonce} ")), None)
    if head is None or f"{NAME} {nonce} end" not in lines[head + 1 :]:
        return Unknown("its answer to the claim is not whole")
    now = re.fullmatch(r"[0-9]{1,10}(?:\.[0-9]{1,2})?", lines[head].split(" ", 2)[2])
    body = [text for text in lines[head + 1 : lines.index(f"{NAME} {nonce} end", head)] if text]
    if now is None or len(body) > MOST_LINES:
        return Unknown("its answer to the claim is not what it may be")
    found = []
    for text in body:
        line = _LINE.fullmatch(text) if len(text) <= LONGEST_LINE else None
        if line is None or float(line[5]) > float(now[0]):
            return Unknown("a line in its /run/remediator/claims cannot be read: look at it, and remove the file")
        age_s = float(now[0]) - float(line[5])
        found.append(Line(instance=line[1], store=line[2], cloud=line[3], epoch=int(line[4]), age_s=age_s))
    return tuple(found)


def _last(output: str) -> str:
    said = [text.strip() for text in output.splitlines() if text.strip()]
    return said[-1] if said else ""


def taken(claim: Claim, host: str, done: CommandDone, came_at: Instant) -> Claim:
    """Return `claim` with what came back from `host`."""
    answer = Answer(lines=parsed(done, claim.nonce), came_at=came_at)
    return replace(claim, answers={**claim.answers, host: answer})


def rival(claim: Claim, known: Known) -> str | None:
    """Return the sentence that names another one which claimed one of the hosts lately; None when none is seen."""
    for host in claim.answered:
        answer = claim.answers[host]
        for line in () if isinstance(answer.lines, Unknown) else answer.lines:
            if _is_rival(line, answer.came_at, known):
                return _sentence(line, host, known.us)
    return None


def _is_rival(line: Line, came_at: Instant, known: Known) -> bool:
    if line.instance == known.us.instance or line.age_s >= RIVAL_S:
        return False
    if line.instance in known.us.former and _made_before(line, came_at, known.started_at, LATE_S):
        return False
    return known.closed_at is None or not _made_before(line, came_at, known.closed_at)


def _made_before(line: Line, came_at: Instant, moment: Instant, late_s: float = 0.0) -> bool:
    """Return whether `line` is surely older than `late_s` after `moment`, by the clock of ours that makes it least
    so."""
    return line.age_s - CLOCK_S > came_at.at_most_since(moment) - late_s


def fading(claim: Claim, known: Known) -> str | None:
    """Return the sentence about an earlier start whose commands may still leave, for it claimed a host about when this
    start began."""
    for host in claim.answered:
        answer = claim.answers[host]
        for line in () if isinstance(answer.lines, Unknown) else answer.lines:
            before = _made_before(line, answer.came_at, known.started_at)
            if line.instance in known.us.former and not before and line.age_s - CLOCK_S < VALID_S:
                return (
                    f"an earlier start of this daemon claimed {host} {seconds(line.age_s)} earlier: its "
                    f"command may leave until {seconds(VALID_S)} are over"
                )
    return None


def _sentence(line: Line, host: str, us: Identity) -> str:
    ago = seconds(line.age_s)
    if line.store == us.store:
        return (
            f"another daemon on a copy of this store claimed {host} {ago} earlier (cloud {line.cloud}, "
            f"store {line.store}, "
            f"start {line.instance}, epoch {line.epoch})"
        )
    return (
        f"another remediator claimed {host} {ago} earlier (cloud {line.cloud}, store {line.store}, epoch {line.epoch})"
    )


def missing(claim: Claim) -> str | None:
    """Return the sentence that says which hosts are wanting in `claim`; None when enough have answered."""
    got = set(claim.answered)
    wanting = sorted(claim.must - got)
    if wanting:
        return f"it acts on {', '.join(wanting)}, and could not claim {_why(claim, wanting)}"
    for name, members in sorted(claim.groups.items()):
        if len(members & got) <= len(members) // 2:
            lost = sorted(members - got)
            return (
                f"no majority of group {name} could be claimed: {len(members & got)} of {len(members)}, "
                f"without {_why(claim, lost)}"
            )
    return None


def _why(claim: Claim, hosts: Sequence[str]) -> str:
    return "; ".join(f"{host} ({_said(claim, host)})" for host in hosts[:5]) + ("; and more" if len(hosts) > 5 else "")


def _said(claim: Claim, host: str) -> str:
    answer = claim.answers.get(host)
    if answer is None:
        return "it has not answered" if host in claim.hosts else "it is not in the inventory"
    return answer.lines.reason if isinstance(answer.lines, Unknown) else "claimed"


def settled(claim: Claim, now: Instant) -> bool:
    """Return whether no more answers of `claim` are waited for."""
    if set(claim.hosts) <= set(claim.answers):
        return True
    waited_s = now.since(claim.began)
    return waited_s > ANSWERS_S or (missing(claim) is None and waited_s > EARLY_S)
