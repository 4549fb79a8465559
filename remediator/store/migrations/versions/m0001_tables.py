"""The tables of the first releases. A store that was made before it had versions has most of them already."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE IF NOT EXISTS acks (
        target TEXT NOT NULL,
        at TEXT NOT NULL,
        "by" TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (target)
    )""",
    """CREATE TABLE IF NOT EXISTS audit (
        seq INTEGER NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        kind TEXT NOT NULL,
        run TEXT,
        incident TEXT,
        body TEXT NOT NULL,
        body_sha256 TEXT NOT NULL,
        prev TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (seq)
    )""",
    "CREATE INDEX IF NOT EXISTS audit_incident ON audit (incident)",
    "CREATE INDEX IF NOT EXISTS audit_kind ON audit (kind)",
    "CREATE INDEX IF NOT EXISTS audit_run ON audit (run)",
    """CREATE TABLE IF NOT EXISTS baseline (
        "key" TEXT NOT NULL,
        scope TEXT NOT NULL,
        at TEXT NOT NULL,
        "by" TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY ("key")
    )""",
    """CREATE TABLE IF NOT EXISTS debts (
        id TEXT NOT NULL,
        n INTEGER NOT NULL,
        run TEXT NOT NULL,
        open BOOLEAN NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (n)
    )""",
    "CREATE INDEX IF NOT EXISTS debts_open ON debts (open, n)",
    "CREATE INDEX IF NOT EXISTS debts_run ON debts (run)",
    """CREATE TABLE IF NOT EXISTS decisions (
        id TEXT NOT NULL,
        n INTEGER NOT NULL,
        incident TEXT NOT NULL,
        event TEXT,
        run TEXT,
        rule TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (n)
    )""",
    "CREATE INDEX IF NOT EXISTS decisions_event ON decisions (event)",
    "CREATE INDEX IF NOT EXISTS decisions_incident ON decisions (incident, n)",
    "CREATE INDEX IF NOT EXISTS decisions_run ON decisions (run)",
    """CREATE TABLE IF NOT EXISTS downtimes (
        host TEXT NOT NULL,
        service TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (host, service)
    )""",
    """CREATE TABLE IF NOT EXISTS events (
        id TEXT NOT NULL,
        n INTEGER NOT NULL,
        at TEXT NOT NULL,
        source TEXT NOT NULL,
        check_name TEXT NOT NULL,
        target TEXT NOT NULL,
        incident TEXT,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (n)
    )""",
    "CREATE INDEX IF NOT EXISTS events_at ON events (at)",
    "CREATE INDEX IF NOT EXISTS events_incident ON events (incident)",
    """CREATE TABLE IF NOT EXISTS foreign_names (
        name TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (name)
    )""",
    """CREATE TABLE IF NOT EXISTS groups (
        name TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (name)
    )""",
    """CREATE TABLE IF NOT EXISTS hints (
        "key" TEXT NOT NULL,
        event TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY ("key")
    )""",
    "CREATE INDEX IF NOT EXISTS hints_at ON hints (at)",
    """CREATE TABLE IF NOT EXISTS incidents (
        id TEXT NOT NULL,
        n INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        state TEXT NOT NULL,
        open BOOLEAN NOT NULL,
        at_s FLOAT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (n)
    )""",
    "CREATE INDEX IF NOT EXISTS incidents_at ON incidents (open, at_s)",
    'CREATE INDEX IF NOT EXISTS incidents_key ON incidents ("key")',
    "CREATE INDEX IF NOT EXISTS incidents_open ON incidents (open, n)",
    """CREATE TABLE IF NOT EXISTS locks (
        scope TEXT NOT NULL,
        run TEXT NOT NULL,
        PRIMARY KEY (scope)
    )""",
    """CREATE TABLE IF NOT EXISTS meta (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY ("key")
    )""",
    """CREATE TABLE IF NOT EXISTS outbox (
        n INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL,
        next_s FLOAT NOT NULL,
        body TEXT NOT NULL,
        error TEXT NOT NULL,
        PRIMARY KEY (n),
        UNIQUE ("key")
    )""",
    "CREATE INDEX IF NOT EXISTS outbox_state ON outbox (state, next_s)",
    """CREATE TABLE IF NOT EXISTS own_downtimes (
        id TEXT NOT NULL,
        until_s FLOAT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id)
    )""",
    """CREATE TABLE IF NOT EXISTS pauses (
        n INTEGER NOT NULL,
        reason TEXT NOT NULL,
        author TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (n)
    )""",
    """CREATE TABLE IF NOT EXISTS runs (
        id TEXT NOT NULL,
        n INTEGER NOT NULL,
        incident TEXT,
        target TEXT NOT NULL,
        runbook TEXT NOT NULL,
        state TEXT NOT NULL,
        live BOOLEAN NOT NULL,
        at_s FLOAT NOT NULL,
        intent_s FLOAT,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (n)
    )""",
    "CREATE INDEX IF NOT EXISTS runs_at ON runs (live, at_s)",
    "CREATE INDEX IF NOT EXISTS runs_incident ON runs (incident)",
    "CREATE INDEX IF NOT EXISTS runs_intent ON runs (intent_s)",
    "CREATE INDEX IF NOT EXISTS runs_live ON runs (live, n)",
    "CREATE INDEX IF NOT EXISTS runs_target ON runs (target, intent_s)",
    """CREATE TABLE IF NOT EXISTS said_names (
        host TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (host)
    )""",
    """CREATE TABLE IF NOT EXISTS signs (
        "key" TEXT NOT NULL,
        at TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY ("key")
    )""",
    """CREATE TABLE IF NOT EXISTS silences (
        id TEXT NOT NULL,
        until_s FLOAT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id)
    )""",
    """CREATE TABLE IF NOT EXISTS timeline (
        n INTEGER NOT NULL,
        incident TEXT NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        run TEXT,
        rule TEXT,
        guard TEXT,
        PRIMARY KEY (n)
    )""",
    "CREATE INDEX IF NOT EXISTS timeline_incident ON timeline (incident, n)",
    """CREATE TABLE IF NOT EXISTS unacked (
        target TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (target)
    )""",
    """CREATE TABLE IF NOT EXISTS wraps (
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id)
    )""",
    """CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
