"""GB-16 and GB-17 hold for whoever asks: does `execute`, or a log that nobody could read, get past them?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.observe import grouping
from remediator.daemon.turn.turn import Turn
from remediator.model.judging import State
from remediator.model.values import Unknown
from remediator.store.journal import Journal
from tests.sim.cloud import CONFIG, GALERA_UUID
from tests.sim.test_review_base import Cloud, Host
from tests.unit.integrations import galera_world

pytestmark = pytest.mark.sim

HOSTS = """
inventory:
  hosts:
    h1: {address: 192.0.2.1, groups: [control, mariadb]}
    h2: {address: 192.0.2.2, groups: [control, mariadb]}
    h3: {address: 192.0.2.3, groups: [control, mariadb]}
"""
EXTRA = "  galera-node: {every: 5s, retry: 5s}\n  galera-cluster: {every: 5s, retry: 5s}\n"


FILES = {**galera_world.files(), "log_tail": "nothing of note", "upgrade_info": "10.11.19-MariaDB"}


def status(local: str = "Synced", cluster: str = "Primary", size: int = 2) -> dict[str, str]:
    return {
        "wsrep_cluster_status": cluster,
        "wsrep_local_state_comment": local,
        "wsrep_cluster_size": str(size),
        "wsrep_connected": "ON",
        "wsrep_ready": "ON",
        "wsrep_cluster_state_uuid": GALERA_UUID,
        "version": "10.11.19-MariaDB",
        "wsrep_last_committed": "5",
        "wsrep_cluster_conf_id": "7",
    }


def cloud_of_three(tmp_path: Path) -> Cloud:
    from tests.sim.cloud import Unit

    text = (
        CONFIG.split("inventory:")[0]
        + "integrations: {galera: {}}\n"
        + HOSTS
        + "autonomy:"
        + CONFIG.split("autonomy:")[1]
        + EXTRA
    )
    cloud = Cloud(tmp_path, text)
    cloud.hosts = {name: Host(name, {"mariadb": Unit("mariadb")}) for name in ("h1", "h2", "h3")}
    for host in cloud.hosts.values():
        host.extra = {
            "galera": FILES,
            "galera_sql": status(size=3),
        }
    return cloud


def fail_h3(cloud: Cloud, **others: Any) -> None:
    cloud.run(20)
    assert cloud.ask("baseline-accept", scope="all", reason="whole").exit == 0
    cloud.hosts["h3"].units["mariadb"].fail()
    cloud.hosts["h3"].extra["galera_sql"] = Unknown("sql_refused")
    for name in ("h1", "h2"):
        cloud.hosts[name].extra["galera_sql"] = status(**others.get(name, {}))


def test_one_failed_member_is_started_once(tmp_path: Path) -> None:
    """The control: the ordinary case works in this cloud."""
    cloud = cloud_of_three(tmp_path)
    fail_h3(cloud)
    cloud.run(120)
    verbs = cloud.verbs()
    cloud.database.close()
    assert verbs == [("h3", "start")]


@pytest.mark.parametrize(("again", "started"), [(5, [("h3", "start")]), (3, [])])
def test_beside_a_cluster_that_formed_again_behind_its_mark_no_member_is_started(
    tmp_path: Path, again: int, started: list[tuple[str, str]]
) -> None:
    """The others were at 5, came back at `again`, and have written on since: what h3 holds at 5 need not be what they hold."""
    cloud = cloud_of_three(tmp_path)
    cloud.run(20)
    assert cloud.ask("baseline-accept", scope="all", reason="whole").exit == 0
    for at in (again, 9):
        for name in ("h1", "h2"):
            if at != 9:
                cloud.hosts[name].units["mariadb"].restart(cloud.now().wall)
            cloud.hosts[name].extra["galera_sql"] = {**status(), "wsrep_last_committed": str(at)}
        if at != 9:
            cloud.hosts["h3"].extra["galera_sql"] = Unknown("sql_timeout")
            cloud.run(20)
    cloud.hosts["h3"].units["mariadb"].fail()
    cloud.hosts["h3"].extra["galera_sql"] = Unknown("sql_refused")
    cloud.run(120)
    verbs, runs = cloud.verbs(), list(cloud.world.durable.runs.values())
    page = cloud.world.samples.results[("galera-mark", "cluster/galera")]
    cloud.database.close()
    assert verbs == started
    assert (page.state is State.WARNING) is (not started), runs


def test_execute_does_not_start_a_member_while_another_is_a_donor(tmp_path: Path) -> None:
    cloud = cloud_of_three(tmp_path)
    fail_h3(cloud, h1={"local": "Donor/Desynced"})
    cloud.run(60)
    assert cloud.verbs() == []
    cloud.ask("execute", runbook="galera-start-member", target="galera/h3", reason="x")
    cloud.run(60)
    verbs = cloud.verbs()
    cloud.database.close()
    assert verbs == []


def test_execute_does_not_start_a_member_that_is_corrupt(tmp_path: Path) -> None:
    cloud = cloud_of_three(tmp_path)
    fail_h3(cloud)
    cloud.hosts["h3"].patch = {
        "containers": lambda data: data.update(logs={"mariadb": "InnoDB: Database page corruption on disk"})
    }
    cloud.run(60)
    assert cloud.verbs() == []
    cloud.ask("execute", runbook="galera-start-member", target="galera/h3", reason="x")
    cloud.run(60)
    verbs = cloud.verbs()
    cloud.database.close()
    assert verbs == []


def test_without_its_log_nobody_knows_that_a_member_is_not_corrupt(tmp_path: Path) -> None:
    cloud = cloud_of_three(tmp_path)
    cloud.hosts["h3"].extra["galera"] = {**FILES, "log_tail": None}
    fail_h3(cloud)
    cloud.run(120)
    verbs = cloud.verbs()
    cloud.database.close()
    assert verbs == []


@pytest.mark.parametrize("service", ["mariadb", "galera-node", "galera"])
def test_a_downtime_of_the_database_mutes_its_start(tmp_path: Path, service: str) -> None:
    cloud = cloud_of_three(tmp_path)
    cloud.run(20)
    cloud.hint("h3", service, "OK", notification_type="DOWNTIMESTART")
    fail_h3(cloud)
    cloud.run(120)
    verbs = cloud.verbs()
    cloud.database.close()
    assert verbs == []


def test_tables_that_need_an_upgrade_make_no_member_unhealthy(tmp_path: Path) -> None:
    """Only its own check says how a member is: another one's warning would keep it from ever counting as well."""
    cloud = cloud_of_three(tmp_path)
    cloud.run(30)
    key = ("galera-upgrade", "galera/h2")
    assert key in cloud.world.samples.results
    cloud.world.samples.series[key] = replace(cloud.world.samples.series[key], state=State.WARNING)
    with cloud.database.transaction() as connection:
        turn = Turn(world=cloud.world, journal=Journal(connection, cloud.now()), now=cloud.now())
        healthy = grouping.member(turn, "galera", "h2").healthy
    cloud.database.close()
    assert healthy is True
