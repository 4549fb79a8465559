"""What a daemon stands on: its start, its machine, and the functions that it was given. Set once, before the first
turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.store import identities


@dataclass
class Setup:
    """See the module. Only who puts a daemon together writes it."""

    started_at: Instant
    own_boot_id: str | Unknown
    read_pause: Callable[[], tuple[str, ...] | Unknown]
    """The pause file and the room left in the state directory, as reasons not to act; UNKNOWN when it cannot be
    read."""
    own_cgroup: str = ""
    """The control groups of this process, as the kernel lists them."""
    new_id: Callable[[], str] = identities.new_id
    process_alive: Callable[[int, str], bool] = lambda _pid, _started: True
    """Whether a process of this machine still runs; for wrapped commands whose end nobody told."""
    act_files: Mapping[str, str] = field(default_factory=dict)
    """File of `remediator-act` to the digest of what this release prints; without any, those of hosts are not
    compared."""
    decides: bool = True
    """False for a command without a daemon: it looks and executes what a person asked for, and nothing follows from
    what it sees."""
    only_target: str | None = None
    """For a command without a daemon: runs on other targets are left for the daemon; empty, as for `plan`, is no run at
    all."""
    keep_output: Callable[[str], None] = lambda _text: None
    """Puts the output of a step aside, by its hash."""
    purge_outputs: Callable[[float], int] = lambda _before_s: 0
    """Removes outputs that were put aside before (epoch seconds), a batch at a time; returns how many went."""
