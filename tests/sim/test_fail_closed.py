"""A part that the daemon stands on breaks while there is something to cure.

No command leaves, one alert goes out, and after the mend the problem is cured. A row of the table is one breakage, done
to the real file, directory, connection or clock, or to the time of the daemon's machine.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from remediator.sim.happenings.faults import store_faults
from remediator.sim.simulation import Simulation
from remediator.store.audit import verify
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

SOON_S = 40.0
"""Sampled bad three times, waited for, and sent."""
BROKEN_S = 90.0
"""The cure leaves within SOON_S where nothing holds it: the first test here shows that."""
CURED_S = 120.0
Mend = Callable[[], None]


@pytest.fixture
def signed(cloud: Walked) -> Walked:
    """A cloud whose daemon goes by the config in a file and has signed its log, just before something breaks in and
    below it."""
    cloud.simulation.write_config()
    kept.signed(cloud)
    return cloud


def crash(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()


def subjects(cloud: Walked) -> list[str]:
    return [str(page["subject"]) for page in cloud.simulation.mail.taken]


# what breaks, and how it is mended
# -------------------------------------------------------------------------------------------


def of_the_store(fault: Callable[[Simulation], Mend]) -> Callable[[Walked], Mend]:
    return lambda cloud: fault(cloud.simulation)


def pause_directory_unreadable(cloud: Walked) -> Mend:
    """A loop of links: nobody, root included, can tell what is behind it."""
    pausing = cloud.simulation.pause_file.parent
    pausing.rmdir()
    pausing.symlink_to(pausing.name)

    def mend() -> None:
        pausing.unlink()
        pausing.mkdir()

    return mend


def pause_is_behind_a_file(cloud: Walked) -> Mend:
    cloud.people.leave_a_file("unreadable")
    return cloud.people.let_go_of_the_file


def config(spoil: Callable[[Path], object], cloud: Walked) -> Mend:
    """The file of the config is spoilt, and somebody lets the daemon reload."""
    file = cloud.simulation.config_file
    assert file is not None
    good = file.read_text()
    spoil(file)
    cloud.simulation.reload()

    def mend() -> None:
        file.write_text(good)
        file.chmod(0o600)
        cloud.simulation.reload()

    return mend


def misspelt(file: Path) -> None:
    file.write_text(f"{file.read_text()}\nautonomie: {{R1: observe}}\n")


def clock_back(cloud: Walked) -> Mend:
    """What the incident has waited counts by the clock that says less: nothing leaves before the wall is where it
    was."""
    cloud.step_the_clock(-900.0)
    return lambda: cloud.run(900 - BROKEN_S)


def clock_ahead(cloud: Walked) -> Mend:
    """The clock runs evenly again for the five minutes that are asked of it."""
    cloud.step_the_clock(900.0)
    return lambda: cloud.run(300 - BROKEN_S + 5)


def checkpoints_of(cloud: Walked) -> Path:
    return Path(cloud.simulation.config.audit.checkpoints)


def checkpoints_unwritable(cloud: Walked) -> Mend:
    mend = checkpoints_gone(cloud, sign=False)
    checkpoints_of(cloud).mkdir()
    kept.signed(cloud)

    def mend_both() -> None:
        checkpoints_of(cloud).rmdir()
        mend()

    return mend_both


def checkpoints_gone(cloud: Walked, sign: bool = True) -> Mend:
    checkpoints = checkpoints_of(cloud)
    aside = checkpoints.with_name("aside")
    checkpoints.rename(aside)
    if sign:
        kept.signed(cloud)

    def mend() -> None:
        aside.rename(checkpoints)
        kept.signed(cloud)

    return mend


@dataclass(frozen=True, kw_only=True)
class Row:
    """One breakage. `alert`: how the subject of its one page ends; `store`: nothing can be stored while it lasts."""

    breaks: Callable[[Walked], Mend]
    alert: str
    store: bool = False


STORE = "its store cannot be used"
TABLE = {
    "database deleted": Row(breaks=of_the_store(store_faults.moved_away), alert=STORE, store=True),
    "state directory gone": Row(breaks=of_the_store(store_faults.unmounted), alert=STORE, store=True),
    "database locked by another": Row(breaks=of_the_store(store_faults.locked), alert=STORE, store=True),
    "database full": Row(breaks=of_the_store(store_faults.filled), alert=STORE, store=True),
    "database corrupt": Row(breaks=of_the_store(store_faults.overwritten), alert=STORE, store=True),
    "pause file: its directory unreadable": Row(breaks=pause_directory_unreadable, alert="pause unknown"),
    "pause file: behind what is no directory": Row(breaks=pause_is_behind_a_file, alert="pause unknown"),
    "config corrupt": Row(breaks=partial(config, misspelt), alert="reload refused"),
    "config no text": Row(
        breaks=partial(config, lambda file: file.write_bytes(b"\x00\xff\xfe")), alert="reload refused"
    ),
    "config gone": Row(breaks=partial(config, Path.unlink), alert="reload refused"),
    "wall clock set back": Row(breaks=clock_back, alert="clock"),
    "wall clock set ahead": Row(breaks=clock_ahead, alert="clock"),
    "checkpoint file unwritable": Row(breaks=checkpoints_unwritable, alert="checkpoint unwritable"),
    "checkpoint file gone": Row(breaks=checkpoints_gone, alert="checkpoint unwritable"),
}


def test_without_a_breakage_the_cure_leaves_soon_and_nobody_is_alerted(signed: Walked) -> None:
    crash(signed)
    assert signed.until(SOON_S, lambda: signed.verbs() == [("h1", "start")])
    assert subjects(signed) == []


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("when", ["before it went bad", "while it waits"])
def test_nothing_leaves_one_alert_goes_out_and_after_the_mend_it_is_cured(signed: Walked, name: str, when: str) -> None:
    row, cloud = TABLE[name], signed
    if when == "while it waits":
        crash(cloud)
        assert cloud.until(SOON_S, lambda: bool(cloud.world.durable.incidents))
        assert cloud.commands == 0
    mend = row.breaks(cloud)
    if when == "before it went bad":
        crash(cloud)
    cloud.run(BROKEN_S)
    assert cloud.commands == 0, "no command leaves"
    assert subjects(cloud) == [f"remediator does nothing: {row.alert}"], "one alert"
    assert (cloud.daemon.engine.store_error is not None) == row.store, "what /readyz says of the database"
    if row.store:
        assert levels(cloud, "store_unavailable") == ["erro"]
    cloud.watch.close()  # its own connection would hold on to files that a mend puts in the place of others
    mend()
    assert cloud.until(CURED_S, lambda: cloud.commands > 0), "progress"
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    assert cloud.incident("container/h1/memcached") is None, "cured"
    assert subjects(cloud) == [f"remediator does nothing: {row.alert}"], "still one alert"
    assert cloud.daemon.engine.store_error is None
    kept.signed(cloud)
    assert kept.verified(cloud)[0] == verify.INTACT


def levels(cloud: Walked, event: str) -> list[str]:
    """Return at which levels the daemon has logged `event`."""
    said = (line.split() for _, line in cloud.simulation.story)
    return [words[0] for words in said if words[1:2] == [event]]


# rows that end otherwise
# -----------------------------------------------------------------------------------------------------


def test_a_host_whose_clock_is_off_is_told_once_its_clock_is_left_alone_and_its_containers_are_cured(
    cloud: Walked,
) -> None:
    """Its times are taken by our clock, so its containers can be judged; what rests on clocks (Galera) refuses in its
    own rules."""
    cloud.host("h1").clock_offset_s = 3600.0
    crash(cloud)
    cloud.run(BROKEN_S)
    assert subjects(cloud) == ["CRITICAL host/h1 needs a person"]
    assert cloud.verbs() == [("h1", "start")]


def test_a_pause_that_a_person_gave_alerts_nobody(cloud: Walked) -> None:
    cloud.people.leave_a_file("there")
    crash(cloud)
    cloud.run(BROKEN_S)
    assert cloud.commands == 0
    assert subjects(cloud) == []
    cloud.people.let_go_of_the_file()
    assert cloud.until(SOON_S, lambda: cloud.verbs() == [("h1", "start")])


def copied(cloud: Walked) -> Path:
    """Return a copy of the store as it is, made beside the living daemon."""
    copy = cloud.simulation.directory / "backup.db"
    with (
        contextlib.closing(sqlite3.connect(kept.database(cloud))) as source,
        contextlib.closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)
    return copy


def pauses_come_and_go(cloud: Walked, number: int) -> None:
    for n in range(number):
        cloud.ask("pause", reason=f"{n}")
    cloud.ask("resume", all=True)


def test_an_old_copy_written_over_the_living_database_acts_on_nothing(signed: Walked) -> None:
    copy = copied(signed)
    pauses_come_and_go(signed, 20)
    crash(signed)
    with contextlib.closing(sqlite3.connect(kept.database(signed))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    signed.simulation.broken_store(lambda: None)
    shutil.copyfile(copy, kept.database(signed))
    signed.run(BROKEN_S)
    assert signed.commands == 0
    assert len(subjects(signed)) == 1
    assert signed.daemon.engine.store_error is not None or signed.world.health.restored is not None


def test_a_database_that_was_lost_and_put_back_from_last_nights_copy_waits_for_a_person(signed: Walked) -> None:
    copy = copied(signed)
    pauses_come_and_go(signed, 5)
    kept.signed(signed)
    crash(signed)
    store_faults.moved_away(signed.simulation)
    signed.run(20)
    shutil.copy(copy, kept.database(signed))
    signed.run(20)
    assert "another file was put in its place while it is open" in (signed.daemon.engine.store_error or "")
    assert subjects(signed) == [f"remediator does nothing: {STORE}"]
    signed.watch.close()
    signed.restart()
    signed.run(BROKEN_S)
    assert signed.commands == 0
    assert subjects(signed)[1:] == ["remediator does nothing: restored"]
    assert kept.accept(signed) == 0
    signed.run(CURED_S)
    assert signed.verbs() == [("h1", "start")]
    assert kept.verified(signed)[0] == verify.INTACT
    assert len(subjects(signed)) == 2


def test_a_notifier_that_fails_while_the_store_is_gone_is_asked_again(cloud: Walked) -> None:
    mail = cloud.simulation.mail
    mail.down = "connection refused"
    store_faults.moved_away(cloud.simulation)
    assert cloud.until(300, lambda: mail.refused == 2)
    assert mail.taken == []
    mail.down = ""
    cloud.run(300)
    assert mail.refused == 2
    assert subjects(cloud) == [f"remediator does nothing: {STORE}"]


def test_what_a_store_said_when_it_was_gone_is_in_the_log_when_it_is_back(cloud: Walked) -> None:
    unlock = store_faults.locked(cloud.simulation)
    since = cloud.now().wall
    cloud.run(30)
    unlock()
    cloud.run(5)
    (body,) = kept.entries(cloud, "store_back")
    assert "database is locked" in str(body)
    assert since <= datetime.fromisoformat(body["since"]) <= since + timedelta(seconds=10)
