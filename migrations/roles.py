"""Who may do what in PostgreSQL: a role for each service, with the rights that it needs and no other.

Only the worker appends to the ledger, and nobody but the owner of the tables can change what stands in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database
from migrations import complete_metadata

READ, APPEND, WRITE = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"


@dataclass(frozen=True)
class Grant:
    """`rights` on a table, or with `*` on all tables of a schema."""

    schema: str
    table: str
    rights: str


ROLES: dict[str, tuple[Grant, ...]] = {
    "intake": (
        Grant("intake", "*", WRITE),
        Grant("access", "api_keys", READ),
        Grant("vault", "data_keys", APPEND),
    ),
    "router": (
        Grant("router", "*", WRITE),
        Grant("ledger", "*", READ),
        Grant("vault", "data_keys", READ),
        Grant("intake", "appeals", READ),
        Grant("intake", "attachments", READ),
    ),
    "worker": (
        Grant("ledger", "events", APPEND),
        *(Grant("ledger", table, WRITE) for table in ("cases", "tracks", "steps", "outbox")),
    ),
    "agency_adapter": (
        Grant("adapter", "*", WRITE),
        Grant("ledger", "events", READ),
        Grant("vault", "data_keys", APPEND),
    ),
    "console": (
        Grant("console", "*", WRITE),
        Grant("ledger", "*", READ),
        Grant("vault", "data_keys", READ),
    ),
    "notifier": (
        Grant("notifier", "*", WRITE),
        Grant("ledger", "events", READ),
        Grant("vault", "data_keys", READ),
    ),
}
"""The grants of each service, by its name; its role in the database is `role_name` of it."""


def role_name(service: str) -> str:
    """The role of a service. Roles belong to the whole server, so it says whose it is."""
    return f"vahid_{service}"


async def ensure_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Have the services in `passwords` log in, each with just the rights of `ROLES`. `url` is the owner's.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the owner may not give rights, or the tables are not there.
    """
    async with Database(url, 1) as database, database.transaction() as connection:
        schemas = sorted({table.schema for table in complete_metadata().tables.values() if table.schema})
        name = (await connection.execute(text("SELECT quote_ident(current_database())"))).scalar_one()
        await connection.execute(text(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
        for service, password in passwords.items():
            role = role_name(service)
            await _ensure_login(connection, role, password)
            await connection.execute(text(f"GRANT CONNECT ON DATABASE {name} TO {role}"))
            for statement in (*_revocations(role, schemas), *_grants(role, ROLES[service])):
                await connection.execute(text(statement))


async def _ensure_login(connection: AsyncConnection, role: str, password: str) -> None:
    known = await connection.execute(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role})
    verb = "ALTER" if known.scalar() else "CREATE"
    # A statement that defines a role takes no parameters.
    quoted = (await connection.execute(text("SELECT quote_literal(:word)"), {"word": password})).scalar_one()
    limits = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    await connection.exec_driver_sql(f"{verb} ROLE {role} {limits} PASSWORD {quoted}")


def _revocations(role: str, schemas: Sequence[str]) -> Iterator[str]:
    for schema in schemas:
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {role}"
        yield f"REVOKE ALL ON SCHEMA {schema} FROM {role}"


def _grants(role: str, grants: Sequence[Grant]) -> Iterator[str]:
    for schema in sorted({grant.schema for grant in grants}):
        yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    for schema in sorted({grant.schema for grant in grants if grant.rights == WRITE}):
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    for grant in grants:
        tables = (
            f"ALL TABLES IN SCHEMA {grant.schema}" if grant.table == "*" else f"{grant.schema}.{grant.table}"
        )
        yield f"GRANT {grant.rights} ON {tables} TO {role}"
