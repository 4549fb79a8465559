"""What the members of a real Galera cluster (MariaDB 10.11) answered, and what it is called
(tests/integrations/galera/golden)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown, from_json
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[1] / "golden"


def replies(case: str) -> list[HostReply]:
    body = json.loads((FOLDER / f"{case}.json").read_text())
    assert body["provenance"]["kind"] == "recorded"
    found = []
    for number, answer in enumerate(body["answers"].values(), 1):
        sql = from_json(answer)
        there = not isinstance(sql, Unknown)
        item = make.container("mariadb") if there else make.down("mariadb", exit_code=137)
        units = {"mariadb": make.unit() if there else make.CRASHED}
        found.append(
            make.reply(
                f"ctl{number}", galera_sql=sql, containers=make.containers(item, units=units), galera={"users": []}
            )
        )
    return found


def cluster(case: str) -> dict[str, Any]:
    (one,) = assess.cluster(make.evidence(*replies(case)))
    return dict(one.data)


def test_all_synced() -> None:
    data = cluster("all-synced")
    assert (data["proven_synced"], data["may_be_primary"], data["all_members_known"]) == (3, 3, True)
    assert (data["uuids_agree"], data["conf_ids_agree"], data["split"]) == (True, True, False)


def test_one_member_that_is_cut_off_says_so_itself() -> None:
    data = cluster("one-cut-off")
    assert (data["proven_primary"], data["may_be_primary"], data["all_members_known"]) == (2, 2, True)
    assert (data["uuids_agree"], data["conf_ids_agree"], data["split"]) == (True, True, False)
    node = {one.target.text: one.data for one in assess.nodes(make.evidence(*replies("one-cut-off")))}["galera/ctl3"]
    assert (node["cluster_status"], node["local_state"], node["cluster_size"]) == ("non-Primary", "Initialized", 1)
    assert (node["conf_id"], node["ready"], node["connected"], node["sql"]) == (-1, False, True, "answered")
    assert (node["others_primary"], node["quorum_without_me"]) == (2, True)


def test_one_member_that_failed() -> None:
    data = cluster("one-failed")
    assert (data["proven_primary"], data["proven_stopped"], data["all_members_known"]) == (2, 1, True)


@pytest.mark.parametrize(
    "name", ["wsrep_cluster_status", "wsrep_cluster_size", "wsrep_cluster_conf_id", "wsrep_local_state_comment"]
)
def test_an_answer_that_lacks_a_variable_is_unknown_as_a_whole(name: str) -> None:
    others = replies("all-synced")[1:]
    first = next(iter(json.loads((FOLDER / "all-synced.json").read_text())["answers"].values()))
    answer = {key: value for key, value in first.items() if key != name}
    (one,) = assess.cluster(make.evidence(make.reply("ctl1", galera_sql=answer), *others))
    assert (one.data["proven_primary"], one.data["may_be_primary"], one.data["all_members_known"]) == (2, 3, False)
