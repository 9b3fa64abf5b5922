"""Refuse changes of the ledger's history

By row-level rights alone the owner of the table, as which the services connect, could change it; the trigger
refuses also the owner, and also a session of replication. Who means to change history must first disable it.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger.events is append-only: % is refused', TG_OP
                USING ERRCODE = 'insufficient_privilege',
                      HINT = 'Record what is right as a new event of the case.';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
        """
    )
    op.execute("ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER append_only")


def downgrade() -> None:
    op.execute("DROP TRIGGER append_only ON ledger.events")
    op.execute("DROP FUNCTION ledger.refuse_change()")
