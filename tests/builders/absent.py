"""Which technologies are written about here while their packages are not there: what is only theirs is not checked
then.

A technology has its settings in `config.example.yaml`, be it as a comment, and a page of its name in `docs/`. A
misspelt name has no page, so it is never taken for one that is away.
"""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from remediator.integrations import packages

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"


def away() -> frozenset[str]:
    """Return the technologies that the docs and the example know and that are not installed."""
    text = EXAMPLE.read_text("utf-8")
    settings = YAML(typ="safe", pure=True).load(text)["integrations"]
    offered = re.findall(r"(?m)^  # ([a-z]+):$", text)
    return frozenset(
        name for name in (*settings, *offered) if name not in packages.own() and (ROOT / "docs" / f"{name}.md").exists()
    )


def has_page(page: Path) -> bool:
    """Return whether what the page `page` is about is there."""
    return not any(page.stem == name or page.stem.startswith(f"{name}-") for name in away())


def without_files(text: str) -> str:
    """Return the `text` of a page without the names of files of technologies that are away."""
    for name in away():
        owned = rf"(?:remediator|tests)/integrations/{name}\b|lab/{name}\b|(?:checks|rules|runbooks)/{name}\.yaml"
        text = re.sub(rf"(?:{owned})[\w./*-]*(?:::\w+)?", "", text)
    return text


def example() -> str:
    """Return the text of the example config, without the settings of technologies that are away."""
    text = EXAMPLE.read_text("utf-8")
    for name in away():
        text = re.sub(rf"(?m)^  {name}:\n(?:    .*\n)*", "", text)
    return text
