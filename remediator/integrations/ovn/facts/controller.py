"""What a host says of its ovn-controller. Pure.

Invariant: a controller that did not answer is neither connected nor disconnected: both are UNKNOWN. The number in the
name of its socket, and in its pid file, is that inside of its container. Sources: ovn-controller(8) for
``connection-status`` (connected, not connected) and the control socket; kolla-ansible roles/ovn-controller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovn.facts import northd
from remediator.integrations.ovs.facts import answering, replies
from remediator.integrations.ovs.facts.answering import Reached
from remediator.model.kleene import Truth
from remediator.model.values import Unknown

_VERSION = re.compile(r"ovn-controller (?:\([^)]{0,40}\) )?(\d{1,4}\.\d{1,4}[0-9A-Za-z.+~-]{0,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    expected: bool
    """Its configuration is below /etc/kolla: it ought to be here."""
    control: Reached
    connected: Truth
    """By its own word, to the southbound database."""
    version: str | Unknown | None
    """Of OVN, as ``version`` prints it (``23.03.1``); None: it answered in another form."""
    stale_sockets: int
    """Control sockets of earlier lives that lie about, at which nobody listens."""

    @property
    def wait_before_clear_known(self) -> Truth:
        """Whether the controller heeds ``ovn-ofctrl-wait-before-clear`` (since OVN 22.06; the delay is automatic and
        the setting ignored from 25.09 on: OVN's NEWS)."""
        if self.version is None or isinstance(self.version, Unknown):
            return Unknown("version") if self.version is None else self.version
        parts = self.version.split(".")
        if not all(part.isascii() and part.isdigit() for part in parts[:2]) or len(parts) < 2:
            return Unknown("version")
        return (22, 6) <= (int(parts[0]), int(parts[1])) < (25, 9)


def parse(item: Mapping[str, Any]) -> Controller:
    """Return the facts of one ovn-controller. Raise as `typed` does."""
    control = answering.parse(typed.table(item, "reached"))
    answers = item["answers"] if control.answers else None
    return Controller(
        expected=typed.flag(item, "expected"),
        control=control,
        connected=northd.connected(replies.word(answers, 0)) if control.answers else control.unknown,
        version=_version(replies.word(answers, 1)) if control.answers else control.unknown,
        stale_sockets=typed.whole(item, "stale"),
    )


def _version(word: str | Unknown) -> str | Unknown | None:
    """Return the release in ``ovn-controller 23.03.1``, the first line of what it prints."""
    found = None if isinstance(word, Unknown) else _VERSION.match(word)
    return word if isinstance(word, Unknown) else None if found is None else found.group(1)
