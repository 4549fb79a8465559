"""Kinds of happenings, typed. The call of a kind is a happening; a happening is written down and read back by its
kind's signature.

Invariant: the words of a happening are those that its kind's function declares, whoever makes it: code, chance, or a
file. A kind is in no registry. Who reads happenings says which kinds they may be of: a `Repertoire`, which nobody can
change.
"""

from __future__ import annotations

import difflib
import enum
import functools
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Concatenate, Generic, ParamSpec, get_type_hints

from pydantic import TypeAdapter, ValidationError

from remediator.sim.happenings.stage import Stage

P = ParamSpec("P")


class NotAHappening(ValueError):
    """A name that no known kind has, or words that its kind does not take; the text says which."""


@dataclass(frozen=True, eq=False)
class Kind(Generic[P]):
    """What may happen, by the name and with the words of its function: `crash(host, name)` is told as ``crash ctl1
    memcached``."""

    happens: Callable[Concatenate[Stage, P], None]

    def __call__(self, *words: P.args, **named: P.kwargs) -> Happening:
        """Return the happening of this kind with these words. Raise NotAHappening for words that it does not take."""
        return Happening(self, self._checked(words, named))

    @functools.cached_property
    def name(self) -> str:
        return self.happens.__name__.replace("_", "-")

    @functools.cached_property
    def takes(self) -> str:
        """The words that it takes, as code has them."""
        return f"({', '.join(map(_shown, self._signature.parameters.values()))})"

    def read(self, words: Sequence[Any]) -> Happening:
        """Return the happening that has these words in JSON. Raise NotAHappening."""
        return Happening(
            self, self._each(words, lambda adapter, word: adapter.validate_json(json.dumps(word), strict=True))
        )

    def written(self, words: Sequence[Any]) -> list[Any]:
        """Return `words` as JSON has them."""
        return list(self._each(words, lambda adapter, word: adapter.dump_python(word, mode="json")))

    def _checked(self, words: Sequence[Any], named: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            bound = self._signature.bind(*words, **named)
        except TypeError as error:
            raise self._wrong(str(error)) from error
        if bound.kwargs:
            bound.apply_defaults()
        return self._each(bound.args, lambda adapter, word: adapter.validate_python(word, strict=True))

    def _each(self, words: Sequence[Any], do: Callable[[TypeAdapter[Any], Any], Any]) -> tuple[Any, ...]:
        try:
            self._signature.bind(*words)
        except TypeError as error:
            raise self._wrong(str(error)) from error
        found = []
        for (name, adapter), word in zip(self._adapters(len(words)), words, strict=True):
            try:
                found.append(do(adapter, word))
            except ValidationError as error:
                raise self._wrong(f"{name} is {word!r}: {error.errors()[0]['msg']}") from error
        return tuple(found)

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        _, *parameters = inspect.signature(self.happens).parameters.values()
        return inspect.Signature(parameters)

    @functools.cached_property
    def _declared(self) -> tuple[tuple[str, TypeAdapter[Any]], ...]:
        hints = get_type_hints(self.happens)
        return tuple((name, TypeAdapter(hints[name])) for name in self._signature.parameters)

    def _adapters(self, count: int) -> Iterator[tuple[str, TypeAdapter[Any]]]:
        """Yield what each of `count` words is checked by; the last declared one checks all that are left, as ``*hosts``
        does."""
        for place in range(count):
            yield self._declared[min(place, len(self._declared) - 1)]

    def _wrong(self, why: str) -> NotAHappening:
        return NotAHappening(f"{self.name} takes {self.takes}: {why}")


def kind(happens: Callable[Concatenate[Stage, P], None]) -> Kind[P]:
    """Make a kind of a function of the stage and plain words."""
    return Kind(happens)


@dataclass(frozen=True)
class Happening:
    """Made by the call of its kind."""

    kind: Kind[...]
    words: tuple[Any, ...]

    def happen(self, stage: Stage) -> None:
        self.kind.happens(stage, *self.words)

    def line(self) -> str:
        said = " ".join(" ".join(map(_said, each)) if isinstance(each, tuple) else _said(each) for each in self.words)
        return f"{self.kind.name} {said}".rstrip()

    def written(self) -> tuple[str, list[Any]]:
        """Return its name and its words as JSON has them; `Repertoire.read` reads them back."""
        return self.kind.name, self.kind.written(self.words)


def _shown(parameter: inspect.Parameter) -> str:
    star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
    default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
    return f"{star}{parameter.name}: {parameter.annotation}{default}"


def _said(word: Any) -> str:
    return str(word.value if isinstance(word, enum.Enum) else word)


@dataclass(frozen=True)
class Repertoire:
    """The kinds that happenings may be of, by name."""

    kinds: Mapping[str, Kind[...]]

    @classmethod
    def of(cls, *more: Kind[...] | Repertoire) -> Repertoire:
        """Return the repertoire of all these. Raise ValueError when two different kinds have one name."""
        found: dict[str, Kind[...]] = {}
        for each in more:
            for one in each.kinds.values() if isinstance(each, Repertoire) else (each,):
                if found.setdefault(one.name, one) is not one:
                    raise ValueError(f"two kinds are called {one.name}: rename the function of one of them")
        return cls(MappingProxyType(found))

    def __iter__(self) -> Iterator[Kind[...]]:
        return iter(self.kinds.values())

    def read(self, name: str, words: Sequence[Any]) -> Happening:
        """Return the happening that was written as `name` and `words`. Raise NotAHappening."""
        found = self.kinds.get(name)
        if found is None:
            near = difflib.get_close_matches(str(name), self.kinds, n=1)
            raise NotAHappening(
                f"there is no kind of happening called {name!r}{f'; {near[0]} is near' if near else ''}"
            )
        return found.read(words)
