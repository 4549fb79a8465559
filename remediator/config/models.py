"""The config file as one frozen record: exactly the keys of docs/contracts.md, each with its default."""

from __future__ import annotations

import functools
import os.path
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, create_model, field_validator, model_validator
from pydantic_core import PydanticCustomError

from remediator.config.connections import (
    MAX_REFERENCES,
    AbsolutePath,
    HttpConfig,
    IntegrationsConfig,
    InventoryConfig,
    Name,
    Notifier,
    Reference,
    Section,
    SshConfig,
    TokenConfig,
    default_section,
    reference,
)
from remediator.config.documents.origin import Origin
from remediator.config.durations import Duration
from remediator.config.limits import LimitsConfig
from remediator.config.secrets import Secret
from remediator.config.working_hours import WorkingHours
from remediator.model.content.actions import Risk
from remediator.model.content.hours import Hours
from remediator.model.content.specs import Mode

ModeName = Literal["off", "observe", "shadow", "approve", "auto"]


class AllowedConfig(Section):
    """When a risk may act, whoever asks; None: at any time."""

    never_keys: ClassVar[Mapping[str, str]] = {"R0": "R0 only reads, at any time"}

    R1: WorkingHours | None = None
    R2: WorkingHours | None = None
    R3: WorkingHours | None = None


class AutonomyConfig(Section):
    """How far each risk, or one rule, may go by itself. R3 runs unattended only for rules named in
    i_accept_unattended_r3."""

    R1: ModeName = "shadow"
    R2: ModeName = "shadow"
    R3: Literal["off", "observe", "shadow", "approve"] = "shadow"
    rules: dict[Name, ModeName] = Field(default_factory=dict)
    allowed: AllowedConfig = default_section()

    @field_validator("R3", mode="before")
    @classmethod
    def _never_auto(cls, value: object) -> object:
        if value == "auto":
            raise ValueError(
                "R3 never runs unattended as a whole; name the rule under autonomy.rules and in i_accept_unattended_r3"
            )
        return value

    def mode_for(self, rule: str | None, risk: Risk) -> tuple[Mode, str]:
        """Return the mode of a plan and the key it comes from: that of its rule, else that of its risk."""
        if rule is not None and rule in self.rules:
            return Mode[self.rules[rule].upper()], f"autonomy.rules.{rule}"
        if risk is Risk.R0:
            return Mode.AUTO, "R0 only reads"
        name: str = getattr(self, risk.name)
        return Mode[name.upper()], f"autonomy.{risk.name}"

    def hours_for(self, risk: Risk) -> Hours | None:
        """Return the hours in which plans of `risk` may act, None for always. No rule's mode and no person goes past
        them."""
        hours: Hours | None = None if risk is Risk.R0 else getattr(self.allowed, risk.name)
        return hours


class CheckOverride(Section):
    """What the config changes of one shipped check."""

    every: Duration | None = None
    retry: Duration | None = None
    attempts: Annotated[int, Field(ge=1, le=100)] | None = None
    off: bool = False

    @field_validator("every", "retry")
    @classmethod
    def _not_too_often(cls, value: float | None) -> float | None:
        if value is not None and value < 1:
            raise ValueError("a check runs at most once a second")
        return value


class DatabaseConfig(Section):
    """SQLite in the state directory (no url), or PostgreSQL. Never the database that it heals."""

    url: Annotated[str | Secret | None, Field(union_mode="left_to_right")] = None

    @field_validator("url")
    @classmethod
    def _not_what_it_heals(cls, value: str | Secret | None) -> str | Secret | None:
        if isinstance(value, str):
            if not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
                raise ValueError("only sqlite: and postgresql: are supported (never the database that it heals)")
            if "@" in value and ":" in value.split("//", 1)[-1].split("@", 1)[0]:
                raise ValueError(
                    "the url holds a password; give the whole url as {env: X}, {file: /path} or {credential: X}"
                )
        return value

    def resolve(self) -> str | None:
        """Return the URL, or None for SQLite in the state directory. Raise SecretError if it cannot be read."""
        return self.url.resolve().get_secret_value() if isinstance(self.url, Secret) else self.url


class AuditConfig(Section):
    """Where signed checkpoints go. Only a copy elsewhere proves anything against somebody who has the key."""

    checkpoints: AbsolutePath = "/var/lib/remediator-audit/checkpoints.jsonl"
    key: AbsolutePath | None = None

    @property
    def key_path(self) -> Path:
        """The signing key: `key`, or audit.key beside the checkpoints."""
        return Path(self.key) if self.key else Path(self.checkpoints).parent / "audit.key"


class LogConfig(Section):
    format: Literal["json", "console"] = "json"
    level: Literal["debug", "info", "warning", "error"] = "info"


class RetentionConfig(Section):
    """How long rows and outputs are kept. The audit chain is never cut."""

    events: Duration = 30 * 86400.0
    runs: Duration = 400 * 86400.0
    output: Duration = 90 * 86400.0

    @field_validator("*")
    @classmethod
    def _at_least_a_day(cls, value: float) -> float:
        if value < 86400:
            raise ValueError("below the floor of 1d: rates and budgets are read from there")
        return value


class Config(Section):
    """The whole config. Build it with `load_config`; `limits.resolved` are the limits as the gate uses them."""

    cloud: Name
    inventory: InventoryConfig
    ssh: SshConfig = default_section()
    content: tuple[AbsolutePath, ...] = ()
    integrations: IntegrationsConfig = default_section()
    autonomy: AutonomyConfig = default_section()
    limits: LimitsConfig = default_section()
    checks: dict[Name, CheckOverride] = Field(default_factory=dict)
    i_accept_unattended_r3: tuple[Name, ...] = ()
    vantage: tuple[Reference, ...] = ()
    state_dir: AbsolutePath = "/var/lib/remediator"
    pause_file: AbsolutePath = "/etc/remediator/PAUSE"
    database: DatabaseConfig = default_section()
    audit: AuditConfig = default_section()
    http: HttpConfig = default_section()
    tokens: tuple[TokenConfig, ...] = ()
    notify: tuple[Notifier, ...] = ()
    log: LogConfig = default_section()
    retention: RetentionConfig = default_section()

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """Where the values come from."""
        return self._origin

    @property
    def references(self) -> tuple[tuple[str, int], ...]:
        """The places of `vantage` as host (IPv6 without brackets) and TCP port, in the order of the file."""
        return tuple(reference(text) for text in self.vantage)

    def comes_from(self, origin: Origin) -> Config:
        """Note where the values come from; called once, by the loader."""
        self._origin = origin
        return self

    @field_validator("vantage")
    @classmethod
    def _few_and_distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > MAX_REFERENCES:
            raise PydanticCustomError("bad_vantage", f"names {len(value)} places; at most {MAX_REFERENCES} are dialled")
        twice = sorted({text for text in value if value.count(text) > 1})
        if twice:
            raise PydanticCustomError("bad_vantage", "names {text} twice", {"text": twice[0]})
        return value

    @field_validator("tokens", "notify")
    @classmethod
    def _unique_names(cls, value: tuple[TokenConfig, ...]) -> tuple[TokenConfig, ...]:
        names = [entry.name for entry in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two entries are named {twice[0]}")
        return value

    @model_validator(mode="after")
    def _audit_outside_the_state(self) -> Config:
        for name, path in (("checkpoints", self.audit.checkpoints), ("key", str(self.audit.key_path))):
            if os.path.commonpath((self.state_dir, path)) == os.path.normpath(self.state_dir):
                raise ValueError(f"audit.{name} lies inside state_dir; who rolls one back would roll back the other")
        return self


Sections = Callable[[Iterable[str]], Mapping[str, type[Section]]]
"""Given the names below ``integrations``, the model of each integration's part: handed in by who loads the config."""


def no_sections(_named: Iterable[str]) -> Mapping[str, type[Section]]:
    """No integration has a part in the config."""
    return {}


def with_sections(sections: Mapping[str, type[Section]]) -> type[Config]:
    """Return the model of a config whose `integrations` have these parts; the same one for the same parts."""
    return _with_sections(tuple(sorted(sections.items())))


@functools.lru_cache(maxsize=16)
def _with_sections(sections: tuple[tuple[str, type[Section]], ...]) -> type[Config]:
    parts: dict[str, Any] = {name: (section | None, None) for name, section in sections}
    integrations = create_model(
        "IntegrationsConfig", __base__=IntegrationsConfig, __doc__=IntegrationsConfig.__doc__, **parts
    )
    return create_model(
        "Config", __base__=Config, __doc__=Config.__doc__, integrations=(integrations, default_section())
    )
