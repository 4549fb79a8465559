"""The faults of the Galera cluster, in three families: whole data, members that differ, spoilt data."""

from __future__ import annotations

from lab.faults.model import Fault
from lab.galera.faults import data, lost, members

FAULTS: tuple[Fault, ...] = (*members.FAULTS, *lost.FAULTS, *data.FAULTS)
