"""Which other cases an appeal was submitted to, because they owe services that it asks for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "routing_decisions",
        sa.Column(
            "elsewhere",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="services that other cases still owe, by case id",
        ),
        schema="router",
    )


def downgrade() -> None:
    op.drop_column("routing_decisions", "elsewhere", schema="router")
