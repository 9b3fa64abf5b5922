"""The first tables of all rooms, and the trigger that keeps the ledger append-only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Row-level rights would leave the ledger open to the tables' owner, as whom the services connect. The trigger
# refuses the owner too, and sessions of replication: to change history, one must first disable it.
_REFUSE_CHANGE = """
    CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'ledger.events is append-only: % is refused', TG_OP
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Record the correction as a new event of the case.';
    END
    $$
"""
_APPEND_ONLY = """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("tracking_sequence", schema="intake", start=1)))
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
        schema="access",
    )
    op.create_table(
        "assignments",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("raw_code", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_key_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "key"),
        schema="adapter",
        comment="Assignments sent to agencies, written before each is sent. Agencies report statuses of "
        "these only. Business time, except sending_until (real time): until then, a send may still "
        "arrive.",
    )
    op.create_index(
        "assignments_by_reference", "assignments", ["agency_id", "reference"], unique=True, schema="adapter"
    )
    op.create_table(
        "inbox",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("status_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "status_id"),
        schema="adapter",
        comment="Statuses received, by the agency's own id; rejected ones as rejected/<digest>.",
    )
    op.create_table(
        "messages",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "key"),
        schema="adapter",
        comment="Messages about assignments, written before each is sent. Business time.",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="adapter",
    )
    op.create_index(
        "adapter_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        schema="adapter",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "poll_watermarks",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id"),
        schema="adapter",
        comment="How far each agency's changes were read, and when it was last polled (business time).",
    )
    op.create_table(
        "appeals",
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column("services", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("receipt_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id"),
        sa.UniqueConstraint("tracking_number"),
        schema="intake",
    )
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False, comment="names the data key, as in the appeal"),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="business time"),
        sa.Column(
            "address",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the sealed document in the store",
        ),
        sa.Column("sealed_size", sa.BigInteger(), nullable=False, comment="bytes there"),
        sa.Column("receipt_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False, comment="which document it is"),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("attachment_id"),
        schema="intake",
    )
    op.create_index(
        "intake_attachments_appeal_id", "attachments", ["appeal_id"], unique=False, schema="intake"
    )
    op.create_table(
        "idempotency",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "body_digest", sa.String(length=64), nullable=False, comment="keyed: HMAC of the canonical body"
        ),
        sa.Column(
            "response", sa.Text(), nullable=False, comment="the response as given, without what is recomputed"
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key"),
        schema="intake",
    )
    op.create_index(
        "intake_idempotency_expires_at", "idempotency", ["expires_at"], unique=False, schema="intake"
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="intake",
    )
    op.create_index(
        "intake_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        schema="intake",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
        schema="ledger",
    )
    op.create_index(
        "ledger_cases_open",
        "cases",
        ["due_at"],
        unique=False,
        schema="ledger",
        postgresql_where="status = 'open'",
    )
    op.create_table(
        "events",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column(
            "entry", sa.Text(), nullable=False, comment="canonical JSON (RFC 8785) of the recorded event"
        ),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq"),
        schema="ledger",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="ledger",
    )
    op.create_index(
        "ledger_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "steps",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "step"),
        schema="ledger",
    )
    op.create_index("ledger_steps_agency", "steps", ["agency_id", "status"], unique=False, schema="ledger")
    op.create_table(
        "tracks",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("lead_agency", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "track"),
        schema="ledger",
    )
    op.create_table(
        "notifications",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=False,
            comment="blind index of the contact, appeal/ID without one, or official/WHO",
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=True, comment="none for an official"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "notice",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what to say; nothing personal unsealed",
        ),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="planned | sending | sent | parked | failed | skipped"
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="business time of the last change of state",
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the recipient's hours begin; real time",
        ),
        sa.PrimaryKeyConstraint("event_id", "recipient", "channel"),
        sa.UniqueConstraint("notification_id"),
        schema="notifier",
        comment="One row per event, recipient, channel; planned_at, next_attempt_at, lease_until: real time.",
    )
    op.create_index(
        "notifier_notifications_case", "notifications", ["case_id"], unique=False, schema="notifier"
    )
    op.create_index(
        "notifier_notifications_official",
        "notifications",
        ["recipient"],
        unique=False,
        schema="notifier",
        postgresql_where="state = 'planned' AND kind = 'deadline'",
    )
    op.create_index(
        "notifier_notifications_open",
        "notifications",
        ["state"],
        unique=False,
        schema="notifier",
        postgresql_where="state IN ('planned', 'sending', 'parked')",
    )
    op.create_index(
        "notifier_notifications_planned",
        "notifications",
        ["channel", "next_attempt_at"],
        unique=False,
        schema="notifier",
        postgresql_where="state = 'planned'",
    )
    op.create_table(
        "recipients",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("notice_channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "contacts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="channel to blind index of the contact",
        ),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "appeal_id"),
        schema="notifier",
        comment="Whom to notify about a case: one row per appeal.",
    )
    op.create_table(
        "applicant_claims",
        sa.Column("applicant_index", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("applicant_index", "service"),
        schema="router",
        comment="The case that handles a service for an applicant; appeal_id claimed it last.",
    )
    op.create_table(
        "contact_claims",
        sa.Column("contact_index", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_index", "service"),
        schema="router",
        comment="As applicant_claims, by a contact's blind index: finds duplicates of appeals without a FIN.",
    )
    op.create_table(
        "routing_decisions",
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("catalogue_version", sa.Text(), nullable=False),
        sa.Column("applicant_index", sa.Text(), nullable=True),
        sa.Column(
            "manual_review",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="why a person reviews the appeal first",
        ),
        sa.PrimaryKeyConstraint("appeal_id"),
        schema="router",
        comment="One decision per appeal; a redelivered one gets the same.",
    )
    op.create_index(
        "router_routing_decisions_applicant",
        "routing_decisions",
        ["applicant_index"],
        unique=False,
        schema="router",
        postgresql_where="applicant_index IS NOT NULL",
    )
    op.create_table(
        "data_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_keys_are_gone"),
        sa.PrimaryKeyConstraint("key_id"),
        schema="vault",
    )
    op.execute(_REFUSE_CHANGE)
    op.execute(_APPEND_ONLY)
    op.execute("ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only")


def downgrade() -> None:
    op.drop_table("data_keys", schema="vault")
    op.drop_table("routing_decisions", schema="router")
    op.drop_table("contact_claims", schema="router")
    op.drop_table("applicant_claims", schema="router")
    op.drop_table("recipients", schema="notifier")
    op.drop_table("notifications", schema="notifier")
    op.drop_table("tracks", schema="ledger")
    op.drop_table("steps", schema="ledger")
    op.drop_table("outbox", schema="ledger")
    op.drop_table("events", schema="ledger")
    op.drop_table("cases", schema="ledger")
    op.drop_table("outbox", schema="intake")
    op.drop_table("idempotency", schema="intake")
    op.drop_table("attachments", schema="intake")
    op.drop_table("appeals", schema="intake")
    op.drop_table("poll_watermarks", schema="adapter")
    op.drop_table("outbox", schema="adapter")
    op.drop_table("messages", schema="adapter")
    op.drop_table("inbox", schema="adapter")
    op.drop_table("assignments", schema="adapter")
    op.drop_table("api_keys", schema="access")
    op.execute("DROP FUNCTION ledger.refuse_change()")
    op.execute(sa.schema.DropSequence(sa.Sequence("tracking_sequence", schema="intake")))
