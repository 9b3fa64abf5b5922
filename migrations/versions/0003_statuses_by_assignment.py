"""Statuses are known by their assignment and the agency's id, and compared by content."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COMMENT = (
    "Statuses received, by the assignment's key and the agency's own id, with a keyed digest of what was "
    "stated; rejected ones as rejected/<digest>, without a key."
)
_COMMENT_BEFORE = "Statuses received, by the agency's own id; rejected ones as rejected/<digest>."


def upgrade() -> None:
    op.add_column(
        "inbox", sa.Column("assignment", sa.Text(), server_default="", nullable=False), schema="adapter"
    )
    op.add_column("inbox", sa.Column("digest", sa.Text(), nullable=True), schema="adapter")
    op.drop_constraint("inbox_pkey", "inbox", schema="adapter", type_="primary")
    op.create_primary_key("inbox_pkey", "inbox", ["agency_id", "status_id", "assignment"], schema="adapter")
    op.create_table_comment("inbox", _COMMENT, existing_comment=_COMMENT_BEFORE, schema="adapter")


def downgrade() -> None:
    """Fails where an id was used for two assignments: one of the two would be lost."""
    op.create_table_comment("inbox", _COMMENT_BEFORE, existing_comment=_COMMENT, schema="adapter")
    op.drop_constraint("inbox_pkey", "inbox", schema="adapter", type_="primary")
    op.create_primary_key("inbox_pkey", "inbox", ["agency_id", "status_id"], schema="adapter")
    op.drop_column("inbox", "digest", schema="adapter")
    op.drop_column("inbox", "assignment", schema="adapter")
