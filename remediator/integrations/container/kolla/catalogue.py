"""What is known of containers by their names: which hold state, and whose health checks are known to lie.

Kolla's own table comes first; the integrations add the containers that are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remediator.integrations.container.kolla import releases
from remediator.model.manifest.containers import OwnContainer

LYING = frozenset(
    (
        "ceilometer_compute",
        "ceilometer_central",
        "neutron_metadata_agent",
        "neutron_ovn_metadata_agent",
        "nova_scheduler",
    )
)
"""Health checks with known false alarms: nothing is restarted on these alone. Sources: Launchpad bugs 1992515 and
2084128, and timeouts of nova_scheduler that kolla had to mend."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Rule KR-5: what holds state has runbooks of its own, and the generic start and restart refuse it."""

    own: Iterable[OwnContainer] = ()
    """The containers that integrations declare."""
    stateful: re.Pattern[str] = field(init=False)
    _settles_s: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        added = [each.name for each in self.own if re.fullmatch(releases.STATEFUL, each.name) is None]
        object.__setattr__(self, "stateful", re.compile("|".join([releases.STATEFUL, *map(re.escape, added)])))
        object.__setattr__(self, "_settles_s", {each.name: each.settles_s for each in self.own})

    def is_stateful(self, name: str) -> bool:
        return self.stateful.fullmatch(name) is not None

    def is_false_alarm(self, name: str, age_s: float | None) -> bool:
        """Return whether an `unhealthy` of container `name`, started `age_s` ago, proves nothing."""
        return name in LYING or (age_s is not None and age_s < self._settles_s.get(name, 0.0))


OF_KOLLA = Catalogue()
"""What kolla's table says alone."""
