"""What can happen to mutes, one class for each kind of entry of the audit. Its body and its sentence are made here and
nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from remediator.model.records.mutes import OwnDowntime, Pause, Silence, Wrap
from remediator.mutes.transition import Entry, Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Entry):
    kind: ClassVar[str] = "pause"
    pause: Pause

    def body(self) -> Mapping[str, Any]:
        return {"pause": self.pause.id, "reason": self.pause.reason}

    def log(self) -> Log:
        return Log(event="paused", reason=self.pause.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Entry):
    """Pauses were lifted; others may still stand."""

    kind: ClassVar[str] = "resume"
    lifted: tuple[Pause, ...]
    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"reason": self.reason, "lifted": {pause.id: pause.text for pause in self.lifted}}

    def log(self) -> Log:
        return Log(event="resumed", reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced(Entry):
    kind: ClassVar[str] = "silence"
    silence: Silence

    def body(self) -> Mapping[str, Any]:
        return self.silence.to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteEnded(Entry):
    """The mute `id` is over: a person has ended it, or its time is over."""

    id: str
    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"id": self.id, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEnded(MuteEnded):
    kind: ClassVar[str] = "silence_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimeEnded(MuteEnded):
    kind: ClassVar[str] = "downtime_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimeBegun(Entry):
    """A person has taken a target out."""

    kind: ClassVar[str] = "downtime"
    downtime: OwnDowntime

    def body(self) -> Mapping[str, Any]:
        return self.downtime.to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthTold(Entry):
    """A sender, the actor, has told another depth of the downtime of `host`, or of its `service`."""

    kind: ClassVar[str] = "downtime"
    host: str
    service: str
    depth: int

    def body(self) -> Mapping[str, Any]:
        return {"host": self.host, "service": self.service, "depth": self.depth}

    def log(self) -> Log:
        about = self.service or "the host"
        return Log(event="downtime", reason=f"depth {self.depth} for {about}", level="info", host=self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped(Entry):
    """A command began under `pause --wrap`."""

    kind: ClassVar[str] = "wrap"
    wrap: Wrap

    def body(self) -> Mapping[str, Any]:
        return self.wrap.to_json()

    def log(self) -> Log:
        return Log(event="wrapped", reason=f"{self.wrap.scope}: {self.wrap.command}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapEnded(Entry):
    """A wrapped command is over; its scope stays muted for the time of maintenance."""

    kind: ClassVar[str] = "wrap_ended"
    wrap: str
    how: str

    def body(self) -> Mapping[str, Any]:
        return {"wrap": self.wrap, "how": self.how}

    def log(self) -> Log:
        return Log(event="wrap_ended", reason=f"{self.wrap}: {self.how}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Entry):
    """A person has the incident in hand."""

    kind: ClassVar[str] = "ack"
    named: str
    target: str
    reason: str

    @property
    def incident(self) -> str:
        return self.named

    def body(self) -> Mapping[str, Any]:
        return {"target": self.target, "reason": self.reason}

    def sentence(self) -> str:
        """Return what the timeline of the incident says of it."""
        return f"{self.actor}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAccepted(Entry):
    """A person has said that a store that was put back from a copy is what counts; `was`: why it did not."""

    kind: ClassVar[str] = "restore_accepted"
    was: str
    reason: str

    def body(self) -> Mapping[str, Any]:
        return {"was": self.was, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRefused(Entry):
    """What a person wanted to call settled is not; `refused` says why."""

    kind: ClassVar[str] = "baseline_refused"
    scope: str
    reason: str
    refused: Sequence[str]

    def body(self) -> Mapping[str, Any]:
        return {"scope": self.scope, "reason": self.reason, "refused": list(self.refused)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineAccepted(Entry):
    """A person has called `scope` settled; `seen` is what was believed, in the form of the answer."""

    kind: ClassVar[str] = "baseline"
    scope: str
    reason: str
    seen: Mapping[str, Any]

    def body(self) -> Mapping[str, Any]:
        return {**self.seen, "reason": self.reason}

    def log(self) -> Log:
        return Log(event="baseline_accepted", reason=self.reason, scope=self.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalSeen(Entry):
    """Another remediator was seen, while a claim for `subject` was laid."""

    kind: ClassVar[str] = "rival_seen"
    why: str
    subject: str

    def body(self) -> Mapping[str, Any]:
        return {"why": self.why, "for": self.subject}

    def log(self) -> Log:
        return Log(event=self.kind, reason=self.why, level="error")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakeClosed(Entry):
    """A person has closed a brake. The storm breaker stands without its name."""

    kind: ClassVar[str] = "brake_closed"
    brake: str | None
    was: str | None
    reason: str

    def body(self) -> Mapping[str, Any]:
        said = {"was": self.was, "reason": self.reason}
        return said if self.brake is None else {"brake": self.brake, **said}


@dataclass(frozen=True, slots=True, kw_only=True)
class StormOpened(Entry):
    kind: ClassVar[str] = "storm_opened"
    scope: str
    why: str

    def body(self) -> Mapping[str, Any]:
        return {"scope": self.scope, "why": self.why}

    def log(self) -> Log:
        return Log(event=self.kind, reason=self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class StormClosed(Entry):
    kind: ClassVar[str] = "storm_closed"
    scope: str

    def body(self) -> Mapping[str, Any]:
        return {"scope": self.scope}

    def log(self) -> Log:
        return Log(event=self.kind, reason=self.scope)
