"""What every command shares: where the config is, and the reader over the store, each loaded when first needed.

Nothing heavy is imported at module level here or in any command: `remediator --help` has 250 ms.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from remediator.cli.errors import CONFIG, CliError

if TYPE_CHECKING:
    from remediator.config import Config
    from remediator.store.reader import Reader


class Format(enum.StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


@dataclass(slots=True)
class Session:
    """The global options of one call."""

    config_path: str | None = None
    debug: bool = False

    def config(self) -> Config:
        """Return the config. Raise CliError 78 with its first mistake."""
        from remediator.config import ConfigError, load_config

        try:
            return load_config(self.config_path)
        except ConfigError as error:
            raise CliError(str(error), CONFIG) from error

    def reader(self) -> Reader:
        """Return a reader of the store. Raise CliError 78 if the config is wrong."""
        from remediator.store.reader import Reader

        return Reader(self.config())


def of(ctx: typer.Context) -> Session:
    """Return the session of this call."""
    session = ctx.find_object(Session)
    return session if session is not None else Session()


def quiet(config: Config) -> None:
    """Let a command that does the daemon's work itself log errors only, so that its output is its answer."""
    from remediator.daemon import logs

    wanted = config.log.model_copy(update={"format": "json", "level": "error"})
    logs.configure(config.model_copy(update={"log": wanted}))
