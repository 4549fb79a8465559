"""The table of what MariaDB and its provider write: each row by its example, on the host and in the judgement, and
reports of others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.actions import start
from remediator.integrations.galera.judgement import phrases
from remediator.integrations.galera.judgement.build_picture import picture
from remediator.integrations.galera.judgement.decision import Procedure, outlook
from remediator.integrations.galera.logs import causes, texts
from tests.integrations.galera.unit import world

pytestmark = pytest.mark.unit

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(galera.remote_source(), REMOTE)

ADVICE = """InnoDB: We intentionally generate a memory trap.
InnoDB: If you get repeated assertion failures or crashes, even
InnoDB: immediately after the mariadbd startup, there may be
InnoDB: corruption in the InnoDB tablespace. Please refer to
InnoDB: the page about its recovery modes, about forcing recovery.
[ERROR] /usr/sbin/mariadbd got signal 6 ;
It is also possible that this binary is corrupt, improperly built, or misconfigured.
"""


@pytest.mark.parametrize("text", texts.TABLE, ids=lambda one: one.name)
def test_each_row_is_named_by_its_own_example(text: texts.Text) -> None:
    assert texts.first(text.example) is text
    assert texts.first(f"before\n{text.example.upper()}\nafter") is text
    assert causes.cause(text.example) == (text.name if text.forbids else None)
    assert causes.told(text.example) == text.sentence
    assert re.search(r"\d", text.read), "the releases that it was read from"
    assert len(text.says.split()) > 3
    assert len(text.remedy.split()) > 3


@pytest.mark.parametrize("text", [one for one in texts.TABLE if one.forbids], ids=lambda one: one.name)
def test_what_forbids_a_start_is_kept_on_the_host_however_much_is_logged_after_it(text: texts.Text) -> None:
    tail = REMOTE["_log_tail"](f"Starting MariaDB\n{text.example}\n" + "a view\n" * 5000)
    assert causes.cause(tail) == text.name
    data = {"has_unit": True, "unit_state": "failed", "stopped": True, "operator_stopped": False, "cause": text.name}
    refusal = start._refusal({**data, "missing": False}, "ctl1")
    assert refusal is not None
    assert text.name in refusal
    assert text.remedy in refusal


def test_the_names_are_different_and_the_causes_of_a_member_are_those_that_forbid() -> None:
    assert len(texts.BY_NAME) == len(texts.TABLE)
    assert {"disk_full", "inode_full"} == start.HARMFUL - texts.FORBIDS
    assert texts.named("disk_full") == texts.named(None) == ""


def test_advice_at_an_assertion_is_no_diagnosis() -> None:
    assert causes.cause(ADVICE) is None
    assert not causes.corrupt(ADVICE)
    line = (
        "2026-11-23 06:50:00 0x7f InnoDB: Assertion failure in file /src/storage/innobase/lock/lock0lock.cc line 655\n"
    )
    assert causes.cause(line + ADVICE) == "assertion"
    page = "[ERROR] InnoDB: Database page corruption on disk or a failed read of file './ibdata1' page\n"
    assert causes.cause(page + line + ADVICE) == "innodb_corruption"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        # reports of others: the cluster went back behind a member
        (
            "2014-12-16 16:46:17 32450 [ERROR] WSREP: gcs/src/gcs_group.cpp:void "
                "group_post_state_exchange(gcs_group_t*)():319: Reversing "
            "history: 0 -> 0, this member has applied 139683099214865 more events than the primary "
                "component.Data loss is possible. Aborting.",
            "diverged",
        ),
        # a seqno written into grastate.dat by hand
        ("[ERROR] WSREP: Application state transfer failed. This is unrecoverable condition, restart required.", None),
        # Galera 26.4: the node goes on after a transfer that was malformed
        ("[ERROR] WSREP: Receiving IST failed, node restart required: IST first seqno 11 is not 6", None),
        ("[ERROR] WSREP: SST request callback failed. This is unrecoverable, restart required.", None),
        # a member that differs from the others leaves the group
        ("[ERROR] WSREP: Failed to apply trx: source: 1 version: 5\n[ERROR] WSREP: Node consistency "
            "compromized, leaving cluster...",
         "inconsistent"),
        # a transaction of its own binary log, settled by itself, and no XA of a client
        ("[Note] InnoDB: Transaction 178077587 was in the XA prepared state.\n[Note] InnoDB: 1 "
            "transaction(s) which must be rolled back", None),
        ("[Note] InnoDB: Found 1 prepared transaction(s) in InnoDB", None),
        # an upgrade over a crash
        ("[ERROR] InnoDB: Upgrade after a crash is not supported. The redo log was created with Backup "
            "MariaDB 10.11.4.",
         "redo_of_another_version"),
        ("[ERROR] Recovery failed! You must enable all engines that were enabled at the moment of the "
            "crash\n[ERROR] Can't init tc log",
         "tc_log"),
        ("[ERROR] mariadbd: Got error 'Could not get an exclusive lock; file is probably in use by "
            "another process' when trying to use aria "
         "control file '/var/lib/mysql/aria_log_control'", "data_in_use"),
        ("[ERROR] InnoDB: Unable to lock ./ibdata1 error: 11\n[Note] InnoDB: Check that you do not "
            "already have another mariadbd process",
         "data_in_use"),
        # a recovery beside servers that still had the volume; a process was left
        ("[ERROR] mariadbd: Can't lock aria control file '/var/lib/mysql/aria_log_control' for "
            "exclusive use, error: 11. Will retry for 30 "
         "seconds", "data_in_use"),
        # with a comma
        ("2017-08-13 02:30:50 2951 [ERROR] InnoDB: Unable to lock ./ibdata1, error: 11", "data_in_use"),
        # an older server's coordinator log, and one of another length
        ("0 [Note] Recovering after a crash using tc.log\n0 [ERROR] Bad magic header in tc log", "tc_log"),
        ("0 [ERROR] Crash recovery failed. Either correct the problem (if it's, for example, out of "
            "memory error) and restart, or delete tc log",
         "tc_log"),
        ("0 [Note] Recovering after a crash using tc.log\n0 [Note] Starting table crash recovery...\n0 "
            "[Note] Crash table recovery finished.", None),
        # what a provider logs of its own saved state
        ("WSREP: Found saved state: fd477e0b-caae-11ec-947e-5f1468ac0a21:-1, safe_to_bootstrap: 1", None),
        # another member's eviction is no harm to this one
        ("[Note] WSREP: evs: evicting member 86063cd6-a7e0 at tcp://192.0.2.12:4567 permanently from group", None),
        ("[Note] WSREP: Loading provider /usr/lib/galera/libgalera_smm.so initial position: "
            "6c191011-e710-11f1-8064-067e3541b3e4:77", None),
        ("[Note] InnoDB: File './ibtmp1' size is now 12 MiB. [Note] Aria engine: starting "
            "recovery\nrecovered pages: 0% 100% (0.0 seconds)", None),
    ],
)  # fmt: skip
def test_lines_of_public_reports(line: str, name: str | None) -> None:
    assert causes.cause(line) == name


ASKS = (
    "Receiving IST failed, node restart required: IST receiver reported failure: 71 (Protocol error)",
    "Application state transfer failed. This is unrecoverable condition, restart required.",
    "exception from gcomm, backend must be restarted: evs: nil view",
    "State transfer request failed unrecoverably: 113. Most likely it is due to inability to "
    "communicate with the cluster primary component. Restart required.",
    "IST didn't contain all write sets, expected last: 12 last received: 11",
)


@pytest.mark.parametrize("reason", ASKS)
def test_whoever_asks_for_a_restart_is_told_whatever_the_reason_before_it(reason: str) -> None:
    line = f"2026-11-23  6:50:00 2 [ERROR] WSREP: {reason}"
    assert REMOTE["_signs"](f"Starting MariaDB\n{line}\nmore\n") == [line]
    out = world.sql("Disconnected", "Initialized", size=0, wsrep_connected="OFF")
    seen = world.evidence(world.running("ctl1", out, signs=[line]), *(world.running(h) for h in ("ctl2", "ctl3")))
    me = assess.nodes(seen)[0].data
    assert (me["restart_asked"], me["cause"], me["ist_race"]) == (True, None, "all write sets" in reason)
    alone = world.evidence(world.running("ctl1", out, signs=[line]), world.stopped("ctl2"), world.stopped("ctl3"))
    assert assess.nodes(alone)[0].data["restart_asked"] is False


# a provider that is off
# -----------------------------------------------------------------------------------------------------

OFF = {
    "version": "10.11.6-MariaDB",
    "wsrep_on": "OFF",
    "wsrep_cluster_conf_id": "18446744073709551615",
    "wsrep_cluster_size": "0",
    "wsrep_cluster_state_uuid": "",
    "wsrep_cluster_status": "Disconnected",
    "wsrep_connected": "OFF",
    "wsrep_ready": "OFF",
}


@pytest.mark.parametrize(
    ("answer", "off"),
    [
        (OFF, True),
        ({name: value for name, value in OFF.items() if name != "wsrep_on"}, True),
        ({**world.sql(), "wsrep_on": "OFF"}, True),
        ({**world.sql(), "wsrep_on": "ON"}, False),
        (world.sql("Disconnected", "Initialized"), False),
    ],
)
def test_a_provider_that_is_off_is_seen_and_forbids_everything(answer: dict[str, str], off: bool) -> None:
    seen = world.evidence(
        world.running("ctl1", answer), world.running("ctl2", world.sql(size=2)), world.stopped("ctl3")
    )
    node = assess.nodes(seen)[0].data
    assert (node["provider_off"], node["sql"]) == (off, "answered")
    decision = outlook(picture(seen))
    assert ((decision.procedure, decision.why) == (Procedure.PAGE, f"ctl1 {phrases.PROVIDER_OFF}")) is off
    assert decision.procedure is not Procedure.BOOTSTRAP


def test_one_that_last_ran_with_its_provider_off_is_not_started() -> None:
    tail = "Starting MariaDB\n" + texts.BY_NAME["provider_off"].example + "\nNormal shutdown\n"
    seen = world.evidence(
        world.stopped("ctl1", log_tail=tail), *(world.running(h, world.sql(size=2)) for h in ("ctl2", "ctl3"))
    )
    assert assess.nodes(seen)[0].data["cause"] == "provider_off"
    all_down = world.evidence(world.stopped("ctl1", log_tail=tail), world.stopped("ctl2"), world.stopped("ctl3"))
    assert "provider_off" in outlook(picture(all_down)).why
