"""Write a config for a test and read it back as the operators would see its mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from remediator.config import Config, load_config, loading
from remediator.config.documents import mistakes
from remediator.integrations import registry

MINIMAL = "cloud: lab\ninventory: {hosts: {ctl1: {address: 10.77.0.11}}}\n"


def written(folder: Path, text: str, mode: int = 0o600) -> str:
    """Return the path of a config with `text`."""
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def config_of(folder: Path, more: str = "", env: Mapping[str, str] | None = None) -> Config:
    """Return the config of the minimal one and `more`."""
    return load_config(written(folder, MINIMAL + more), env or {}, registry.sections)


def said(folder: Path, text: str, env: Mapping[str, str] | None = None) -> list[str]:
    """Return the mistakes in `text`, without the folder."""
    _, found = loading.read_config(written(folder, text), env or {}, registry.sections)
    return [mistakes.to_text(mistake).replace(f"{folder}/", "") for mistake in found]
