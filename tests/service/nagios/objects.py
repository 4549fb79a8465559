"""The configuration of a Nagios 4 as text: pure.

Rules learnt on Nagios 4.4.6:

- An object needs a newline after ``{`` and a line of its own for ``}``.
- ``;`` starts a comment anywhere, so every command is a script file.
- ``interval_length=1`` makes intervals seconds.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service; without a `command` it is passive and HARD at its first bad result. Intervals are seconds."""

    host: str
    name: str
    command: tuple[str, ...] | None = None
    check_interval_s: int = 2
    retry_interval_s: int = 1
    attempts: int = 3
    event_handler: bool = False


_COMMON = {
    "type": "$NOTIFICATIONTYPE$", "host": "$HOSTNAME$", "address": "$HOSTADDRESS$",
    "notification_number": "$NOTIFICATIONNUMBER$", "author": "$NOTIFICATIONAUTHOR$",
    "comment": "$NOTIFICATIONCOMMENT$", "timet": "$TIMET$",
}  # fmt: skip
_OF_SERVICE = {
    "service": "$SERVICEDESC$",
    "state": "$SERVICESTATE$",
    "state_type": "$SERVICESTATETYPE$",
    "attempt": "$SERVICEATTEMPT$/$MAXSERVICEATTEMPTS$",
    "output": "$SERVICEOUTPUT$",
    "long_output": "$LONGSERVICEOUTPUT$",
    "problem_id": "$SERVICEPROBLEMID$",
    "last_problem_id": "$LASTSERVICEPROBLEMID$",
    "event_id": "$SERVICEEVENTID$",
    "last_event_id": "$LASTSERVICEEVENTID$",
    "downtime_depth": "$SERVICEDOWNTIME$",
    "host_downtime": "$HOSTDOWNTIME$",
    "last_state": "$LASTSERVICESTATE$",
    "last_change": "$LASTSERVICESTATECHANGE$",
}
_OF_HOST = {
    "state": "$HOSTSTATE$", "state_type": "$HOSTSTATETYPE$", "attempt": "$HOSTATTEMPT$/$MAXHOSTATTEMPTS$",
    "output": "$HOSTOUTPUT$", "long_output": "$LONGHOSTOUTPUT$", "problem_id": "$HOSTPROBLEMID$",
    "last_problem_id": "$LASTHOSTPROBLEMID$", "event_id": "$HOSTEVENTID$", "downtime_depth": "$HOSTDOWNTIME$",
    "last_state": "$LASTHOSTSTATE$", "last_change": "$LASTHOSTSTATECHANGE$",
}  # fmt: skip
NOTIFY_SERVICE: Mapping[str, str] = {**_COMMON, **_OF_SERVICE, "notification_id": "$SERVICENOTIFICATIONID$"}
NOTIFY_HOST: Mapping[str, str] = {**_COMMON, **_OF_HOST, "notification_id": "$HOSTNOTIFICATIONID$"}
HANDLE_SERVICE: Mapping[str, str] = {
    "kind": "event_handler", "host": "$HOSTNAME$", "timet": "$TIMET$", **_OF_SERVICE,
}  # fmt: skip


def main_file(directory: Path, user: str, group: str) -> str:
    """Return nagios.cfg: everything inside `directory`, nothing kept over a restart, results reaped each second."""
    settings = {
        "cfg_file": directory / "objects.cfg",
        "log_file": directory / "nagios.log",
        "object_cache_file": directory / "objects.cache",
        "precached_object_file": directory / "objects.precache",
        "status_file": directory / "status.dat",
        "temp_file": directory / "nagios.tmp",
        "temp_path": directory / "tmp",
        "check_result_path": directory / "results",
        "lock_file": directory / "nagios.pid",
        "command_file": directory / "nagios.cmd",
        "query_socket": directory / "nagios.qh",
        "nagios_user": user,
        "nagios_group": group,
        "interval_length": 1,
        "check_result_reaper_frequency": 1,
        "status_update_interval": 1,
        "check_external_commands": 1,
        "enable_notifications": 1,
        "enable_event_handlers": 1,
        "execute_service_checks": 1,
        "accept_passive_service_checks": 1,
        "check_for_updates": 0,
        "use_syslog": 0,
        "retain_state_information": 0,
        "log_archive_path": directory / "tmp",
        "illegal_macro_output_chars": "`~$&|'\"<>",
        "service_check_timeout": 30,
        "event_handler_timeout": 20,
        "notification_timeout": 20,
        "enable_flap_detection": 0,
        "date_format": "iso8601",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def objects_file(directory: Path, services: Sequence[Service]) -> str:
    """Return objects.cfg with one host for each name in `services`."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    parts = [
        _object("timeperiod", {"timeperiod_name": "always", "alias": "always", **dict.fromkeys(days, "00:00-24:00")}),
        _object("command", {"command_name": "notify-service", "command_line": _line(directory, NOTIFY_SERVICE)}),
        _object("command", {"command_name": "notify-host", "command_line": _line(directory, NOTIFY_HOST)}),
        _object("command", {"command_name": "handle-service", "command_line": _line(directory, HANDLE_SERVICE)}),
        _object("command", {"command_name": "passive", "command_line": "/bin/true"}),
        _object(
            "contact",
            {
                "contact_name": "hook",
                "service_notification_period": "always",
                "host_notification_period": "always",
                "service_notification_options": "w,u,c,r,f,s",
                "host_notification_options": "d,u,r,f,s",
                "service_notification_commands": "notify-service",
                "host_notification_commands": "notify-host",
            },
        ),
    ]
    parts += [_host(name) for name in sorted({service.host for service in services})]
    parts += [_service(directory, service) for service in services]
    return "\n".join(parts)


def script(argv: Sequence[str]) -> str:
    """Return a script that runs `argv`."""
    return f"#!/bin/sh\nexec {shlex.join(argv)}\n"


def script_of(directory: Path, service: Service) -> Path:
    """Return where the script of an active check is."""
    return directory / f"check-{service.host}-{service.name}.sh"


def _line(directory: Path, macros: Mapping[str, str]) -> str:
    """Return a command line; Nagios strips quotes from outputs, so single quotes hold each macro together."""
    return f"{directory / 'send.sh'} " + " ".join(f"'{name}={macro}'" for name, macro in macros.items())


def _host(name: str) -> str:
    return _object(
        "host",
        {
            "host_name": name,
            "address": "127.0.0.1",
            "active_checks_enabled": 0,
            "passive_checks_enabled": 1,
            "max_check_attempts": 1,
            "check_period": "always",
            "notification_period": "always",
            "notification_interval": 0,
            "contacts": "hook",
        },
    )


def _service(directory: Path, service: Service) -> str:
    active = service.command is not None
    fields: dict[str, object] = {
        "host_name": service.host,
        "service_description": service.name,
        "check_command": f"run-{service.host}-{service.name}" if active else "passive",
        "active_checks_enabled": int(active),
        "passive_checks_enabled": 1,
        "max_check_attempts": service.attempts if active else 1,
        "check_interval": service.check_interval_s,
        "retry_interval": service.retry_interval_s,
        "check_period": "always",
        "notification_period": "always",
        "notification_interval": 0,
        "contacts": "hook",
    }
    if service.event_handler:
        fields |= {"event_handler": "handle-service", "event_handler_enabled": 1}
    text = _object("service", fields)
    if active:
        command = {"command_name": fields["check_command"], "command_line": script_of(directory, service)}
        text += "\n" + _object("command", command)
    return text


def _object(kind: str, fields: Mapping[str, object]) -> str:
    inside = "".join(f"  {name} {value}\n" for name, value in fields.items())
    return f"define {kind} {{\n{inside}}}\n"
