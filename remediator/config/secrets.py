"""Secrets by reference: ``{env: X}``, ``{file: /path}`` or ``{credential: name}`` (systemd). Never by value.

Invariant: the value is read when it is needed, lives in a `SecretStr`, and is in no log, error or stored record.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from remediator.config.errors import SecretError

MAX_BYTES = 64 * 1024
_KINDS = ("env", "file", "credential")


class Secret(BaseModel):
    """Where one secret comes from: exactly one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    env: str | None = None
    file: str | None = None
    credential: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_source(cls, value: Any) -> Any:
        if isinstance(value, Secret):
            return value
        # The message must not repeat the value: somebody may have written the secret itself.
        if not isinstance(value, dict):
            raise ValueError("a secret is never written here: use {env: NAME}, {file: /path} or {credential: NAME}")
        if sum(value.get(kind) is not None for kind in _KINDS) != 1:
            raise ValueError("give exactly one of env, file, credential")
        return value

    @property
    def source(self) -> str:
        """What to call it in messages: ``file /path``."""
        return next(f"{kind} {getattr(self, kind)}" for kind in _KINDS if getattr(self, kind) is not None)

    def resolve(self, env: Mapping[str, str] | None = None) -> SecretStr:
        """Return the secret, without the newline at its end. Raise SecretError if it is missing, empty or
        unreadable."""
        variables = os.environ if env is None else env
        if self.env is not None:
            text = variables.get(self.env)
            if not text:
                raise SecretError(self.source, "the environment variable is not set")
            return SecretStr(text)
        return SecretStr(_first_line(self._path(variables), self.source))

    def _path(self, variables: Mapping[str, str]) -> Path:
        if self.file is not None:
            return Path(self.file)
        directory = variables.get("CREDENTIALS_DIRECTORY")
        if not directory:
            raise SecretError(self.source, "$CREDENTIALS_DIRECTORY is not set; is LoadCredential= in the unit?")
        return Path(directory) / Path(self.credential or "").name


def _first_line(path: Path, source: str) -> str:
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise SecretError(source, os.strerror(error.errno or 0)) from None
    if len(raw) > MAX_BYTES:
        raise SecretError(source, "larger than 64 KiB")
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(source, "not UTF-8 text") from None
    if not text:
        raise SecretError(source, "empty")
    return text
