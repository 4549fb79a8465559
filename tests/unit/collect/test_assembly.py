"""The script that is sent to hosts: Python 3.6, standard library, the same bytes for the same sources."""

from __future__ import annotations

import ast
import json
import re
from importlib import resources

import pytest

from remediator.collect import assembly
from remediator.model.manifest.integration import SectionSpec
from tests.builders import replies
from tests.builders.replies import SHIPPED as INTEGRATIONS

pytestmark = pytest.mark.unit

TEXTS = {
    "runner": assembly.script({}),
    **{f"{name}/remote.py": one.remote_source for name, one in INTEGRATIONS.items()},
}
SOURCES = {
    "runner": resources.files("remediator.collect").joinpath("remote_runner.py").read_text("utf-8"),
    **{f"{name}/remote.py": one.remote_source for name, one in INTEGRATIONS.items()},
}
STDLIB = {
    "calendar",
    "errno",
    "fcntl",
    "glob",
    "hashlib",
    "json",
    "os",
    "re",
    "resource",
    "select",
    "signal",
    "socket",
    "struct",
    "subprocess",
    "sys",
    "time",
    "traceback",
    "zlib",
}
"""All of them are in Python 3.6."""
NEWER = {
    "capture_output": "3.7",
    "text": "3.7",
    "dirs_exist_ok": "3.8",
    "missing_ok": "3.8",
    "removeprefix": "3.9",
    "removesuffix": "3.9",
    "fromisoformat": "3.7",
    "readlink": "3.9",
    "monotonic_ns": "3.7",
    "time_ns": "3.7",
    "prod": "3.8",
    "posix_spawn": "3.8",
    "pidfd_open": "3.9",
    "dataclasses": "3.7",
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_python_3_6(name: str) -> None:
    ast.parse(TEXTS[name], feature_version=(3, 6))


@pytest.mark.parametrize("name", TEXTS)
def test_it_uses_no_syntax_or_call_that_came_later(name: str) -> None:
    found = []
    for node in ast.walk(ast.parse(TEXTS[name])):
        if isinstance(node, (ast.NamedExpr, ast.Match)):
            found.append(f"line {node.lineno}: {type(node).__name__}")
        if isinstance(node, ast.keyword) and node.arg in NEWER:
            found.append(f"keyword {node.arg}")
        if isinstance(node, ast.Attribute) and node.attr in NEWER:
            found.append(f"line {node.lineno}: .{node.attr}")
        if isinstance(node, ast.arguments) and node.posonlyargs:
            found.append("positional-only parameters")
    assert found == []
    assert not re.search(r"""\bf["'][^"'\n]*\{[^}"'\n]*=\}""", TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_it_imports_the_standard_library_of_3_6_and_nothing_else(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse(TEXTS[name])):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert imported <= STDLIB


def test_the_check_for_newer_syntax_can_fail() -> None:
    with pytest.raises(SyntaxError):
        ast.parse("if (a := 1): pass", feature_version=(3, 6))


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_each_section_has_its_function_and_the_docstring_says_where_it_runs(name: str) -> None:
    tree = ast.parse(INTEGRATIONS[name].remote_source)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {f"collect_{spec.name}" for spec in INTEGRATIONS[name].sections} <= functions
    assert str(ast.get_docstring(tree)).startswith("Runs on the host, standard library only, Python 3.6 or later")


def test_the_same_sources_are_the_same_bytes() -> None:
    again = dict(reversed(list(INTEGRATIONS.items())))
    assert assembly.packed(assembly.script(INTEGRATIONS)) == assembly.packed(assembly.script(again))


KINDS_OF_HOSTS = {
    "compute": {"container", "host", "ovs", "ovn"},
    "database": {"container", "host", "galera"},
}
"""What most hosts of a large cloud are sent in each cycle."""


@pytest.mark.parametrize("kind", KINDS_OF_HOSTS)
def test_what_is_sent_stays_small(kind: str) -> None:
    sent = {name: one for name, one in INTEGRATIONS.items() if name in KINDS_OF_HOSTS[kind]}
    assert len(assembly.packed(assembly.script(sent))) < 20_000


def test_what_a_host_of_every_kind_is_sent_stays_bounded() -> None:
    """The few controllers of a cloud have everything: for them a quarter more is allowed."""
    assert len(assembly.packed(assembly.script(INTEGRATIONS))) < 25_000


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_sent_means_what_was_written_line_by_line(name: str) -> None:
    written, sent = ast.parse(SOURCES[name]), ast.parse(assembly.bare(SOURCES[name]))
    for node in ast.walk(written):
        for each in assembly._docstrings(node):
            node.body.remove(each)  # type: ignore[attr-defined]
    assert ast.dump(written, include_attributes=True) == ast.dump(sent, include_attributes=True)
    assert len(assembly.bare(SOURCES[name])) < len(SOURCES[name])


def test_the_request_is_one_line_of_json() -> None:
    spec = SectionSpec(kind=replies.kind("disk"), timeout_s=5.0, memory_mb=64)
    line = assembly.request_line([("host", spec)], {"engine": "podman"}, "s", 20.0, assembly.Lock())
    body = json.loads(line)
    assert line.count(b"\n") == 1
    assert body["sections"] == [{"integration": "host", "name": "disk", "timeout_s": 5.0, "memory_mb": 64}]
    assert (body["engine"], body["sentinel"], body["lock_file"]) == ("podman", "s", "/etc/hostname")


def test_sudo_never_asks() -> None:
    assert assembly.argv(True)[:4] == ("sudo", "-n", "--", "python3")
    assert assembly.argv(False)[0] == "python3"
