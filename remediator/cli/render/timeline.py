"""The story of an incident or a run as text that is read at 03:00: what, since when, what was done, how long. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from remediator.cli.render import sanitize, times

_WIDTH = 12
PROGRAM = "'...'"
"""What stands for the text of a program where only its name and arguments are shown."""


def incident(found: Mapping[str, Any]) -> str:
    """Return the incident's head, its durations and its timeline, one line an entry."""
    lines = [
        f"{sanitize.line(found['target'])}  {sanitize.line(found['check'])}  {words(found['state'])}",
        f"incident {sanitize.line(found['id'])}, opened {times.clock(found.get('opened_at'))} UTC"
        + (f", closed {times.clock(found['closed_at'])}" if found.get("closed_at") else ", not closed"),
    ]
    if found.get("parent"):
        lines.append(f"part of incident {sanitize.line(found['parent'])}")
    if (acked := found.get("acknowledged")) is not None:
        lines.append(
            sanitize.line(f"acknowledged by {acked['by']} at {times.clock(acked['at'])} UTC: {acked['reason']}")
        )
    lines += [_durations(found), ""]
    opened = found.get("opened_at")
    lines += [_entry(entry, opened) for entry in found.get("timeline") or []]
    return "\n".join(lines)


def _durations(found: Mapping[str, Any]) -> str:
    """Return for how long it was bad and where that went: until it was seen, by what its cure was held back, the
    cure."""
    durations = found.get("durations") or {}
    asked, decided = durations.get("asked_s"), durations.get("decide_s")
    parts = [f"seen {times.exact(durations.get('detect_s'))}"]
    if decided is not None:
        guards = sorted({sanitize.line(entry["guard"]) for entry in found.get("timeline") or [] if entry.get("guard")})
        by = f" by {', '.join(guards)}" if guards else ""
        parts.append(f"held back {times.exact(max(0.0, decided - (asked or 0.0)))}{by}")
    if asked is not None:
        parts.append(f"asked people {times.exact(asked)}")
    if durations.get("cure_s") is not None:
        parts.append(f"cure {times.exact(durations['cure_s'])}")
    lasted = durations.get("down_s")
    head = "not over" if lasted is None else f"down {times.exact(lasted)}"
    return f"{head} ({', '.join(parts)})"


def _entry(entry: Mapping[str, Any], opened: str | None) -> str:
    moment = times.parsed(entry.get("at"))
    time = moment.strftime("%H:%M:%S") if moment else "--:--:--"
    since = times.between(opened, entry.get("at"))
    after = "" if since is None else f"{'+' if since >= 0 else '-'}{times.exact(abs(since))}"
    about = " ".join(f"{name}={sanitize.line(entry[name])}" for name in ("rule", "run", "guard") if entry.get(name))
    text = sanitize.line(entry.get("text"))
    return f"{time} {after:>12}  {sanitize.line(entry.get('kind')):<{_WIDTH}} {text}" + (
        f"  [{about}]" if about else ""
    )


def run(found: Mapping[str, Any], *, programs: bool = True) -> str:
    """Return the run's head, its steps with their exact commands, and the verdicts that refused.

    `programs`: the text of each program as it is sent; else its name and arguments alone, with where to see the rest.
    """
    lines = [
        f"{sanitize.line(found['runbook'])} ({found['risk']}) on {sanitize.line(found['target'])}  "
        f"{words(found['state'])}",
        f"run {sanitize.line(found['id'])}, asked for by {sanitize.line(found.get('actor'))}, plan "
        f"{str(found.get('plan_hash'))[:12]}",
    ]
    if found.get("reason"):
        lines.append(f"reason: {sanitize.line(found['reason'])}")
    lines += [*_consent(found), ""]
    for step in alike(found.get("steps") or []):
        lines += _step(step, programs)
    if not programs and PROGRAM in "\n".join(lines):
        lines.append(f"each {PROGRAM} in full:  remediator runs show {sanitize.line(found['id'])} --programs")
    lines += ["", *verdicts(found.get("verdicts") or [])]
    debts = found.get("debts") or []
    lines += [
        sanitize.line(f"debt {debt['id']}: {debt['what']} on {debt['host']} {debt['state']}: {debt['reason']}")
        for debt in debts
    ]
    return "\n".join(lines).rstrip()


def words(state: Any) -> str:
    """Return a state as people read it: ``WAITING APPROVAL``."""
    return str(state).replace("_", " ").upper()


def _consent(found: Mapping[str, Any]) -> list[str]:
    """Return until when a run waits for a yes, with the two commands; of one that has it, who said yes."""
    given, run = found.get("approval") or {}, sanitize.line(found.get("id"))
    if found.get("state") == "waiting_approval":
        until = f" until {times.clock(given['expires_at'])} UTC" if given.get("expires_at") else ""
        return [
            f"waits for a yes{until}:",
            f"    remediator approve {run} --plan {str(found.get('plan_hash'))[:12]}",
            f"    remediator deny {run} --reason TEXT",
        ]
    if given.get("approved_by"):
        return [sanitize.line(f"approved by {given['approved_by']} at {times.clock(given.get('approved_at'))} UTC")]
    return []


def alike(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return `steps` with consecutive steps that are the same on several hosts folded into one, which has all their
    ids.

    A step that has begun, or whose commands are known, stands by itself.
    """
    folded: list[dict[str, Any]] = []
    for step in steps:
        same = {key: value for key, value in step.items() if key not in ("id", "host", "params")}
        if step.get("commands") or step.get("intent_at") or not folded or folded[-1]["same"] != same:
            folded.append({"same": same, "step": step, "ids": [str(step.get("id"))]})
        else:
            folded[-1]["ids"].append(str(step.get("id")))
    return [{**each["step"], "id": ", ".join(each["ids"])} for each in folded]


def _step(step: Mapping[str, Any], programs: bool) -> list[str]:
    took = times.between(step.get("intent_at"), step.get("outcome_at"))
    head = (
        f"step {sanitize.line(step.get('id'))}: {sanitize.line(step.get('action'))}  "
        f"{sanitize.line(step.get('state') or 'planned')}"
    )
    if step.get("intent_at"):
        head += f"  began {times.clock(step['intent_at'])}, took {times.span(took)}"
    if step.get("probe"):
        head += f", probe: {sanitize.line(step['probe'])}"
    return [head, *what(step, programs), *progress(step)]


def what(step: Mapping[str, Any], programs: bool = True) -> list[str]:
    """Return the exact commands of a step; of one that has none yet, or needs none, what it does in words."""
    commands = [f"    {command(each, programs)}" for each in step.get("commands") or []]
    if commands or not step.get("summary"):
        return commands
    later = " (its commands are built when its turn comes)" if step.get("late") and not step.get("intent_at") else ""
    return [f"    {sanitize.line(step['summary'])}{later}"]


def progress(step: Mapping[str, Any]) -> list[str]:
    """Return how far a step is that settles, how it settled, or why it failed; nothing where ``ok`` is all there is to
    say."""
    told = step.get("result")
    why = (step.get("given") or {}).get("why")
    if step.get("state") == "done" and isinstance(why, str):
        return [f"    {sanitize.line(why)}"]
    if step.get("state") not in ("settling", "done", "failed") or told in (None, "", "ok", "applied"):
        return []
    return [f"    {sanitize.line(told)}"]


def command(each: Any, programs: bool = True) -> str:
    """Return one exact command as it could be typed: ``ctl2$ sudo -n systemctl start ...``; of a program perhaps its
    name and arguments alone."""
    if not isinstance(each, Mapping):
        return sanitize.line(each)
    sudo = ["sudo", "-n"] if each.get("privileged") else []
    parts = [[str(word) for word in each.get(key) or []] for key in ("first", "argv")]
    if not programs and parts[1][:2] == ["sh", "-c"] and len(parts[1]) > 3:
        return sanitize.line(f"{each.get('host')}$ {' '.join([*sudo, 'sh -c'])} {PROGRAM} {shlex.join(parts[1][3:])}")
    return sanitize.line(f"{each.get('host')}$ {' && '.join(shlex.join([*sudo, *part]) for part in parts if part)}")


def verdicts(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one line for each guard that refused, and one that counts those that allowed."""
    refused = [verdict for verdict in found if not verdict.get("allow")]
    lines = [
        f"refused by {sanitize.line(each.get('guard'))}: {sanitize.line(each.get('reason'))}"
        + (f" (until {times.clock(each['until'])} UTC)" if each.get("until") else "")
        for each in refused
    ]
    allowed = len(found) - len(refused)
    return [*lines, f"{allowed} guards allowed"] if found else lines
