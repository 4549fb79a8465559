"""The lab's config loads unchanged; order of search, overrides, effective values, durations, secrets, limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from ruamel.yaml import YAML

from remediator.config import Config, ConfigError, SecretError, durations, effective, load_config, loading
from remediator.config.documents import shape
from remediator.config.limits import LimitsConfig
from remediator.config.secrets import Secret
from remediator.integrations import registry
from remediator.model.content import hours
from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mode
from tests.builders import absent
from tests.unit.config.writing import MINIMAL, config_of, said, written

pytestmark = pytest.mark.unit

LAB = """\
cloud: lab
inventory: {hosts: {ctl1: {address: 10.77.0.11, groups: [control], engine: docker}}}
ssh: {user: remediator, read: /p, act: /p, known_hosts: /p, sudo: true}
integrations: {host: {mounts: [/data]}}
state_dir: /l/state
pause_file: /l/PAUSE
audit: {checkpoints: /l/audit/c.jsonl, key: /l/audit/key}
http: {bind: 127.0.0.1:8087}
tokens: [{name: lab, scopes: [ingest, read, operate, approve], token: {file: /p}}]
notify: [{name: hook, type: webhook, url: "http://127.0.0.1:1/x"}, {name: cmd, type: command, argv: [/bin/true]}]
autonomy: {R1: auto, R2: auto, rules: {}}
limits: {persistence: {R1: 10s, R2: 30s, R3: 60s}, cooldown: {R1: 30s, R2: 2m, R3: 1h},
         rate: {per_10min: 20, per_day: 100}, runs_per_rung: {R1: 3, R2: 2, R3: 1},
         hold: {R1: 20s, R2: 30s, R3: 60s}, maintenance: 15m, host_boot: 3m, baseline: 1h}
checks: {container-state: {every: 5s, retry: 5s, attempts: 3, off: false}}
i_accept_unattended_r3: []
vantage: []
log: {format: json, level: info}
retention: {}
database: {}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Config:
    return load_config(written(tmp_path, LAB), {}, registry.sections)


def test_the_lab_stands_at_the_floors(lab: Config) -> None:
    limits = lab.limits.resolved
    assert limits.persistence_s == {Risk.R0: 10, Risk.R1: 10, Risk.R2: 30, Risk.R3: 60}
    assert limits.quiet_s[Risk.R2] == 30
    assert limits.evidence_age_s == {Risk.R0: 120, Risk.R1: 120, Risk.R2: 60, Risk.R3: 30}
    assert (limits.rate_per_10min, limits.rate_per_day, limits.maintenance_s) == (20, 100, 900)
    assert limits.at_floor == (
        "persistence.R1", "persistence.R2", "persistence.R3", "cooldown.R1", "cooldown.R2", "cooldown.R3",
        "hold.R1", "hold.R2", "hold.R3", "runs_per_rung.R1", "runs_per_rung.R2",
        "rate.per_10min", "rate.per_day", "maintenance", "host_boot",
    )  # fmt: skip
    assert limits.note.startswith("15 limits stand at their floor: persistence.R1, ")


def test_the_defaults_are_the_table_of_the_design_and_stand_at_no_floor() -> None:
    limits = LimitsConfig().resolved
    assert [limits.persistence_s[risk] for risk in Risk] == [30, 30, 60, 90]
    assert [limits.cooldown_s[risk] for risk in Risk] == [600, 600, 1800, 86400]
    assert [limits.quiet_s[risk] for risk in Risk] == [60, 60, 120, 600]
    assert [limits.runs_per_rung[risk] for risk in Risk] == [2, 2, 1, 1]
    assert (limits.rate_per_10min, limits.rate_per_day) == (5, 30)
    assert (limits.maintenance_s, limits.host_boot_s, limits.baseline_s) == (1800, 600, 3600)
    assert limits.at_floor == ()
    assert limits.note == ""


def test_the_mode_of_a_rule_goes_before_that_of_its_risk(tmp_path: Path) -> None:
    autonomy = config_of(tmp_path, "autonomy: {R1: auto, rules: {careful: approve}}\n").autonomy
    assert autonomy.mode_for("careful", Risk.R1) == (Mode.APPROVE, "autonomy.rules.careful")
    assert autonomy.mode_for("other", Risk.R1) == (Mode.AUTO, "autonomy.R1")
    assert autonomy.mode_for(None, Risk.R2) == (Mode.SHADOW, "autonomy.R2")


def test_shadow_is_the_default_of_every_risk(tmp_path: Path) -> None:
    autonomy = config_of(tmp_path).autonomy
    assert {autonomy.mode_for(None, risk)[0] for risk in (Risk.R1, Risk.R2, Risk.R3)} == {Mode.SHADOW}


def test_hours_hold_the_risk_they_are_given_for(tmp_path: Path) -> None:
    autonomy = config_of(tmp_path, 'autonomy: {allowed: {R2: "mon-fri  09-17 Europe/Zurich", R3: null}}\n').autonomy
    allowed = autonomy.hours_for(Risk.R2)
    assert allowed is not None
    assert (allowed.from_minute, allowed.to_minute, allowed.zone.key) == (540, 1020, "Europe/Zurich")
    assert [autonomy.hours_for(risk) for risk in (Risk.R0, Risk.R1, Risk.R3)] == [None, None, None]


def test_without_hours_every_risk_may_act_at_any_time(tmp_path: Path) -> None:
    assert [config_of(tmp_path).autonomy.hours_for(risk) for risk in Risk] == [None] * 4


def test_hours_are_shown_as_they_are_written_and_where(tmp_path: Path) -> None:
    config = config_of(tmp_path, "autonomy: {allowed: {R1: Sat-Sun 00-24 UTC}}\n")
    rows = {row.key: row for row in effective.effective(config)}
    assert rows["autonomy.allowed.R1"] == effective.Row(
        "autonomy.allowed.R1", "Sat-Sun 00-24 UTC", f"{tmp_path}/config.yaml:3"
    )
    assert rows["autonomy.allowed.R2"].value is None


def test_references_are_read_in_order(tmp_path: Path) -> None:
    more = 'vantage: [192.0.2.1:53, "[2001:db8::1]:443", ntp.example.net:123, gw-1:22]\n'
    assert config_of(tmp_path, more).references == (
        ("192.0.2.1", 53), ("2001:db8::1", 443), ("ntp.example.net", 123), ("gw-1", 22),
    )  # fmt: skip
    assert config_of(tmp_path).references == ()
    assert len(config_of(tmp_path, f"vantage: {[f'gw{n}:22' for n in range(16)]}\n").references) == 16


def test_the_search_order() -> None:
    env = {"REMEDIATOR_CONFIG": "/b"}
    assert loading.find("/a", env) == Path("/a")
    assert loading.find(None, env) == Path("/b")
    assert loading.find(None, {}) == Path("/etc/remediator/config.yaml")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    env = {
        "REMEDIATOR__SSH__PORT": "2222",
        "REMEDIATOR__LIMITS__COOLDOWN__R1": "20m",
        "REMEDIATOR__CHECKS__HOST_DISK__EVERY": "2m",
        "REMEDIATOR__VANTAGE": "[192.0.2.1:53]",
        "REMEDIATOR__AUTONOMY__ALLOWED__R2": "daily 22-06 UTC",
        "REMEDIATOR_CONFIG": "ignored here",
    }
    config = config_of(tmp_path, "checks: {host-disk: {attempts: 5}}\n", env)
    assert config.ssh.port == 2222
    assert config.limits.resolved.cooldown_s[Risk.R1] == 1200
    assert (config.checks["host-disk"].every, config.checks["host-disk"].attempts) == (120, 5)
    assert config.references == (("192.0.2.1", 53),)
    assert config.autonomy.hours_for(Risk.R2) == hours.parse("daily 22-06 UTC")


def test_mistakes_in_the_environment_name_the_variable(tmp_path: Path) -> None:
    env = {
        "REMEDIATOR__SHH__PORT": "1",
        "REMEDIATOR__SSH__PORT": "x",
        "REMEDIATOR__CLOUD__X": "1",
        "REMEDIATOR__VANTAGE": "[",
    }
    assert said(tmp_path, MINIMAL, env) == [
        "$REMEDIATOR__CLOUD__X:1:1: cloud.x is no place for a value",
        "$REMEDIATOR__SHH__PORT:1:1: unknown key shh (did you mean ssh?)",
        "$REMEDIATOR__SSH__PORT:1:1: ssh.port: should be a whole number",
        "$REMEDIATOR__VANTAGE:1:2: not YAML: while parsing a flow node; expected the node content, but "
        "found '<stream end>'",
    ]


def test_effective_values_have_a_source_and_no_secret(tmp_path: Path) -> None:
    more = "tokens: [{name: a, scopes: [read], token: {file: /very/secret}}]\n"
    config = config_of(tmp_path, more, {"REMEDIATOR__SSH__USER": "kolla"})
    rows = {row.key: row for row in effective.effective(config)}
    assert (rows["ssh.user"].value, rows["ssh.user"].source) == ("kolla", "env REMEDIATOR__SSH__USER")
    assert (rows["cloud"].value, rows["cloud"].source) == ("lab", f"{tmp_path}/config.yaml:1")
    assert (rows["limits.cooldown.R1"].value, rows["limits.cooldown.R1"].source) == ("10m", "default")
    assert rows["tokens.0.token"].value == "***"
    assert not any("secret" in str(row.value) for row in rows.values())


def test_urls_are_shown_without_credentials(tmp_path: Path) -> None:
    config = config_of(tmp_path, "notify: [{name: a, type: webhook, url: 'https://u:p@h/x?token=t'}]\n")
    shown = {row.key: row.value for row in effective.effective(config)}
    assert shown["notify.0.url"] == "https://***@h/x?***"


def test_the_schema_is_json_schema() -> None:
    schema = effective.json_schema(registry.sections())
    assert {"type": "null"} in schema["$defs"]["AllowedConfig"]["properties"]["R2"]["anyOf"]
    assert schema["properties"]["vantage"]["items"]["type"] == "string"
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"cloud", "inventory"}


@given(st.integers(min_value=0, max_value=10**11))
def test_durations_are_read_as_they_are_written(millis: int) -> None:
    seconds = millis / 1000
    assert round(durations.parse(durations.form(seconds)) * 1000) == millis


@pytest.mark.parametrize("text", ["", "5", "5 s", "s", "-5s", "5s5s", "1e3s", "five s", "1y", "٣s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write a number with its unit"):
        durations.parse(text)


def test_secrets_come_from_three_places_when_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("from-file\n", encoding="utf-8")
    env = {"WORD": "from-env", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert Secret(env="WORD").resolve(env).get_secret_value() == "from-env"
    assert Secret(file=str(tmp_path / "word")).resolve(env).get_secret_value() == "from-file"
    assert Secret(credential="word").resolve(env).get_secret_value() == "from-file"


def test_a_secret_that_is_not_there_says_where_it_should_be(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    cases = {
        Secret(env="NOPE"): "secret env NOPE: the environment variable is not set",
        Secret(file=f"{tmp_path}/nope"): f"secret file {tmp_path}/nope: No such file or directory",
        Secret(file=f"{tmp_path}/empty"): f"secret file {tmp_path}/empty: empty",
        Secret(
            credential="x"
        ): "secret credential x: $CREDENTIALS_DIRECTORY is not set; is LoadCredential= in the unit?",
    }
    for secret, message in cases.items():
        with pytest.raises(SecretError) as caught:
            secret.resolve({})
        assert str(caught.value) == message


def test_the_settings_for_validation_hold_no_secret(tmp_path: Path, memcache: None) -> None:
    config = config_of(tmp_path, "integrations: {memcache: {port: 11212, word: {file: /p}}, host: {mounts: [/data]}}\n")
    assert config.integrations.without_secrets() == {
        "memcache": {"group": "control", "port": 11212},
        "host": {"mounts": ["/data"], "act_lists": None},
    }
    assert config_of(tmp_path).integrations.without_secrets() == {}


@pytest.mark.parametrize("wrong", ["port: x", "port: 0", "group: ['a']", "word: plain", "prot: 1"])
def test_a_wrong_setting_of_an_integration_is_a_mistake(tmp_path: Path, wrong: str, memcache: None) -> None:
    with pytest.raises(ConfigError, match=r"integrations\.memcache"):
        config_of(tmp_path, f"integrations: {{memcache: {{{wrong}}}}}\n")


def test_the_example_validates_and_shows_the_defaults(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, absent.example()), {}, registry.sections)
    assert config.limits == LimitsConfig()
    defaults = Config.model_validate({"cloud": "x", "inventory": {"hosts": {"a": {"address": "b"}}}})
    for name in ("autonomy", "retention", "log", "state_dir", "pause_file", "ssh", "database"):
        assert getattr(config, name) == getattr(defaults, name)


def test_the_example_shows_every_setting() -> None:
    data = YAML(typ="safe", pure=True).load(absent.EXAMPLE.read_text("utf-8"))
    commented = {"inventory.kolla": "  # kolla: ", "inventory.engine": "  # engine: "}  # they exclude `hosts`
    assert set(_missing(Config, [data], "")) == set(commented)
    assert all(text in absent.EXAMPLE.read_text("utf-8") for text in commented.values())


def _missing(model: type[BaseModel], given: list[Any], path: str) -> list[str]:
    """Return the keys of `model` that none of `given` shows."""
    if model is Secret:
        return []
    found: list[str] = []
    for key, annotation in shape.key_fields(model).items():
        values = [item[key] for item in given if isinstance(item, dict) and key in item]
        if not values:
            found.append(f"{path}{key}")
            continue
        item_type = shape.item_of(annotation)
        inner = shape.models_in(annotation) or shape.models_in(item_type)
        if not shape.models_in(annotation):
            values = (
                [part for value in values for part in (value.values() if isinstance(value, dict) else value or [])]
                if inner
                else []
            )
        for submodel in inner:
            mine = [value for value in values if not isinstance(value, dict) or _is_branch(submodel, value)]
            found.extend(_missing(submodel, mine, f"{path}{key}."))
    return found


def _is_branch(model: type[BaseModel], value: dict[str, Any]) -> bool:
    """Whether `value` is meant for `model`, when several are told apart by `type`."""
    literal = shape.key_fields(model).get("type")
    return literal is None or value.get("type") in getattr(literal, "__args__", ())


@pytest.mark.parametrize(
    ("bind", "is_open"),
    [
        ("127.0.0.1:1", False),
        ("127.1.2.3:1", False),
        ("'[::1]:1'", False),
        ("'[::ffff:127.0.0.1]:1'", False),
        ("localhost:1", False),
        ("0.0.0.0:1", True),
        ("'[::]:1'", True),
        ("192.0.2.1:1", True),
        ("ctl1.example.net:1", True),
        ("localhost.example.net:1", True),
    ],
)
def test_an_open_address_needs_tls_or_a_word(tmp_path: Path, bind: str, is_open: bool) -> None:
    plain = said(tmp_path, MINIMAL + f"http: {{bind: {bind}}}\n")
    assert bool(plain) is is_open
    if is_open:
        assert plain[0].startswith("config.yaml:3:7: http: bind ")
        assert "http.plaintext_ok: true" in plain[0]
    assert said(tmp_path, MINIMAL + f"http: {{bind: {bind}, plaintext_ok: true}}\n") == []
    assert said(tmp_path, MINIMAL + f"http: {{bind: {bind}, tls: {{cert: /c, key: /k}}}}\n") == []
