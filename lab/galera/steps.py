"""MariaDB's own steps out of an outage, as a person with a shell on each host would run them.

Source: MariaDB, "Restarting the Cluster"; kolla-ansible's mariadb-recovery starts the first member in the same way.
"""

from __future__ import annotations

import shlex

from lab.cloud import hosts
from lab.cloud.topology import Host
from lab.galera import disk, passwords
from lab.galera.mariadb import UNIT

BOOTSTRAP = "remediator_galera_bootstrap"
_HOLD = f"/etc/systemd/system/{UNIT}.d/remediator-hold.conf"


def bootstrap(host: Host) -> None:
    """Start the cluster from this stopped and flagged member, in a container beside its own; return once it is
    Synced."""
    argv = (
        f"docker run -d --name {BOOTSTRAP} --volumes-from mariadb --network host -e KOLLA_CONFIG_STRATEGY=COPY_ALWAYS"
    )
    argv += f" -e BOOTSTRAP_ARGS=--wsrep-new-cluster {disk.IMAGE}"
    hosts.shell(
        host, f"docker rm {BOOTSTRAP} >/dev/null 2>&1 || true\n{argv}\n{_until_synced(BOOTSTRAP, 60)}", timeout_s=120
    )


def join(host: Host, *, limit_s: int = 90) -> None:
    """Start a member's unit and return once it is Synced."""
    script = f"systemctl reset-failed {UNIT} 2>/dev/null || true\nsystemctl start {UNIT}\n"
    hosts.shell(host, script + _until_synced("mariadb", limit_s), timeout_s=limit_s + 60)


def end_bootstrap(host: Host, *, clean: bool = True) -> None:
    """Stop the bootstrap container and take it away; harmless where there is none. Its data is the member's own.

    A member that is alone must not stop cleanly: only by its last view, which is then forgotten, can it start without
    others.
    """
    if not clean:
        hosts.shell(host, f"docker kill {BOOTSTRAP}\n", check=False)
    script = (
        f"if docker container inspect {BOOTSTRAP} >/dev/null 2>&1; then docker stop -t 60 {BOOTSTRAP}; "
        f"docker rm {BOOTSTRAP}; fi\n"
    )
    hosts.shell(host, script, timeout_s=100)


def stop(host: Host) -> None:
    """Stop a member's unit, cleanly if it runs."""
    hosts.shell(host, f"systemctl stop {UNIT}\nsystemctl reset-failed {UNIT} 2>/dev/null || true\n", timeout_s=150)


def release(host: Host) -> None:
    """Take away what another recovery left here: a unit held down by a drop-in, and one-shot containers of its data."""
    hosts.shell(
        host,
        f"if test -e {_HOLD}; then rm -f {_HOLD}; rmdir --ignore-fail-on-non-empty "
        f"{_HOLD.rsplit('/', 1)[0]}; systemctl daemon-reload; fi\n"
        "for c in $(docker ps -aq --filter volume=mariadb); do\n"
        "  test \"$(docker container inspect -f '{{.Name}}' $c)\" = /mariadb || { docker stop -t 60 "
        "$c; docker rm $c; } >/dev/null 2>&1 || true\n"
        "done\n",
        timeout_s=150,
    )


def _until_synced(container: str, limit_s: int) -> str:
    """Return a script that ends as soon as the container's mariadbd is Synced, and fails when that does not come.

    A joiner whose IST fails ("node restart required") stays up and Disconnected for ever: that ends the wait early.
    """
    secret = shlex.quote(passwords.ROOT.read_text().strip())
    ask = "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state_comment', 'wsrep_cluster_status')"
    return f"""export MYSQL_PWD={secret}
lost=0
end=$(($(date +%s) + {limit_s}))
while test $(date +%s) -le $end; do
  seen=$(docker exec -e MYSQL_PWD {container} mariadb --connect-timeout=3 -uroot -NB -e "{ask}" 2>/dev/null || true)
  case "$seen" in
    *Synced*) exit 0 ;;
    *Disconnected*) lost=$((lost + 1)); test $lost -lt 10 || {{ echo "{container} left the cluster and must be started again" >&2; exit 2; }} ;;
    *) lost=0 ;;
  esac
  sleep 0.2
done
echo "{container} is not Synced within {limit_s} s" >&2
exit 1
"""  # noqa: E501
