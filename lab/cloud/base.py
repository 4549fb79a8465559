"""What every lab has: services that any cloud has, and the faults of containers and hosts."""

from __future__ import annotations

from lab.cloud import topology
from lab.cloud.service import Service
from lab.cloud.technology import Technology
from lab.cloud.topology import Host
from lab.faults import container, host, hostile, system
from lab.stage import Break, Story


def _haproxy(host: Host) -> dict[str, str]:
    return {
        "haproxy.cfg": f"""global
    maxconn 200
    stats socket /tmp/haproxy.sock mode 660
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend status
    mode http
    bind {host.address}:61313
    http-request return status 200 content-type text/plain string up
"""
    }


CRON = Service(name="cron", image="cron", on=topology.NAMES, command=lambda host: "/usr/sbin/cron -f")
MEMCACHED = Service(
    name="memcached",
    image="memcached",
    on=topology.NAMES,
    command=lambda host: f"/usr/bin/memcached -v -l {host.address} -p 11211 -c 500 -U 0 -m 16",
    health="healthcheck_listen memcached 11211",
    user="memcache",  # as in kolla's image; `ss` shows the process of a socket only to its owner
)
HAPROXY = Service(
    name="haproxy",
    image="haproxy",
    on=topology.CONTROL,
    command=lambda host: "/usr/sbin/haproxy -W -db -f /var/lib/kolla/config_files/haproxy.cfg",
    health="healthcheck_listen haproxy 61313",
    files=_haproxy,
)

TECHNOLOGY = Technology(
    name="base",
    services=(CRON, MEMCACHED, HAPROXY),
    checks=(
        "container-state",
        "container-health",
        "host-reachable",
        "host-disk",
        "host-clock",
        "host-engine",
        "host-names",
        "host-identity",
    ),
    demo=Story(
        shows="real systemd, sshd, container engines",
        breaks=(Break(fault="crash-once-limit", host="ctl2", target="container/ctl2/memcached"),),
    ),
    faults=(*container.FAULTS, *host.FAULTS, *system.FAULTS, *hostile.FAULTS),
)
