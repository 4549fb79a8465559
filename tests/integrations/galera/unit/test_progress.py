"""How far a recovery is by the newest evidence: the bootstrapped member, each joiner, the end; and how long it may
take."""

from __future__ import annotations

import re
from typing import Any

import pytest

from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.steps import progress
from remediator.model.content.actions import Settled
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import CHOSEN, HOSTS, order
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

REFUSED = Unknown("sql_refused")


def boot(answer: Any = REFUSED, **changes: Any) -> HostReply:
    """Return the chosen member, ctl2: its unit is held, our container runs, and its SQL says `answer`."""
    galera = {"hold": world.held(), "helpers": world.helper(), **changes.pop("galera_changes", {})}
    base = world.stopped("ctl2", unit=make.STOPPED, **galera)
    return make.reply(
        "ctl2", **{**{name: one.data for name, one in base.sections.items()}, "galera_sql": answer, **changes}
    )


def bootstrapped(reply: HostReply, **changes: Any) -> Settled:
    return progress.bootstrapped(order("ctl1", reply, bound=CHOSEN, **changes), {"kept": 1})


def state(settled: Settled) -> str:
    assert not (settled.done and settled.failed)
    return "done" if settled.done else "failed" if settled.failed else "goes on"


@pytest.mark.parametrize(
    ("answer", "wanted", "words"),
    [
        (world.sql(size=1, at=78), "done", "ctl2: Primary and Synced at 78, uuid unchanged, no row counts from before"),
        (world.sql(size=1, at=77), "done", "at 77"),
        (REFUSED, "goes on", r"ctl2: starting, its SQL does not answer yet \(refused\)"),
        (world.sql("non-Primary", "Initialized"), "goes on", "Initialized in a non-Primary component"),
        (world.sql(state="Joined"), "goes on", "Joined in a Primary component"),
        (world.sql(size=1, at=76), "failed", r"it stands at 76 and recovered 77 \(GB-13\)"),
        (world.sql(size=1, at=99, uuid=world.OTHER), "failed", rf"the uuid is {world.OTHER} and was .*GB-12"),
    ],
)
def test_the_bootstrapped_member_is_judged_by_what_it_says_itself(answer: Any, wanted: str, words: str) -> None:
    found = bootstrapped(boot(answer))
    assert state(found) == wanted
    assert re.search(words, found.text)
    assert found.given["kept"] == 1


@pytest.mark.parametrize(
    ("helpers", "words"),
    [
        (world.helper(running=False, exit_code=0), "has ended with 0"),
        (world.helper(running=False, exit_code=137), "has ended with 137"),
        ({"remediator_galera_bootstrap": None}, "is not there any more"),
    ],
)
def test_a_container_that_ended_fails_it_whatever_its_code(helpers: Any, words: str) -> None:
    log = "x\n[ERROR] WSREP: It may not be safe to bootstrap the cluster from this node.\n"
    found = bootstrapped(boot(galera_changes={"helpers": helpers, "log_tail": log}))
    assert state(found) == "failed"
    assert words in found.text


def test_why_it_ended_is_named_or_quoted() -> None:
    ended = world.helper(running=False)
    named = bootstrapped(
        boot(
            galera_changes={"helpers": ended, "log_tail": "It may not be safe to bootstrap the cluster from this node."}
        )
    )
    quoted = bootstrapped(boot(galera_changes={"helpers": ended, "log_tail": "a\nlast words\n\n"}))
    silent = bootstrapped(boot(galera_changes={"helpers": ended, "log_tail": None}))
    assert "(not_safe_to_bootstrap)" in named.text
    assert "(its last line: last words)" in quoted.text
    assert "(its log says nothing)" in silent.text


@pytest.mark.parametrize("log_tail", ["\n", "  \n\n", " "])
def test_a_log_of_blank_lines_says_nothing(log_tail: str) -> None:
    found = bootstrapped(boot(galera_changes={"helpers": world.helper(running=False), "log_tail": log_tail}))
    assert "(its log says nothing)" in found.text


def test_what_the_engine_does_not_say_is_waited_for() -> None:
    silent = boot(galera_changes={"helpers": None, "container": None, "engine_reason": "timeout:engine"})
    assert state(bootstrapped(silent)) == "goes on"
    assert state(bootstrapped(make.reply("ctl2", reach=Reach.UNREACHABLE))) == "goes on"


@pytest.mark.parametrize(
    ("rows", "wanted", "words"),
    [
        ({"a.b": 100, "a.c": 10}, "done", "rows of a.b, a.c are there"),
        ({"a.b": 50, "a.c": 5}, "done", "are there"),
        ({"a.b": 49, "a.c": 10}, "failed", "a.b has 49 rows and had 100 (GB-13)"),
        ({"a.b": 100, "a.c": 0}, "failed", "a.c has 0 rows"),
        ({"a.b": 100, "a.c": Unknown("sql_missing")}, "goes on", "a.c are not counted yet (sql_missing)"),
        ({"a.b": 100}, "goes on", "a.c are not counted yet (not_counted)"),
        ({}, "goes on", "a.b are not counted yet"),
    ],
)
def test_rows_that_are_gone_fail_it_and_rows_not_counted_do_not_pass_it(rows: Any, wanted: str, words: str) -> None:
    kept = world.mark(canaries={"a.b": 100, "a.c": 10})
    found = bootstrapped(boot(world.sql(size=1, at=78), galera_canaries=rows), mark=kept)
    assert (state(found), words in found.text) == (wanted, True)


def caught_up(first: int | None, *, local: int = 77) -> dict[str, Any]:
    """Return what the log of a member tells that stood at `local` and received write sets from `first` on."""
    count = None if first is None else 12
    return {
        "group_uuid": world.UUID,
        "group_at": 95,
        "local_uuid": world.UUID,
        "local_at": local,
        "write_sets": count,
        "from": first,
    }


def joined(reply: HostReply, given: dict[str, Any] | None = None, results: Any = CHOSEN) -> Settled:
    return progress.joined(order("ctl1", reply, bound=results), given or {})


def test_a_joiner_is_done_when_it_is_synced_with_the_chosen_uuid() -> None:
    assert joined(world.running("ctl1", world.sql(size=2, at=79))) == Settled(
        text="ctl1: Synced by its own data: nothing was missing, size 2, at 79",
        done=True,
        given={"how": "its own data: nothing was missing"},
    )
    assert "by SST" in joined(world.running("ctl1"), {"how": "SST", "bytes": 5, "at_s": 1.0}).text
    foreign = joined(world.running("ctl1", world.sql(uuid=world.OTHER)))
    assert (state(foreign), world.OTHER in foreign.text) == ("failed", True)


def test_a_joiner_that_systemd_gave_up_has_failed_and_one_that_it_restarts_has_not() -> None:
    dead = joined(world.stopped("ctl1", log_tail="[ERROR] InnoDB: Database page corruption on disk"))
    assert (state(dead), dead.text) == ("failed", "ctl1: it did not stay up (innodb_corruption)")
    for unit in (make.RESTARTING, make.STOPPED):
        assert state(joined(world.stopped("ctl1", unit=unit))) == "goes on"
    assert state(joined(make.reply("ctl1", reach=Reach.UNREACHABLE))) == "goes on"


def test_the_progress_of_an_ist_is_what_it_received() -> None:
    first = joined(
        world.running(
            "ctl1",
            world.sql(state="Joining", wsrep_received_bytes=str(10 << 20)),
            asked_s=3600.0,
            transfer=caught_up(78),
        )
    )
    assert (first.text, state(first)) == ("ctl1: Joining, IST, 10.0 MiB", "goes on")
    later = world.running("ctl1", world.sql(state="Joining", wsrep_received_bytes=str(30 << 20)), asked_s=3610.0)
    assert joined(later, dict(first.given)).text == "ctl1: Joining, IST, 30.0 MiB, 2.0 MiB/s"


def test_the_progress_of_an_sst_is_the_size_of_its_data_and_it_stays_an_sst() -> None:
    unknown = joined(world.running("ctl1", REFUSED, sst_process=True, data_bytes=5 << 20, transfer=caught_up(None)))
    assert unknown.text == "ctl1: SQL refused, state transfer, 5.0 MiB", "its script runs for both kinds"
    first = joined(
        world.running("ctl1", REFUSED, sst_process=True, data_bytes=5 << 20, transfer=caught_up(None, local=-1))
    )
    assert first.text == "ctl1: SQL refused, SST, 5.0 MiB"
    later = joined(
        world.running("ctl1", world.sql(state="Joined"), asked_s=3605.0, transfer=caught_up(78)), dict(first.given)
    )
    assert ", SST, " in later.text, "write sets come after a whole copy as well"
    later = joined(world.running("ctl1", REFUSED, asked_s=3605.0, data_bytes=15 << 20), dict(first.given))
    assert later.text == "ctl1: SQL refused, SST, 15.0 MiB, 2.0 MiB/s"


def test_the_rate_is_never_negative_and_starts_anew_when_the_way_changes() -> None:
    given = {"how": "IST", "bytes": 50 << 20, "at_s": make.at(3590.0).wall.timestamp()}
    shrunk = joined(world.running("ctl1", world.sql(state="Joining", wsrep_received_bytes="0")), given)
    assert shrunk.text.endswith(", 0.0 MiB, 0.0 MiB/s")
    changed = joined(world.running("ctl1", REFUSED, sst_process=True, transfer=caught_up(None, local=-1)), given)
    assert changed.text == "ctl1: SQL refused, SST, 10.0 MiB"


def test_the_end_is_the_bootstrapped_member_in_its_own_unit() -> None:
    found = progress.finished(order("ctl1", world.running("ctl2"), bound=CHOSEN), {})
    assert (state(found), found.text.startswith("ctl2: Synced")) == ("done", True)
    assert state(progress.finished(order("ctl1", world.stopped("ctl2"), bound=CHOSEN), {})) == "failed"


@pytest.mark.parametrize(
    ("sizes", "kept", "limit_s"),
    [
        ((1 << 20, 1 << 20, 1 << 20), None, 1800.0),
        ((1 << 20, int(100e9), 1 << 20), None, 5000.0),
        ((None, None, None), int(200e9), 10000.0),
        ((None, None, None), None, 1800.0),
    ],
)
def test_a_whole_transfer_has_half_an_hour_or_what_its_data_takes(sizes: Any, kept: int | None, limit_s: float) -> None:
    replies = [world.stopped(host, data_bytes=size) for host, size in zip(HOSTS, sizes, strict=True)]
    assert progress.transfer_limit_s(order("ctl1", *replies, mark=world.mark(data_bytes=kept))) == limit_s


def test_what_no_figure_counts_is_said() -> None:
    assert progress.unseen(order("ctl1", mark=world.mark(age_s=30.0))).startswith("the mark is 30 s old")
    assert progress.unseen(order("ctl1", mark=None)) == "no high-water mark"


@pytest.mark.parametrize(("first", "said"), [(78, "IST of 12 write sets"), (50, "IST of 12 write sets"), (90, "SST")])
def test_how_a_member_came_back_is_what_its_log_says_of_its_own_position(first: int, said: str) -> None:
    """Galera runs its transfer's script for both; only where the write sets begin tells them apart."""
    assert f"Synced by {said}," in joined(world.running("ctl1", transfer=caught_up(first))).text
    assert f"Synced by {said}," in joined(world.running("ctl1", transfer=caught_up(first), sst_process=True)).text


def test_what_the_log_does_not_tell_is_not_said() -> None:
    for silent in ({"transfer": caught_up(None)}, {"log_tail": None}):
        assert "Synced by a transfer whose kind its log does not tell," in joined(world.running("ctl1", **silent)).text


LOG = """2026-11-23  6:50:00 1 [Note] WSREP: State transfer required: 
\tGroup state: {uuid}:{group}
\tLocal state: {local}:{at}
{rest}2026-11-23  6:50:09 1 [Note] WSREP: SST received: {uuid}:{group}
"""  # noqa: W291
RECEIVING = "2026-11-23  6:50:05 1 [Note] WSREP: Receiving IST: {count} writesets, seqnos {first}-{last}\n"


@pytest.mark.parametrize(
    ("at", "first", "said"),
    [(77, 78, "IST of 5 write sets"), (77, 90, "SST"), (-1, 90, "SST"), (-1, None, "SST"), (77, None, "a transfer")],
)
def test_the_host_reads_it_from_the_newest_life_of_the_server(at: int, first: int | None, said: str) -> None:
    rest = "" if first is None else RECEIVING.format(count=5, first=first, last=first + 4)
    remote: dict[str, Any] = {"__name__": "remote"}
    exec(galera.remote_source(), remote)
    found = remote["_transfer"](LOG.format(uuid=world.UUID, group=95, local=world.UUID, at=at, rest=rest))
    assert f"Synced by {said}" in joined(world.running("ctl1", transfer=found)).text
    assert remote["_transfer"]("ready for connections\n") is None
