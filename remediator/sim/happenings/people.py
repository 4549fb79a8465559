"""What people do through the doors of the daemon, with the account kept of it.

Invariant: a request that was not answered is not counted on, one way or the other. A mute counts from its answer on,
and no longer once somebody asks for its end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import Hint
from remediator.model.records.records import RunState
from remediator.sim.invariants.ledger import Mute, Worked
from remediator.sim.invariants.watch import Watch
from remediator.sim.simulation import QUIET_S, Simulation

ROOT = Actor(name="root", uid=0, login_uid=1000)
OTHER = Actor(name="operator-1001", uid=1001, login_uid=1001, may_approve=True)


class People:
    """All of them."""

    def __init__(self, simulation: Simulation, watch: Watch) -> None:
        self._simulation, self._account = simulation, watch.account
        self._number = 0

    def _ask(self, op: str, actor: Actor = ROOT, **args: Any) -> Answer | None:
        said = ", ".join(f"{key}={value}" for key, value in args.items())
        self._simulation.tell(f"** {actor.name}: {op} {said}")
        answer = self._simulation.ask(op, actor, **args)
        if answer is None or answer.exit != 0:
            self._simulation.tell(f"   answered: {'nothing' if answer is None else f'{answer.exit} {answer.error}'}")
        return answer

    def _good(self, op: str, actor: Actor = ROOT, **args: Any) -> dict[str, Any] | None:
        answer = self._ask(op, actor, **args)
        return dict(answer.data) if answer is not None and answer.exit == 0 else None

    # mutes ------------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        if (data := self._good("pause")) is not None:
            self._account.pauses.add(data["pause"])

    def resume(self) -> None:
        self._account.pauses.clear()
        self._ask("resume", all=True)

    def resume_one(self, pause: str) -> Answer | None:
        self._account.pauses.remove(pause)
        return self._ask("resume", pause=pause)

    def leave_a_file(self, how: str) -> None:
        """Leave the pause file: it is ``there``, a ``dangling`` link, or nothing can be learnt about it, for its
        directory is a file."""
        path = self._simulation.pause_file
        if not path.parent.is_dir():
            return
        if how == "there":
            path.write_text("a story\n")
        elif how == "dangling":
            path.symlink_to("gone")
        else:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
            path.parent.write_text("")

    def silence(self, host: str | None, service: str | None, seconds: int, pattern: bool = False) -> None:
        """Silence `service` on `host` (None: any). `pattern`: by the beginning of its name."""
        matchers = [f'host="{host}"'] if host else []
        if service:
            matchers.append(f'service=~"{service[:3]}.*"' if pattern else f'service="{service}"')
        until = self._simulation.clock.now().wall + timedelta(seconds=seconds)
        if (data := self._good("silence-add", matchers=matchers, for_s=seconds)) is not None:
            self._account.silences[data["silence"]["id"]] = Mute(host, service, until)

    def downtime(self, host: str, service: str | None, seconds: int) -> None:
        target = f"container/{host}/{service}" if service else f"host/{host}"
        until = self._simulation.clock.now().wall + timedelta(seconds=seconds)
        if (data := self._good("downtime-add", target=target, for_s=seconds)) is not None:
            self._account.downtimes[data["downtime"]["id"]] = Mute(host, service, until)

    def end_silence(self, name: str) -> Answer | None:
        del self._account.silences[name]
        return self._ask("silence-end", id=name)

    def end_downtime(self, name: str) -> Answer | None:
        del self._account.downtimes[name]
        return self._ask("downtime-end", id=name)

    def nagios(self, host: str, service: str | None, depth: int, state: str = "CRITICAL") -> None:
        """Nagios posts a notification: with a downtime depth above 0 it mutes; it is always kept once it was
        answered."""
        self._number += 1
        key = f"{host}/{service}/{self._number}"
        self._account.nagios.pop((host, service or ""), None)
        self._simulation.tell(f"** Nagios: {host}/{service or 'host'} {state} downtime_depth={depth}")
        until = self._simulation.clock.now().wall + timedelta(days=6)
        taken = self._simulation.hint(
            Hint(
                source="nagios", key=key, host=host, service=service, state=state, state_type="HARD", attempt=3,
                notification_type="PROBLEM", downtime_depth=depth, output="", problem_id=str(self._number), raw={},
            )
        )  # fmt: skip
        if taken is None:
            return
        self._account.taken.append(key)
        if depth:
            self._account.nagios[(host, service or "")] = Mute(host, service, until)

    def wrap(self, scope: str) -> None:
        self._number += 1
        pid = 100_000 + self._number
        self._simulation.alive.add(pid)
        data = self._good("wrap-begin", scope=scope, command="kolla-ansible reconfigure", pid=pid, pid_started="")
        if data is not None:
            covered = {scope.removeprefix("host/")} if scope.startswith("host/") else set(self._simulation.cloud.hosts)
            self._account.worked[f"wrap {data['wrap']} {pid}"] = Worked(covered, None, None)

    def end_wraps(self) -> None:
        for name in self.wraps():
            self.end_wrap(name)
        self._simulation.alive.clear()  # and those whose wrap was never answered

    def wraps(self) -> list[str]:
        """Return the wrapped commands that run, by the names that the account has for them."""
        return [name for name, each in self._account.worked.items() if each.ended is None]

    def end_wrap(self, name: str) -> Answer | None:
        """The wrapped command ends, and says so."""
        _, wrap, pid = name.split(" ")
        self._account.worked[name].ended = self._simulation.clock.now().wall
        self._simulation.alive.discard(int(pid))
        return self._ask("wrap-end", wrap=wrap, exit=0)

    def kill_wrap(self, name: str) -> None:
        """The wrapped command is gone, and nobody says so: the daemon sees it at its next tick."""
        self._simulation.alive.discard(int(name.split(" ")[2]))
        self._simulation.run(QUIET_S + 1.0)
        self._account.worked[name].ended = self._simulation.clock.now().wall

    def let_go_of_the_file(self) -> None:
        """Make the pause file one that can be looked for, and is not there."""
        path = self._simulation.pause_file
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
        else:
            path.parent.unlink()
            path.parent.mkdir()

    def let_go(self) -> None:
        """Everything that people asked to be muted is taken back."""
        self.resume()
        for name in sorted(self._account.silences):
            self.end_silence(name)
        for name in sorted(self._account.downtimes):
            self.end_downtime(name)
        for host, service in sorted(self._account.nagios):
            self.nagios(host, service or None, 0, "OK")
        self.end_wraps()

    # decisions --------------------------------------------------------------------------------------------------------

    def accept(self, scope: str, actor: Actor = ROOT) -> Answer | None:
        answer = self._ask("baseline-accept", actor, scope=scope)
        if answer is None or answer.exit == 0:
            self._account.accepted(
                (scope.removeprefix("host/"),) if scope.startswith("host/") else tuple(self._simulation.cloud.hosts)
            )
        return answer

    def acknowledge_one(self, target: str, incident: str) -> Answer | None:
        """Acknowledge an incident of `target`, whether it waits for that or not."""
        self._account.unacked.pop(target, None)
        self._account.acked[target] = self._simulation.clock.now()
        return self._ask("ack", incident=incident)

    def acknowledge(self) -> None:
        """Acknowledge everything that ended without a cure."""
        for target, incident in sorted(self._account.unacked.items()):
            del self._account.unacked[target]
            self._account.acked[target] = self._simulation.clock.now()
            if incident:
                self._ask("ack", incident=incident)

    def approve(self) -> None:
        for run in self._in(RunState.WAITING_APPROVAL):
            self.approve_one(run, self._plan_of(run))

    def approve_one(self, run: str, plan: str, actor: Actor = OTHER) -> Answer | None:
        """`actor` says yes to `plan` of one run."""
        now = self._simulation.clock.now()
        self._account.approved.setdefault(run, now)
        answer = self._ask("approve", actor, run=run, plan=plan)
        if answer is not None and answer.exit != 0 and self._account.approved[run] is now:
            del self._account.approved[run]
        return answer

    def _plan_of(self, run: str) -> str:
        daemon = self._simulation.daemon
        return "" if daemon is None else daemon.world.durable.runs[run].plan.hash

    def consent(self) -> None:
        """Say yes to what a run that is held asks about."""
        daemon = self._simulation.daemon
        for run in [] if daemon is None else [each for each in daemon.world.durable.runs.values() if each.asks]:
            self._account.consented.add(run.id)
            self._ask("approve", OTHER, run=run.id, plan=run.asks_hash)

    def cancel(self) -> None:
        """End every run that lives."""
        for run in self._runs():
            self._ask("cancel", run=run)

    def deny(self) -> list[Answer | None]:
        return [self._ask("deny", OTHER, run=run) for run in self._in(RunState.WAITING_APPROVAL)]

    def execute(self, host: str, service: str, runbook: str) -> Answer | None:
        return self.execute_on(f"container/{host}/{service}", runbook)

    def execute_on(self, target: str, runbook: str) -> Answer | None:
        before = set(self._runs())
        answer = self._ask("execute", runbook=runbook, target=target)
        if answer is None:  # a run that was taken and not answered, for the daemon was killed, is a person's too
            self._account.executed |= set(self._runs()) - before
        elif answer.exit == 0:
            self._account.executed.add(answer.data["run"])
        return answer

    def resolve(self) -> list[Answer | None]:
        """A person looked and says what is true of every run in doubt; return how the daemon answers."""
        return [self._resolve(run) for run in self._in(RunState.IN_DOUBT)]

    def _resolve(self, run: str) -> Answer | None:
        left = self._account.left.get(run)
        since = left.elapsed_s if left is not None else 0.0
        host = left.target.split("/")[1] if left is not None else ""
        cloud = self._simulation.cloud
        arrived = host in cloud.hosts and any(
            at >= since and cloud.changes(argv) for at, argv in cloud.hosts[host].orders
        )
        return self._ask("resolve", run=run, outcome="applied" if arrived else "not-applied")

    def close_brake(self) -> Answer | None:
        answer = self._ask("brake-close")
        if answer is None or answer.exit == 0:
            self._account.hard.clear()
        return answer

    def _in(self, state: RunState) -> list[str]:
        daemon = self._simulation.daemon
        return (
            [] if daemon is None else sorted(run.id for run in daemon.world.durable.runs.values() if run.state is state)
        )

    def _runs(self) -> list[str]:
        daemon = self._simulation.daemon
        return [] if daemon is None else sorted(daemon.world.durable.runs)
