"""The faults of Open vSwitch and OVN, in three families: local settings, daemons of a host, and the control plane."""

from __future__ import annotations

from lab.faults.model import Fault
from lab.ovn.faults import central, daemons, settings

FAULTS: tuple[Fault, ...] = (*settings.FAULTS, *daemons.FAULTS, *central.FAULTS)
