"""Who we are when there is no daemon to tell by the socket: the login uid of this process, else its uid."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Final

from remediator.model.control import Actor

NO_LOGIN: Final = 0xFFFFFFFF


def me() -> Actor:
    """Return the actor of this process."""
    login = _login_uid()
    uid = os.getuid() if login is None else login
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    return Actor(name=name, uid=os.getuid(), login_uid=login)


def _login_uid() -> int | None:
    try:
        uid = int(Path("/proc/self/loginuid").read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if uid == NO_LOGIN else uid
