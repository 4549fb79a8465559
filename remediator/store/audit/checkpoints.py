"""Signed checkpoints of the chain's head in a file outside the database: without them a cut tail would not show.

One JSON line each, `{seq, hash, at, prev_sha256, sig}`. `prev_sha256` is the SHA-256 of the line before (64 zeros for
the first). `sig` is the Ed25519 signature (hex) over the JCS of the rest. Only a copy kept elsewhere proves anything
against someone who has the key.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from remediator.model.times import Instant, rfc3339
from remediator.store import errors
from remediator.store.audit.chain import GENESIS
from remediator.store.files import custody


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    seq: int
    hash: str
    at: str
    prev_sha256: str
    sig: str
    line: str
    restored: Mapping[str, int] | None = None
    """``{from, kept}``: a person accepted a store that was put back from a copy. Older checkpoints above `kept` are
    void."""


class BrokenCheckpoints(ValueError):
    """The checkpoint file is not a chain of signed lines; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(f"checkpoint line {line}: {why}")


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the signing key, made (0600) at first start. Raise KeyUnusable."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=custody.DIRECTORY)
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            _lay_whole(path, pem)
            return key
        if path.stat().st_mode & 0o077:
            raise errors.KeyUnusable(str(path), "others can read it; chmod 600")
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise errors.KeyUnusable(str(path), str(error).splitlines()[0]) from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise errors.KeyUnusable(str(path), "it is not an Ed25519 key")
    return loaded


def _lay_whole(path: Path, pem: bytes) -> None:
    """Make `path` appear with all of `pem` in it, or not at all: who is killed in between leaves no half of a key."""
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(making, path)
    finally:
        making.unlink(missing_ok=True)


def load_public(path: Path) -> Ed25519PublicKey:
    """Return the public half of the existing key. Raise KeyUnusable; it never makes one."""
    if not path.exists():
        raise errors.KeyUnusable(str(path), "it is not there; the daemon makes it at its first start")
    return load_key(path).public_key()


def public_text(key: Ed25519PublicKey) -> str:
    """Return the public key as hex."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def read(path: Path, key: Ed25519PublicKey) -> list[Checkpoint]:
    """Return all checkpoints, verified. Raise BrokenCheckpoints at the first bad line; OSError if the file cannot be
    read."""
    if not path.exists():
        return []
    found: list[Checkpoint] = []
    prev = GENESIS
    for number, line in enumerate(path.read_text(errors="surrogateescape").splitlines(), start=1):
        try:
            row = json.loads(line)
            checkpoint = Checkpoint(line=line, **row)
            _wellformed(checkpoint)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise BrokenCheckpoints(number, "it is not a checkpoint") from None
        if checkpoint.prev_sha256 != prev:
            raise BrokenCheckpoints(number, "it does not follow the line before")
        try:
            key.verify(bytes.fromhex(checkpoint.sig), _signed(row))
        except (InvalidSignature, ValueError):
            raise BrokenCheckpoints(number, "its signature is not by this key") from None
        prev = hashlib.sha256(line.encode(errors="surrogateescape")).hexdigest()
        found.append(checkpoint)
    return found


def _wellformed(checkpoint: Checkpoint) -> None:
    """Raise TypeError or KeyError when a field has not the type that it is written with."""
    if not isinstance(checkpoint.seq, int) or not all(
        isinstance(each, str) for each in (checkpoint.hash, checkpoint.at, checkpoint.prev_sha256, checkpoint.sig)
    ):
        raise TypeError
    if checkpoint.restored is not None and not all(
        isinstance(checkpoint.restored[key], int) for key in ("from", "kept")
    ):
        raise TypeError


def in_force(marks: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Return the checkpoints that still bind, oldest first: those that no accepted restore has made void."""
    found: list[Checkpoint] = []
    for mark in marks:
        if mark.restored is not None:
            kept = mark.restored["kept"]
            found = [each for each in found if each.seq <= kept]
        found.append(mark)
    return found


def _signed(row: dict[str, Any]) -> bytes:
    return rfc8785.dumps({name: value for name, value in row.items() if name != "sig"})


def _drop_torn_line(path: Path) -> None:
    """Cut a last line that was never finished (the disk was full, the power went): it was never a checkpoint."""
    if not path.exists():
        return
    whole = path.read_bytes()
    if whole and not whole.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(whole.rfind(b"\n") + 1)
            file.flush()
            os.fsync(file.fileno())


def _append(path: Path, known: int, line: bytes) -> int:
    """Append `line` to a file that should have `known` bytes, synced, and return its new size. Raise OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if known == 0 else 0)
    descriptor = os.open(path, flags, custody.FILE)
    try:
        if os.fstat(descriptor).st_size != known:
            raise OSError(errno.ESTALE, "it is not as we left it: somebody cut it or wrote to it", str(path))
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, known)
            raise
    finally:
        os.close(descriptor)
    return known + len(line)


def _broken(path: Path, key: Ed25519PublicKey) -> str | None:
    try:
        read(path, key)
    except BrokenCheckpoints as error:
        return str(error)
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _seq(line: str) -> int:
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, KeyError, TypeError):
        return 0


def _marks(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return (seq, hash) of the lines that are in force, each once; a line that is no checkpoint is none."""
    found: dict[tuple[int, str], None] = {}
    for line in lines:
        try:
            row = json.loads(line)
            seq, entry_hash, restored = int(row["seq"]), str(row["hash"]), row.get("restored")
            kept = int(restored["kept"]) if restored is not None else None
        except (ValueError, KeyError, TypeError):
            continue
        if kept is not None:
            found = {mark: None for mark in found if mark[0] <= kept}
        found[seq, entry_hash] = None
    return list(found)


class CheckpointFile:
    """The writing side: appends one signed line, synced, and remembers the last.

    Invariant: it appends only to the file that it left behind. A file that somebody else removed, cut or wrote to is an
    OSError, not a new beginning.
    """

    def __init__(self, path: Path, key: Ed25519PrivateKey) -> None:
        self._path = path
        self._key = key
        path.parent.mkdir(parents=True, exist_ok=True, mode=custody.DIRECTORY)
        _drop_torn_line(path)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        self._prev = hashlib.sha256(lines[-1].encode()).hexdigest() if lines else GENESIS
        self.last_seq = _seq(lines[-1]) if lines else 0
        self._size = path.stat().st_size if path.exists() else 0
        self.broken = _broken(path, key.public_key())
        """Why the lines that were there at the start are not a chain of checkpoints by this key; None when they are."""
        self._newest = max(_marks(lines), default=None)
        """(seq, hash) in force: a store that is behind it, or differs from it, was put back from a copy."""

    @property
    def newest_seq(self) -> int:
        """The highest seq in force."""
        return self._newest[0] if self._newest is not None else 0

    @property
    def marks(self) -> list[tuple[int, str]]:
        """(seq, hash) of all that is in force, as the file has it: in memory they would grow for as long as the daemon
        lives."""
        try:
            found = _marks(self._path.read_text(errors="replace").splitlines())
        except OSError:
            found = []
        return found if self._newest is None or self._newest in found else [*found, self._newest]

    def disagreement(self, seq: int, hash_of: Callable[[int], str | None], starts: int) -> str | None:
        """Return why the store is not taken for the one that was signed, once at the start; None when it may be.

        `seq`: of its newest entry; `hash_of`: the stored hash of an entry; `starts`: how often a daemon started on this
        store, this time included. A store that saw a start before has checkpoints: the first turn of a start writes
        one.
        """
        if self.broken is not None:
            return f"{self._path} is not what we wrote ({self.broken}): what it should prove is not known"
        if self._newest is None:
            if starts > 1:
                return f"{self._path} has no checkpoint, although this store has been in use: they were taken away"
            return None
        signed, entry_hash = self._newest
        if seq < signed:
            return f"the store is older than its newest checkpoint ({seq} of {signed}): it was put back from a copy"
        if hash_of(signed) != entry_hash:
            return (
                f"entry {signed} of the store is not the one that was signed: it was put back from a copy "
                f"and went on from there"
            )
        return None

    def _begin_anew_if_not_ours(self, at: Instant) -> None:
        """Put a file that is not what we wrote aside, as it is: a person accepted that it proves nothing any more."""
        size = self._path.stat().st_size if self._path.exists() else 0
        if self.broken is None and size == self._size:
            return
        if size > 0:
            self._path.rename(self._path.with_name(f"{self._path.name}.not-ours-{at.wall:%Y%m%dT%H%M%SZ}"))
        self._size, self._prev, self.last_seq, self._newest, self.broken = 0, GENESIS, 0, None, None

    def write(self, seq: int, entry_hash: str, at: Instant, restored: Mapping[str, int] | None = None) -> None:
        """Append a checkpoint of the head. Raise OSError when the file cannot be written, or somebody else changed it.

        `restored`: a person accepted this store although the file says otherwise (see `Checkpoint`).
        """
        if restored is not None:
            self._begin_anew_if_not_ours(at)
        row: dict[str, Any] = {"seq": seq, "hash": entry_hash, "at": rfc3339(at.wall), "prev_sha256": self._prev}
        if restored is not None:
            row["restored"] = dict(restored)
        row["sig"] = self._key.sign(_signed(row)).hex()
        line = rfc8785.dumps(row).decode()
        self._size = _append(self._path, self._size, (line + "\n").encode())
        self._prev = hashlib.sha256(line.encode()).hexdigest()
        self.last_seq = seq
        if restored is not None or self._newest is None or seq >= self._newest[0]:
            self._newest = (seq, entry_hash)
