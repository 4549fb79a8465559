"""What a rule tells the people: its `notify` text, filled with the data of the event. Pure, and never raises."""

from __future__ import annotations

import functools

from remediator.model.content import RuleSpec
from remediator.model.targets import Target
from remediator.model.values import Data
from remediator.rules import texts


def advise(rule: RuleSpec, target: Target, data: Data) -> str:
    """Return the text of `rule` for the operators about `target`; empty if the rule has none.

    The text may use ``data.FIELD``, ``target`` (``container/ctl1/nova_api``), ``host`` (``ctl1``) and ``name`` (``nova_api``).
    """
    if rule.notify is None:
        return ""
    around = {"target": target.text, "host": ",".join(target.hosts), "name": target.name}
    return _compiled(rule.notify).render(data, around)


@functools.lru_cache(maxsize=1024)
def _compiled(source: str) -> texts.PeopleText:
    return texts.compile_text(source, None, texts.AROUND)
