"""Who asked first for a service, what confirmed a later appeal, and which contacts nothing confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    person = sa.Column(
        "person", postgresql.JSONB(), nullable=True, comment="who asked first: appeal, channel, blind indexes"
    )
    op.add_column("applicant_claims", person, schema="router")
    confirmed_by = sa.Column(
        "confirmed_by",
        sa.Text(),
        nullable=True,
        comment="what confirms that an appeal comes from the person of its case",
    )
    op.add_column("routing_decisions", confirmed_by, schema="router")
    unconfirmed: sa.Column[list[str]] = sa.Column(
        "unconfirmed",
        postgresql.ARRAY(sa.Text()),
        nullable=False,
        server_default="{}",
        comment="channels whose contact the appeal brought without confirmation",
    )
    op.add_column("recipients", unconfirmed, schema="notifier")


def downgrade() -> None:
    op.drop_column("recipients", "unconfirmed", schema="notifier")
    op.drop_column("routing_decisions", "confirmed_by", schema="router")
    op.drop_column("applicant_claims", "person", schema="router")
