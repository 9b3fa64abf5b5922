"""Note with each assignment which data key seals the agency's remarks: one of its appeals'"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignments", sa.Column("data_key", sa.Text(), nullable=True), schema="adapter")


def downgrade() -> None:
    op.drop_column("assignments", "data_key", schema="adapter")
