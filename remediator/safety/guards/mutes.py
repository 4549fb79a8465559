"""Guards about mutes: pause, silence, downtime. They fail closed: a mute that cannot be read counts as one.

Invariant: a mute whose end has not come refuses every plan that it may cover. Only knowledge says that it does not
cover a plan.
"""

from __future__ import annotations

from remediator.model.records.mutes import OwnDowntime, Silence
from remediator.model.records.verdicts import Verdict
from remediator.model.targets import Target
from remediator.model.values import Unknown
from remediator.safety.case import Case, Downtime
from remediator.safety.guard import Guard, allow, refuse


def pause(case: Case) -> Verdict:
    """Nobody has paused us: there is no pause file (an unreadable one is a pause) and no stored pause."""
    if isinstance(case.pauses, Unknown):
        return refuse("pause", f"paused: whether there is a pause cannot be read ({case.pauses.reason})")
    if case.pauses:
        return refuse("pause", f"paused: {'; '.join(case.pauses)}", reasons=list(case.pauses))
    return allow("pause")


def _silences(silence: Silence, case: Case) -> bool:
    """Return whether all matchers fit one of the plan's sets of labels. Without any label, nobody can say that they do
    not."""
    if silence.until <= case.now.wall:
        return False
    fitting = (all(each.matches(labels) for each in silence.matchers) for labels in case.labels)
    return not case.labels or any(fitting)


def silence(case: Case) -> Verdict:
    """No silence matches the plan: there is no host whose labels satisfy all matchers of a silence."""
    matching = [each for each in case.silences if _silences(each, case)]
    if matching:
        last = max(matching, key=lambda each: each.until)
        text = ", ".join(matcher.text for matcher in last.matchers)
        return refuse(
            "silence",
            f"silenced by {last.author} ({last.id}: {text}): {last.reason}",
            until=last.until,
            silence=last.id,
            author=last.author,
        )
    return allow("silence")


def _mutes(downtime: Downtime, case: Case) -> bool:
    if downtime.depth <= 0 or downtime.until <= case.now.wall or downtime.host not in case.plan.touches:
        return False
    if downtime.service is None:
        return True
    units = {unit.rsplit("/", 1)[1] for unit in case.units}
    return downtime.service in {case.plan.target.name, case.plan.target.text, case.plan.check, *units}


def _covers(downtime: OwnDowntime, case: Case) -> bool:
    """Return whether `downtime` is of a host touched, of the target, of a unit touched, or of the group that is
    touched."""
    kind, _, name = downtime.target.partition("/")
    if downtime.until <= case.now.wall:
        return False
    if kind == "host":
        return name in case.plan.touches
    if downtime.target == case.plan.target.text or downtime.target in case.units:
        return True
    if kind in ("cluster", "group"):
        if isinstance(case.group, Unknown):
            return True
        return case.group is not None and case.group.name == name
    if kind not in case.kinds:  # what it stands for is not known: it may be anything on that host
        return name in case.plan.touches
    return not case.units.keys().isdisjoint(case.kinds.units(Target(downtime.target, (name,))))


def _own_downtime(case: Case) -> Verdict | None:
    matching = [each for each in case.own_downtimes if _covers(each, case)]
    if not matching:
        return None
    last = max(matching, key=lambda each: each.until)
    return refuse(
        "downtime",
        f"{last.target} is in a downtime of {last.author} ({last.id}): {last.reason}",
        until=last.until,
        downtime=last.id,
        target=last.target,
        author=last.author,
    )


def downtime(case: Case) -> Verdict:
    """No downtime, ours or Nagios', covers the target or a host of it. Nagios' event handlers ignore downtime; this
    guard does not.
    """
    ours = _own_downtime(case)
    if ours is not None:
        return ours
    for known in case.downtimes:
        if _mutes(known, case):
            what = f"{known.host}/{known.service}" if known.service else known.host
            return refuse(
                "downtime",
                f"{what} is in a scheduled downtime of {known.source} (depth {known.depth})",
                until=known.until,
                host=known.host,
                service=known.service,
                depth=known.depth,
            )
    return allow("downtime")


GUARDS = (
    Guard(
        id="pause",
        question="Has somebody paused us?",
        default="asked before every step",
        floor="cannot be switched off; an unreadable pause file is a pause",
        ask=pause,
        every_step=True,
    ),
    Guard(
        id="silence",
        question="Does no silence match the plan?",
        default="every silence is honoured until its end (4 h unless said, at most 7 days)",
        floor="cannot be switched off",
        ask=silence,
        every_step=True,
    ),
    Guard(
        id="downtime",
        question="Is neither the target nor a host of it in a downtime?",
        default="our own until their end (4 h unless said, at most 7 days), and Nagios' downtime depth",
        floor="cannot be switched off",
        ask=downtime,
        every_step=True,
    ),
)
