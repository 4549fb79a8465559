"""What every command shares: where the config is, and the reader over the store, each loaded when first needed.

Nothing heavy is imported at module level here or in any command: `remediator --help` has 250 ms.
"""

from __future__ import annotations

import enum
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import typer

from remediator.cli.errors import CONFIG, CliError
from remediator.cli.render import sanitize

if TYPE_CHECKING:
    from remediator.config import Config
    from remediator.config.essentials import Essentials
    from remediator.store.queries import Queries


STORE: Final = "remediator.db"


class Format(enum.StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


@dataclass(slots=True)
class Session:
    """The global options of one call."""

    config_path: str | None = None
    debug: bool = False
    _essentials: Essentials | None = field(default=None, init=False)

    def config(self) -> Config:
        """Return the config, for what watches or acts in this process. Raise CliError 78 with its first mistake."""
        from remediator.config import ConfigError, load_config
        from remediator.integrations import packages

        if self._essentials is not None and self._essentials.config is not None:
            return self._essentials.config
        try:
            return load_config(self.config_path, sections=packages.sections)
        except ConfigError as error:
            raise CliError(str(error), CONFIG) from error

    def essentials(self, *needs: str) -> Essentials:
        """Return what a command needs that reads, pauses or asks the daemon, and say once on stderr what is wrong
        elsewhere.

        Raise CliError 78 when there is no such file, or when one of the keys that it `needs` cannot be read.
        """
        if self._essentials is None:
            from remediator.config import essentials
            from remediator.integrations import packages

            found = essentials.read(self.config_path, sections=packages.sections)
            if found is None:
                self.config()
                raise AssertionError("a config that is not there has been read")
            self._essentials = found
            if found.mistakes:
                warn(f"{self._mistake(found)}; going on with {_where(found)}")
        spoilt = [name for name in needs if name in self._essentials.spoilt]
        if spoilt:
            raise CliError(f"{spoilt[0]} cannot be read: {self._mistake(self._essentials)}", CONFIG)
        return self._essentials

    def state_dir(self) -> str:
        """Return where the daemon is asked. Raise CliError 78 if that cannot be read."""
        return self.essentials("state_dir").state_dir

    def reader(self) -> Queries:
        """Return a reader of the store: of its files, or one that asks the daemon where the files are closed to this
        account.

        Raise CliError 78 if where the store is cannot be read.
        """
        if self.asks_daemon():
            from remediator.cli.store_by_daemon import AskedReader

            return AskedReader(self.state_dir())
        from remediator.store.reader import Reader

        return Reader(self.essentials("state_dir", "database"))

    def asks_daemon(self) -> bool:
        """Return whether the files of the store are closed to this account, so that only the daemon can answer."""
        found = self.essentials("state_dir", "database")
        return found.database.url is None and _closed(found.state_dir)

    @staticmethod
    def _mistake(found: Essentials) -> str:
        from remediator.config import ConfigError

        return str(ConfigError(found.mistakes))


def of(ctx: typer.Context) -> Session:
    """Return the session of this call."""
    session = ctx.find_object(Session)
    return session if session is not None else Session()


def quiet(config: Config) -> None:
    """Let a command that does the daemon's work itself log errors only, so that its output is its answer."""
    from remediator.daemon.process import logs

    wanted = config.log.model_copy(update={"format": "json", "level": "error"})
    logs.configure(config.model_copy(update={"log": wanted}))


def _closed(state_dir: str) -> bool:
    """Return whether our account may not read the store; False when the way is free, or nothing is there."""
    for path in (state_dir, os.path.join(state_dir, STORE)):
        try:
            os.stat(path)
        except PermissionError:
            return True
        except OSError:
            return False
        if not os.access(path, os.R_OK):
            return True
    return False


def _where(found: Essentials) -> str:
    if "state_dir" in found.spoilt:
        return "what can be read without state_dir"
    return f"state_dir {found.state_dir}" + (", the default" if found.assumed else "")


def warn(text: str) -> None:
    """Say something on stderr that ends nothing."""
    print(f"remediator: warning: {sanitize.line(text)}", file=sys.stderr, flush=True)
