"""Each service has a role of its own in PostgreSQL, with the rights that it needs."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import make_url

from migrations.roles import ROLES, ensure_roles, role_name

pytestmark = pytest.mark.stack

PASSWORDS = dict.fromkeys(ROLES, "only for this test")
OWN = {
    "intake": "intake",
    "router": "router",
    "worker": "ledger",
    "agency_adapter": "adapter",
    "notifier": "notifier",
    "console": "console",
}
"""The schema that each service writes."""


def login(url: str, service: str) -> str:
    """The URL with which the service connects, as asyncpg takes it."""
    own = make_url(url).set(drivername="postgresql", username=role_name(service), password=PASSWORDS[service])
    return own.render_as_string(hide_password=False)


@pytest.fixture
async def url(database_url: str) -> str:
    await ensure_roles(database_url, PASSWORDS)
    return database_url


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    yield connection
    await connection.close()


async def rights(owner: asyncpg.Connection, service: str) -> dict[str, set[str]]:
    """What the role may do, by table."""
    rows = await owner.fetch(
        """SELECT schemaname || '.' || tablename AS name, kind
           FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) kind
           WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
           AND has_table_privilege($1, quote_ident(schemaname) || '.' || quote_ident(tablename), kind)""",
        role_name(service),
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"], set()).add(row["kind"])
    return found


async def test_only_the_worker_appends_to_the_ledger_and_nobody_changes_it(url, owner) -> None:
    may = {service: (await rights(owner, service)).get("ledger.events", set()) for service in ROLES}
    assert may == {
        "intake": set(),
        "router": {"SELECT"},
        "worker": {"SELECT", "INSERT"},
        "agency_adapter": {"SELECT"},
        "notifier": {"SELECT"},
        "console": {"SELECT"},
    }


@pytest.mark.parametrize("service", sorted(ROLES))
async def test_a_service_writes_its_own_schema_alone(url, owner, service: str) -> None:
    written = {name for name, kinds in (await rights(owner, service)).items() if kinds - {"SELECT"}}
    assert {name.partition(".")[0] for name in written} - {"vault"} == {OWN[service]}
    assert "alembic_version" not in {name.partition(".")[2] for name in written}


async def test_sealed_content_can_be_opened_only_by_who_has_to(url, owner) -> None:
    may = {service: (await rights(owner, service)).get("vault.data_keys", set()) for service in ROLES}
    assert may == {
        "intake": {"SELECT", "INSERT"},
        "router": {"SELECT"},
        "worker": set(),
        "agency_adapter": {"SELECT", "INSERT"},
        "notifier": {"SELECT"},
        "console": {"SELECT"},
    }


async def test_no_role_is_above_the_rights_that_it_was_given(url, owner) -> None:
    rows = await owner.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'vahid\\_%' "
        "AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)"
    )
    assert rows == []
    members = await owner.fetch(
        "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname LIKE 'vahid\\_%'"
    )
    assert members == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.events SET hash = hash",
        "DELETE FROM ledger.events",
        "TRUNCATE ledger.events",
        "ALTER TABLE ledger.events DISABLE TRIGGER append_only",
        "DROP TABLE ledger.events",
        "SELECT * FROM vault.data_keys",
        "SELECT * FROM access.api_keys",
        "SELECT * FROM notifier.recipients",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "CREATE TABLE public.mine (a int)",
        "CREATE ROLE mine SUPERUSER LOGIN",
    ],
)
async def test_the_worker_is_refused_what_it_need_not_do(url: str, statement: str) -> None:
    connection = await asyncpg.connect(login(url, "worker"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_wrong_password_and_no_password_are_refused(url: str) -> None:
    right = make_url(login(url, "worker"))
    for password in ("wrong", ""):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=right.host,
                port=right.port,
                user=right.username,
                database=right.database,
                password=password,
            )


async def test_a_right_that_is_no_longer_given_is_taken_away(url: str, owner, monkeypatch) -> None:
    monkeypatch.setitem(ROLES, "notifier", ())
    await ensure_roles(url, {"notifier": PASSWORDS["notifier"]})
    assert await rights(owner, "notifier") == {}
    monkeypatch.undo()
    await ensure_roles(url, {"notifier": PASSWORDS["notifier"]})
    assert "notifier.notifications" in await rights(owner, "notifier")


async def test_another_password_counts_from_the_next_start_on(url: str) -> None:
    await ensure_roles(url, {"router": "it's another \\ one"})
    changed = make_url(login(url, "router")).set(password="it's another \\ one")
    await (await asyncpg.connect(changed.render_as_string(hide_password=False))).close()
    await ensure_roles(url, {"router": PASSWORDS["router"]})
    await (await asyncpg.connect(login(url, "router"))).close()
