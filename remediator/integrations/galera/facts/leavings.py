"""What runs of a remediator have left on a member's host, as its newest reply shows it: holds and containers, each with
its mark. Pure."""

from __future__ import annotations

from remediator.integrations.galera.facts.launch import Inhibitor, Launch
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.steps import scripts
from remediator.model.identity import LeftOnHost
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

UNHOLD = f"rm /etc/systemd/system/{scripts.UNIT}.d/remediator-hold.conf && systemctl daemon-reload"


def on_host(reply: HostReply) -> tuple[LeftOnHost, ...]:
    """Return what is known to be there. What could not be read is not in it: the programs look once more, on the host
    itself."""
    launch = member(reply.host, reply).launch
    if not isinstance(launch, Launch):
        return ()
    found: list[LeftOnHost] = []
    if isinstance(launch.inhibitor, Inhibitor) and launch.inhibitor.exists:
        mark = (launch.inhibitor.line or "").removeprefix(scripts.HELD).strip()
        found.append(LeftOnHost(mark=mark, what="the hold of MariaDB's unit", take_back=UNHOLD))
    for name, helper in () if isinstance(launch.helpers, Unknown) else launch.helpers.items():
        if helper is not None:
            what = f"the container {name} ({'running' if helper.running else 'ended'})"
            found.append(LeftOnHost(mark=helper.run or "", what=what, take_back=f"docker|podman rm -f {name}"))
    return tuple(found)
