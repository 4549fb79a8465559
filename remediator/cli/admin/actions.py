"""`remediator actions`: everything it can ever do to a host, with risk, effect, exact commands and privileges."""

from __future__ import annotations

import enum
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from remediator.cli.errors import FAILED, USAGE, CliError

if TYPE_CHECKING:
    from remediator.model.content.actions import ActionSpec
    from remediator.model.content.commands import Script

_ARGUMENT: Final = "ARG{}"


class ActionsFormat(enum.StrEnum):
    """How the actions are printed; `sudoers` and `act` are files for the hosts."""

    TABLE = "table"
    JSON = "json"
    SUDOERS = "sudoers"
    ACT = "act"


def actions(
    ctx: typer.Context,
    format: Annotated[ActionsFormat, typer.Option(help="How to print it.")] = ActionsFormat.TABLE,
    user: Annotated[
        str | None,
        typer.Option(help="With --format sudoers: the account on the hosts (ssh.user).  [default: remediator]"),
    ] = None,
    integration: Annotated[
        str | None,
        typer.Option(help="With --format act: print the file of this integration, or of `remediator` itself."),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(help="With --format act: write the files of all integrations into this directory."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Ask every host over the act key what remediator-act takes there.")
    ] = False,
) -> int:
    """Everything it can do to a host.

    Risk, effect, exact command patterns and whole scripts. Needs no config, but for --compare.
    """
    from remediator.cli.render import output
    from remediator.integrations import registry
    from remediator.runs import claims

    if user is not None and format is not ActionsFormat.SUDOERS:
        raise CliError("--user names the account of a sudoers file: add --format sudoers", USAGE)
    if format is not ActionsFormat.ACT and (integration is not None or directory is not None):
        raise CliError("--integration and --directory are of the files of remediator-act: add --format act", USAGE)
    if compare:
        if format not in (ActionsFormat.TABLE, ActionsFormat.JSON):
            raise CliError("--compare prints a table or JSON: leave --format out, or say json", USAGE)
        return _compare(ctx, format)
    if format is ActionsFormat.ACT:
        return _act(integration, directory)
    loaded = registry.all_of_them()
    found = [*(action for integration in loaded.values() for action in integration.actions), claims.ACTION]
    if format is ActionsFormat.JSON:
        output.as_json([as_json(action) for action in found])
    elif format is ActionsFormat.SUDOERS:
        print(sudoers_file(found, "remediator" if user is None else user, loaded.stateful), end="")
    else:
        output.say("\n\n".join(paragraphs(found)))
    return 0


def sudoers_file(found: Iterable[ActionSpec], user: str, stateful: Iterable[str]) -> str:
    """Return the sudoers file of `user` for these actions and the collector, but for what is `stateful`. Raise
    CliError."""
    from remediator.cli.admin import sudoers
    from remediator.collect import assembly

    return sudoers.text(found, assembly.argv(sudo=False), "|".join(stateful), user)


def _act(integration: str | None, directory: Path | None) -> int:
    """Print one file of `remediator-act`, or write all of them and print their paths."""
    from remediator.cli.admin import act_files
    from remediator.cli.render import output

    files = files_of_act()
    known = ", ".join(name.removesuffix(".json") for name in files)
    if (integration is None) is (directory is None):
        raise CliError(f"name one file by --integration ({known}), or write all of them by --directory DIR", USAGE)
    if directory is None:
        if f"{integration}.json" not in files:
            raise CliError(f"integration {integration!r} runs nothing on a host, or is none; known: {known}", USAGE)
        print(files[f"{integration}.json"], end="")
        return 0
    others = act_files.write(directory, files)
    output.say("\n".join(str(directory / name) for name in files))
    for path in others:
        print(f"remediator: {path} is of none of these integrations: remove it where nothing needs it", file=sys.stderr)
    return 0


def _compare(ctx: typer.Context, format: ActionsFormat) -> int:
    """Print how each host compares. Return 1 when something is to be installed, or a host is not known."""
    from remediator.cli import session
    from remediator.cli.admin import act_hosts
    from remediator.cli.render import output

    rows = act_hosts.ask(session.of(ctx).config())
    if format is ActionsFormat.JSON:
        output.as_json([{"host": row.host, "state": row.state, "sentences": list(row.sentences)} for row in rows])
    else:
        told = ((row.host, row.state, "; ".join(row.sentences)) for row in rows)
        output.table(("host", "remediator-act", "what to do"), told, empty="the inventory has no host")
    return 0 if all(row.state in act_hosts.GOOD for row in rows) else FAILED


def files_of_act() -> dict[str, str]:
    """Return the files of `remediator-act` for all integrations, by name. Raise CliError for what cannot be told in
    one."""
    from remediator.cli.admin import act_files
    from remediator.integrations import registry
    from remediator.runs import claims

    loaded = registry.all_of_them()
    if act_files.OWN in loaded:
        raise CliError(f"an integration is called {act_files.OWN}, which is what it is itself: rename it", FAILED)
    actions = {name: tuple(one.actions) for name, one in loaded.items()} | {act_files.OWN: (claims.ACTION,)}
    texts = {name: act_files.text(name, actions[name], loaded.stateful_names.get(name, ())) for name in sorted(actions)}
    return {f"{name}.json": text for name, text in texts.items() if text is not None}


def as_json(action: ActionSpec) -> dict[str, Any]:
    """Return one action as JSON."""
    return {
        "name": action.name,
        "summary": action.summary,
        "risk": action.risk.name,
        "effect": action.effect.value,
        "targets": list(action.target_kinds),
        "params": {need.name: need.text for need in action.needs},
        "gives": action.gives.kind.name if action.gives is not None else None,
        "commands": list(action.privileges),
        "takes_away_healthy": action.takes_away_healthy,
        "scripts": [
            {"name": script.name, "argv": ["sh", "-c", script.text, script.name], "arguments": list(script.args)}
            for script in action.scripts
        ],
        "late": action.late,
        "each_member": action.on_each_member,
    }


def paragraphs(found: Iterable[ActionSpec]) -> list[str]:
    """Return one paragraph for each action."""
    return [_paragraph(action) for action in found]


def _paragraph(action: ActionSpec) -> str:
    lines = [
        f"{action.name}  {action.risk.name}, {action.effect.value}, on {', '.join(action.target_kinds)}",
        f"  {action.summary}",
    ]
    if action.takes_away_healthy:
        lines.append("  takes away what may be healthy: asks the quorum first")
    if action.needs:
        lines.append("  needs, from earlier steps: " + ", ".join(f"{need.name} ({need.text})" for need in action.needs))
    if action.gives is not None:
        lines.append(f"  gives a {action.gives.kind.name}")
    if action.on_each_member:
        lines.append("  once for each member of the target")
    if action.late:
        lines.append("  its commands are built right before it runs, from what the earlier steps told")
    roots = [f"  as root: {pattern}" for pattern in action.privileges]
    roots += [line for script in action.scripts for line in _script(script)]
    return "\n".join([*lines, *(roots or ["  runs no command as root"])])


def _script(script: Script) -> list[str]:
    """Return the script in full, and what its arguments may be."""
    quoted = shlex.join(("sh", "-c", script.text, script.name))
    return [
        f"  as root: {quoted}" + "".join(f" {_ARGUMENT.format(at)}" for at in range(1, len(script.args) + 1)),
        *(f"    {_ARGUMENT.format(at)}: {pattern}" for at, pattern in enumerate(script.args, 1)),
    ]
