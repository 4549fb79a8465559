"""What people are told, and that it is what happened: all-clears, denials, ends of runs, a lost cluster that is held
back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.operate import execute
from remediator.cli.render import timeline
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.records.records import Incident, IncidentState, Run, RunState, StepState
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.config import CONFIG
from remediator.sim.happenings.people import OTHER, ROOT
from remediator.sim.stories.stories import UNATTENDED
from remediator.store.reader import Reader
from tests.sim.night import Night

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]

ONE = ("ctl1", "memcached")
TARGET = "container/ctl1/memcached"
AUTO = "autonomy: {R1: auto, R2: auto}"
ASKING = CONFIG.replace(AUTO, "autonomy: {R1: approve, R2: auto, R3: approve}")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path)
    yield made
    made.told.close()


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path, ASKING)
    yield made
    made.told.close()


def known(night: Night, target: str, check: str = "container-state") -> Incident:
    incident = night.incident(target, check)
    assert incident is not None, f"{check} on {target} has no incident"
    return incident


def waiting(night: Night) -> Run:
    night.until(90.0, lambda: any(run.state is RunState.WAITING_APPROVAL for run in night.live()))
    (run,) = night.live()
    return run


def overs(night: Night, incident: str) -> list[str]:
    return [page["text"] for page in night.pages() if page["key"] == f"{incident}:over"]


def shown(night: Night, incident: str) -> dict[str, Any]:
    found = Reader(night.told.config).incident(incident)
    assert found is not None
    return found


# who cured it -----------------------------------------------------------------------------------------------------


def by_itself(night: Night) -> str:
    night.operator_starts(*ONE)
    return "OK again while no run was at work there"


def by_a_person_through_us(night: Night) -> str:
    assert night.ask("ack", incident=known(night, TARGET).id).exit == 0
    night.service(*ONE).mend()
    night.run(70.0)
    answer = night.ask("execute", runbook="container-start", target=TARGET)
    assert answer.exit == 0, answer.error
    return "asked for by root) cured it"


def by_statement(night: Night) -> str:
    night.service(*ONE).mend()
    assert night.ask("close", incident=known(night, TARGET).id, reason="it is replaced").exit == 0
    return "closed by root: it is replaced"


def in_a_downtime(night: Night) -> str:
    night.ask("downtime-add", target=TARGET, for_s=3600)
    return by_itself(night)


def acknowledged(night: Night) -> str:
    assert night.ask("ack", incident=known(night, TARGET).id).exit == 0
    return by_itself(night)


@pytest.mark.parametrize("cure", [by_itself, by_a_person_through_us, by_statement, in_a_downtime, acknowledged])
def test_what_was_escalated_has_exactly_one_all_clear_whoever_cured_it(night: Night, cure: Any) -> None:
    night.service(*ONE).loop(0.5)
    night.crash(ONE)
    night.until(180.0, lambda: bool(night.pages("needs a person")))
    incident = known(night, TARGET).id
    words = cure(night)
    night.run(120.0)
    assert [words in text for text in overs(night, incident)] == [True]
    night.restart()
    night.run(60.0)
    assert len(overs(night, incident)) == 1


def test_what_was_told_to_nobody_has_no_all_clear(night: Night) -> None:
    night.crash(ONE)
    night.run(100.0)
    night.service("ctl2", "memcached").crash()
    night.run(3.0)
    night.operator_starts("ctl2", "memcached")
    night.run(100.0)
    assert night.pages() == []


def test_one_that_was_told_and_is_explained_since_has_its_all_clear(night: Night) -> None:
    night.service("cmp2", "neutron_agent").crash(137, oom=True)
    night.until(60.0, lambda: bool(night.pages("needs a person")))
    target = "container/cmp2/neutron_agent"
    incident = known(night, target).id
    night.told.cloud.hosts["cmp2"].engine_state = "down"
    night.until(60.0, lambda: known(night, target).state is IncidentState.SUPPRESSED)
    night.told.cloud.hosts["cmp2"].engine_state = "ok"
    night.operator_starts("cmp2", "neutron_agent")
    night.run(90.0)
    assert len(overs(night, incident)) == 1


def test_an_incident_whose_host_left_says_so_and_not_that_it_is_well(night: Night) -> None:
    night.service("cmp2", "neutron_agent").crash(137, oom=True)
    night.until(60.0, lambda: bool(night.pages("needs a person")))
    incident = known(night, "container/cmp2/neutron_agent")
    night.service("cmp2", "neutron_agent").remove()
    night.told.cloud.hosts["cmp2"].services.pop("neutron_agent")
    night.run(60.0)
    (page,) = [page for page in night.pages() if page["key"] == f"{incident.id}:over"]
    assert "is closed" in page["subject"]
    assert "not expected on this host any more" in page["text"]


PAGER = """#!/bin/sh
body=$(cat)
case "$body" in *"needs a person"*) if [ -e {place}/broken ]; then exit 1; fi;; esac
printf '%s\\n' "$body" >> {place}/taken
"""


def test_an_all_clear_does_not_overtake_its_own_page(tmp_path: Path) -> None:
    """A pager that hears of the end first, and of the problem ten minutes later, stays triggered."""
    pager = tmp_path / "pager"
    pager.write_text(PAGER.format(place=tmp_path))
    pager.chmod(0o755)
    (tmp_path / "broken").touch()
    night = Night(tmp_path, CONFIG + f"notify:\n  - {{name: pager, type: command, argv: [{pager}]}}\n")
    night.service(*ONE).crash(137, oom=True)
    night.until(60.0, lambda: bool(night.pages("needs a person")))
    incident = known(night, TARGET).id
    night.run(60.0)
    night.operator_starts(*ONE)
    night.until(60.0, lambda: bool(overs(night, incident)))
    night.run(30.0)
    assert not (tmp_path / "taken").exists()
    (tmp_path / "broken").unlink()
    night.run(700.0)
    taken = [json.loads(line)["subject"] for line in (tmp_path / "taken").read_text().splitlines()]
    assert [subject.split(" ", 1)[0] for subject in taken] == ["CRITICAL", "container/ctl1/memcached"]
    night.told.close()


# no, and hands off ------------------------------------------------------------------------------------------------


def test_a_denial_tells_who_said_no_and_nothing_that_never_happened(asking: Night) -> None:
    asking.crash(ONE)
    run = waiting(asking)
    assert asking.ask("deny", OTHER, run=run.id, reason="want to look first").exit == 0
    asking.run(60.0)
    (page,) = asking.pages("needs a person")
    assert (
        f"{run.id} (container-start) was denied by {OTHER.name}: want to look first. Nothing was done." in page["text"]
    )
    for false in ("did not help", "started once", "nothing cured it", "ladder"):
        assert false not in page["text"], false
    told = shown(asking, known(asking, TARGET).id)
    assert all("nothing cured it" not in entry["text"] for entry in told["timeline"])


def test_a_cancel_before_the_first_step_says_that_nothing_was_done(night: Night) -> None:
    night.crash(ONE)
    night.until(60.0, lambda: any(run.state is RunState.PLANNED for run in night.live()))
    (run,) = night.live()
    assert night.ask("cancel", run=run.id, reason="hands off").exit == 0
    night.run(60.0)
    (page,) = night.pages("needs a person")
    assert f"{run.id} (container-start) was cancelled by root: hands off. Nothing was done." in page["text"]
    assert "did not help" not in page["text"]
    assert night.orders("ctl1") == 0


def test_a_cancel_after_a_step_says_which_had_begun(night: Night) -> None:
    night.crash(ONE)
    night.until(90.0, lambda: any(run.state is RunState.VERIFYING for run in night.live()))
    (run,) = night.live()
    night.service(*ONE).loop(0.5)
    assert night.ask("cancel", run=run.id, reason="hands off").exit == 0
    night.run(30.0)
    (page,) = night.pages("needs a person")
    assert "Begun before that: start; the rest is left to you." in page["text"]
    assert "Nothing was done" not in page["text"]


def test_a_run_of_a_person_that_is_cancelled_is_not_started_again_by_the_engine(tmp_path: Path) -> None:
    night = Night(tmp_path, CONFIG.replace("R1: 10s", "R1: 60s"))
    night.crash(ONE)
    night.run(20.0)
    answer = night.ask("execute", runbook="container-start", target=TARGET)
    assert answer.exit == 0, answer.error
    assert night.ask("cancel", run=answer.data["run"], reason="hands off").exit == 0
    night.run(200.0)
    assert night.orders("ctl1") == 0
    night.told.close()


# an approved run, and reasons -------------------------------------------------------------------------------------


def test_an_approved_run_that_cures_is_told_once_with_who_approved_it(asking: Night) -> None:
    asking.crash(ONE)
    run = waiting(asking)
    incident = known(asking, TARGET).id
    asking.run(20.0)
    assert asking.ask("approve", OTHER, run=run.id, plan=run.plan.hash).exit == 0
    reasons = []
    for _ in range(60):
        asking.run(1.0)
        reasons += [live.reason for live in asking.live()]
    assert "waits for an approval" not in reasons
    assert any("must be OK and hold 20 s" in reason for reason in reasons)
    asking.run(60.0)
    (text,) = overs(asking, incident)
    assert f"container-start ({run.id}, approved by {OTHER.name}) cured it" in text
    assert len(asking.pages()) == 2, "the question and its end"
    found = shown(asking, incident)
    headline = timeline.incident(found).split("\n")[2]
    assert headline.startswith("down ")
    assert "asked people" in headline
    assert found["durations"]["asked_s"] >= 20.0


def test_an_approved_run_that_is_refused_after_the_yes_tells_its_end(asking: Night) -> None:
    asking.crash(ONE)
    run = waiting(asking)
    assert asking.ask("approve", OTHER, run=run.id, plan=run.plan.hash).exit == 0
    asking.told.pause_file.write_text("hold it")
    asking.run(30.0)
    (page,) = asking.pages(f"{run.id}:ended")
    assert "was refused: paused" in page["text"]
    assert f"which {OTHER.name} approved" in page["text"]
    assert asking.orders("ctl1") == 0


def test_a_run_that_was_held_tells_its_end(tmp_path: Path) -> None:
    night = Night(tmp_path, UNATTENDED)
    for host in CONTROLLERS:
        night.service(host, "mariadb").crash(137)
        galera_of(night.told.cloud).members[host].data.view = None
    night.until(300.0, lambda: any(run.steps[0].state is StepState.DONE for run in night.live()))
    (run,) = night.live()
    night.told.pause_file.write_text("hold it")
    night.until(300.0, lambda: bool(night.pages("is held")))
    night.told.pause_file.unlink()
    night.until(900.0, lambda: not night.live())
    (page,) = night.pages(f"{run.id}:ended")
    assert page["subject"] == f"{run.id} on cluster/galera succeeded"
    assert night.pages(":over") == [], "of the incident itself nobody was told"
    night.told.close()


# seen by a person -------------------------------------------------------------------------------------------------


def test_an_acknowledged_incident_waits_for_nobody_and_says_who_has_it(night: Night) -> None:
    night.service(*ONE).crash(137, oom=True)
    night.until(60.0, lambda: bool(night.pages("needs a person")))
    incident = known(night, TARGET).id
    assert incident in [row.get("id") for row in night.ask("status").data["waiting"]]
    assert night.ask("ack", ROOT, incident=incident, reason="raising its limit").exit == 0
    night.restart()
    status = night.ask("status").data
    assert incident not in [row.get("id") for row in status["waiting"]]
    (row,) = [row for row in status["open"] if row["id"] == incident]
    assert (row["acknowledged"]["by"], row["acknowledged"]["reason"]) == ("root", "raising its limit")
    assert "acknowledged by root" in timeline.incident(shown(night, incident))


# a lost cluster that is held back ---------------------------------------------------------------------------------


def test_a_cluster_lost_in_the_quiet_period_of_another_run_is_paged_when_it_is_seen(night: Night) -> None:
    night.service("ctl3", "mariadb").crash(137)
    night.until(200.0, lambda: any(run.state is RunState.VERIFYING for run in night.live()))
    (run,) = night.live()
    for host in ("ctl1", "ctl2", "ctl3"):
        night.service(host, "mariadb").crash(137)
    night.until(180.0, lambda: bool(night.pages("held back")))
    (page,) = night.pages("held back by lock")
    lost = known(night, "cluster/galera", "galera-cluster")
    assert lost.hard_at is not None
    assert night.told.clock.now().since(lost.hard_at) < 90.0
    assert f"{run.id} is galera-start-member on galera/ctl3, verifying" in page["text"]
    assert f"remediator runs cancel {run.id} --reason TEXT" in page["text"]
    night.run(600.0)
    assert len(night.pages("held back")) == 1


def test_a_lost_cluster_that_a_person_has_paused_waits_its_hour(night: Night) -> None:
    night.ask("pause")
    for host in ("ctl1", "ctl2", "ctl3"):
        night.service(host, "mariadb").crash(137)
    night.run(600.0)
    assert night.pages("held back") == []
    night.run(3300.0)
    assert len(night.pages("cluster/galera is not cured: refused for over an hour")) == 1


# a container that comes and goes ----------------------------------------------------------------------------------


def test_a_container_that_lives_fifteen_seconds_is_one_incident(night: Night) -> None:
    night.service(*ONE).loop(15.0)
    night.run(200.0)
    numbers = {page["incident"] for page in night.pages() if page["incident"]}
    assert known(night, TARGET).id == "inc-1"
    assert numbers <= {"inc-1"}


def test_a_start_that_dies_again_at_once_is_told_before_the_verification_is_over(night: Night) -> None:
    service = night.service(*ONE)
    service.crash()
    service.loop(0.2)
    night.until(120.0, lambda: night.orders("ctl1") > 0)
    sent_s = night.told.clock.elapsed_s
    night.until(100.0, lambda: bool(night.pages("needs a person")))
    assert night.told.clock.elapsed_s - sent_s < 60.0
    assert "did not cure it: container-state was CRITICAL" in night.pages("needs a person")[0]["text"]


# what a person is shown ---------------------------------------------------------------------------------------------


def test_after_a_denial_nothing_is_said_to_have_failed(asking: Night) -> None:
    asking.crash(ONE)
    run = waiting(asking)
    incident = known(asking, TARGET).id
    text = timeline.run(Reader(asking.told.config).run(run.id) or {})
    assert f"remediator approve {run.id} --plan {run.plan.hash[:12]}" in text
    assert re.search(r"waits for a yes until 2026-01-05 03:\d\d:\d\d UTC:", text) is not None
    assert asking.ask("deny", run=run.id, reason="want to look first").exit == 0
    asking.run(10.0)
    (row,) = [row for row in asking.ask("status").data["open"] if row["id"] == incident]
    assert row["why"]["reason"] == "needs a person: container-start was called off before it began"


def test_a_run_shows_who_said_yes(asking: Night) -> None:
    asking.crash(ONE)
    run = waiting(asking)
    assert asking.ask("approve", OTHER, run=run.id, plan=run.plan.hash).exit == 0
    asking.run(60.0)
    text = timeline.run(Reader(asking.told.config).run(run.id) or {})
    assert f"approved by {OTHER.name} at 2026-01-05" in text
    assert "remediator approve" not in text


def test_a_plan_says_how_its_target_is_now(night: Night) -> None:
    well = execute.shown(night.ask("plan", runbook="container-start", target=TARGET).data)
    assert "now: container-state is OK (running): there is nothing to cure" in well
    night.crash(ONE)
    night.run(8.0)
    assert "now: container-state is CRITICAL (exited, exit code 1" in execute.shown(
        night.ask("plan", runbook="container-start", target=TARGET).data
    )
