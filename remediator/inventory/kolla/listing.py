"""What ``ansible-inventory --list`` prints: one bounded run of somebody else's program, its answer as JSON.

It gets a directory of its own for its temporary files, so that it also works for an account without a home.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.inventory.errors import InventoryUnreadable

MOST_BYTES = 64 << 20
INSTALL = "install ansible-core (the extra `kolla`) or give the hosts under inventory.hosts"
VAULT = "name the file with the vault's password in ANSIBLE_VAULT_PASSWORD_FILE, in the environment of remediator"
NO_SECRET = ("no vault secrets found", "decryption failed")
"""How ansible-core (2.11 to 2.19) says that it could not open a vaulted file."""


def tool(source: str) -> str:
    """Return the ``ansible-inventory`` beside this interpreter, else the one on PATH. Raise InventoryUnreadable."""
    beside = Path(sys.executable).with_name("ansible-inventory")
    found = str(beside) if beside.exists() else shutil.which("ansible-inventory")
    if found is None:
        raise InventoryUnreadable(source, "there is no ansible-inventory beside this Python or on PATH", INSTALL)
    return found


def of(source: str, program: str, timeout_s: float) -> Any:
    """Return what `program` prints about the inventory `source`. Raise InventoryUnreadable."""
    try:
        with tempfile.TemporaryDirectory(prefix="remediator-inventory-", ignore_cleanup_errors=True) as room:
            done = _run(source, program, timeout_s, room)
    except OSError as error:
        why = f"there is no room for temporary files: {error.strerror}"
        raise InventoryUnreadable(source, why, "see TMPDIR, and the space left in /tmp") from None
    if done.returncode != 0:
        said = _said(done.stderr)
        remedy = VAULT if any(words in said.lower() for words in NO_SECRET) else _check(source)
        raise InventoryUnreadable(source, f"ansible-inventory ended with {done.returncode}: {said}", remedy)
    if len(done.stdout) > MOST_BYTES:
        raise InventoryUnreadable(source, "ansible-inventory printed more than 64 MiB", _check(source))
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise InventoryUnreadable(source, "ansible-inventory did not print JSON", _check(source)) from None


def _run(source: str, program: str, timeout_s: float, room: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [program, "-i", source, "--list"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env=_environment(os.environ, room),
            cwd="/",  # an ansible.cfg in whatever directory we were started from is not ours
            check=False,
        )
    except subprocess.TimeoutExpired:
        why = f"ansible-inventory did not end within {timeout_s:.0f} s"
        raise InventoryUnreadable(source, why, _check(source)) from None
    except OSError as error:
        raise InventoryUnreadable(source, f"{program} cannot be run: {error.strerror}", INSTALL) from None


def _environment(given: Mapping[str, str], room: str) -> dict[str, str]:
    return {
        **given,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_LOCAL_TEMP": room,
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def _said(stderr: bytes) -> str:
    """Return the end of what it complained of; its warnings only when it said nothing else."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    errors = [line for line in lines if not line.startswith("[WARNING]")]
    return " ".join(" ".join(errors or lines).split())[-300:]


def _check(source: str) -> str:
    return f"check it with: ansible-inventory --list -i {source}"
