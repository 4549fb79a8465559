"""The files of the database's passwords: of its administrator, of the daemon, which may read a little, and of the
workload."""

from __future__ import annotations

from lab import paths

ROOT = paths.KEYS / "database-password"
MONITOR = paths.KEYS / "monitor-password"
WORKLOAD = paths.KEYS / "workload-password"
EVERY = (ROOT, MONITOR, WORKLOAD)
