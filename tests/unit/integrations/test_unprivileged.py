"""What the account that collects may not read is no proof that there is nothing: the section is UNKNOWN, and nothing
acts on it."""

from __future__ import annotations

import pytest

from tests.unit.integrations import unprivileged

pytestmark = pytest.mark.unit


def test_a_configuration_of_kolla_that_cannot_be_read_is_not_taken_for_none() -> None:
    host = unprivileged.remote("host")
    with unprivileged.folder() as root:
        host["KOLLA"] = str(root / "kolla")
        assert host["_etc_kolla"]() is None
        (root / "kolla" / "cron" / "inner").mkdir(parents=True)
        assert set(host["_etc_kolla"]()) == {"cron"}
        for door in (root / "kolla" / "cron" / "inner", root / "kolla"):
            door.chmod(0)
            with unprivileged.account(), pytest.raises(PermissionError):
                host["_etc_kolla"]()
            door.chmod(0o755)
