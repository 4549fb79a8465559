"""The engine that kolla's globals name: which files, which order, and that no failure becomes a default."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.inventory import InventoryUnreadable
from remediator.inventory.kolla import globals

pytestmark = pytest.mark.unit

PODMAN = "kolla_container_engine: podman\n"
DOCKER = "kolla_container_engine: docker\n"


def put(root: Path, **files: str) -> Path:
    """Return the path of an inventory in `root` with `files` beside it; `d__x` is globals.d/x.yml, `g` globals.yml."""
    (root / "globals.d").mkdir(exist_ok=True)
    for name, text in files.items():
        (root / ("globals.yml" if name == "g" else f"globals.d/{name.removeprefix('d__')}.yml")).write_text(text)
    return root / "multinode"


def engine(root: Path, **files: str) -> str | None:
    return globals.read(put(root, **files), root / "standard").engine


def refusal(root: Path, **files: str) -> str:
    with pytest.raises(InventoryUnreadable) as refused:
        engine(root, **files)
    assert refused.value.remedy.endswith("or say which engine it is: inventory.engine in our config")
    return str(refused.value).replace(f"{root}/", "")


def test_the_directory_goes_before_the_file_and_its_last_file_before_the_others(tmp_path: Path) -> None:
    assert engine(tmp_path, g=DOCKER, d__b=PODMAN, d__a=DOCKER, d__c="x: 1\n") == "podman"
    assert globals.read(tmp_path / "multinode").file == str(tmp_path / "globals.d/b.yml")


def test_only_the_names_that_kolla_takes(tmp_path: Path) -> None:
    put(tmp_path, g=DOCKER)
    (tmp_path / "globals.d/off.yml.bak").write_text(PODMAN)
    assert engine(tmp_path) == "docker"
    (tmp_path / "globals.d/on.json").write_text('{"kolla_container_engine": "podman"}')
    assert engine(tmp_path) == "podman"


@pytest.mark.parametrize(
    "text",
    [
        f"enable_heat: no\n{PODMAN}enable_heat: yes\n",
        f"{DOCKER}{PODMAN}",
        f"{PODMAN}x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n",
        f"{PODMAN}x: !unsafe 'a{{{{b'\n",
        "kolla_container_engine: !unsafe podman\n",
        "base: &base {kolla_container_engine: podman}\n<<: *base\n",
        "base: &base {kolla_container_engine: docker}\n<<: *base\nkolla_container_engine: podman\n",
    ],
)
def test_what_ansible_reads_as_podman(tmp_path: Path, text: str) -> None:
    assert engine(tmp_path, g=text) == "podman"


@pytest.mark.parametrize("text", ["", "---\n", "# kolla_container_engine: podman\n", "enable_heat: no\n"])
def test_a_file_that_names_none(tmp_path: Path, text: str) -> None:
    assert globals.read(put(tmp_path, g=text)) == globals.Globals(folder=str(tmp_path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "kolla_container_engine: '{{ engine }}'\n",
            "globals.yml:1: kolla_container_engine is a template ({{ engine }})",
        ),
        (
            "a: 1\nkolla_container_engine: !vault |\n  $ANSIBLE_VAULT;x\n",
            "globals.yml:2: kolla_container_engine is vaulted",
        ),
        ("$ANSIBLE_VAULT;1.1;AES256\n3132\n", "globals.yml: vaulted as a whole"),
        (
            "kolla_container_engine: lxc\n",
            "globals.yml:1: kolla_container_engine is 'lxc', and not one of docker, podman",
        ),
        ("kolla_container_engine:\n", "globals.yml:1: kolla_container_engine is '', and not one of"),
        ("kolla_container_engine: [podman]\n", "globals.yml:1: kolla_container_engine is no text"),
        ("a: [1,\n", "globals.yml:2: not YAML"),
        ("- a\n", "globals.yml: should be a mapping"),
        ("a: 1\n---\nb: 1\n", "globals.yml:2: not YAML"),
    ],
)
def test_what_cannot_be_read_is_a_mistake_that_names_the_file(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, g=text)
    assert words.replace("globals.yml", "globals.d/a.yml") in refusal(tmp_path, g=PODMAN, d__a=text)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "globals.yml").write_bytes(b"a: \xff\n")
    assert "globals.yml: not UTF-8 text (byte 3)" in refusal(tmp_path)


def test_a_link_to_nowhere_and_a_folder_in_its_place(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "globals.yml").symlink_to(tmp_path / "gone")
    assert "cannot be read: No such file or directory" in refusal(tmp_path)
    (tmp_path / "globals.yml").unlink()
    (tmp_path / "globals.yml").mkdir()
    assert "cannot be read: Is a directory" in refusal(tmp_path)


def test_the_standard_place_counts_where_there_are_none_beside_the_inventory(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/globals.yml").write_text(PODMAN)
    assert globals.read(tmp_path / "multinode", tmp_path / "etc").engine == "podman"
    assert globals.read(tmp_path / "multinode", tmp_path / "none") == globals.NONE
