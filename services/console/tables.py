"""The console's own tables: the sessions of the people who signed in."""

from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from kit.database import metadata

SCHEMA = "console"

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie"),
    Column("person", JSONB, nullable=False, comment="subject, role, agency_id"),
    Column("form_token", Text, nullable=False, comment="what its forms carry, against forged ones"),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    schema=SCHEMA,
)
