"""When a case is at risk, until when a step is to be taken on, districts, and indexes for the board."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DISTRICTS = """
    UPDATE ledger.cases SET district = (
        SELECT entry::jsonb #>> '{payload,appeal,district}' FROM ledger.events
        WHERE events.case_id = cases.case_id AND type = 'az.vahid.case.opened.v1' ORDER BY seq LIMIT 1
    )
"""


def upgrade() -> None:
    """Fill in districts. `at_risk_at` and `acknowledge_by` come with the next event of each open case."""
    at_risk = sa.Column(
        "at_risk_at",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="when the last reminder before its end is given",
    )
    district = sa.Column("district", sa.Text(), nullable=True, comment="of its first appeal that names one")
    for column in (at_risk, district):
        op.add_column("cases", column, schema="ledger")
    acknowledge_by = sa.Column(
        "acknowledge_by",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="until when its agency takes it on",
    )
    op.add_column("steps", acknowledge_by, schema="ledger")
    op.execute(_DISTRICTS)
    op.create_index("ledger_cases_opened", "cases", ["opened_at"], schema="ledger")
    op.create_index("ledger_cases_closed", "cases", ["closed_at"], schema="ledger")


def downgrade() -> None:
    op.drop_index("ledger_cases_closed", "cases", schema="ledger")
    op.drop_index("ledger_cases_opened", "cases", schema="ledger")
    op.drop_column("steps", "acknowledge_by", schema="ledger")
    for name in ("district", "at_risk_at"):
        op.drop_column("cases", name, schema="ledger")
