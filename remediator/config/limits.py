"""The limits of the gate: default and floor of each, and what the config makes of them.

Invariant: nothing in the config can go past a floor. A limit stands between its default and its floor, or is stricter
than its default. A wait may not be shorter than its floor, a count or an age may not be larger. Zero is never a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from remediator.config import durations
from remediator.config.durations import Duration
from remediator.model.content.actions import Risk

Row = tuple[float, float, float]
"""The values of R1, R2, R3."""

PERSISTENCE: tuple[Row, Row] = ((30, 60, 90), (10, 30, 60))
COOLDOWN: tuple[Row, Row] = ((600, 1800, 86400), (30, 120, 3600))
QUIET: tuple[Row, Row] = ((60, 120, 600), (20, 30, 60))
RUNS_PER_RUNG: tuple[Row, Row] = ((2, 1, 1), (3, 2, 1))
EVIDENCE_AGE: Row = (120, 60, 30)
RATE_PER_10MIN = (5, 20)
RATE_PER_DAY = (30, 100)
STORM_HOSTS = (2, 2)
STORM_PERCENT = (34, 50)
R3_EVERY = (86400, 3600)
MAINTENANCE = (1800, 900)
HOST_BOOT = (600, 180)
BASELINE = (3600, 3600)
EVENT_AGE = (3600, 86400)
EVENT_AGE_LEAST = 300


def _wait(default: float, floor: float) -> Any:
    """Return the field of a wait that may not be shorter than its floor."""
    about = f"default {durations.form(default)}, floor {durations.form(floor)}"
    return Field(default=float(default), description=about, json_schema_extra={"floor": float(floor)})


def _count(default: float, floor: float) -> Any:
    """Return the field of a count that may not be larger than its floor (the loosest value)."""
    about = f"default {default:g}, floor {floor:g}"
    return Field(default=int(default), description=about, json_schema_extra={"floor": int(floor)})


def _age(default: float, floor: float, least: float) -> Any:
    """Return the field of an age that may not be longer than its floor (the loosest value), nor so short that nothing
    is ever young."""
    about = f"default {durations.form(default)}, floor {durations.form(floor)}, least {durations.form(least)}"
    return Field(
        default=float(default), description=about, json_schema_extra={"longest": float(floor), "least": float(least)}
    )


def _column(table: tuple[Row, Row], index: int) -> tuple[float, float]:
    return table[0][index], table[1][index]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, validate_default=False)

    @field_validator("*", mode="after")
    @classmethod
    def _between_default_and_floor(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[info.field_name or ""].json_schema_extra
        if not isinstance(extra, dict):
            return value
        longest, least = extra.get("longest"), extra.get("least")
        if isinstance(longest, float) and value > longest:
            raise ValueError(
                f"{durations.form(value)} is past the floor of {durations.form(longest)}: what is older "
                f"than that starts nothing"
            )
        if isinstance(least, float) and value < least:
            raise ValueError(
                f"{durations.form(value)} is below {durations.form(least)}: no sender that tries again is so quick"
            )
        if "floor" not in extra:
            return value
        floor = extra["floor"]
        if isinstance(floor, float) and value < floor:
            raise ValueError(f"{durations.form(value)} is below the floor of {durations.form(floor)}")
        if isinstance(floor, int) and value < 1:
            raise ValueError(f"{value} is not a limit; to act not at all set the mode to off, or pause")
        if isinstance(floor, int) and value > floor:
            raise ValueError(f"{value} is past the floor of {floor}: more than that is never allowed")
        return value


class PersistenceLimits(_Section):
    """How long a problem must have been bad without a break before a run may act."""

    R1: Duration = _wait(*_column(PERSISTENCE, 0))
    R2: Duration = _wait(*_column(PERSISTENCE, 1))
    R3: Duration = _wait(*_column(PERSISTENCE, 2))


class CooldownLimits(_Section):
    """How long a target is left alone after the end of a run."""

    R1: Duration = _wait(*_column(COOLDOWN, 0))
    R2: Duration = _wait(*_column(COOLDOWN, 1))
    R3: Duration = _wait(*_column(COOLDOWN, 2))


class HoldLimits(_Section):
    """How long the check must stay OK before a cure counts."""

    R1: Duration = _wait(*_column(QUIET, 0))
    R2: Duration = _wait(*_column(QUIET, 1))
    R3: Duration = _wait(*_column(QUIET, 2))


class RunsPerRung(_Section):
    """How often one runbook may run in one incident."""

    R1: int = _count(*_column(RUNS_PER_RUNG, 0))
    R2: int = _count(*_column(RUNS_PER_RUNG, 1))
    R3: int = _count(*_column(RUNS_PER_RUNG, 2))


class RateLimits(_Section):
    """Runs that reached an INTENT, in the whole cloud."""

    per_10min: int = _count(*RATE_PER_10MIN)
    per_day: int = _count(*RATE_PER_DAY)


class StormLimits(_Section):
    """Nothing acts when more hosts of a scope than the larger of these two have fresh problems that no incident
    explains."""

    hosts: int = _count(*STORM_HOSTS)
    percent: int = _count(*STORM_PERCENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits in force, in seconds and counts. R0 has those of R1."""

    persistence_s: Mapping[Risk, float]
    cooldown_s: Mapping[Risk, float]
    quiet_s: Mapping[Risk, float]
    evidence_age_s: Mapping[Risk, float]
    runs_per_rung: Mapping[Risk, int]
    rate_per_10min: int
    rate_per_day: int
    storm_hosts: int
    storm_percent: int
    r3_every_s: float
    maintenance_s: float
    host_boot_s: float
    baseline_s: float
    max_event_age_s: float

    @property
    def at_floor(self) -> tuple[str, ...]:
        """The limits that stand at a floor looser than their default, by their name in the config."""
        return tuple(name for name, value, default, floor in self._rows() if value == floor != default)

    @property
    def note(self) -> str:
        """One line for `validate` and the page, or an empty string."""
        names = self.at_floor
        return f"{len(names)} limits stand at their floor: {', '.join(names)}" if names else ""

    def _rows(self) -> list[tuple[str, float, float, float]]:
        rows: list[tuple[str, float, float, float]] = []
        tables: tuple[tuple[str, Mapping[Risk, float], tuple[Row, Row]], ...] = (
            ("persistence", self.persistence_s, PERSISTENCE),
            ("cooldown", self.cooldown_s, COOLDOWN),
            ("hold", self.quiet_s, QUIET),
            ("runs_per_rung", self.runs_per_rung, RUNS_PER_RUNG),
        )
        for name, values, (defaults, floors) in tables:
            for risk, default, floor in zip((Risk.R1, Risk.R2, Risk.R3), defaults, floors, strict=True):
                rows.append((f"{name}.{risk.name}", values[risk], default, floor))
        rows.append(("rate.per_10min", self.rate_per_10min, *RATE_PER_10MIN))
        rows.append(("rate.per_day", self.rate_per_day, *RATE_PER_DAY))
        rows.append(("storm.hosts", self.storm_hosts, *STORM_HOSTS))
        rows.append(("storm.percent", self.storm_percent, *STORM_PERCENT))
        rows.append(("r3_every", self.r3_every_s, *R3_EVERY))
        rows.append(("maintenance", self.maintenance_s, *MAINTENANCE))
        rows.append(("host_boot", self.host_boot_s, *HOST_BOOT))
        rows.append(("baseline", self.baseline_s, *BASELINE))
        rows.append(("max_event_age", self.max_event_age_s, *EVENT_AGE))
        return rows


class LimitsConfig(_Section):
    """The `limits:` of the config file."""

    never_keys: ClassVar[Mapping[str, str]] = {
        "evidence_age": "evidence_age is fixed (R1 120s, R2 60s, R3 30s) and cannot be set"
    }
    """What somebody may look for here, and why it is not a key."""

    persistence: PersistenceLimits = Field(default_factory=dict, validate_default=True)
    cooldown: CooldownLimits = Field(default_factory=dict, validate_default=True)
    hold: HoldLimits = Field(default_factory=dict, validate_default=True)
    runs_per_rung: RunsPerRung = Field(default_factory=dict, validate_default=True)
    rate: RateLimits = Field(default_factory=dict, validate_default=True)
    storm: StormLimits = Field(default_factory=dict, validate_default=True)
    r3_every: Duration = _wait(*R3_EVERY)
    maintenance: Duration = _wait(*MAINTENANCE)
    host_boot: Duration = _wait(*HOST_BOOT)
    baseline: Duration = _wait(*BASELINE)
    max_event_age: Duration = _age(*EVENT_AGE, EVENT_AGE_LEAST)

    @property
    def resolved(self) -> Limits:
        """The limits as the gate uses them."""
        return Limits(
            persistence_s=_by_risk(self.persistence),
            cooldown_s=_by_risk(self.cooldown),
            quiet_s=_by_risk(self.hold),
            evidence_age_s=_by_row(EVIDENCE_AGE),
            runs_per_rung={risk: int(value) for risk, value in _by_risk(self.runs_per_rung).items()},
            rate_per_10min=self.rate.per_10min,
            rate_per_day=self.rate.per_day,
            storm_hosts=self.storm.hosts,
            storm_percent=self.storm.percent,
            r3_every_s=self.r3_every,
            maintenance_s=self.maintenance,
            host_boot_s=self.host_boot,
            baseline_s=self.baseline,
            max_event_age_s=self.max_event_age,
        )


def _by_risk(section: Any) -> dict[Risk, float]:
    return _by_row((section.R1, section.R2, section.R3))


def _by_row(row: Row) -> dict[Risk, float]:
    r1, r2, r3 = row
    return {Risk.R0: r1, Risk.R1: r1, Risk.R2: r2, Risk.R3: r3}
