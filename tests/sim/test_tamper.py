"""Someone with the files at hand, and what `audit verify` says of each thing they can do: a code, the entry, and why.

The store is made by the engine, a few hundred entries with signed checkpoints, and copied for each test. Nothing here
goes through
the product to do harm: triggers are dropped, hashes are computed again. What cannot be seen from the files alone is a
test too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa

from remediator.config import Config
from remediator.daemon.loop import CHECKPOINT_EVERY
from remediator.model.times import Instant
from remediator.sim.config import CONFIG
from remediator.sim.proof.rivals import Pair
from remediator.store import epochs, errors, tables
from remediator.store.audit import chain, checkpoints, digests, verify
from remediator.store.database import Database, url_of
from remediator.store.journal import Journal
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

Row = dict[str, Any]
TAIL = 20
"""So many entries stand behind the newest checkpoint."""
MIDDLE, OLD = 50, 150
"""Between the first checkpoint and the second, and between the second and the third."""


@dataclass(frozen=True)
class Site:
    """A daemon's files, by its config. `marks`: the entries that a checkpoint signs; `entries`: how many there are."""

    directory: Path
    config: Config
    marks: tuple[int, ...]
    entries: int

    @property
    def database(self) -> Path:
        return self.directory / "state" / "remediator.db"

    @property
    def checkpoints(self) -> Path:
        return self.directory / "audit" / "c.jsonl"

    def verify(self) -> tuple[int, dict[str, Any]]:
        return verify.verify(self.config)

    def copy(self, to: Path) -> Site:
        shutil.copytree(self.directory, to)
        audit = {"checkpoints": str(to / "audit" / "c.jsonl"), "key": str(to / "audit" / "key")}
        changes = {"state_dir": str(to / "state"), "audit": self.config.audit.model_copy(update=audit)}
        return Site(to, self.config.model_copy(update=changes), self.marks, self.entries)


def site_of(cloud: Walked) -> Site:
    simulation = cloud.simulation
    lines = Path(simulation.config.audit.checkpoints).read_text().splitlines()
    marks = tuple(json.loads(line)["seq"] for line in lines)
    return Site(simulation.directory, simulation.config, marks, cloud.daemon.engine.audit_seq)


def grow(cloud: Walked, entries: int) -> None:
    while cloud.daemon.engine.audit_seq < entries:
        cloud.ask("pause", reason=f"reason at {cloud.daemon.engine.audit_seq}")
        cloud.ask("resume", all=True)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with a history of a cure and of many pauses; its loop has signed it three times, every hundred
    entries."""
    cloud = Walked()
    cloud.service("h1", "memcached").crash()
    cloud.run(90)
    assert cloud.verbs() == [("h1", "start")]
    grow(cloud, 2 * CHECKPOINT_EVERY + 10)
    marks = site_of(cloud).marks
    assert len(marks) == 3
    assert marks[0] < MIDDLE < MIDDLE + 30 < marks[1] < OLD < marks[2]
    grow(cloud, marks[-1] + TAIL)
    made = site_of(cloud)
    cloud.simulation.kill()
    copied = made.copy(tmp_path_factory.mktemp("pristine") / "site")
    cloud.close()
    return copied


@pytest.fixture
def site(pristine: Site, tmp_path: Path) -> Site:
    return pristine.copy(tmp_path / "site")


# what someone with the file can do
# -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(site: Site) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(site.database)) as database, database:
        yield database


def rows_of(site: Site) -> list[Row]:
    with opened(site) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM audit ORDER BY seq")]


def put(site: Site, rows: list[Row], head: Any = None) -> None:
    """Write the log anew, in a table without triggers, keys or types; `head` is what the database notes as its
    length."""
    names = list(tables.audit.columns.keys())
    with opened(site) as database:
        database.execute("DROP TABLE audit")
        database.execute(f"CREATE TABLE audit ({', '.join(names)})")
        database.executemany(
            f"INSERT INTO audit VALUES ({', '.join('?' * len(names))})", [[row[name] for name in names] for row in rows]
        )
        if head is not None:
            database.execute("UPDATE meta SET value = ? WHERE key = 'audit_head'", (head,))


def hashed(row: Row) -> Row:
    """Return `row` with both hashes computed again, as anyone can."""
    body = json.loads(row["body"])
    entry = {**row, "body": body, "body_sha256": hashlib.sha256(rfc8785.dumps(body)).hexdigest()}
    return {**row, "body_sha256": entry["body_sha256"], "hash": chain.entry_hash(entry)}


def numbered(rows: list[Row]) -> list[Row]:
    return [{**row, "seq": seq} for seq, row in enumerate(rows, start=1)]


def chained(rows: list[Row]) -> list[Row]:
    """Return `rows` numbered, linked and hashed from the first to the last: a whole log of its own."""
    prev, made = chain.GENESIS, []
    for row in numbered(rows):
        made.append(hashed({**row, "prev": prev}))
        prev = made[-1]["hash"]
    return made


def another(row: Row) -> Row:
    return {**row, "body": rfc8785.dumps({"reason": "nobody did that"}).decode()}


def edited(rows: list[Row], seq: int) -> list[Row]:
    return [another(row) if row["seq"] == seq else row for row in rows]


def without(rows: list[Row], seq: int) -> list[Row]:
    return [row for row in rows if row["seq"] != seq]


def with_more(rows: list[Row], seq: int) -> list[Row]:
    """Return `rows` with an invented entry before `seq`, well hashed and well linked to the one before it."""
    new = hashed({**another(rows[seq - 1]), "prev": rows[seq - 2]["hash"]})
    return [*rows[: seq - 1], new, *rows[seq - 1 :]]


def swapped(rows: list[Row], first: int, second: int) -> list[Row]:
    made = list(rows)
    made[first - 1], made[second - 1] = made[second - 1], made[first - 1]
    return made


def one_rehashed(rows: list[Row], seq: int) -> list[Row]:
    return [hashed(another(row)) if row["seq"] == seq else row for row in rows]


Damage = Callable[[list[Row]], list[Row]]
IN_THE_MIDDLE: dict[str, tuple[Damage, int | str, str]] = {
    "an edit": (lambda rows: edited(rows, MIDDLE), MIDDLE, "edited"),
    "an edit of the first": (lambda rows: edited(rows, 1), 1, "edited"),
    "an edit with its own hash": (lambda rows: one_rehashed(rows, MIDDLE), MIDDLE + 1, "inserted"),
    "an edit, all hashed again": (lambda rows: chained(edited(rows, MIDDLE)), "next mark", "fork"),
    "a deletion": (lambda rows: without(rows, MIDDLE), MIDDLE, "missing"),
    "a deletion of the first": (lambda rows: without(rows, 1), 1, "missing"),
    "a deletion, renumbered": (lambda rows: numbered(without(rows, MIDDLE)), MIDDLE, "missing"),
    "a deletion, all hashed again": (lambda rows: chained(without(rows, MIDDLE)), "next mark", "fork"),
    "an insertion": (lambda rows: with_more(rows, MIDDLE), MIDDLE, "inserted"),
    "an insertion, renumbered": (lambda rows: numbered(with_more(rows, MIDDLE)), MIDDLE, "inserted"),
    "an insertion, all hashed again": (lambda rows: chained(with_more(rows, MIDDLE)), "next mark", "fork"),
    "two swapped": (lambda rows: numbered(swapped(rows, MIDDLE, MIDDLE + 1)), MIDDLE, "reordered"),
    "two far ones swapped": (lambda rows: numbered(swapped(rows, MIDDLE, MIDDLE + 30)), MIDDLE, "reordered"),
    "two swapped, all hashed again": (lambda rows: chained(swapped(rows, MIDDLE, MIDDLE + 1)), "next mark", "fork"),
    "the clock of an entry set back": (
        lambda rows: [{**row, "at": "2020-01-01T00:00:00.000Z"} if row["seq"] == MIDDLE else row for row in rows],
        MIDDLE,
        "edited",
    ),
}


@pytest.mark.parametrize("what", IN_THE_MIDDLE)
def test_harm_in_the_middle_is_named(site: Site, what: str) -> None:
    damage, seq, why = IN_THE_MIDDLE[what]
    rows = damage(rows_of(site))
    put(site, rows, head=len(rows))
    code, found = site.verify()
    assert code == verify.TAMPERED
    assert found["first_bad"] == {"seq": site.marks[1] if seq == "next mark" else seq, "why": why}


@pytest.mark.parametrize("why", ["edited", "fork"])
def test_the_very_entry_that_is_signed_cannot_be_hashed_again(site: Site, why: str) -> None:
    signed = site.marks[1]
    rows = rows_of(site)
    put(site, edited(rows, signed) if why == "edited" else one_rehashed(rows, signed))
    assert site.verify()[1]["first_bad"] == {"seq": signed, "why": why}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", "[" * 100_000),
        ("body", None),
        ("body", b"\x7b\xff\x7d"),
        ("body", '{"n": 1e999}'),
        ("body", '{"a":1,"a":2}'),
        ("hash", None),
        ("at", 7),
        ("run", b"\x00"),
        ("seq", f"{MIDDLE}x"),
        ("seq", None),
        ("seq", MIDDLE + 0.5),
    ],
)
def test_whatever_is_written_into_an_entry_ends_in_a_verdict(site: Site, column: str, value: Any) -> None:
    put(site, [{**row, column: value} if row["seq"] == MIDDLE else row for row in rows_of(site)])
    code, found = site.verify()
    assert code == verify.TAMPERED
    assert found["first_bad"]["seq"] in ((1, MIDDLE, MIDDLE + 1) if column == "seq" else (MIDDLE,))


# the end of the log
# ----------------------------------------------------------------------------------------------------------


def test_a_tail_that_was_cut_is_truncated_while_the_database_still_notes_its_length(site: Site) -> None:
    put(site, rows_of(site)[:-3])
    assert site.verify()[1]["first_bad"] == {"seq": site.entries - 2, "why": "truncated"}


def test_a_tail_cut_beyond_a_checkpoint_is_rolled_back_whatever_the_database_notes(site: Site) -> None:
    kept = site.marks[-1] - 1
    put(site, rows_of(site)[:kept], head=kept)
    code, found = site.verify()
    assert (code, found["first_bad"]) == (verify.TAMPERED, {"seq": kept + 1, "why": "rolled_back"})


@pytest.mark.parametrize("noted", ["", "many", "1e3"])
def test_a_length_that_is_none_counts_as_a_cut_tail(site: Site, noted: str) -> None:
    put(site, rows_of(site), head=noted)
    assert site.verify()[1]["first_bad"] == {"seq": site.entries + 1, "why": "truncated"}


def test_an_entry_appended_with_good_hashes_by_a_hand_that_forgets_the_noted_length_is_inserted(site: Site) -> None:
    rows = rows_of(site)
    put(site, chained([*rows, another(rows[-1])]))
    assert site.verify()[1]["first_bad"] == {"seq": site.entries + 1, "why": "inserted"}


@pytest.mark.parametrize("what", ["cut", "rewritten", "longer"])
def test_not_detectable_what_becomes_of_the_tail_behind_the_newest_checkpoint(site: Site, what: str) -> None:
    """Not detectable from the files: the entries behind the newest checkpoint can be cut, rewritten or added to, all
    hashed again."""
    rows = rows_of(site)
    signed = site.marks[-1]
    newest = json.loads(rows[-1]["body"])["digests"]
    behind = [row for row in rows[signed:] if row["kind"] == digests.KIND]
    as_now = [row["seq"] for row in behind if json.loads(row["body"])["digests"] == newest]
    assert as_now[0] < site.entries
    changed = {
        "cut": rows[: as_now[0]],
        "rewritten": chained(edited(rows, signed + 1)),
        "longer": chained([*rows, {**another(rows[-1]), "kind": "note"}]),
    }[what]
    put(site, changed, head=len(changed))
    code, found = site.verify()
    assert (code, found["checkpoint_seq"]) == (verify.INTACT, signed), "it says how far the proof reaches"


def test_of_the_tail_behind_the_newest_checkpoint_the_newest_digests_must_still_fit_the_rows(site: Site) -> None:
    rows = rows_of(site)
    assert rows[-1]["kind"] == digests.KIND
    changed = chained(edited(rows, site.entries))
    put(site, changed, head=len(changed))
    code, found = site.verify()
    assert (code, found["ok"], found["first_bad"]) == (verify.TAMPERED, False, None)
    assert f"entry {site.entries} of the log, which has the digests" in found["rows"]


# copies put back
# -------------------------------------------------------------------------------------------------------------


def backup(site: Site, entries: int) -> Path:
    """Return a copy of the whole site from when it had `entries` entries."""
    old = site.copy(site.directory.with_name("backup"))
    put(old, rows_of(site)[:entries], head=entries)
    lines = site.checkpoints.read_text().splitlines(keepends=True)
    old.checkpoints.write_text("".join(line for line in lines if json.loads(line)["seq"] <= entries))
    return old.directory


def test_an_old_copy_of_the_database_is_rolled_back(site: Site) -> None:
    shutil.copy(backup(site, OLD) / "state" / "remediator.db", site.database)
    code, found = site.verify()
    assert (code, found["first_bad"]) == (verify.TAMPERED, {"seq": OLD + 1, "why": "rolled_back"})


def test_an_old_copy_with_its_wal_is_rolled_back(cloud: Walked, tmp_path: Path) -> None:
    kept.signed(cloud)
    config = cloud.simulation.config
    copy, old = tmp_path / "copy", cloud.daemon.engine.audit_seq
    shutil.copytree(config.state_dir, copy)
    assert (copy / "remediator.db-wal").stat().st_size > 0, "copied while it was open, as backups of directories are"
    grow(cloud, old + 30)
    kept.signed(cloud)
    cloud.simulation.kill()
    shutil.rmtree(config.state_dir)
    shutil.copytree(copy, config.state_dir)
    code, found = verify.verify(config)
    assert (code, found["first_bad"]) == (verify.TAMPERED, {"seq": old + 1, "why": "rolled_back"})


def test_a_second_writer_that_went_on_from_an_old_copy_has_forked_the_log(site: Site) -> None:
    old = replace(site, directory=backup(site, OLD))
    rows = rows_of(old)
    put(old, chained([*rows, *(another(rows[-1]) for _ in range(site.entries))]), head=OLD + site.entries)
    shutil.copy(old.database, site.database)
    assert site.verify()[1]["first_bad"] == {"seq": site.marks[-1], "why": "fork"}


def test_not_detectable_an_old_copy_that_comes_with_its_checkpoints_but_for_a_copy_kept_elsewhere(site: Site) -> None:
    """Not detectable from the files: who puts back both, puts back the proof. A copy of the checkpoints kept elsewhere
    tells."""
    elsewhere = site.directory / "elsewhere.jsonl"
    shutil.copy(site.checkpoints, elsewhere)
    old = backup(site, OLD)
    shutil.copy(old / "state" / "remediator.db", site.database)
    shutil.copy(old / "audit" / "c.jsonl", site.checkpoints)
    assert site.verify()[0] == verify.INTACT
    shutil.copy(elsewhere, site.checkpoints)
    assert site.verify()[1]["first_bad"] == {"seq": OLD + 1, "why": "rolled_back"}


def test_not_detectable_a_log_signed_again_by_someone_with_the_key_but_for_a_copy_kept_elsewhere(site: Site) -> None:
    """Not detectable from the files: who has the key can sign any log. A copy of the checkpoints kept elsewhere
    tells."""
    elsewhere = site.directory / "elsewhere.jsonl"
    shutil.copy(site.checkpoints, elsewhere)
    rows = chained(edited(rows_of(site), MIDDLE))
    put(site, rows)
    key = checkpoints.load_key(site.config.audit.key_path)
    site.checkpoints.unlink()
    forged = checkpoints.CheckpointFile(site.checkpoints, key)
    for seq in site.marks:
        forged.write(seq, rows[seq - 1]["hash"], NOW)
    assert site.verify()[0] == verify.INTACT
    shutil.copy(elsewhere, site.checkpoints)
    assert site.verify()[1]["first_bad"] == {"seq": site.marks[1], "why": "fork"}


# the checkpoint file
# ---------------------------------------------------------------------------------------------------------

NOW = Instant(verify.times.parse_rfc3339("2026-01-06T00:00:00.000Z"), 9000.0, "boot")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [], "there is no checkpoint"),
        (lambda lines: lines[1:], "line 1"),
        (lambda lines: [lines[0], lines[2]], "line 2"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1"),
        (lambda lines: [*lines[:2], lines[2].replace(b'"seq":2', b'"seq":1')], "line 3"),
        (lambda lines: [*lines, b"\xff\xfe\n"], "line 4"),
        (lambda lines: [*lines, b"[" * 100_000 + b"\n"], "line 4"),
        (lambda lines: [*lines, b'{"seq":"x","hash":1,"at":2,"prev_sha256":3,"sig":4}\n'], "line 4"),
    ],
)
def test_a_checkpoint_file_that_was_touched_cannot_tell_and_says_where(
    site: Site, change: Callable[[list[bytes]], list[bytes]], says: str
) -> None:
    site.checkpoints.write_bytes(b"".join(change(site.checkpoints.read_bytes().splitlines(keepends=True))))
    code, found = site.verify()
    assert code == verify.CANNOT_TELL
    assert says in found["error"]


def test_a_new_key_cannot_tell(site: Site) -> None:
    path = site.config.audit.key_path
    path.unlink()
    checkpoints.load_key(path)
    code, found = site.verify()
    assert code == verify.CANNOT_TELL
    assert "its signature is not by this key" in found["error"]


def test_not_detectable_the_newest_checkpoints_taken_away(site: Site) -> None:
    """Not detectable from the files: without its last lines the checkpoint file is a whole, shorter one."""
    site.checkpoints.write_text("".join(site.checkpoints.read_text().splitlines(keepends=True)[:1]))
    code, found = site.verify()
    assert (code, found["checkpoint_seq"]) == (verify.INTACT, site.marks[0]), "it says how far the proof reaches"


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "not as we left it"),
        (lambda path: path.write_text(""), "not as we left it"),
        (lambda path: path.write_bytes(path.read_bytes() + b"{}\n"), "not as we left it"),
        (lambda path: path.unlink(), "No such file"),
    ],
)
def test_a_living_daemon_signs_nothing_into_a_file_that_is_not_as_it_left_it(
    site: Site, harm: Callable[[Path], None], says: str
) -> None:
    key = checkpoints.load_key(site.config.audit.key_path)
    file = checkpoints.CheckpointFile(site.checkpoints, key)
    whole = site.checkpoints.read_bytes()
    head = rows_of(site)[-1]
    harm(site.checkpoints)
    with pytest.raises(OSError, match=says):
        file.write(site.entries, head["hash"], NOW)
    site.checkpoints.write_bytes(whole)
    file.write(site.entries, head["hash"], NOW)
    assert site.verify() == (
        verify.INTACT,
        {"ok": True, "entries": site.entries, "first_bad": None, "checkpoint_seq": site.entries},
    )


@pytest.mark.parametrize("harm", ["none", "removed", "cut", "foreign", "new key"])
def test_a_start_holds_the_store_against_its_checkpoints_and_an_acceptance_begins_anew(site: Site, harm: str) -> None:
    path = site.config.audit.key_path
    if harm == "removed":
        site.checkpoints.unlink()
    elif harm == "cut":
        site.checkpoints.write_text("".join(site.checkpoints.read_text().splitlines(keepends=True)[1:]))
    elif harm == "foreign":
        site.checkpoints.write_bytes(site.checkpoints.read_bytes() + b"hello\n")
    elif harm == "new key":
        path.unlink()
    file = checkpoints.CheckpointFile(site.checkpoints, checkpoints.load_key(path))
    rows = rows_of(site)
    why = file.disagreement(site.entries, lambda seq: str(rows[seq - 1]["hash"]), starts=2)
    assert (why is None) == (harm == "none")
    if why is None:
        return
    assert str(site.checkpoints) in why
    file.write(site.entries, rows[-1]["hash"], NOW, {"from": 0, "kept": 0})
    assert site.verify()[0] == verify.INTACT
    kept = [each for each in site.checkpoints.parent.iterdir() if ".not-ours-" in each.name]
    assert len(kept) == (harm != "removed"), "what was there is kept as it was"


def test_a_first_start_has_no_checkpoints_and_nothing_to_explain(tmp_path: Path) -> None:
    key = checkpoints.load_key(tmp_path / "key")
    assert checkpoints.CheckpointFile(tmp_path / "c.jsonl", key).disagreement(1, lambda _seq: None, starts=1) is None


# while the daemon lives
# ------------------------------------------------------------------------------------------------------


def test_the_log_may_grow_while_it_is_verified(site: Site) -> None:
    writer = Database(url_of(site.directory / "state", None))
    writer.open()
    written = []

    def append(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM meta" in statement and not written:
            written.append(statement)
            with writer.transaction() as connection:
                Journal(connection, NOW).audit("pause", "root", {"reason": "just now"})

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", append)
    try:
        code, found = site.verify()
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", append)
        writer.close()
    assert len(written) == 1
    assert (code, found["entries"]) == (verify.INTACT, site.entries)
    assert site.verify()[1]["entries"] == site.entries + 1


def test_a_second_hand_in_the_same_database_is_named_and_held_until_it_is_accepted(cloud: Walked) -> None:
    other = Database(url_of(Path(cloud.simulation.config.state_dir), None))
    other.open()
    with other.transaction() as connection:
        forged = Journal(connection, cloud.now()).audit("approved", "alex", {"run": "run-1"})
    other.close()
    cloud.service("h1", "memcached").crash()
    cloud.run(120)
    assert cloud.verbs() == []
    assert f"entries {forged} to {forged} of the store were written by someone else" in (
        cloud.world.health.restored or ""
    )
    assert [page["subject"] for page in cloud.simulation.mail.taken] == ["remediator does nothing: restored"]
    assert kept.entries(cloud, "other_hand") != []
    assert kept.accept(cloud) == 0
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    assert kept.verified(cloud)[0] == verify.INTACT


def test_of_two_daemons_on_one_database_only_the_later_one_acts_and_writes(tmp_path: Path) -> None:
    pair = Pair(tmp_path, CONFIG, CONFIG, wrapped=False)
    first, second = pair.both
    same = second.config.database.model_copy(update={"url": url_of(Path(first.config.state_dir), None)})
    second.config = second.config.model_copy(update={"database": same, "audit": first.config.audit})
    first.start()
    pair.run(40)
    second.start()
    pair.cloud.service("ctl1", "memcached").crash()
    pair.run(180)
    assert pair.acts[id(first)].left == []
    assert [host for _, host, _ in pair.acts[id(second)].left] == ["ctl1"]
    assert first.daemon is not None
    assert second.daemon is not None
    assert "another daemon has taken it over" in (first.daemon.engine.store_error or "")
    (page,) = first.mail.taken
    assert page["subject"] == "remediator does nothing: its store cannot be used"
    assert "another daemon" in str(page["text"])
    assert second.daemon.engine.store_error is None
    second.daemon.loop._checkpoint(force=True)
    assert verify.verify(second.config)[0] == verify.INTACT
    pair.close()


def test_a_daemon_that_was_replaced_cannot_write_another_word(tmp_path: Path) -> None:
    first, second = Database(url_of(tmp_path, None)), Database(url_of(tmp_path, None))
    first.open()
    second.open()
    taken = epochs.take(first, NOW.wall), epochs.take(second, NOW.wall)
    assert taken[0] < taken[1]
    with pytest.raises(errors.StoreUnavailable, match="another daemon has taken it over"), first.transaction():
        raise AssertionError("nothing may be written here")
    with second.transaction() as connection:
        assert chain.head(connection) == (0, chain.GENESIS)
    first.close()
    second.close()


def test_a_clock_set_back_between_entries_is_named_and_does_not_make_the_log_a_false_one(cloud: Walked) -> None:
    cloud.step_the_clock(-3600.0)
    cloud.run(5)
    grow(cloud, cloud.daemon.engine.audit_seq + 4)
    kept.signed(cloud)
    code, found = kept.verified(cloud)
    named = next(row for row in rows_of(site_of(cloud)) if row["kind"] == "clock")
    assert "the wall clock stepped by -3600 s" in named["body"]
    assert code == verify.INTACT
    (back,) = found["clock_set_back"]
    assert back["seq"] == named["seq"]
    assert 3500 < back["by_s"] <= 3600


def test_a_journal_from_the_future_holds_however_often_the_daemon_starts(cloud: Walked) -> None:
    cloud.service("h1", "memcached").crash()
    cloud.step_the_clock(-3600.0)
    for _ in range(3):
        cloud.restart()
        cloud.run(600, stride=15.0)
    assert cloud.verbs() == []
    assert "from the future" in (cloud.world.health.clock_brake or "")
    cloud.run(1900, stride=15.0)
    assert cloud.verbs() == [("h1", "start")]
