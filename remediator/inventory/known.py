"""What is known beside kolla's inventory when it is read: from our config, from kolla's globals, of this very
machine."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.inventory.kolla.globals import NONE, Globals


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the inventory. `user` and `jump` are those of our config; `engine` is inventory.engine.

    `here` says whether kolla runs on this very machine, or why that cannot be told; `hostname` is what it calls itself.
    """

    user: str = "remediator"
    jump: bool = False
    engine: str | None = None
    globals: Globals = NONE
    here: bool | str = False
    hostname: str = ""
