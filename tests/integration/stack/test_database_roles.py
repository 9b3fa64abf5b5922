"""Each service has a role of its own in PostgreSQL, with the rights that it needs."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import make_url

from ledger.chain import GENESIS, digest, verify
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


OF_EVERYBODY = (
    "UPDATE ledger.events SET hash = hash",
    "DELETE FROM ledger.events",
    "TRUNCATE ledger.events",
    "ALTER TABLE ledger.events DISABLE TRIGGER append_only",
    "DROP TABLE ledger.events",
    "UPDATE vault.data_keys SET wrapped = wrapped",
    "DELETE FROM vault.data_keys",
    "INSERT INTO access.api_keys DEFAULT VALUES",
    "UPDATE access.api_keys SET scopes = scopes",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "CREATE TABLE public.mine (a int)",
    "CREATE ROLE mine SUPERUSER LOGIN",
    "SET session_replication_role = replica",
)
FORGED = {
    "a ledger entry": "INSERT INTO ledger.events DEFAULT VALUES",
    "a case event on its way": "INSERT INTO ledger.outbox DEFAULT VALUES",
    "the state of a case": "UPDATE ledger.cases SET status = status",
    "an appeal": "INSERT INTO intake.appeals DEFAULT VALUES",
    "the content of an appeal": "UPDATE intake.appeals SET sealed = sealed",
    "an appeal on its way": "INSERT INTO intake.outbox DEFAULT VALUES",
    "a status on its way": "INSERT INTO adapter.outbox DEFAULT VALUES",
    "an assignment": "UPDATE adapter.assignments SET reference = reference",
    "a routing decision": "UPDATE router.routing_decisions SET case_id = case_id",
    "a notification": "INSERT INTO notifier.notifications DEFAULT VALUES",
    "a recipient": "UPDATE notifier.recipients SET case_id = case_id",
    "a data key": "INSERT INTO vault.data_keys DEFAULT VALUES",
}
PART = {
    "intake": {"an appeal", "the content of an appeal", "an appeal on its way", "a data key"},
    "router": {"a routing decision"},
    "worker": {"a ledger entry", "a case event on its way", "the state of a case"},
    "agency_adapter": {"a status on its way", "an assignment", "a data key"},
    "notifier": {"a notification", "a recipient"},
    "console": set(),
}
"""What each service writes as its own part."""
SECRET = {
    "SELECT 1 FROM vault.data_keys": {"intake", "router", "agency_adapter", "notifier", "console"},
    "SELECT 1 FROM access.api_keys": {"intake"},
    "SELECT 1 FROM notifier.recipients": {"notifier"},
    "SELECT 1 FROM intake.idempotency": {"intake"},
    "SELECT 1 FROM pg_authid": set(),
}
REFUSED = [
    *((service, statement) for service in sorted(ROLES) for statement in OF_EVERYBODY),
    *((service, FORGED[what]) for service in sorted(ROLES) for what in FORGED if what not in PART[service]),
    *((service, query) for query, readers in SECRET.items() for service in sorted(ROLES.keys() - readers)),
]


@pytest.mark.parametrize(("service", "statement"), REFUSED)
async def test_a_service_is_refused_what_is_not_its_part(url: str, service: str, statement: str) -> None:
    connection = await asyncpg.connect(login(url, service))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", sorted(ROLES))
async def test_the_refusals_above_are_of_rights_and_not_of_what_is_missing(url: str, service: str) -> None:
    """What is its part is refused for other reasons at most."""
    connection = await asyncpg.connect(login(url, service))
    try:
        for what in sorted(PART[service]):
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(FORGED[what])
            except asyncpg.NotNullViolationError:
                pass  # the row is empty: the right was there
            finally:
                await transaction.rollback()
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("hash_", "prev_hash"),
    [("0" * 64, GENESIS), ("right", "0" * 64)],
    ids=["a made-up hash", "another place"],
)
async def test_an_entry_that_the_worker_forges_breaks_the_chain(url: str, hash_: str, prev_hash: str) -> None:
    """Its own role may append, so it is not refused: it is found."""
    entry = {"case_id": "x", "seq": 1, "prev_hash": prev_hash}
    entry["hash"] = digest(entry) if hash_ == "right" else hash_
    connection = await asyncpg.connect(login(url, "worker"))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            """INSERT INTO ledger.events (case_id, seq, type, recorded_at, cause, entry, prev_hash, hash)
               VALUES ('x', 1, 'az.vahid.case.opened.v1', now(), 'x', $1, $2, $3)""",
            json.dumps(entry),
            prev_hash,
            entry["hash"],
        )
        stored = await connection.fetchval("SELECT entry FROM ledger.events WHERE case_id = 'x'")
    finally:
        await transaction.rollback()
        await connection.close()
    assert verify([stored])


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
