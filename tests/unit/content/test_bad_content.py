"""Each bad input gives one clear message at its own line and column; all files at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.integrations import packages
from tests.builders.shipped import integrations
from tests.unit.content.toy import GOOD, inventory_of, load, loaded, put, said

pytestmark = pytest.mark.unit

DECLARED = "".join(
    f"{kind.name}, " for name in packages.own() if not integrations()[name].basic for kind in integrations()[name].kinds
)
"""The kinds of targets that technologies declare."""
CHECK = GOOD["checks/toy.yaml"]
RULE = GOOD["rules/toy.yaml"]
RUNBOOK = GOOD["runbooks/toy.yaml"]
STEPS = "{id: r, do: toy.read}\n      - {id: a, do: toy.read_all}\n      - {id: wipe, do: toy.wipe, "


def check(old: str, new: str) -> dict[str, str]:
    assert old in CHECK
    return {"checks/toy.yaml": CHECK.replace(old, new)}


def rule(old: str, new: str) -> dict[str, str]:
    assert old in RULE
    return {"rules/toy.yaml": RULE.replace(old, new)}


def runbook(old: str, new: str) -> dict[str, str]:
    assert old in RUNBOOK
    return {"runbooks/toy.yaml": RUNBOOK.replace(old, new)}


TABLE = {
    "misspelt key": (
        check("every:", "evry:"),
        [
            "checks/toy.yaml:2:5: checks.0.every: every is missing",
            "checks/toy.yaml:4:5: checks.0.evry: unknown key evry (did you mean every?)",
        ],
    ),
    "misspelt top key": (
        check("checks:", "check:"),
        [
            "checks/toy.yaml:1:1: check: unknown key check; here is only checks (did you mean checks?)",
            "rules/toy.yaml:3:17: rules.0.on.check: there is no check toy-state",
            "runbooks/toy.yaml:7:21: runbooks.0.verify.check: there is no check toy-state",
        ],
    ),
    "unknown assessment": (
        check("toy.state", "toy.stat"),
        ["checks/toy.yaml:3:13: checks.0.assess: there is no assessment toy.stat (did you mean toy.state?)"],
    ),
    "unknown field": (
        check('"!data.up"', "data.counts > 1"),
        [
            "checks/toy.yaml:5:20: checks.0.critical: there is no field counts (did you mean count?)\n "
            "| data.counts > 1\n | ....^"
        ],
    ),
    "unknown field in quotes": (
        check("!data.up", "data.state == '' && !data.updown"),
        [
            "checks/toy.yaml:5:42: checks.0.critical: there is no field updown\n | data.state == '' && "
            "!data.updown\n | .........................^"
        ],
    ),
    "unknown field in a block": (
        check('"!data.up"', "|\n      data.up\n      || data.stat == 'x'"),
        [
            "checks/toy.yaml:7:15: checks.0.critical: there is no field stat (did you mean state?)\n | "
            "|| data.stat == 'x'\n | .......^"
        ],
    ),
    "wrong type": (
        check('"!data.up"', "data.state > 1"),
        [
            "checks/toy.yaml:5:26: checks.0.critical: found no matching overload for '_>_' applied to "
            "'(string, int)'\n | data.state > 1\n | ...........^"
        ],
    ),
    "not boolean": (
        check('"!data.up"', "data.count"),
        ["checks/toy.yaml:5:15: checks.0.critical: gives int, not true or false"],
    ),
    "does not compile": (
        check('"!data.up"', "data.up &&"),
        [
            "checks/toy.yaml:5:25: checks.0.critical: Syntax error: mismatched input '<EOF>'\n | "
            "data.up &&\n | ..........^"
        ],
    ),
    "has()": (
        check('"!data.up"', "has(data.up)"),
        [
            "checks/toy.yaml:5:15: checks.0.critical: has() is not allowed: it would turn UNKNOWN into "
            "false; an absent value is null"
        ],
    ),
    "unknown field in a text": (
        check("data.state }}", "data.sate }}"),
        ["checks/toy.yaml:6:14: checks.0.output: there is no field sate (did you mean state?)"],
    ),
    "a bar in an output": (
        check("{{ data.state }}", "{{ data.tags | join(',') }} | x=1"),
        [
            "checks/toy.yaml:6:14: checks.0.output: | is not allowed here: Nagios takes what follows "
            "it for performance data"
        ],
    ),
    "perfdata": (
        check('output: "', 'perfdata: [cuont, state]\n    output: "'),
        [
            "checks/toy.yaml:6:16: checks.0.perfdata.0: there is no field cuont (did you mean count?)",
            "checks/toy.yaml:6:23: checks.0.perfdata.1: state is string, not a number",
        ],
    ),
    "never bad": (
        check('    critical: "!data.up"\n', ""),
        [
            "checks/toy.yaml:2:5: checks.0: has neither critical nor warning, so it can only be OK",
            "rules/toy.yaml:3:35: rules.0.on.state: can never fire: toy-state has no critical condition",
        ],
    ),
    "no group": (
        {"checks/more.yaml": CHECK.replace("toy-state", "toy-group").replace("toy.state", "toy.group")},
        ["checks/more.yaml:2:5: checks.0: toy.group judges a group; say which with hosts: {group: NAME}"],
    ),
    "bare duration": (
        check("10s", "10"),
        [
            "checks/toy.yaml:4:12: checks.0.every: 10 is not a duration; write a number with its unit, "
            "like 30s, 5m, 2h or 1d"
        ],
    ),
    "duplicate name": (
        {"checks/zoo.yaml": CHECK},
        ["checks/zoo.yaml:2:11: checks.0.name: toy-state is already defined in checks/toy.yaml:2"],
    ),
    "unknown check": (
        rule("check: toy-state", "check: toystate"),
        ["rules/toy.yaml:3:17: rules.0.on.check: there is no check toystate (did you mean toy-state?)"],
    ),
    "impossible state": (
        rule("critical", "warning"),
        ["rules/toy.yaml:3:35: rules.0.on.state: can never fire: toy-state has no warning condition"],
    ),
    "no problem": (
        rule("critical", "ok"),
        ["rules/toy.yaml:3:35: rules.0.on.state.0: 'ok' is not one of warning, critical, unknown"],
    ),
    "UNKNOWN never acts": (
        rule("state: critical", "state: [critical, unknown]"),
        ["rules/toy.yaml:5:10: rules.0.run: UNKNOWN never acts; a rule about it can only notify"],
    ),
    "always the same": (
        rule("data.count > 1", "1 > 1"),
        ["rules/toy.yaml:4:11: rules.0.when: reads no field of data, so it is always the same"],
    ),
    "unknown runbook": (
        rule("toy-start", "toy-strat"),
        ["rules/toy.yaml:5:11: rules.0.run.0: there is no runbook toy-strat (did you mean toy-start?)"],
    ),
    "same rung twice": (
        rule("[toy-start]", "[toy-start, toy-start]"),
        ["rules/toy.yaml:5:22: rules.0.run.1: toy-start is in the ladder twice"],
    ),
    "explains what is not": (
        rule("run: ", "explains: [toy-sate]\n    run: "),
        ["rules/toy.yaml:5:16: rules.0.explains.0: there is no check toy-sate (did you mean toy-state?)"],
    ),
    "does nothing": (
        rule("    run: [toy-start]\n", ""),
        ["rules/toy.yaml:2:5: rules.0: has neither run nor notify, so nobody would ever know"],
    ),
    "told meanwhile beside a run": (
        rule("run: ", "meanwhile: 'wait'\n    run: "),
        [
            "rules/toy.yaml:5:16: rules.0.meanwhile: is told while a rule without run waits its "
            "settle: this one has a run, or waits for nothing"
        ],
    ),
    "told meanwhile without a while": (
        rule("run: [toy-start]", "notify: 'x'\n    meanwhile: 'wait'"),
        [
            "rules/toy.yaml:6:16: rules.0.meanwhile: is told while a rule without run waits its "
            "settle: this one has a run, or waits for nothing"
        ],
    ),
    "unknown field of what is told meanwhile": (
        rule("run: [toy-start]", "settle: 5m\n    notify: 'x'\n    meanwhile: '{{ data.nope }}'"),
        ["rules/toy.yaml:7:17: rules.0.meanwhile: there is no field nope"],
    ),
    "unknown field in advice": (
        rule("run: ", "notify: '{{ host }} {{ data.nope }}'\n    run: "),
        ["rules/toy.yaml:5:14: rules.0.notify: there is no field nope"],
    ),
    "target of a rule": (
        {
            "checks/host.yaml": CHECK.replace("toy-state", "toy-host").replace("toy.state", "toy.host"),
            **rule("check: toy-state", "check: toy-host"),
        },
        ["rules/toy.yaml:5:11: rules.0.run.0: toy-start acts on a container, but toy-host judges a host"],
    ),
    "unknown action": (
        runbook("toy.start", "toy.stop"),
        ["runbooks/toy.yaml:6:25: runbooks.0.steps.0.do: there is no action toy.stop (did you mean toy.start?)"],
    ),
    "riskier than itself": (
        {
            "runbooks/toy.yaml": RUNBOOK.replace(
                "{id: start, do: toy.start}", STEPS + "with: {pos: {from: r}, all: {from: a}}}"
            )
        },
        ["runbooks/toy.yaml:8:24: runbooks.0.steps.2.do: toy.wipe is R3, riskier than the runbook (R1)"],
    ),
    "R0 that changes": (
        runbook("risk: R1", "risk: R0"),
        [
            "runbooks/toy.yaml:6:25: runbooks.0.steps.0.do: toy.start changes something; R0 only reads",
            "runbooks/toy.yaml:6:25: runbooks.0.steps.0.do: toy.start is R1, riskier than the runbook (R0)",
        ],
    ),
    "unknown risk": (
        runbook("risk: R1", "risk: low"),
        ["runbooks/toy.yaml:4:11: runbooks.0.risk: 'low' is not one of R0, R1, R2, R3"],
    ),
    "unknown kind of target": (
        runbook("target: container", "target: kontainer"),
        [
            "runbooks/toy.yaml:3:13: runbooks.0.target: 'kontainer' is not a kind of target: host, container, cluster, "
            + DECLARED
            + "compute"
        ],
    ),
    "target of an action": (
        runbook("target: container", "target: host"),
        [
            "rules/toy.yaml:5:11: rules.0.run.0: toy-start acts on a host, but toy-state judges a container",
            "runbooks/toy.yaml:6:25: runbooks.0.steps.0.do: toy.start acts on container, not on a host",
            "runbooks/toy.yaml:7:21: runbooks.0.verify.check: toy-state judges a container, but the "
            "runbook acts on a host",
        ],
    ),
    "unknown parameter": (
        runbook("do: toy.start", "do: toy.start, with: {foo: 1}"),
        ["runbooks/toy.yaml:6:43: runbooks.0.steps.0.with.foo: toy.start has no parameter foo"],
    ),
    "wrong and missing parameter": (
        {
            "runbooks/toy.yaml": RUNBOOK.replace("{id: start, do: toy.start}", STEPS + "with: {pos: high}}").replace(
                "R1", "R3"
            )
        },
        [
            "runbooks/toy.yaml:8:34: runbooks.0.steps.2.with: toy.wipe needs a position of each "
            "member: with: {all: {from: STEP}} (did you mean a?)",
            "runbooks/toy.yaml:8:46: runbooks.0.steps.2.with.pos: "
            "write {from: STEP}, an earlier step that gives a position: no other value is read (did you mean r?)",
        ],
    ),
    "step id twice": (
        runbook("{id: start, do: toy.start}", "{id: a, do: toy.read}\n      - {id: a, do: toy.start}"),
        ["runbooks/toy.yaml:7:14: runbooks.0.steps.1.id: two steps are called a"],
    ),
    "no steps": (
        {"runbooks/toy.yaml": RUNBOOK.replace("\n      - {id: start, do: toy.start}", " []")},
        ["runbooks/toy.yaml:5:12: runbooks.0.steps: should not be empty"],
    ),
    "unknown verification": (
        runbook("check: toy-state", "check: toy-sate"),
        ["runbooks/toy.yaml:7:21: runbooks.0.verify.check: there is no check toy-sate (did you mean toy-state?)"],
    ),
    "no time for a cure": (
        runbook("within: 1m", "within: 0s"),
        ["runbooks/toy.yaml:7:40: runbooks.0.verify.within: 0s leaves no time for a cure"],
    ),
    "broken YAML": (
        {"rules/toy.yaml": "rules: [a: b: c"},
        ["rules/toy.yaml:1:13: not YAML: while parsing a flow sequence; expected ',' or ']', but got ':'"],
    ),
    "not a list": ({"rules/toy.yaml": "rules: {}"}, ["rules/toy.yaml:1:8: rules: should be a list"]),
    "wrong ending": ({"rules/more.yml": "rules: []"}, ["rules/more.yml:1:1: is not read; name it .yaml"]),
}


@pytest.mark.parametrize(("files", "messages"), TABLE.values(), ids=TABLE.keys())
def test_each_mistake_has_its_place(tmp_path: Path, files: dict[str, str], messages: list[str]) -> None:
    assert said(tmp_path, files) == messages


def test_the_good_content_is_good(tmp_path: Path) -> None:
    assert said(tmp_path, {}) == []


def test_all_files_at_once(tmp_path: Path) -> None:
    files = {**check("10s", "10"), **rule("data.count", "data.cuont"), **runbook("toy.start", "toy.stat")}
    found = said(tmp_path, files)
    assert [line.split(":")[0] for line in found] == ["checks/toy.yaml", "runbooks/toy.yaml"]
    # The rule's check is malformed, so what the rule says about it cannot be judged; all else is told.
    assert [line.split(":")[0] for line in said(tmp_path, {**files, "checks/toy.yaml": CHECK})] == [
        "rules/toy.yaml",
        "runbooks/toy.yaml",
    ]


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, GOOD)
    (tmp_path / "rules/toy.yaml").chmod(0o664)
    _, found = load(tmp_path)
    assert [mistake.code for mistake in found] == ["writable_by_others"]


def test_a_directory_without_content_is_a_mistake(tmp_path: Path) -> None:
    _, found = load(tmp_path / "nowhere")
    assert [mistake.message for mistake in found] == ["has none of the folders checks, rules, runbooks"]


LITERAL = "write {from: STEP}, an earlier step that gives a position: no other value is read (did you mean r?)"
REFERENCES = {
    "{from: r}": [],
    "{from: rr}": ["there is no earlier step rr (did you mean r?)"],
    "{from: wipe}": ["there is no earlier step wipe (did you mean r?)"],
    "{from: r.pos}": ["there is no earlier step r.pos (did you mean r?)"],
    "{from: w}": ["w (toy.who) does not give a position (did you mean r?)"],
    "{from: a}": ["a (toy.read_all) does not give a position (did you mean r?)"],
    "{form: r}": [LITERAL],
    "{from: [r]}": [LITERAL],
    "'{{ data.count }}'": [LITERAL],
    "ctl3": [LITERAL],
    "true": [LITERAL],
}


@pytest.mark.parametrize("given", REFERENCES)
def test_a_parameter_is_what_an_earlier_step_gives_and_nothing_else(tmp_path: Path, given: str) -> None:
    steps = (
        STEPS.replace("{id: wipe", "{id: w, do: toy.who}\n      - {id: wipe")
        + f"with: {{all: {{from: a}}, pos: {given}}}}}"
    )
    text = RUNBOOK.replace("{id: start, do: toy.start}", steps).replace("R1", "R3")
    found = said(tmp_path, {"runbooks/toy.yaml": text})
    assert [line.split(": ", 2)[2] for line in found] == REFERENCES[given]
    assert all(line.startswith("runbooks/toy.yaml:9:62: runbooks.0.steps.3.with.pos: ") for line in found)


GROUP = CHECK.replace("toy-state", "toy-group").replace(
    "assess: toy.state", "assess: toy.group\n    hosts: {group: cache}"
)


def test_an_empty_group_is_found_when_the_inventory_is_known(tmp_path: Path) -> None:
    files = {"checks/group.yaml": GROUP}
    assert said(tmp_path, files) == []
    assert said(tmp_path, files, inventory_of(cache=("ctl1",))) == []
    assert said(tmp_path, files, inventory_of(network=("ctl1",), caches=("ctl1",))) == [
        "checks/group.yaml:4:20: checks.0.hosts.group: the group cache has no host in the inventory; "
        "if that is right, set checks.toy-group.off: true (did you mean caches?)"
    ]


def test_one_good_file_does_not_need_the_others(tmp_path: Path) -> None:
    assert loaded(put(tmp_path, {"checks/toy.yaml": CHECK})).rules == {}
