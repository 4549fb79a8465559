"""What the loop knows: what was loaded, and six records of state, each with its writer.

Durable mirrors the store. Samples and Others are what was seen and heard since the start. Pending is what was ordered,
Waits is what waits, and SelfHealth is how the daemon itself is. Invariant: a failed turn leaves no trace in any of them
(undo.record).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remediator.config import Config
from remediator.daemon.state.durable import Durable
from remediator.daemon.state.loaded import Loaded
from remediator.daemon.state.others import Others
from remediator.daemon.state.pending import Pending
from remediator.daemon.state.samples import Samples
from remediator.daemon.state.self_health import SelfHealth
from remediator.daemon.state.setup import Setup
from remediator.daemon.state.waits import Waits
from remediator.daemon.state.wire import Effect
from remediator.inventory.naming import Names
from remediator.model.content.specs import Content
from remediator.model.hosts import Inventory
from remediator.model.times import Instant
from remediator.store.stored.loading import Stored


@dataclass
class World:
    """See the module. Owned by the loop thread; nobody else touches it."""

    setup: Setup
    loaded: Loaded
    samples: Samples
    durable: Durable = field(default_factory=Durable)
    pending: Pending = field(default_factory=Pending)
    waits: Waits = field(default_factory=Waits)
    others: Others = field(default_factory=Others)
    health: SelfHealth = field(default_factory=SelfHealth)
    _names: tuple[Names, Inventory, dict[str, tuple[str, ...]]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.pending.keep_only(self.loaded.inventory.hosts)

    @property
    def names(self) -> Names:
        """The index by which a name from outside means a host; built when it is first asked after something changed."""
        inventory, said = self.loaded.inventory, self.durable.said
        if self._names is None or self._names[1] is not inventory or self._names[2] is not said:
            self._names = Names(inventory.hosts, inventory.aliases, said), inventory, said
        return self._names[0]

    def take_content(
        self,
        config: Config,
        content: Content,
        inventory: Inventory,
        at: Instant | None = None,
        broken: Mapping[str, str] | None = None,
    ) -> None:
        """Use this config, content and inventory from now on, loaded `at`; None: when those before were.

        `broken`: which integrations of others cannot be used now; None: those that could not be used before.
        """
        before = self.loaded
        left = sorted(set(before.inventory.hosts) - set(inventory.hosts))
        self.loaded = Loaded(
            config=config,
            content=content,
            integrations=before.integrations,
            inventory=inventory,
            config_at=at if at is not None else before.config_at,
            broken=before.broken if broken is None else broken,
        )
        self.samples.facts.forget(left)
        left = self.pending.keep_only(inventory.hosts)
        self.samples.forget_hosts(left)
        self.others.forget_hosts(left)
        self.health.forget_hosts(left)
        self.samples.keep_only({check.name for check in self.loaded.checks()}, inventory.hosts)

    def adopt(self, stored: Stored) -> None:
        """Take over the durable state as the store has it."""
        self.durable.adopt(stored)
        left = [[name for name in names if name in self.loaded.inventory.hosts] for names in self.durable.one_machine]
        self.samples.facts.machines.restore(names for names in left if len(names) > 1)

    def begin(self) -> None:
        """Let a turn begin."""
        for record in (self.samples, self.pending, self.waits, self.others, self.health):
            record.begin()

    def take_back(self, effects: Iterable[Effect]) -> None:
        """Forget what a turn that was undone has made of the samples, and that its `effects` were under way."""
        self.samples.take_back()
        self.pending.take_back(effects)

    def undo(self) -> None:
        """Let all be as it was when the turn began; the durable state is read anew."""
        for record in (self.samples, self.pending, self.waits, self.others, self.health):
            record.undo()
        self.durable.stale()
