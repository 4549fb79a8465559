"""Patches a file's syntax tree in one place of it, so that lines that moved elsewhere outdate nothing.

Invariant: what is looked for occurs exactly once in its place; none, or two, is an error and never a guess.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass


class NoFit(Exception):
    """The place is not in the file, or what is looked for is not in the place exactly once."""


@dataclass(frozen=True, slots=True)
class Found:
    """`length` nodes from `index` on in the list `field` of `parent`; no index: the field itself."""

    parent: ast.AST
    field: str
    index: int | None
    length: int = 1

    def first(self) -> ast.AST:
        here: ast.AST = getattr(self.parent, self.field)[self.index]
        return here

    def put(self, nodes: list[ast.AST]) -> None:
        if self.index is None:
            setattr(self.parent, self.field, nodes[0])
        else:
            getattr(self.parent, self.field)[self.index : self.index + self.length] = nodes


def patched(text: str, place: str, old: str, new: str, within_text: bool = False) -> str:
    """Return the file's `text` with `old` in `place` (a function, a method, a name that is assigned) replaced by `new`.

    Both are code: an expression, or statements; with `within_text` a piece of a string. ``...`` as the body of a
    compound
    statement stands for the body that is there. Raise NoFit.
    """
    tree = ast.parse(text)
    scope = scope_of(tree, place)
    if within_text:
        _replace_text(scope, place, old, new)
        return ast.unparse(tree)
    wanted, instead = _parsed(old), _parsed(new)
    as_expression = _expression(wanted) is not None and _expression(instead) is not None
    found = list(_expressions(scope, wanted) if as_expression else _statements(scope, wanted))
    if len(found) != 1:
        raise NoFit(f"its old code occurs {len(found)} times in {place}")
    if as_expression:
        found[0].put([instead[0].value])  # type: ignore[attr-defined]
    else:
        found[0].put([_with_body(each, found[0].first()) for each in instead])
    return ast.unparse(ast.fix_missing_locations(tree))


def scope_of(tree: ast.Module, place: str) -> ast.AST:
    """Return the node that `place` names: ``function``, ``Class.method``, or a name that the module or class assigns.
    Raise NoFit."""
    node: ast.AST = tree
    for name in place.split("."):
        named = [each for each in getattr(node, "body", ()) if name in _names(each)]
        if len(named) != 1:
            raise NoFit(f"{place} is there {len(named)} times")
        node = named[0]
    return node


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _parsed(code: str) -> list[ast.stmt]:
    return ast.parse(textwrap.dedent(code).strip("\n")).body


def _expression(statements: list[ast.stmt]) -> ast.expr | None:
    only = statements[0] if len(statements) == 1 else None
    return only.value if isinstance(only, ast.Expr) else None


def _expressions(scope: ast.AST, wanted: list[ast.stmt]) -> Iterator[Found]:
    looked_for = ast.dump(wanted[0].value)  # type: ignore[attr-defined]
    for parent in ast.walk(scope):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.expr) and ast.dump(value) == looked_for:
                yield Found(parent, field, None)
            for index, each in enumerate(value) if isinstance(value, list) else ():
                if isinstance(each, ast.expr) and ast.dump(each) == looked_for:
                    yield Found(parent, field, index)


def _statements(scope: ast.AST, wanted: list[ast.stmt]) -> Iterator[Found]:
    looked_for, length = [ast.dump(each) for each in wanted], len(wanted)
    dump = _header if length == 1 and _stands_open(wanted[0]) else ast.dump
    for parent in ast.walk(scope):
        for field, value in ast.iter_fields(parent):
            if not isinstance(value, list) or not all(isinstance(each, ast.stmt) for each in value):
                continue
            dumped = [dump(each) for each in value]
            for index in range(len(dumped) - length + 1):
                if dumped[index : index + length] == looked_for:
                    yield Found(parent, field, index, length)


def _stands_open(node: ast.AST) -> bool:
    """Return whether the body of a compound statement is ``...`` alone."""
    body = getattr(node, "body", None)
    return isinstance(body, list) and len(body) == 1 and ast.dump(body[0]) == ast.dump(ast.Expr(ast.Constant(...)))


def _header(node: ast.AST) -> str:
    """Return the dump of a statement without what stands in it, as ``...`` has it."""
    if not isinstance(node, (ast.If, ast.For, ast.While, ast.With)):
        return ast.dump(node)
    open_body = {"body": [ast.Expr(ast.Constant(...))], **({} if isinstance(node, ast.With) else {"orelse": []})}
    return ast.dump(type(node)(**{**dict(ast.iter_fields(node)), **open_body}))


def _with_body(node: ast.AST, whose: ast.AST) -> ast.AST:
    """Return `node`, with the body of what it replaces when its own stands open."""
    if _stands_open(node):
        for field in ("body", "orelse"):
            if hasattr(node, field):
                setattr(node, field, getattr(whose, field))
    return node


def _replace_text(scope: ast.AST, place: str, old: str, new: str) -> None:
    texts = [node for node in ast.walk(scope) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    times = sum(node.value.count(old) for node in texts)
    if times != 1:
        raise NoFit(f"its old text occurs {times} times in the strings of {place}")
    for node in texts:
        node.value = node.value.replace(old, new)
