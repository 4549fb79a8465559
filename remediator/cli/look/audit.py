"""`remediator audit list|show|verify|export|key|accept-restore`: the log, and the proof that nobody changed it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import FAILED, USAGE, CliError
from remediator.cli.operate import reasons
from remediator.cli.render import times
from remediator.cli.session import Format

CANNOT_TELL: Final = 3
app = typer.Typer(help="The audit log: every decision, refused ones included.", no_args_is_help=True)


@app.command("list")
def list_(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only entries of this kind.")] = None,
    incident: Annotated[str | None, typer.Option(help="Only entries of this incident.")] = None,
    run: Annotated[str | None, typer.Option(help="Only entries of this run.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """The newest entries."""
    from remediator.cli.render import output

    found = session.of(ctx).reader().audit(limit, kind, incident, run)
    if format is Format.JSON:
        output.as_json(found)
        return 0
    output.table(
        ("seq", "at (UTC)", "actor", "kind", "about"),
        ((each["seq"], times.clock(each["at"]), each["actor"], each["kind"], about(each)) for each in found),
        empty="no entry matches",
    )
    output.cut_at(limit, len(found))
    return 0


def about(entry: Mapping[str, Any]) -> str:
    """Return one line that says what an entry is about."""
    body = entry.get("body") if isinstance(entry.get("body"), Mapping) else {}
    assert isinstance(body, Mapping)
    parts = [
        str(body[name])
        for name in ("target", "check", "rule", "runbook", "step", "state", "outcome", "reason")
        if isinstance(body.get(name), (str, int))
    ]
    named = [f"{name} {entry[name]}" for name in ("incident", "run") if entry.get(name)]
    return ", ".join(parts or named)


@app.command()
def show(
    ctx: typer.Context,
    seq: Annotated[int, typer.Argument(metavar="SEQ", min=0)],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """One entry, whole."""
    from remediator.cli.render import output

    found = session.of(ctx).reader().audit_entry(seq)
    if found is None:
        raise CliError(f"no audit entry {seq}", USAGE)
    if format is Format.JSON:
        output.as_json(found)
        return 0
    for name, value in found.items():
        shown = json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, (dict, list)) else value
        print(f"{name}: {shown}")
    return 0


@app.command()
def verify(ctx: typer.Context, format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE) -> int:
    """Recompute every hash and signature. Exit 0 intact, 2 tampered, 3 cannot tell."""
    from remediator.cli.render import output
    from remediator.store.audit.verify import verify as verify_log

    here = session.of(ctx)
    try:
        needed = here.essentials("state_dir", "database", "audit")
        code, found = _verified_through_daemon(here) if here.asks_daemon() else verify_log(needed)
    except CliError as error:
        raise CliError(str(error), CANNOT_TELL) from error
    if format is Format.JSON:
        output.as_json(found)
    else:
        output.say(verdict(found))
    return code


def _verified_through_daemon(here: session.Session) -> tuple[int, Mapping[str, Any]]:
    """Verify a copy of the log, as the daemon hands it out, in this process. Return as `store.audit.verify.verify`."""
    import tempfile

    import sqlalchemy as sa
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from remediator.cli.store_by_daemon import AskedReader
    from remediator.store.audit import checkpoints
    from remediator.store.audit.verify import verify_chain

    store = AskedReader(here.state_dir())
    seen = store.checkpoints()
    with tempfile.TemporaryDirectory(prefix="remediator-verify-") as folder:
        marks = Path(folder) / "checkpoints.jsonl"
        marks.write_text(seen["text"], "utf-8")
        engine = sa.create_engine(f"sqlite:///{folder}/log.db")
        try:
            with engine.begin() as copy:
                store.copy_log(copy)
            with engine.connect() as copy:
                key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seen["key"]))
                return verify_chain(copy, marks, key, beside=lambda _: store.beside_the_log())
        except checkpoints.BrokenCheckpoints as error:
            unknown = {"ok": None, "entries": None, "first_bad": None, "checkpoint_seq": None}
            return CANNOT_TELL, {**unknown, "error": f"{seen['path']}: {error}"}
        finally:
            engine.dispose()


def verdict(found: Mapping[str, Any]) -> str:
    """Return one sentence for people."""
    bad = found.get("first_bad")
    if found.get("ok") is True:
        steps = len(found.get("clock_set_back") or ())
        clock = f"; the clock was set back {steps} times" if steps else ""
        return f"intact: {found.get('entries')} entries, signed up to {found.get('checkpoint_seq')}{clock}"
    if bad:
        return f"TAMPERED: entry {bad.get('seq')} {bad.get('why')}; keep a copy before anything else"
    if found.get("rows"):
        return f"TAMPERED: the log is whole, and {found['rows']}; keep a copy before anything else"
    return f"cannot tell: {found.get('error') or 'no entry or no checkpoint could be read'}"


@app.command()
def export(
    ctx: typer.Context,
    start: Annotated[int, typer.Option("--from", min=0, help="The first entry.")] = 0,
    to: Annotated[Path | None, typer.Option("--to", help="A new file; the standard output without it.")] = None,
) -> int:
    """Write the entries as JSON lines, as they can be verified elsewhere."""
    entries = session.of(ctx).reader().export(start)
    if to is None:
        for entry in entries:
            sys.stdout.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
        return 0
    try:
        with to.open("x", encoding="utf-8") as file:
            for entry in entries:
                file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
    except FileExistsError:
        raise CliError(f"{to} exists; an export never overwrites a file", USAGE) from None
    except OSError as error:
        raise CliError(f"cannot write {to}: {error.strerror}", USAGE) from None
    return 0


@app.command()
def key(ctx: typer.Context) -> int:
    """Print the public key of the checkpoints' signatures."""
    from remediator.store import errors
    from remediator.store.audit import checkpoints

    here = session.of(ctx)
    path = here.essentials("audit").audit.key_path
    if here.asks_daemon():
        from remediator.cli.store_by_daemon import AskedReader

        print(AskedReader(here.state_dir()).checkpoints()["key"])
        return 0
    try:
        print(checkpoints.public_text(checkpoints.load_public(path)))
    except (OSError, errors.StoreError) as error:
        raise CliError(f"no public key: {error}; the daemon makes the key when it first starts", FAILED) from None
    return 0


@app.command("accept-restore")
def accept_restore(
    ctx: typer.Context,
    reason: Annotated[
        str | None, typer.Option(help="What was restored, and from when; goes into the audit log.")
    ] = None,
) -> int:
    """Say that the store counts from now on, although its newest checkpoint or the log of its rows says otherwise.

    Until then nothing above R0 acts: what was done since, or by whom rows were changed, is not known to it.
    """
    from remediator.cli.render import output

    reason = reasons.given(reason, ctx.command_path)
    client.demand(session.of(ctx).state_dir(), "accept-restore", {"reason": reason})
    output.say("accepted the restored store")
    return 0
