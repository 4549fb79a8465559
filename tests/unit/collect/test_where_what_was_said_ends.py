"""What a host said becomes facts in `collect`, by the parser of the section's kind, and goes no further than that."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import remediator
from remediator.collect.collector import Collector
from remediator.model.hosts import Host
from remediator.model.manifest.integration import DirectSpec
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply
from tests.builders.replies import KINDS, SHIPPED
from tests.unit.integrations import golden, hostile
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

ROOT = Path(remediator.__file__).parent
MAKES_SECTIONS = {"collect/collector.py", "collect/parsing.py", "daemon/observe/judgement.py"}
"""Files that make a `Section`: of facts, and where a reply cannot be judged, of UNKNOWN."""
READS = {"collect/collector.py", "collect/parsing.py"}
"""Files in which a kind reads what was said."""
ASKS_BY_NAME = {"daemon/decide/cases.py", "daemon/engine/retention.py"}
"""Files that ask a reply by a section's name whether something is known of it."""
LEAVES = (str, int, float, bool, type(None), Unknown, enum.Enum)


# the collector's exit -------------------------------------------------------------------------------------------------


class Honest:
    """A way to hosts that say `said`."""

    token = ""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        length, _, rest = stdin.partition(b"\n")
        request = json.loads(rest[int(length) :])
        sections = {one["name"]: {"data": self._said[one["name"]], "took": 0.1} for one in request["sections"]}
        body = {"v": 1, "boot_id": "b", "sections": sections, "took": 0.1, "clock": make.NOW_S}
        return RawReply(reach=Reach.OK, stdout=f"{request['sentinel']} {json.dumps(body)}\n".encode(), exit_code=0)

    def run(self, host: Host, command: Any) -> Any:
        raise AssertionError("nothing is commanded here")

    def close(self) -> None:
        """There is nothing to end."""


class Still:
    def now(self) -> Any:
        return make.at(3600)


def collected(said: Mapping[str, Any]) -> HostReply:
    """Return the reply of a host that says `said`, from the collector with every integration of the house."""
    shipped = {
        name: dataclasses.replace(
            one,
            applies=None,
            direct=[DirectSpec(kind=spec.kind, fetch=lambda _, name=spec.name: said[name]) for spec in one.direct],
        )
        for name, one in SHIPPED.items()
    }
    collector = Collector(Honest(said), shipped, Still(), sudo=False)
    return collector.collect(Host(name="ctl1", address="192.0.2.11", groups=("mariadb",)), ())


RECORDED: list[Mapping[str, Any]] = [
    hostile.sections(),
    *({**hostile.sections(), "containers": golden.section_of(case)} for case in golden.CASES),
    *({**hostile.sections(), **said} for each in hostile.TECHNOLOGIES for said in each.recorded()),
]


@pytest.mark.parametrize("said", RECORDED, ids=[str(n) for n in range(len(RECORDED))])
def test_every_section_leaves_the_collector_as_the_frozen_record_of_its_kind(said: Mapping[str, Any]) -> None:
    reply = collected(said)
    assert (reply.reach, set(reply.sections)) == (Reach.OK, set(KINDS))
    for name, section in reply.sections.items():
        expected = Unknown if isinstance(said[name], Unknown) else KINDS[name].facts
        assert type(section.data) is expected, (name, section.data)
        assert list(loose(section.data)) == [], name


def loose(value: object, place: str = "") -> Iterator[str]:
    """Return each place of `value` that is no value of its own type: a list, an object of JSON, a record that can be
    changed."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if not value.__dataclass_params__.frozen or hasattr(value, "__dict__"):  # type: ignore[attr-defined]
            yield f"{place}: {type(value).__name__} is not frozen, or has a dictionary of its own"
        for field in dataclasses.fields(value):
            yield from loose(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            assert isinstance(key, str)
            if isinstance(item, Mapping):
                yield f"{place}[{key}]: an object of JSON"
            yield from loose(item, f"{place}[{key}]")
    elif isinstance(value, (tuple, frozenset)):
        for item in value:
            yield from loose(item, f"{place}[]")
    elif not isinstance(value, LEAVES):
        yield f"{place}: {type(value).__name__}"


def test_a_record_with_a_list_in_it_or_with_what_was_said_is_found() -> None:

    @dataclasses.dataclass(frozen=True, slots=True)
    class Odd:
        said: Any

    assert list(loose(Odd([1])))
    assert list(loose(Odd({"a": {"b": 1}})))
    assert list(loose(Odd(()))) == []


# the files ------------------------------------------------------------------------------------------------------------


def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}


TREES = trees()


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_sections_are_made_by_the_collector_alone() -> None:
    found = {
        name
        for name, tree in TREES.items()
        for call in calls(tree)
        if "Section" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
    }
    assert found == MAKES_SECTIONS


def test_kinds_read_in_the_collector_alone_and_nobody_asks_for_a_section_by_its_name_to_look_into_it() -> None:
    attributes = {
        name: {call.func.attr for call in calls(tree) if isinstance(call.func, ast.Attribute)}
        for name, tree in TREES.items()
    }
    assert {name for name, found in attributes.items() if "facts_in" in found} == READS
    assert {name for name, found in attributes.items() if "section" in found} == ASKS_BY_NAME


def parser_files() -> set[str]:
    """Return the modules of the kinds' parsers, and those whose own `parse` they call for a part of the section."""
    found = {kind.parse.__module__ for kind in KINDS.values()}
    for _ in range(2):
        for module in sorted(found):
            found |= parsed_by(ast.parse(inspect.getsource(sys.modules[module])))
    return found


def parsed_by(tree: ast.Module) -> set[str]:
    """Return the modules of the integrations whose function `parse` is called in `tree`, by whatever name."""
    modules: dict[str, str] = {}
    functions: dict[str, str] = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module is not None
            and node.module.startswith("remediator.integrations")
        ):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if alias.name == "parse":
                    functions[alias.asname or "parse"] = node.module
    found = set()
    for call in calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "parse" and isinstance(call.func.value, ast.Name):
            found |= {modules[call.func.value.id]} if call.func.value.id in modules else set()
        elif isinstance(call.func, ast.Name) and call.func.id in functions:
            found.add(functions[call.func.id])
    return found


@pytest.mark.parametrize(
    "source",
    [
        "from remediator.integrations.host import disks\nfound = disks.parse(reply)",
        "from remediator.integrations.host import disks as of_host\nfound = [of_host.parse(one) for one in replies]",
        "from remediator.integrations.host.disks import parse as again\nfound = again(reply)",
    ],
)
def test_one_that_parses_again_is_found(source: str) -> None:
    assert parsed_by(ast.parse(source)) == {"remediator.integrations.host.disks"}


def test_parsers_are_called_by_parsers_alone() -> None:
    files = parser_files()
    for each in hostile.TECHNOLOGIES:
        assert files >= each.PARSERS_OF_PARTS, "the parsers of parts are found"
    for name, tree in TREES.items():
        module = "remediator." + name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        if module not in files:
            assert not parsed_by(tree) & files, f"{name} parses again what came with the reply"


def test_no_parser_keeps_anything() -> None:
    """A cache beside a parser outlives the replies it was made for."""

    def sizes() -> dict[tuple[str, str], int]:
        return {
            (module, name): len(value)
            for module in sorted(parser_files())
            for name, value in vars(sys.modules[module]).items()
            if isinstance(value, (dict, list, set)) and not name.startswith("__")
        }

    before = sizes()
    for number in range(3):
        said = {**hostile.sections(), "containers": make.containers(make.container(id=f"c{number}"))}
        assert all(KINDS[name].facts_in(value) == KINDS[name].parse(value) for name, value in said.items())
    assert sizes() == before
    for module in sorted(parser_files()):
        assert "functools" not in inspect.getsource(sys.modules[module]), (
            f"{module}: what is parsed ends with its reply"
        )
