"""Signs of maintenance that a host shows: Ansible at work, its traces in the journal, changes under /etc/kolla. Pure.

Invariant (as in container/signs.py): a sign says what was seen, and when by the daemon's clock, and judges nothing. A
sign that names only the host holds the host; a changed /etc/kolla/SERVICE holds that service.
"""

from __future__ import annotations

from remediator.integrations.container.maintenance_signs import ours
from remediator.integrations.host import facts
from remediator.model.messages.replies import HostReply
from remediator.model.messages.signs import Sign, SignKey
from remediator.model.values import Unknown


def signs(reply: HostReply) -> tuple[Sign, ...]:
    """Return the signs in one reply: each Ansible process (now), its newest journal line, each service's newest
    change."""
    found = facts.of(reply)
    if isinstance(found, Unknown) or reply.host_clock_s is None:
        return ()
    host, now = reply.host, reply.received_at.wall
    signs = []
    for one in found.ansible:
        detail = f"an Ansible process works on {host}: {one.what} (pid {one.pid})"
        key = SignKey("ansible", host, f"{reply.boot_id}:{one.pid}:{one.start}").text
        signs.append(Sign(kind="ansible_process", host=host, service=None, at=now, key=key, detail=detail))
    if found.ansible_log:
        at_s, what = max(found.ansible_log)
        at = ours(reply, at_s)
        key, detail = SignKey("ansible_log", host, f"{at_s:.6f}").text, f"Ansible left {what} in the journal of {host}"
        signs.append(Sign(kind="ansible_log", host=host, service=None, at=at, key=key, detail=detail))
    for service, seen in sorted((found.etc_kolla or {}).items()):
        at = ours(reply, seen.mtime_s)
        key, detail = (
            SignKey("etc_kolla", host, f"{service}:{seen.sha256}").text,
            f"/etc/kolla/{service} was changed on {host}",
        )
        signs.append(Sign(kind="etc_kolla", host=host, service=service, at=at, key=key, detail=detail))
    return tuple(signs)
