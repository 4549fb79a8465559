"""What is known of kolla's containers by their names: which hold state, and whose health checks are known to lie."""

from __future__ import annotations

import re

from remediator.integrations.container import kolla

STATEFUL = re.compile(kolla.STATEFUL)
"""Rule KR-5 (safety.md b.3): these have runbooks of their own, and the generic start and restart refuse them."""

LYING = frozenset(
    (
        "ceilometer_compute",
        "ceilometer_central",
        "neutron_metadata_agent",
        "neutron_ovn_metadata_agent",
        "nova_scheduler",
    )
)
"""Health checks with known false alarms (Launchpad bugs 1992515 and 2084128, and timeouts of nova_scheduler that kolla had to mend): nothing is
restarted on these alone."""

MARIADB_SETTLES_S = 600.0
"""A MariaDB that joins by SST is unhealthy until it is done."""


def is_stateful(name: str) -> bool:
    return STATEFUL.fullmatch(name) is not None


def is_false_alarm(name: str, age_s: float | None) -> bool:
    """Return whether an `unhealthy` of container `name`, started `age_s` ago, proves nothing."""
    return name in LYING or (name == "mariadb" and age_s is not None and age_s < MARIADB_SETTLES_S)
