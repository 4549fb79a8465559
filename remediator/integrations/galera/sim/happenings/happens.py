"""What of Galera chance tells stories of, and everything that may happen to it."""

from __future__ import annotations

from remediator.integrations.galera.sim.happenings import expectations, faults, losses
from remediator.integrations.galera.sim.happenings.losses import (
    crash_member,
    execute_member,
    member_cut,
    member_transfers,
)
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.happenings.acts import execute
from remediator.sim.happenings.faults.host_faults import cut_off
from remediator.sim.happenings.faults.service_faults import crash
from remediator.sim.happenings.happens import Drawn, Happens, span
from remediator.sim.happenings.kinds import Repertoire

HAPPENS = Happens(
    told=Repertoire.of(losses.TOLD, execute_member),
    sets_right=Repertoire.of(execute_member),
    directed=Repertoire.of(member_transfers, faults.KINDS, expectations.KINDS),
    drawn=(
        Drawn(4, crash_member, lambda random: crash_member(random.choice(CONTROLLERS)), after=crash),
        Drawn(2, member_cut, lambda random: member_cut(random.choice(CONTROLLERS), span(random)), after=cut_off),
        Drawn(1, execute_member, lambda random: execute_member(random.choice(CONTROLLERS)), after=execute),
    ),
)
