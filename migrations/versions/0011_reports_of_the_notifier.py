"""An outbox of the notifier: reports to a case of whom no message reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        schema="notifier",
    )
    op.create_index(
        "notifier_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        schema="notifier",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    subject = sa.Column(
        "subject",
        sa.Text(),
        nullable=True,
        comment="what the notice is about: a track, a step or the case; none for an official",
    )
    op.add_column("notifications", subject, schema="notifier")
    reported = sa.Column(
        "reported",
        sa.Text(),
        nullable=True,
        comment="what the case was told of all notices of the event: undelivered | delivered",
    )
    op.add_column("notifications", reported, schema="notifier")


def downgrade() -> None:
    op.drop_column("notifications", "reported", schema="notifier")
    op.drop_column("notifications", "subject", schema="notifier")
    op.drop_table("outbox", schema="notifier")
