"""Commands on their way out, in a pool thread: each leaves only while what it rests on is still true.

Invariant: no command leaves under a pause that came after its INTENT, after its time is over, or on a claim that is too
old. None leaves after another command that did not end well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from remediator.daemon.state.wire import Act, Claimed, CommandsDone, LayClaim
from remediator.daemon.state.world import World
from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import TOO_LATE, CommandDone, Unsent
from remediator.model.times import Clock
from remediator.model.values import Unknown
from remediator.runs import claims


class Acting(Protocol):
    def run(self, host: Host, command: Command) -> CommandDone: ...


class _NotSent(NamedTuple):
    """Why a command of a step does not leave."""

    why: str
    unsent: Unsent


class Departures:
    """Used by many threads at once: it keeps nothing, and of the world it reads the pauses alone. `ends`: the daemon
    ends."""

    def __init__(
        self, world: World, clock: Clock, actor: Acting, redact: Callable[[str], str], ends: Callable[[], bool]
    ) -> None:
        self._world = world
        self._clock = clock
        self._actor = actor
        self._redact = redact
        self._ends = ends

    def act(self, effect: Act, hosts: Mapping[str, Host]) -> CommandsDone:
        """Run the commands of a step one after the other, up to the first that fails or may not leave."""
        done: list[CommandDone] = []
        for command in effect.commands:
            refused = self._too_late(effect, first=not done)
            if refused is None and done and self._clock.now().after(effect.not_after):
                effect, refused = self._claimed_again(effect, hosts)
            if refused is not None:
                done.append(CommandDone.never_left(command.argv, refused.why, refused.unsent))
                break
            host = hosts.get(command.host)
            if host is None:
                done.append(CommandDone.never_left(command.argv, f"{command.host} left the inventory"))
                break
            left_s = self._left_s(effect)
            result = self._actor.run(host, replace(command, leaves_within_s=left_s))
            done.append(replace(result, output=self._redact(result.output), error=self._redact(result.error)))
            if result.exit_code != 0:
                break
        return CommandsDone(run=effect.run, step=effect.step, done=tuple(done))

    def lay_claim(self, effect: LayClaim, host: Host | None) -> Claimed:
        """Run the command that claims one host."""
        done = CommandDone.never_left(effect.command.argv, "it left the inventory")
        if host is not None:
            done = self._actor.run(host, effect.command)
        return self._claimed(effect, done)

    def claim_failed(self, effect: LayClaim, why: str) -> Claimed:
        """Return the answer of a claim that failed in this process: the host was not claimed."""
        return self._claimed(effect, _not_known(effect.command, why))

    def _claimed(self, effect: LayClaim, done: CommandDone) -> Claimed:
        return Claimed(
            subject=effect.subject,
            number=effect.number,
            host=effect.command.host,
            done=done,
            came_at=self._clock.now(),
        )

    def _claimed_again(self, effect: Act, hosts: Mapping[str, Host]) -> tuple[Act, _NotSent | None]:
        """Claim the hosts of a step anew before a later command of it; return the step as it stands then, or why it may
        not go on."""
        claim = replace(effect.claim, began=self._clock.now(), answers={})
        for name in claim.hosts:
            if name in hosts:
                done = self._actor.run(hosts[name], claims.command(claim, effect.known.us, name))
                claim = claims.taken(claim, name, done, self._clock.now())
        why = claims.rival(claim, effect.known) or claims.fading(claim, effect.known) or claims.missing(claim)
        not_sent = None if why is None else _NotSent(f"not claimed: {why}", Unsent.UNCLAIMED)
        return replace(effect, claim=claim, not_after=claim.ends()), not_sent

    def _left_s(self, effect: Act) -> float:
        """Return how long a command of `effect` may still take to leave."""
        now = self._clock.now()
        return max(0.0, effect.not_after.boot_s - now.boot_s) if effect.not_after.boot_id == now.boot_id else 0.0

    def _too_late(self, effect: Act, first: bool) -> _NotSent | None:
        """Return why a command may not leave any more: a pause came after its INTENT, or it waited for too long."""
        paused = self._world.setup.read_pause()
        reasons = (
            (paused.reason,)
            if isinstance(paused, Unknown)
            else (*paused, *(each.text for each in tuple(self._world.durable.pauses.values())))  # the loop changes them
        )
        if reasons and not (self._ends() and not first):
            return _NotSent(f"paused: {'; '.join(reasons)}", Unsent.PREVENTED)
        if first and self._clock.now().after(effect.not_after):
            return _NotSent(TOO_LATE, Unsent.LATE)
        return None


def _not_known(command: Command, why: str) -> CommandDone:
    """Return the outcome of a command of which nobody can say whether it left."""
    return CommandDone(argv=command.argv, exit_code=None, output="", took_s=0.0, error=why)


def act_failed(effect: Act, why: str) -> CommandsDone:
    """Return the outcome of commands that may have left, each of them: a probe tells."""
    done = (_not_known(effect.commands[0], why),) if effect.commands else ()
    return CommandsDone(run=effect.run, step=effect.step, done=done)
