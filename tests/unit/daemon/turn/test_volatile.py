"""A turn that is undone leaves no trace: every table of the world says how it goes back."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import fields

from remediator.daemon.inhibit import claiming
from remediator.daemon.turn import volatile
from remediator.daemon.turn.world import World

LEFT_ALONE = {
    "config": "a reload is taken again in the next turn",
    "content": "a reload is taken again in the next turn",
    "integrations": "never changed",
    "inventory": "a reload is taken again in the next turn",
    "facts": "samples are kept, and one that is taken again is folded once",
    "started_at": "never changed",
    "own_boot_id": "never changed",
    "own_cgroup": "never changed",
    "read_pause": "asks anew each time",
    "new_id": "never changed",
    "process_alive": "asks anew each time",
    "decides": "never changed",
    "only_target": "never changed",
    "keep_output": "writes files by their hash",
    "purge_outputs": "removes files by their age",
    "limits": "comes with the config",
    "rules": "comes with the content",
    "explained_by_rules": "comes with the content",
    "_hosts_of_check": "comes with the content",
    "_names": "built anew when the store is read",
    "_written_names": "comes with the inventory",
    "marked": "never changed",
    "every_s": "comes with the content",
    "config_at": "comes with the config",
    "hosts_with": "grows by what was judged, and what was judged stays true",
    "keys_of_host": "grows by what was judged, and what was judged stays true",
    "asides": "outlives the turn by intent",
    "counters": "metrics count what was tried",
    "clock_held": "the clock stepped whatever became of the turn",
    "clock_until": "the clock stepped whatever became of the turn",
    "journal_until": "the clock stepped whatever became of the turn",
    "last_tick": "the clock stepped whatever became of the turn",
    "marks": "read with the store (engine)",
}


def assigned(function: object) -> set[str]:
    """Return the fields of the world that a function assigns."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    targets = [target for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets]
    parts = [part for each in targets for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
    return {part.attr for part in parts if isinstance(part, ast.Attribute)}


def test_every_field_goes_back_is_read_anew_or_says_why_not() -> None:
    kept = {*volatile.DICTIONARIES, *volatile.SETS, *volatile.PLAIN, "waiting_checks"}
    adopted = assigned(World.adopt) | assigned(claiming.adopt)
    told = kept | adopted | set(LEFT_ALONE)
    names = {field.name for field in fields(World)}
    assert names - told == set(), "a new field needs a place in volatile.py, in World.adopt, or a reason here"
    assert told - names == set()
    assert set(LEFT_ALONE) & kept == set()
