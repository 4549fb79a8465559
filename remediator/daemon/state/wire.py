"""What goes into the loop and what comes out of it, by value: ``step(inputs, now) -> effects``.

Inputs are facts that happened elsewhere (a tick, a reply, a webhook, a person). Effects are orders that are carried out
only
after the step's transaction has been committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from remediator.config import Config
from remediator.model.content.commands import Command
from remediator.model.content.specs import Content
from remediator.model.hosts import Inventory
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import Hint, Taken
from remediator.model.messages.replies import CommandDone, HostReply
from remediator.model.times import Instant
from remediator.runs.claims import Claim, Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    reply: HostReply


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsDone:
    """The commands of a step ended, or their end was lost; fewer than planned when one failed."""

    run: str
    step: str
    done: tuple[CommandDone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What came back from one host that was claimed (runs/claims.py)."""

    subject: str
    number: int
    host: str
    done: CommandDone
    came_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HintCame:
    hint: Hint
    taken: Future[Taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request on the control socket."""

    op: str
    args: Mapping[str, Any]
    actor: Actor
    answer: Future[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A notification was delivered, or `error` says why not."""

    n: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """A validated new config with its content, or the sentence why the old one stays."""

    config: Config | None
    content: Content | None
    inventory: Inventory | None
    broken: Mapping[str, str] | None = None
    """Integrations of others that cannot be used; None: as before."""
    error: str = ""
    tokens: tuple[Mapping[str, str], ...] = ()
    """What became of the tokens, which were read anew in any case: ``{token, what, reason}`` for each that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenced:
    """Whether each reference answered, by ``ADDRESS:PORT``."""

    answered: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRead:
    """What the slow reading of the store shows so far (`store.audit.slow_reading`)."""

    differs: str
    damaged: str
    whole: bool = False
    """The store was read to its end, and nothing of it was damaged."""


Input = Ticked | Collected | CommandsDone | Claimed | HintCame | Asked | Delivered | Reloaded | Referenced | StoreRead


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Make one round trip to `host`. `forced` tries at once, whatever the reconnect back-off says."""

    host: str
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Run the commands of a step one after the other; stop at the first that does not end with 0."""

    run: str
    step: str
    commands: tuple[Command, ...]
    not_after: Instant
    """A command that has not left by then must not leave any more."""
    claim: Claim
    """What it rests on. A later command of the step that leaves after `not_after` needs another one like it."""
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class LayClaim:
    """Run the command that claims one host, and bring what it printed."""

    subject: str
    number: int
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    n: int
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Load and validate config, content and inventory anew, outside the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRestore:
    """Sign that the store as it is now counts, although its newest checkpoint says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryReferences:
    """Try to open a connection to each reference of the vantage; answered by `Referenced`."""

    addresses: tuple[tuple[str, int], ...]


Effect = Collect | Act | LayClaim | Deliver | Reload | AcceptRestore | TryReferences
