"""What runs of a remediator have left on a member's host, as its newest reply shows it: holds and containers, each with its mark. Pure."""

from __future__ import annotations

from remediator.integrations.galera import scripts
from remediator.integrations.galera.facts import member
from remediator.integrations.galera.launch import BOOTSTRAP_HELPER, Hold, Launch
from remediator.model.judging import LeftOnHost
from remediator.model.replies import HostReply

_UNHOLD = f"rm /etc/systemd/system/{scripts.UNIT}.d/remediator-hold.conf && systemctl daemon-reload"


def found(reply: HostReply) -> tuple[LeftOnHost, ...]:
    """Return what is known to be there. What could not be read is not in it: the programs look once more, on the host itself."""
    launch = member(reply.host, reply).launch
    if not isinstance(launch, Launch):
        return ()
    left: list[LeftOnHost] = []
    if isinstance(launch.hold, Hold) and launch.hold.exists:
        mark = (launch.hold.line or "").removeprefix(scripts.HELD).strip()
        left.append(LeftOnHost(mark=mark, what="the unit of MariaDB is kept from starting", take_back=_UNHOLD))
    for name, helper in launch.helpers.items() if not isinstance(launch.helpers, Exception) and hasattr(launch.helpers, "items") else ():
        if helper is not None:
            what = "MariaDB bootstraps in" if name == BOOTSTRAP_HELPER else "a position is read in"
            left.append(LeftOnHost(mark=helper.run or "", what=f"{what} the container {name}", take_back=f"docker rm -f {name}"))
    return tuple(left)
