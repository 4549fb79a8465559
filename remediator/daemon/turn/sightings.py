"""What was seen of hosts, groups and names from outside, as it outlives a restart: row and mirror change together, here
alone."""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn
from remediator.model.messages.hooks import ForeignName
from remediator.model.messages.signs import Sign
from remediator.model.records.records import GroupKept

SIGN_AGAIN_S = 30.0
"""A sign that goes on (a running ansible) is written again this often."""


def keep_sign(turn: Turn, sign: Sign) -> None:
    """Keep a sign that a host shows. The mirror has its newest time, the row one that is at most `SIGN_AGAIN_S`
    older."""
    world = turn.world
    known = world.durable.signs.get(sign.key)
    if known is None or sign.at > known.at:
        world.durable.signs[sign.key] = sign
    written = world.durable.signs_written.get(sign.key)
    if written is None or (sign.at - written).total_seconds() > SIGN_AGAIN_S:
        _write_sign(turn, sign)


def put_sign_back(turn: Turn, sign: Sign) -> None:
    """Keep a sign with an earlier time than it had."""
    turn.world.durable.signs[sign.key] = sign
    _write_sign(turn, sign)


def _write_sign(turn: Turn, sign: Sign) -> None:
    turn.world.durable.signs_written[sign.key] = sign.at
    turn.journal.sign(sign)


def forget_sign(turn: Turn, key: str) -> None:
    del turn.world.durable.signs[key]
    turn.world.durable.signs_written.pop(key, None)
    turn.journal.forget_sign(key)


def keep_group(turn: Turn, name: str, record: GroupKept) -> None:
    """Keep what is known of a failure-domain group."""
    turn.world.durable.groups[name] = record
    turn.journal.group(name, record)


def keep_said(turn: Turn, host: str, names: tuple[str, ...]) -> None:
    """Keep by which names `host` calls itself; none: it left."""
    durable = turn.world.durable
    others = {name: said for name, said in durable.said.items() if name != host}
    durable.said = {**durable.said, host: names} if names else others
    turn.journal.said(host, names)


def keep_name(turn: Turn, record: ForeignName) -> None:
    """Keep a name from outside in its place; a name that is not kept yet is the newest."""
    turn.world.durable.foreign[record.name] = record
    turn.journal.foreign_name(record)


def keep_newest_name(turn: Turn, record: ForeignName) -> None:
    """Keep a name from outside, which was heard just now."""
    turn.world.durable.foreign.pop(record.name, None)
    keep_name(turn, record)


def forget_name(turn: Turn, name: str) -> None:
    turn.world.durable.foreign.pop(name, None)
    turn.journal.forget_foreign_name(name)
