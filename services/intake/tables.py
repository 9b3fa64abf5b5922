"""Intake's tables. Personal data stands in `sealed` alone; the outbox carries the same sealed value.

What a column of `appeals` has is the field of its name in the appeal that is published.
"""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, Sequence, String, Table, Text, func
from sqlalchemy.schema import CreateSchema

from kit.database import metadata
from kit.outbox.table import outbox_table

SCHEMA = "intake"

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("tracking_number", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, comment="business time"),
    Column("services", ARRAY(Text), nullable=False),
    Column("receipt_digest", String(64), nullable=False),
    Column("record_digest", String(64), comment="of what is published; in its receipt; none in older rows"),
    Column("sealed", Text, nullable=False),
    Column("traceparent", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema=SCHEMA,
)

attachments = Table(
    "attachments",
    metadata,
    Column("attachment_id", Text, primary_key=True),
    Column("appeal_id", Text, nullable=False),
    Column("case_id", Text, nullable=False, comment="names the data key, as in the appeal"),
    Column("actor_id", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, comment="business time"),
    Column("address", String(64), nullable=False, comment="SHA-256 of the sealed document in the store"),
    Column("sealed_size", BigInteger, nullable=False, comment="bytes there"),
    Column("receipt_digest", String(64), nullable=False),
    Column("record_digest", String(64), comment="of what is published; in its receipt; none in older rows"),
    Column("sealed", Text, nullable=False, comment="which document it is"),
    Column("traceparent", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("intake_attachments_appeal_id", "appeal_id"),
    schema=SCHEMA,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_digest", String(64), nullable=False, comment="keyed: HMAC of the canonical body"),
    Column("response", Text, nullable=False, comment="the response as given, without what is recomputed"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("intake_idempotency_expires_at", "expires_at"),
    schema=SCHEMA,
)

outbox = outbox_table(SCHEMA)

tracking_sequence = Sequence("tracking_sequence", schema=SCHEMA, metadata=metadata, start=1)

create_schema = CreateSchema(SCHEMA, if_not_exists=True)
