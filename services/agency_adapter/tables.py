"""The adapter's own tables."""

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, func

from kit.database import metadata
from kit.outbox.table import outbox_table

SCHEMA = "adapter"

assignments = Table(
    "assignments",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("traceparent", Text),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("reference", Text),
    Column("raw_code", Text),
    Column("accepted_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("recalled_at", DateTime(timezone=True)),
    Column("sending_until", DateTime(timezone=True)),
    Column("data_key_id", Text),
    Index("assignments_by_reference", "agency_id", "reference", unique=True),
    schema=SCHEMA,
    comment=(
        "Assignments sent to agencies, written before each is sent. Agencies report statuses of these only. "
        "Business time, except sending_until (real time): until then, a send may still arrive."
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text),
    Column("settled_at", DateTime(timezone=True)),
    schema=SCHEMA,
    comment="Messages about assignments, written before each is sent. Business time.",
)

inbox = Table(
    "inbox",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("status_id", Text, primary_key=True),
    Column("assignment", Text, primary_key=True, server_default=""),
    Column("case_id", Text),
    Column("via", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("digest", Text),
    schema=SCHEMA,
    comment=(
        "Statuses received, by the assignment's key and the agency's own id, with a keyed digest of what was "
        "stated; rejected ones as rejected/<digest>, without a key."
    ),
)

poll_watermarks = Table(
    "poll_watermarks",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("cursor", Text),
    Column("polled_at", DateTime(timezone=True), nullable=False),
    schema=SCHEMA,
    comment="How far each agency's changes were read, and when it was last polled (business time).",
)

outbox = outbox_table(SCHEMA)
dead_letter_outbox = outbox_table(SCHEMA, "dead_letter_outbox")
"""Apart from the statuses: a dead-letter topic that is missing or forbidden stops none of them."""
