"""The position that a one-shot `mariadbd --wsrep-recover` printed, or why there is none (GB-4, GB-6). Pure.

Invariant: a position is known only out of a whole output of the daemon's own one-shot. The output lies between its two
marker lines, and the exit code is 0. It has one line about a recovered position and no more, in a form that is
documented. Everything else is UNKNOWN, and what is cut anywhere can only become UNKNOWN, never another position.

The text is what a shell makes of it that writes one marker line before the server and one after it::

    remediator-position NONCE begin
    ... everything the server prints, both streams ...
    remediator-position NONCE end RC

Text before and behind is left aside: it is the container's. Sources: MariaDB's server (``WSREP: Recovered position:
UUID:SEQNO``), its wrapper mysqld_safe (``WSREP: Recovered position UUID:SEQNO``), and MariaDB's GTID mode, which puts a
domain-server-sequence triple on either side of the seqno.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from remediator.integrations.galera.facts import state_files
from remediator.integrations.galera.logs import causes
from remediator.model.values import Unknown

MARKER = "remediator-position"
NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
MOST_CHARS = 1 << 20
ABOUT = re.compile(r"recovered\s+position", re.I)
LINE = re.compile(r"WSREP:\s*[Rr]ecovered\s+position:?\s+([0-9a-fA-F-]{36}):(\S+)\s*$")
SETTLED = re.compile(r"WSREP: Last wsrep seqno to be recovered\s*(\S*)\s*$")
TRIPLE = r"[0-9]+-[0-9]+-[0-9]+"
FORMS = tuple(
    re.compile(form) for form in (r"(-?[0-9]+)", rf"(-?[0-9]+),{TRIPLE}", rf"{TRIPLE},(-?[0-9]+)")
)  # plain, `uuid:48451,201-2001-48431`, `uuid:201-2001-48431,48451`


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a stopped member's data directory holds. `uuid` and `seqno` are known, or None, or UNKNOWN, both alike.

    None: no history (zero uuid or seqno -1): it is never a candidate and needs an SST (GB-6).
    """

    uuid: str | Unknown | None
    seqno: int | Unknown | None
    xa: bool
    """There are prepared transactions that nobody has ended: whatever was printed, `uuid` and `seqno` are UNKNOWN
    (``xa_prepared``). Nothing is bootstrapped by itself while one member has them (GB-4)."""

    @property
    def known(self) -> tuple[str, int] | None:
        """The history and how far it goes, when there is one and it is known."""
        if isinstance(self.uuid, str) and isinstance(self.seqno, int):
            return self.uuid, self.seqno
        return None

    @property
    def empty(self) -> bool:
        """Proven to hold no history."""
        return self.uuid is None


def parse(output: str, nonce: str) -> Position | Unknown:
    """Return the position in `output`, the text of the run that was given `nonce`.

    Unknown: ``position_`` and one of ``too_long no_markers stale_nonce cut repeated corrupt exit_<code> none several
    bad_line bad_uuid bad_form contradiction``. `contradiction`: the server found a later write set prepared and did not
    keep it. The server does so when it recovers without the ``log_bin`` that it ran with (seen with MariaDB 10.11).
    Raise ValueError for a nonce that is no word of 8 to 64 characters.
    """
    _check(nonce)
    found = _between(output, nonce)
    if isinstance(found, Unknown):
        return found
    code, lines = found
    text = "\n".join(lines)
    if causes.corrupt(text):
        return Unknown("position_corrupt")
    if causes.prepared(text):
        return Position(uuid=Unknown("xa_prepared"), seqno=Unknown("xa_prepared"), xa=True)
    if code != "0":
        return Unknown(f"position_exit_{code}")
    told = [line for line in lines if ABOUT.search(line)]
    if len(told) != 1:
        return Unknown("position_several" if told else "position_none")
    position = _position(told[0])
    settled = [match.group(1) for match in map(SETTLED.search, lines) if match is not None]
    if isinstance(position, Position) and any(
        seqno != str(-1 if position.empty else position.seqno) for seqno in settled
    ):
        return Unknown("position_contradiction")
    return position


def _check(nonce: str) -> None:
    if not NONCE.fullmatch(nonce):
        raise ValueError(f"{nonce!r} is no nonce: take 8 to 64 letters and digits")


def _between(output: str, nonce: str) -> tuple[str, list[str]] | Unknown:
    """Return the exit code and the lines between our markers."""
    if len(output) > MOST_CHARS:
        return Unknown("position_too_long")
    lines = output.replace("\r\n", "\n").split("\n")
    ours = [number for number, line in enumerate(lines) if f"{MARKER} {nonce} " in line]
    if not ours:
        return Unknown("position_stale_nonce" if MARKER in output else "position_no_markers")
    if len(ours) > 2:
        return Unknown("position_repeated")
    first, last = lines[ours[0]], lines[ours[-1]]
    end = re.fullmatch(rf"{MARKER} {re.escape(nonce)} end ([0-9]{{1,3}})", last)
    if len(ours) < 2 or first != f"{MARKER} {nonce} begin" or end is None:
        return Unknown("position_cut")
    inside = lines[ours[0] + 1 : ours[1]]
    if any(MARKER in line for line in inside):
        return Unknown("position_stale_nonce")
    return end.group(1), inside


def _position(line: str) -> Position | Unknown:
    match = LINE.search(line)
    if match is None or len(ABOUT.findall(line)) != 1:
        return Unknown("position_bad_line")
    uuid, value = match.group(1).lower(), match.group(2)
    if not state_files.UUID.fullmatch(uuid):
        return Unknown("position_bad_uuid")
    numbers = {match.group(1) for match in (form.fullmatch(value) for form in FORMS) if match is not None}
    if len(numbers) != 1:
        return Unknown("position_bad_form")
    (number,) = numbers
    if not state_files.SEQNO.fullmatch(number):
        return Unknown("position_bad_form")
    if uuid == state_files.NO_UUID or number == "-1":
        return Position(uuid=None, seqno=None, xa=False)
    return Position(uuid=uuid, seqno=int(number), xa=False)
