"""Puts a daemon together from its config and from what it stands on and stands in; the simulator brings another
`Ground`.

Invariant: everything that differs between a real daemon and a simulated one is a field of `Ground`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from remediator import notify
from remediator.collect.facts import FactStore
from remediator.config import Config
from remediator.daemon.engine.engine import Engine
from remediator.daemon.inhibit.inhibitors import Refrain
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.notify.delivery import Delivery, Notifying
from remediator.daemon.process import clock, composition, connections, systemd
from remediator.daemon.process.composition import Parts
from remediator.daemon.process.pools import Pools, Threads
from remediator.daemon.state.loaded import Loaded
from remediator.daemon.state.samples import Samples
from remediator.daemon.state.setup import Setup
from remediator.daemon.state.wire import Reloaded
from remediator.daemon.state.world import World
from remediator.model import redaction
from remediator.model.times import Clock
from remediator.reach import references
from remediator.reach.interface import Reacher
from remediator.store import identities, reader, retention, revision
from remediator.store.audit import blobs, checkpoints
from remediator.store.audit.slow_reading import SlowReading
from remediator.store.database import Database
from remediator.store.files import ballast, custody
from remediator.store.files.lock import StateLock

LONGER = "EXTEND_TIMEOUT_USEC=60000000"
"""Said while a store is upgraded: systemd lets the start take a minute more from then on."""

log = structlog.get_logger("remediator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Time, the ways to what is outside, and who makes the blocking calls."""

    clock: Clock
    pools: Pools
    reach_of: Callable[[Config], Reacher]
    try_references: Callable[[Sequence[tuple[str, int]]], Mapping[str, bool]]
    process_alive: Callable[[int, str], bool]
    new_id: Callable[[], str] = identities.new_id
    notifiers_of: Callable[[Config], Sequence[Notifying]] = notify.build
    read_anew: Callable[[Config], Reloaded] | None = None
    """How a reload reads config, content and inventory, given the config in force; None: from their files."""
    act_files: Callable[[], Mapping[str, str]] = dict
    """Gives the digest of each file of `remediator-act` that this release prints; by default of none."""
    reads_slowly: bool = False
    """Whether the whole store is read now and then, in quiet moments."""


def real_ground(act_files: Callable[[], Mapping[str, str]] = dict) -> Ground:
    """Return the ground of a real daemon: the system's clocks, threads, SSH."""
    return Ground(
        clock=clock.SystemClock(),
        pools=Threads(),
        reach_of=connections.reach_of,
        try_references=references.tried,
        process_alive=clock.process_alive,
        act_files=act_files,
        reads_slowly=True,
    )


class _Upgrading:
    """Called again and again while a store is upgraded: says so once, and to systemd each time that the start takes
    longer."""

    def __init__(self, cloud: str) -> None:
        self._cloud = cloud
        self._told = False

    def __call__(self) -> None:
        if not self._told:
            why = "an older release wrote the store: it is copied and brought to the form of this one"
            log.info("store_upgrade", cloud=self._cloud, reason=why)
        self._told = True
        systemd.tell(LONGER)


class Daemon:
    """A daemon that has locked its state directory and is ready to turn. `close` lets go of everything."""

    def __init__(self, config_path: str | None, parts: Parts, ground: Ground) -> None:
        """Raise StateLocked, StoreUnavailable, KeyUnusable or OSError; nothing is held then."""
        config = parts.config
        state_dir = Path(config.state_dir)
        self._lock = StateLock(state_dir)
        self._lock.take()
        self._reach = ground.reach_of(config)
        try:
            key = checkpoints.load_key(config.audit.key_path)
            custody.mend([*custody.of_state(state_dir), Path(config.audit.checkpoints)])
            ballast.lay(state_dir)
            self.database = Database(reader.location(config))
            found = self.database.open(ground.clock.now, _Upgrading(config.cloud))
            if found is not None:
                log.info("store_upgraded", cloud=config.cloud, found=found, revision=revision.HEAD)
            identity = identities.begin(self.database, config.cloud, ground.clock.now().wall, ground.new_id)
            self._reach.token = f"{config.cloud}:{identity.epoch}"
            refrain = Refrain(Path(config.pause_file), state_dir)
            self.world: World = world_of(parts, refrain, ground.clock)
            self.world.health.known_as(identity)
            self.world.setup.new_id = ground.new_id
            self.world.setup.act_files = ground.act_files()
            self.world.setup.process_alive = ground.process_alive
            self.world.setup.keep_output = lambda text: _keep(state_dir, text, ground.clock.now().wall.timestamp())
            self.world.setup.purge_outputs = lambda before_s: _purge(state_dir, before_s)
            self.engine = Engine(
                self.world,
                self.database,
                make_room=lambda: ballast.release(state_dir),
                lay_ballast=lambda: ballast.lay_again(state_dir),
            )
            reading = SlowReading(reader.location(config)) if ground.reads_slowly else None
            self.renew_tokens: composition.RenewTokens = lambda _: ()
            """Reads the tokens of the HTTP door anew; set by whoever opens that door."""
            collector = connections.collector_of(config, parts.integrations, self._reach, ground.clock)

            def from_files(before: Config) -> Reloaded:
                return composition.reloaded(
                    config_path, before, lambda config: self.renew_tokens(config), collector.renew
                )

            self.loop = Loop(
                self.engine,
                ground.clock,
                Hands(
                    collector=collector,
                    actor=self._reach,
                    deliver=Delivery(ground.notifiers_of(config)),
                    reload=lambda: (ground.read_anew or from_files)(self.world.loaded.config),
                    redact=redaction.text,
                    try_references=ground.try_references,
                    read_on=reading.read_on if reading is not None else None,
                ),
                ground.pools,
                checkpoints.CheckpointFile(Path(config.audit.checkpoints), key),
                refrain.end,
                refrain.checkpoint_failed,
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the hosts, the store and the state directory."""
        if (database := getattr(self, "database", None)) is not None:
            database.close()
        self._reach.close()
        self._lock.release()


def _keep(state_dir: Path, text: str, at_s: float) -> None:
    try:
        blobs.keep(state_dir / "blobs", text, at_s)
    except OSError as error:
        log.error("output_not_kept", reason=error.strerror)


def _purge(state_dir: Path, before_s: float) -> int:
    try:
        return blobs.purge(state_dir / "blobs", before_s, retention.BATCH)
    except OSError as error:
        log.error("outputs_not_purged", reason=error.strerror)
        return 0


def world_of(parts: Parts, refrain: Refrain, time: Clock) -> World:
    """Return a world that has seen nothing yet."""
    started_at = time.now()
    return World(
        setup=Setup(
            started_at=started_at,
            own_boot_id=clock.own_boot_id(),
            own_cgroup=clock.own_cgroup(),
            read_pause=refrain,
            process_alive=clock.process_alive,
        ),
        loaded=Loaded(
            config=parts.config,
            content=parts.content,
            integrations=parts.integrations,
            inventory=parts.inventory,
            config_at=started_at,
            broken=parts.broken,
        ),
        samples=Samples(facts=FactStore(parts.integrations)),
    )
