"""What the daemon stands on breaks while there is something to cure: no command leaves, one alert goes out, and after the mend it is cured.

A row of the table is one breakage, done to the real file, directory, connection or clock; the rest of the daemon is the real one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from remediator.daemon.inhibit.refraining import Refrain
from remediator.daemon.process import composing
from remediator.daemon.turn.wire import Deliver, Delivered, Effect
from remediator.model.replies import HostReply
from remediator.store import verify
from tests.sim.cloud import CONFIG, Cloud
from tests.sim.test_restored import Watched

pytestmark = pytest.mark.sim

BROKEN_S = 90.0
"""The cure leaves within 30 s where nothing holds it: the first test here shows that."""
CURED_S = 120.0


@dataclass
class Broken:
    """The cloud with the real look at the pause file, the room and the checkpoint file; `undo` holds what a mend needs."""

    cloud: Cloud
    watched: Watched
    refrain: Refrain
    undo: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.cloud.directory / "state"

    @property
    def database(self) -> Path:
        return self.state / "remediator.db"

    @property
    def checkpoints(self) -> Path:
        return self.cloud.directory / "audit" / "c.jsonl"

    @property
    def config(self) -> Path:
        return self.cloud.directory / "config.yaml"

    def live(self, pragma: str) -> Any:
        """Set or read a pragma of the daemon's own connection."""
        connection = self.cloud.database._connection
        assert connection is not None
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
        connection.rollback()
        return found

    def sign(self) -> None:
        """What the loop does every few minutes."""
        self.watched.look()
        self.refrain.checkpoint_failed(self.watched.errors[-1] if self.watched.errors else None)

    def reload(self) -> None:
        reloaded = composing.reloaded(str(self.config), self.cloud.world.loaded.config)
        self.cloud.step(reloaded)

    def start(self) -> None:
        """Start the daemon on whatever is there now."""
        self.cloud.boot()
        self._look_outside()

    def _look_outside(self) -> None:
        self.refrain = Refrain(self.cloud.directory / "etc" / "PAUSE", self.state)
        self.cloud.world.setup.read_pause = self.refrain
        self.watched = Watched(self.cloud)
        self.cloud.engine = type(self.cloud.engine)(self.cloud.world, self.cloud.database)
        self.watched = Watched(self.cloud)


def made(tmp_path: Path) -> Broken:
    """Return a cloud whose daemon runs and has signed its log, just before something breaks in the cloud and below the daemon."""
    (tmp_path / "etc").mkdir()
    cloud = Cloud(tmp_path, CONFIG)
    broken = Broken(cloud, None, None)  # type: ignore[arg-type]
    broken._look_outside()
    cloud.run(20)
    broken.sign()
    return broken


# what breaks, and how it is mended -------------------------------------------------------------------------------------------


def moved_away(broken: Broken) -> None:
    for path in broken.state.glob("remediator.db*"):
        path.rename(broken.cloud.directory / path.name)


def moved_back(broken: Broken) -> None:
    for path in broken.cloud.directory.glob("remediator.db*"):
        path.rename(broken.state / path.name)


def unmounted(broken: Broken) -> None:
    broken.state.rename(broken.cloud.directory / "elsewhere")


def mounted(broken: Broken) -> None:
    (broken.cloud.directory / "elsewhere").rename(broken.state)


def lock(broken: Broken) -> None:
    broken.live("busy_timeout = 0")
    other = sqlite3.connect(broken.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    broken.undo["other"] = other


def unlock(broken: Broken) -> None:
    broken.undo["other"].execute("ROLLBACK")
    broken.undo["other"].close()


def fill(broken: Broken) -> None:
    broken.undo["pages"] = broken.live("max_page_count")
    broken.live(f"max_page_count = {broken.live('page_count')}")
    with broken.cloud.database.transaction() as connection, contextlib.suppress(Exception):
        connection.exec_driver_sql("CREATE TABLE filler (x)")
        while True:
            connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(100))")


def empty(broken: Broken) -> None:
    broken.live(f"max_page_count = {broken.undo['pages']}")


def corrupt(broken: Broken) -> None:
    """Write over every page of the database and of its log, in place, as a failing disk or a stray dd does."""
    for path in (broken.database, broken.database.with_name("remediator.db-wal")):
        broken.undo[path.name] = path.read_bytes()
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))


def heal(broken: Broken) -> None:
    """Put the good bytes back in place while the daemon is stopped, and start it."""
    broken.cloud.database.close()
    for name in ("remediator.db", "remediator.db-wal"):
        (broken.state / name).write_bytes(broken.undo[name])
    (broken.state / "remediator.db-shm").unlink(missing_ok=True)
    broken.start()


def pause_directory_unreadable(broken: Broken) -> None:
    """A loop of links: nobody, root included, can tell what is behind it."""
    etc = broken.cloud.directory / "etc"
    etc.rmdir()
    etc.symlink_to("etc")


def pause_directory_readable(broken: Broken) -> None:
    etc = broken.cloud.directory / "etc"
    etc.unlink()
    etc.mkdir()


def pause_is_behind_a_file(broken: Broken) -> None:
    etc = broken.cloud.directory / "etc"
    etc.rmdir()
    etc.write_text("not a directory")


def config_corrupt(broken: Broken) -> None:
    broken.undo["config"] = broken.config.read_text()
    broken.config.write_text(broken.undo["config"] + "\nautonomie: {R1: observe}\n")
    broken.reload()


def config_mended(broken: Broken) -> None:
    broken.config.write_text(broken.undo["config"])
    broken.reload()


def config_is_binary(broken: Broken) -> None:
    broken.undo["config"] = broken.config.read_text()
    broken.config.write_bytes(b"\x00\xff\xfe")
    broken.reload()


def config_is_gone(broken: Broken) -> None:
    broken.undo["config"] = broken.config.read_text()
    broken.config.unlink()
    broken.reload()


def config_is_back(broken: Broken) -> None:
    broken.config.write_text(broken.undo["config"])
    broken.config.chmod(0o600)
    broken.reload()


def clock_back(broken: Broken) -> None:
    broken.cloud.wall_offset_s = -900.0


def clock_ahead(broken: Broken) -> None:
    broken.cloud.wall_offset_s = 900.0


def five_minutes(broken: Broken) -> None:
    """The clock runs evenly again for the time that is asked of it."""
    broken.cloud.run(300 - BROKEN_S + 5)


def checkpoints_unwritable(broken: Broken) -> None:
    broken.checkpoints.rename(broken.checkpoints.with_name("aside"))
    broken.checkpoints.mkdir()
    broken.sign()


def checkpoints_writable(broken: Broken) -> None:
    broken.checkpoints.rmdir()
    broken.checkpoints.with_name("aside").rename(broken.checkpoints)
    broken.sign()


def checkpoints_gone(broken: Broken) -> None:
    broken.checkpoints.rename(broken.checkpoints.with_name("aside"))
    broken.sign()


def checkpoints_back(broken: Broken) -> None:
    broken.checkpoints.with_name("aside").rename(broken.checkpoints)
    broken.sign()


def until_it_has_passed(broken: Broken) -> None:
    """What the incident has waited counts by the clock that says less: nothing leaves before the wall is where it was."""
    broken.cloud.run(900 - BROKEN_S)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One breakage. `alert`: how the subject of its one page ends; `store`: nothing can be stored while it lasts."""

    breaks: Callable[[Broken], None]
    mends: Callable[[Broken], None]
    alert: str
    store: bool = False


STORE = "its store cannot be used"
TABLE = {
    "database deleted": Row(breaks=moved_away, mends=moved_back, alert=STORE, store=True),
    "state directory gone": Row(breaks=unmounted, mends=mounted, alert=STORE, store=True),
    "database locked by another": Row(breaks=lock, mends=unlock, alert=STORE, store=True),
    "database full": Row(breaks=fill, mends=empty, alert=STORE, store=True),
    "database corrupt": Row(breaks=corrupt, mends=heal, alert=STORE, store=True),
    "pause file: its directory unreadable": Row(
        breaks=pause_directory_unreadable, mends=pause_directory_readable, alert="pause unknown"
    ),
    "pause file: behind what is no directory": Row(
        breaks=pause_is_behind_a_file,
        mends=lambda b: ((b.cloud.directory / "etc").unlink(), None)[1],
        alert="pause unknown",
    ),
    "config corrupt": Row(breaks=config_corrupt, mends=config_mended, alert="reload refused"),
    "config no text": Row(breaks=config_is_binary, mends=config_mended, alert="reload refused"),
    "config gone": Row(breaks=config_is_gone, mends=config_is_back, alert="reload refused"),
    "wall clock set back": Row(breaks=clock_back, mends=until_it_has_passed, alert="clock"),
    "wall clock set ahead": Row(breaks=clock_ahead, mends=five_minutes, alert="clock"),
    "checkpoint file unwritable": Row(
        breaks=checkpoints_unwritable, mends=checkpoints_writable, alert="checkpoint unwritable"
    ),
    "checkpoint file gone": Row(breaks=checkpoints_gone, mends=checkpoints_back, alert="checkpoint unwritable"),
}


def subjects(cloud: Cloud) -> list[str]:
    return [str(body["subject"]) for body in cloud.delivered]


def test_without_a_breakage_the_cure_leaves_soon_and_nobody_is_alerted(tmp_path: Path) -> None:
    broken = made(tmp_path)
    broken.cloud.hosts["h1"].units["memcached"].fail()
    assert broken.cloud.run(30, until=lambda: broken.cloud.verbs() == [("h1", "start")])
    assert subjects(broken.cloud) == []
    broken.cloud.database.close()


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("when", ["before it went bad", "while it waits"])
def test_nothing_leaves_one_alert_goes_out_and_after_the_mend_it_is_cured(tmp_path: Path, name: str, when: str) -> None:
    row, broken = TABLE[name], made(tmp_path)
    cloud = broken.cloud
    if when == "while it waits":
        cloud.hosts["h1"].units["memcached"].fail()
        cloud.run(6)
        assert cloud.verbs() == []
    with structlog.testing.capture_logs() as said:
        row.breaks(broken)
        cloud.hosts["h1"].units["memcached"].fail()
        cloud.run(BROKEN_S)
        assert cloud.verbs() == [], "no command leaves"
        assert subjects(cloud) == [f"remediator does nothing: {row.alert}"], "one alert"
        assert (cloud.engine.store_error is not None) == row.store, "what /readyz says of the database"
        if row.store:
            assert [line["log_level"] for line in said if line["event"] == "store_unavailable"] == ["error"]
        row.mends(broken)
        assert cloud.run(CURED_S, until=lambda: cloud.verbs() != []), "progress"
        cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    assert cloud.incident("container/h1/memcached") is None, "cured"
    assert subjects(cloud) == [f"remediator does nothing: {row.alert}"], "still one alert"
    assert cloud.engine.store_error is None
    broken.sign()
    assert verify.verify(cloud.config)[0] == verify.INTACT
    cloud.database.close()


# rows that end otherwise -----------------------------------------------------------------------------------------------------


class Off(Cloud):
    """A cloud in which the clock of h1 is ahead of ours."""

    ahead_s = 0.0

    def _reply(self, effect: Any) -> HostReply:
        reply = super()._reply(effect)
        ahead_s = self.ahead_s if reply.host == "h1" else 0.0
        return dataclasses.replace(reply, host_clock_s=(reply.host_clock_s or 0.0) + ahead_s)


def test_a_host_whose_clock_is_off_is_told_once_its_clock_is_left_alone_and_its_containers_are_cured(
    tmp_path: Path,
) -> None:
    """Its times are taken by our clock, so its containers can be judged; what rests on clocks (Galera) refuses in its own rules."""
    cloud = Off(tmp_path)
    cloud.run(20)
    cloud.ahead_s = 3600.0
    cloud.hosts["h1"].units["memcached"].fail()
    cloud.run(BROKEN_S)
    assert subjects(cloud) == ["CRITICAL host/h1 needs a person"]
    assert cloud.verbs() == [("h1", "start")]
    cloud.database.close()


def test_a_pause_that_a_person_gave_alerts_nobody(tmp_path: Path) -> None:
    broken = made(tmp_path)
    (tmp_path / "etc" / "PAUSE").write_text("the network is being rebuilt")
    broken.cloud.hosts["h1"].units["memcached"].fail()
    broken.cloud.run(BROKEN_S)
    assert broken.cloud.verbs() == []
    assert subjects(broken.cloud) == []
    (tmp_path / "etc" / "PAUSE").unlink()
    assert broken.cloud.run(30, until=lambda: broken.cloud.verbs() == [("h1", "start")])
    broken.cloud.database.close()


def test_an_old_copy_written_over_the_living_database_acts_on_nothing(tmp_path: Path) -> None:
    broken = made(tmp_path)
    cloud = broken.cloud
    copy = tmp_path / "backup.db"
    with (
        contextlib.closing(sqlite3.connect(broken.database)) as source,
        contextlib.closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)
    for n in range(20):
        cloud.ask("pause", reason=f"{n}")
    cloud.ask("resume", all=True)
    cloud.hosts["h1"].units["memcached"].fail()
    broken.live("wal_checkpoint(TRUNCATE)")
    shutil.copyfile(copy, broken.database)
    cloud.run(BROKEN_S)
    assert cloud.verbs() == []
    assert len(subjects(cloud)) == 1
    assert cloud.engine.store_error is not None or cloud.world.health.restored is not None
    cloud.database.close()


def test_a_database_that_was_lost_and_put_back_from_last_nights_copy_waits_for_a_person(tmp_path: Path) -> None:
    broken = made(tmp_path)
    cloud = broken.cloud
    copy = tmp_path / "backup.db"
    with (
        contextlib.closing(sqlite3.connect(broken.database)) as source,
        contextlib.closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)
    for n in range(5):
        cloud.ask("pause", reason=f"{n}")
    cloud.ask("resume", all=True)
    broken.sign()
    cloud.hosts["h1"].units["memcached"].fail()
    for path in broken.state.glob("remediator.db*"):
        path.unlink()
    cloud.run(20)
    shutil.copy(copy, broken.database)
    cloud.run(20)
    assert "another file was put in its place while it is open" in (cloud.engine.store_error or "")
    assert subjects(cloud) == [f"remediator does nothing: {STORE}"]
    cloud.database.close()
    broken.start()
    cloud.run(3)
    broken.sign()
    cloud.run(BROKEN_S)
    assert cloud.verbs() == []
    assert subjects(cloud)[1:] == ["remediator does nothing: restored"]
    assert broken.watched.accept() == 0
    cloud.run(CURED_S)
    assert cloud.verbs() == [("h1", "start")]
    assert broken.watched.verified()[0] == verify.INTACT
    assert len(subjects(cloud)) == 2
    cloud.database.close()


def test_a_notifier_that_fails_while_the_store_is_gone_is_asked_again(tmp_path: Path) -> None:
    class Deaf(Cloud):
        def _carry_out(self, effect: Effect) -> None:
            if isinstance(effect, Deliver) and len(self.refused) < 2:
                self.refused.append(self.elapsed_s)
                self.later.append((self.elapsed_s + 1, Delivered(n=effect.n, error="connection refused")))
                return
            super()._carry_out(effect)

        refused: list[float] = []  # noqa: RUF012 - one test makes one of these

    cloud = Deaf(tmp_path)
    cloud.run(20)
    for path in (tmp_path / "state").glob("remediator.db*"):
        path.unlink()
    cloud.run(300)
    assert len(cloud.refused) == 2
    assert subjects(cloud) == [f"remediator does nothing: {STORE}"]
    cloud.database.close()


def test_what_a_store_said_when_it_was_gone_is_in_the_log_when_it_is_back(tmp_path: Path) -> None:
    broken = made(tmp_path)
    lock(broken)
    broken.cloud.run(30)
    unlock(broken)
    broken.cloud.run(2)
    with contextlib.closing(sqlite3.connect(broken.database)) as database:
        (body,) = database.execute("SELECT body FROM audit WHERE kind = 'store_back'").fetchone()
    assert "database is locked" in body
    assert '"since":"2026-01-05T03:00:2' in body
    broken.cloud.database.close()
