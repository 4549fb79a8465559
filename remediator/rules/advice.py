"""The texts of a rule for people: its `notify`, `evidence` and `meanwhile`, filled with the event's data. Pure, and
never raises.
"""

from __future__ import annotations

import functools

from remediator.model.content.specs import RuleSpec
from remediator.model.targets import Target
from remediator.model.values import Data
from remediator.rules import texts


def advise(rule: RuleSpec, target: Target, data: Data) -> str:
    """Return the text of `rule` for the operators about `target`; empty if the rule has none.

    The text may use ``data.FIELD``, ``target`` (``container/ctl1/nova_api``), ``host`` (``ctl1``) and ``name``
    (``nova_api``).
    """
    return _rendered(rule.notify, target, data)


def evidence(rule: RuleSpec, target: Target, data: Data) -> str:
    """Return the text of `rule` for a person who is asked to approve a run on `target`; empty if it has no such
    text."""
    return _rendered(rule.evidence, target, data)


def meanwhile(rule: RuleSpec, target: Target, data: Data) -> str:
    """Return the text of `rule` for the time in which it still waits; empty if it has no such text."""
    return _rendered(rule.meanwhile, target, data)


def _rendered(source: str | None, target: Target, data: Data) -> str:
    if source is None:
        return ""
    around = {"target": target.text, "host": ",".join(target.hosts), "name": target.name}
    return _compiled(source).render(data, around)


@functools.lru_cache(maxsize=1024)
def _compiled(source: str) -> texts.PeopleText:
    return texts.compile_text(source, None, texts.AROUND)
