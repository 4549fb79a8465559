"""Each bad input gives one clear message, with its place and the remedy; all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remediator.config import ConfigError, load_config, loading
from remediator.integrations import registry
from tests.unit.config.writing import MINIMAL, said, written

pytestmark = pytest.mark.unit

TABLE = {
    "misspelt key": ("clod: x", "config.yaml:3:1: clod: unknown key clod (did you mean cloud?)"),
    "misspelt inner key": ("ssh: {usr: x}", "config.yaml:3:7: ssh.usr: unknown key usr (did you mean user?)"),
    "far-off key": ("zzzzzzz: 1", "config.yaml:3:1: zzzzzzz: unknown key zzzzzzz"),
    "key set twice": ("cloud: other", "config.yaml:3:1: cloud: cloud is already set on line 1"),
    "wrong word": (
        "log: {level: inof}",
        "config.yaml:3:14: log.level: 'inof' is not one of debug, info, warning, error (did you mean info?)",
    ),
    "not a number": ("ssh: {port: high}", "config.yaml:3:13: ssh.port: should be a whole number"),
    "port out of range": (
        "ssh: {port: 70000}",
        "config.yaml:3:13: ssh.port: should be less than or equal to 65535",
    ),
    "relative path": ("state_dir: var", "config.yaml:3:12: state_dir: 'var' is not an absolute path"),
    "not a list": ("content: /etc/x", "config.yaml:3:10: content: should be a list"),
    "not a mapping": ("ssh: [1]", "config.yaml:3:6: ssh: should be a mapping (key: value)"),
    "bare duration": (
        "checks: {host-disk: {every: 5}}",
        "config.yaml:3:29: checks.host-disk.every: 5 is not a duration; write a number with its unit, "
        "like 30s, 5m, 2h or 1d",
    ),
    "too often": (
        "checks: {host-disk: {every: 100ms}}",
        "config.yaml:3:29: checks.host-disk.every: a check runs at most once a second",
    ),
    "secret by value": (
        "tokens: [{name: a, scopes: [read], token: hunter2}]",
        "config.yaml:3:43: tokens.0.token: a secret is never written here: use {env: NAME}, {file: "
        "/path} or {credential: NAME}",
    ),
    "two sources of a secret": (
        "tokens: [{name: a, scopes: [read], token: {env: A, file: /b}}]",
        "config.yaml:3:43: tokens.0.token: give exactly one of env, file, credential",
    ),
    "unknown scope": (
        "tokens: [{name: a, scopes: [reed], token: {env: A}}]",
        "config.yaml:3:29: tokens.0.scopes.0: 'reed' is not one of ingest, read, operate, approve (did you mean read?)",
    ),
    "no scope": (
        "tokens: [{name: a, scopes: [], token: {env: A}}]",
        "config.yaml:3:28: tokens.0.scopes: should not be empty",
    ),
    "unknown notifier": (
        "notify: [{name: a, type: comand, argv: [/x]}]",
        "config.yaml:3:10: notify.0: type comand is not one of webhook, command (did you mean command?)",
    ),
    "program by $PATH": (
        "notify: [{name: a, type: command, argv: [page]}]",
        "config.yaml:3:41: notify.0.argv: 'page' is not an absolute path; $PATH is not searched",
    ),
    "same name twice": (
        "notify: [{name: a, type: command, argv: [/x]}, {name: a, type: command, argv: [/y]}]",
        "config.yaml:3:9: notify: two entries are named a",
    ),
    "R3 auto": (
        "autonomy: {R3: auto}",
        "config.yaml:3:16: autonomy.R3: R3 never runs unattended as a whole; "
        "name the rule under autonomy.rules and in i_accept_unattended_r3",
    ),
    "below a floor": (
        "limits: {persistence: {R1: 9s}}",
        "config.yaml:3:28: limits.persistence.R1: 9s is below the floor of 10s",
    ),
    "zero wait": (
        "limits: {cooldown: {R2: 0s}}",
        "config.yaml:3:25: limits.cooldown.R2: 0s is below the floor of 2m",
    ),
    "past a count's floor": (
        "limits: {rate: {per_day: 101}}",
        "config.yaml:3:26: limits.rate.per_day: 101 is past the floor of 100: more than that is never allowed",
    ),
    "zero count": (
        "limits: {runs_per_rung: {R1: 0}}",
        "config.yaml:3:30: limits.runs_per_rung.R1: 0 is not a limit; to act not at all set the mode to off, or pause",
    ),
    "fixed limit": (
        "limits: {evidence_age: 5m}",
        "config.yaml:3:10: limits.evidence_age: evidence_age is fixed (R1 120s, R2 60s, R3 30s) and cannot be set",
    ),
    "storm past the floor": (
        "limits: {storm: {hosts: 3}}",
        "config.yaml:3:25: limits.storm.hosts: 3 is past the floor of 2: more than that is never allowed",
    ),
    "storm percent past the floor": (
        "limits: {storm: {percent: 51}}",
        "config.yaml:3:27: limits.storm.percent: 51 is past the floor of 50: more than that is never allowed",
    ),
    "zero storm": (
        "limits: {storm: {percent: 0}}",
        "config.yaml:3:27: limits.storm.percent: 0 is not a limit; to act not at all set the mode to off, or pause",
    ),
    "negative count": (
        "limits: {rate: {per_10min: -1}}",
        "config.yaml:3:28: limits.rate.per_10min: -1 is not a limit; to act not at all set the mode to off, or pause",
    ),
    "R3 too often": (
        "limits: {r3_every: 59m}",
        "config.yaml:3:20: limits.r3_every: 59m is below the floor of 1h",
    ),
    "zero r3_every": (
        "limits: {r3_every: 0s}",
        "config.yaml:3:20: limits.r3_every: 0s is below the floor of 1h",
    ),
    "boot too short": (
        "limits: {host_boot: 179s}",
        "config.yaml:3:21: limits.host_boot: 179s is below the floor of 3m",
    ),
    "baseline too short": (
        "limits: {baseline: 59m}",
        "config.yaml:3:20: limits.baseline: 59m is below the floor of 1h",
    ),
    "maintenance too short": (
        "limits: {maintenance: 14m}",
        "config.yaml:3:23: limits.maintenance: 14m is below the floor of 15m",
    ),
    "hours without a zone": (
        'autonomy: {allowed: {R2: "Mon-Fri 09-17"}}',
        "config.yaml:3:26: autonomy.allowed.R2: 'Mon-Fri 09-17' should be days, a span and a time zone, "
        "like Mon-Fri 09-17 Europe/Zurich",
    ),
    "hours of an unknown zone": (
        'autonomy: {allowed: {R2: "Mon-Fri 09-17 Europe/Zurch"}}',
        "config.yaml:3:26: autonomy.allowed.R2: 'Europe/Zurch' is not a time zone: write its name in the tz database, "
        "like Europe/Zurich (did you mean Europe/Zurich?)",
    ),
    "hours of an unknown day": (
        "autonomy:\n  allowed:\n    R1: Tues-Fri 09-17 UTC",
        "config.yaml:5:9: autonomy.allowed.R1: 'Tues' is not a day: days are Mon, Tue, Wed, Thu, Fri, "
        "Sat, Sun and daily "
        "(did you mean Tue?)",
    ),
    "hours of no length": (
        "autonomy: {allowed: {R3: daily 09-09:00 UTC}}",
        "config.yaml:3:26: autonomy.allowed.R3: '09-09:00' is a span of no length; for the whole day write 00-24",
    ),
    "hours that are no text": (
        "autonomy: {allowed: {R2: 9}}",
        "config.yaml:3:26: autonomy.allowed.R2: 9 is not working hours; write days, a span and a time zone, "
        "like Mon-Fri 09-17 Europe/Zurich",
    ),
    "hours for R0": (
        "autonomy: {allowed: {R0: daily 09-17 UTC}}",
        "config.yaml:3:22: autonomy.allowed.R0: R0 only reads, at any time",
    ),
    "hours for no risk": (
        "autonomy: {allowed: {r2: daily 09-17 UTC}}",
        "config.yaml:3:22: autonomy.allowed.r2: unknown key r2 (did you mean R2?)",
    ),
    "reference without port": (
        "vantage: [192.0.2.1]",
        "config.yaml:3:11: vantage.0: '192.0.2.1' has no port; "
        "write ADDRESS:PORT, like 192.0.2.1:22, '[2001:db8::1]:443' or ntp.example.net:123",
    ),
    "IPv6 reference without port": (
        'vantage: ["[2001:db8::1]"]',
        "config.yaml:3:11: vantage.0: '[2001:db8::1]' has no port; "
        "write ADDRESS:PORT, like 192.0.2.1:22, '[2001:db8::1]:443' or ntp.example.net:123",
    ),
    "reference with port 0": (
        "vantage: [192.0.2.1:0]",
        "config.yaml:3:11: vantage.0: '192.0.2.1:0' has no port from 1 to 65535 at its end",
    ),
    "reference with a port by name": (
        "vantage: [192.0.2.1:ssh]",
        "config.yaml:3:11: vantage.0: '192.0.2.1:ssh' has no port from 1 to 65535 at its end",
    ),
    "reference to no IPv4": (
        "vantage: [gw:22, 192.0.2.300:22]",
        "config.yaml:3:18: vantage.1: '192.0.2.300' is not an IPv4 address",
    ),
    "reference to no IPv6": (
        'vantage: ["[2001:db8::g]:22"]',
        "config.yaml:3:11: vantage.0: '2001:db8::g' is not an IPv6 address",
    ),
    "reference without brackets": (
        'vantage: ["2001:db8::1:22"]',
        "config.yaml:3:11: vantage.0: '2001:db8::1:22': an IPv6 address stands in brackets, like '[2001:db8::1]:443'",
    ),
    "reference to no name": (
        'vantage: ["a host:22"]',
        "config.yaml:3:11: vantage.0: 'a host' is neither an address nor the name of a host",
    ),
    "reference that is no text": (
        "vantage: [22]",
        "config.yaml:3:11: vantage.0: 22 is not text; "
        "write ADDRESS:PORT, like 192.0.2.1:22, '[2001:db8::1]:443' or ntp.example.net:123",
    ),
    "reference twice": ("vantage: [gw:22, gw:22]", "config.yaml:3:10: vantage: names gw:22 twice"),
    "too many references": (
        f"vantage: [{', '.join(f'gw{n}:22' for n in range(17))}]",
        "config.yaml:3:10: vantage: names 17 places; at most 16 are dialled",
    ),
    "the database it heals": (
        "database: {url: 'mysql://m/x'}",
        "config.yaml:3:17: database.url: only sqlite: and postgresql: are supported (never the database that it heals)",
    ),
    "password in a url": (
        "database: {url: 'postgresql://u:p@h/d'}",
        "config.yaml:3:17: database.url: the url holds a password; give the whole url as {env: X}, "
        "{file: /path} or {credential: X}",
    ),
    "bind without port": (
        "http: {bind: localhost}",
        "config.yaml:3:14: http.bind: 'localhost' is not ADDRESS:PORT, like 127.0.0.1:8087 or [::1]:8087",
    ),
    "audit inside the state": (
        "state_dir: /s\naudit: {checkpoints: /s/c.jsonl, key: /a/key}",
        "config.yaml:1:1: audit.checkpoints lies inside state_dir; who rolls one back would roll back the other",
    ),
    "account": ("ssh: {user: 'a b'}", "config.yaml:3:13: ssh.user: 'a b' is not the name of an account"),
    "jump through a range": (
        "ssh: {jump: 'a@gate[1:2]'}",
        "config.yaml:3:13: ssh.jump: 'a@gate[1:2]' is not [user@]address[:port]",
    ),
    "jump to no address": (
        "ssh: {jump: 10.0.0.256}",
        "config.yaml:3:13: ssh.jump: '10.0.0.256' is not an IPv4 address",
    ),
    "jump": ("ssh: {jump: 'a b'}", "config.yaml:3:13: ssh.jump: 'a b' is not [user@]address[:port]"),
}


@pytest.mark.parametrize(("text", "message"), TABLE.values(), ids=TABLE.keys())
def test_one_mistake_one_message(tmp_path: Path, text: str, message: str) -> None:
    assert said(tmp_path, MINIMAL + text + "\n") == [message]


def test_mistakes_in_hours_and_vantage_have_codes_of_their_own_and_a_hint(tmp_path: Path) -> None:
    text = "autonomy: {allowed: {R2: daily 09-17 Zurich}}\nvantage: [a, b:1, b:1]\n"
    _, found = loading.read_config(written(tmp_path, MINIMAL + text), {}, registry.sections)
    assert [(mistake.path, mistake.code, mistake.hint) for mistake in found] == [
        ("autonomy.allowed.R2", "bad_hours", "Europe/Zurich"),
        ("vantage.0", "bad_vantage", ""),
    ]


def test_a_mistake_in_hours_from_the_environment_names_the_variable(tmp_path: Path) -> None:
    env = {"REMEDIATOR__AUTONOMY__ALLOWED__R2": "daily 09-25 UTC"}
    assert said(tmp_path, MINIMAL, env) == [
        "$REMEDIATOR__AUTONOMY__ALLOWED__R2:1:1: autonomy.allowed.R2: '25' is not a time of day: a day ends at 24:00"
    ]


HOSTS = {
    "range in an address": (
        "address: '10.0.0.[1:3]'",
        "address: '10.0.0.[1:3]' is neither an address nor the name of a host",
    ),
    "address of three numbers": ("address: 10.0.300", "address: '10.0.300' is not an IPv4 address"),
    "bracketed address": (
        "address: '[2001:db8::1]'",
        "address: '[2001:db8::1]': an IPv6 address stands here without brackets",
    ),
    "address with a space": ("address: a b", "address: 'a b' is neither an address nor the name of a host"),
    "empty address": ("address: ''", "address: should not be empty"),
    "user with a dash first": (
        "address: a, user: -oProxyCommand=x",
        "user: '-oProxyCommand=x' is not the name of an account",
    ),
    "template for a user": ("address: a, user: '{{ x }}'", "user: '{{ x }}' is not the name of an account"),
    "service address": (
        "address: a, api_address: '{{ x }}'",
        "api_address: '{{ x }}' is neither an address nor the name of a host",
    ),
}


@pytest.mark.parametrize(("entry", "message"), HOSTS.values(), ids=HOSTS.keys())
def test_a_host_is_checked_value_by_value(tmp_path: Path, entry: str, message: str) -> None:
    found = said(tmp_path, f"cloud: lab\ninventory: {{hosts: {{ctl1: {{{entry}}}}}}}\n")
    assert [line.partition("inventory.hosts.ctl1.")[2] for line in found] == [message]


def test_an_engine_beside_hosts_is_refused(tmp_path: Path) -> None:
    found = said(tmp_path, "cloud: lab\ninventory: {engine: podman, hosts: {ctl1: {address: a}}}\n")
    assert found == ["config.yaml:2:12: inventory: engine belongs to kolla; each of hosts has an engine of its own"]


BROKEN = {
    "not closed": (
        "a: [1,",
        "config.yaml:1:7: not YAML: while parsing a flow node; expected the node content, but found '<stream end>'",
    ),
    "colon in plain text": ("a: b: c", "config.yaml:1:5: not YAML: mapping values are not allowed here"),
    "tab": (
        "\tcloud: x",
        "config.yaml:1:1: not YAML: while scanning for the next token; found character '\\t' that "
        "cannot start any token",
    ),
    "unknown alias": ("a: *nope", "config.yaml:1:4: not YAML: found undefined alias 'nope'"),
    "two documents": (
        "a: 1\n---\nb: 2",
        "config.yaml:2:1: not YAML: expected a single document in the stream; but found another document",
    ),
    "a list": ("- a", "config.yaml:1:1: the config should be a mapping (key: value)"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_yaml_has_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    assert said(tmp_path, text) == [message]


def test_nothing_at_all_says_what_is_needed(tmp_path: Path) -> None:
    assert said(tmp_path, "") == [
        "config.yaml:1:1: cloud: cloud is missing",
        "config.yaml:1:1: inventory: inventory is missing",
    ]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = "".join(
        f"{bad}\n" for name, (bad, _) in TABLE.items() if name in ("far-off key", "wrong word", "bare duration")
    )
    assert len(said(tmp_path, MINIMAL.replace("cloud: lab", "cloud: [x]") + text)) == 4


def test_a_bomb_of_aliases_is_bounded(tmp_path: Path) -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert any("aliases count each time" in line for line in said(tmp_path, "\n".join(lines)))


def test_deep_nesting_is_bounded(tmp_path: Path) -> None:
    assert "deeper than 40 levels" in said(tmp_path, "a: " + "[" * 1100)[0]
    assert any("deeper than 40 levels" in line for line in said(tmp_path, "a: " + "[" * 60 + "]" * 60))


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, MINIMAL, mode)
    with pytest.raises(ConfigError) as caught:
        load_config(path, {}, registry.sections)
    assert str(caught.value) == f"{path}:1:1: the file may be written by others (mode {mode:04o}): chmod go-w {path}"


def test_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"No such file or directory$"):
        load_config(str(tmp_path / "none.yaml"), {}, registry.sections)
    if not os.path.exists("/etc/remediator/config.yaml"):
        with pytest.raises(ConfigError, match=r"name a config with --config or \$REMEDIATOR_CONFIG"):
            load_config(None, {}, registry.sections)


def test_not_utf8_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"cloud: \xff\n")
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 7\)"):
        load_config(str(tmp_path / "x.yaml"), {}, registry.sections)
    with pytest.raises(ConfigError, match="not a regular file"):
        load_config(str(tmp_path), {}, registry.sections)


def test_the_message_of_an_error_names_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    path = written(tmp_path, MINIMAL + "a: 1\nb: 2\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, {}, registry.sections)
    assert str(caught.value) == f"{path}:3:1: a: unknown key a (and 1 more: remediator validate)"
    assert len(caught.value.mistakes) == 2
