"""Record which containers each release of kolla-ansible deploys, and by which tags: from a clone with its tags.

    python -m tests.golden.record_kolla CLONE > tests/golden/kolla/deployed.json

The playbooks of a release say which role has which tags. The defaults of its roles say which containers there are, in
which directory each is configured, and which keep a volume of their own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from remediator.integrations.container.kolla import releases

BOOKS = ("site.yml", "mariadb.yml", "nova.yml", "rabbitmq.yml")
NOT_ITS_OWN = ("kolla_logs", "_socket", "devpts")


def git(clone: str, *argv: str) -> str:
    return subprocess.run(["git", "-C", clone, *argv], capture_output=True, text=True, check=True).stdout


def _list(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value] if value else [])]


def roles(clone: str, ref: str) -> dict[str, set[str]]:
    """Return role -> tags that choose it."""
    found: dict[str, set[str]] = {}
    there = git(clone, "ls-tree", "--name-only", f"{ref}:ansible").split()
    for book in (each for each in BOOKS if each in there):
        for play in yaml.safe_load(git(clone, "show", f"{ref}:ansible/{book}")) or []:
            for role in play.get("roles") or []:
                name, tags = (role, None) if isinstance(role, str) else (role["role"], role.get("tags"))
                found.setdefault(name, set()).update([*_list(play.get("tags")), *_list(tags)])
            for task in play.get("tasks") or []:
                used = next((task[key] for key in task if key.endswith(("import_role", "include_role"))), None)
                if used:
                    name = used.get("name") or used["role"]
                    found.setdefault(name, set()).update([*_list(play.get("tags")), *_list(task.get("tags"))])
    return found


def containers(clone: str, ref: str) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (container, role, directory, keeps a volume of its own)."""
    for path in git(clone, "ls-tree", "-r", "--name-only", ref, "ansible/roles").split():
        found = re.fullmatch(r"ansible/roles/([^/]+)/defaults/main\.yml", path)
        if found is None:
            continue
        text = git(clone, "show", f"{ref}:{path}").replace("{{ project_name }}", found.group(1))
        lists = dict(re.findall(r"^(\w+)_default_volumes: *((?:\n(?!\S).*|\n-.*)*)", text, re.M))
        for key, block in re.findall(r"^  ([\w-]+):\n((?:    .*\n)+)", text, re.M):
            name = re.search(r"^    container_name: *\"?(\w+)\"?", block, re.M)
            if name is None:
                continue
            used = "".join(lists.get(each, "") for each in re.findall(r"(\w+)_default_volumes", block))
            volumes = re.findall(r"[\"'] *(?:\{\{ )?(\w+)(?: \}\})?:/", used)
            own = [each for each in volumes if not any(word in each for word in NOT_ITS_OWN)]
            yield name.group(1), found.group(1), key, bool(own)


def main(clone: str) -> None:
    rows: dict[tuple[str, str, str, bool], list[int]] = {}
    for major, (_, ref) in releases.RELEASES.items():
        tags = roles(clone, ref)
        for container, role, directory, own in containers(clone, ref):
            rows.setdefault((container, " ".join(sorted(tags.get(role, ()))), directory, own), []).append(major)
    print('{"provenance": {"kind": "read", "repository": "openstack/kolla-ansible",')
    print(f' "read": {json.dumps([ref for _, ref in releases.RELEASES.values()])},')
    print(' "command": "python -m tests.golden.record_kolla CLONE"},')
    print(' "columns": ["container", "tags", "directory", "volume of its own", "major versions"], "rows": [')
    print(",\n".join(json.dumps([*row, majors]) for row, majors in sorted(rows.items())))
    print("]}")


if __name__ == "__main__":
    main(sys.argv[1])
