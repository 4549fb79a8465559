"""What the config says of Galera, below `integrations.galera`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from remediator.config.connections import AbsolutePath, Name, Port, Section, Table
from remediator.config.secrets import Secret


class Settings(Section):
    """How each Galera member is asked, and what a bootstrap does beside itself. SQL goes to the member itself, never to
    the VIP; without a password it is UNKNOWN."""

    group: Name = "mariadb"
    port: Port = 3306
    user: Annotated[str, Field(min_length=1)] = "monitor"
    password: Secret | None = None
    volume: AbsolutePath | None = None
    canaries: list[Table] = Field(default_factory=list)
    copy_: Annotated[Literal["files", "datadir"], Field(alias="copy")] = "files"
    snapshot: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
