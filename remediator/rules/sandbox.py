"""The environment of texts for people: sandboxed Jinja2 in which no text takes long or becomes large. The only file
that compiles one.

Invariants. A text makes at most MOST_PASSES passes through its loops within MOST_S. No value in it grows beyond
MOST_CHARS or MOST_ITEMS, and its output is counted piece by piece. A text that asks for more raises `TooMuch`. Nothing
is computed while a text is compiled.

That is enough because texts have no calls and no blocks that collect output, and their lists are of constants and data.
Operators, ``~``, ``join`` and loops can still make something grow, and each of them passes by here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

import jinja2
from jinja2 import filters, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from remediator.rules.errors import BadText

MOST_PASSES: Final = 10_000
MOST_S: Final = 0.5
MOST_CHARS: Final = 65_536
MOST_ITEMS: Final = 1000
MOST_BITS: Final = 256
"""Most bits of a number."""
MOST_DEEP: Final = 40
ITEMS, JOINED = "counted items", "counted text"
"""Names of our own filters: no text can write one with a space."""
_STATEMENTS: Final = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
"""A text is one piece: it includes nothing and defines nothing that another could use."""


class TooMuch(Exception):
    """A text asks for more than it may; the sentence says of what."""


class _Spent(threading.local):
    """What the text that is being written in this thread has used up."""

    passes = 0
    ends_s = 0.0


_spent = _Spent()


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Sandboxed, immutable, and bounded. `filters` of the caller are added to those of Jinja2 that are kept."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, int | float) and isinstance(right, int | float):
            if operator == "**" and isinstance(left, int) and left.bit_length() * abs(right) > MOST_BITS:
                raise TooMuch("a number in it is too large")
            found = super().call_binop(context, operator, left, right)
            if isinstance(found, int) and found.bit_length() > MOST_BITS:
                raise TooMuch("a number in it is too large")
            return found
        sized = isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple)
        if sized and operator == "+" and type(left) is type(right):
            if len(left) + len(right) > (MOST_CHARS if isinstance(left, str) else MOST_ITEMS):
                raise TooMuch("a value in it is too long")
        elif sized:
            raise TooMuch(f"{operator} takes numbers")
        return super().call_binop(context, operator, left, right)


def environment(own: dict[str, Any], finalize: Any) -> BoundedEnvironment:
    """Return an environment with the filters `own` beside those of Jinja2 that cannot make anything grow."""
    made = BoundedEnvironment(
        undefined=jinja2.StrictUndefined, finalize=finalize, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    kept = {name: made.filters[name] for name in ("length", "default", "lower", "upper", "first")}
    made.filters = {**kept, "join": _join, "round": _round, **own, ITEMS: _items, JOINED: _joined}
    made.globals = {}
    return made


def parse(source: str, env: BoundedEnvironment) -> nodes.Template:
    """Return the tree of `source`. Raise BadText for a source that is no template, or has parts that cannot be
    bounded."""
    try:
        tree = env.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise BadText(str(error.message), line=error.lineno) from None
    except RecursionError:
        raise BadText(f"nested deeper than {MOST_DEEP} levels", line=_deepest(source)) from None
    _must_be_shallow(tree)
    for statement in tree.find_all(nodes.Stmt):
        if not isinstance(statement, _STATEMENTS) or getattr(statement, "recursive", False):
            raise BadText(f"{type(statement).__name__.lower()} is not allowed in a text", line=statement.lineno)
    for call in tree.find_all(nodes.Call):
        raise BadText("a call is not allowed in a text; there are filters", line=call.lineno)
    made = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"} | {"loop"}
    for literal in tree.find_all((nodes.List, nodes.Tuple, nodes.Dict)):
        for name in literal.find_all(nodes.Name):
            if name.ctx == "load" and name.name in made:
                why = f"a list may hold constants and data, and {name.name} is made in the text"
                raise BadText(why, line=literal.lineno)
    return tree


def is_heavy(tree: nodes.Template) -> bool:
    """Return whether a text could be refused for its size or time, so that it is worth a try when it is loaded."""
    nested = any(any(True for _ in loop.find_all(nodes.For)) for loop in tree.find_all(nodes.For))
    return nested or any(True for _ in tree.find_all((nodes.Mul, nodes.Pow, nodes.Mod)))


def compiled(source: str, env: BoundedEnvironment) -> jinja2.Template:
    """Return the template of `source`, which was parsed without a mistake before."""
    tree = _Counting().visit(env.parse(source))
    tree.set_environment(env)
    return jinja2.Template.from_code(env, env.compile(tree), {})


def written(template: jinja2.Template, values: dict[str, Any], most_chars: int) -> str:
    """Return the output of `template`, cut off after `most_chars`. Raise TooMuch, or any error of the template."""
    _spent.passes, _spent.ends_s = 0, time.monotonic() + MOST_S
    parts: list[str] = []
    length = 0
    for part in template.generate(values):
        parts.append(part)
        length += len(part)
        if length > most_chars:
            break
    return "".join(parts)


class _Counting(NodeTransformer):
    """Puts our filters around what each loop goes through, and in place of ``~``."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, ITEMS, [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return nodes.Filter(nodes.List(node.nodes, lineno=node.lineno), JOINED, [], [], None, None, lineno=node.lineno)


def _items(value: Iterable[Any]) -> Iterator[Any]:
    for item in value:
        _spent.passes += 1
        if _spent.passes > MOST_PASSES:
            raise TooMuch(f"its loops make more than {MOST_PASSES} passes")
        if time.monotonic() > _spent.ends_s:
            raise TooMuch(f"it takes longer than {MOST_S} s")
        yield item


def _joined(parts: list[Any]) -> str:
    """``a ~ b``."""
    texts = [str(part) for part in parts]
    if sum(map(len, texts)) > MOST_CHARS:
        raise TooMuch("a value in it is too long")
    return "".join(texts)


@jinja2.pass_eval_context
def _join(context: nodes.EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Filter: as Jinja2's own."""
    items = list(value)
    between = len(str(d)) * len(items)
    if between + sum(len(item) for item in items if isinstance(item, str)) > MOST_CHARS:
        raise TooMuch("a value in it is too long")
    return str(filters.do_join(context, items, d, attribute))


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    """Filter: as Jinja2's own, to at most 12 places."""
    if not isinstance(precision, int) or abs(precision) > 12:
        raise TooMuch("round takes at most 12 places")
    return filters.do_round(value, precision, method)


def _must_be_shallow(tree: nodes.Template) -> None:
    left: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while left:
        node, depth = left.pop()
        if depth > MOST_DEEP:
            raise BadText(f"nested deeper than {MOST_DEEP} levels", line=node.lineno)
        left += [(child, depth + 1) for child in node.iter_child_nodes()]


def _deepest(source: str) -> int:
    """Return the line on which the brackets of `source` are open deepest."""
    depth = most = 0
    line = 1
    for number, text in enumerate(source.splitlines(), 1):
        for letter in text:
            depth += (letter in "([{") - (letter in ")]}")
            if depth > most:
                most, line = depth, number
    return line
