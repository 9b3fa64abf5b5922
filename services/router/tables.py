"""The router's own tables."""

from sqlalchemy import Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kit.database import metadata

SCHEMA = "router"

routed = Table(
    "routed",
    metadata,
    Column("appeal_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("services", ARRAY(Text), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("catalogue_version", Text, nullable=False),
    schema=SCHEMA,
    comment="What was decided about each appeal; a redelivered one gets the same.",
)

matters = Table(
    "matters",
    metadata,
    Column("applicant_index", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("appeal_id", Text, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    schema=SCHEMA,
    comment="Which case a person's matter is with; appeal_id is the last appeal that brought it there.",
)
