"""The `remediator` command put together, and the one place that turns every end into an exit code and one line.

Invariant: the exit code is one of docs/contracts.md; the library's own 2 for bad usage never leaves this file, since 2
says CRITICAL to Nagios. `check` answers 3 where all others answer 64, 78 or 1: what it cannot know is UNKNOWN. As a
plugin it says so on stdout, since Nagios and NRPE show nothing of stderr.
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Final

import typer

import remediator
from remediator.cli.errors import CONFIG, FAILED, UNKNOWN, USAGE, CliError
from remediator.cli.render import sanitize
from remediator.cli.session import Session

COMMANDS: Final = {
    "daemon": "admin.daemon",
    "check": "look.check",
    "status": "look.status",
    "incidents": "look.incidents",
    "runs": "look.runs",
    "explain": "explain.command",
    "plan": "operate.execute",
    "execute": "operate.execute",
    "approve": "operate.approve",
    "deny": "operate.approve",
    "pause": "operate.pause",
    "resume": "operate.pause",
    "silence": "operate.silence",
    "downtime": "operate.downtime",
    "brakes": "operate.brakes",
    "validate": "admin.validate",
    "actions": "admin.actions",
    "config": "admin.config",
    "baseline": "operate.baseline",
    "audit": "look.audit",
}
"""Each command, in the order of `--help`, with its module below `cli`: a function, or a group named `app`."""

GLOBAL_WITH_VALUE: Final = ("--config",)
GLOBAL_FLAGS: Final = ("--debug",)
CONFIG_ROOMS: Final = ("remediator.config", "remediator.content", "remediator.inventory")
CONFIG_ERRORS: Final = ("ContentWrong", "BadAddress", "TlsUnusable")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"remediator {remediator.__version__}")
        raise typer.Exit


def options(
    ctx: typer.Context,
    config: Annotated[
        str | None,
        typer.Option(help="The config file; else $REMEDIATOR_CONFIG, else /etc/remediator/config.yaml."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of every command; they may also stand behind it."""
    ctx.obj = Session(config_path=config, debug=debug)


def app_for(command: str) -> typer.Typer:
    """Return the command line with that one command, or with all when there is none of that name (help, a
    misspelling)."""
    app = typer.Typer(
        name="remediator",
        help="Heals OpenStack clouds deployed by Kolla-Ansible: safely, visibly, once.",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in [command] if command in COMMANDS else COMMANDS:
        module = importlib.import_module(f"remediator.cli.{COMMANDS[name]}")
        group: typer.Typer | None = getattr(module, "app", None)
        if group is not None:
            app.add_typer(group, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def entry() -> None:
    """The console script. A terminal, or NRPE, that cannot show a letter gets its number: no output is lost for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if is_plugin(globals_first(sys.argv[1:])):
        signal.signal(signal.SIGTERM, _out_of_time)
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command line. Return its exit code; never raise."""
    words = globals_first(argv)
    command = command_of(words)
    checking_now = command == "check"
    try:
        code = app_for(command)(args=list(words), prog_name="remediator", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except CliError as error:
        _say(str(error), words)
        return UNKNOWN if checking_now else error.exit_code
    except typer.TyperException as error:
        _say(usage(error), words)
        return UNKNOWN if checking_now else USAGE
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted", words)
        return UNKNOWN if checking_now else FAILED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the reader has gone; nothing more can be written
        return UNKNOWN if checking_now else FAILED
    except Exception as error:  # noqa: BLE001 - the rim: whatever it is becomes one line
        _say(unexpected(error), words)
        return UNKNOWN if checking_now else exit_code_of(error)


def globals_first(argv: Sequence[str]) -> list[str]:
    """Return the command line with the global options moved to its front, since people write them at its end."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in GLOBAL_WITH_VALUE:
            front += [word, *(value for value in (next(words, None),) if value is not None)]
        elif word in GLOBAL_FLAGS or word.startswith(tuple(f"{name}=" for name in GLOBAL_WITH_VALUE)):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def command_of(words: Sequence[str]) -> str:
    """Return the command of a line whose global options come first, empty without one."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in GLOBAL_WITH_VALUE:
            skip = True
        elif not word.startswith("-"):
            return word
    return ""


def usage(error: typer.TyperException) -> str:
    """Return one line about bad usage, with where to read more."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "remediator"
    text = error.format_message().rstrip()
    if not text or type(error).__name__ == "NoArgsIsHelpError":
        text = "a command is missing."
    return f"{text if text.endswith(('.', '?', '!')) else f'{text}.'} See `{path} --help`."


def unexpected(error: Exception) -> str:
    """Return one line about an unforeseen error: an error of remediator has its own sentence, any other its kind
    too."""
    if not type(error).__module__.startswith("remediator."):
        return f"unexpected {type(error).__name__}: {error} (--debug shows where)"
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0] if len(lines) == 1 else f"{lines[0]} (and {len(lines) - 1} more: remediator validate)"


def exit_code_of(error: Exception) -> int:
    """Return 78 for what is wrong in config, content or inventory, else 1. Known by name: importing them all is
    slow."""
    kind = type(error)
    return CONFIG if kind.__module__.startswith(CONFIG_ROOMS) or kind.__name__ in CONFIG_ERRORS else FAILED


def format_of(words: Sequence[str]) -> str:
    """Return the format that a line asks for, as it is written."""
    named, before = "table", ""
    for word in words:
        if word.startswith("--format="):
            named = word.partition("=")[2]
        elif before == "--format":
            named = word
        before = word
    return named


def is_plugin(words: Sequence[str]) -> bool:
    """Return whether a `check` is read by Nagios: so it is where its format is misspelt."""
    return command_of(words) == "check" and format_of(words) not in ("table", "json")


def _out_of_time(*_: object) -> None:
    """Whoever runs the plugin ends it when it takes too long: that is said, too."""
    from remediator.cli.render import nagios

    line = nagios.unknown("ended before it had an answer (SIGTERM: out of time?)")
    os.write(1, f"{line}\n".encode())  # print may be under way already
    os._exit(UNKNOWN)


def _say(message: str, words: Sequence[str]) -> None:
    if "--debug" in list(words)[: list(words).index("--") if "--" in words else None]:
        traceback.print_exc()
    if is_plugin(words):
        from remediator.cli.render import nagios

        print(nagios.unknown(message))
        if format_of(words) == "nagios":
            return
    print(f"remediator: {sanitize.line(message)}", file=sys.stderr)
