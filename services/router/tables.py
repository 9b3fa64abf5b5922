"""The router's own tables."""

from sqlalchemy import Column, DateTime, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

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
    Column("applicant_index", Text),
    Column("held", JSONB(none_as_null=True), comment="why a person looks at it first: Held"),
    Index("router_routed_applicant", "applicant_index", postgresql_where="applicant_index IS NOT NULL"),
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

contacts = Table(
    "contacts",
    metadata,
    Column("contact_index", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("appeal_id", Text, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    schema=SCHEMA,
    comment="As matters, by the blind index of a contact: what an appeal without a FIN may double.",
)
