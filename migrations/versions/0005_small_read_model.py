"""The read model keeps what lists and look-ups need; the whole state of a case is folded from the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FILL = """
    UPDATE ledger.cases SET
        tracking_numbers = jsonb_path_query_array(state, '$.appeals[*].tracking_number'),
        appeals_size = (
            SELECT coalesce(sum(length(appeal->>'sealed')), 0)
            FROM jsonb_array_elements(state->'appeals') appeal
        ),
        open_tasks = (
            SELECT coalesce(jsonb_agg(jsonb_build_object('id', task->'id', 'before', task->'before')), '[]')
            FROM jsonb_array_elements(coalesce(state->'tasks', '[]')) task WHERE task->>'decision' IS NULL
        ),
        unsent = jsonb_array_length(coalesce(state->'messages', '[]')) > 0
            OR jsonb_array_length(coalesce(state->'hand_overs', '[]')) > 0
"""
_COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("tracking_numbers", postgresql.JSONB(), "of its appeals, the first one first"),
    ("appeals_size", sa.Integer(), "characters of its appeals' sealed contents"),
    ("open_tasks", postgresql.JSONB(), "what a person must decide: id, before"),
    ("unsent", sa.Boolean(), "whether it has something to send"),
)


def upgrade() -> None:
    for name, kind, comment in _COLUMNS:
        op.add_column("cases", sa.Column(name, kind, nullable=True, comment=comment), schema="ledger")
    op.execute(_FILL)
    for name, _, _ in _COLUMNS:
        op.alter_column("cases", name, nullable=False, schema="ledger")
    op.drop_column("cases", "state", schema="ledger")
    op.create_index(
        "ledger_cases_numbers",
        "cases",
        ["tracking_numbers"],
        schema="ledger",
        postgresql_using="gin",
        postgresql_ops={"tracking_numbers": "jsonb_path_ops"},
    )


def downgrade() -> None:
    """Fails where there are cases: their states are no longer in the table."""
    state = sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False)
    op.add_column("cases", state, schema="ledger")
    op.drop_index("ledger_cases_numbers", table_name="cases", schema="ledger")
    for name, _, _ in _COLUMNS:
        op.drop_column("cases", name, schema="ledger")
