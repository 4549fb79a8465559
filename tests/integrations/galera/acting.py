"""What Galera's actions are tried with on their way to a host."""

from __future__ import annotations

from remediator.integrations.galera.steps import scripts
from remediator.model.targets import member
from tests.builders.acting import Acting

ACTING = Acting(
    members={"galera": member("galera", "ctl1")},
    well={
        "stopped": True, "operator_stopped": False, "cause": None, "disk_full": False, "abs_clock_offset_s": 0.1,
        "quorum_without_me": True, "any_donor_or_joiner": False, "bootstrap_left_over": False,
    },
    without_commands=frozenset({"galera.decide"}),
    asks=frozenset({scripts.ALONE.name}),
    names=r"mariadb|remediator_galera_\w+|kolla-mariadb-container\.service|\$[BCU]|\"\$I\"|\$I",
    sets="BCUI",
)  # fmt: skip
"""A variable is one that the script has set to a name of ours, or to what its engine says of the image of mariadb."""
