"""Who is behind a request, from what the asker cannot choose: the peer's uid and a login uid that was set at the login.

Invariant: two requests are of two people only when that is known. Root without a login may be anybody. An account that
was entered from another account counts as both.
"""

from __future__ import annotations

from collections.abc import Collection

ENGINE = "remediator"
"""The actor of what the engine does by itself."""
JANITOR = "janitor"
"""The actor of what takes debts back."""


def accounts(uid: int, login_uid: int | None) -> tuple[int, ...]:
    """Return the accounts that the asker certainly has; empty when it cannot be told who it is.

    `login_uid` is None where no login set it. A login as root tells nothing: several people have that password or key.
    """
    if login_uid == 0 or (uid == 0 and login_uid is None):
        return ()
    found = {each for each in (uid, login_uid) if each}
    return tuple(sorted(found))


def are_two(one: Collection[int], other: Collection[int]) -> bool:
    """Return whether two askers, each by `accounts`, are certainly two people."""
    return bool(one) and bool(other) and not set(one) & set(other)
