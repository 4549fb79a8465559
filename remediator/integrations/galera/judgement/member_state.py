"""What the picture of one member proves about it. Pure.

Invariant: a standing other than UNPROVEN needs positive proof (GB-2), and no two of them fit one picture. A member that
runs and does not answer, a silent port beside a stopped process, a powered-off host that answers: all are UNPROVEN.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.kleene import Truth
from remediator.model.values import Unknown

NOT_PRIMARY = ("non-Primary", "Disconnected")
MUTE = ("refused", "timeout", "unreachable")
AT_REST = ("Synced", "Initialized", "provider off")
MOVING = ("Donor", "Joining", "Joiner", "Joined", "Waiting")


class Standing(enum.Enum):
    PRIMARY = "primary"  # it says so itself
    LIVE = "live"  # it runs, and says that it is in no Primary component
    STOPPED = "stopped"  # its engine proves it, and its port refuses
    OFF = "off"  # its BMC says so, and nothing answers there
    UNPROVEN = "unproven"


def standing(member: MemberPicture) -> Standing:
    """Return what is proven of `member` (GB-2)."""
    answered = member.port == "answered"
    if answered and member.cluster_status == "Primary":
        return Standing.PRIMARY
    if not member.reached:
        off = member.powered_off is True and member.port in MUTE
        return Standing.OFF if off else Standing.UNPROVEN
    if member.stopped is False and answered and member.cluster_status in NOT_PRIMARY:
        return Standing.LIVE
    if member.stopped is True and member.port == "refused":
        return Standing.STOPPED
    return Standing.UNPROVEN


def in_transfer(member: MemberPicture) -> Truth:
    """Return whether a running member gives or takes a state transfer, or is on its way to Synced (GB-14)."""
    if member.stopped is False and member.sst is True:
        return True
    if member.port != "answered":
        return False
    state = member.local_state
    if isinstance(state, Unknown):
        return state
    if state is None or not state.startswith((*AT_REST, *MOVING)):
        return Unknown(f"local_state:{state}")
    return state.startswith(MOVING)


def history(member: MemberPicture) -> str | None:
    """Return the cluster uuid that the member is known to hold, None without one or when it is not known."""
    return member.uuid if isinstance(member.uuid, str) and member.uuid != NIL else None


def position(member: MemberPicture) -> int | None:
    """Return the seqno that the member is known to have, None without one or when it is not known."""
    return member.seqno if isinstance(member.seqno, int) and member.seqno >= 0 else None


def contradicts(member: MemberPicture) -> bool:
    """Return whether its grastate.dat claims another position than the one that was read from its data (GB-6)."""
    return member.position_read and contradiction.of(member.saved, member.seqno)


def empty(member: MemberPicture) -> bool:
    """Return whether the member is known to hold no history to start with. It has no uuid, no position, a transfer cut
    midway, or a grastate.dat that claims another position than its data has (GB-6)."""
    if (member.stopped is True and member.sst is True) or contradicts(member):
        return True
    without_uuid = member.uuid is None or member.uuid == NIL
    without_position = not isinstance(member.seqno, Unknown) and position(member) is None
    return without_uuid or without_position


def quarantined(member: MemberPicture) -> bool:
    """Return whether it is, or may be, in quarantine: until its grastate.dat is gone (GB-10)."""
    return member.quarantine is not None and member.uuid is not None


@dataclass(frozen=True, slots=True)
class Seat:
    """A member beside what it proves."""

    member: MemberPicture
    standing: Standing
    witness: bool
    """The member's position counts in the choice of a candidate."""
    missing: bool
    """The member is known to bring no position to that choice: off, empty, or in quarantine (GB-9)."""

    @property
    def host(self) -> str:
        return self.member.host


@dataclass(frozen=True, slots=True)
class Seating:
    """A picture beside what its members prove, worked out once."""

    picture: ClusterPicture
    seats: tuple[Seat, ...]
    present: tuple[Seat, ...]
    """All that are not proven to be powered off."""
    mark: HighWaterMark | None
    """The high-water mark if it is known."""
    top: int | None
    """The highest position that counts."""

    def those(self, *standings: Standing) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if seat.standing in standings)

    def only(self, *standings: Standing) -> bool:
        return all(seat.standing in standings for seat in self.seats)

    @property
    def lost(self) -> int:
        """How many transactions lie between the mark and the highest position."""
        mark = None if self.mark is None else self.mark.seqno
        return 0 if mark is None or self.top is None else max(0, mark - self.top)

    @property
    def ahead(self) -> tuple[Seat, ...]:
        """Members that bring no position to the choice, and whose data goes beyond the highest position that counts all
        the same."""
        return tuple(
            seat
            for seat in self.seats
            if seat.missing and (own := position(seat.member)) is not None and self.top is not None and own > self.top
        )

    @property
    def at_risk(self) -> int:
        """How many transactions lie between the highest position that counts and the furthest that is known of. The
        furthest is the mark, or the data of a member that is left aside."""
        furthest = highest(seat.member for seat in self.ahead)
        return self.lost if furthest is None or self.top is None else max(self.lost, furthest - self.top)

    @property
    def quorum(self) -> int:
        return len(self.seats) // 2 + 1


def seating(picture: ClusterPicture) -> Seating:
    """Return `picture` with what its members prove."""
    seats = tuple(_seat(member) for member in picture.members)
    return Seating(
        picture=picture,
        seats=seats,
        present=tuple(seat for seat in seats if seat.standing is not Standing.OFF),
        mark=picture.mark if isinstance(picture.mark, HighWaterMark) else None,
        top=highest(seat.member for seat in seats if seat.witness),
    )


def highest(members: Iterable[MemberPicture]) -> int | None:
    """Return the highest known position, None if there is none."""
    return max((seqno for seqno in map(position, members) if seqno is not None), default=None)


def _seat(member: MemberPicture) -> Seat:
    found = standing(member)
    missing = found is Standing.OFF or empty(member) or quarantined(member)
    told = history(member) is not None and position(member) is not None
    return Seat(member, found, witness=told and not missing, missing=missing)
