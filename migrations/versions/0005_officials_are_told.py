"""Officials are told of deadlines, within their hours"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OFFICIAL = "notifier_notifications_official"


def upgrade() -> None:
    op.alter_column(
        "notifications", "appeal_id", nullable=True, comment="none for an official", schema="notifier"
    )
    op.alter_column(
        "notifications",
        "recipient",
        comment="blind index of the contact, appeal/ID without one, or official/WHO",
        existing_comment="blind index of the contact, or appeal/ID without one",
        schema="notifier",
    )
    not_before = sa.Column(
        "not_before",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="when the recipient's hours begin; real time",
    )
    op.add_column("notifications", not_before, schema="notifier")
    op.create_index(
        _OFFICIAL,
        "notifications",
        ["recipient"],
        schema="notifier",
        postgresql_where="state = 'planned' AND kind = 'deadline'",
    )


def downgrade() -> None:
    op.drop_index(_OFFICIAL, table_name="notifications", schema="notifier")
    op.drop_column("notifications", "not_before", schema="notifier")
    op.execute("DELETE FROM notifier.notifications WHERE appeal_id IS NULL")
    op.alter_column("notifications", "appeal_id", nullable=False, schema="notifier")
