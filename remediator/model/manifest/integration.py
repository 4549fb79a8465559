"""The manifest of a technology: what its package declares, so that the core knows none by name. A frozen record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from remediator.model.content.actions import ActionSpec
from remediator.model.content.judging import AssessSpec, Evidence
from remediator.model.hosts import Host
from remediator.model.identity import LeftOnHost
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.host_identity import Machine
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.sections import SectionKind
from remediator.model.manifest.services import Service
from remediator.model.manifest.signs import SignSource
from remediator.model.manifest.unwatched import Watched
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

Remedy = Callable[[str, str | None], str]
"""``(value, release) -> word`` of a remedy that people read, never of a command that is run; pure, and it never
raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """A section of the collector: its kind, and the limits of the remote function on the host."""

    kind: SectionKind[Any]
    timeout_s: float
    memory_mb: int = 256
    every: int = 1
    """At every how many collections of a host it is asked for: facts that change slowly need not cost each time. A
    forced collection, and the first one after a boot, ask for all sections."""

    @property
    def name(self) -> str:
        return self.kind.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectSpec:
    """A section that the daemon itself fetches (SQL to a member) beside the round trip."""

    kind: SectionKind[Any]
    fetch: Callable[[Host], Any]
    """What the service of the host says: a JSON value, or UNKNOWN. Blocking, bounded, never raising."""

    @property
    def name(self) -> str:
        return self.kind.name


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSpec:
    """What an integration keeps of an assessment across restarts, as JSON; None: nothing yet. Both functions are
    pure."""

    fold: Callable[[Any, Evidence], Any]
    """``(kept, evidence) -> kept``, after every judgement."""
    accept: Callable[[Evidence], Any]
    """What is kept once a person has said that the group is whole as it stands; None when the evidence does not show it
    whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What remediator knows about one technology. `remember(memory, reply)` folds each reply of a host into the memory
    (pure)."""

    name: str
    sections: Sequence[SectionSpec]
    remote_source: str
    """The text of `remote.py`: one function ``collect_<section>(request, run) -> JSON value`` per section
    (collect/assembly.py)."""
    assessments: Sequence[AssessSpec]
    actions: Sequence[ActionSpec]
    remember: Callable[[Any, HostReply], Any] | None = None
    direct: Sequence[DirectSpec] = ()
    dials: Callable[[HostReply], str | None] | None = None
    """Where the host itself says that its service listens, for `direct`; None: it does not say, and the inventory's way
    is taken."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Constants that its sections find in their request beside ``engine`` and ``host``."""
    applies: Callable[[Host], bool] | None = None
    """Which hosts have its sections; None: all of them."""
    needs: tuple[str, ...] = ()
    """Integrations whose sections it reads: they are loaded with it, also when the config does not name them."""
    left: Callable[[HostReply], Sequence[LeftOnHost]] | None = None
    """What runs of any remediator have left on a host, as its reply shows it (pure); None: its actions leave
    nothing."""
    marks: Mapping[str, MarkSpec] = field(default_factory=dict)
    """Assessment of GROUP scope to what is kept of it across restarts."""
    settings: type[Any] | None = None
    """The model of ``integrations.NAME`` in the config; None: it has no settings."""
    basic: bool = False
    """Always loaded, without being named in the config: everything else stands on it."""
    kinds: tuple[Kind, ...] = ()
    """The kinds of targets that are its own."""
    domains: tuple[Domain, ...] = ()
    """The failure domains that it knows the members of."""
    services: tuple[Service, ...] = ()
    """What others need of it."""
    explains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Check to the checks whose problems on the same host it explains; ``*`` is every other check."""
    machine: Callable[[HostReply], Machine | Unknown] | None = None
    """What a reply shows of the host itself (pure); None: it reads nothing of the kind."""
    signs: SignSource | None = None
    """How it shows that people are at work; None: it shows nothing."""
    containers: tuple[OwnContainer, ...] = ()
    """The containers that hold its state."""
    stateful: tuple[str, ...] = ()
    """Of a basic integration: expressions for all names of containers that hold state. The generic runbooks refuse
    those."""
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    """Filters for texts about remedies, by name."""
    watched: Watched | None = None
    """The hosts that nobody watches while the config does not name it; None: nothing is said then."""
    content: Path | None = None
    """The directory of its own content (checks/, rules/, runbooks/); None: it has none, or its content lies in the
    core's directories."""
    simulation: Callable[[], object] | None = None
    """Gives what plays it in the cloud in memory (`remediator.sim.technology.Technology`), which is imported only when
    this is called. None: its containers are played like any other."""
    knowing: Callable[[Sequence[OwnContainer]], Integration] | None = None
    """The same integration once the containers of all installed ones are known; None: it asks for none."""

    @property
    def section_kinds(self) -> tuple[SectionKind[Any], ...]:
        """The kinds of all its sections."""
        return (*(spec.kind for spec in self.sections), *(spec.kind for spec in self.direct))
