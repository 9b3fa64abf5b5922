"""The ledger's tables: the history itself, the read model beside it, and the outbox of case events."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from kit.database import metadata
from kit.outbox.table import outbox_table

SCHEMA = "ledger"

events = Table(
    "events",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("cause", Text, nullable=False),
    Column("entry", Text, nullable=False, comment="canonical JSON (RFC 8785) of the recorded event"),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    schema=SCHEMA,
)
"""Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("opening", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("at_risk_at", DateTime(timezone=True), comment="when the last reminder before its end is given"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("in_time", Boolean),
    Column("traceparent", Text),
    Column("district", Text, comment="of its first appeal that names one"),
    Column("tracking_numbers", JSONB, nullable=False, comment="of its appeals, the first one first"),
    Column("appeals_size", Integer, nullable=False, comment="characters of its appeals' sealed contents"),
    Column("open_tasks", JSONB, nullable=False, comment="what a person must decide: id, before"),
    Column("suggestions", JSONB, nullable=False, comment="services for its triage to choose from"),
    Column("unsent", Boolean, nullable=False, comment="whether it has something to send"),
    Index("ledger_cases_open", "due_at", postgresql_where="status = 'open'"),
    Index("ledger_cases_opened", "opened_at"),
    Index("ledger_cases_closed", "closed_at"),
    Index(
        "ledger_cases_numbers",
        "tracking_numbers",
        postgresql_using="gin",
        postgresql_ops={"tracking_numbers": "jsonb_path_ops"},
    ),
    schema=SCHEMA,
)

tracks = Table(
    "tracks",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("track", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("lead_agency", Text, nullable=False),
    Column("outcome", Text),
    Column("opening", Integer, nullable=False),
    schema=SCHEMA,
)

steps = Table(
    "steps",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("agency_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("reference", Text),
    Column("dispatched_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("acknowledge_by", DateTime(timezone=True), comment="until when its agency takes it on"),
    Column("ended_at", DateTime(timezone=True)),
    Index("ledger_steps_agency", "agency_id", "status"),
    schema=SCHEMA,
)

outbox = outbox_table(SCHEMA)
