"""Which published record a receipt names; rows without it are of before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("appeals", "attachments"):
        digest = sa.Column(
            "record_digest",
            sa.String(64),
            nullable=True,
            comment="of what is published; in its receipt; none in older rows",
        )
        op.add_column(table, digest, schema="intake")


def downgrade() -> None:
    for table in ("attachments", "appeals"):
        op.drop_column(table, "record_digest", schema="intake")
