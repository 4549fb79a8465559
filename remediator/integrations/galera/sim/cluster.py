"""Galera in memory: members that form components, lose them, form them again, and join by IST or SST.

The model is kept to what a majority, a crash, a clean stop, a plain start and a bootstrap do. Sources: Galera's
documentation on quorum, weights of one, and crash recovery, and gcomm's start_prim. The only member of a group of one
makes itself Primary at each start. A component stays Primary while more than half of its last members are left; a
member that leaves cleanly is not counted. All processes of one last view that see each other form it again
(pc.recovery). A member that starts joins the Primary component that it can reach. Without a Primary component the
member serves nobody and gives up after a while, and systemd starts it again. A member that runs outside is made a
Primary component by a statement. While there is a Primary component, transactions are committed.

Invariant: `wrongs` has a sentence for everything that happened and never may: two Primary components, a history that
was overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remediator.integrations.galera.sim.data import READY, VERSION, Data, View, within
from remediator.integrations.galera.sim.member import Helper, Member
from remediator.sim.clock import Timeline
from remediator.sim.cloud.services import Service

GIVES_UP_S = 25.0
REFORMS_S, BOOTS_S, SST_S = 3.0, 4.0, 40.0
RATE = 1.0
"""Transactions a second."""
STARTING = f"[Note] Starting MariaDB {VERSION} as process 7\n"
BY_STATEMENT = "pc.bootstrap"


class Galera:
    """All members of one cluster, by host; none where there is no cluster."""

    def __init__(self, timeline: Timeline, services: Mapping[str, Service], addresses: Mapping[str, str]) -> None:
        self._timeline = timeline
        self.members = {
            host: Member(service, Data(number), addresses[host])
            for number, (host, service) in enumerate(services.items(), 1)
        }
        self.conf_id = 7
        self._size = len(self.members)
        first = next((member.data for member in self.members.values()), Data(1))
        self.uuid, self.branches, self.rows = first.uuid, first.branches, first.rows
        self._base, self._since_s = first.committed, 0.0
        self._forks = 0
        self.wrongs: list[str] = []
        self.listed = tuple(member.address for member in self.members.values()) if len(self.members) > 1 else ()
        """Their wsrep_cluster_address; empty for a group of one, as kolla writes it: such a member makes itself Primary
        at each start."""
        self.bootstraps: list[tuple[float, str, str]] = []
        """Every bootstrap by the daemon: when, where, and of which run the container was, or `BY_STATEMENT`."""
        for host, member in self.members.items():
            member.data.save(-1, safe=self.alone)
            member.service.on_change = lambda host=host: self._changed(host)  # type: ignore[misc]
        self._new_view()

    @property
    def alone(self) -> bool:
        """The cluster is a group of one whose list of members is empty."""
        return not self.listed

    @property
    def primary(self) -> list[str]:
        return [host for host, member in self.members.items() if member.in_primary]

    @property
    def position(self) -> int:
        """How far the Primary component has committed; without one, how far the last one had."""
        if not any(member.state in ("synced", "donor") for member in self.members.values()):
            return self._base
        return self._base + int((self.now_s - self._since_s) * RATE)

    @property
    def now_s(self) -> float:
        return self._timeline.clock.elapsed_s + self._timeline.clock.lag_s

    # the network, and people ------------------------------------------------------------------------------------------

    def cut(self, host: str) -> None:
        """The others cannot reach `host` any more, nor it them."""
        member = self.members[host]
        member.reachable = False
        if member.in_primary:
            self._stand_still()
            self._drop(member)
            self._leave()

    def cut_apart(self) -> None:
        """In one moment no member reaches any other one: none of them is in a majority, and each runs on with the view
        of all."""
        self._stand_still()
        inside = self.primary
        for member in self.members.values():
            member.reachable = False
        if len(inside) > 1:
            self.conf_id += 1
            for host in inside:
                self._drop(self.members[host])

    def join_again(self, host: str) -> None:
        member = self.members[host]
        member.reachable = True
        if member.state in ("cut", "waiting"):
            self._join(host)
        elif member.in_primary:
            self._take_in()

    def see_again(self, at_once: bool = False) -> None:
        """All reach each other again. `at_once`: those that can form their last component by it have done so
        already."""
        for host in self.members:
            self.join_again(host)
        if at_once:
            self._form_again()

    def leave_out(self, host: str) -> None:
        """The transfer of write sets to `host` ended one short: the member closes itself, runs on, and says that it has
        to be restarted."""
        member = self.members[host]
        if member.state == "synced":
            self._stand_still()
            self._drop(member)
            member.data.signs = (
                "0 [ERROR] WSREP: IST didn't contain all write sets, expected last: 1010 last received: 1009",
            )
            self._leave(clean=True)

    def bootstrap(self) -> None:
        """A person brought the whole cluster back, if it was lost; every member runs."""
        for member in self.members.values():
            member.reachable = True
        running = [host for host, member in self.members.items() if member.state in ("cut", "waiting")]
        if not self.primary and running:
            self._alone(max(running, key=lambda host: self.members[host].data.committed))
        self._take_in()

    def mend(self, host: str) -> None:
        """A person took back what a run had left on `host`, and whatever was wrong with its data."""
        member = self.members[host]
        if member.helper is not None and member.process == "bootstrap":
            self.stop_helper(host)
        member.helper = member.hold = None
        member.service.held = False
        member.dies_of = member.sql = ""

    def engine_stops(self, host: str) -> None:
        """The host or its engine went down: a container that no unit owns is killed and not started again."""
        self._end_helper(host, 137)

    def say_bootstrap(self, host: str) -> None:
        """Somebody says ``pc.bootstrap=YES`` on `host`, which runs outside of a Primary component. The host becomes a
        Primary component by itself, and members that see it take part. Galera makes all of them Primary at once; here
        they catch up one by one."""
        self.bootstraps.append((self.now_s, host, BY_STATEMENT))
        self._alone(host)

    # the container that bootstraps ------------------------------------------------------------------------------------

    def run_helper(self, host: str, run: str, started_at: str) -> None:
        """Start a new Primary component from the data of `host`, in a container of its own."""
        member = self.members[host]
        member.helper = Helper(run, started_at)
        self.bootstraps.append((self.now_s, host, run))
        if self.primary:
            self.wrongs.append(f"{host} is bootstrapped while {', '.join(self.primary)} is Primary")
        running = [name for name, one in self.members.items() if one.process]
        if running:
            self.wrongs.append(f"{host} is bootstrapped while {', '.join(running)} runs")
        member.process, member.state, member.data.log, member.opened = "bootstrap", "waiting", STARTING, False
        member.data.begin(self.now_s)
        member.generation += 1
        if member.dies_of or not member.data.safe:
            why = member.dies_of or "[ERROR] WSREP: It may not be safe to bootstrap the cluster from this node."
            self._later(member, "waiting", 1.0, lambda: self._refuses(host, why))
        else:
            self._later(member, "waiting", BOOTS_S, lambda: self._alone(host))

    def stop_helper(self, host: str) -> None:
        """Stop the bootstrap container cleanly."""
        self._end_helper(host, 0)

    def _refuses(self, host: str, why: str) -> None:
        self.members[host].data.log = STARTING + why
        self._end_helper(host, 0)

    def _end_helper(self, host: str, code: int) -> None:
        member = self.members[host]
        if member.helper is None or not member.helper.running:
            return
        member.helper.running, member.helper.exit_code = False, code
        if member.process == "bootstrap":
            self._ended(host, clean=code == 0)

    def _alone(self, host: str) -> None:
        """`host` becomes a Primary component of one."""
        member = self.members[host]
        if self.primary:
            self.wrongs.append(f"{host} forms a Primary component beside {', '.join(self.primary)}")
        self._forks += 1
        data = member.data
        if data.empty:
            data.uuid, data.committed = f"5a2f8a3e-0000-11f0-8000-{self._forks:012x}", 0
            data.branches, data.rows = ((self._forks, 0),), 0
        else:
            data.branches = (*data.branches, (self._forks, data.committed))
        self._form([host])

    def _by_itself(self, host: str) -> None:
        """The only member goes on from what it has; an empty one begins a history of its own."""
        if self.members[host].data.empty:
            self._alone(host)
        else:
            self._form([host])

    # what its processes do --------------------------------------------------------------------------------------------

    def _changed(self, host: str) -> None:
        member = self.members[host]
        if not member.service.running:
            if member.process == "unit":
                self._ended(host, clean=member.service.stopped_by_job and member.service.exit_code == 0)
        elif member.process == "":
            self._began(host)
        elif member.process == "bootstrap":
            member.service.crash()  # the other one holds the locks of its files

    def _began(self, host: str) -> None:
        member, data = self.members[host], self.members[host].data
        member.process, member.state, data.log, data.signs = "unit", "waiting", STARTING + READY, ()
        member.joined_by, member.opened = "", False
        member.generation += 1
        if data.saved_view is None or data.view_text is not None:
            data.view, data.view_text = None, None
            data.incarnation += 1
        if data.knows_itself:
            data.save(-1, safe=data.safe)
        data.begin(self.now_s)
        if member.dies_of:
            self._later(member, "waiting", 1.0, lambda: self._dies(member, member.dies_of))
        elif self.alone and data.grastate is not None and not data.safe:
            why = "[ERROR] WSREP: It may not be safe to bootstrap the cluster from this node."
            self._later(member, "waiting", 1.0, lambda: self._dies(member, why))
        elif self.alone:
            self._later(member, "waiting", BOOTS_S, lambda: self._by_itself(host))
        else:
            self._join(host)

    def _dies(self, member: Member, line: str) -> None:
        member.data.log = STARTING + line
        member.service.crash()

    def _ended(self, host: str, clean: bool) -> None:
        member, data = self.members[host], self.members[host].data
        self._stand_still()
        was_in, alone = member.in_primary, self.primary == [host]
        member.process, member.state = "", "down"
        member.generation += 1
        if clean:
            data.view = data.view_text = None
            if data.knows_itself:
                data.save(data.committed, safe=was_in and alone)
        elif not data.sst:
            data.lose(member.unflushed)
        if was_in:
            self._leave(clean)

    def _drop(self, member: Member) -> None:
        member.state = "cut"
        member.data.outside()
        member.generation += 1

    def _leave(self, clean: bool = False) -> None:
        """Somebody left the component: what is left of it stays Primary only as a majority."""
        self.conf_id += 1
        left, size = self.primary, self._size - 1 if clean else self._size
        if left and len(left) * 2 > size:
            self._size = len(left)
            self._new_view()
            return
        for host in left:
            self._drop(self.members[host])

    def _stand_still(self) -> None:
        """Write down how far each member is, for the component is about to change."""
        reached = self.position
        for member in self.members.values():
            if member.state in ("synced", "donor"):
                member.data.committed = reached
        self._base, self._since_s = reached, self.now_s

    def _new_view(self) -> None:
        inside = [self.members[host].data for host in self.primary]
        view = View(self.conf_id, tuple(sorted(data.process for data in inside)))
        for data in inside:
            data.view, data.view_text = view, None

    def _form(self, hosts: list[str]) -> None:
        """`hosts` are a Primary component from now on, as far as the furthest of them."""
        best = max((self.members[host].data for host in hosts), key=lambda data: data.committed)
        self.uuid, self.branches, self.rows = best.uuid, best.branches, best.rows
        self._base, self._since_s, self._size = best.committed, self.now_s, len(hosts)
        self.conf_id += 1
        for host in hosts:
            member = self.members[host]
            member.state, member.opened = "synced", True
            member.generation += 1
            member.data.first_in(self.uuid, self._base, self.conf_id, anew=True)
            member.data.take(self.uuid, self._base, self.branches, self.rows)
            member.data.log = STARTING + READY
            if self.alone:
                member.data.save(-1, safe=True)
        self._new_view()
        self._take_in()

    def _take_in(self) -> None:
        for host, member in self.members.items():
            if member.state in ("cut", "waiting") and member.process == "unit":
                self._join(host)

    def _join(self, host: str) -> None:
        member = self.members[host]
        if self._sees_primary(member):
            self._admit(host)
            return
        member.data.outside()
        if member.state == "waiting":
            self._later(member, "waiting", GIVES_UP_S, lambda: self._give_up(host))
        self._timeline.after(REFORMS_S, self._form_again)

    def _sees_primary(self, member: Member) -> bool:
        return member.reachable and any(self.members[host].reachable for host in self.primary)

    def _form_again(self) -> None:
        """pc.recovery: all processes of one last view are up and see each other."""
        if self.primary:
            return
        present = {
            member.data.process: host
            for host, member in self.members.items()
            if member.reachable and member.process == "unit" and member.state in ("cut", "waiting")
        }
        views = {self.members[host].data.view for host in present.values()} - {None}
        for view in sorted(views, key=lambda one: one.number if one else 0, reverse=True):
            if view is not None and set(view.members) <= set(present):
                self._form([present[process] for process in view.members])
                return

    def _admit(self, host: str) -> None:
        """It enters the Primary component, and catches up."""
        self._stand_still()
        member, data = self.members[host], self.members[host].data
        alike = data.uuid == self.uuid
        if alike and data.knows_itself and data.committed > self._base:
            seqnos = f"Local state seqno ({data.committed}) is greater than group seqno ({self._base})"
            self._dies(member, f"[ERROR] WSREP: {seqnos}: states diverged. Aborting")
            return
        if not data.empty and not (alike and within(data.branches, data.committed, self.branches, self._base)):
            self.wrongs.append(f"{host} held {data.uuid}:{data.committed}, which the Primary component never had")
        member.state, member.by_sst = "joining", not (alike and data.knows_itself and not data.sst)
        member.joined_by = "SST" if member.by_sst else "IST"
        member.generation += 1
        self.conf_id += 1
        data.first_in(self.uuid, self._base, self.conf_id, anew=False)
        self._size = len(self.primary)
        self._new_view()
        if member.by_sst:
            self._transfer(host)
        else:
            self._later(member, "joining", member.join_s, lambda: self._synced(member))

    def _transfer(self, host: str) -> None:
        """A whole copy from a member that is Synced; without one, a moment later."""
        member = self.members[host]
        donor = next((one for one in self.members.values() if one.state == "synced"), None)
        if donor is None:
            self._later(member, "joining", 5.0, lambda: self._transfer(host))
            return
        donor.state = "donor"
        member.data.wipe()
        self._later(donor, "donor", SST_S, lambda: self._gave(donor))
        self._later(member, "joining", SST_S, lambda: self._synced(member))

    @staticmethod
    def _gave(donor: Member) -> None:
        donor.state = "synced"

    def _synced(self, member: Member) -> None:
        self._stand_still()
        member.state, member.by_sst, member.opened = "synced", False, True
        member.data.take(self.uuid, self._base, self.branches, self.rows)
        self._new_view()

    def _give_up(self, host: str) -> None:
        member = self.members[host]
        if self._sees_primary(member):
            self._join(host)
        else:
            why = "[ERROR] WSREP: failed to open gcomm backend connection: 110 (Connection timed out)"
            member.data.log = STARTING + why
            member.service.fall()

    def _later(self, member: Member, state: str, seconds: float, then: Callable[[], None]) -> None:
        """`then`, after `seconds`, if the member is still in `state` by then, in the same process and component."""
        generation = member.generation

        def happen() -> None:
            if member.state == state and member.generation == generation:
                then()

        self._timeline.after(seconds, happen)
