"""The console's own schema: the sessions of the people who signed in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), primary_key=True, comment="SHA-256 of the cookie"),
        sa.Column("person", postgresql.JSONB(), nullable=False, comment="subject, role, agency_id"),
        sa.Column(
            "form_token", sa.Text(), nullable=False, comment="what its forms carry, against forged ones"
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        schema="console",
    )


def downgrade() -> None:
    op.drop_table("sessions", schema="console")
