"""Appeals that a person looks at before any body does

The router keeps why an appeal is held, whose it is, and which case a contact's matter is with.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routed", sa.Column("applicant_index", sa.Text(), nullable=True), schema="router")
    held = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    comment = "why a person looks at it first: Held"
    op.add_column("routed", sa.Column("held", held, nullable=True, comment=comment), schema="router")
    op.create_index(
        "router_routed_applicant",
        "routed",
        ["applicant_index"],
        schema="router",
        postgresql_where="applicant_index IS NOT NULL",
    )
    op.create_table(
        "contacts",
        sa.Column("contact_index", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_index", "service"),
        schema="router",
        comment="As matters, by the blind index of a contact: what an appeal without a FIN may double.",
    )


def downgrade() -> None:
    op.drop_table("contacts", schema="router")
    op.drop_index("router_routed_applicant", table_name="routed", schema="router")
    op.drop_column("routed", "held", schema="router")
    op.drop_column("routed", "applicant_index", schema="router")
