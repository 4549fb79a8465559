"""What the config says of the hosts themselves, below `integrations.host`."""

from __future__ import annotations

from pydantic import Field

from remediator.config.connections import AbsolutePath, Section


class Settings(Section):
    """`mounts` are watched beside the usual ones (/, /var, /var/log/kolla, the engine's own). `act_lists` is where the
    hosts have the files of remediator-act, if their `--lists` names another directory."""

    mounts: list[AbsolutePath] = Field(default_factory=list)
    act_lists: AbsolutePath | None = None
