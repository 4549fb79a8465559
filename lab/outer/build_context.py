"""What an image is built from: the lab's own folder `image/KIND`, and the same folder of each technology.

A technology's folder may hold `packages`, names of Debian packages, and `root/`, which is copied over the tree. For the
services it may also
hold `prepare`, a shell script that runs once in the image. `images/NAME` there is a Dockerfile (FROM lab-service) that
makes kolla's image NAME.
Invariant: no two folders bring the same file, and a file with which nothing would be done is an error.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from lab import paths
from lab.cloud import technologies
from lab.errors import LabError

PACKAGES = "packages"
PREPARE = "prepare"
FOLDERS = (PREPARE, "images")
"""These are there even where nothing is in them."""


def packages(kind: str) -> list[str]:
    """Return the Debian packages of the tree below an image."""
    lists = [folder / PACKAGES for folder in _folders(kind).values()]
    return sorted({name for file in lists if file.exists() for name in file.read_text().split()})


def files(kind: str) -> dict[str, Path]:
    """Return the files that an image is built from, by their place in the context.

    Raise LabError when two would have one place, or when nothing would be done with one.
    """
    placed: dict[str, Path] = {}
    for name, folder in _folders(kind).items():
        for file in sorted(folder.rglob("*")):
            place = file.relative_to(folder).as_posix()
            if not file.is_file() or place == PACKAGES:
                continue
            if name and not place.startswith("root/") and (kind != "service" or place.split("/")[0] not in FOLDERS):
                raise LabError(f"nothing is done with {file}: an image takes {', '.join(_taken(kind))}")
            place = f"{PREPARE}/{name}" if place == PREPARE else place
            if place in placed:
                raise LabError(f"{placed[place]} and {file} have one place in the image; rename one of them")
            placed[place] = file
    return placed


def write(kind: str, target: Path) -> None:
    """Make `target` a folder with all these files, and with nothing else."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in FOLDERS:
        (target / folder).mkdir(parents=True)
    for place, file in files(kind).items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / place)


def names() -> list[str]:
    """Return the names of kolla's images that the services run from."""
    return sorted({service.image for each in technologies.found() for service in each.services})


def _taken(kind: str) -> list[str]:
    """Return what a technology's folder may hold."""
    return [PACKAGES, "root/", *([PREPARE, "images/"] if kind == "service" else [])]


def _folders(kind: str) -> dict[str, Path]:
    """Return the folder that each brings, by its name: the lab's own first."""
    brought = {each.name: each.image / kind for each in technologies.found() if each.image is not None}
    return {name: folder for name, folder in {"": paths.IMAGE / kind, **brought}.items() if folder.is_dir()}
