"""The script that stands behind the act key, loaded as a module, and what it takes.

Also every request that a built-in action can make of the script.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from remediator.cli.admin import act_files, actions
from remediator.integrations import packages, registry
from remediator.model import identity, targets
from remediator.model.content.actions import ActionSpec, PlanInput
from remediator.model.content.commands import Command, Script
from remediator.model.hosts import Host
from remediator.runs import claims
from tests.builders import acting

SCRIPT = Path(__file__).parents[3] / "packaging" / "remediator-act"
ACTIONS = [
    *(action for one in registry.load({name: {} for name in packages.own()}).values() for action in one.actions),
    claims.ACTION,
]
NAMES = ("memcached", "nova_api", "cron", "kolla_toolbox", "neutron_ovn_metadata_agent")
ACTING = acting.declared()
"""What each technology declares of its own actions, by its name."""
WELL = {
    "operator_stopped": False,
    "cause": None,
    **{key: each for one in ACTING.values() for key, each in one.well.items()},
}
MEMBERS = {kind: target for one in ACTING.values() for kind, target in one.members.items()}
"""Targets whose actions refuse where they have no unit."""
DOES = [one for one in ACTIONS if one.name not in {name for each in ACTING.values() for name in each.without_commands}]
"""What has commands at all."""
ASKS = {claims.SCRIPT.name, *(name for one in ACTING.values() for name in one.asks)}
"""The scripts that change nothing."""
WORDS = {
    identity.MARK: ("run-1", "prod.0123456789abcdef.run-123456789012"),
    act_files.FORMS[0]: ("/var/lib/docker/volumes/mariadb/_data", "/srv/mysql"),
    r"[A-Za-z0-9-]{8,64}": ("run-1-ctl1-position",),
    identity.ID: ("00c0ffee00c0ffee",),
    identity.CLOUD: ("prod-1.eu",),
    r"[A-Za-z0-9][A-Za-z0-9-]{7,63}": ("run-1-claim-12",),
    r"[0-9]{1,18}": ("1767582000",),
}
"""What each argument of a script may be, by its form. A form that is not here is a KeyError: give it examples. Of a
choice each
word is one."""
CHOICE = re.compile(r"[a-z]+(\|[a-z]+)+")
HOLD = Script(
    name="mydb-hold",
    text='[ "$0:$#" = mydb-hold:3 ] || exit 2; E=$2; [ "$3" = stopped ] || exit 4; "$E" inspect -f x -- mydb || exit 7',
    args=(identity.MARK, "docker|podman", "stopped|running"),
)
SAVE = Script(
    name="mydb-save", text='[ "$0:$#" = mydb-save:2 ] || exit 2; true', args=(identity.MARK, act_files.FORMS[0])
)
MYDB = (HOLD, SAVE)
"""The scripts of a technology that nobody has."""


def load() -> ModuleType:
    """Return the script as a module, without a compiled copy beside it."""
    module = ModuleType("remediator_act")
    exec(compile(SCRIPT.read_text("utf-8"), str(SCRIPT), "exec"), module.__dict__)
    return module


def samples(action: ActionSpec) -> Iterator[Command]:
    """Yield what `action` builds for each engine, each state of the unit, and each of NAMES; or each of its scripts
    with WORDS.

    A member of MEMBERS always has its unit here. What a late action builds of its
    scripts is tested with the action; here they stand for it, with every word that they take.
    """
    if action.late:
        for script in action.scripts:
            yield from filled(script)
        for pattern in action.privileges:
            yield Command(
                host="ctl1",
                argv=tuple(pattern.replace("NAME", NAMES[0]).replace("*", NAMES[0]).split(" ")),
                timeout_s=30.0,
            )
        return
    states: tuple[dict[str, Any], ...] = (
        {"has_unit": False},
        *({"has_unit": True, "unit_state": state} for state in ("failed", "inactive", "active")),
    )
    for engine, name, state in itertools.product(("docker", "podman"), NAMES, states):
        host = Host(name="ctl1", address="a", groups=(), engine=engine)
        for kind in action.target_kinds:
            if kind in MEMBERS and not state["has_unit"]:
                continue
            target = MEMBERS.get(kind) or targets.container("ctl1", name)
            yield from action.with_plan(PlanInput(target=target, host=host, data={**WELL, **state}))


def filled(script: Script) -> Iterator[Command]:
    """Yield `script` with each combination of WORDS."""
    for words in itertools.product(*map(examples, script.args)):
        yield Command(host="ctl1", argv=script.argv(*words), timeout_s=30.0)


def examples(form: str) -> tuple[str, ...]:
    """Return words that fit `form`."""
    return tuple(form.split("|")) if CHOICE.fullmatch(form) else WORDS[form]


def scripts() -> list[Script]:
    """Return the scripts of all built-in actions, each once."""
    return list({script.name: script for action in ACTIONS for script in action.scripts}.values())


def files() -> dict[str, str]:
    """Return the files that say what the script takes, by name, as `remediator actions --format act` prints them."""
    return actions.files_of_act()


def with_mydb() -> dict[str, str]:
    """Return the product's own files, and beside them the one of MYDB."""
    mydb = act_files.text("mydb", [dataclasses.replace(ACTIONS[0], privileges=(), scripts=MYDB)])
    assert mydb is not None
    return {**files(), "mydb.json": mydb}


def listed(act: ModuleType, texts: Mapping[str, str] | None = None) -> Any:
    """Return what the script takes by `texts`, or by the product's own files, as if root had them in its directory."""
    found = files() if texts is None else texts
    read = [act.believed(text.encode("ascii"), f"{act.LISTS}/{name}") for name, text in found.items()]
    return act.together(act.LISTS, read, [])
