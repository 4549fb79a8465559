"""The data directory of a stopped Galera member: its position, its flags, and moving it aside and back.

Everything here is for a member whose container does not run; the lab knows that, and does not check it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.cloud import hosts
from lab.cloud.topology import Host

DATA = "/var/lib/docker/volumes/mariadb/_data"
NO_UUID = "00000000-0000-0000-0000-000000000000"
CONFIG = "/var/lib/kolla/config_files/galera.cnf"
IMAGE = "$(docker container inspect -f '{{.Config.Image}}' mariadb)"
_KEPT = "/var/lib/docker/volumes/mariadb/kept-by-lab"
_GRASTATE = "# GALERA saved state\nversion: 2.1\nuuid:    {uuid}\nseqno:   {seqno}\nsafe_to_bootstrap: {flag}\n"


@dataclass(frozen=True, kw_only=True)
class Position:
    """What --wsrep-recover printed; `uuid` is empty when it printed no position."""

    uuid: str
    seqno: int
    prepared: bool

    @property
    def usable(self) -> bool:
        return self.uuid not in ("", NO_UUID) and self.seqno >= 0


def position(host: Host) -> Position:
    """Return the position that a stopped member recovers.

    --skip-networking, because mariadbd binds its address before it prints the position, and a container without a
    network has no such address.
    """
    script = f"""docker run --rm --network none --volumes-from mariadb --user 0 --entrypoint sh {IMAGE} -c '
mariadbd --defaults-file={CONFIG} --user=mysql --wsrep-recover --skip-networking --log-error=/tmp/recover.err >/dev/null 2>&1
grep -iE "recovered position|prepared.*transaction" /tmp/recover.err' || true
"""  # noqa: E501
    said = hosts.shell(host, script, timeout_s=100).out
    found = re.findall(r"Recovered position:? ([0-9a-f-]{36}):(-?\d+)", said)
    uuid, seqno = found[-1] if found else ("", "-1")
    return Position(uuid=uuid, seqno=int(seqno), prepared="prepared XA" in said or "prepared transaction" in said)


def grastate(host: Host) -> dict[str, str]:
    """Return the fields of grastate.dat, or nothing where there is none."""
    said = hosts.execute(host, ["cat", f"{DATA}/grastate.dat"], check=False).out
    return {k: v.strip() for k, v in (line.split(":", 1) for line in said.splitlines() if ":" in line)}


def view(host: Host) -> str:
    """Return the id of the last Primary view that gvwstate.dat holds, or nothing."""
    said = hosts.execute(host, ["cat", f"{DATA}/gvwstate.dat"], check=False).out
    found = re.search(r"^view_id: (.*)$", said, re.MULTILINE)
    return found[1] if found else ""


def forget_view(host: Host) -> None:
    """Take away what the member remembers of its last view, as a power cut does with a file that was not yet on
    disk."""
    hosts.shell(host, f"rm -f {DATA}/gvwstate.dat\n")


def flag(host: Host) -> None:
    """Say in grastate.dat that the cluster may be bootstrapped from this member."""
    hosts.shell(host, f"sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' {DATA}/grastate.dat\n")


def force_sst(host: Host) -> None:
    """Let the member take a whole copy when it joins: it forgets its place in the history."""
    hosts.shell(host, f"rm -f {DATA}/grastate.dat {DATA}/gvwstate.dat {DATA}/sst_in_progress\n")


def empty(host: Host) -> None:
    """Take everything out of the data directory: a member that joins then copies all of it."""
    hosts.shell(host, f"find {DATA} -xdev -mindepth 1 -delete\n")


def write_grastate(host: Host, *, uuid: str, seqno: int, flag: int) -> None:
    text = _GRASTATE.format(uuid=uuid, seqno=seqno, flag=flag)
    hosts.shell(
        host,
        f"printf %s '{text}' > {DATA}/grastate.dat\nchown --reference={DATA} {DATA}/grastate.dat\nchmod "
        f"660 {DATA}/grastate.dat\n",
    )


def move_aside(host: Host) -> None:
    """Keep the data directory aside and leave an empty one in its place. What is kept already stays kept."""
    hosts.shell(
        host,
        f"test ! -e {_KEPT}\nmv {DATA} {_KEPT}\nmkdir {DATA}\nchown --reference={_KEPT} {DATA}\nchmod "
        f"--reference={_KEPT} {DATA}\n",
    )


def kept(host: Host) -> bool:
    return hosts.execute(host, ["test", "-e", _KEPT], check=False).ok


def put_back(host: Host) -> None:
    """Put the kept data directory back in place of whatever is there now."""
    hosts.shell(host, f"if test -e {_KEPT}; then rm -rf --one-file-system {DATA}; mv {_KEPT} {DATA}; fi\n")


def forget_kept(host: Host) -> None:
    hosts.shell(host, f"rm -rf --one-file-system {_KEPT}\n")
