"""The tables. Rows of `audit` are never changed or removed: triggers refuse it, and the hash chain shows it."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

meta = sa.Table(
    "meta", metadata, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

revision = sa.Table("alembic_version", metadata, sa.Column("version_num", sa.String(32), primary_key=True))
"""The revision of the store, where Alembic looks for it."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run", sa.Text),
    sa.Column("incident", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("body_sha256", sa.Text, nullable=False),
    sa.Column("prev", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("audit_run", "run"),
    sa.Index("audit_incident", "incident"),
    sa.Index("audit_kind", "kind"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, unique=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("check_name", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("incident", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("events_incident", "incident"),
    sa.Index("events_at", "at"),
)

hints = sa.Table(
    "hints",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("hints_at", "at"),
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, unique=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("at_s", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("incidents_open", "open", "n"),
    sa.Index("incidents_at", "open", "at_s"),
    sa.Index("incidents_key", "key"),
)

timeline = sa.Table(
    "timeline",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("run", sa.Text),
    sa.Column("rule", sa.Text),
    sa.Column("guard", sa.Text),
    sa.Index("timeline_incident", "incident", "n"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, unique=True),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("event", sa.Text),
    sa.Column("run", sa.Text),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("decisions_incident", "incident", "n"),
    sa.Index("decisions_event", "event"),
    sa.Index("decisions_run", "run"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, unique=True),
    sa.Column("incident", sa.Text),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("runbook", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("at_s", sa.Float, nullable=False),
    sa.Column("intent_s", sa.Float),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("runs_at", "live", "at_s"),
    sa.Index("runs_live", "live", "n"),
    sa.Index("runs_intent", "intent_s"),
    sa.Index("runs_target", "target", "intent_s"),
    sa.Index("runs_incident", "incident"),
)

debts = sa.Table(
    "debts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False, unique=True),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("debts_open", "open", "n"),
    sa.Index("debts_run", "run"),
)

locks = sa.Table(
    "locks",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("run", sa.Text, nullable=False),
)

downtimes = sa.Table(
    "downtimes",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

said_names = sa.Table(
    "said_names",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

foreign_names = sa.Table(
    "foreign_names",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

baseline = sa.Table(
    "baseline",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

signs = sa.Table(
    "signs",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

silences = sa.Table(
    "silences",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("until_s", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

own_downtimes = sa.Table(
    "own_downtimes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("until_s", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

wraps = sa.Table(
    "wraps", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("body", sa.Text, nullable=False)
)

unacked = sa.Table(
    "unacked",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

acks = sa.Table(
    "acks",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_s", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("outbox_state", "state", "next_s"),
)

TRIGGERS = (
    """CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
)
