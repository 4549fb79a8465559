"""The table of what kolla deploys, held against what was read from every release of kolla-ansible
(tests/golden/kolla)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from remediator.integrations.container.kolla import catalogue, releases
from tests import golden

pytestmark = pytest.mark.unit
FILE = Path(golden.__file__).parent / "kolla" / "deployed.json"
NOT_DEPLOYED = ("kafka", "zookeeper", "monasca_", "storm_")
"""Of zed and 2023.1 there are only defaults of theirs, for the cleaning up: no play deploys them."""

HARMLESS = (
    "aodh_api barbican_api ceilometer_central ceilometer_compute ceilometer_ipmi cinder_backup "
    "cinder_volume cyborg_api "
    "designate_backend_bind9 fluentd freezer_api freezer_scheduler glance_api gnocchi_api "
    "gnocchi_metricd gnocchi_statsd "
    "grafana haproxy haproxy_ssh ironic_conductor ironic_dnsmasq ironic_http ironic_inspector ironic_ipxe "
    "ironic_prometheus_exporter ironic_pxe ironic_pxe_filter ironic_tftp iscsid keystone letsencrypt_lego "
    "letsencrypt_webserver magnum_conductor masakari_engine monasca_log_metrics monasca_log_persister monasca_thresh "
    "multipathd nova_compute nova_ssh octavia_api octavia_driver_agent prometheus_alertmanager "
    "prometheus_server proxysql "
    "qdrouterd sahara_api sahara_engine storm_nimbus storm_worker tacker_conductor tacker_server "
    "trove_api trove_conductor "
    "trove_taskmanager venus_api venus_manager"
)
"""They have a volume, and a start does no more to it than the engine or systemd would: caches, spools, files written
once."""


class Read(NamedTuple):
    container: str
    tags: str
    directory: str
    volume: bool
    majors: list[int]


@cache
def read() -> tuple[Read, ...]:
    return tuple(Read(*row) for row in json.loads(FILE.read_text("utf-8"))["rows"])


def test_every_release_of_the_table_was_read() -> None:
    seen = {major for row in read() for major in row.majors}
    assert seen == set(releases.RELEASES)
    assert [ref for _, ref in releases.RELEASES.values()] == json.loads(FILE.read_text("utf-8"))["provenance"]["read"]
    assert all(sum(major in row.majors for row in read()) > 150 for major in seen)


@pytest.mark.parametrize("major", releases.RELEASES)
def test_the_tags_choose_the_role_of_every_container_of_the_release(major: int) -> None:
    release = releases.RELEASES[major][0]
    wrong = [
        (row.container, row.tags, chosen)
        for row in read()
        if major in row.majors and not row.container.startswith(NOT_DEPLOYED if not row.tags else ("-",))
        for chosen in [releases.tags(row.container, release)]
        if not set(chosen) & set(row.tags.split())
    ]
    assert wrong == []


def test_without_a_release_the_tags_choose_the_role_in_every_one() -> None:
    wrong = [row for row in read() if row.tags and not set(releases.tags(row.container)) & set(row.tags.split())]
    assert wrong == []
    assert releases.tags("fluentd") == ("common", "fluentd")


def test_every_directory_leads_to_its_container_and_back() -> None:
    for row in read():
        assert releases.configured(row.directory.replace("-", "_")) == row.container
        assert releases.directory(row.container) == f"/etc/kolla/{row.directory}"


def test_whatever_keeps_a_volume_was_thought_about() -> None:
    undecided = {row.container for row in read() if row.volume and not catalogue.OF_KOLLA.is_stateful(row.container)}
    assert undecided == set(HARMLESS.split())


@pytest.mark.parametrize(
    "name",
    [
        "mariadb",
        "rabbitmq",
        "outward_rabbitmq",
        "redis",
        "redis_sentinel",
        "valkey_server",
        "valkey_sentinel",
        "etcd",
        "opensearch",
        "elasticsearch",
        "influxdb",
        "mongodb",
        "zookeeper",
        "kafka",
        "tgtd",
        "swift_object_server",
        "swift_account_replicator",
        "swift_rsyncd",
        "hacluster_corosync",
        "hacluster_pacemaker_remote",
        "ovn_sb_db",
        "ovsdpdk_db",
    ],
)
def test_what_holds_state_says_why(name: str) -> None:
    row = releases.row_of(name)
    assert row is not None
    assert row.state
    assert row.read
    assert catalogue.OF_KOLLA.is_stateful(name)


@pytest.mark.parametrize(
    "name",
    [
        "opensearch_dashboards",
        "elasticsearch_curator",
        "prometheus_elasticsearch_exporter",
        "redis_exporter",
        "iscsid",
        "swift_proxy_server",
        "ovn_sb_db_relay_1",
        "mariadb_clustercheck",
        "prometheus_valkey_exporter",
        "nova_compute",
        "tgtd_x",
    ],
)
def test_what_only_stands_beside_state_may_be_started(name: str) -> None:
    assert not catalogue.OF_KOLLA.is_stateful(name)


def test_each_row_ends_with_the_last_release_that_deploys_it() -> None:
    for row in releases.TABLE:
        deployed = [one for one in read() if one.tags and re.fullmatch(row.names, one.container)]
        assert not deployed or max(max(one.majors) for one in deployed) == row.last, row.names


def test_no_two_rows_speak_of_one_container() -> None:
    names = {row.container for row in read()}
    assert [
        name for name in names if sum(re.fullmatch(row.names, name) is not None for row in releases.TABLE) > 1
    ] == []


@pytest.mark.parametrize(
    ("label", "release"),
    [
        ("20.0.0", "2025.1"),
        ("16.2.1.dev35", "2023.1"),
        ("15.0.0", "zed"),
        ("21", "2025.2"),
        ("7.0.0", None),
        ("99.0.0", None),
        ("", None),
        (None, None),
        ("master", None),
        ("20x", None),
    ],
)
def test_a_label_names_its_release_or_none(label: str | None, release: str | None) -> None:
    assert releases.release(label) == release


def test_a_release_that_was_never_read_gets_the_tags_of_all() -> None:
    assert releases.tags("cron", "2031.1") == ("common", "cron")
    assert (releases.tags("cron", "2025.1"), releases.tags("cron", "2025.2")) == (("common",), ("cron",))
