"""Note what agencies are told after an assignment, and which assignments were recalled"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignments", sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True), schema="adapter"
    )
    op.add_column(
        "assignments", sa.Column("sending_until", sa.DateTime(timezone=True), nullable=True), schema="adapter"
    )
    op.create_table_comment(
        "assignments",
        "What was sent, written before it is sent: of these alone may an agency speak. Business time, but "
        "for sending_until (real time): until then a sending that began may still arrive.",
        existing_comment="What was sent, written before it is sent: of these alone may an agency speak."
        " Business time.",
        schema="adapter",
    )
    op.create_table(
        "messages",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "key"),
        schema="adapter",
        comment="What agencies were told after an assignment, written before it is sent. Business time.",
    )


def downgrade() -> None:
    op.drop_table("messages", schema="adapter")
    op.create_table_comment(
        "assignments",
        "What was sent, written before it is sent: of these alone may an agency speak. Business time.",
        schema="adapter",
    )
    op.drop_column("assignments", "sending_until", schema="adapter")
    op.drop_column("assignments", "recalled_at", schema="adapter")
