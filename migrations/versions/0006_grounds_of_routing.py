"""Which rule routed an appeal, why its free text was placed or not, and what was suggested to a person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind, comment in (
        ("rule", sa.Text(), "the routing rule that decided"),
        ("ground", sa.Text(), "why free text was placed by rule or not"),
        (
            "suggestions",
            postgresql.ARRAY(sa.Text()),
            "services for triage to choose from, the likeliest first",
        ),
    ):
        column = sa.Column(name, kind, nullable=True, comment=comment)
        op.add_column("routing_decisions", column, schema="router")
    comment = "services for its triage to choose from"
    suggestions = sa.Column(
        "suggestions", postgresql.JSONB(), nullable=False, server_default="[]", comment=comment
    )
    op.add_column("cases", suggestions, schema="ledger")
    op.alter_column("cases", "suggestions", server_default=None, schema="ledger")


def downgrade() -> None:
    op.drop_column("cases", "suggestions", schema="ledger")
    for name in ("suggestions", "ground", "rule"):
        op.drop_column("routing_decisions", name, schema="router")
