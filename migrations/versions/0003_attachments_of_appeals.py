"""Attachments of appeals"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_table("attachments", schema="intake")
