"""Times and durations as people read them at 03:00. All times are UTC, as in logs and JSON;
`local` alone knows the time zone of who looks."""

from __future__ import annotations

from datetime import datetime

from remediator.model import times


def clock(text: str | None) -> str:
    """Return ``2026-11-23 03:12:45`` for an RFC 3339 time; what is not one comes back as it is."""
    moment = parsed(text)
    return (text or "") if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


def local(text: str | None) -> str:
    """Return ``04:12 CET``, that moment by the clock on the wall here; empty where that is UTC, or for what is no
    time."""
    moment = parsed(text)
    here = None if moment is None else moment.astimezone()
    return f"{here:%H:%M} {here.tzname()}" if here is not None and here.utcoffset() else ""


def parsed(text: str | None) -> datetime | None:
    """Return the moment, or None if `text` is none."""
    if not text:
        return None
    try:
        return times.parse_rfc3339(text)
    except ValueError:
        return None


def span(seconds: float | None) -> str:
    """Return ``0.4 s``, ``75 s``, ``12 min``, ``3 h 20 min`` or ``4 d 2 h``; a dash for what is not known."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def exact(seconds: float | None) -> str:
    """Return ``42 s``, ``2 min 29 s`` or ``3 h 5 min``; a dash for what is not known."""
    return "-" if seconds is None else times.exactly(seconds)


def between(earlier: str | None, later: str | None) -> float | None:
    """Return the seconds from one RFC 3339 time to another, None if either is not known."""
    first, second = parsed(earlier), parsed(later)
    return (second - first).total_seconds() if first is not None and second is not None else None
