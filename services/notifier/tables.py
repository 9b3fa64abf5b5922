"""The notifier's own tables. Nothing personal stands open in them."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.database import metadata
from kit.outbox.table import outbox_table

SCHEMA = "notifier"

recipients = Table(
    "recipients",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("appeal_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("tracking_number", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("notice_channels", ARRAY(Text), nullable=False),
    Column("contacts", JSONB, nullable=False, comment="channel to blind index of the contact"),
    Column("sealed", Text, nullable=False),
    Column("forgotten", Boolean, nullable=False),
    Column(
        "unconfirmed",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="channels whose contact the appeal brought without confirmation",
    ),
    schema=SCHEMA,
    comment="Whom to notify about a case: one row per appeal.",
)

notifications = Table(
    "notifications",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column(
        "recipient",
        Text,
        primary_key=True,
        comment="blind index of the contact, appeal/ID without one, or official/WHO",
    ),
    Column("channel", Text, primary_key=True),
    Column("notification_id", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("appeal_id", Text, comment="none for an official"),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("notice", JSONB, nullable=False, comment="what to say; nothing personal unsealed"),
    Column("traceparent", Text),
    Column("state", Text, nullable=False, comment="planned | sending | sent | parked | failed | skipped"),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("provider_id", Text),
    Column(
        "at", DateTime(timezone=True), nullable=False, comment="business time of the last change of state"
    ),
    Column("planned_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lease_until", DateTime(timezone=True)),
    Column(
        "subject", Text, comment="what the notice is about: a track, a step or the case; none for an official"
    ),
    Column(
        "reported",
        Text,
        comment="what the case was told of all notices of the event: undelivered | delivered",
    ),
    Column("not_before", DateTime(timezone=True), comment="when the recipient's hours begin; real time"),
    Index(
        "notifier_notifications_planned", "channel", "next_attempt_at", postgresql_where="state = 'planned'"
    ),
    Index(
        "notifier_notifications_open", "state", postgresql_where="state IN ('planned', 'sending', 'parked')"
    ),
    Index(
        "notifier_notifications_official",
        "recipient",
        postgresql_where="state = 'planned' AND kind = 'deadline'",
    ),
    Index("notifier_notifications_case", "case_id"),
    schema=SCHEMA,
    comment="One row per event, recipient, channel; planned_at, next_attempt_at, lease_until: real time.",
)

outbox = outbox_table(SCHEMA)
